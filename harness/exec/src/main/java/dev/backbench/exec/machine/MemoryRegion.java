package dev.backbench.exec.machine;

import dev.backbench.exec.ffi.Raw;
import dev.backbench.spi.BackendException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reservations for linear memories: slots of 8 GiB and 2 MiB, so that base + index + offset, both below 2^32, and the widest access stay inside whatever
 * the index is, and every base is aligned for huge pages. Slots come in chunks that are never given back; the table of chunks is
 * append-only, because the signal handler reads it without a lock.
 */
public final class MemoryRegion {
    public static final long SLOT = (8L << 30) + (2L << 20);

    private static final int SLOTS_PER_CHUNK = 32;
    private static final long CHUNK = SLOT * SLOTS_PER_CHUNK;
    private static final long ALIGNMENT = 2L << 20;
    private static final int MAX_CHUNKS = 480;

    /** {bytes of a chunk, number of chunks, start of each}: what the handler reads. */
    static final long TABLE = Posix.allocate(Posix.PAGE);
    static final int TABLE_CHUNK = 0, TABLE_COUNT = 8, TABLE_STARTS = 16;

    /** Free slots, the lowest last. */
    private static final List<Long> FREE = new ArrayList<>();

    static {
        Raw.putLong(TABLE + TABLE_CHUNK, CHUNK);
    }

    private MemoryRegion() {}

    /** @return a slot without access @throws BackendException out of address space */
    public static synchronized long reserve() {
        if (FREE.isEmpty()) addChunk();
        return FREE.removeLast();
    }

    private static void addChunk() {
        int count = (int) Raw.getLong(TABLE + TABLE_COUNT);
        if (count == MAX_CHUNKS) throw new BackendException("too many linear memories: close stores that are no longer needed");
        long start = Posix.roundUp(Posix.reserve(CHUNK + ALIGNMENT), ALIGNMENT);
        Raw.putLong(TABLE + TABLE_STARTS + 8L * count, start);
        Raw.putLongRelease(TABLE + TABLE_COUNT, count + 1);
        for (int i = SLOTS_PER_CHUNK - 1; i >= 0; i--) FREE.add(start + i * SLOT);
    }

    /** Returns a slot whose first {@code used} bytes may be committed. */
    public static void release(long slot, long used) {
        if (used > 0) Posix.decommit(slot, used);
        synchronized (MemoryRegion.class) {
            FREE.add(slot);
        }
    }

    static boolean contains(long address) {
        for (int i = 0, count = (int) Raw.getLong(TABLE + TABLE_COUNT); i < count; i++) {
            long offset = address - Raw.getLong(TABLE + TABLE_STARTS + 8L * i);
            if (offset >= 0 && offset < CHUNK) return true;
        }
        return false;
    }
}
