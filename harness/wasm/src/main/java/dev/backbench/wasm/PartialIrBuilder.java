package dev.backbench.wasm;

/**
 * A builder that refuses every operation by its name: where an adapter begins, overriding one method after another. What every function needs ({@link #begin},
 * {@link #parameter}, {@link #end}, {@link #ret}, {@link #edgeArgument}) is left abstract.
 */
public abstract class PartialIrBuilder implements IrBuilder {
    /**
     * What a module meets that needs more than the adapter has: a gap in the back end, which fails the module under the operation's name. It is no feature that a module
     * may do without, so nothing counts it as unsupported.
     *
     * @param operation the method that is missing
     */
    protected UnsupportedOperationException refuse(String operation) {
        return new UnsupportedOperationException("this back end has no '" + operation + "', which the module needs");
    }

    @Override
    public int block(boolean loop) {
        throw refuse("block");
    }

    @Override
    public int blockParameter(int block, int type) {
        throw refuse("blockParameter");
    }

    @Override
    public void startBlock(int block) {
        throw refuse("startBlock");
    }

    @Override
    public void alias(int parameter, int value) {
        throw refuse("alias");
    }

    @Override
    public void jump(int edge, int target) {
        throw refuse("jump");
    }

    @Override
    public void branchIf(int condition, int edge, int then, int otherEdge, int otherwise) {
        throw refuse("branchIf");
    }

    @Override
    public void branchTable(int index, int[] cases, int caseCount, int[] edges, int[] targets, int edgeCount) {
        throw refuse("branchTable");
    }

    @Override
    public void unreachable() {
        throw refuse("unreachable");
    }

    @Override
    public int constI32(int value) {
        throw refuse("constI32");
    }

    @Override
    public int constI64(long value) {
        throw refuse("constI64");
    }

    @Override
    public int constF32(int bits) {
        throw refuse("constF32");
    }

    @Override
    public int constF64(long bits) {
        throw refuse("constF64");
    }

    @Override
    public int unary(int opcode, int operand) {
        throw refuse("unary");
    }

    @Override
    public int binary(int opcode, int left, int right) {
        throw refuse("binary");
    }

    @Override
    public int select(int type, int condition, int whenTrue, int whenFalse) {
        throw refuse("select");
    }

    @Override
    public int load(int opcode, int address, long offset, int alignLog2) {
        throw refuse("load");
    }

    @Override
    public void store(int opcode, int address, int value, long offset, int alignLog2) {
        throw refuse("store");
    }

    @Override
    public int memorySize() {
        throw refuse("memorySize");
    }

    @Override
    public int memoryGrow(int pages) {
        throw refuse("memoryGrow");
    }

    @Override
    public void memoryCopy(int destination, int source, int length) {
        throw refuse("memoryCopy");
    }

    @Override
    public void memoryFill(int destination, int value, int length) {
        throw refuse("memoryFill");
    }

    @Override
    public void memoryInit(int segment, int destination, int source, int length) {
        throw refuse("memoryInit");
    }

    @Override
    public void dataDrop(int segment) {
        throw refuse("dataDrop");
    }

    @Override
    public int globalGet(int global) {
        throw refuse("globalGet");
    }

    @Override
    public void globalSet(int global, int value) {
        throw refuse("globalSet");
    }

    @Override
    public int tableGet(int table, int index) {
        throw refuse("tableGet");
    }

    @Override
    public void tableSet(int table, int index, int value) {
        throw refuse("tableSet");
    }

    @Override
    public int tableSize(int table) {
        throw refuse("tableSize");
    }

    @Override
    public int tableGrow(int table, int value, int count) {
        throw refuse("tableGrow");
    }

    @Override
    public void tableFill(int table, int index, int value, int count) {
        throw refuse("tableFill");
    }

    @Override
    public void tableCopy(int destinationTable, int sourceTable, int destination, int source, int length) {
        throw refuse("tableCopy");
    }

    @Override
    public void tableInit(int segment, int table, int destination, int source, int length) {
        throw refuse("tableInit");
    }

    @Override
    public void elemDrop(int segment) {
        throw refuse("elemDrop");
    }

    @Override
    public int refNull(int type) {
        throw refuse("refNull");
    }

    @Override
    public int refIsNull(int reference) {
        throw refuse("refIsNull");
    }

    @Override
    public int refFunc(int function) {
        throw refuse("refFunc");
    }

    @Override
    public void call(int function, int[] arguments, int count, int[] results) {
        throw refuse("call");
    }

    @Override
    public void callIndirect(int table, int type, int index, int[] arguments, int count, int[] results) {
        throw refuse("callIndirect");
    }
}
