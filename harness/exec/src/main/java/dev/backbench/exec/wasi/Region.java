package dev.backbench.exec.wasi;

import dev.backbench.exec.machine.ThreadUsage;
import dev.backbench.spi.Extern;
import dev.backbench.spi.HostFunction;

/**
 * The marked region of one run: what lies between {@code bench.start} and {@code bench.end}, summed, and the host functions called in it. The clocks are
 * read so that the wall clock is innermost.
 */
final class Region {
    /** Host calls whose page faults are counted, two system calls each, which are part of the host's time; with more calls than that the number is unknown. */
    private static final int COUNTED = 4096;

    private final ThreadUsage usage = new ThreadUsage();
    private boolean running, marked;
    private long startWall, startCpu, startFaults;
    private long first = -1;
    private long wall, cpu, faults;
    private long hostCalls, hostNanos, hostFaults;

    /** A mark of the program's; a second start in a row is ignored, and an end that no start came before: it would cut the whole run short. */
    void mark(boolean start) {
        if (start) {
            if (!marked) forget();
            marked = true;
            resume();
        } else if (marked) {
            end();
        }
    }

    /** What was measured until the first mark is not the region. */
    private void forget() {
        running = false;
        first = -1;
        wall = cpu = faults = hostCalls = hostNanos = hostFaults = 0;
    }

    /** Without marks so far, the program begins to count now. */
    void begin() {
        if (!marked) resume();
    }

    private void resume() {
        if (running) return;
        long now = System.nanoTime();
        if (first < 0) first = now;
        startFaults = usage.faults();
        startCpu = usage.cpuNanos();
        running = true;
        startWall = System.nanoTime();
    }

    /** Without a begin before it, nothing. */
    void end() {
        long now = System.nanoTime();
        if (!running) return;
        running = false;
        wall += now - startWall;
        cpu += usage.cpuNanos() - startCpu;
        faults += usage.faults() - startFaults;
    }

    /** Calls a host function, and if the region runs measures it. */
    void call(HostFunction.Code code, Extern.Memory caller, long[] arguments, long[] results) {
        if (!running) {
            code.call(caller, arguments, results);
            return;
        }
        boolean countFaults = hostCalls++ < COUNTED;
        long start = System.nanoTime();
        long before = countFaults ? usage.faults() : 0;
        try {
            code.call(caller, arguments, results);
        } finally {
            if (countFaults) hostFaults += usage.faults() - before;
            hostNanos += System.nanoTime() - start;
        }
    }

    boolean marked() {
        return marked;
    }

    /** {@link System#nanoTime} when the region was first entered. */
    long first() {
        return first;
    }

    long wall() {
        return wall;
    }

    long cpu() {
        return cpu;
    }

    long faults() {
        return faults;
    }

    long hostCalls() {
        return hostCalls;
    }

    long hostNanos() {
        return hostNanos;
    }

    long hostFaults() {
        return hostCalls > COUNTED ? -1 : hostFaults;
    }
}
