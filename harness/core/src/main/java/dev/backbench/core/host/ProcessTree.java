package dev.backbench.core.host;

import java.io.File;
import java.util.ArrayList;
import java.util.List;

/** Memory of a process and of what it started, from {@code /proc}. */
public final class ProcessTree {
    private ProcessTree() {}

    /** Resident bytes now of the process and all below it; -1 if it has ended. */
    public static long resident(long pid) {
        long own = ProcFiles.statusBytes(Long.toString(pid), "VmRSS");
        return own < 0 ? -1 : own + below(pid, "VmRSS");
    }

    /** Sum of the peaks so far of the processes that live below this one, without itself, in bytes. */
    public static long peaksBelow(long pid) {
        return below(pid, "VmHWM");
    }

    private static long below(long pid, String key) {
        long sum = 0;
        for (String child : children(pid)) {
            // between fork and exec the memory is the parent's, seen twice
            if (!program(child).equals(program(Long.toString(pid)))) sum += Math.max(0, ProcFiles.statusBytes(child, key));
            sum += below(Long.parseLong(child), key);
        }
        return sum;
    }

    private static String program(String pid) {
        String name = ProcFiles.read("/proc/" + pid + "/cmdline");
        return name == null ? "" : name;
    }

    private static List<String> children(long pid) {
        String tasks = "/proc/" + pid + "/task";
        String[] threads = new File(tasks).list();
        List<String> found = new ArrayList<>();
        for (String thread : threads == null ? new String[0] : threads) {
            String text = ProcFiles.read(tasks + '/' + thread + "/children");
            if (text != null && !text.isEmpty()) found.addAll(List.of(text.split(" ")));
        }
        return found;
    }
}
