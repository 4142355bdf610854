package dev.backbench.reports.charts;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Points of the main chart, and which of them nothing beats. */
public final class TradeOff {
    /**
     * @param x compile throughput, MB of code section by second
     * @param first the throughput of a fresh process's first module; {@code x} where that is not known or is what {@code x} shows
     * @param y code speed relative to the reference
     * @param xLow {@code x} itself where there is no interval; likewise the others
     */
    public record Point(String backend, double x, double xLow, double xHigh, double first, double y, double yLow, double yHigh, boolean ranked) {}

    private TradeOff() {}

    /** Ranked points that no other ranked point matches in one direction and beats in the other, by rising x. */
    public static List<Point> frontier(List<Point> points) {
        List<Point> byX = new ArrayList<>(points.stream().filter(Point::ranked).toList());
        byX.sort(Comparator.comparingDouble(Point::x).reversed().thenComparing(Comparator.comparingDouble(Point::y).reversed()));
        List<Point> frontier = new ArrayList<>();
        double best = Double.NEGATIVE_INFINITY;
        for (Point p : byX) {
            if (p.y > best) frontier.addFirst(p);
            best = Math.max(best, p.y);
        }
        return frontier;
    }
}
