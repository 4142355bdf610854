package dev.backbench.core.worker;

import dev.backbench.core.host.ThreadTimes;
import java.util.BitSet;

/**
 * Keeps the JVM's own compilers out of steady figures: what earlier tasks made hot is compiled before the next task is timed, and warming up ends when a round over all
 * modules leaves them next to nothing to do. Pinned to one core, a backlog of theirs would else be half of what each compile is charged with, of native compilers too.
 */
final class Settling {
    private static final long LOOK_MILLIS = 2, LONGEST_REST_MILLIS = 3_000;
    /** Less work of the compilers than this between two looks is rest. */
    private static final long RESTING_NANOS = 200_000;
    /** Settled: the JVM's compilers took less than this part of what a round took. */
    private static final double SETTLED = 0.1;

    private final ThreadTimes threads = new ThreadTimes();
    private final long[] pair = new long[2];
    private final BitSet round = new BitSet();
    private long roundCpu, roundJit = jit();
    private boolean settled;

    /** Waits for the compilers to rest, for a few seconds at most: what is never at rest is measured as it is. */
    void rest() {
        long before = jit(), end = System.nanoTime() + LONGEST_REST_MILLIS * 1_000_000;
        try {
            while (System.nanoTime() < end) {
                Thread.sleep(LOOK_MILLIS);
                long now = jit();
                if (now - before < RESTING_NANOS) return;
                before = now;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Before each steady compile: notes the beginning of a round. */
    void before(int module) {
        if (!round.get(module)) {
            round.set(module);
            return;
        }
        long now = jit();
        settled = now >= 0 && now - roundJit < roundCpu * SETTLED;
        roundJit = now;
        roundCpu = 0;
        round.clear();
        round.set(module);
    }

    /** After each: CPU time of the compile, in nanoseconds, without the JVM's compilers. */
    void after(long cpu) {
        roundCpu += cpu;
    }

    /** Whether the last whole round left the JVM's compilers next to nothing to do. */
    boolean settled() {
        return settled;
    }

    private long jit() {
        threads.read(pair);
        return pair[1];
    }
}
