package dev.backbench.exec.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** What this processor has beyond what every x86-64 has, by the kernel's names, such as {@code bmi2}. */
public final class CpuFlags {
    private static final Set<String> FLAGS = read();

    private CpuFlags() {}

    public static boolean has(String flag) {
        return FLAGS.contains(flag);
    }

    private static Set<String> read() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) if (line.startsWith("flags")) return new HashSet<>(Arrays.asList(line.split("\\s+")));
        } catch (IOException e) {
            return Set.of();
        }
        return Set.of();
    }
}
