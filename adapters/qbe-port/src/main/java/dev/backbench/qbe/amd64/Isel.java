package dev.backbench.qbe.amd64;

import static dev.backbench.qbe.il.Cls.D;
import static dev.backbench.qbe.il.Cls.L;
import static dev.backbench.qbe.il.Cls.S;
import static dev.backbench.qbe.il.Cls.W;
import static dev.backbench.qbe.il.Ref.NONE;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import dev.backbench.qbe.pass.Uses;
import java.util.Arrays;

/**
 * Chooses instructions: backwards through each block and from the last block to the first, so that what a later instruction has swallowed (an address, a comparison) is seen
 * to be unused when its own turn comes and is left out.
 *
 * <p>Afterwards every operand is one the machine can encode in its place: second operands may be numbers of 32 bits or, of floats, any constant; loads and stores take
 * {@link Ref#MEM}, slots and symbols; divisions and shifts have copies to and from their fixed registers around them. Comparisons set flags ({@code xcmp a, b} as {@code a - b})
 * that the next {@code flag}, {@code xsel} or jump reads; nothing that is put between may change flags, as copies, loads, stores and swaps do not.
 *
 * <p>Needs SSA form, blocks in reverse postorder, and {@link Uses} of exactly this function. Linear, but that an address looks through {@link Addresses#DEPTH} definitions.
 */
public final class Isel {
    /** Bytes of slots; what is beyond is allocated as if its size were not known. */
    private static final int LARGEST_FRAME = 1 << 28;

    private final Uses uses;
    private final Addresses addresses = new Addresses(this);
    private final Conditions conditions;
    Fn fn;
    /** Remaining uses by temporary, of those that were there before this pass. */
    int[] left = new int[256];
    private int known;
    /** The open block's instructions, last first. */
    int[] back = new int[4096];
    int backCount;
    /**
     * By instruction of the open block: how many of those before it may change memory or end the function. A load may move down to a user of the same number. {@link #now} is the
     * number at the place that is being selected.
     */
    private int[] epoch = new int[256];
    private int now, current;

    /** What sets temporaries that operands were replaced with, to be emitted behind (that is, earlier in the code than) their user: quadruples as instructions. */
    private final int[] pending = new int[16];
    private int pendingCount;
    private boolean anySlot;
    /** By block the first, then pairs phi, next one: phis that get a slot's address from there. */
    private int[] slotArgument = new int[64], slotArguments = new int[32];
    private int slotArgumentCount;

    public Isel(Uses uses) {
        this.uses = uses;
        conditions = new Conditions(this, uses);
    }

    public void run(Fn fn) {
        this.fn = fn;
        known = fn.temporaries;
        if (left.length < known) left = new int[2 * known];
        for (int t = 0; t < known; t++) left[t] = uses.count(t);
        slots();
        slotArguments();
        for (int b = fn.blocks - 1; b >= 0; b--) block(b);
        fn.compact();
    }

    // ---- slots: allocations of the first block with a known size ----

    private void slots() {
        anySlot = false;
        for (int i = fn.insStart[0]; i < fn.insEnd[0]; i++) {
            int at = Fn.STRIDE * i, op = Fn.op(fn.ins[at]);
            if (!Op.isAlloc(op) || !fn.isNumber(fn.ins[at + 2])) continue;
            long size = fn.bits(fn.ins[at + 2]);
            if (size < 0 || size > LARGEST_FRAME || 4L * fn.slots + size > LARGEST_FRAME) continue;
            // Slots count 4-byte units up from the frame's end, whose distance from the frame pointer is a multiple of 16
            int units = (int) (size + 3 >> 2), unitAlign = 1 << op - Op.ALLOC4;
            fn.slots = fn.slots + unitAlign - 1 & -unitAlign;
            fn.tmpSlot[Ref.value(fn.ins[at + 1])] = fn.slots;
            anySlot = true;
            fn.slots += units;
            fn.ins[at] = Op.NOP;
            fn.ins[at + 1] = fn.ins[at + 2] = NONE;
        }
    }

    /** The slot a temporary is the address of, or -1. */
    int slotOf(int ref) {
        return Ref.isTmp(ref) && !Ref.isRegister(ref) ? fn.tmpSlot[Ref.value(ref)] : -1;
    }

    // ---- emission, backwards ----

    void emit(int op, int cls, int to, int first, int second) {
        if (4 * backCount + 4 > back.length) back = Arrays.copyOf(back, 2 * back.length);
        int at = 4 * backCount++;
        back[at] = op | cls << 16;
        back[at + 1] = to;
        back[at + 2] = first;
        back[at + 3] = second;
    }

    int temporary(int cls) {
        return Ref.tmp(fn.newTemporary(cls, 0));
    }

    private void block(int b) {
        backCount = 0;
        epochs(b);
        for (int n = slotArgument[b]; n >= 0; n = slotArguments[2 * n + 1]) phiArguments(b, slotArguments[2 * n]);
        conditions.jump(b);
        for (int i = fn.insEnd[b] - 1; i >= fn.insStart[b]; i--) i = select(i);
        fn.insStart[b] = fn.insCount;
        for (int n = 4 * (backCount - 1); n >= 0; n -= 4) fn.emit(back, n);
        fn.insEnd[b] = fn.insCount;
    }

    /** Notes at each block which phis get a slot's address from it. */
    private void slotArguments() {
        if (slotArgument.length < fn.blocks) slotArgument = new int[2 * fn.blocks];
        Arrays.fill(slotArgument, 0, fn.blocks, -1);
        slotArgumentCount = 0;
        for (int b = 0; anySlot && b < fn.blocks; b++) {
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
                for (int a = fn.phi[Fn.STRIDE * p + 2], end = a + 2 * fn.phi[Fn.STRIDE * p + 3]; a < end; a += 2) if (slotOf(fn.phiArg[a + 1]) >= 0) slotArgument(fn.phiArg[a], p);
            }
        }
    }

    private void slotArgument(int from, int phi) {
        if (2 * slotArgumentCount == slotArguments.length) slotArguments = Arrays.copyOf(slotArguments, 4 * slotArgumentCount);
        slotArguments[2 * slotArgumentCount] = phi;
        slotArguments[2 * slotArgumentCount + 1] = slotArgument[from];
        slotArgument[from] = slotArgumentCount++;
    }

    /** Slots' addresses that flow into a phi are computed at the end of the predecessor. */
    private void phiArguments(int b, int p) {
        for (int a = fn.phi[Fn.STRIDE * p + 2], end = a + 2 * fn.phi[Fn.STRIDE * p + 3]; a < end; a += 2) {
            if (fn.phiArg[a] != b || slotOf(fn.phiArg[a + 1]) < 0) continue;
            fn.phiArg[a + 1] = value(L, fn.phiArg[a + 1]);
            flush();
        }
    }

    private void epochs(int b) {
        int from = fn.insStart[b], to = fn.insEnd[b];
        if (epoch.length < to - from) epoch = new int[2 * (to - from)];
        current = b;
        now = 0;
        for (int i = from; i < to; i++) {
            int word = fn.ins[Fn.STRIDE * i], op = Fn.op(word);
            epoch[i - from] = now;
            boolean divides = op >= Op.DIV && op <= Op.UREM && !Cls.isFloat(Fn.cls(word));
            if (divides || Op.pinned(op) && !Op.isLoad(op)) now++;
        }
    }

    // ---- uses ----

    boolean dead(int op, int to) {
        return Ref.isTmp(to) && !Ref.isRegister(to) && Ref.value(to) < known && left[Ref.value(to)] == 0 && (!Op.pinned(op) || Op.isLoad(op) && !fn.loadsTrap);
    }

    void drop(int ref) {
        if (Ref.isTmp(ref) && Ref.value(ref) < known) left[Ref.value(ref)]--;
    }

    void keep(int ref) {
        if (Ref.isTmp(ref) && Ref.value(ref) < known) left[Ref.value(ref)]++;
    }

    /** The instruction that defines a temporary, as its index; -1 if there is none to look at. */
    int definition(int ref) {
        if (!Ref.isTmp(ref) || Ref.isRegister(ref) || Ref.value(ref) >= known) return -1;
        int def = uses.def[Ref.value(ref)];
        return Uses.isInstruction(def) ? def : -1;
    }

    // ---- operands ----

    /** A temporary that will hold {@code ref}: itself if it is one. {@link #flush} emits what sets it. */
    int value(int cls, int ref) {
        boolean slot = slotOf(ref) >= 0;
        if (!slot && !Ref.isCon(ref)) return ref;
        boolean address = slot || fn.conKind[Ref.value(ref)] > Fn.CON_BITS;
        if (!address) return later(Op.COPY, cls, ref);
        int pointer = later(Op.ADDR, L, slot ? Ref.slot(slotOf(ref)) : ref);
        return Cls.isFloat(cls) ? later(Op.CAST, cls, pointer) : pointer;
    }

    private int later(int op, int cls, int from) {
        int temporary = temporary(cls), at = pendingCount++ * 4;
        pending[at] = op | cls << 16;
        pending[at + 1] = temporary;
        pending[at + 2] = from;
        return temporary;
    }

    void flush() {
        while (pendingCount > 0) {
            int at = --pendingCount * 4;
            emit(Fn.op(pending[at]), Fn.cls(pending[at]), pending[at + 1], pending[at + 2], NONE);
        }
    }

    /** As {@link #value}, but a constant that can be encoded stays: any float, numbers of 32 bits. */
    int second(int cls, int ref) {
        return encodable(cls, ref) ? ref : value(cls, ref);
    }

    boolean encodable(int cls, int ref) {
        return fn.isNumber(ref) && (cls != L || fn.bits(ref) == (int) fn.bits(ref));
    }

    private int operandClass(int op, int cls, int index) {
        int wanted = Op.operand(op, cls, index);
        return wanted == Cls.NONE ? cls : wanted;
    }

    /** Emits an operation whose operands are temporaries. */
    private void unary(int op, int cls, int to, int first) {
        emit(op, cls, to, value(operandClass(op, cls, 0), first), NONE);
        flush();
    }

    /** Emits an operation whose second operand may be a constant or in memory. */
    void binary(int op, int cls, int to, int first, int second) {
        boolean swap = Op.commutes(op) && !loads(operandClass(op, cls, 1), second) && (Ref.isCon(first) && !Ref.isCon(second) || !Ref.isCon(second) && loads(operandClass(op, cls, 0), first));
        int a = swap ? second : first, b = swap ? first : second, wanted = operandClass(op, cls, 1);
        if (a != b && takesMemory(op) && loads(wanted, b)) {
            withMemory(op, cls, to, value(operandClass(op, cls, 0), a), b);
        } else {
            emit(op, cls, to, value(operandClass(op, cls, 0), a), second(wanted, b));
            flush();
        }
    }

    private static boolean takesMemory(int op) {
        return switch (op) {
            case Op.ADD, Op.SUB, Op.MUL, Op.AND, Op.OR, Op.XOR, Op.DIV, Op.XCMP -> true;
            default -> false;
        };
    }

    /** Whether the temporary is loaded in this block, whole and for this user alone, with nothing between that it must stay before. */
    boolean loads(int cls, int ref) {
        int def = definition(ref);
        if (def < 0 || uses.defBlock[Ref.value(ref)] != current || left[Ref.value(ref)] != 1) return false;
        int word = fn.ins[Fn.STRIDE * def], op = Fn.op(word);
        boolean whole = op == Op.LOAD || Fn.cls(word) == W && (op == Op.LOADSW || op == Op.LOADUW);
        return whole && Fn.cls(word) == cls && epoch[def - fn.insStart[current]] == now;
    }

    /** Emits an operation with the memory that {@code loaded} comes from as its second operand. */
    private void withMemory(int op, int cls, int to, int first, int loaded) {
        int mark = backCount;
        emit(op, cls, to, first, NONE);
        flush();
        back[4 * mark + 3] = takeLoad(loaded);
    }

    /** The address a load reads, which the caller's instruction, emitted already, does in its place. */
    int takeLoad(int loaded) {
        int at = Fn.STRIDE * definition(loaded), pointer = fn.ins[at + 2];
        drop(loaded);
        fn.ins[at] = Op.NOP;
        return Ref.kind(pointer) == Ref.SLOT ? pointer : addresses.of(pointer);
    }

    private void copy(int cls, int to, int from) {
        boolean slot = slotOf(from) >= 0, address = slot || Ref.isCon(from) && fn.conKind[Ref.value(from)] > Fn.CON_BITS;
        if (address) emit(Op.ADDR, L, to, slot ? Ref.slot(slotOf(from)) : from, NONE);
        else emit(Op.COPY, cls, to, from, NONE);
    }

    // ---- instructions ----

    /** @return the first instruction it has dealt with */
    private int select(int i) {
        int at = Fn.STRIDE * i, word = fn.ins[at], op = Fn.op(word), cls = Fn.cls(word), to = fn.ins[at + 1], first = fn.ins[at + 2], second = fn.ins[at + 3];
        if (op == Op.NOP) return i;
        now = epoch[i - fn.insStart[current]];
        if (dead(op, to)) {
            drop(first);
            drop(second);
            return i;
        }
        switch (op) {
            case Op.DIV, Op.REM, Op.UDIV, Op.UREM -> {
                if (Cls.isFloat(cls)) binary(op, cls, to, first, second);
                else divide(op, cls, to, first, second);
            }
            case Op.ADD -> add(i, cls, to, first, second);
            case Op.OR, Op.XOR -> {
                if (!rotate(cls, to, first, second)) binary(op, cls, to, first, second);
            }
            case Op.SAR, Op.SHR, Op.SHL, Op.ROTL, Op.ROTR -> shift(op, cls, to, first, second);
            case Op.UWTOF -> {
                int wide = temporary(L);
                emit(Op.SLTOF, cls, to, wide, NONE);
                unary(Op.EXTUW, L, wide, first);
            }
            case Op.ULTOF -> unsignedToFloat(cls, to, first);
            case Op.STOUI, Op.DTOUI -> floatToUnsigned(op, cls, to, first);
            case Op.ALLOC4, Op.ALLOC8, Op.ALLOC16 -> allocate(to, first);
            case Op.COPY -> copy(cls, to, first);
            case Op.ADDR, Op.DBGLOC, Op.SALLOC -> emit(op, cls, to, first, second);
            case Op.CALL -> {
                boolean direct = Ref.isCon(first) && fn.conKind[Ref.value(first)] == Fn.CON_ADDRESS;
                emit(op, cls, to, direct ? first : value(L, first), second);
                flush();
            }
            case Op.SEL1 -> {
                return conditions.choose(i);
            }
            default -> {
                if (Op.isLoad(op)) load(op, cls, to, first);
                else if (Op.isStore(op)) store(op, first, second);
                else if (Op.isIntCmp(op) || Op.isFltCmp(op)) conditions.compare(op, cls, to, first, second);
                else if (second == NONE) unary(op, cls, to, first);
                else binary(op, cls, to, first, second);
            }
        }
        return i;
    }

    /** Long additions of more than two parts are one {@code lea}. */
    private void add(int i, int cls, int to, int first, int second) {
        if (rotate(cls, to, first, second)) return;
        int address = cls == L ? addresses.ofSum(i) : NONE;
        if (address == NONE) binary(Op.ADD, cls, to, first, second);
        else emit(Op.ADDR, L, to, address, NONE);
    }

    /** The sum of shifts of one value to both sides, which leave no bit out and none twice, is a rotation. */
    private boolean rotate(int cls, int to, int first, int second) {
        int a = definition(first), b = definition(second);
        if (a < 0 || b < 0 || Cls.isFloat(cls)) return false;
        if (Uses.op(fn, a) == Op.SHR) {
            int swapped = a;
            a = b;
            b = swapped;
        }
        int left = Fn.STRIDE * a, right = Fn.STRIDE * b;
        boolean shifts = fn.ins[left] == (Op.SHL | cls << 16) && fn.ins[right] == (Op.SHR | cls << 16) && fn.ins[left + 2] == fn.ins[right + 2];
        if (!shifts || !fn.isNumber(fn.ins[left + 3]) || !fn.isNumber(fn.ins[right + 3]) || !Ref.isTmp(fn.ins[left + 2])) return false;
        long count = fn.bits(fn.ins[left + 3]), bits = Cls.isWide(cls) ? 64 : 32;
        if (count <= 0 || count >= bits || count + fn.bits(fn.ins[right + 3]) != bits || this.left[Ref.value(first)] != 1 || this.left[Ref.value(second)] != 1) return false;
        drop(first);
        drop(second);
        keep(fn.ins[left + 2]);
        binary(Op.ROTL, cls, to, fn.ins[left + 2], fn.ins[left + 3]);
        return true;
    }

    private void divide(int op, int cls, int to, int first, int second) {
        boolean remainder = op == Op.REM || op == Op.UREM, unsigned = op == Op.UDIV || op == Op.UREM;
        int rax = Regs.ref(Regs.RAX), rdx = Regs.ref(Regs.RDX), divisor = second;
        boolean own = Ref.isCon(second) || slotOf(second) >= 0;
        if (own) divisor = temporary(cls);
        emit(Op.COPY, cls, to, remainder ? rdx : rax, NONE);
        emit(Op.COPY, cls, NONE, remainder ? rax : rdx, NONE);
        emit(unsigned ? Op.XDIV : Op.XIDIV, cls, NONE, divisor, NONE);
        if (unsigned) emit(Op.COPY, cls, rdx, fn.constant(0), NONE);
        else emit(Op.SIGN, cls, rdx, rax, NONE);
        copy(cls, rax, first);
        if (own) copy(cls, divisor, second);
    }

    private void shift(int op, int cls, int to, int first, int second) {
        if (fn.isNumber(second)) {
            binary(op, cls, to, first, fn.constant(fn.bits(second) & (Cls.isWide(cls) ? 63 : 31)));
            return;
        }
        int rcx = Regs.ref(Regs.RCX);
        emit(Op.COPY, W, NONE, rcx, NONE);
        emit(op, cls, to, value(cls, first), rcx);
        flush();
        copy(W, rcx, second);
    }

    /** Above 2^63: halve, keeping the lowest bit for rounding, convert, and double by adding one to the exponent. */
    private void unsignedToFloat(int cls, int to, int first) {
        int bits = cls == S ? W : L, mantissa = cls == S ? 23 : 52;
        int top = temporary(L), low = temporary(L), shifted = temporary(L), half = temporary(L), converted = temporary(cls), raw = temporary(bits), exponent = temporary(bits), sum = temporary(bits);
        boolean own = Ref.isCon(first) || slotOf(first) >= 0;
        int source = own ? temporary(L) : first;
        emit(Op.CAST, cls, to, sum, NONE);
        emit(Op.ADD, bits, sum, raw, exponent);
        emit(Op.SHL, bits, exponent, top, fn.constant(mantissa));
        emit(Op.CAST, bits, raw, converted, NONE);
        emit(Op.SLTOF, cls, converted, half, NONE);
        emit(Op.OR, L, half, shifted, low);
        shift(Op.SHR, L, shifted, source, top);
        emit(Op.AND, L, low, source, top);
        emit(Op.SHR, L, top, source, fn.constant(63));
        if (own) copy(L, source, first);
    }

    /** A long from 2^63 up is out of the signed conversion's range, which then gives only the top bit: the rest is the conversion of what exceeds it. */
    private void floatToUnsigned(int op, int cls, int to, int first) {
        int from = op == Op.STOUI ? S : D, convert = op == Op.STOUI ? Op.STOSI : Op.DTOSI;
        if (cls == W) {
            int wide = temporary(L);
            emit(Op.COPY, W, to, wide, NONE);
            unary(convert, L, wide, first);
            return;
        }
        int near = temporary(L), far = temporary(L), mask = temporary(L), masked = temporary(L), less = temporary(from);
        int source = value(from, first);
        emit(Op.OR, L, to, near, masked);
        emit(Op.AND, L, masked, mask, far);
        emit(Op.SAR, L, mask, near, fn.constant(63));
        emit(convert, L, far, less, NONE);
        emit(Op.ADD, from, less, source, fn.constant(from == S ? Float.floatToRawIntBits(-0x1p63f) & 0xFFFFFFFFL : Double.doubleToRawLongBits(-0x1p63)));
        emit(convert, L, near, source, NONE);
        flush();
    }

    /** Sizes are rounded up to 16, so that the stack stays aligned. */
    private void allocate(int to, int size) {
        fn.leaf = false;
        if (fn.isNumber(size)) {
            emit(Op.SALLOC, L, to, fn.constant(fn.bits(size) + 15 & -16), NONE);
            return;
        }
        int rounded = temporary(L), sum = temporary(L);
        emit(Op.SALLOC, L, to, rounded, NONE);
        emit(Op.AND, L, rounded, sum, fn.constant(-16));
        binary(Op.ADD, L, sum, size, fn.constant(15));
    }

    private void load(int op, int cls, int to, int from) {
        int mark = backCount;
        emit(op, cls, to, NONE, NONE);
        back[4 * mark + 2] = Ref.kind(from) == Ref.SLOT ? from : addresses.of(from);
    }

    /** Numbers are stored as immediates, floats by their bits. */
    private void store(int op, int value, int to) {
        int wanted = Op.operand(op, W, 0);
        if (fn.isNumber(value) && (!Cls.isWide(wanted) || fn.bits(value) == (int) fn.bits(value))) {
            emitStore(wanted == S ? Op.STOREW : wanted == D ? Op.STOREL : op, value, to);
        } else {
            emitStore(op, value(wanted, value), to);
        }
    }

    private void emitStore(int op, int value, int to) {
        int mark = backCount;
        emit(op, W, NONE, value, NONE);
        flush();
        back[4 * mark + 3] = Ref.kind(to) == Ref.SLOT ? to : addresses.of(to);
    }
}
