package dev.backbench.exec.machine;

import dev.backbench.spi.BackendException;
import java.util.ArrayDeque;

/**
 * Per-thread slots, each aligned to its own power-of-two size, so that machine code finds its thread's record from the stack pointer and the signal
 * handler knows one by its address alone. From low to high addresses:
 *
 * <pre>
 * record (a page) | no access | signal stack | guard (no access) | stack of generated code
 * </pre>
 */
final class ThreadRegion {
    /** What the kernel is told is the signal stack: from the record up, with a page without access above the record. */
    static final long SIGNAL_STACK = 512L << 10;
    /** Faults here are stack overflows; code with larger frames probes page by page. */
    static final long GUARD = 1L << 20;
    static final long SLOT = Long.highestOneBit(Settings.STACK + GUARD + SIGNAL_STACK - 1) << 1;

    static final int MAX_THREADS = 1024;
    static final long BYTES = SLOT * MAX_THREADS;
    static final long START = Posix.roundUp(Posix.reserve(BYTES + SLOT), SLOT);

    private static final ArrayDeque<Long> FREE = new ArrayDeque<>();
    private static int used;

    private ThreadRegion() {}

    static synchronized long take() {
        Long reused = FREE.poll();
        if (reused == null && used == MAX_THREADS) {
            throw new BackendException("more than " + MAX_THREADS + " threads run generated code: let some end");
        }
        long slot = reused != null ? reused : START + SLOT * used++;
        Posix.protect(slot, Posix.PAGE, Posix.READ | Posix.WRITE);
        Posix.protect(slot + 2 * Posix.PAGE, SIGNAL_STACK - 2 * Posix.PAGE, Posix.READ | Posix.WRITE);
        Posix.protect(stackLimit(slot), Settings.STACK, Posix.READ | Posix.WRITE);
        return slot;
    }

    /** Lowest usable address of the stack; the guard lies below. */
    static long stackLimit(long slot) {
        return slot + SLOT - Posix.roundUp(Settings.STACK, Posix.PAGE);
    }

    /** Keeps the signal stack's pages: the system may still know the ending thread by them. */
    static void free(long slot) {
        Posix.decommit(stackLimit(slot), Posix.roundUp(Settings.STACK, Posix.PAGE));
        synchronized (ThreadRegion.class) {
            FREE.push(slot);
        }
    }
}
