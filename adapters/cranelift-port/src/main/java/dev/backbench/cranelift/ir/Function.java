package dev.backbench.cranelift.ir;

import java.util.Arrays;

/**
 * One function as arrays of ints: instructions, values and blocks are numbers, printed {@code inst7}, {@code v3}, {@code block2}. The whole is reused: {@link #reset} keeps
 * the arrays.
 *
 * <p>Invariant: the results of an instruction and the parameters of a block name values whose definition names that instruction or block.
 */
public final class Function {
    /** Numbers of values and blocks that a text may use; more is a limit, not an error of the text. */
    public static final int MAX_NUMBER = 1 << 24;
    /** An instruction without a source location. */
    public static final int NO_LOCATION = -1;
    private static final int NO_ENTITY = -1;
    public static final int NO_DEFINITION = 0, RESULT = 1, PARAM = 2, ALIAS = 3;

    public final Pool pool = new Pool();
    public final Bytes text = new Bytes();
    public final Entities entities = new Entities();
    public final Layout layout = new Layout();

    /** Its name, as of an external function; signature fields as in {@link Entities}; lines of its first and last byte. */
    public int name, conv, params, returns, firstLine, lastLine;
    /** The global value that bounds the stack, -1 where none does. */
    public int stackLimit;
    /** Whether any instruction has a source location, which changes how all are printed. */
    public boolean hasLocations;

    private static final int OP = 0, CONTROL = 1, ARGS = 2, RESULTS = 3, ENTITY = 4, EXTRA = 5, FLAGS = 6, SHIFT = 3;
    private int insts;
    /** What passes look at, a row for each instruction, so that one line of the cache holds it. */
    private int[] rows = new int[256 << SHIFT];
    /** What most instructions lack; zero from {@link #insts} on. Locations are complemented. */
    private long[] immediate = new long[256];
    private int[] stackMap = new int[256], line = new int[256], location = new int[256];
    private boolean hasStackMaps, hasLines;

    private int values;
    /** By value, from the lowest bit: its type, its kind, its definition. */
    private long[] value = new long[256];
    private static final int KIND = 16, DEFINITION = 32;

    private int blocks;
    private int[] blockParams = new int[32], blockLine = new int[32];
    private boolean[] cold = new boolean[32];

    public Function() {
        reset();
    }

    public void reset() {
        layout.reset(blocks, insts);
        Arrays.fill(value, 0, values, packed(Types.NONE, NO_DEFINITION, 0));
        Arrays.fill(blockParams, 0, blocks, 0);
        Arrays.fill(blockLine, 0, blocks, 0);
        Arrays.fill(cold, 0, blocks, false);
        Arrays.fill(immediate, 0, insts, 0);
        if (hasStackMaps) Arrays.fill(stackMap, 0, insts, 0);
        if (hasLines) Arrays.fill(line, 0, insts, 0);
        if (hasLocations) Arrays.fill(location, 0, insts, 0);
        hasStackMaps = hasLines = false;
        insts = values = blocks = 0;
        pool.reset();
        text.reset();
        entities.reset();
        params = returns = firstLine = lastLine = 0;
        conv = CallConv.FAST.ordinal();
        stackLimit = -1;
        hasLocations = false;
    }

    // Instructions.

    public int insts() {
        return insts;
    }

    /** An instruction without operands and results, in no block. */
    public int newInst(Op which, int controlType) {
        return newInst(which, controlType, 0, 0, 0);
    }

    private int newInst(Op which, int controlType, int args, int results, int flags) {
        if (insts == immediate.length) growInsts();
        int inst = insts++, at = inst << SHIFT;
        int[] rows = this.rows;
        rows[at + OP] = which.ordinal();
        rows[at + CONTROL] = controlType;
        rows[at + ARGS] = args;
        rows[at + RESULTS] = results;
        rows[at + ENTITY] = NO_ENTITY;
        rows[at + EXTRA] = 0;
        rows[at + FLAGS] = flags;
        return inst;
    }

    /** A new instruction at the end of a block, without results. @param args a list of {@link #pool} */
    public int append(int block, Op which, int controlType, int args, int flags) {
        int inst = newInst(which, controlType, args, 0, flags);
        layout.append(inst, block);
        return inst;
    }

    /** The same with one result. @return the result */
    public int append(int block, Op which, int controlType, int args, int flags, int resultType) {
        int result = newValue(resultType, RESULT, insts), inst = newInst(which, controlType, args, pool.of(result), flags);
        layout.append(inst, block);
        return result;
    }

    private void growInsts() {
        int size = insts * 2;
        rows = Arrays.copyOf(rows, size << SHIFT);
        immediate = Arrays.copyOf(immediate, size);
        stackMap = Arrays.copyOf(stackMap, size);
        line = Arrays.copyOf(line, size);
        location = Arrays.copyOf(location, size);
    }

    public Op op(int inst) {
        return Op.of(rows[(inst << SHIFT) + OP]);
    }

    /** The type that the operation's types follow from; {@link Types#NONE} where they are fixed. */
    public int control(int inst) {
        return rows[(inst << SHIFT) + CONTROL];
    }

    public void setControl(int inst, int type) {
        rows[(inst << SHIFT) + CONTROL] = type;
    }

    /** Value operands, the fixed ones first; arguments of blocks are not among them. A list of {@link #pool}. */
    public int args(int inst) {
        return rows[(inst << SHIFT) + ARGS];
    }

    public int arg(int inst, int i) {
        return pool.get(rows[(inst << SHIFT) + ARGS], i);
    }

    public void setArgs(int inst, int list) {
        rows[(inst << SHIFT) + ARGS] = list;
    }

    public int results(int inst) {
        return rows[(inst << SHIFT) + RESULTS];
    }

    public int result(int inst, int i) {
        return pool.get(rows[(inst << SHIFT) + RESULTS], i);
    }

    public void setResults(int inst, int list) {
        rows[(inst << SHIFT) + RESULTS] = list;
    }

    /** The function, signature, slot, global value, constant or block it names. */
    public int entity(int inst) {
        return rows[(inst << SHIFT) + ENTITY];
    }

    public void setEntity(int inst, int number) {
        rows[(inst << SHIFT) + ENTITY] = number;
    }

    /**
     * Where it goes, a list: {@code jump} and {@code brif} of {@linkplain #blockCall block calls}; {@code br_table} the default first; {@code try_call} its signature, the
     * normal return, then three ints for each handler: kind, tag, block call or value.
     */
    public int extra(int inst) {
        return rows[(inst << SHIFT) + EXTRA];
    }

    public void setExtra(int inst, int list) {
        rows[(inst << SHIFT) + EXTRA] = list;
    }

    /** {@link MemFlags}, or the ordinal of a condition, or a trap code. */
    public int flags(int inst) {
        return rows[(inst << SHIFT) + FLAGS];
    }

    public void setFlags(int inst, int value) {
        rows[(inst << SHIFT) + FLAGS] = value;
    }

    /** An integer, an offset, a lane, the bits of a float, or which {@link RmwOp}. */
    public long immediate(int inst) {
        return immediate[inst];
    }

    public void setImmediate(int inst, long value) {
        immediate[inst] = value;
    }

    /** A list, three ints each: type, slot, offset. */
    public int stackMap(int inst) {
        return stackMap[inst];
    }

    public void setStackMap(int inst, int list) {
        stackMap[inst] = list;
        hasStackMaps = true;
    }

    /** From 1; 0 where a pass made it. */
    public int line(int inst) {
        return line[inst];
    }

    public void setLine(int inst, int number) {
        line[inst] = number;
        hasLines = true;
    }

    /** Where it comes from in the program that was translated; {@link #NO_LOCATION} where that is not said. */
    public int location(int inst) {
        return ~location[inst];
    }

    public void setLocation(int inst, int where) {
        location[inst] = ~where;
        hasLocations |= where != NO_LOCATION;
    }

    // Handlers of a try_call.

    public static final int HANDLER_TAG = 0, HANDLER_DEFAULT = 1, HANDLER_CONTEXT = 2;
    public static final int TRY_SIGNATURE = 0, TRY_NORMAL = 1, TRY_HANDLERS = 2, HANDLER_INTS = 3;

    // Block calls: a list of the block and its arguments. An argument below zero is a result or payload of a try_call.

    public int blockCallBlock(int call) {
        return pool.get(call, 0);
    }

    public int blockCallArgs(int call) {
        return pool.length(call) - 1;
    }

    public int blockCallArg(int call, int i) {
        return pool.get(call, 1 + i);
    }

    public static int tryResult(int i) {
        return ~(2 * i);
    }

    public static int tryPayload(int i) {
        return ~(2 * i + 1);
    }

    public static boolean isTryResult(int arg) {
        return arg < 0 && (~arg & 1) == 0;
    }

    public static int tryIndex(int arg) {
        return ~arg >> 1;
    }

    // Values.

    /** One more than the highest number. */
    public int values() {
        return values;
    }

    public int newValue(int type, int kind, int definition) {
        int number = values;
        if (number == value.length) growValues(number + 1);
        values = number + 1;
        value[number] = packed(type, kind, definition);
        return number;
    }

    /** @param definition the instruction, the block, or the value an alias stands for */
    public void defineValue(int number, int type, int kind, int definition) {
        if (number >= values) growValues(number + 1);
        value[number] = packed(type, kind, definition);
    }

    private static long packed(int type, int kind, int definition) {
        return (long) definition << DEFINITION | kind << KIND | type;
    }

    private void growValues(int count) {
        if (count > value.length) value = Arrays.copyOf(value, Math.max(count, value.length * 2));
        values = count;
    }

    public int valueType(int number) {
        int original = resolve(number);
        return original >= 0 && original < values ? (int) value[original] & 0xFFFF : Types.NONE;
    }

    public int valueKind(int number) {
        return number >= 0 && number < values ? (int) value[number] >> KIND : NO_DEFINITION;
    }

    public int valueDefinition(int number) {
        return (int) (value[number] >> DEFINITION);
    }

    /** What it stands for in the end; itself unless an alias. Chains of aliases have no cycles. */
    public int resolve(int number) {
        while (number >= 0 && number < values && (int) value[number] >> KIND == ALIAS) number = (int) (value[number] >> DEFINITION);
        return number;
    }

    // Blocks.

    public int blocks() {
        return blocks;
    }

    /** Makes it known; it is in the layout only once appended there. */
    public void defineBlock(int block, int lineNumber) {
        if (block >= blockParams.length) {
            int size = Math.max(block + 1, blockParams.length * 2);
            blockParams = Arrays.copyOf(blockParams, size);
            blockLine = Arrays.copyOf(blockLine, size);
            cold = Arrays.copyOf(cold, size);
        }
        blocks = Math.max(blocks, block + 1);
        blockLine[block] = lineNumber;
    }

    public int blockParams(int block) {
        return blockParams[block];
    }

    public void setBlockParams(int block, int list) {
        blockParams[block] = list;
    }

    public int blockLine(int block) {
        return blockLine[block];
    }

    public boolean isCold(int block) {
        return cold[block];
    }

    public void setCold(int block) {
        cold[block] = true;
    }
}
