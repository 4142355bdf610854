package dev.backbench.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel accounts to a container, read from its control group: version 2, or the separate hierarchies of version 1. */
final class ControlGroup {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final long MICRO = 1000;

    private final Path cpu, peak;
    private final boolean unified;
    private long last;

    private ControlGroup(Path cpu, Path peak, boolean unified) {
        this.cpu = cpu;
        this.peak = peak;
        this.unified = unified;
    }

    /** @param pid of the container's first process @throws IOException it cannot be found: then no compile in it can be timed */
    static ControlGroup of(long pid) throws IOException {
        String v2 = null, cpuacct = null, memory = null;
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/cgroup"))) {
            String[] fields = line.split(":", 3);
            if (fields[1].isEmpty()) v2 = fields[2];
            for (String controller : fields[1].split(",")) {
                if (controller.equals("cpuacct")) cpuacct = fields[2];
                if (controller.equals("memory")) memory = fields[2];
            }
        }
        ControlGroup group = cpuacct != null
                ? new ControlGroup(ROOT.resolve("cpuacct" + cpuacct + "/cpuacct.usage"), ROOT.resolve("memory" + memory + "/memory.max_usage_in_bytes"), false)
                : new ControlGroup(ROOT.resolve("." + v2 + "/cpu.stat").normalize(), ROOT.resolve("." + v2 + "/memory.peak").normalize(), true);
        if (!Files.isReadable(group.cpu)) throw new IOException("the CPU time of a container cannot be read from " + group.cpu);
        return group;
    }

    /** Nanoseconds; what was last read once the group is gone. */
    long cpu() {
        try {
            if (!unified) last = Long.parseLong(Files.readString(cpu).strip());
            else for (String line : Files.readAllLines(cpu)) if (line.startsWith("usage_usec ")) last = MICRO * Long.parseLong(line.substring(11));
        } catch (IOException gone) {
            // the container died, which whoever runs in it will hear
        }
        return last;
    }

    /** 0 if the kernel does not tell. */
    long peakBytes() {
        try {
            return Long.parseLong(Files.readString(peak).strip());
        } catch (IOException | NumberFormatException unknown) {
            return 0;
        }
    }

    /** The cores of this process, as a list such as {@code 0-1,3}. */
    static String allowedCpus() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) if (line.startsWith("Cpus_allowed_list:")) return line.substring(18).strip();
        } catch (IOException e) {
            // as below
        }
        throw new IllegalStateException("/proc/self/status does not tell which cores this process may use");
    }
}
