package dev.backbench.qbe.wasm;

import static dev.backbench.qbe.il.Cls.D;
import static dev.backbench.qbe.il.Cls.L;
import static dev.backbench.qbe.il.Cls.S;
import static dev.backbench.qbe.il.Cls.W;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.IntCmp;
import dev.backbench.qbe.il.Op;
import dev.backbench.spi.abi.Builtin;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.MemoryBuilder;
import dev.backbench.wasm.Opcode;
import dev.backbench.wasm.WasmModule;

/** Linear memory, globals and tables, by {@code docs/abi.md}. */
final class Memory implements MemoryBuilder {
    /** By opcode from {@code i32.load} on: operation, class of the result. */
    private static final int[] LOADS = {Op.LOAD, W, Op.LOAD, L, Op.LOAD, S, Op.LOAD, D, Op.LOADSB, W, Op.LOADUB, W, Op.LOADSH, W, Op.LOADUH, W, Op.LOADSB, L, Op.LOADUB, L,
            Op.LOADSH, L, Op.LOADUH, L, Op.LOADSW, L, Op.LOADUW, L};
    private static final int[] STORES = {Op.STOREW, Op.STOREL, Op.STORES, Op.STORED, Op.STOREB, Op.STOREH, Op.STOREB, Op.STOREH, Op.STOREW};

    private final Body b;
    private final Fn fn;
    private final Calls calls;
    private final WasmModule module;
    private final InstanceLayout layout;
    private final boolean guard;
    private final long certainBytes;

    Memory(Body body, Calls calls, WasmModule module, InstanceLayout layout, boolean guard) {
        b = body;
        fn = body.fn;
        this.calls = calls;
        this.module = module;
        this.layout = layout;
        this.guard = guard;
        certainBytes = module.memories().isEmpty() ? 0 : module.memories().get(0).min() << 16;
    }

    // ---- loads and stores ----

    @Override
    public int load(int opcode, int address, long offset, int alignLog2) {
        int op = LOADS[2 * (opcode - Opcode.I32_LOAD)], cls = LOADS[2 * (opcode - Opcode.I32_LOAD) + 1];
        return b.load(op, cls, pointer(address, offset, Op.width(op, cls)));
    }

    @Override
    public void store(int opcode, int address, int value, long offset, int alignLog2) {
        int op = STORES[opcode - Opcode.I32_STORE];
        b.store(op, value, pointer(address, offset, Op.width(op, W)));
    }

    private int pointer(int address, long offset, int width) {
        if (fn.isNumber(address)) {
            long sum = (fn.bits(address) & 0xFFFFFFFFL) + offset;
            if (!guard && sum + width > certainBytes) b.require(b.compare(IntCmp.ULE, L, fn.constant(sum + width), bytes()), TrapReason.MEMORY_OUT_OF_BOUNDS);
            return b.at(b.memoryBase(), sum);
        }
        int wide = b.wide(address);
        if (!guard) b.require(b.compare(IntCmp.ULE, L, b.at(wide, offset + width), bytes()), TrapReason.MEMORY_OUT_OF_BOUNDS);
        return b.at(b.binary(Op.ADD, L, b.memoryBase(), wide), offset);
    }

    /** The memory's size now. */
    private int bytes() {
        int entry = b.load(Op.LOAD, L, b.at(b.instance, InstanceLayout.MEMORY));
        return b.load(Op.LOAD, L, b.at(entry, InstanceLayout.MEMORY_RECORD_SIZE));
    }

    @Override
    public int memorySize() {
        return b.binary(Op.SHR, L, bytes(), fn.constant(16));
    }

    @Override
    public int memoryGrow(int pages) {
        return b.narrow(calls.builtin(Builtin.MEMORY_GROW, b.wide(pages)));
    }

    @Override
    public void memoryCopy(int destination, int source, int length) {
        calls.builtin(Builtin.MEMORY_COPY, b.wide(destination), b.wide(source), b.wide(length));
    }

    @Override
    public void memoryFill(int destination, int value, int length) {
        calls.builtin(Builtin.MEMORY_FILL, b.wide(destination), b.wide(value), b.wide(length));
    }

    @Override
    public void memoryInit(int segment, int destination, int source, int length) {
        calls.builtin(Builtin.MEMORY_INIT, fn.constant(segment), b.wide(destination), b.wide(source), b.wide(length));
    }

    @Override
    public void dataDrop(int segment) {
        calls.builtin(Builtin.DATA_DROP, fn.constant(segment));
    }

    // ---- globals ----

    private int slot(int global) {
        int place = b.at(b.instance, layout.global(global));
        return layout.globalIsPointer(global) ? b.load(Op.LOAD, L, place) : place;
    }

    @Override
    public int globalGet(int global) {
        return b.load(Op.LOAD, Body.cls(module.globalTypes().get(global).type()), slot(global));
    }

    @Override
    public void globalSet(int global, int value) {
        b.store(Body.storeOf(Body.cls(module.globalTypes().get(global).type())), value, slot(global));
    }

    // ---- tables ----

    private int entry(int table) {
        int place = b.at(b.instance, layout.table(table));
        return layout.tableIsPointer(table) ? b.load(Op.LOAD, L, place) : place;
    }

    private int length(int table, int entry) {
        WasmModule.TableType type = module.tables().get(table);
        return type.max() == type.min() ? fn.constant(type.min()) : b.load(Op.LOAD, L, b.at(entry, InstanceLayout.TABLE_RECORD_LENGTH));
    }

    /** The address of an element, checked. */
    private int element(int table, int index, TrapReason outside) {
        int entry = entry(table), wide = b.wide(index);
        b.requireBelow(wide, length(table, entry), outside);
        int elements = b.load(Op.LOAD, L, b.at(entry, InstanceLayout.TABLE_RECORD_BASE));
        return b.binary(Op.ADD, L, elements, b.binary(Op.SHL, L, wide, fn.constant(3)));
    }

    @Override
    public int tableGet(int table, int index) {
        return loadElement(table, index, TrapReason.TABLE_OUT_OF_BOUNDS);
    }

    int loadElement(int table, int index, TrapReason outside) {
        return b.load(Op.LOAD, L, element(table, index, outside));
    }

    @Override
    public void tableSet(int table, int index, int value) {
        b.store(Op.STOREL, value, element(table, index, TrapReason.TABLE_OUT_OF_BOUNDS));
    }

    @Override
    public int tableSize(int table) {
        return b.narrow(length(table, entry(table)));
    }

    @Override
    public int tableGrow(int table, int value, int count) {
        return b.narrow(calls.builtin(Builtin.TABLE_GROW, fn.constant(table), value, b.wide(count)));
    }

    @Override
    public void tableFill(int table, int index, int value, int count) {
        calls.builtin(Builtin.TABLE_FILL, fn.constant(table), b.wide(index), value, b.wide(count));
    }

    @Override
    public void tableCopy(int destinationTable, int sourceTable, int destination, int source, int length) {
        calls.builtin(Builtin.TABLE_COPY, fn.constant((long) destinationTable << 32 | sourceTable), b.wide(destination), b.wide(source), b.wide(length));
    }

    @Override
    public void tableInit(int segment, int table, int destination, int source, int length) {
        calls.builtin(Builtin.TABLE_INIT, fn.constant((long) segment << 32 | table), b.wide(destination), b.wide(source), b.wide(length));
    }

    @Override
    public void elemDrop(int segment) {
        calls.builtin(Builtin.ELEM_DROP, fn.constant(segment));
    }
}
