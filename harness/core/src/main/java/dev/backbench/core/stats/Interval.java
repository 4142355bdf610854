package dev.backbench.core.stats;

/** A figure with its 95% interval; both ends null where there are too few samples for one, or one end where it is unbounded. */
public record Interval(double median, Double low, Double high) {
    /** Of the reciprocal. */
    Interval inverse() {
        return new Interval(1 / median, high == null ? null : 1 / high, low == null ? null : 1 / low);
    }
}
