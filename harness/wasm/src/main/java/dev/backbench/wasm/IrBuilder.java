package dev.backbench.wasm;

/**
 * What the shared SSA translation drives: an adapter builds its own IR from these calls, in the order of the function's bytes.
 *
 * <p>Values and blocks are ints that the adapter hands out and the translation hands back; the translation never does arithmetic on
 * them. Negative is none. Operations keep their Wasm meaning (a load traps, a division traps, an indirect call checks): expanding
 * them is the adapter's. Locals never appear: they are SSA values, joined by block parameters.
 *
 * <p>The protocol, per function:
 * <ol>
 *   <li>{@link #begin}, {@link #parameter} for each parameter in order; the current position is the function's entry, which is no
 *       block's and never a branch target;
 *   <li>operations at the current position; every block and the entry ends with exactly one of {@link #jump}, {@link #branchIf},
 *       {@link #branchTable}, {@link #ret}, {@link #unreachable}, after which nothing is added until the next {@link #startBlock};
 *       unreachable code produces no calls at all;
 *   <li>{@link #block} makes a block, {@link #blockParameter} may add to it at any time, before or after branches to it exist and
 *       after it was started; a block that was never branched to is never started; a block is started at most once;
 *   <li>each branch carries <em>edges</em>, numbered per function from 0 in order of creation; {@link #edgeArgument} gives the value a
 *       parameter of the target takes on that edge, at any time before {@link #end}; exactly one per edge and live parameter of the target;
 *   <li>{@link #alias} withdraws a parameter found to be redundant, which then takes no (further) edge arguments;
 *   <li>{@link #end}. After a {@link WasmException} instead of it, the next call is {@link #begin} again.
 * </ol>
 *
 * <p>One builder serves one thread. Types are {@link ValType} constants, operations {@link Opcode} constants.
 */
public interface IrBuilder extends MemoryBuilder {
    /** No value. */
    int NONE = -1;

    /** What stays fixed while one function is translated, and where the translation is. */
    interface Context {
        WasmModule module();

        /** Index of the function in the module's function index space. */
        int function();

        FuncType type();

        /** Byte offset in the module of the operation being translated. */
        int offset();
    }

    void begin(Context context);

    /** The value of parameter {@code index}. */
    int parameter(int index, int type);

    /** All blocks have been translated and all edge arguments given. */
    void end();

    // ---- control ----

    /** A new block. @param loop whether it heads a loop, so that a branch to it from below will come */
    int block(boolean loop);

    /** A new parameter of {@code block}; its value may be used wherever the block dominates. */
    int blockParameter(int block, int type);

    /** Operations now go to {@code block}. */
    void startBlock(int block);

    /** All branches to {@code block} exist from here on. */
    default void sealed(int block) {}

    /** The value {@code parameter} (of the block that {@code edge} leads to) takes when control passes along {@code edge}. */
    void edgeArgument(int edge, int parameter, int value);

    /**
     * {@code parameter} is always {@code value}, which dominates its block: uses so far and to come mean {@code value}. Edge arguments that were given
     * for it lapse. The translation itself will not hand {@code parameter} back again, except as {@code value} of an earlier alias's user.
     */
    void alias(int parameter, int value);

    void jump(int edge, int target);

    /** To {@code then} along {@code edge} if {@code condition} (i32) is not zero, otherwise to {@code otherwise} along {@code otherEdge}. */
    void branchIf(int condition, int edge, int then, int otherEdge, int otherwise);

    /**
     * Index {@code i < caseCount - 1} (unsigned) goes along {@code edges[cases[i]]}, any other along {@code edges[cases[caseCount - 1]]}. Edges are
     * distinct in target: a target named by many cases has one edge. The arrays are the translation's and are reused.
     */
    void branchTable(int index, int[] cases, int caseCount, int[] edges, int[] targets, int edgeCount);

    /** Return {@code values[0 .. count)}. */
    void ret(int[] values, int count);

    /** The {@code unreachable} instruction: a trap. */
    void unreachable();

    // ---- values ----

    int constI32(int value);

    int constI64(long value);

    /** By bits: a NaN's payload is kept. */
    int constF32(int bits);

    int constF64(long bits);

    /** Every one-operand numeric operation, conversions and {@code eqz} included; truncations trap as in Wasm. */
    int unary(int opcode, int operand);

    /** Every two-operand numeric operation, comparisons included; integer division traps as in Wasm. */
    int binary(int opcode, int left, int right);

    /** {@code condition != 0 ? whenTrue : whenFalse}. */
    int select(int type, int condition, int whenTrue, int whenFalse);

    // ---- references ----

    int refNull(int type);

    int refIsNull(int reference);

    int refFunc(int function);

    // ---- calls ----

    /**
     * Calls {@code function}, imported or defined, with {@code arguments[0 .. count)}; writes a value per result to {@code results}. The arrays
     * are the translation's and are reused.
     */
    void call(int function, int[] arguments, int count, int[] results);

    /** Calls through {@code table} at {@code index}; traps if out of bounds, null, or of another type than type index {@code type}. */
    void callIndirect(int table, int type, int index, int[] arguments, int count, int[] results);
}
