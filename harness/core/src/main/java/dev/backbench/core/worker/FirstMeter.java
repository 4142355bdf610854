package dev.backbench.core.worker;

import dev.backbench.core.host.NativeClock;
import dev.backbench.core.host.ProcFiles;
import dev.backbench.core.host.ThreadTimes;
import dev.backbench.spi.Compiler;
import java.util.concurrent.locks.LockSupport;

/**
 * What the first work of a process costs, measured without warming up anything for it: accounts are read from files, because the system calls that are exact to
 * the nanosecond go through the linker that back ends use too. Those are called at the very end, perhaps after a run of the program, and are believed only
 * within what the files said right after the compile: what the program, its threads or its processes took then is not the compile's.
 */
final class FirstMeter {
    /** The scheduler writes a running thread's time into its file when the thread gives way. */
    private static final long GIVE_WAY = 50_000;
    /** Fields of {@code /proc/self/stat} after the name in brackets. */
    private static final int MINOR_FAULTS = 7, CHILD_FAULTS = 8, MAJOR_FAULTS = 9, USER = 11, SYSTEM = 12, CHILD_USER = 13, CHILD_SYSTEM = 14;
    /** Nanoseconds of one clock tick, in which that file counts CPU time: user and system time each lack up to one. */
    private static final long TICK = 10_000_000;

    /**
     * Readings in nanoseconds, or -1; {@code spent} is what reading took.
     *
     * @param ended of threads that have ended: a lower bound, at most two ticks too low
     * @param children of processes that have ended, likewise; -1 if none has, which is exact
     * @param companion of processes beside this one
     */
    private record Reading(long wall, long cpu, long gc, long jit, long faults, long ended, long children, long companion, long spent) {}

    private final ThreadTimes threads = new ThreadTimes();
    private final long[] pair = new long[2];
    private Reading start, middle, end;
    private long unseen, children;

    /** Before the back end is loaded. */
    void start() {
        start = read(null);
    }

    /** Between loading and compiling. */
    void loaded(Compiler compiler) {
        middle = read(compiler);
    }

    /** After the compile, before anything runs. */
    void stop(Compiler compiler) {
        end = read(compiler);
    }

    /** When nothing more is timed in this process. */
    void finish() {
        NativeClock clock = new NativeClock();
        LockSupport.parkNanos(GIVE_WAY);
        long exact = clock.processCpu(), files = threads.all();
        // threads that have ended are in the process's account only
        unseen = end.cpu < 0 ? 0 : Math.max(0, within(exact - files, end.ended) - middle.ended);
        children = end.children < 0 ? 0 : within(clock.childrenCpu(), end.children) - Math.max(0, middle.children);
    }

    /** The exact figure of later, as far as the rounded one of then allows. */
    private static long within(long exact, long rounded) {
        return Math.clamp(exact, rounded, rounded + 2 * TICK);
    }

    private Reading read(Compiler compiler) {
        long wall = System.nanoTime();
        LockSupport.parkNanos(GIVE_WAY);
        // before the threads' own files, so that what is in these only looks alive
        String stat = ProcFiles.read("/proc/self/stat");
        long cpu = threads.all();
        threads.read(pair);
        long faults = -1, ended = 0, below = -1;
        if (stat != null) {
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            faults = Long.parseLong(fields[MINOR_FAULTS]) + Long.parseLong(fields[MAJOR_FAULTS]);
            ended = Math.max(0, ticks(fields, USER, SYSTEM) - cpu);
            // no process lives and dies without a page fault
            if (Long.parseLong(fields[CHILD_FAULTS]) > 0) below = ticks(fields, CHILD_USER, CHILD_SYSTEM);
        }
        long companion = compiler == null ? 0 : compiler.companionCpu();
        return new Reading(wall, cpu, pair[0], pair[1], faults, ended, below, companion, System.nanoTime() - wall);
    }

    private static long ticks(String[] fields, int user, int system) {
        return (Long.parseLong(fields[user]) + Long.parseLong(fields[system])) * TICK;
    }

    /** Wall time of loading the back end. */
    long loadWall() {
        return middle.wall - start.wall - start.spent;
    }

    /** CPU time of it, companions that it started included; -1 unknown. */
    long loadCpu() {
        return start.cpu < 0 ? -1 : middle.cpu - start.cpu + middle.companion;
    }

    long wall() {
        return end.wall - middle.wall - middle.spent;
    }

    /** Of the process, its children and companions; wall time of the process itself where the kernel keeps no account of threads. */
    long cpu() {
        return (middle.cpu < 0 ? wall() : end.cpu - middle.cpu + unseen + children) + end.companion - middle.companion;
    }

    long children() {
        return children + end.companion - middle.companion;
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
