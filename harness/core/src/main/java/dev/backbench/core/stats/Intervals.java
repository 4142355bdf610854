package dev.backbench.core.stats;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * Intervals for figures measured in several processes with several samples each. Samples of one process share its layout and its luck, so the process is the
 * independent unit (Kalibera and Jones, "Rigorous benchmarking in reasonable time", ISMM 2013): its samples count as their median, and one process alone gives a figure without an interval.
 *
 * <p>From {@link #ENOUGH} units on, a percentile bootstrap of the median (Efron and Tibshirani, "An Introduction to the Bootstrap", chapter 13) with a fixed
 * seed. With fewer, resampling cannot reach 95% (the median of three lies outside their range in a quarter of all cases), so Student's t over logarithms is used.
 */
public final class Intervals {
    static final int ENOUGH = 6;
    /** Two samples say next to nothing of their spread: Student's factor is 12.7 there. */
    static final int FEWEST = 3;
    static final int REPLICATES = 2000;
    private static final double LEVEL = 0.95;
    private static final long SEED = 0x6261636b62656e63L;

    private Intervals() {}

    /** @param processes samples, one array per process, all positive @return null without a sample */
    public static Interval of(double[][] processes) {
        double[] units = units(processes);
        if (units.length == 0) return null;
        if (units.length < FEWEST) return new Interval(median(units), null, null);
        return units.length < ENOUGH ? student(units) : bootstrap(units);
    }

    /** The independent samples: the median of each process. */
    static double[] units(double[][] processes) {
        double[] units = new double[processes.length];
        for (int i = 0; i < units.length; i++) units[i] = median(processes[i]);
        return units;
    }

    private static Interval student(double[] units) {
        double[] logs = Arrays.stream(units).map(StrictMath::log).toArray();
        double half = quantile(logs.length - 1) * Math.sqrt(variance(logs) / logs.length), centre = mean(logs), median = median(units);
        // around the mean of logarithms, but never without the median it stands beside
        return new Interval(median, Math.min(median, StrictMath.exp(centre - half)), Math.max(median, StrictMath.exp(centre + half)));
    }

    private static Interval bootstrap(double[] units) {
        return percentiles(median(units), resample(random -> {
            double[] drawn = new double[units.length];
            for (int i = 0; i < drawn.length; i++) drawn[i] = units[random.nextInt(units.length)];
            return median(drawn);
        }));
    }

    /** {@link #REPLICATES} values of a statistic that draws its samples itself; the same for the same statistic. */
    static double[] resample(ToDoubleFunction<SplittableRandom> statistic) {
        SplittableRandom random = new SplittableRandom(SEED);
        double[] values = new double[REPLICATES];
        for (int i = 0; i < REPLICATES; i++) values[i] = statistic.applyAsDouble(random);
        Arrays.sort(values);
        return values;
    }

    /** The middle 95% of sorted replicates; an infinite end is unbounded. */
    static Interval percentiles(double median, double[] sorted) {
        double low = sorted[(int) Math.floor((1 - LEVEL) / 2 * (sorted.length - 1))], high = sorted[(int) Math.ceil((1 + LEVEL) / 2 * (sorted.length - 1))];
        return new Interval(median, Double.isFinite(low) ? low : null, Double.isFinite(high) ? high : null);
    }

    /** Two-sided 95% quantile of Student's t. */
    static double quantile(double degrees) {
        return quantile(degrees, LEVEL);
    }

    static double quantile(double degrees, double level) {
        return new TDistribution(null, degrees).inverseCumulativeProbability((1 + level) / 2);
    }

    static double mean(double[] values) {
        double sum = 0;
        for (double value : values) sum += value;
        return sum / values.length;
    }

    /** Unbiased. */
    static double variance(double[] values) {
        double mean = mean(values), sum = 0;
        for (double value : values) sum += (value - mean) * (value - mean);
        return sum / (values.length - 1);
    }

    /** The smallest value that at least the fraction {@code p} of all are not above. */
    static double rank(double[] values, double p) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[Math.max(0, (int) Math.ceil(p * sorted.length - 1e-9) - 1)];
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
