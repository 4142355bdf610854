package dev.backbench.exec.machine;

import dev.backbench.exec.ffi.Raw;
import dev.backbench.spi.BackendException;
import java.util.Map;
import java.util.TreeMap;

/**
 * The one range of addresses in which all generated code of the process lies. It is reserved once and never moves, so the signal handler decides by
 * two comparisons, whatever other threads map or unmap meanwhile, and any code reaches any other with 32-bit displacements.
 *
 * <p>Invariant: no page of it is ever writable and executable at once. Unused pages have no access.
 */
public final class CodeRegion {
    public static final long BYTES = 2L << 30;
    public static final long START = Posix.reserve(BYTES);

    private static final TreeMap<Long, Long> FREE = new TreeMap<>(Map.of(START, BYTES)); // start -> bytes

    private CodeRegion() {}

    static boolean contains(long address) {
        return address - START >= 0 && address - START < BYTES;
    }

    /**
     * Takes whole pages, lowest first fit; they are writable and not yet executable.
     *
     * @throws BackendException the region is full
     */
    public static long allocate(long bytes) {
        long size = Posix.roundUp(bytes, Posix.PAGE);
        long start = take(size);
        Posix.protect(start, size, Posix.READ | Posix.WRITE);
        return start;
    }

    private static synchronized long take(long size) {
        for (Map.Entry<Long, Long> range : FREE.entrySet()) {
            long start = range.getKey(), free = range.getValue();
            if (free < size) continue;
            FREE.remove(start);
            if (free > size) FREE.put(start + size, free - size);
            return start;
        }
        throw new BackendException("no room for " + size + " bytes of machine code: close modules that are no longer needed");
    }

    /** Ends the writing: {@code text} bytes from {@code start} become executable, the rest of {@code bytes} constant; {@code text} in whole pages. */
    public static void seal(long start, long text, long bytes) {
        Posix.protect(start, Posix.roundUp(text, Posix.PAGE), Posix.READ | Posix.EXECUTE);
        long rest = Posix.roundUp(bytes, Posix.PAGE) - Posix.roundUp(text, Posix.PAGE);
        Posix.protect(start + Posix.roundUp(text, Posix.PAGE), rest, Posix.READ);
    }

    /** Publishes runtime code that is never freed. @return its address */
    static long publish(byte[] code) {
        long start = allocate(code.length);
        Raw.copy(code, 0, start, code.length);
        seal(start, code.length, code.length);
        return start;
    }

    /** Gives pages back; nothing may execute there any more. */
    public static void free(long start, long bytes) {
        long size = Posix.roundUp(bytes, Posix.PAGE);
        Posix.decommit(start, size);
        synchronized (CodeRegion.class) {
            Map.Entry<Long, Long> before = FREE.lowerEntry(start);
            if (before != null && before.getKey() + before.getValue() == start) {
                start = before.getKey();
                size += before.getValue();
            }
            Long after = FREE.remove(start + size);
            FREE.put(start, after == null ? size : size + after);
        }
    }
}
