package dev.backbench.exec;

import dev.backbench.exec.ffi.Raw;
import dev.backbench.exec.machine.MemoryRegion;
import dev.backbench.exec.machine.Posix;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.Extern;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.wasm.WasmModule;
import java.lang.foreign.MemorySegment;

/** A linear memory in a reservation of its own: it never moves, and what lies above its size has no access. */
public final class NativeMemory implements Extern.Memory {
    static final int PAGE = 1 << 16;
    private static final long MAX_PAGES = 1 << 16;

    private final NativeStore store;
    private final long max;
    private final long base;
    private final long record;
    private MemorySegment segment;

    NativeMemory(NativeStore store, WasmModule.MemoryType type) {
        this.store = store;
        max = type.max();
        record = store.allocate(16);
        base = MemoryRegion.reserve();
        Raw.putLong(record + InstanceLayout.MEMORY_RECORD_BASE, base);
        if (grow(type.min()) < 0) {
            MemoryRegion.release(base, 0);
            throw new BackendException("no room for a memory of " + type.min() + " pages: see -Dbackbench.memory");
        }
    }

    /** Address of {base, size}. */
    long record() {
        return record;
    }

    long base() {
        return base;
    }

    long bytes() {
        return Raw.getLong(record + InstanceLayout.MEMORY_RECORD_SIZE);
    }

    boolean in(NativeStore store) {
        return this.store == store;
    }

    @Override
    public WasmModule.MemoryType type() {
        store.checkOpen();
        return new WasmModule.MemoryType(bytes() / PAGE, max);
    }

    @Override
    public MemorySegment segment() {
        store.checkOpen();
        long bytes = bytes();
        if (segment == null || segment.byteSize() != bytes) segment = MemorySegment.ofAddress(base).reinterpret(bytes, store.arena(), null);
        return segment;
    }

    @Override
    public long grow(long pages) {
        store.checkOpen();
        long old = bytes(), limit = max < 0 ? MAX_PAGES : Math.min(max, MAX_PAGES);
        if (pages < 0 || pages > limit - old / PAGE) return -1;
        long added = pages * PAGE;
        if (added > 0) {
            if (!store.takeMemory(added)) return -1;
            if (!Posix.tryProtect(base + old, added, Posix.READ | Posix.WRITE)) {
                store.takeMemory(-added);
                return -1;
            }
            Raw.putLong(record + InstanceLayout.MEMORY_RECORD_SIZE, old + added);
        }
        return old / PAGE;
    }

    /** Whether {@code [start, start + length)} lies inside; neither is negative. */
    boolean inBounds(long start, long length) {
        return start <= bytes() && length <= bytes() - start;
    }

    void free() {
        MemoryRegion.release(base, bytes());
    }
}
