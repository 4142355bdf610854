package dev.backbench.core.worker;

import dev.backbench.core.host.NativeClock;
import dev.backbench.core.host.ProcFiles;
import dev.backbench.core.host.ThreadTimes;
import java.util.concurrent.locks.LockSupport;

/**
 * What the first work of a process costs, measured without warming up anything for it: at the beginning the account is read from files, because the system
 * calls that are exact to the nanosecond go through the linker that back ends use too. At the end they are exact, less what calling them for the first time cost.
 */
final class FirstMeter {
    /** The scheduler writes a running thread's time into its file when the thread gives way. */
    private static final long GIVE_WAY = 50_000;
    /** Fields of {@code /proc/self/stat} after the name in brackets. */
    private static final int MINOR_FAULTS = 7, MAJOR_FAULTS = 9;

    /** Readings in nanoseconds, or -1; {@code spent} is what reading took. */
    private record Reading(long wall, long cpu, long gc, long jit, long faults, long spent) {}

    private final ThreadTimes threads = new ThreadTimes();
    private final long[] pair = new long[2];
    private Reading start, middle, end;
    private long unseen, children;

    /** Before the back end is loaded. */
    void start() {
        start = read();
    }

    /** Between loading and compiling. */
    void loaded() {
        middle = read();
    }

    /** After the compile. */
    void stop() {
        end = read();
    }

    /** When nothing more is timed in this process. */
    void finish() {
        NativeClock clock = new NativeClock();
        LockSupport.parkNanos(GIVE_WAY);
        long exact = clock.processCpu(), files = threads.all();
        // threads that have ended are in the process's account only
        unseen = end.cpu < 0 ? 0 : Math.max(0, exact - files);
        children = clock.childrenCpu();
    }

    private Reading read() {
        long wall = System.nanoTime();
        LockSupport.parkNanos(GIVE_WAY);
        long cpu = threads.all();
        threads.read(pair);
        String stat = ProcFiles.read("/proc/self/stat");
        long faults = -1;
        if (stat != null) {
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            faults = Long.parseLong(fields[MINOR_FAULTS]) + Long.parseLong(fields[MAJOR_FAULTS]);
        }
        return new Reading(wall, cpu, pair[0], pair[1], faults, System.nanoTime() - wall);
    }

    /** Wall time of loading the back end. */
    long loadWall() {
        return middle.wall - start.wall - start.spent;
    }

    /** CPU time of it; -1 unknown. */
    long loadCpu() {
        return start.cpu < 0 ? -1 : middle.cpu - start.cpu;
    }

    long wall() {
        return end.wall - middle.wall - middle.spent;
    }

    /** Of the process and its children; wall time where the kernel keeps no account of threads. */
    long cpu() {
        return middle.cpu < 0 ? wall() : end.cpu - middle.cpu + unseen + children;
    }

    long children() {
        return children;
    }

    long gc() {
        return middle.gc < 0 ? -1 : end.gc - middle.gc;
    }

    long jit() {
        return middle.jit < 0 ? -1 : end.jit - middle.jit;
    }

    long faults() {
        return middle.faults < 0 ? -1 : end.faults - middle.faults;
    }

    /** {@link System#nanoTime} when the back end was loaded. */
    long loadEnd() {
        return middle.wall;
    }

    /** Time that the readings took until then. */
    long spentBeforeLoadEnd() {
        return start.spent;
    }

    /** {@link System#nanoTime} when everything after the compile could begin. */
    long resumed() {
        return end.wall + end.spent;
    }

    /** Time that all readings took. */
    long spent() {
        return start.spent + middle.spent + end.spent;
    }
}
