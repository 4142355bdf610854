package dev.backbench.gcc;

import dev.backbench.wasm.IrBuilder;
import dev.backbench.wasm.Opcode;
import dev.backbench.wasm.ValType;
import java.util.Arrays;

/**
 * One function as the translation tells it, kept until its end: libgccjit wants expressions as trees, and whether a value may be a subtree of its use
 * (used once, in its own block) is known only then; so are the arguments of edges.
 *
 * <p>An instruction is a row of parallel arrays and its index is the value it makes; rows lie in the order of the translation, so those of a
 * block are contiguous but for {@link #BLOCK_PARAMETER} rows, which may lie anywhere. Operands are {@code x[0 .. operands)} of
 * {@code a, b, c}, or {@code list[a .. a + b)} where {@code operands} is {@link #LIST}. Block 0 is the entry. Reused from function to function.
 */
final class Recording implements IrBuilder {
    /** Rows that have no Wasm opcode. The value of a parameter; of a block parameter; result {@code imm} of the multi-value call {@code imm2}. */
    static final int PARAMETER = 0x200, BLOCK_PARAMETER = 0x201, RESULT = 0x202;
    static final int LIST = -1;
    private static final int NO_TYPE = 0;
    private static final int ENTRY = 0;

    Context context;
    int count;
    int[] op = new int[256], type = new int[256], operands = new int[256], a = new int[256], b = new int[256], c = new int[256], imm = new int[256], imm2 = new int[256];
    /** By row: for a block parameter its block, for others the block they are in. */
    int[] blockOf = new int[256];
    private int listCount;
    int[] list = new int[256];
    private int blockCount;
    /** First row of a block, and the row after its terminator; equal if it was never started. */
    int[] blockStart = new int[64], blockEnd = new int[64];
    int startedCount;
    /** Blocks in the order they were started. */
    int[] started = new int[64];
    private int current;
    private int edgeCount;
    int[] edgeSource = new int[64], edgeTarget = new int[64];
    private int argumentCount;
    private int[] argumentEdge = new int[64], argumentParameter = new int[64], argumentValue = new int[64];
    /** Arguments sorted by edge: those of edge {@code e} are {@code [edgeRow[e], edgeRow[e + 1])} of the next two. */
    int[] edgeRow = new int[65], rowParameter = new int[64], rowValue = new int[64];
    boolean usesMemory, storesMemory;

    @Override
    public void begin(Context context) {
        this.context = context;
        count = listCount = edgeCount = argumentCount = startedCount = blockCount = 0;
        usesMemory = storesMemory = false;
        block(false);
        startBlock(ENTRY);
    }

    int blocks() {
        return blockCount;
    }

    int edges() {
        return edgeCount;
    }

    /** The value that {@code value} stands for after all aliases; shortens the chain it walked. */
    int resolve(int value) {
        int end = value;
        while (op[end] == BLOCK_PARAMETER && a[end] >= 0) end = a[end];
        while (value != end) {
            int next = a[value];
            a[value] = end;
            value = next;
        }
        return end;
    }

    // ---- rows ----

    private int row(int operation, int type, int operandCount, int x, int y, int z, int immediate, int immediate2) {
        if (count == op.length) growRows();
        int row = count++;
        op[row] = operation;
        this.type[row] = type;
        operands[row] = operandCount;
        a[row] = x;
        b[row] = y;
        c[row] = z;
        imm[row] = immediate;
        imm2[row] = immediate2;
        blockOf[row] = current;
        return row;
    }

    private void growRows() {
        int size = 2 * count;
        op = Arrays.copyOf(op, size);
        type = Arrays.copyOf(type, size);
        operands = Arrays.copyOf(operands, size);
        a = Arrays.copyOf(a, size);
        b = Arrays.copyOf(b, size);
        c = Arrays.copyOf(c, size);
        imm = Arrays.copyOf(imm, size);
        imm2 = Arrays.copyOf(imm2, size);
        blockOf = Arrays.copyOf(blockOf, size);
    }

    private int append(int[] values, int n) {
        if (listCount + n > list.length) list = Arrays.copyOf(list, Math.max(2 * list.length, listCount + n));
        System.arraycopy(values, 0, list, listCount, n);
        listCount += n;
        return listCount - n;
    }

    private void append(int value) {
        if (listCount == list.length) list = Arrays.copyOf(list, 2 * list.length);
        list[listCount++] = value;
    }

    private void terminate(int operation, int operandCount, int x, int y, int z, int immediate, int immediate2) {
        row(operation, NO_TYPE, operandCount, x, y, z, immediate, immediate2);
        blockEnd[current] = count;
    }

    @Override
    public int parameter(int index, int type) {
        return row(PARAMETER, type, 0, 0, 0, 0, index, 0);
    }

    // ---- control ----

    @Override
    public int block(boolean loop) {
        if (blockCount == blockStart.length) {
            blockStart = Arrays.copyOf(blockStart, 2 * blockCount);
            blockEnd = Arrays.copyOf(blockEnd, 2 * blockCount);
            started = Arrays.copyOf(started, 2 * blockCount);
        }
        blockStart[blockCount] = blockEnd[blockCount] = 0;
        return blockCount++;
    }

    @Override
    public int blockParameter(int block, int type) {
        int row = row(BLOCK_PARAMETER, type, 0, NONE, 0, 0, 0, 0);
        blockOf[row] = block;
        return row;
    }

    @Override
    public void startBlock(int block) {
        current = block;
        blockStart[block] = count;
        started[startedCount++] = block;
    }

    @Override
    public void edgeArgument(int edge, int parameter, int value) {
        if (argumentCount == argumentEdge.length) {
            argumentEdge = Arrays.copyOf(argumentEdge, 2 * argumentCount);
            argumentParameter = Arrays.copyOf(argumentParameter, 2 * argumentCount);
            argumentValue = Arrays.copyOf(argumentValue, 2 * argumentCount);
        }
        argumentEdge[argumentCount] = edge;
        argumentParameter[argumentCount] = parameter;
        argumentValue[argumentCount++] = value;
    }

    @Override
    public void alias(int parameter, int value) {
        a[parameter] = value;
    }

    private void edge(int edge, int target) {
        if (edge >= edgeSource.length) {
            int size = Math.max(edge + 1, 2 * edgeSource.length);
            edgeSource = Arrays.copyOf(edgeSource, size);
            edgeTarget = Arrays.copyOf(edgeTarget, size);
        }
        edgeSource[edge] = current;
        edgeTarget[edge] = target;
        edgeCount = Math.max(edgeCount, edge + 1);
    }

    @Override
    public void jump(int edge, int target) {
        edge(edge, target);
        terminate(Opcode.BR, 0, 0, 0, 0, edge, 0);
    }

    @Override
    public void branchIf(int condition, int edge, int then, int otherEdge, int otherwise) {
        edge(edge, then);
        edge(otherEdge, otherwise);
        terminate(Opcode.BR_IF, 1, condition, 0, 0, edge, otherEdge);
    }

    @Override
    public void branchTable(int index, int[] cases, int caseCount, int[] edges, int[] targets, int edgeCount) {
        for (int i = 0; i < edgeCount; i++) edge(edges[i], targets[i]);
        int caseList = append(cases, caseCount), edgeList = append(edges, edgeCount);
        terminate(Opcode.BR_TABLE, 1, index, caseList, caseCount, edgeList, edgeCount);
    }

    @Override
    public void ret(int[] values, int n) {
        terminate(Opcode.RETURN, LIST, append(values, n), n, 0, 0, 0);
    }

    @Override
    public void unreachable() {
        terminate(Opcode.UNREACHABLE, 0, 0, 0, 0, 0, 0);
    }

    /** Sorts edge arguments by edge (counting sort), without those whose parameter became an alias. */
    @Override
    public void end() {
        if (edgeRow.length < edgeCount + 1) edgeRow = new int[Math.max(edgeCount + 1, 2 * edgeRow.length)];
        if (rowParameter.length < argumentCount) {
            rowParameter = new int[argumentEdge.length];
            rowValue = new int[argumentEdge.length];
        }
        Arrays.fill(edgeRow, 0, edgeCount + 1, 0);
        int live = 0;
        for (int i = 0; i < argumentCount; i++) {
            if (a[argumentParameter[i]] >= 0) continue;
            edgeRow[argumentEdge[i]]++;
            live++;
        }
        for (int e = 0, at = 0; e <= edgeCount; e++) {
            int n = edgeRow[e];
            edgeRow[e] = at;
            at += n;
        }
        for (int i = 0; i < argumentCount; i++) {
            if (a[argumentParameter[i]] >= 0) continue;
            int at = edgeRow[argumentEdge[i]]++;
            rowParameter[at] = argumentParameter[i];
            rowValue[at] = resolve(argumentValue[i]);
        }
        // Every start has moved to its row's end, which is the next row's start.
        System.arraycopy(edgeRow, 0, edgeRow, 1, edgeCount);
        edgeRow[0] = 0;
        assert edgeRow[edgeCount] == live;
    }

    // ---- values ----

    @Override
    public int constI32(int value) {
        return row(Opcode.I32_CONST, ValType.I32, 0, value, 0, 0, 0, 0);
    }

    @Override
    public int constI64(long value) {
        return row(Opcode.I64_CONST, ValType.I64, 0, (int) value, (int) (value >>> 32), 0, 0, 0);
    }

    @Override
    public int constF32(int bits) {
        return row(Opcode.F32_CONST, ValType.F32, 0, bits, 0, 0, 0, 0);
    }

    @Override
    public int constF64(long bits) {
        return row(Opcode.F64_CONST, ValType.F64, 0, (int) bits, (int) (bits >>> 32), 0, 0, 0);
    }

    /** The 64 bits of a constant row. */
    long bits(int row) {
        return a[row] & 0xffffffffL | (long) b[row] << 32;
    }

    @Override
    public int unary(int opcode, int operand) {
        return row(opcode, Numeric.resultType(opcode), 1, operand, 0, 0, 0, 0);
    }

    @Override
    public int binary(int opcode, int left, int right) {
        return row(opcode, Numeric.resultType(opcode), 2, left, right, 0, 0, 0);
    }

    @Override
    public int select(int type, int condition, int whenTrue, int whenFalse) {
        return row(Opcode.SELECT, type, 3, condition, whenTrue, whenFalse, 0, 0);
    }

    // ---- memory ----

    @Override
    public int load(int opcode, int address, long offset, int alignLog2) {
        usesMemory = true;
        return row(opcode, Numeric.resultType(opcode), 1, address, 0, 0, (int) offset, 0);
    }

    @Override
    public void store(int opcode, int address, int value, long offset, int alignLog2) {
        usesMemory = storesMemory = true;
        row(opcode, NO_TYPE, 2, address, value, 0, (int) offset, 0);
    }

    @Override
    public int memorySize() {
        return row(Opcode.MEMORY_SIZE, ValType.I32, 0, 0, 0, 0, 0, 0);
    }

    @Override
    public int memoryGrow(int pages) {
        return row(Opcode.MEMORY_GROW, ValType.I32, 1, pages, 0, 0, 0, 0);
    }

    @Override
    public void memoryCopy(int destination, int source, int length) {
        row(Opcode.MEMORY_COPY, NO_TYPE, 3, destination, source, length, 0, 0);
    }

    @Override
    public void memoryFill(int destination, int value, int length) {
        row(Opcode.MEMORY_FILL, NO_TYPE, 3, destination, value, length, 0, 0);
    }

    @Override
    public void memoryInit(int segment, int destination, int source, int length) {
        row(Opcode.MEMORY_INIT, NO_TYPE, 3, destination, source, length, segment, 0);
    }

    @Override
    public void dataDrop(int segment) {
        row(Opcode.DATA_DROP, NO_TYPE, 0, 0, 0, 0, segment, 0);
    }

    // ---- globals, tables, references ----

    @Override
    public int globalGet(int global) {
        return row(Opcode.GLOBAL_GET, context.module().globalTypes().get(global).type(), 0, 0, 0, 0, global, 0);
    }

    @Override
    public void globalSet(int global, int value) {
        row(Opcode.GLOBAL_SET, NO_TYPE, 1, value, 0, 0, global, 0);
    }

    @Override
    public int tableGet(int table, int index) {
        return row(Opcode.TABLE_GET, context.module().tables().get(table).elementType(), 1, index, 0, 0, table, 0);
    }

    @Override
    public void tableSet(int table, int index, int value) {
        row(Opcode.TABLE_SET, NO_TYPE, 2, index, value, 0, table, 0);
    }

    @Override
    public int tableSize(int table) {
        return row(Opcode.TABLE_SIZE, ValType.I32, 0, 0, 0, 0, table, 0);
    }

    @Override
    public int tableGrow(int table, int value, int n) {
        return row(Opcode.TABLE_GROW, ValType.I32, 2, value, n, 0, table, 0);
    }

    @Override
    public void tableFill(int table, int index, int value, int n) {
        row(Opcode.TABLE_FILL, NO_TYPE, 3, index, value, n, table, 0);
    }

    @Override
    public void tableCopy(int destinationTable, int sourceTable, int destination, int source, int length) {
        row(Opcode.TABLE_COPY, NO_TYPE, 3, destination, source, length, sourceTable, destinationTable);
    }

    @Override
    public void tableInit(int segment, int table, int destination, int source, int length) {
        row(Opcode.TABLE_INIT, NO_TYPE, 3, destination, source, length, table, segment);
    }

    @Override
    public void elemDrop(int segment) {
        row(Opcode.ELEM_DROP, NO_TYPE, 0, 0, 0, 0, segment, 0);
    }

    @Override
    public int refNull(int type) {
        return row(Opcode.REF_NULL, type, 0, 0, 0, 0, 0, 0);
    }

    @Override
    public int refIsNull(int reference) {
        return row(Opcode.REF_IS_NULL, ValType.I32, 1, reference, 0, 0, 0, 0);
    }

    @Override
    public int refFunc(int function) {
        return row(Opcode.REF_FUNC, ValType.FUNCREF, 0, 0, 0, 0, function, 0);
    }

    // ---- calls ----

    @Override
    public void call(int function, int[] arguments, int n, int[] results) {
        int[] types = context.module().functionType(function).results();
        results(row(Opcode.CALL, resultType(types), LIST, append(arguments, n), n, 0, function, 0), types, results);
    }

    /** The list holds the index behind the arguments. */
    @Override
    public void callIndirect(int table, int type, int index, int[] arguments, int n, int[] results) {
        int[] types = context.module().types().get(type).results();
        int first = append(arguments, n);
        append(index);
        results(row(Opcode.CALL_INDIRECT, resultType(types), LIST, first, n + 1, 0, type, table), types, results);
    }

    private static int resultType(int[] types) {
        return types.length == 1 ? types[0] : NO_TYPE;
    }

    private void results(int call, int[] types, int[] results) {
        if (types.length == 1) results[0] = call;
        else for (int i = 0; i < types.length; i++) results[i] = row(RESULT, types[i], 0, 0, 0, 0, i, call);
    }
}
