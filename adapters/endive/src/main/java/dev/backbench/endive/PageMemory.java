package dev.backbench.endive;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.Extern;
import dev.backbench.wasm.WasmModule;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import run.endive.runtime.ConstantEvaluators;
import run.endive.runtime.Instance;
import run.endive.runtime.Memory;
import run.endive.runtime.WasmRuntimeException;
import run.endive.wasm.types.ActiveDataSegment;
import run.endive.wasm.types.DataSegment;
import run.endive.wasm.types.PassiveDataSegment;

/**
 * A linear memory in one Java array, so that host functions see it as a segment without a copy. The array may be shorter than the memory: what was
 * never touched beyond it is zero, and a module may ask for 4 GiB. The engine itself cannot address 2 GiB and more.
 *
 * <p>Fast path of an access: one array access whose bounds check fails for whatever is not in the array; {@link #touch} then decides between growing the array and
 * a trap.
 */
final class PageMemory implements Memory, Extern.Memory {
    private static final VarHandle I16 = view(short[].class), I32 = view(int[].class), I64 = view(long[].class), F32 = view(float[].class), F64 = view(double[].class);
    private static final int PAGE_SHIFT = 16;
    private static final long MAX_PAGES = 65536;
    private static final long EAGER_BYTES = 256L << 20;
    /** Longest array that every VM can allocate, in whole pages. */
    private static final int LONGEST = Integer.MAX_VALUE & -(1 << PAGE_SHIFT);

    private final long declaredMax;
    private byte[] bytes;
    private int pages;
    private DataSegment[] segments = {};
    private MemorySegment segment;

    PageMemory(WasmModule.MemoryType type) {
        declaredMax = type.max();
        pages = (int) type.min();
        bytes = new byte[(int) Math.min(EAGER_BYTES, type.min() << PAGE_SHIFT)];
    }

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
    }

    // ---- size ----

    @Override
    public WasmModule.MemoryType type() {
        return new WasmModule.MemoryType(pages, declaredMax);
    }

    @Override
    public MemorySegment segment() {
        long size = (long) pages << PAGE_SHIFT;
        if (size > LONGEST) throw new BackendException(Port.ENGINE + " shows host functions no memory over 2 GiB");
        if (bytes.length < size) bytes = Arrays.copyOf(bytes, (int) size);
        if (segment == null || segment.heapBase().orElse(null) != bytes) segment = MemorySegment.ofArray(bytes);
        return segment;
    }

    @Override
    public long grow(long by) {
        return by > Integer.MAX_VALUE ? -1 : grow((int) by);
    }

    @Override
    public int grow(int by) {
        long wanted = pages + Integer.toUnsignedLong(by);
        if (wanted > (declaredMax < 0 ? MAX_PAGES : declaredMax)) return -1;
        int before = pages;
        pages = (int) wanted;
        long size = wanted << PAGE_SHIFT;
        if (size <= EAGER_BYTES && size > bytes.length) bytes = Arrays.copyOf(bytes, (int) size);
        return before;
    }

    @Override
    public int pages() {
        return pages;
    }

    @Override
    public int initialPages() {
        return pages;
    }

    /** For the engine's own check of imports only, which takes no limit for this one. */
    @Override
    public int maximumPages() {
        return declaredMax < 0 ? RUNTIME_MAX_PAGES : (int) Math.min(declaredMax, RUNTIME_MAX_PAGES);
    }

    /** The array, made long enough for the {@code length} bytes at {@code address}. @throws WasmRuntimeException they are not in the memory */
    private byte[] touch(int address, int length) {
        long end = (long) address + length;
        if (address < 0 || length < 0 || end > (long) pages << PAGE_SHIFT || end > LONGEST) throw new WasmRuntimeException("out of bounds memory access");
        if (end > bytes.length) bytes = Arrays.copyOf(bytes, (int) Math.min(Math.min((long) pages << PAGE_SHIFT, LONGEST), Math.max(end, 2L * bytes.length)));
        return bytes;
    }

    // ---- bulk ----

    @Override
    public void initialize(Instance instance, DataSegment[] all) {
        initialize(instance, all, 0);
    }

    @Override
    public void initialize(Instance instance, DataSegment[] all, int memory) {
        segments = all;
        writeActive(this, instance, all);
    }

    /** Writes active segments in order and drops each, as instantiation asks. */
    static void writeActive(PageMemory memory, Instance instance, DataSegment[] all) {
        for (int i = 0; i < all.length; i++) {
            if (!(all[i] instanceof ActiveDataSegment active)) continue;
            int offset = (int) ConstantEvaluators.computeConstantValue(instance, active.offsetInstructions())[0];
            memory.write(offset, active.data(), 0, active.data().length);
            all[i] = PassiveDataSegment.EMPTY;
        }
    }

    @Override
    public void initPassiveSegment(int index, int destination, int offset, int length) {
        write(destination, segments[index].data(), offset, length);
    }

    @Override
    public void drop(int index) {
        segments[index] = PassiveDataSegment.EMPTY;
    }

    @Override
    public void write(int address, byte[] from, int offset, int length) {
        if (offset < 0 || length < 0 || (long) offset + length > from.length) throw new WasmRuntimeException("out of bounds memory access");
        System.arraycopy(from, offset, touch(address, length), address, length);
    }

    @Override
    public byte[] readBytes(int address, int length) {
        return Arrays.copyOfRange(touch(address, length), address, address + length);
    }

    @Override
    public void copy(int destination, int source, int length) {
        touch(source, length);
        byte[] array = touch(destination, length);
        System.arraycopy(array, source, array, destination, length);
    }

    @Override
    public void fill(byte value, int from, int to) {
        Arrays.fill(touch(from, to - from), from, to, value);
    }

    @Override
    public void zero() {
        // a new memory is zero, and the engine asks only for those
    }

    // ---- single accesses ----

    @Override
    public byte read(int a) {
        byte[] array = bytes;
        return a >= 0 && a < array.length ? array[a] : touch(a, 1)[a];
    }

    @Override
    public void writeByte(int a, byte value) {
        byte[] array = bytes;
        if (a >= 0 && a < array.length) array[a] = value;
        else touch(a, 1)[a] = value;
    }

    @Override
    public short readShort(int a) {
        return (short) I16.get(holding(a, 2), a);
    }

    @Override
    public int readInt(int a) {
        return (int) I32.get(holding(a, 4), a);
    }

    @Override
    public long readLong(int a) {
        return (long) I64.get(holding(a, 8), a);
    }

    @Override
    public float readFloat(int a) {
        return (float) F32.get(holding(a, 4), a);
    }

    @Override
    public double readDouble(int a) {
        return (double) F64.get(holding(a, 8), a);
    }

    @Override
    public void writeShort(int a, short value) {
        I16.set(holding(a, 2), a, value);
    }

    @Override
    public void writeI32(int a, int value) {
        I32.set(holding(a, 4), a, value);
    }

    @Override
    public void writeLong(int a, long value) {
        I64.set(holding(a, 8), a, value);
    }

    @Override
    public void writeF32(int a, float value) {
        F32.set(holding(a, 4), a, value);
    }

    @Override
    public void writeF64(int a, double value) {
        F64.set(holding(a, 8), a, value);
    }

    private byte[] holding(int a, int length) {
        byte[] array = bytes;
        return a >= 0 && a <= array.length - length ? array : touch(a, length);
    }

    @Override
    public long readU16(int a) {
        return Short.toUnsignedLong(readShort(a));
    }

    @Override
    public long readF32(int a) {
        return readInt(a);
    }

    @Override
    public long readF64(int a) {
        return readLong(a);
    }

    // ---- threads: refused by the front end ----

    @Override
    public boolean shared() {
        return false;
    }

    @Override
    public Object lock(int address) {
        throw new UnsupportedOperationException("threads");
    }

    @Override
    public int waitOn(int address, int expected, long timeout) {
        throw new UnsupportedOperationException("threads");
    }

    @Override
    public int waitOn(int address, long expected, long timeout) {
        throw new UnsupportedOperationException("threads");
    }

    @Override
    public int notify(int address, int count) {
        throw new UnsupportedOperationException("threads");
    }
}
