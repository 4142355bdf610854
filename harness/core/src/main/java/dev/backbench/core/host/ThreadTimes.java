package dev.backbench.core.host;

import java.io.File;
import java.util.HashMap;
import java.util.Map;

/**
 * CPU time of the JVM's own threads by what they do, from {@code /proc/self/task}. The collector's share holds the VM thread, which does the collecting
 * under the serial collector (and its safepoints otherwise).
 */
public final class ThreadTimes {
    private static final String TASKS = "/proc/self/task";
    private static final int OTHER = 0, GC = 1, JIT = 2;

    private final Map<String, Integer> kinds = new HashMap<>();

    /** Nanoseconds so far: {@code {gc, jit}}; -1 where the kernel keeps no such account. */
    public void read(long[] gcAndJit) {
        gcAndJit[0] = gcAndJit[1] = 0;
        String[] threads = new File(TASKS).list();
        if (threads == null) threads = new String[0];
        boolean known = false;
        for (String thread : threads) {
            int kind = kinds.computeIfAbsent(thread, ThreadTimes::kind);
            if (kind == OTHER) continue;
            long nanos = nanos(thread);
            if (nanos < 0) continue;
            gcAndJit[kind - GC] += nanos;
            known = true;
        }
        if (!known) gcAndJit[0] = gcAndJit[1] = -1;
    }

    /** CPU nanoseconds of all threads that this process has now; -1 where the kernel keeps no such account. */
    public long all() {
        String[] threads = new File(TASKS).list();
        long sum = 0;
        for (String thread : threads == null ? new String[0] : threads) sum += Math.max(0, nanos(thread));
        return sum > 0 ? sum : -1;
    }

    /** -1 if the thread has ended or its time is not known. */
    private static long nanos(String thread) {
        String text = ProcFiles.read(TASKS + '/' + thread + "/schedstat");
        return text == null ? -1 : Long.parseLong(text.substring(0, text.indexOf(' ')));
    }

    private static int kind(String thread) {
        String name = ProcFiles.read(TASKS + '/' + thread + "/comm");
        if (name == null) return OTHER;
        if (name.startsWith("C1 ") || name.startsWith("C2 ")) return JIT;
        return name.startsWith("GC ") || name.startsWith("G1 ") || name.startsWith("VM Thread") ? GC : OTHER;
    }
}
