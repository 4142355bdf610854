package dev.backbench.core.worker;

import dev.backbench.core.host.NativeClock;
import dev.backbench.core.host.ProcFiles;
import dev.backbench.core.host.ThreadTimes;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * What a stretch of work cost this process and its children. Between {@link #start} and {@link #stop} lie only the two clock readings; everything slower is
 * read outside them.
 */
final class Meter {
    /** Since {@link #start}, nanoseconds; {@code cpu} holds {@code children}. */
    long wall, cpu, children, gc, jit;
    long faults, switches, collections, allocated;

    private final NativeClock clock = new NativeClock();
    private final ThreadTimes threads = new ThreadTimes();
    private final List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
    private final com.sun.management.ThreadMXBean thread = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final long[] pair = new long[2];

    void start() {
        threads.read(pair);
        gc = pair[0];
        jit = pair[1];
        collections = collected();
        allocated = thread.getTotalThreadAllocatedBytes();
        clock.usage(pair);
        faults = pair[0];
        switches = pair[1];
        children = clock.childrenCpu();
        cpu = clock.processCpu();
        wall = System.nanoTime();
    }

    void stop() {
        wall = System.nanoTime() - wall;
        cpu = clock.processCpu() - cpu;
        children = clock.childrenCpu() - children;
        cpu += children;
        clock.usage(pair);
        faults = pair[0] - faults;
        switches = pair[1] - switches;
        allocated = thread.getTotalThreadAllocatedBytes() - allocated;
        collections = collected() - collections;
        threads.read(pair);
        gc = gc < 0 || pair[0] < 0 ? -1 : pair[0] - gc;
        jit = jit < 0 || pair[1] < 0 ? -1 : pair[1] - jit;
    }

    private long collected() {
        long count = 0;
        for (GarbageCollectorMXBean collector : collectors) count += collector.getCollectionCount();
        return count;
    }

    /** High-water mark of this process's resident set, in bytes; -1 unknown. */
    static long peakRss() {
        return ProcFiles.statusBytes("self", "VmHWM");
    }
}
