package dev.backbench.wasm;

/** The part of {@link IrBuilder} that reaches memory, globals and tables. Addresses are i32 and count unsigned; the effective address is the 33-bit sum address + offset. */
public interface MemoryBuilder {
    int load(int opcode, int address, long offset, int alignLog2);

    void store(int opcode, int address, int value, long offset, int alignLog2);

    int memorySize();

    int memoryGrow(int pages);

    void memoryCopy(int destination, int source, int length);

    void memoryFill(int destination, int value, int length);

    void memoryInit(int segment, int destination, int source, int length);

    void dataDrop(int segment);

    // ---- globals and tables ----

    int globalGet(int global);

    void globalSet(int global, int value);

    int tableGet(int table, int index);

    void tableSet(int table, int index, int value);

    int tableSize(int table);

    int tableGrow(int table, int value, int count);

    void tableFill(int table, int index, int value, int count);

    void tableCopy(int destinationTable, int sourceTable, int destination, int source, int length);

    void tableInit(int segment, int table, int destination, int source, int length);

    void elemDrop(int segment);
}
