package dev.backbench.gcc;

import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.Opcode;
import dev.backbench.wasm.ValType;
import java.util.Arrays;

/**
 * Builds one libgccjit function from a {@link Recording}.
 *
 * <p>A value used once, in its own block, stays an expression until that use takes it in ({@link #PENDING}, then {@link #INLINED}); any other goes into
 * a local. Expressions that read memory or a global ("impure") must not move past anything that may write it: whatever does so first puts the impure ones that
 * are still pending into locals, in {@link #flush}. What may trap is a statement at once.
 *
 * <p>Block parameters are locals assigned on the edges. Locals whose uses all lie in one block are used again by later blocks, so that their number
 * follows the largest block and not the function.
 */
final class FunctionBuilder {
    private static final byte PLAIN = 0, PENDING = 1, INLINED = 2;
    /** Deeper expressions than this go into locals: GCC walks them recursively. */
    private static final int MAX_DEPTH = 48;
    private static final int SEVERAL = -2, NOWHERE = -1;

    final ModuleBuilder m;
    final JitContext jit;
    private final Operations operations;
    Recording r;
    private long function;
    /** The block that takes the next statement. */
    long at;
    long instance;
    private long results;

    private int[] uses = new int[256], useBlock = new int[256];
    private byte[] state = new byte[256];
    private boolean[] isBool = new boolean[256], isImpure = new boolean[256];
    private byte[] depth = new byte[256];
    private long[] expression = new long[256], local = new long[256], wide = new long[256];
    private long[] blocks = new long[64];
    private int[] impure = new int[64];
    private int impureCount;
    private boolean treeIsImpure;
    private int treeDepth;
    private final long[] trapBlocks = new long[TrapReason.values().length];
    private final LocalPool pool;
    private final EdgeMoves moves = new EdgeMoves();
    private long[] arguments = new long[16];
    private final long[] addresses = new long[2];

    FunctionBuilder(ModuleBuilder m) {
        this.m = m;
        jit = m.jit;
        pool = new LocalPool(jit);
        operations = new Operations(this);
    }

    void build(Recording recording) {
        r = recording;
        int index = r.context.function();
        function = m.function(index);
        prepare();
        pool.reset(function);
        Arrays.fill(trapBlocks, 0);
        at = blockOf(0);
        parameters(r.context.type());
        operations.begin();
        for (int i = 0; i < r.startedCount; i++) block(r.started[i]);
        r = null;
    }

    private void parameters(FuncType type) {
        instance = Jit.parameterValue(Jit.functionParameter(function, 0));
        int hidden = 1;
        if (type.results().length > 1) results = Jit.parameterValue(Jit.functionParameter(function, hidden++));
        for (int row = 0; row < r.count && r.op[row] == Recording.PARAMETER; row++) {
            expression[row] = Jit.parameterValue(Jit.functionParameter(function, hidden + r.imm[row]));
        }
    }

    // ---- what is used where ----

    private void prepare() {
        int n = r.count;
        if (uses.length < n) {
            int size = Math.max(n, 2 * uses.length);
            uses = new int[size];
            useBlock = new int[size];
            state = new byte[size];
            isBool = new boolean[size];
            isImpure = new boolean[size];
            depth = new byte[size];
            expression = new long[size];
            local = new long[size];
            wide = new long[size];
        }
        Arrays.fill(uses, 0, n, 0);
        Arrays.fill(useBlock, 0, n, NOWHERE);
        Arrays.fill(state, 0, n, PLAIN);
        Arrays.fill(isBool, 0, n, false);
        Arrays.fill(isImpure, 0, n, false);
        Arrays.fill(depth, 0, n, (byte) 0);
        Arrays.fill(expression, 0, n, 0);
        Arrays.fill(local, 0, n, 0);
        Arrays.fill(wide, 0, n, 0);
        if (blocks.length < r.blocks()) blocks = new long[Math.max(r.blocks(), 2 * blocks.length)];
        Arrays.fill(blocks, 0, r.blocks(), 0);
        impureCount = 0;
        countUses();
        moves.prepare(n);
    }

    private void countUses() {
        Recording r = this.r;
        for (int row = 0; row < r.count; row++) {
            if (r.op[row] == Recording.BLOCK_PARAMETER) continue;
            int block = r.blockOf[row], n = r.operands[row];
            if (n == Recording.LIST) {
                for (int i = r.a[row], end = i + r.b[row]; i < end; i++) use(r.list[i] = r.resolve(r.list[i]), block);
                continue;
            }
            if (n > 0) use(r.a[row] = r.resolve(r.a[row]), block);
            if (n > 1) use(r.b[row] = r.resolve(r.b[row]), block);
            if (n > 2) use(r.c[row] = r.resolve(r.c[row]), block);
        }
        for (int e = 0; e < r.edges(); e++) {
            for (int i = r.edgeRow[e]; i < r.edgeRow[e + 1]; i++) if (r.rowValue[i] != r.rowParameter[i]) use(r.rowValue[i], r.edgeSource[e]);
        }
    }

    private void use(int value, int block) {
        uses[value]++;
        useBlock[value] = useBlock[value] == NOWHERE || useBlock[value] == block ? block : SEVERAL;
    }

    int uses(int value) {
        return uses[value];
    }

    // ---- expressions ----

    /** The expression of a value, taken in by the statement or expression being made. */
    long take(int value) {
        long taken = takeRaw(value);
        return isBool[value] && state[value] == INLINED ? jit.cast(taken, jit.u32) : taken;
    }

    /** The same as {@link JitContext#bool}: whether it is not zero. */
    long takeCondition(int value) {
        long taken = takeRaw(value);
        return isBool[value] && state[value] == INLINED ? taken : jit.compare(Jit.NE, taken, jit.zero32);
    }

    /** The same as {@link #take}, but good for any number of uses: an expression goes into a local. */
    long takeFixed(int value) {
        if (state[value] == PENDING) store(value);
        return takeRaw(value);
    }

    boolean isPendingBool(int value) {
        return state[value] == PENDING && isBool[value];
    }

    /** An i32 zero-extended, as {@link JitContext#u64}. */
    long takeWide(int value) {
        if (wide[value] != 0) return wide[value];
        if (r.op[value] == Opcode.I32_CONST) return jit.u64(r.a[value] & 0xffffffffL);
        return jit.cast(take(value), jit.u64);
    }

    private long takeRaw(int value) {
        if (wide[value] != 0) return jit.cast(wide[value], jit.u32);
        if (state[value] == PENDING) {
            state[value] = INLINED;
            treeIsImpure |= isImpure[value];
            treeDepth = Math.max(treeDepth, depth[value]);
            return expression[value];
        }
        return expression[value] != 0 ? expression[value] : (expression[value] = leaf(value));
    }

    private long leaf(int value) {
        return switch (r.op[value]) {
            case Opcode.I32_CONST -> jit.u32(r.a[value]);
            case Opcode.I64_CONST -> jit.u64(r.bits(value));
            case Opcode.F32_CONST -> jit.f32(r.a[value]);
            case Opcode.F64_CONST -> jit.f64(r.bits(value));
            case Opcode.REF_NULL -> jit.zero64;
            case Recording.BLOCK_PARAMETER -> Jit.value(parameterLocal(value));
            default -> throw new AssertionError("value " + value + " (operation 0x" + Integer.toHexString(r.op[value]) + ") is used before it is made");
        };
    }

    long parameterLocal(int parameter) {
        return local[parameter] != 0 ? local[parameter] : (local[parameter] = pool.lasting(r.type[parameter]));
    }

    /** Begins an expression: {@link #take} notes what it takes in. */
    void open() {
        treeIsImpure = false;
        treeDepth = 0;
    }

    /** Ends an expression without effects, begun with {@link #open}. @param reads whether it reads memory or a global itself */
    void define(int row, long value, boolean bool, boolean reads) {
        if (uses[row] == 0) return;
        boolean impureNow = treeIsImpure | reads;
        expression[row] = value;
        isBool[row] = bool;
        isImpure[row] = impureNow;
        if (uses[row] == 1 && useBlock[row] == r.blockOf[row] && treeDepth < MAX_DEPTH) {
            state[row] = PENDING;
            depth[row] = (byte) (treeDepth + 1);
            if (impureNow) push(row);
        } else {
            store(row);
        }
    }

    /** Ends an expression that is evaluated here, once, whether or not its value is used. */
    void defineHere(int row, long value) {
        expression[row] = value;
        store(row);
    }

    private void store(int row) {
        long home = home(row);
        Jit.assign(at, home, isBool[row] ? jit.cast(expression[row], jit.u32) : expression[row]);
        isIn(row, home);
    }

    /** A local for a value. */
    long home(int row) {
        return home(row, r.type[row]);
    }

    long home(int row, int valType) {
        return useBlock[row] == r.blockOf[row] || uses[row] == 0 ? pool.forBlock(valType) : pool.lasting(valType);
    }

    /** The value, an i32, has been assigned zero-extended to {@code home}, an i64. */
    void isInWide(int row, long home) {
        wide[row] = Jit.value(home);
    }

    /** The value has been assigned to {@code home}. */
    void isIn(int row, long home) {
        expression[row] = Jit.value(home);
        isBool[row] = false;
        state[row] = PLAIN;
    }

    private void push(int row) {
        if (impureCount == impure.length) impure = Arrays.copyOf(impure, 2 * impureCount);
        impure[impureCount++] = row;
    }

    /** Evaluates what reads memory or a global and is still pending: a write follows. */
    void flush() {
        for (int i = 0; i < impureCount; i++) if (state[impure[i]] == PENDING) store(impure[i]);
        impureCount = 0;
    }

    LocalPool pool() {
        return pool;
    }

    long[] arguments(int n) {
        if (arguments.length < n) arguments = new long[Math.max(n, 2 * arguments.length)];
        return arguments;
    }

    // ---- blocks ----

    private long blockOf(int block) {
        return blocks[block] != 0 ? blocks[block] : (blocks[block] = jit.block(function));
    }

    long newBlock() {
        return jit.block(function);
    }

    /** Goes on only if {@code condition} is false. */
    void trapIf(long condition, TrapReason reason) {
        long next = newBlock();
        Jit.conditional(at, condition, trapBlock(reason), next);
        at = next;
    }

    long trapBlock(TrapReason reason) {
        int i = reason.ordinal();
        if (trapBlocks[i] == 0) jit.trap(trapBlocks[i] = newBlock(), reason);
        return trapBlocks[i];
    }

    private void block(int block) {
        at = blockOf(block);
        pool.startBlock();
        for (int row = r.blockStart[block], end = r.blockEnd[block] - 1; row < end; row++) operations.emit(row);
        terminate(r.blockEnd[block] - 1);
    }

    private void terminate(int row) {
        switch (r.op[row]) {
            case Opcode.BR -> jump(r.imm[row]);
            case Opcode.BR_IF -> {
                long condition = takeCondition(r.a[row]);
                long from = at, then = edgeBlock(r.imm[row]), otherwise = edgeBlock(r.imm2[row]);
                Jit.conditional(from, condition, then, otherwise);
            }
            case Opcode.BR_TABLE -> branchTable(row);
            case Opcode.RETURN -> ret(row);
            case Opcode.UNREACHABLE -> jit.trap(at, TrapReason.UNREACHABLE);
            default -> throw new AssertionError("a block ends with operation 0x" + Integer.toHexString(r.op[row]));
        }
    }

    private void jump(int edge) {
        moves.emit(edge);
        Jit.jump(at, blockOf(r.edgeTarget[edge]));
    }

    /** The block an edge of several leads to: its target, or one that makes the moves and jumps there. */
    private long edgeBlock(int edge) {
        long target = blockOf(r.edgeTarget[edge]);
        if (!moves.any(edge)) return target;
        long between = at = newBlock();
        moves.emit(edge);
        Jit.jump(at, target);
        return between;
    }

    private void branchTable(int row) {
        long index = take(r.a[row]);
        int caseList = r.b[row], caseCount = r.c[row], edgeList = r.imm[row], edgeCount = r.imm2[row];
        long from = at;
        long[] targets = new long[edgeCount];
        for (int i = 0; i < edgeCount; i++) targets[i] = edgeBlock(r.list[edgeList + i]);
        int fallback = r.list[caseList + caseCount - 1];
        long[] cases = new long[caseCount];
        int n = 0;
        for (int i = 0, end; i < caseCount - 1; i = end) {
            int edge = r.list[caseList + i];
            for (end = i + 1; end < caseCount - 1 && r.list[caseList + end] == edge; end++) {}
            if (edge != fallback) cases[n++] = Jit.switchCase(jit.ctx, jit.u32(i), jit.u32(end - 1), targets[edge]);
        }
        if (n == 0) {
            Jit.jump(from, targets[fallback]);
        } else {
            Jit.switchOn(from, index, targets[fallback], n, jit.array(cases, n));
        }
    }

    private void ret(int row) {
        int first = r.a[row], n = r.b[row];
        if (n == 1) {
            Jit.ret(at, take(r.list[first]));
            return;
        }
        for (int i = 0; i < n; i++) {
            int value = r.list[first + i];
            Jit.assign(at, jit.field(results, (long) InstanceLayout.SLOT_BYTES * i, jit.typeOf(r.type[value])), take(value));
        }
        Jit.retVoid(at);
    }

    /**
     * Assignments of an edge happen at once: a parameter that another argument still reads after its turn is first computed into a temporary. Arguments read
     * parameters directly or deep in their expressions.
     */
    private final class EdgeMoves {
        /** By value: position of the parameter in the edge being emitted, if {@code edgeOf} says it is of that edge. */
        private int[] position = new int[0], edgeOf = new int[0];
        private boolean[] needsTemporary = new boolean[64];
        private long[] temporaries = new long[64];

        void prepare(int values) {
            if (position.length < values) {
                position = new int[uses.length];
                edgeOf = new int[uses.length];
            }
            Arrays.fill(edgeOf, 0, values, NOWHERE);
        }

        private boolean moves(int i) {
            return uses[r.rowParameter[i]] > 0 && r.rowValue[i] != r.rowParameter[i];
        }

        boolean any(int edge) {
            for (int i = r.edgeRow[edge]; i < r.edgeRow[edge + 1]; i++) if (moves(i)) return true;
            return false;
        }

        void emit(int edge) {
            int first = r.edgeRow[edge], n = r.edgeRow[edge + 1] - first;
            if (needsTemporary.length < n) {
                needsTemporary = new boolean[2 * n];
                temporaries = new long[2 * n];
            }
            Arrays.fill(needsTemporary, 0, n, false);
            for (int i = 0; i < n; i++) {
                if (!moves(first + i)) continue;
                edgeOf[r.rowParameter[first + i]] = edge;
                position[r.rowParameter[first + i]] = i;
            }
            for (int i = 0; i < n; i++) if (moves(first + i)) findReads(r.rowValue[first + i], edge, i);
            for (int i = 0; i < n; i++) {
                if (!needsTemporary[i]) continue;
                temporaries[i] = pool.forBlock(r.type[r.rowParameter[first + i]]);
                Jit.assign(at, temporaries[i], take(r.rowValue[first + i]));
            }
            for (int i = 0; i < n; i++) {
                if (moves(first + i) && !needsTemporary[i]) Jit.assign(at, parameterLocal(r.rowParameter[first + i]), take(r.rowValue[first + i]));
            }
            for (int i = 0; i < n; i++) if (needsTemporary[i]) Jit.assign(at, parameterLocal(r.rowParameter[first + i]), Jit.value(temporaries[i]));
        }

        private void findReads(int value, int edge, int reader) {
            if (r.op[value] == Recording.BLOCK_PARAMETER) {
                if (edgeOf[value] == edge && position[value] < reader) needsTemporary[position[value]] = true;
                return;
            }
            if (state[value] == PLAIN) return;
            int n = r.operands[value];
            assert n != Recording.LIST : "calls are never part of an expression";
            if (n > 0) findReads(r.a[value], edge, reader);
            if (n > 1) findReads(r.b[value], edge, reader);
            if (n > 2) findReads(r.c[value], edge, reader);
        }
    }

    long functionHandle() {
        return function;
    }

    boolean checksBounds() {
        return m.bounds == CompileOptions.Bounds.EXPLICIT;
    }

    boolean isConstant(int value) {
        int op = r.op[value];
        return op == Opcode.I32_CONST || op == Opcode.I64_CONST;
    }
}
