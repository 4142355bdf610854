package dev.backbench.wasm;

/** Counts its calls and stores nothing: values and blocks are consecutive numbers. */
class CountingBuilder implements IrBuilder {
    long calls;
    private Context context;
    private int values, blocks;

    private int value() {
        calls++;
        return values++;
    }

    @Override
    public void begin(Context context) {
        this.context = context;
        values = 0;
        blocks = 0;
    }

    @Override
    public int parameter(int index, int type) {
        return value();
    }

    @Override
    public void end() {
        calls++;
    }

    @Override
    public int block(boolean loop) {
        calls++;
        return blocks++;
    }

    @Override
    public int blockParameter(int block, int type) {
        return value();
    }

    @Override
    public void startBlock(int block) {
        calls++;
    }

    @Override
    public void sealed(int block) {
        calls++;
    }

    @Override
    public void edgeArgument(int edge, int parameter, int value) {
        calls++;
    }

    @Override
    public void alias(int parameter, int value) {
        calls++;
    }

    @Override
    public void jump(int edge, int target) {
        calls++;
    }

    @Override
    public void branchIf(int condition, int edge, int then, int otherEdge, int otherwise) {
        calls++;
    }

    @Override
    public void branchTable(int index, int[] cases, int caseCount, int[] edges, int[] targets, int edgeCount) {
        calls++;
    }

    @Override
    public void ret(int[] values, int count) {
        calls++;
    }

    @Override
    public void unreachable() {
        calls++;
    }

    @Override
    public int constI32(int value) {
        return value();
    }

    @Override
    public int constI64(long value) {
        return value();
    }

    @Override
    public int constF32(int bits) {
        return value();
    }

    @Override
    public int constF64(long bits) {
        return value();
    }

    @Override
    public int unary(int opcode, int operand) {
        return value();
    }

    @Override
    public int binary(int opcode, int left, int right) {
        return value();
    }

    @Override
    public int select(int type, int condition, int whenTrue, int whenFalse) {
        return value();
    }

    @Override
    public int load(int opcode, int address, long offset, int alignLog2) {
        return value();
    }

    @Override
    public void store(int opcode, int address, int value, long offset, int alignLog2) {
        calls++;
    }

    @Override
    public int memorySize() {
        return value();
    }

    @Override
    public int memoryGrow(int pages) {
        return value();
    }

    @Override
    public void memoryCopy(int destination, int source, int length) {
        calls++;
    }

    @Override
    public void memoryFill(int destination, int value, int length) {
        calls++;
    }

    @Override
    public void memoryInit(int segment, int destination, int source, int length) {
        calls++;
    }

    @Override
    public void dataDrop(int segment) {
        calls++;
    }

    @Override
    public int globalGet(int global) {
        return value();
    }

    @Override
    public void globalSet(int global, int value) {
        calls++;
    }

    @Override
    public int tableGet(int table, int index) {
        return value();
    }

    @Override
    public void tableSet(int table, int index, int value) {
        calls++;
    }

    @Override
    public int tableSize(int table) {
        return value();
    }

    @Override
    public int tableGrow(int table, int value, int count) {
        return value();
    }

    @Override
    public void tableFill(int table, int index, int value, int count) {
        calls++;
    }

    @Override
    public void tableCopy(int destinationTable, int sourceTable, int destination, int source, int length) {
        calls++;
    }

    @Override
    public void tableInit(int segment, int table, int destination, int source, int length) {
        calls++;
    }

    @Override
    public void elemDrop(int segment) {
        calls++;
    }

    @Override
    public int refNull(int type) {
        return value();
    }

    @Override
    public int refIsNull(int reference) {
        return value();
    }

    @Override
    public int refFunc(int function) {
        return value();
    }

    @Override
    public void call(int function, int[] arguments, int count, int[] results) {
        called(context.module().functionType(function), results);
    }

    @Override
    public void callIndirect(int table, int type, int index, int[] arguments, int count, int[] results) {
        called(context.module().types().get(type), results);
    }

    private void called(FuncType type, int[] results) {
        calls++;
        for (int i = 0; i < type.results().length; i++) results[i] = values++;
    }
}
