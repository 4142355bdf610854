package dev.backbench.core.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IntervalsTest {
    private static double[][] processes(double... values) {
        return Arrays.stream(values).mapToObj(v -> new double[] {v}).toArray(double[][]::new);
    }

    @Test
    void tooFewSamplesHaveNoInterval() {
        assertNull(Intervals.of(new double[0][]));
        assertEquals(new Interval(5, null, null), Intervals.of(processes(5)));
        assertEquals(new Interval(5, null, null), Intervals.of(processes(4, 6)));
    }

    @Test
    void samplesOfOneProcessAreOneSample() {
        double[][] three = {{10, 10, 10, 10}, {20}, {30, 30}};
        assertEquals(Intervals.of(processes(10, 20, 30)), Intervals.of(three));
        assertEquals(3, Intervals.units(three).length);
        assertEquals(1, Intervals.units(new double[][] {{1, 2, 3, 4}}).length, "however many samples one process gave");
    }

    @Test
    void theSameSamplesGiveTheSameInterval() {
        double[][] samples = processes(5, 6, 7, 8, 9, 10, 11);
        assertEquals(Intervals.of(samples), Intervals.of(samples));
    }

    /** The true median lies inside in about 95 of 100 cases, with few samples (Student) and more (bootstrap). */
    @ParameterizedTest
    @ValueSource(ints = {3, 5, 10, 30})
    void coversTheTruth(int n) {
        Random random = new Random(1);
        int inside = 0;
        int trials = 400;
        for (int i = 0; i < trials; i++) {
            double[] values = new double[n];
            for (int j = 0; j < n; j++) values[j] = 100 * Math.exp(0.05 * random.nextGaussian());
            Interval interval = Intervals.of(processes(values));
            if (interval.low() <= 100 && interval.high() >= 100) inside++;
        }
        assertTrue(inside >= 0.90 * trials && inside < trials, n + " samples: " + inside + " of " + trials);
    }

    @Test
    void infiniteReplicatesAreUnbounded() {
        double[] sorted = new double[Intervals.REPLICATES];
        Arrays.fill(sorted, 3);
        Arrays.fill(sorted, Intervals.REPLICATES - 200, Intervals.REPLICATES, Double.POSITIVE_INFINITY);
        assertEquals(new Interval(3, 3.0, null), Intervals.percentiles(3, sorted));
    }

    @Test
    void medians() {
        assertEquals(2, Intervals.median(new double[] {3, 1, 2}));
        assertEquals(2.5, Intervals.median(new double[] {4, 1, 3, 2}));
    }
}
