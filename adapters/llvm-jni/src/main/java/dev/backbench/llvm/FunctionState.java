package dev.backbench.llvm;

import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import java.util.Arrays;

/**
 * The function being built: where instructions go, the table of values, trap blocks. Shared by the builder's parts.
 *
 * <p>A value is an index into parallel arrays. A comparison's result stays an {@code i1} until somebody wants the i32 of it; a constant remembers its
 * bits; a withdrawn block parameter forwards to what replaced it.
 */
final class FunctionState {
    private static final byte PLAIN = 0, BOOLEAN = 1, CONSTANT = 2;
    private static final TrapReason[] REASONS = TrapReason.values();

    final ModuleIr m;
    final long builder;
    long function;
    int functionIndex;
    long instance;
    /** The LLVM block that instructions go to; a Wasm block becomes a chain of them where checks branch off. */
    long current;
    private long prologue;
    private long body;
    private long memoryBase;
    private int effects;
    private final long[] trapBlocks = new long[REASONS.length];
    private final long[] one = new long[1];

    private int count;
    private long[] refs = new long[256];
    private byte[] kinds = new byte[256];
    private long[] bits = new long[256];
    private int[] forward = new int[256];
    /** The value zero-extended to 64 bits, made in block {@code extendedIn}. */
    private long[] extended = new long[256];
    private long[] extendedIn = new long[256];

    FunctionState(ModuleIr m) {
        this.m = m;
        builder = m.builder;
    }

    void begin(int index) {
        functionIndex = index;
        function = m.function(index);
        instance = Llvm.parameter(function, 0);
        prologue = Llvm.appendBlock(m.context, function);
        current = Llvm.appendBlock(m.context, function);
        Llvm.positionAtEnd(builder, current);
        memoryBase = 0;
        Arrays.fill(trapBlocks, 0);
        count = 0;
        body = current;
    }

    void end() {
        Llvm.positionAtEnd(builder, prologue);
        Llvm.br(builder, body);
    }

    // ---- values ----

    int value(long ref) {
        return add(ref, PLAIN, 0);
    }

    /** An i32 that is 0 or 1, kept as an {@code i1}. */
    int bool(long i1) {
        return add(i1, BOOLEAN, 0);
    }

    /** @param bits zero-extended for an i32 */
    int constant(long ref, long bits) {
        return add(ref, CONSTANT, bits);
    }

    private int add(long ref, byte kind, long bits) {
        if (count == refs.length) grow();
        refs[count] = ref;
        kinds[count] = kind;
        this.bits[count] = bits;
        forward[count] = -1;
        extendedIn[count] = 0;
        return count++;
    }

    private void grow() {
        int size = 2 * count;
        refs = Arrays.copyOf(refs, size);
        kinds = Arrays.copyOf(kinds, size);
        bits = Arrays.copyOf(bits, size);
        forward = Arrays.copyOf(forward, size);
        extended = Arrays.copyOf(extended, size);
        extendedIn = Arrays.copyOf(extendedIn, size);
    }

    /** The value that {@code id} stands for after aliases. */
    int find(int id) {
        while (forward[id] >= 0) id = forward[id];
        return id;
    }

    int valueCount() {
        return count;
    }

    /** From now on {@code id} means {@code target}. */
    void forward(int id, int target) {
        forward[id] = target;
    }

    boolean isConstant(int id) {
        return kinds[find(id)] == CONSTANT;
    }

    long bits(int id) {
        return bits[find(id)];
    }

    /** In the type Wasm says. */
    long ref(int id) {
        int at = find(id);
        if (kinds[at] == BOOLEAN) widen(at);
        return refs[at];
    }

    /** Made right behind the comparison, so that it dominates whatever the comparison dominates. */
    private void widen(int id) {
        long i1 = refs[id];
        long at = builder;
        if (Llvm.isInstruction(i1)) {
            at = m.sideBuilder;
            Llvm.positionAfter(at, i1);
        }
        refs[id] = Llvm.cast(at, Llvm.ZEXT, i1, m.i32);
        kinds[id] = PLAIN;
    }

    /** As a truth value. */
    long condition(int id) {
        int at = find(id);
        if (kinds[at] == BOOLEAN) return refs[at];
        return Llvm.icmp(builder, Llvm.NE, refs[at], Llvm.constant(m.i32, 0));
    }

    /** An i32 as an unsigned 64-bit value. */
    long zext(int id) {
        int at = find(id);
        if (kinds[at] == CONSTANT) return Llvm.constant(m.i64, bits[at]);
        if (extendedIn[at] == current) return extended[at];
        extended[at] = Llvm.cast(builder, Llvm.ZEXT, ref(at), m.i64);
        extendedIn[at] = current;
        return extended[at];
    }

    // ---- positions ----

    /** A new block behind everything so far; cold ones stay there, others are moved when they are started. */
    long newBlock() {
        return Llvm.appendBlock(m.context, function);
    }

    /** Instructions go to {@code block}, which is laid out next. */
    void start(long block) {
        Llvm.moveBlockAfter(block, current);
        moveTo(block);
    }

    void moveTo(long block) {
        current = block;
        Llvm.positionAtEnd(builder, block);
    }

    /** The builder of the prologue, at its end. */
    long inPrologue() {
        Llvm.positionAtEnd(m.sideBuilder, prologue);
        return m.sideBuilder;
    }

    // ---- traps ----

    /** The function's one block that traps for {@code reason}. */
    long trapBlock(TrapReason reason) {
        long known = trapBlocks[reason.ordinal()];
        if (known != 0) return known;
        long block = newBlock();
        Llvm.positionAtEnd(builder, block);
        one[0] = Llvm.constant(m.i8, reason.ordinal());
        m.callOn(Intrinsic.UBSANTRAP, new long[0], one, 1);
        Llvm.unreachable(builder);
        Llvm.positionAtEnd(builder, current);
        return trapBlocks[reason.ordinal()] = block;
    }

    /** Something happens here that a trap after it must not undo and a trap before it must prevent. */
    void effect() {
        effects++;
    }

    /** Effects so far: accesses with the same count have none between them. */
    int effects() {
        return effects;
    }

    void trapIf(long condition, TrapReason reason) {
        effect();
        long trap = trapBlock(reason), next = newBlock();
        Llvm.condBr(builder, condition, trap, next);
        start(next);
    }

    void trap(TrapReason reason) {
        Llvm.br(builder, trapBlock(reason));
    }

    // ---- the instance record ----

    long offset(long pointer, long bytes) {
        return bytes == 0 ? pointer : Llvm.element(builder, m.i8, pointer, Llvm.constant(m.i64, bytes));
    }

    /** Loads what never changes while the instance lives. */
    long invariant(long type, long pointer, long offset) {
        long load = Llvm.load(builder, type, offset(pointer, offset));
        m.invariant(load);
        return load;
    }

    /** Loaded once a function, in its prologue: it never moves. */
    long memoryBase() {
        if (memoryBase == 0) {
            long at = inPrologue();
            memoryBase = Llvm.load(at, m.pointer, Llvm.element(at, m.i8, instance, Llvm.constant(m.i64, InstanceLayout.MEMORY_BASE)));
            m.invariant(memoryBase);
        }
        return memoryBase;
    }
}
