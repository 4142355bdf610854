package dev.backbench.core.stats;

import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Summary.Cell;
import java.util.Locale;

/** What a reader should know of a cell that is ok all the same. */
final class Notes {
    /** Regions that do not fill 20 ms in the fifty runs a process gives them. */
    private static final double MICRO_MILLIS = 0.4;
    static final String MICRO = "micro: region under " + MICRO_MILLIS + " ms";
    /** Of a cold start, either way. */
    static final double MOST_UNEXPLAINED = 0.05;
    private static final double WALL_OVER_CPU = 1.05;

    private Notes() {}

    static boolean micro(Cell cell) {
        return cell.measure() == Measure.RUN && cell.median() != null && cell.median() < MICRO_MILLIS;
    }

    /** @param median of the cell @param n independent samples @return null if there is nothing to say */
    static String of(Measure measure, Double median, int n, CellSamples samples, String more) {
        StringBuilder note = new StringBuilder();
        if (n < Intervals.FEWEST && measure != Measure.SIZE) add(note, n == 1 ? "one sample" : "two samples");
        if (measure == Measure.RUN && median != null && median < MICRO_MILLIS) add(note, MICRO);
        double wall = samples.wallByCpu();
        if (wall > WALL_OVER_CPU || wall < 1 / WALL_OVER_CPU) add(note, "wall time is " + String.format(Locale.ROOT, "%.2f", wall) + " " + Cell.DISTURBED);
        if (Math.abs(samples.causes() - 1) > MOST_UNEXPLAINED) add(note, "its causes add up to " + percent(samples.causes()) + " of it");
        if (measure == Measure.RUN && samples.hostShare() > 0.02) add(note, percent(samples.hostShare()) + " of the region in host functions");
        if (more != null) add(note, more);
        return note.isEmpty() ? null : note.toString();
    }

    private static void add(StringBuilder note, String text) {
        if (!note.isEmpty()) note.append("; ");
        note.append(text);
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f%%", 100 * share);
    }
}
