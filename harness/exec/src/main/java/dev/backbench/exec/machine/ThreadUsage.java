package dev.backbench.exec.machine;

import dev.backbench.exec.ffi.NativeLibrary;
import dev.backbench.exec.ffi.Raw;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** What the calling thread has used so far, straight from the kernel: the management beans would load hundreds of classes into a cold start. One thread. */
public final class ThreadUsage {
    private static final int RUSAGE_THREAD = 1, RUSAGE_BYTES = 144, MINOR_FAULTS = 64, MAJOR_FAULTS = 72;
    private static final int CLOCK_THREAD_CPUTIME_ID = 3;
    private static final MethodHandle GETRUSAGE = NativeLibrary.process().words("getrusage");
    private static final MethodHandle CLOCK_GETTIME = NativeLibrary.process().words("clock_gettime");

    private final MemorySegment memory = Arena.ofAuto().allocate(RUSAGE_BYTES, 8); // kept: it lives as long as this object
    private final long struct = memory.address();

    /** Page faults, minor and major. */
    public long faults() {
        try {
            return (int) (long) GETRUSAGE.invokeExact((long) RUSAGE_THREAD, struct, 0L, 0L, 0L, 0L) != 0 ? -1 : Raw.getLong(struct + MINOR_FAULTS) + Raw.getLong(struct + MAJOR_FAULTS);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    public long cpuNanos() {
        try {
            return (int) (long) CLOCK_GETTIME.invokeExact((long) CLOCK_THREAD_CPUTIME_ID, struct, 0L, 0L, 0L, 0L) != 0 ? -1
                    : Raw.getLong(struct) * 1_000_000_000 + Raw.getLong(struct + 8);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }
}
