package dev.backbench.qbe.il;

import java.util.Arrays;

/**
 * One function in pools of ints; {@link #reset} starts the next one in the same arrays.
 *
 * <ul>
 *   <li><b>Instructions</b> are four ints each in {@link #ins}: {@code op | class << 16}, result, two operands ({@link Ref}). A block's are the range
 *       {@code [insStart, insEnd)} counted in instructions; ranges of different blocks never overlap. A pass that changes their number appends new ranges
 *       and leaves the old ones behind; {@link #compact} takes them out again.
 *   <li><b>Phis</b> are four ints each in {@link #phi}: class, result, first argument, argument count; arguments are pairs (block, operand) in {@link #phiArg}. A block's
 *       are {@code [phiStart, phiEnd)}.
 *   <li><b>Blocks</b> are numbered in the order of their definition; block 0 is the start. A block's successors are {@code s1} and {@code s2}, -1 for none.
 *   <li><b>Temporaries</b> below {@link Ref#FIRST_TEMPORARY} are machine registers.
 *   <li><b>Constants</b> are interned: equal ones have one number. Number 0 is the undefined value.
 * </ul>
 */
public final class Fn {
    public static final int STRIDE = 4;
    /** Kinds of constants. */
    public static final byte CON_UNDEFINED = 0, CON_BITS = 1, CON_ADDRESS = 2, CON_THREAD_ADDRESS = 3;

    /** In a temporary's name: printed with its number behind. */
    public static final long VERSION = Long.MIN_VALUE;

    /** Global name number, see {@link Symbols}. */
    public int name;
    public Linkage linkage;
    /** {@link Jump#RET0}, {@code RETW}… of the signature; {@code RETC} returns the aggregate {@link #returnType}. */
    public int returnKind;
    public int returnType;
    public boolean variadic;
    /** Whether it calls nothing; set by the ABI pass. */
    public boolean leaf;
    /** Whether a load or division may fault in a way that the program sees, so that it stays even where nothing uses what it gives. */
    public boolean loadsTrap;
    /** Whether every word is known to have a zero upper half in its register, as in functions from Wasm. */
    public boolean wordsZeroExtended;
    /** Frame size in 4-byte units; slots are numbered from 0. */
    public int slots;

    public int[] ins = new int[1024];
    public int insCount;
    private int[] spare = new int[0];

    public int blocks;
    public int[] insStart = new int[64], insEnd = new int[64];
    public int[] phiStart = new int[64], phiEnd = new int[64];
    public int[] jump = new int[64], jumpArg = new int[64], s1 = new int[64], s2 = new int[64];
    /** Names for printing: where they stand in the source, length in the upper half; 0 for blocks that a pass made. */
    public long[] blockName = new long[64];

    public int[] phi = new int[256];
    public int phiCount;
    public int[] phiArg = new int[512];
    public int phiArgCount;

    public int temporaries;
    public byte[] tmpClass = new byte[256];
    /** As {@link #blockName}; with {@link #VERSION} for one of several that share the name. */
    public long[] tmpName = new long[256];
    /** For the slot of a spilled or allocated temporary; -1 for none. */
    public int[] tmpSlot = new int[256];

    public int constants;
    public byte[] conKind = new byte[64];
    public long[] conBits = new long[64];
    public int[] conSymbol = new int[64];
    private int[] conTable = new int[128];
    /** By constant: where it stands in the table. */
    private int[] conAt = new int[64];

    /** Machine addresses of {@link Ref#MEM} operands, four ints each: offset (a constant, or none), base (a temporary, a slot, or none), index, scale (1, 2, 4, 8). */
    public int[] mem = new int[64];
    public int memCount;

    public Fn() {
        Arrays.fill(conTable, -1);
    }

    /** Starts a new function; the arrays of the last one are reused. */
    public void reset() {
        insCount = blocks = phiCount = phiArgCount = slots = memCount = 0;
        temporaries = Ref.FIRST_TEMPORARY;
        leaf = true;
        loadsTrap = wordsZeroExtended = false;
        variadic = false;
        returnKind = Jump.RET0;
        returnType = -1;
        for (int c = 1; c < constants; c++) conTable[conAt[c]] = -1;
        constants = 0;
        addConstant(CON_UNDEFINED, 0, 0);
    }

    // ---- instructions ----

    /** Appends an instruction to the pool; it belongs to the block whose range is extended over it. */
    public void emit(int op, int cls, int to, int first, int second) {
        if (STRIDE * insCount + STRIDE > ins.length) ins = Arrays.copyOf(ins, 2 * ins.length);
        int[] ins = this.ins;
        int at = STRIDE * insCount++;
        ins[at] = op | cls << 16;
        ins[at + 1] = to;
        ins[at + 2] = first;
        ins[at + 3] = second;
    }

    /** Appends an instruction given by its four ints at {@code from[at]}, which may be in this pool. */
    public void emit(int[] from, int at) {
        emit(op(from[at]), cls(from[at]), from[at + 1], from[at + 2], from[at + 3]);
    }

    /** Appends copies of the instructions {@code [from, to)} to the pool. */
    public void append(int from, int to) {
        int words = STRIDE * (to - from), at = STRIDE * insCount;
        if (at + words > ins.length) ins = Arrays.copyOf(ins, Math.max(2 * ins.length, at + words));
        System.arraycopy(ins, STRIDE * from, ins, at, words);
        insCount += to - from;
    }

    public static int op(int word) {
        return word & 0xFFFF;
    }

    /** {@link Cls} of an instruction's first word. */
    public static int cls(int word) {
        return word >> 16;
    }

    /** Moves all blocks' instructions together, in block order. Linear in what is kept; the arrays change. */
    public void compact() {
        int[] from = ins, to = spare.length >= from.length ? spare : new int[from.length];
        int count = 0;
        for (int b = 0; b < blocks; b++) {
            int length = insEnd[b] - insStart[b];
            System.arraycopy(from, STRIDE * insStart[b], to, STRIDE * count, STRIDE * length);
            insStart[b] = count;
            insEnd[b] = count += length;
        }
        insCount = count;
        ins = to;
        spare = from;
    }

    /**
     * Whether the instruction at {@code ins[at]} must stay where it is: it touches memory, flags, the frame or control, or may trap. All others may be computed wherever their
     * operands are.
     */
    public boolean isPinned(int at) {
        int op = op(ins[at]);
        if (op < Op.DIV || op > Op.UREM || Cls.isFloat(cls(ins[at]))) return Op.pinned(op);
        int divisor = ins[at + 3];
        if (!isNumber(divisor)) return true;
        long by = Cls.isWide(cls(ins[at])) ? bits(divisor) : (int) bits(divisor);
        return by == 0 || by == -1;
    }

    // ---- blocks and phis ----

    public int newBlock(long name) {
        if (blocks == jump.length) growBlocks();
        int b = blocks++;
        insStart[b] = insEnd[b] = insCount;
        phiStart[b] = phiEnd[b] = phiCount;
        jump[b] = Jump.NONE;
        jumpArg[b] = Ref.NONE;
        s1[b] = s2[b] = -1;
        blockName[b] = name;
        return b;
    }

    private void growBlocks() {
        int capacity = 2 * blocks;
        insStart = Arrays.copyOf(insStart, capacity);
        insEnd = Arrays.copyOf(insEnd, capacity);
        phiStart = Arrays.copyOf(phiStart, capacity);
        phiEnd = Arrays.copyOf(phiEnd, capacity);
        jump = Arrays.copyOf(jump, capacity);
        jumpArg = Arrays.copyOf(jumpArg, capacity);
        s1 = Arrays.copyOf(s1, capacity);
        s2 = Arrays.copyOf(s2, capacity);
        blockName = Arrays.copyOf(blockName, capacity);
    }

    /** Appends a phi without arguments to the pool. @return its number */
    public int newPhi(int cls, int to) {
        if (STRIDE * phiCount + STRIDE > phi.length) phi = Arrays.copyOf(phi, 2 * phi.length);
        int at = STRIDE * phiCount;
        phi[at] = cls;
        phi[at + 1] = to;
        phi[at + 2] = phiArgCount;
        phi[at + 3] = 0;
        return phiCount++;
    }

    /** Appends a phi that shares the arguments of another, which it replaces: for rebuilding a block's range. @return its number */
    public int movePhi(int p) {
        int at = STRIDE * p;
        int number = newPhi(phi[at], phi[at + 1]);
        phi[STRIDE * number + 2] = phi[at + 2];
        phi[STRIDE * number + 3] = phi[at + 3];
        return number;
    }

    /** Adds an argument to the newest phi. */
    public void phiArgument(int block, int ref) {
        if (phiArgCount + 2 > phiArg.length) phiArg = Arrays.copyOf(phiArg, 2 * phiArg.length);
        phiArg[phiArgCount++] = block;
        phiArg[phiArgCount++] = ref;
        phi[STRIDE * phiCount - 1]++;
    }

    /**
     * Gives every block a new number.
     *
     * @param order the old numbers in their new order, a permutation @param alongside another array by block that moves with them
     */
    void renumberBlocks(int[] order, int[] alongside) {
        int[] number = new int[blocks];
        for (int i = 0; i < blocks; i++) number[order[i]] = i;
        for (int[] column : new int[][] {insStart, insEnd, phiStart, phiEnd, jump, jumpArg, s1, s2, alongside}) permute(column, order);
        long[] names = new long[blocks];
        for (int i = 0; i < blocks; i++) names[i] = blockName[order[i]];
        System.arraycopy(names, 0, blockName, 0, blocks);
        for (int b = 0; b < blocks; b++) {
            if (s1[b] >= 0) s1[b] = number[s1[b]];
            if (s2[b] >= 0) s2[b] = number[s2[b]];
        }
        for (int a = 0; a < phiArgCount; a += 2) phiArg[a] = number[phiArg[a]];
    }

    private void permute(int[] column, int[] order) {
        int[] moved = new int[blocks];
        for (int i = 0; i < blocks; i++) moved[i] = column[order[i]];
        System.arraycopy(moved, 0, column, 0, blocks);
    }

    // ---- temporaries ----

    /** A new temporary. @param name 0 for one without a name in the source @return its number */
    public int newTemporary(int cls, long name) {
        if (temporaries == tmpClass.length) growTemporaries();
        int t = temporaries++;
        tmpClass[t] = (byte) cls;
        tmpName[t] = name;
        tmpSlot[t] = -1;
        return t;
    }

    private void growTemporaries() {
        int capacity = 2 * temporaries;
        tmpClass = Arrays.copyOf(tmpClass, capacity);
        tmpName = Arrays.copyOf(tmpName, capacity);
        tmpSlot = Arrays.copyOf(tmpSlot, capacity);
    }

    // ---- constants ----

    /** The operand for a number; floats by their bits. */
    public int constant(long bits) {
        return Ref.con(intern(CON_BITS, bits, 0));
    }

    /** The operand for a symbol's address plus an offset. */
    public int address(boolean thread, int symbol, long offset) {
        return Ref.con(intern(thread ? CON_THREAD_ADDRESS : CON_ADDRESS, offset, symbol));
    }

    private int intern(byte kind, long bits, int symbol) {
        int mask = conTable.length - 1;
        int at = hash(kind, bits, symbol) & mask;
        for (int c; (c = conTable[at]) >= 0; at = at + 1 & mask) {
            if (conBits[c] == bits && conKind[c] == kind && conSymbol[c] == symbol) return c;
        }
        conTable[at] = constants;
        int c = addConstant(kind, bits, symbol);
        conAt[c] = at;
        if (2 * constants > conTable.length) rehash();
        return c;
    }

    private int addConstant(byte kind, long bits, int symbol) {
        if (constants == conKind.length) {
            conKind = Arrays.copyOf(conKind, 2 * constants);
            conBits = Arrays.copyOf(conBits, 2 * constants);
            conSymbol = Arrays.copyOf(conSymbol, 2 * constants);
            conAt = Arrays.copyOf(conAt, 2 * constants);
        }
        conKind[constants] = kind;
        conBits[constants] = bits;
        conSymbol[constants] = symbol;
        return constants++;
    }

    private void rehash() {
        conTable = new int[2 * conTable.length];
        Arrays.fill(conTable, -1);
        int mask = conTable.length - 1;
        for (int c = 1; c < constants; c++) {
            int at = hash(conKind[c], conBits[c], conSymbol[c]) & mask;
            while (conTable[at] >= 0) at = at + 1 & mask;
            conTable[at] = c;
            conAt[c] = at;
        }
    }

    private static int hash(int kind, long bits, int symbol) {
        long h = (bits ^ (long) symbol << 32 ^ kind) * 0x9E3779B97F4A7C15L;
        return (int) (h >>> 40);
    }

    // ---- addresses ----

    /** The operand for {@code offset + base + index * scale}; each has its own entry, so that an allocator may write registers into it. */
    public int memory(int offset, int base, int index, int scale) {
        int at = STRIDE * memCount;
        if (at + STRIDE > mem.length) mem = Arrays.copyOf(mem, 2 * mem.length);
        mem[at] = offset;
        mem[at + 1] = base;
        mem[at + 2] = index;
        mem[at + 3] = scale;
        return Ref.mem(memCount++);
    }

    /** Whether the operand is a plain number (and not an address or undefined). */
    public boolean isNumber(int ref) {
        return Ref.isCon(ref) && conKind[Ref.value(ref)] == CON_BITS;
    }

    /** The number of a constant operand, or the offset of an address. */
    public long bits(int ref) {
        return conBits[Ref.value(ref)];
    }
}
