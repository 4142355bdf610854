package dev.backbench.exec.wasi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.backbench.spi.Extern;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import java.lang.foreign.MemorySegment;
import run.endive.runtime.Instance;
import run.endive.runtime.Memory;
import run.endive.wasm.types.DataSegment;

/** The calling instance's memory as Endive's host functions want to see it. What lies outside is a trap, as it would be in the program. */
final class SegmentMemory implements Memory {
    private static final int MAX_PAGES = 1 << 16;

    private Extern.Memory memory;
    private MemorySegment segment = MemorySegment.NULL;

    /** Looks at another memory from now on; at none if the caller has none. */
    void use(Extern.Memory caller) {
        memory = caller;
        segment = caller == null ? MemorySegment.NULL : caller.segment();
    }

    /** The offset of {@code length} bytes at an unsigned address. */
    private long at(int address, long length) {
        long start = address & 0xFFFF_FFFFL;
        if (length < 0 || start + length > segment.byteSize()) throw new Trap(TrapReason.MEMORY_OUT_OF_BOUNDS, null, -1);
        return start;
    }

    /** @throws Trap {@code [address, address + length)}, both unsigned, is not in the memory */
    void check(int address, int length) {
        at(address, length & 0xFFFF_FFFFL);
    }

    /** The same of what each of {@code count} vectors {address, length} names. */
    void checkVectors(int vectors, int count) {
        at(vectors, 8 * (count & 0xFFFF_FFFFL));
        for (int i = 0; i < count; i++) check(readInt(vectors + 8 * i), readInt(vectors + 8 * i + 4));
    }

    @Override
    public int pages() {
        return (int) (segment.byteSize() / PAGE_SIZE);
    }

    @Override
    public int grow(int size) {
        long old = memory.grow(size & 0xFFFF_FFFFL);
        segment = memory.segment();
        return (int) old;
    }

    @Override
    public int initialPages() {
        return pages();
    }

    @Override
    public int maximumPages() {
        return MAX_PAGES;
    }

    @Override
    public boolean shared() {
        return false;
    }

    @Override
    public Object lock(int address) {
        return this;
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
    public int notify(int address, int maxThreads) {
        throw new UnsupportedOperationException("threads");
    }

    @Override
    public void initialize(Instance instance, DataSegment[] dataSegments) {
        throw new UnsupportedOperationException("the memory belongs to another engine");
    }

    @Override
    public void initPassiveSegment(int segmentId, int dest, int offset, int size) {
        throw new UnsupportedOperationException("the memory belongs to another engine");
    }

    @Override
    public void drop(int segment) {
        throw new UnsupportedOperationException("the memory belongs to another engine");
    }

    @Override
    public void write(int address, byte[] data, int offset, int size) {
        MemorySegment.copy(data, offset, segment, JAVA_BYTE, at(address, size), size);
    }

    @Override
    public byte read(int address) {
        return segment.get(JAVA_BYTE, at(address, 1));
    }

    @Override
    public byte[] readBytes(int address, int length) {
        byte[] bytes = new byte[checkedLength(address, length)];
        MemorySegment.copy(segment, JAVA_BYTE, at(address, length), bytes, 0, length);
        return bytes;
    }

    /** Before an array of that length is made: the program chose the number. */
    private int checkedLength(int address, int length) {
        at(address, length);
        return length;
    }

    @Override
    public void writeI32(int address, int data) {
        segment.set(JAVA_INT_UNALIGNED, at(address, 4), data);
    }

    @Override
    public int readInt(int address) {
        return segment.get(JAVA_INT_UNALIGNED, at(address, 4));
    }

    @Override
    public void writeLong(int address, long data) {
        segment.set(JAVA_LONG_UNALIGNED, at(address, 8), data);
    }

    @Override
    public long readLong(int address) {
        return segment.get(JAVA_LONG_UNALIGNED, at(address, 8));
    }

    @Override
    public void writeShort(int address, short data) {
        segment.set(JAVA_SHORT_UNALIGNED, at(address, 2), data);
    }

    @Override
    public short readShort(int address) {
        return segment.get(JAVA_SHORT_UNALIGNED, at(address, 2));
    }

    @Override
    public long readU16(int address) {
        return readShort(address) & 0xFFFF;
    }

    @Override
    public void writeByte(int address, byte data) {
        segment.set(JAVA_BYTE, at(address, 1), data);
    }

    @Override
    public void writeF32(int address, float data) {
        segment.set(JAVA_FLOAT_UNALIGNED, at(address, 4), data);
    }

    @Override
    public long readF32(int address) {
        return readInt(address);
    }

    @Override
    public float readFloat(int address) {
        return segment.get(JAVA_FLOAT_UNALIGNED, at(address, 4));
    }

    @Override
    public void writeF64(int address, double data) {
        segment.set(JAVA_DOUBLE_UNALIGNED, at(address, 8), data);
    }

    @Override
    public double readDouble(int address) {
        return segment.get(JAVA_DOUBLE_UNALIGNED, at(address, 8));
    }

    @Override
    public long readF64(int address) {
        return readLong(address);
    }

    @Override
    public void zero() {
        segment.fill((byte) 0);
    }

    @Override
    public void fill(byte value, int fromIndex, int toIndex) {
        long start = fromIndex & 0xFFFF_FFFFL, length = (toIndex & 0xFFFF_FFFFL) - start;
        segment.asSlice(at(fromIndex, length), length).fill(value);
    }
}
