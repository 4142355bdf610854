package dev.backbench.endive;

import run.endive.runtime.Instance;
import run.endive.runtime.Memory;
import run.endive.wasm.types.DataSegment;
import run.endive.wasm.types.PassiveDataSegment;

/**
 * A memory of another instance or of the host as one importing instance sees it: the same bytes, but the instance's own data segments, which the engine keeps in
 * the memory object.
 */
final class ImportedMemory implements Memory {
    private final PageMemory memory;
    private DataSegment[] segments = {};

    ImportedMemory(PageMemory memory) {
        this.memory = memory;
    }

    PageMemory memory() {
        return memory;
    }

    @Override
    public void initialize(Instance instance, DataSegment[] all) {
        initialize(instance, all, 0);
    }

    @Override
    public void initialize(Instance instance, DataSegment[] all, int index) {
        segments = all;
        PageMemory.writeActive(memory, instance, all);
    }

    @Override
    public void initPassiveSegment(int index, int destination, int offset, int length) {
        memory.write(destination, segments[index].data(), offset, length);
    }

    @Override
    public void drop(int index) {
        segments[index] = PassiveDataSegment.EMPTY;
    }

    @Override
    public void zero() {
        // the bytes are the owner's
    }

    @Override
    public int pages() {
        return memory.pages();
    }

    @Override
    public int grow(int by) {
        return memory.grow(by);
    }

    @Override
    public int initialPages() {
        return memory.initialPages();
    }

    @Override
    public int maximumPages() {
        return memory.maximumPages();
    }

    @Override
    public boolean shared() {
        return memory.shared();
    }

    @Override
    public Object lock(int address) {
        return memory.lock(address);
    }

    @Override
    public int waitOn(int address, int expected, long timeout) {
        return memory.waitOn(address, expected, timeout);
    }

    @Override
    public int waitOn(int address, long expected, long timeout) {
        return memory.waitOn(address, expected, timeout);
    }

    @Override
    public int notify(int address, int count) {
        return memory.notify(address, count);
    }

    @Override
    public void write(int address, byte[] from, int offset, int length) {
        memory.write(address, from, offset, length);
    }

    @Override
    public byte read(int address) {
        return memory.read(address);
    }

    @Override
    public byte[] readBytes(int address, int length) {
        return memory.readBytes(address, length);
    }

    @Override
    public void writeI32(int address, int value) {
        memory.writeI32(address, value);
    }

    @Override
    public int readInt(int address) {
        return memory.readInt(address);
    }

    @Override
    public void writeLong(int address, long value) {
        memory.writeLong(address, value);
    }

    @Override
    public long readLong(int address) {
        return memory.readLong(address);
    }

    @Override
    public void writeShort(int address, short value) {
        memory.writeShort(address, value);
    }

    @Override
    public short readShort(int address) {
        return memory.readShort(address);
    }

    @Override
    public long readU16(int address) {
        return memory.readU16(address);
    }

    @Override
    public void writeByte(int address, byte value) {
        memory.writeByte(address, value);
    }

    @Override
    public void writeF32(int address, float value) {
        memory.writeF32(address, value);
    }

    @Override
    public long readF32(int address) {
        return memory.readF32(address);
    }

    @Override
    public float readFloat(int address) {
        return memory.readFloat(address);
    }

    @Override
    public void writeF64(int address, double value) {
        memory.writeF64(address, value);
    }

    @Override
    public double readDouble(int address) {
        return memory.readDouble(address);
    }

    @Override
    public long readF64(int address) {
        return memory.readF64(address);
    }

    @Override
    public void fill(byte value, int from, int to) {
        memory.fill(value, from, to);
    }

    @Override
    public void copy(int destination, int source, int length) {
        memory.copy(destination, source, length);
    }
}
