package dev.backbench.wasm;

/** A builder whose memory, globals and tables are a class of their own, {@code M}. */
public abstract class DividedIrBuilder<M extends MemoryBuilder> implements IrBuilder {
    /** Set before the first function. */
    protected M memory;

    @Override
    public final int load(int opcode, int address, long offset, int alignLog2) {
        return memory.load(opcode, address, offset, alignLog2);
    }

    @Override
    public final void store(int opcode, int address, int value, long offset, int alignLog2) {
        memory.store(opcode, address, value, offset, alignLog2);
    }

    @Override
    public final int memorySize() {
        return memory.memorySize();
    }

    @Override
    public final int memoryGrow(int pages) {
        return memory.memoryGrow(pages);
    }

    @Override
    public final void memoryCopy(int destination, int source, int length) {
        memory.memoryCopy(destination, source, length);
    }

    @Override
    public final void memoryFill(int destination, int value, int length) {
        memory.memoryFill(destination, value, length);
    }

    @Override
    public final void memoryInit(int segment, int destination, int source, int length) {
        memory.memoryInit(segment, destination, source, length);
    }

    @Override
    public final void dataDrop(int segment) {
        memory.dataDrop(segment);
    }

    @Override
    public final int globalGet(int global) {
        return memory.globalGet(global);
    }

    @Override
    public final void globalSet(int global, int value) {
        memory.globalSet(global, value);
    }

    @Override
    public final int tableGet(int table, int index) {
        return memory.tableGet(table, index);
    }

    @Override
    public final void tableSet(int table, int index, int value) {
        memory.tableSet(table, index, value);
    }

    @Override
    public final int tableSize(int table) {
        return memory.tableSize(table);
    }

    @Override
    public final int tableGrow(int table, int value, int count) {
        return memory.tableGrow(table, value, count);
    }

    @Override
    public final void tableFill(int table, int index, int value, int count) {
        memory.tableFill(table, index, value, count);
    }

    @Override
    public final void tableCopy(int destinationTable, int sourceTable, int destination, int source, int length) {
        memory.tableCopy(destinationTable, sourceTable, destination, source, length);
    }

    @Override
    public final void tableInit(int segment, int table, int destination, int source, int length) {
        memory.tableInit(segment, table, destination, source, length);
    }

    @Override
    public final void elemDrop(int segment) {
        memory.elemDrop(segment);
    }
}
