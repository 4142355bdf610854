package dev.backbench.exec;

import dev.backbench.exec.ffi.Raw;
import dev.backbench.exec.machine.Posix;
import dev.backbench.exec.machine.Settings;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.Extern;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.WasmModule;

/** A table whose elements never move: address space for the largest allowed size is taken at once, memory only for what is touched. */
public final class NativeTable implements Extern.Table {
    private final NativeStore store;
    private final int elementType;
    private final long max;
    private final long capacity;
    private final long record;
    private final long elements;

    /** @param record where generated code looks for {elements, length} */
    NativeTable(NativeStore store, WasmModule.TableType type, long record) {
        if (type.min() > Settings.TABLE) {
            throw new BackendException("a table of " + type.min() + " elements: the limit is " + Settings.TABLE + ", see -Dbackbench.table");
        }
        this.store = store;
        this.record = record;
        elementType = type.elementType();
        max = type.max();
        capacity = max < 0 ? Settings.TABLE : Math.min(max, Settings.TABLE);
        elements = Posix.allocate(reservation());
        Raw.putLong(record + InstanceLayout.TABLE_RECORD_BASE, elements);
        Raw.putLong(record + InstanceLayout.TABLE_RECORD_LENGTH, type.min());
    }

    private long reservation() {
        return Posix.roundUp(8 * Math.max(1, capacity), Posix.PAGE);
    }

    long record() {
        return record;
    }

    long length() {
        return Raw.getLong(record + InstanceLayout.TABLE_RECORD_LENGTH);
    }

    /** Whether {@code [start, start + count)} lies inside; neither is negative. */
    boolean inBounds(long start, long count) {
        return start <= length() && count <= length() - start;
    }

    /** Address of an element that is known to be inside. */
    long element(long index) {
        assert index < capacity;
        return elements + 8 * index;
    }

    boolean in(NativeStore store) {
        return this.store == store;
    }

    @Override
    public WasmModule.TableType type() {
        store.checkOpen();
        return new WasmModule.TableType(elementType, length(), max);
    }

    @Override
    public long get(long index) {
        store.checkOpen();
        check(index);
        return Raw.getLong(element(index));
    }

    @Override
    public void set(long index, long reference) {
        store.checkOpen();
        check(index);
        Raw.putLong(element(index), reference);
    }

    private void check(long index) {
        if (index < 0 || index >= length()) throw new Trap(TrapReason.TABLE_OUT_OF_BOUNDS, null, -1);
    }

    /** @return the old length, or -1 */
    long grow(long count, long reference) {
        long old = length();
        if (count > capacity - old) return -1;
        Raw.putLong(record + InstanceLayout.TABLE_RECORD_LENGTH, old + count);
        fill(old, count, reference);
        return old;
    }

    void fill(long start, long count, long reference) {
        for (long i = start; i < start + count; i++) Raw.putLong(element(i), reference);
    }

    void free() {
        Posix.unmap(elements, reservation());
    }
}
