package dev.backbench.core.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small files of {@code /proc} and {@code /sys}. */
public final class ProcFiles {
    private ProcFiles() {}

    /** The file's text without space at the ends, or null if it cannot be read. */
    public static String read(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException | RuntimeException unreadable) {
            return null;
        }
    }

    /** What follows {@code key:} on its line, or null. */
    public static String field(String text, String key) {
        if (text == null) return null;
        for (String line : text.split("\n")) {
            if (!line.startsWith(key)) continue;
            int colon = line.indexOf(':');
            if (colon >= 0 && line.substring(0, colon).strip().equals(key)) return line.substring(colon + 1).strip();
        }
        return null;
    }

    /** A field such as {@code VmHWM: 1234 kB} of {@code /proc/PID/status} in bytes, or -1. */
    public static long statusBytes(String pid, String key) {
        String value = field(read("/proc/" + pid + "/status"), key);
        if (value == null || !value.endsWith(" kB")) return -1;
        return Long.parseLong(value.substring(0, value.length() - 3).strip()) * 1024;
    }

    /** One-minute load average, or -1. */
    public static double load() {
        String text = read("/proc/loadavg");
        return text == null ? -1 : Double.parseDouble(text.substring(0, text.indexOf(' ')));
    }

    /** Clock ticks that the hypervisor took from all cores since boot, or -1. */
    public static long steal() {
        String text = read("/proc/stat");
        if (text == null) return -1;
        String[] cpu = text.substring(0, text.indexOf('\n')).split(" +");
        return cpu.length > 8 ? Long.parseLong(cpu[8]) : -1;
    }
}
