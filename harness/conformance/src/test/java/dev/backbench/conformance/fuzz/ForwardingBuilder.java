package dev.backbench.conformance.fuzz;

import dev.backbench.wasm.IrBuilder;

/** Hands everything on; bugs are planted by overriding. */
class ForwardingBuilder implements IrBuilder {
    final IrBuilder to;

    ForwardingBuilder(IrBuilder to) {
        this.to = to;
    }

    @Override
    public void begin(Context context) {
        to.begin(context);
    }

    @Override
    public int parameter(int index, int type) {
        return to.parameter(index, type);
    }

    @Override
    public void end() {
        to.end();
    }

    @Override
    public int block(boolean loop) {
        return to.block(loop);
    }

    @Override
    public int blockParameter(int block, int type) {
        return to.blockParameter(block, type);
    }

    @Override
    public void startBlock(int block) {
        to.startBlock(block);
    }

    @Override
    public void sealed(int block) {
        to.sealed(block);
    }

    @Override
    public void edgeArgument(int edge, int parameter, int value) {
        to.edgeArgument(edge, parameter, value);
    }

    @Override
    public void alias(int parameter, int value) {
        to.alias(parameter, value);
    }

    @Override
    public void jump(int edge, int target) {
        to.jump(edge, target);
    }

    @Override
    public void branchIf(int condition, int edge, int then, int otherEdge, int otherwise) {
        to.branchIf(condition, edge, then, otherEdge, otherwise);
    }

    @Override
    public void branchTable(int index, int[] cases, int caseCount, int[] edges, int[] targets, int edgeCount) {
        to.branchTable(index, cases, caseCount, edges, targets, edgeCount);
    }

    @Override
    public void ret(int[] values, int count) {
        to.ret(values, count);
    }

    @Override
    public void unreachable() {
        to.unreachable();
    }

    @Override
    public int constI32(int value) {
        return to.constI32(value);
    }

    @Override
    public int constI64(long value) {
        return to.constI64(value);
    }

    @Override
    public int constF32(int bits) {
        return to.constF32(bits);
    }

    @Override
    public int constF64(long bits) {
        return to.constF64(bits);
    }

    @Override
    public int unary(int opcode, int operand) {
        return to.unary(opcode, operand);
    }

    @Override
    public int binary(int opcode, int left, int right) {
        return to.binary(opcode, left, right);
    }

    @Override
    public int select(int type, int condition, int whenTrue, int whenFalse) {
        return to.select(type, condition, whenTrue, whenFalse);
    }

    @Override
    public int load(int opcode, int address, long offset, int alignLog2) {
        return to.load(opcode, address, offset, alignLog2);
    }

    @Override
    public void store(int opcode, int address, int value, long offset, int alignLog2) {
        to.store(opcode, address, value, offset, alignLog2);
    }

    @Override
    public int memorySize() {
        return to.memorySize();
    }

    @Override
    public int memoryGrow(int pages) {
        return to.memoryGrow(pages);
    }

    @Override
    public void memoryCopy(int destination, int source, int length) {
        to.memoryCopy(destination, source, length);
    }

    @Override
    public void memoryFill(int destination, int value, int length) {
        to.memoryFill(destination, value, length);
    }

    @Override
    public void memoryInit(int segment, int destination, int source, int length) {
        to.memoryInit(segment, destination, source, length);
    }

    @Override
    public void dataDrop(int segment) {
        to.dataDrop(segment);
    }

    @Override
    public int globalGet(int global) {
        return to.globalGet(global);
    }

    @Override
    public void globalSet(int global, int value) {
        to.globalSet(global, value);
    }

    @Override
    public int tableGet(int table, int index) {
        return to.tableGet(table, index);
    }

    @Override
    public void tableSet(int table, int index, int value) {
        to.tableSet(table, index, value);
    }

    @Override
    public int tableSize(int table) {
        return to.tableSize(table);
    }

    @Override
    public int tableGrow(int table, int value, int count) {
        return to.tableGrow(table, value, count);
    }

    @Override
    public void tableFill(int table, int index, int value, int count) {
        to.tableFill(table, index, value, count);
    }

    @Override
    public void tableCopy(int destinationTable, int sourceTable, int destination, int source, int length) {
        to.tableCopy(destinationTable, sourceTable, destination, source, length);
    }

    @Override
    public void tableInit(int segment, int table, int destination, int source, int length) {
        to.tableInit(segment, table, destination, source, length);
    }

    @Override
    public void elemDrop(int segment) {
        to.elemDrop(segment);
    }

    @Override
    public int refNull(int type) {
        return to.refNull(type);
    }

    @Override
    public int refIsNull(int reference) {
        return to.refIsNull(reference);
    }

    @Override
    public int refFunc(int function) {
        return to.refFunc(function);
    }

    @Override
    public void call(int function, int[] arguments, int count, int[] results) {
        to.call(function, arguments, count, results);
    }

    @Override
    public void callIndirect(int table, int type, int index, int[] arguments, int count, int[] results) {
        to.callIndirect(table, type, index, arguments, count, results);
    }
}
