package dev.backbench.exec.machine;

import static dev.backbench.exec.machine.Machine.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.exec.ffi.Raw;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * A million traps (or {@code -Dtraps=N}) of all kinds in one process, from three threads, while others collect garbage, throw the JVM's own implicit
 * exceptions, and map and unmap code and memories. Each trap must be seen once, with its reason.
 */
class TrapStressTest {
    private static final long TRAPS = Long.getLong("traps", 1_000_000);
    private static final int THREADS = 3;

    private final AtomicLong seen = new AtomicLong();
    private final List<Throwable> failures = new ArrayList<>();
    private volatile boolean stop;
    private volatile Object garbage;

    @Test
    void noneIsLost() throws Exception {
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            long share = TRAPS / THREADS + (i < TRAPS % THREADS ? 1 : 0);
            workers.add(start(() -> trapping(share)));
        }
        List<Thread> others = List.of(start(this::churn), start(this::remap));
        for (Thread t : workers) t.join();
        stop = true;
        for (Thread t : others) t.join();
        assertEquals(List.of(), failures);
        assertEquals(TRAPS, seen.get());
    }

    private Thread start(Runnable body) {
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (Throwable t) {
                synchronized (failures) {
                    failures.add(t);
                }
            }
        });
        thread.start();
        return thread;
    }

    private void trapping(long count) {
        long slot = MemoryRegion.reserve();
        Posix.protect(slot, 1 << 16, Posix.READ | Posix.WRITE);
        Machine load = TrapsTest.load(slot), recursion = TrapsTest.recursion();
        Machine site = Machine.of(type(new int[] {I64}), 0, asm -> asm.trap(TrapReason.INVALID_CONVERSION.ordinal()));
        Machine nested = TrapsTest.callingHost(() -> site.call(0));
        for (long i = 0; i < count; i++) {
            int kind = (int) (i & 7);
            if (kind < 4) expect(TrapReason.MEMORY_OUT_OF_BOUNDS, load, (1 << 16) + 4 * i);
            else if (kind < 6) expect(TrapReason.INVALID_CONVERSION, site, i);
            else if (kind < 7) expect(TrapReason.INVALID_CONVERSION, nested);
            else if ((i & 0xFFF) == 7) expect(TrapReason.STACK_EXHAUSTED, recursion, Long.MAX_VALUE);
            else expect(TrapReason.MEMORY_OUT_OF_BOUNDS, load, (1L << 33) - 4);
        }
        MemoryRegion.release(slot, 1 << 16);
    }

    private void expect(TrapReason reason, Machine machine, long... arguments) {
        try {
            machine.call(arguments);
        } catch (Trap trap) {
            if (trap.reason() == reason) seen.incrementAndGet();
            else throw trap;
        }
    }

    private void churn() {
        for (int n = 1; !stop; n++) {
            byte[][] keep = new byte[64][];
            for (int i = 0; i < keep.length; i++) keep[i] = new byte[1024 + i];
            garbage = keep;
            if (n % 20_000 == 0) System.gc();
            if (n % 100 == 0) implicitNullCheck(null);
        }
    }

    private static void implicitNullCheck(Object o) {
        try {
            o.hashCode();
        } catch (NullPointerException expected) {
            return;
        }
        throw new AssertionError("no NullPointerException");
    }

    /** Code and memories come and go beside those in use. */
    private void remap() {
        while (!stop) {
            long code = CodeRegion.allocate(3 * Posix.PAGE), slot = MemoryRegion.reserve();
            Posix.protect(slot, 1 << 20, Posix.READ | Posix.WRITE);
            Raw.putLong(slot + 4096, 1);
            CodeRegion.seal(code, 2 * Posix.PAGE, 3 * Posix.PAGE);
            MemoryRegion.release(slot, 1 << 20);
            CodeRegion.free(code, 3 * Posix.PAGE);
            assertTrue(MemoryRegion.contains(slot));
        }
    }
}
