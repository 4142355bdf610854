package dev.backbench.cranelift.wasm;

import static dev.backbench.cranelift.ir.Types.F32;
import static dev.backbench.cranelift.ir.Types.F64;
import static dev.backbench.cranelift.ir.Types.I32;
import static dev.backbench.cranelift.ir.Types.I64;
import static dev.backbench.cranelift.ir.Types.I8;

import dev.backbench.cranelift.ir.IntCC;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.spi.abi.Builtin;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.MemoryBuilder;
import dev.backbench.wasm.Opcode;
import dev.backbench.wasm.WasmModule;

/** Linear memory, globals and tables, by {@code docs/abi.md}. */
final class Memory implements MemoryBuilder {
    /** By opcode from {@code i32.load} and {@code i32.store} on. */
    private static final Op[] LOADS = {Op.LOAD, Op.LOAD, Op.LOAD, Op.LOAD, Op.SLOAD8, Op.ULOAD8, Op.SLOAD16, Op.ULOAD16, Op.SLOAD8, Op.ULOAD8, Op.SLOAD16, Op.ULOAD16,
        Op.SLOAD32, Op.ULOAD32};
    private static final int[] LOAD_TYPE = {I32, I64, F32, F64, I32, I32, I32, I32, I64, I64, I64, I64, I64, I64}, LOAD_BYTES = {4, 8, 4, 8, 1, 1, 2, 2, 1, 1, 2, 2, 4, 4};
    private static final Op[] STORES = {Op.STORE, Op.STORE, Op.STORE, Op.STORE, Op.ISTORE8, Op.ISTORE16, Op.ISTORE8, Op.ISTORE16, Op.ISTORE32};
    private static final int[] STORE_TYPE = {I32, I64, F32, F64, I32, I32, I64, I64, I64}, STORE_BYTES = {4, 8, 4, 8, 1, 2, 1, 2, 4};
    private static final int ELEMENT_SHIFT = 3;

    private final Body b;
    private final Calls calls;
    private final WasmModule module;
    private final InstanceLayout layout;
    private final boolean guard;
    private final long certainBytes;
    /** What {@link #pointer} leaves beside the address. */
    private long pointerOffset;

    Memory(Body body, Calls calls, WasmModule module, InstanceLayout layout, boolean guard) {
        b = body;
        this.calls = calls;
        this.module = module;
        this.layout = layout;
        this.guard = guard;
        certainBytes = module.memories().isEmpty() ? 0 : module.memories().get(0).min() << 16;
    }

    // ---- loads and stores ----

    @Override
    public int load(int opcode, int address, long offset, int alignLog2) {
        int which = opcode - Opcode.I32_LOAD, pointer = pointer(address, offset, LOAD_BYTES[which]);
        return b.load(LOADS[which], LOAD_TYPE[which], Body.LINEAR, pointer, pointerOffset);
    }

    @Override
    public void store(int opcode, int address, int value, long offset, int alignLog2) {
        int which = opcode - Opcode.I32_STORE, pointer = pointer(address, offset, STORE_BYTES[which]);
        b.store(STORES[which], STORE_TYPE[which], Body.LINEAR, value, pointer, pointerOffset);
    }

    private int pointer(int address, long offset, int bytes) {
        if (b.isConstant(address)) {
            long sum = (b.constantOf(address) & 0xFFFFFFFFL) + offset;
            if (!guard && sum + bytes > certainBytes) within(b.i64(sum + bytes));
            return split(b.memoryBase(), sum);
        }
        int wide = b.wide(address);
        if (!guard) within(b.at(wide, offset + bytes));
        return split(b.binary(Op.IADD, I64, b.memoryBase(), wide), offset);
    }

    /** An offset that an instruction holds is left to it. */
    private int split(int pointer, long offset) {
        pointerOffset = offset <= Integer.MAX_VALUE ? offset : 0;
        return pointerOffset == offset ? pointer : b.at(pointer, offset);
    }

    /** Traps where {@code end} lies beyond the memory's size. */
    private void within(int end) {
        b.trapIf(Op.TRAPNZ, I8, b.compare(IntCC.UGT, I64, end, bytes()), TrapReason.MEMORY_OUT_OF_BOUNDS);
    }

    /** The memory's size now. */
    private int bytes() {
        int entry = b.load(Op.LOAD, I64, Body.FIXED, b.instance, InstanceLayout.MEMORY);
        return b.load(Op.LOAD, I64, Body.RUNTIME, entry, InstanceLayout.MEMORY_RECORD_SIZE);
    }

    @Override
    public int memorySize() {
        return b.narrow(b.binary(Op.USHR, I64, bytes(), b.i32(16)));
    }

    @Override
    public int memoryGrow(int pages) {
        return b.narrow(calls.builtin(Builtin.MEMORY_GROW, b.wide(pages), -1, -1, -1));
    }

    @Override
    public void memoryCopy(int destination, int source, int length) {
        calls.builtin(Builtin.MEMORY_COPY, b.wide(destination), b.wide(source), b.wide(length), -1);
    }

    @Override
    public void memoryFill(int destination, int value, int length) {
        calls.builtin(Builtin.MEMORY_FILL, b.wide(destination), b.wide(value), b.wide(length), -1);
    }

    @Override
    public void memoryInit(int segment, int destination, int source, int length) {
        calls.builtin(Builtin.MEMORY_INIT, b.i64(segment), b.wide(destination), b.wide(source), b.wide(length));
    }

    @Override
    public void dataDrop(int segment) {
        calls.builtin(Builtin.DATA_DROP, b.i64(segment), -1, -1, -1);
    }

    // ---- globals ----

    @Override
    public int globalGet(int global) {
        int type = Body.type(module.globalTypes().get(global).type()), place = layout.global(global);
        if (!layout.globalIsPointer(global)) return b.load(Op.LOAD, type, Body.RUNTIME, b.instance, place);
        return b.load(Op.LOAD, type, Body.RUNTIME, b.load(Op.LOAD, I64, Body.FIXED, b.instance, place), 0);
    }

    @Override
    public void globalSet(int global, int value) {
        int type = Body.type(module.globalTypes().get(global).type()), place = layout.global(global);
        if (layout.globalIsPointer(global)) b.store(Op.STORE, type, Body.RUNTIME, value, b.load(Op.LOAD, I64, Body.FIXED, b.instance, place), 0);
        else b.store(Op.STORE, type, Body.RUNTIME, value, b.instance, place);
    }

    // ---- tables ----

    /** The address to which {@link #pointerOffset} must be added for the table's record. */
    private int record(int table) {
        int place = layout.table(table);
        boolean pointer = layout.tableIsPointer(table);
        pointerOffset = pointer ? 0 : place;
        return pointer ? b.load(Op.LOAD, I64, Body.FIXED, b.instance, place) : b.instance;
    }

    /** An i32. */
    private int length(int table, int record) {
        WasmModule.TableType type = module.tables().get(table);
        return type.max() == type.min() ? b.i32((int) type.min()) : b.load(Op.LOAD, I32, Body.RUNTIME, record, pointerOffset + InstanceLayout.TABLE_RECORD_LENGTH);
    }

    /** The address of an element, checked. */
    private int element(int table, int index, TrapReason outside) {
        int record = record(table);
        b.trapIf(Op.TRAPNZ, I8, b.compare(IntCC.UGE, I32, index, length(table, record)), outside);
        int elements = b.load(Op.LOAD, I64, Body.FIXED, record, pointerOffset + InstanceLayout.TABLE_RECORD_BASE);
        return b.binary(Op.IADD, I64, elements, b.binary(Op.ISHL, I64, b.wide(index), b.i32(ELEMENT_SHIFT)));
    }

    int loadElement(int table, int index, TrapReason outside) {
        return b.load(Op.LOAD, I64, Body.ELEMENT, element(table, index, outside), 0);
    }

    @Override
    public int tableGet(int table, int index) {
        return loadElement(table, index, TrapReason.TABLE_OUT_OF_BOUNDS);
    }

    @Override
    public void tableSet(int table, int index, int value) {
        b.store(Op.STORE, I64, Body.ELEMENT, value, element(table, index, TrapReason.TABLE_OUT_OF_BOUNDS), 0);
    }

    @Override
    public int tableSize(int table) {
        return length(table, record(table));
    }

    @Override
    public int tableGrow(int table, int value, int count) {
        return b.narrow(calls.builtin(Builtin.TABLE_GROW, b.i64(table), value, b.wide(count), -1));
    }

    @Override
    public void tableFill(int table, int index, int value, int count) {
        calls.builtin(Builtin.TABLE_FILL, b.i64(table), b.wide(index), value, b.wide(count));
    }

    @Override
    public void tableCopy(int destinationTable, int sourceTable, int destination, int source, int length) {
        calls.builtin(Builtin.TABLE_COPY, b.i64((long) destinationTable << 32 | sourceTable), b.wide(destination), b.wide(source), b.wide(length));
    }

    @Override
    public void tableInit(int segment, int table, int destination, int source, int length) {
        calls.builtin(Builtin.TABLE_INIT, b.i64((long) segment << 32 | table), b.wide(destination), b.wide(source), b.wide(length));
    }

    @Override
    public void elemDrop(int segment) {
        calls.builtin(Builtin.ELEM_DROP, b.i64(segment), -1, -1, -1);
    }
}
