package dev.backbench.cli;

import java.util.List;
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

    /** Rows padded to columns, two spaces apart; the first row is the head. Right-aligned where {@code right} says so. */
    static String columns(List<String[]> rows, boolean... right) {
        int columns = 0;
        for (String[] row : rows) columns = Math.max(columns, row.length);
        int[] width = new int[columns];
        for (String[] row : rows) for (int c = 0; c < row.length; c++) width[c] = Math.max(width[c], row[c].length());
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < row.length; c++) {
                String pad = " ".repeat(width[c] - row[c].length());
                line.append(c < right.length && right[c] ? pad + row[c] : row[c] + pad).append("  ");
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
