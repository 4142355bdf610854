package dev.backbench.llvm;

import dev.backbench.llvm.ModuleIr.Region;
import dev.backbench.spi.abi.Builtin;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.MemoryBuilder;
import dev.backbench.wasm.Opcode;
import dev.backbench.wasm.WasmModule;

/**
 * Linear memory, globals and tables.
 *
 * <p>Under guard pages an access faults by itself, and LLVM must neither drop it, nor move it past what happened before or after: it is volatile unless
 * its address is a constant below the memory's smallest size. So are all stores: a trap makes them visible. Under explicit checks nothing is volatile: the
 * trap is a branch, and LLVM knows what a branch is.
 */
final class Memory implements MemoryBuilder {
    private final FunctionState s;
    private final ModuleIr m;
    private final Calls calls;
    private final long[] arguments = new long[5];
    private final long certainBytes;

    Memory(FunctionState state, Calls calls) {
        s = state;
        m = state.m;
        this.calls = calls;
        certainBytes = m.wasm.memories().isEmpty() ? 0 : m.wasm.memories().get(0).min() << 16;
    }

    // ---- loads and stores ----

    @Override
    public int load(int opcode, int address, long offset, int alignLog2) {
        boolean wide = opcode == Opcode.I64_LOAD || opcode >= Opcode.I64_LOAD8_S;
        int width = width(opcode);
        long type = switch (opcode) {
            case Opcode.F32_LOAD -> m.f32;
            case Opcode.F64_LOAD -> m.f64;
            default -> integer(width);
        };
        long load = Llvm.load(s.builder, type, pointer(address, offset, width));
        Llvm.setAlignment(load, 1);
        m.touches(load, Region.MEMORY);
        if (m.guard && !certain(address, offset, width)) Llvm.setVolatile(load, true);
        long full = wide ? m.i64 : m.i32;
        if (type == m.f32 || type == m.f64 || type == full) return s.value(load);
        return s.value(Llvm.cast(s.builder, signed(opcode) ? Llvm.SEXT : Llvm.ZEXT, load, full));
    }

    @Override
    public void store(int opcode, int address, int value, long offset, int alignLog2) {
        int width = switch (opcode) {
            case Opcode.I32_STORE8, Opcode.I64_STORE8 -> 1;
            case Opcode.I32_STORE16, Opcode.I64_STORE16 -> 2;
            case Opcode.I32_STORE, Opcode.F32_STORE, Opcode.I64_STORE32 -> 4;
            default -> 8;
        };
        long ref = s.ref(value);
        if (opcode >= Opcode.I32_STORE8) ref = Llvm.cast(s.builder, Llvm.TRUNC, ref, integer(width));
        long store = Llvm.store(s.builder, ref, pointer(address, offset, width));
        Llvm.setAlignment(store, 1);
        m.touches(store, Region.MEMORY);
        if (m.guard) Llvm.setVolatile(store, true);
    }

    private long integer(int width) {
        return switch (width) {
            case 1 -> m.i8;
            case 2 -> m.i16;
            case 4 -> m.i32;
            default -> m.i64;
        };
    }

    private static int width(int opcode) {
        return switch (opcode) {
            case Opcode.I32_LOAD8_S, Opcode.I32_LOAD8_U, Opcode.I64_LOAD8_S, Opcode.I64_LOAD8_U -> 1;
            case Opcode.I32_LOAD16_S, Opcode.I32_LOAD16_U, Opcode.I64_LOAD16_S, Opcode.I64_LOAD16_U -> 2;
            case Opcode.I32_LOAD, Opcode.F32_LOAD, Opcode.I64_LOAD32_S, Opcode.I64_LOAD32_U -> 4;
            default -> 8;
        };
    }

    private static boolean signed(int opcode) {
        return opcode >= Opcode.I32_LOAD8_S && (opcode & 1) == 0;
    }

    /** Below the smallest size the memory ever has. */
    private boolean certain(int address, long offset, int width) {
        return s.isConstant(address) && s.bits(address) + offset + width <= certainBytes;
    }

    private long pointer(int address, long offset, int width) {
        if (!m.guard && !certain(address, offset, width)) check(address, offset, width);
        long base = s.memoryBase();
        if (s.isConstant(address)) return s.offset(base, s.bits(address) + offset);
        return s.offset(Llvm.element(s.builder, m.i8, base, s.zext(address)), offset);
    }

    /** The sum has at most 34 bits. */
    private void check(int address, long offset, int width) {
        long end = Llvm.binary(s.builder, Llvm.ADD, s.zext(address), Llvm.constant(m.i64, offset + width));
        s.trapIf(Llvm.icmp(s.builder, Llvm.UGT, end, memoryBytes()), TrapReason.MEMORY_OUT_OF_BOUNDS);
    }

    private long memoryBytes() {
        long record = s.invariant(m.pointer, s.instance, InstanceLayout.MEMORY);
        long size = Llvm.load(s.builder, m.i64, s.offset(record, InstanceLayout.MEMORY_RECORD_SIZE));
        m.touches(size, Region.MEMORY_SIZE);
        return size;
    }

    @Override
    public int memorySize() {
        return s.value(Llvm.cast(s.builder, Llvm.TRUNC, Llvm.binary(s.builder, Llvm.LSHR, memoryBytes(), Llvm.constant(m.i64, 16)), m.i32));
    }

    @Override
    public int memoryGrow(int pages) {
        arguments[0] = s.zext(pages);
        return s.value(Llvm.cast(s.builder, Llvm.TRUNC, calls.builtin(Builtin.MEMORY_GROW, arguments, 1), m.i32));
    }

    @Override
    public void memoryCopy(int destination, int source, int length) {
        long n = s.zext(length), size = memoryBytes();
        long to = s.zext(destination), from = s.zext(source);
        long overTo = Llvm.icmp(s.builder, Llvm.UGT, Llvm.binary(s.builder, Llvm.ADD, to, n), size);
        long overFrom = Llvm.icmp(s.builder, Llvm.UGT, Llvm.binary(s.builder, Llvm.ADD, from, n), size);
        s.trapIf(Llvm.binary(s.builder, Llvm.OR, overTo, overFrom), TrapReason.MEMORY_OUT_OF_BOUNDS);
        arguments[0] = Llvm.element(s.builder, m.i8, s.memoryBase(), s.zext(destination));
        arguments[1] = Llvm.element(s.builder, m.i8, s.memoryBase(), s.zext(source));
        arguments[2] = s.zext(length);
        arguments[3] = isVolatile();
        m.callOn(Intrinsic.MEMMOVE, new long[] {m.pointer, m.pointer, m.i64}, arguments, 4);
        s.effect();
    }

    @Override
    public void memoryFill(int destination, int value, int length) {
        long end = Llvm.binary(s.builder, Llvm.ADD, s.zext(destination), s.zext(length));
        s.trapIf(Llvm.icmp(s.builder, Llvm.UGT, end, memoryBytes()), TrapReason.MEMORY_OUT_OF_BOUNDS);
        arguments[0] = Llvm.element(s.builder, m.i8, s.memoryBase(), s.zext(destination));
        arguments[1] = Llvm.cast(s.builder, Llvm.TRUNC, s.ref(value), m.i8);
        arguments[2] = s.zext(length);
        arguments[3] = isVolatile();
        m.callOn(Intrinsic.MEMSET, new long[] {m.pointer, m.i64}, arguments, 4);
        s.effect();
    }

    /** Whether what is written must stand even if a later access faults. */
    private long isVolatile() {
        return m.guard ? m.i1One : m.i1Zero;
    }

    @Override
    public void memoryInit(int segment, int destination, int source, int length) {
        bulk(Builtin.MEMORY_INIT, segment, destination, source, length);
    }

    @Override
    public void dataDrop(int segment) {
        arguments[0] = Llvm.constant(m.i64, segment);
        calls.builtin(Builtin.DATA_DROP, arguments, 1);
    }

    private void bulk(Builtin builtin, long what, int destination, int source, int length) {
        arguments[0] = Llvm.constant(m.i64, what);
        arguments[1] = s.zext(destination);
        arguments[2] = s.zext(source);
        arguments[3] = s.zext(length);
        calls.builtin(builtin, arguments, 4);
    }

    // ---- globals ----

    private long slot(int global) {
        int offset = m.layout.global(global);
        return m.layout.globalIsPointer(global) ? s.invariant(m.pointer, s.instance, offset) : s.offset(s.instance, offset);
    }

    @Override
    public int globalGet(int global) {
        WasmModule.GlobalType type = m.wasm.globalTypes().get(global);
        long load = Llvm.load(s.builder, m.type(type.type()), slot(global));
        if (type.mutable()) m.touches(load, Region.GLOBAL);
        else m.invariant(load);
        return s.value(load);
    }

    @Override
    public void globalSet(int global, int value) {
        long store = Llvm.store(s.builder, s.ref(value), slot(global));
        m.touches(store, Region.GLOBAL);
        visible(store);
    }

    /** A store outside memory: it cannot fault, yet what faults later must find it done. */
    private void visible(long store) {
        if (m.guard) Llvm.setVolatile(store, true);
        s.effect();
    }

    // ---- tables ----

    private long tableRecord(int table) {
        int offset = m.layout.table(table);
        return m.layout.tableIsPointer(table) ? s.invariant(m.pointer, s.instance, offset) : s.offset(s.instance, offset);
    }

    /** As 64 bits. */
    private long tableLength(int table, long record) {
        WasmModule.TableType type = m.wasm.tables().get(table);
        if (type.max() == type.min()) return Llvm.constant(m.i64, type.min());
        long length = Llvm.load(s.builder, m.i64, s.offset(record, InstanceLayout.TABLE_RECORD_LENGTH));
        m.touches(length, Region.TABLE_LENGTH);
        return length;
    }

    /** The address of an element, checked. */
    private long element(int table, int index, TrapReason outside) {
        long record = tableRecord(table);
        s.trapIf(Llvm.icmp(s.builder, Llvm.UGE, s.zext(index), tableLength(table, record)), outside);
        return Llvm.element(s.builder, m.i64, s.invariant(m.pointer, record, InstanceLayout.TABLE_RECORD_BASE), s.zext(index));
    }

    @Override
    public int tableGet(int table, int index) {
        return s.value(loadElement(table, index, m.i64, TrapReason.TABLE_OUT_OF_BOUNDS));
    }

    /** A table's element as an LLVM value of {@code type}. */
    long loadElement(int table, int index, long type, TrapReason outside) {
        long load = Llvm.load(s.builder, type, element(table, index, outside));
        m.touches(load, Region.ELEMENT);
        return load;
    }

    @Override
    public void tableSet(int table, int index, int value) {
        long store = Llvm.store(s.builder, s.ref(value), element(table, index, TrapReason.TABLE_OUT_OF_BOUNDS));
        m.touches(store, Region.ELEMENT);
        visible(store);
    }

    @Override
    public int tableSize(int table) {
        return s.value(Llvm.cast(s.builder, Llvm.TRUNC, tableLength(table, tableRecord(table)), m.i32));
    }

    @Override
    public int tableGrow(int table, int value, int count) {
        arguments[0] = Llvm.constant(m.i64, table);
        arguments[1] = s.ref(value);
        arguments[2] = s.zext(count);
        return s.value(Llvm.cast(s.builder, Llvm.TRUNC, calls.builtin(Builtin.TABLE_GROW, arguments, 3), m.i32));
    }

    @Override
    public void tableFill(int table, int index, int value, int count) {
        arguments[0] = Llvm.constant(m.i64, table);
        arguments[1] = s.zext(index);
        arguments[2] = s.ref(value);
        arguments[3] = s.zext(count);
        calls.builtin(Builtin.TABLE_FILL, arguments, 4);
    }

    @Override
    public void tableCopy(int destinationTable, int sourceTable, int destination, int source, int length) {
        bulk(Builtin.TABLE_COPY, (long) destinationTable << 32 | sourceTable, destination, source, length);
    }

    @Override
    public void tableInit(int segment, int table, int destination, int source, int length) {
        bulk(Builtin.TABLE_INIT, (long) segment << 32 | table, destination, source, length);
    }

    @Override
    public void elemDrop(int segment) {
        arguments[0] = Llvm.constant(m.i64, segment);
        calls.builtin(Builtin.ELEM_DROP, arguments, 1);
    }
}
