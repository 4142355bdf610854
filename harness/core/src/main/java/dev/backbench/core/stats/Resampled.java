package dev.backbench.core.stats;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A cell's median as a random draw: its processes resampled with replacement, deviations widened by the square root of n / (n - 1), because a resample of n varies
 * less than a sample of n does. On a logarithmic scale, so that a draw is positive.
 */
final class Resampled {
    private final double[] logs;
    private final double median, widening;

    /** @param units independent samples, all positive; at least one */
    Resampled(double[] units) {
        logs = Arrays.stream(units).map(StrictMath::log).toArray();
        median = Intervals.median(logs);
        widening = logs.length > 1 ? Math.sqrt(logs.length / (logs.length - 1.0)) : 1;
    }

    /** Logarithm of the median as measured. */
    double log() {
        return median;
    }

    /** Samples beyond the first: 0 says that nothing is known about its spread. */
    int degrees() {
        return logs.length - 1;
    }

    /** Logarithm of the median in one resample. @param factor widens further */
    double draw(SplittableRandom random, double factor) {
        double[] drawn = new double[logs.length];
        for (int i = 0; i < drawn.length; i++) drawn[i] = logs[random.nextInt(logs.length)];
        return median + (Intervals.median(drawn) - median) * widening * factor;
    }

    /** How much wider than the normal distribution's an interval with that many degrees of freedom is. */
    static double studentFactor(int degrees) {
        return Intervals.quantile(degrees) / Intervals.quantile(1e6);
    }
}
