package dev.backbench.core.host;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The kernel's account of this process: CPU time of all its threads in nanoseconds ({@code /proc/self/stat} counts in ticks of 10 ms), CPU time of children
 * that have ended, faults and context switches. One thread.
 */
public final class NativeClock {
    private static final int CLOCK_PROCESS_CPUTIME_ID = 2;
    private static final int RUSAGE_SELF = 0, RUSAGE_CHILDREN = -1;
    /** struct rusage of 64-bit Linux: two timevals, then longs. */
    private static final int RUSAGE_BYTES = 144, MINOR_FAULTS = 64, MAJOR_FAULTS = 72, VOLUNTARY = 128, INVOLUNTARY = 136;

    private final MethodHandle clockGettime, getrusage;
    private final MemorySegment buffer = Arena.ofAuto().allocate(RUSAGE_BYTES, 8);

    public NativeClock() {
        Linker linker = Linker.nativeLinker();
        // one shape for both: a second would cost milliseconds
        FunctionDescriptor shape = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG);
        clockGettime = linker.downcallHandle(linker.defaultLookup().findOrThrow("clock_gettime"), shape);
        getrusage = linker.downcallHandle(linker.defaultLookup().findOrThrow("getrusage"), shape);
    }

    /** CPU nanoseconds of this process so far, all threads. */
    public long processCpu() {
        call(clockGettime, CLOCK_PROCESS_CPUTIME_ID);
        return buffer.get(ValueLayout.JAVA_LONG, 0) * 1_000_000_000L + buffer.get(ValueLayout.JAVA_LONG, 8);
    }

    /** CPU nanoseconds of children that have ended and been waited for, and of theirs. */
    public long childrenCpu() {
        call(getrusage, RUSAGE_CHILDREN);
        return timeval(0) + timeval(16);
    }

    /** Page faults, minor and major, and context switches, voluntary and not, so far: {@code {faults, switches}}. */
    public void usage(long[] faultsAndSwitches) {
        call(getrusage, RUSAGE_SELF);
        faultsAndSwitches[0] = buffer.get(ValueLayout.JAVA_LONG, MINOR_FAULTS) + buffer.get(ValueLayout.JAVA_LONG, MAJOR_FAULTS);
        faultsAndSwitches[1] = buffer.get(ValueLayout.JAVA_LONG, VOLUNTARY) + buffer.get(ValueLayout.JAVA_LONG, INVOLUNTARY);
    }

    private long timeval(int at) {
        return buffer.get(ValueLayout.JAVA_LONG, at) * 1_000_000_000L + buffer.get(ValueLayout.JAVA_LONG, at + 8) * 1000L;
    }

    private void call(MethodHandle function, int argument) {
        int result;
        try {
            result = (int) function.invokeExact(argument, buffer.address());
        } catch (Throwable t) {
            throw new IllegalStateException("the C library's clocks cannot be called", t);
        }
        if (result != 0) throw new IllegalStateException("clock_gettime or getrusage failed");
    }
}
