package dev.backbench.cli;

import java.util.Locale;

/** Small formatting for people. */
final class Text {
    private Text() {}

    /** Such as {@code 147 MB}; decimal units, as downloads are given. */
    static String bytes(long bytes) {
        if (bytes < 0) return "unknown size";
        if (bytes < 1000) return bytes + " B";
        if (bytes < 1_000_000) return String.format(Locale.ROOT, "%.0f kB", bytes / 1e3);
        if (bytes < 1_000_000_000) return String.format(Locale.ROOT, "%.0f MB", bytes / 1e6);
        return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }
}
