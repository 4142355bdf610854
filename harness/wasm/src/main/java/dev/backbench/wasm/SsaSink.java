package dev.backbench.wasm;

import java.util.Arrays;

/**
 * Layer two: the shared SSA builder. Operands live in {@link #values} at their height of the validator's stack; labels become blocks, made at the first branch to
 * them; operands and locals that differ between the branches to a block become its parameters, others pass unchanged.
 *
 * <p>Values are as in {@link Joins}. A branch to the function's own label goes to a common return block, except the unconditional one.
 */
final class SsaSink {
    private static final int NONE = IrBuilder.NONE;

    private final SsaGraph graph = new SsaGraph();
    private final Joins joins = new Joins();
    private final LocalValues locals = new LocalValues(graph, joins);
    private IrBuilder builder;
    private int[] values = new int[64];

    // by frame
    private int[] label = new int[16];       // the builder's block of its label, or NONE so far
    private int[] head = new int[16];        // a loop's node in the graph
    private int[] newestEdge = new int[16];  // to its label
    private int[] oldestEdge = new int[16];
    private int[] otherwise = new int[16];   // an if's block for a false condition
    private int[] otherwiseEdge = new int[16];
    private int[] base = new int[16];
    private TypeList[] parameters = new TypeList[16];
    private TypeList[] labelTypes = new TypeList[16];

    // the operands that edges take along, by edge; after those of a loop's entry its parameters
    private int[] edgeOperands = new int[16];
    private int[] operands = new int[64];
    private int operandCount;

    // scratch
    private int[] caseEdge = new int[16]; // br_table: by frame, the edge's position, valid where caseStamp is of this br_table
    private int[] caseStamp = new int[16];
    private int stamp;
    private int[] cases = new int[16];
    private int[] tableEdges = new int[16];
    private int[] tableTargets = new int[16];
    private int[] results = new int[16];
    private int[] arguments = new int[16];
    private int[] joined = new int[16];

    long visits() {
        return graph.visits();
    }

    /** Sets what the next function is translated for. */
    void reset(IrBuilder builder, IrBuilder.Context context) {
        this.builder = builder;
        joins.reset(builder, context);
    }

    /**
     * @param localTypes codes by local + 1
     * @param declared a bit {@code 1 << code} for each type of a local that is no parameter
     * @param operands that there can be at once unless more are reserved
     */
    void begin(byte[] localTypes, int localCount, int parameterCount, int declared, int operands) {
        reserve(operands);
        graph.reset();
        operandCount = 0;
        locals.begin(localTypes, localCount);
        for (int i = 0; i < parameterCount; i++) locals.parameter(i, builder.parameter(i, TypeList.valueType(localTypes[1 + i])));
        for (int bits = declared; bits != 0; bits &= bits - 1) {
            int code = Integer.numberOfTrailingZeros(bits), type = TypeList.valueType(code);
            locals.initial(code, switch (type) {
                case ValType.I32 -> builder.constI32(0);
                case ValType.I64 -> builder.constI64(0);
                case ValType.F32 -> builder.constF32(0);
                case ValType.F64 -> builder.constF64(0);
                default -> builder.refNull(type);
            });
        }
    }

    void reserve(int operands) {
        if (operands > values.length) values = Arrays.copyOf(values, Math.max(operands, 2 * values.length));
    }

    // ---- frames and edges ----

    private void open(int frame, int base, TypeList parameters, TypeList labelTypes) {
        if (frame == label.length) growFrames();
        this.base[frame] = base;
        this.parameters[frame] = parameters;
        this.labelTypes[frame] = labelTypes;
        label[frame] = newestEdge[frame] = NONE;
    }

    private void growFrames() {
        int size = 2 * label.length;
        label = Arrays.copyOf(label, size);
        head = Arrays.copyOf(head, size);
        newestEdge = Arrays.copyOf(newestEdge, size);
        oldestEdge = Arrays.copyOf(oldestEdge, size);
        otherwise = Arrays.copyOf(otherwise, size);
        otherwiseEdge = Arrays.copyOf(otherwiseEdge, size);
        base = Arrays.copyOf(base, size);
        parameters = Arrays.copyOf(parameters, size);
        labelTypes = Arrays.copyOf(labelTypes, size);
        caseEdge = Arrays.copyOf(caseEdge, size);
        caseStamp = Arrays.copyOf(caseStamp, size);
    }

    /** A new edge from the current block, taking {@code count} operands from height {@code from}. */
    private int edge(int older, int from, int count) {
        int edge = graph.edge(older);
        if (edge >= edgeOperands.length) edgeOperands = Arrays.copyOf(edgeOperands, 2 * edge);
        edgeOperands[edge] = operandCount;
        if (operandCount + count > operands.length) growOperands(count);
        for (int i = 0; i < count; i++) operands[operandCount++] = values[from + i];
        return edge;
    }

    private void growOperands(int more) {
        operands = Arrays.copyOf(operands, Math.max(operandCount + more, 2 * operands.length));
    }

    /** A new edge to a frame's label, with the topmost operands below {@code height}; makes the label's block if it is the first. */
    private int edgeToLabel(int frame, int height) {
        int count = labelTypes[frame].count;
        boolean first = newestEdge[frame] == NONE;
        int edge = newestEdge[frame] = edge(newestEdge[frame], height - count, count);
        if (first) {
            oldestEdge[frame] = edge;
            label[frame] = builder.block(false);
        }
        return edge;
    }

    // ---- control ----

    void block(int frame, int base, TypeList parameters, TypeList results) {
        open(frame, base, parameters, results);
    }

    void loop(int frame, int base, TypeList parameters, TypeList results) {
        int count = parameters.count;
        open(frame, base, parameters, parameters);
        int block = label[frame] = builder.block(true), edge = newestEdge[frame] = oldestEdge[frame] = edge(NONE, base, count);
        builder.jump(edge, block);
        builder.startBlock(block);
        head[frame] = graph.startLoop(block, edge);
        locals.startLoop(head[frame]);
        if (operandCount + count > operands.length) growOperands(count);
        for (int i = 0; i < count; i++) operands[operandCount++] = values[base + i] = joins.parameter(block, parameters.valueTypeAt(i));
    }

    void endLoop(int frame, boolean falls, int results) {
        builder.sealed(label[frame]);
        graph.edges[head[frame]] = newestEdge[frame];
        graph.endLoop();
        int count = labelTypes[frame].count, parameters = edgeOperands[oldestEdge[frame]] + count;
        for (int i = 0; i < count; i++) joins.complete(operands[parameters + i], graph, newestEdge[frame], gather(newestEdge[frame], i), 0);
        locals.endLoop(head[frame]);
    }

    void ifThen(int frame, int base, TypeList parameters, TypeList results) {
        int count = parameters.count;
        open(frame, base, parameters, results);
        int condition = use(base + count), then = builder.block(false), no = builder.block(false); // the condition was above the parameters
        int thenEdge = edge(NONE, base, 0), noEdge = edge(NONE, base, count);
        otherwise[frame] = no;
        otherwiseEdge[frame] = noEdge;
        builder.branchIf(condition, thenEdge, then, noEdge, no);
        startSingle(then, thenEdge);
    }

    void elseArm(int frame, boolean falls) {
        if (falls) jump(frame);
        startOtherwise(frame);
    }

    private void startOtherwise(int frame) {
        int edge = otherwiseEdge[frame];
        startSingle(otherwise[frame], edge);
        System.arraycopy(operands, edgeOperands[edge], values, base[frame], parameters[frame].count);
    }

    /** The end of a block, or of an if that had an else. */
    void end(int frame, boolean falls) {
        if (label[frame] == NONE) return; // nothing branches here
        if (falls) jump(frame);
        join(frame);
    }

    /** The end of an if without else: its false edge leads to the end, and its parameters are its results. */
    void endIf(int frame, boolean falls) {
        if (label[frame] == NONE) { // the end is the block for a false condition
            label[frame] = otherwise[frame];
            newestEdge[frame] = oldestEdge[frame] = otherwiseEdge[frame];
            if (falls) jump(frame);
        } else {
            if (falls) jump(frame);
            startOtherwise(frame);
            jump(frame);
        }
        join(frame);
    }

    void endFunction(boolean falls) {
        if (label[0] != NONE) {
            if (falls) jump(0);
            join(0);
            falls = true;
        }
        if (falls) ret(base[0], labelTypes[0].count);
        builder.end();
    }

    private void startSingle(int block, int edge) {
        builder.sealed(block);
        builder.startBlock(block);
        graph.startSingle(block, edge);
    }

    /** To the label of the innermost frame, whose end this is: its operands are the frame's only ones. */
    private void jump(int frame) {
        int edge = edgeToLabel(frame, base[frame] + labelTypes[frame].count);
        builder.jump(edge, label[frame]);
    }

    /** Starts the block of a label whose branches all exist. */
    private void join(int frame) {
        int block = label[frame], newest = newestEdge[frame], height = base[frame];
        TypeList types = labelTypes[frame];
        builder.sealed(block);
        builder.startBlock(block);
        graph.startJoin(block, newest, oldestEdge[frame]);
        for (int i = 0; i < types.count; i++) {
            int[] all = gather(newest, i);
            int only = joins.find(all[0]), count = 0;
            boolean same = true;
            for (int edge = newest; edge != NONE && same; edge = graph.older[edge]) same = joins.find(all[count++]) == only;
            if (!same) {
                only = joins.parameter(block, types.valueTypeAt(i));
                joins.complete(only, graph, newest, all, 0);
            }
            values[height + i] = only;
        }
    }

    /** The operand at {@code index} on each of the edges in the list. */
    private int[] gather(int newest, int index) {
        int count = 0;
        for (int edge = newest; edge != NONE; edge = graph.older[edge]) {
            if (count == joined.length) joined = Arrays.copyOf(joined, 2 * count);
            joined[count++] = operands[edgeOperands[edge] + index];
        }
        return joined;
    }

    void br(int frame, int height) {
        if (frame == 0) {
            int count = labelTypes[0].count;
            ret(height - count, count);
            return;
        }
        int edge = edgeToLabel(frame, height);
        builder.jump(edge, label[frame]);
    }

    void brIf(int frame, int height) {
        int condition = use(height), edge = edgeToLabel(frame, height), next = builder.block(false), nextEdge = edge(NONE, 0, 0);
        builder.branchIf(condition, edge, label[frame], nextEdge, next);
        startSingle(next, nextEdge);
    }

    void brTable(int[] frames, int count, int height) {
        if (count > cases.length) cases = new int[2 * count];
        int distinct = 0;
        stamp++;
        for (int i = 0; i < count; i++) {
            int frame = frames[i];
            if (caseStamp[frame] != stamp) {
                if (distinct == tableEdges.length) {
                    tableEdges = Arrays.copyOf(tableEdges, 2 * distinct);
                    tableTargets = Arrays.copyOf(tableTargets, 2 * distinct);
                }
                caseStamp[frame] = stamp;
                tableEdges[distinct] = edgeToLabel(frame, height);
                tableTargets[distinct] = label[frame];
                caseEdge[frame] = distinct++;
            }
            cases[i] = caseEdge[frame];
        }
        builder.branchTable(use(height), cases, count, tableEdges, tableTargets, distinct);
    }

    void ret(int height, int count) {
        builder.ret(arguments(height, count), count);
    }

    void unreachable() {
        builder.unreachable();
    }

    // ---- values: each takes its operands from the height it is given upwards and leaves its result there ----

    private int use(int height) {
        int value = values[height];
        return value >= 0 ? value : joins.external(value);
    }

    void localGet(int height, int local, int type) {
        values[height] = locals.read(local);
    }

    void localSet(int height, int local, int type) {
        locals.write(local, values[height]);
    }

    void constI32(int height, int value) {
        values[height] = builder.constI32(value);
    }

    void constI64(int height, long value) {
        values[height] = builder.constI64(value);
    }

    void constF32(int height, int bits) {
        values[height] = builder.constF32(bits);
    }

    void constF64(int height, long bits) {
        values[height] = builder.constF64(bits);
    }

    void unary(int opcode, int height) {
        values[height] = builder.unary(opcode, use(height));
    }

    void binary(int opcode, int height) {
        values[height] = builder.binary(opcode, use(height), use(height + 1));
    }

    void load(int opcode, int height, long offset, int align) {
        values[height] = builder.load(opcode, use(height), offset, align);
    }

    void store(int opcode, int height, long offset, int align) {
        builder.store(opcode, use(height), use(height + 1), offset, align);
    }

    void select(int type, int height) {
        values[height] = builder.select(type, use(height + 2), use(height), use(height + 1));
    }

    void memorySize(int height) {
        values[height] = builder.memorySize();
    }

    void memoryGrow(int height) {
        values[height] = builder.memoryGrow(use(height));
    }

    void memoryInit(int segment, int height) {
        builder.memoryInit(segment, use(height), use(height + 1), use(height + 2));
    }

    void dataDrop(int segment) {
        builder.dataDrop(segment);
    }

    void memoryCopy(int height) {
        builder.memoryCopy(use(height), use(height + 1), use(height + 2));
    }

    void memoryFill(int height) {
        builder.memoryFill(use(height), use(height + 1), use(height + 2));
    }

    void globalGet(int global, int height) {
        values[height] = builder.globalGet(global);
    }

    void globalSet(int global, int height) {
        builder.globalSet(global, use(height));
    }

    void tableGet(int table, int height) {
        values[height] = builder.tableGet(table, use(height));
    }

    void tableSet(int table, int height) {
        builder.tableSet(table, use(height), use(height + 1));
    }

    void tableSize(int table, int height) {
        values[height] = builder.tableSize(table);
    }

    void tableGrow(int table, int height) {
        values[height] = builder.tableGrow(table, use(height), use(height + 1));
    }

    void tableFill(int table, int height) {
        builder.tableFill(table, use(height), use(height + 1), use(height + 2));
    }

    void tableCopy(int destination, int source, int height) {
        builder.tableCopy(destination, source, use(height), use(height + 1), use(height + 2));
    }

    void tableInit(int segment, int table, int height) {
        builder.tableInit(segment, table, use(height), use(height + 1), use(height + 2));
    }

    void elemDrop(int segment) {
        builder.elemDrop(segment);
    }

    void refNull(int type, int height) {
        values[height] = builder.refNull(type);
    }

    void refIsNull(int height) {
        values[height] = builder.refIsNull(use(height));
    }

    void refFunc(int function, int height) {
        values[height] = builder.refFunc(function);
    }

    void call(int function, int count, int height, int resultCount) {
        builder.call(function, arguments(height, count), count, results(resultCount));
        System.arraycopy(results, 0, values, height, resultCount);
    }

    void callIndirect(int table, int type, int count, int height, int resultCount) {
        builder.callIndirect(table, type, use(height + count), arguments(height, count), count, results(resultCount));
        System.arraycopy(results, 0, values, height, resultCount);
    }

    private int[] arguments(int height, int count) {
        if (count > arguments.length) arguments = new int[2 * count];
        for (int i = 0; i < count; i++) arguments[i] = use(height + i);
        return arguments;
    }

    private int[] results(int count) {
        if (count > results.length) results = new int[2 * count];
        return results;
    }
}
