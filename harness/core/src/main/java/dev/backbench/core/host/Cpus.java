package dev.backbench.core.host;

import dev.backbench.core.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Which cores this process may use, and whether workers can be pinned to some of them. */
public final class Cpus {
    private Cpus() {}

    /** The path of a program on the search path, or null. */
    public static Path program(String name) {
        String path = System.getenv("PATH");
        for (String folder : (path == null ? "/usr/bin:/bin" : path).split(":")) {
            Path file = Path.of(folder.isEmpty() ? "." : folder, name);
            if (Files.isExecutable(file)) return file;
        }
        return null;
    }

    /**
     * The list for {@code taskset}: what the user wants, or the last {@code threads} cores allowed.
     *
     * @param wanted such as {@code 2,3} or {@code 0-1}; null for none
     * @return null if workers cannot be pinned here
     * @throws UsageException not a list, or not of cores that this process may use
     */
    public static String choose(String wanted, int threads) {
        List<Integer> allowed = list(ProcFiles.field(ProcFiles.read("/proc/self/status"), "Cpus_allowed_list"));
        if (wanted != null) {
            List<Integer> cores = list(wanted);
            if (cores == null || cores.isEmpty()) throw new UsageException("--cpu=" + wanted + " is not a list of cores such as 3 or 0,2-3");
            if (program("taskset") == null) throw new UsageException("--cpu needs taskset of util-linux, which is not on the path");
            if (allowed != null && !allowed.containsAll(cores)) throw new UsageException("--cpu=" + wanted + ": this process may use " + text(allowed) + " only");
            return text(cores);
        }
        if (program("taskset") == null || allowed == null) return null;
        return text(allowed.subList(Math.max(0, allowed.size() - threads), allowed.size()));
    }

    private static String text(List<Integer> cores) {
        return String.join(",", cores.stream().map(String::valueOf).toList());
    }

    /** @return null if it is not such a list */
    static List<Integer> list(String text) {
        if (text == null) return null;
        List<Integer> cores = new ArrayList<>();
        for (String part : text.split(",")) {
            try {
                int dash = part.indexOf('-');
                int from = Integer.parseInt((dash < 0 ? part : part.substring(0, dash)).strip());
                int to = dash < 0 ? from : Integer.parseInt(part.substring(dash + 1).strip());
                if (to - from > 4096) return null;
                for (int core = from; core <= to; core++) cores.add(core);
            } catch (NumberFormatException e) {
                return null;
            }
        }
        return cores;
    }
}
