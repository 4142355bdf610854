package dev.backbench.spi;

/**
 * What one run was. Times are nanoseconds; the region is what lies between the calls of {@code bench.start} and {@code bench.end}, summed if they
 * are called repeatedly, or the call of {@code _start} if they are not called.
 *
 * @param exitCode what the program gave {@code proc_exit}, or 0
 * @param marked whether the program called the marks
 * @param firstMark {@link System#nanoTime} at entry to the first {@code bench.start}, or at entry to {@code _start} if never called
 * @param regionCpu CPU time of the calling thread in the region; -1 unknown
 * @param hostCalls host functions called in the region
 * @param hostNanos time in them
 * @param hostFaults page faults taken in them; -1 unknown
 * @param instantiate wall time from the call of {@code run} to the call of {@code _start}
 */
public record ProgramResult(int exitCode, boolean marked, long firstMark, long regionWall, long regionCpu, long regionFaults, long hostCalls, long hostNanos,
        long hostFaults, long instantiate, long total) {}
