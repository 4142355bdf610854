package dev.backbench.wasm;

import java.util.Arrays;

/**
 * Layer two: the shared SSA builder. Operands live in {@link #values} at their height of the validator's stack; labels become blocks, made at the first branch to
 * them; operands and locals that differ between the branches to a block become its parameters, others pass unchanged.
 *
 * <p>Blocks are numbered here per function, 0 being the entry. A branch to the function's own label goes to a common return block, except the unconditional one.
 */
final class SsaSink {
    private static final int NONE = IrBuilder.NONE;

    IrBuilder builder;
    private final LocalValues locals = new LocalValues(this);

    private int[] values = new int[64];
    private int current; // the block operations go to

    // by frame
    private int[] label = new int[16]; // the block of its label, or NONE so far
    private int[] otherwise = new int[16]; // an if's block for a false condition
    private int[] base = new int[16];
    private int[] parameters = new int[16];
    private byte[][] labelTypes = new byte[16][];
    private int[] arity = new int[16]; // of its label

    // by block
    private int blocks;
    private int[] outer = new int[16]; // the builder's block
    private int[] firstEdge = new int[16];
    private int[] lastEdge = new int[16];
    private int[] edgeCount = new int[16];
    private boolean[] isSealed = new boolean[16];
    private boolean[] isLoop = new boolean[16];
    private int[] headParameters = new int[16]; // of a loop: where its operands' parameters are in edgeValues

    // by edge
    private int edges;
    private int[] source = new int[16];
    private int[] nextEdge = new int[16]; // to the same block, in order of creation
    private int[] edgeOperands = new int[16]; // start in edgeValues
    private int[] edgeValues = new int[64];
    private int edgeValueCount;

    // scratch
    private int[] caseEdge = new int[16]; // br_table: by frame, the edge's position, valid where caseStamp is of this br_table
    private int[] caseStamp = new int[16];
    private int stamp;
    private int[] cases = new int[16];
    private int[] tableEdges = new int[16];
    private int[] tableTargets = new int[16];
    private int[] callResults = new int[16];
    private int[] arguments = new int[16];

    // ---- block and edge tables, read by LocalValues ----

    int outer(int block) {
        return outer[block];
    }

    boolean isLoop(int block) {
        return isLoop[block];
    }

    boolean isSealed(int block) {
        return isSealed[block];
    }

    int edgeCount(int block) {
        return edgeCount[block];
    }

    int firstEdge(int block) {
        return firstEdge[block];
    }

    int nextEdge(int edge) {
        return nextEdge[edge];
    }

    int source(int edge) {
        return source[edge];
    }

    private int newBlock(boolean loop) {
        if (blocks == outer.length) growBlocks();
        int block = blocks++;
        outer[block] = builder.block(loop);
        firstEdge[block] = lastEdge[block] = NONE;
        edgeCount[block] = 0;
        isSealed[block] = false;
        isLoop[block] = loop;
        return block;
    }

    private void growBlocks() {
        int size = 2 * blocks;
        outer = Arrays.copyOf(outer, size);
        firstEdge = Arrays.copyOf(firstEdge, size);
        lastEdge = Arrays.copyOf(lastEdge, size);
        edgeCount = Arrays.copyOf(edgeCount, size);
        isSealed = Arrays.copyOf(isSealed, size);
        isLoop = Arrays.copyOf(isLoop, size);
        headParameters = Arrays.copyOf(headParameters, size);
    }

    /** A new edge from the current block, taking {@code count} operands from height {@code from}. */
    private int newEdge(int target, int from, int count) {
        if (edges == source.length) growEdges();
        int edge = edges++;
        source[edge] = current;
        nextEdge[edge] = NONE;
        if (firstEdge[target] == NONE) firstEdge[target] = edge;
        else nextEdge[lastEdge[target]] = edge;
        lastEdge[target] = edge;
        edgeCount[target]++;
        edgeOperands[edge] = edgeValueCount;
        if (edgeValueCount + count > edgeValues.length) edgeValues = Arrays.copyOf(edgeValues, 2 * (edgeValueCount + count));
        for (int i = 0; i < count; i++) edgeValues[edgeValueCount++] = values[from + i];
        return edge;
    }

    private void growEdges() {
        source = Arrays.copyOf(source, 2 * edges);
        nextEdge = Arrays.copyOf(nextEdge, 2 * edges);
        edgeOperands = Arrays.copyOf(edgeOperands, 2 * edges);
    }

    // ---- the function ----

    void begin(byte[] localTypes, int localCount, int parameterCount, int declared) {
        blocks = 0;
        edges = 0;
        edgeValueCount = 0;
        current = newEntry();
        locals.begin(localTypes, localCount);
        for (int i = 0; i < parameterCount; i++) locals.write(i, builder.parameter(i, localTypes[i]));
        int zeroI32 = NONE, zeroI64 = NONE, zeroF32 = NONE, zeroF64 = NONE, nullFunc = NONE, nullExtern = NONE;
        for (int i = parameterCount; i < localCount; i++) {
            locals.write(i, switch (localTypes[i]) {
                case ValType.I32 -> zeroI32 == NONE ? zeroI32 = builder.constI32(0) : zeroI32;
                case ValType.I64 -> zeroI64 == NONE ? zeroI64 = builder.constI64(0) : zeroI64;
                case ValType.F32 -> zeroF32 == NONE ? zeroF32 = builder.constF32(0) : zeroF32;
                case ValType.F64 -> zeroF64 == NONE ? zeroF64 = builder.constF64(0) : zeroF64;
                case ValType.FUNCREF -> nullFunc == NONE ? nullFunc = builder.refNull(ValType.FUNCREF) : nullFunc;
                default -> nullExtern == NONE ? nullExtern = builder.refNull(ValType.EXTERNREF) : nullExtern;
            });
        }
    }

    private int newEntry() {
        firstEdge[0] = NONE;
        edgeCount[0] = 0;
        isSealed[0] = true;
        isLoop[0] = false;
        outer[0] = NONE;
        return blocks++;
    }

    void reserve(int operands) {
        if (operands > values.length) values = Arrays.copyOf(values, Math.max(operands, 2 * values.length));
    }

    private void openFrame(int frame, int base, int parameters, byte[] labelTypes) {
        if (frame == label.length) growFrames();
        this.base[frame] = base;
        this.parameters[frame] = parameters;
        this.labelTypes[frame] = labelTypes;
        arity[frame] = labelTypes.length;
        label[frame] = NONE;
    }

    private void growFrames() {
        int size = 2 * label.length;
        label = Arrays.copyOf(label, size);
        otherwise = Arrays.copyOf(otherwise, size);
        base = Arrays.copyOf(base, size);
        parameters = Arrays.copyOf(parameters, size);
        labelTypes = Arrays.copyOf(labelTypes, size);
        arity = Arrays.copyOf(arity, size);
        caseEdge = Arrays.copyOf(caseEdge, size);
        caseStamp = Arrays.copyOf(caseStamp, size);
    }

    // ---- control ----

    void block(int frame, int base, byte[] parameters, byte[] results) {
        openFrame(frame, base, parameters.length, results);
    }

    void loop(int frame, int base, byte[] types, byte[] results) {
        int count = types.length;
        openFrame(frame, base, count, types);
        int head = newBlock(true), edge = newEdge(head, base, count);
        label[frame] = head;
        builder.jump(edge, outer[head]);
        headParameters[head] = edgeValueCount;
        if (edgeValueCount + count > edgeValues.length) edgeValues = Arrays.copyOf(edgeValues, 2 * (edgeValueCount + count));
        start(head);
        for (int i = 0; i < count; i++) {
            int parameter = builder.blockParameter(outer[head], types[i]);
            edgeValues[edgeValueCount++] = parameter;
            values[base + i] = parameter;
        }
    }

    void ifThen(int frame, int base, byte[] parameters, byte[] results) {
        int count = parameters.length;
        openFrame(frame, base, count, results);
        int condition = values[base + count], then = newBlock(false), no = newBlock(false); // the condition was above the parameters
        int thenEdge = newEdge(then, base, count), noEdge = newEdge(no, base, count);
        otherwise[frame] = no;
        builder.branchIf(condition, thenEdge, outer[then], noEdge, outer[no]);
        seal(then);
        start(then);
    }

    void elseArm(int frame, boolean falls) {
        if (falls) jumpToLabel(frame);
        int no = otherwise[frame];
        otherwise[frame] = NONE;
        seal(no);
        start(no);
        restoreOperands(frame, no);
    }

    /** The operands an if's false edge carries are the parameters of its else arm. */
    private void restoreOperands(int frame, int block) {
        System.arraycopy(edgeValues, edgeOperands[firstEdge[block]], values, base[frame], parameters[frame]);
    }

    private void jumpToLabel(int frame) {
        if (label[frame] == NONE) label[frame] = newBlock(false);
        int edge = newEdge(label[frame], base[frame], arity[frame]);
        builder.jump(edge, outer[label[frame]]);
    }

    /** The end of a block, or of an if that had an else. */
    void end(int frame, boolean falls) {
        int join = label[frame];
        if (join == NONE) return;
        if (falls) jumpToLabel(frame);
        join(frame);
    }

    /** The end of an if without else: its false edge leads to the end, and its parameters are its results. */
    void endIf(int frame, boolean falls) {
        int no = otherwise[frame];
        if (label[frame] == NONE) { // nothing branches to the end but the arms
            label[frame] = no;
            if (falls) jumpToLabel(frame);
        } else {
            if (falls) jumpToLabel(frame);
            seal(no);
            start(no);
            restoreOperands(frame, no);
            jumpToLabel(frame);
        }
        join(frame);
    }

    void endLoop(int frame, boolean falls, int results) {
        int head = label[frame];
        seal(head);
        joinOperands(head, headParameters[head], arity[frame]);
        locals.sealLoop(head);
        if (falls) locals.resolve(values, base[frame], results);
    }

    void endFunction(boolean falls) {
        if (label[0] != NONE) {
            if (falls) jumpToLabel(0);
            join(0);
            falls = true;
        }
        if (falls) ret(0, arity[0]);
        builder.end();
    }

    /** Starts the block of a label whose branches all exist. */
    private void join(int frame) {
        int block = label[frame], count = arity[frame], height = base[frame];
        seal(block);
        for (int i = 0; i < count; i++) {
            int edge = firstEdge[block], value = locals.resolve(edgeValues[edgeOperands[edge] + i]);
            boolean same = true;
            while (same && (edge = nextEdge[edge]) != NONE) same = locals.resolve(edgeValues[edgeOperands[edge] + i]) == value;
            values[height + i] = same ? value : joined(block, i, frame);
        }
        start(block);
    }

    private int joined(int block, int index, int frame) {
        int parameter = builder.blockParameter(outer[block], labelTypes[frame][index]);
        for (int edge = firstEdge[block]; edge != NONE; edge = nextEdge[edge]) {
            builder.edgeArgument(edge, parameter, locals.resolve(edgeValues[edgeOperands[edge] + index]));
        }
        return parameter;
    }

    /** A loop's own operands: each parameter that always takes the value it entered with, or itself, is withdrawn. */
    private void joinOperands(int head, int start, int count) {
        for (int i = 0; i < count; i++) {
            int parameter = edgeValues[start + i], edge = firstEdge[head], value = locals.resolve(edgeValues[edgeOperands[edge] + i]);
            boolean same = true;
            while (same && (edge = nextEdge[edge]) != NONE) {
                int other = locals.resolve(edgeValues[edgeOperands[edge] + i]);
                same = other == value || other == parameter;
            }
            if (same) {
                locals.alias(parameter, value);
                continue;
            }
            for (edge = firstEdge[head]; edge != NONE; edge = nextEdge[edge]) {
                builder.edgeArgument(edge, parameter, locals.resolve(edgeValues[edgeOperands[edge] + i]));
            }
        }
    }

    private void seal(int block) {
        isSealed[block] = true;
        builder.sealed(outer[block]);
    }

    private void start(int block) {
        current = block;
        builder.startBlock(outer[block]);
        locals.start(block);
    }

    private int labelBlock(int frame) {
        if (label[frame] == NONE) label[frame] = newBlock(false);
        return label[frame];
    }

    void br(int frame, int height) {
        if (frame == 0) {
            ret(height - arity[0], arity[0]);
            return;
        }
        int target = labelBlock(frame), edge = newEdge(target, height - arity[frame], arity[frame]);
        builder.jump(edge, outer[target]);
    }

    void brIf(int frame, int height) {
        int target = labelBlock(frame), next = newBlock(false);
        int edge = newEdge(target, height - arity[frame], arity[frame]), nextEdge = newEdge(next, 0, 0);
        builder.branchIf(values[height], edge, outer[target], nextEdge, outer[next]);
        seal(next);
        start(next);
    }

    void brTable(int[] frames, int count, int height) {
        if (count > cases.length) cases = new int[2 * count];
        int distinct = 0;
        stamp++;
        for (int i = 0; i < count; i++) {
            int frame = frames[i];
            if (caseStamp[frame] != stamp) {
                caseStamp[frame] = stamp;
                if (distinct == tableEdges.length) {
                    tableEdges = Arrays.copyOf(tableEdges, 2 * distinct);
                    tableTargets = Arrays.copyOf(tableTargets, 2 * distinct);
                }
                int target = labelBlock(frame);
                tableEdges[distinct] = newEdge(target, height - arity[frame], arity[frame]);
                tableTargets[distinct] = outer[target];
                caseEdge[frame] = distinct++;
            }
            cases[i] = caseEdge[frame];
        }
        builder.branchTable(values[height], cases, count, tableEdges, tableTargets, distinct);
    }

    void ret(int height, int count) {
        if (count > arguments.length) arguments = new int[2 * count];
        System.arraycopy(values, height, arguments, 0, count);
        builder.ret(arguments, count);
    }

    void unreachable() {
        builder.unreachable();
    }

    // ---- values: each takes its operands from the height it is given upwards and leaves its result there ----

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
        values[height] = builder.unary(opcode, values[height]);
    }

    void binary(int opcode, int height) {
        values[height] = builder.binary(opcode, values[height], values[height + 1]);
    }

    void load(int opcode, int height, long offset, int align) {
        values[height] = builder.load(opcode, values[height], offset, align);
    }

    void store(int opcode, int height, long offset, int align) {
        builder.store(opcode, values[height], values[height + 1], offset, align);
    }

    void select(int type, int height) {
        values[height] = builder.select(type, values[height + 2], values[height], values[height + 1]);
    }

    void memorySize(int height) {
        values[height] = builder.memorySize();
    }

    void memoryGrow(int height) {
        values[height] = builder.memoryGrow(values[height]);
    }

    void memoryInit(int segment, int height) {
        builder.memoryInit(segment, values[height], values[height + 1], values[height + 2]);
    }

    void dataDrop(int segment) {
        builder.dataDrop(segment);
    }

    void memoryCopy(int height) {
        builder.memoryCopy(values[height], values[height + 1], values[height + 2]);
    }

    void memoryFill(int height) {
        builder.memoryFill(values[height], values[height + 1], values[height + 2]);
    }

    void globalGet(int global, int height) {
        values[height] = builder.globalGet(global);
    }

    void globalSet(int global, int height) {
        builder.globalSet(global, values[height]);
    }

    void tableGet(int table, int height) {
        values[height] = builder.tableGet(table, values[height]);
    }

    void tableSet(int table, int height) {
        builder.tableSet(table, values[height], values[height + 1]);
    }

    void tableSize(int table, int height) {
        values[height] = builder.tableSize(table);
    }

    void tableGrow(int table, int height) {
        values[height] = builder.tableGrow(table, values[height], values[height + 1]);
    }

    void tableFill(int table, int height) {
        builder.tableFill(table, values[height], values[height + 1], values[height + 2]);
    }

    void tableCopy(int destination, int source, int height) {
        builder.tableCopy(destination, source, values[height], values[height + 1], values[height + 2]);
    }

    void tableInit(int segment, int table, int height) {
        builder.tableInit(segment, table, values[height], values[height + 1], values[height + 2]);
    }

    void elemDrop(int segment) {
        builder.elemDrop(segment);
    }

    void refNull(int type, int height) {
        values[height] = builder.refNull(type);
    }

    void refIsNull(int height) {
        values[height] = builder.refIsNull(values[height]);
    }

    void refFunc(int function, int height) {
        values[height] = builder.refFunc(function);
    }

    void call(int function, int count, int height, int results) {
        builder.call(function, arguments(height, count), count, results(results));
        System.arraycopy(callResults, 0, values, height, results);
    }

    void callIndirect(int table, int type, int count, int height, int results) {
        builder.callIndirect(table, type, values[height + count], arguments(height, count), count, results(results));
        System.arraycopy(callResults, 0, values, height, results);
    }

    private int[] arguments(int height, int count) {
        if (count > arguments.length) arguments = new int[2 * count];
        System.arraycopy(values, height, arguments, 0, count);
        return arguments;
    }

    private int[] results(int count) {
        if (count > callResults.length) callResults = new int[2 * count];
        return callResults;
    }
}
