package dev.backbench.cranelift.x64;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What the processor has beyond SSE2. @param sse41 rounding @param bmi1 andn, blsr and their like, tzcnt @param bmi2 shifts that leave their operands and the flags alone @param avx floats of three operands */
public record Cpu(boolean sse41, boolean popcnt, boolean lzcnt, boolean bmi1, boolean bmi2, boolean fma, boolean avx, boolean cmpxchg16b) {
    /** What every processor of the instruction set has. */
    public static final Cpu BASELINE = new Cpu(false, false, false, false, false, false, false, false);
    public static final Cpu HOST = host();

    private static Cpu host() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
                if (!line.startsWith("flags")) continue;
                List<String> flags = Arrays.asList(line.split("\\s+"));
                return new Cpu(flags.contains("sse4_1"), flags.contains("popcnt"), flags.contains("abm"), flags.contains("bmi1"), flags.contains("bmi2"),
                        flags.contains("fma"), flags.contains("avx"), flags.contains("cx16"));
            }
        } catch (IOException e) {
            return BASELINE;
        }
        return BASELINE;
    }
}
