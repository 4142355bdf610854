package dev.backbench.gcc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What {@code -march=native} means here. The option itself is resolved by GCC's driver, which libgccjit's compiler does not run, so the features
 * come from the kernel's list and the tuning from the model.
 */
final class CpuFlags {
    /** Features that change what GCC generates from scalar and 128- or 256-bit code, by the kernel's name. */
    private static final Map<String, String> FEATURES = new LinkedHashMap<>();
    private static final List<String> HOST;

    static {
        for (String same : List.of("ssse3", "avx", "avx2", "fma", "popcnt", "bmi2", "movbe", "adx", "f16c", "avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd")) {
            FEATURES.put(same, "-m" + same);
        }
        FEATURES.put("sse4_1", "-msse4.1");
        FEATURES.put("sse4_2", "-msse4.2");
        FEATURES.put("bmi1", "-mbmi");
        FEATURES.put("abm", "-mlzcnt");
        FEATURES.put("cx16", "-mcx16");
        HOST = List.copyOf(read());
    }

    private CpuFlags() {}

    static List<String> host() {
        return HOST;
    }

    private static List<String> read() {
        String flags = "", vendor = "";
        int family = 0;
        try {
            for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
                if (line.isBlank()) break; // the first processor stands for all
                int colon = line.indexOf(':');
                String value = colon < 0 ? "" : line.substring(colon + 1).strip();
                if (line.startsWith("flags")) flags = value;
                else if (line.startsWith("vendor_id")) vendor = value;
                else if (line.startsWith("cpu family")) family = Integer.parseInt(value);
            }
        } catch (IOException e) {
            return List.of(); // baseline x86-64: correct everywhere
        }
        Set<String> has = new HashSet<>(List.of(flags.split(" ")));
        List<String> result = new ArrayList<>();
        FEATURES.forEach((kernel, option) -> {
            if (has.contains(kernel)) result.add(option);
        });
        result.add("-mtune=" + tuning(has, vendor, family));
        return result;
    }

    /** Names that GCC 12 knows; newer processors get the newest of their line. */
    private static String tuning(Set<String> has, String vendor, int family) {
        if (vendor.equals("AuthenticAMD")) return family >= 0x19 ? "znver3" : family == 0x17 ? "znver2" : "generic";
        if (!vendor.equals("GenuineIntel")) return "generic";
        if (has.contains("avx512_bitalg")) return "icelake-server";
        return has.contains("avx512f") ? "skylake-avx512" : has.contains("avx2") ? "haswell" : "generic";
    }
}
