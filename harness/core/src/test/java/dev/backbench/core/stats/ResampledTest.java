package dev.backbench.core.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResampledTest {
    private static final int PROGRAMS = 10;

    /** The mean of ten programs, each process with luck of its own that all its programs share. */
    private static Interval interval(Random random, int processes, double luck, double noise) {
        List<double[]> units = new ArrayList<>();
        List<List<Integer>> trials = new ArrayList<>();
        double[] shared = random.doubles(processes).map(x -> luck * random.nextGaussian()).toArray();
        for (int p = 0; p < PROGRAMS; p++) {
            double[] values = new double[processes];
            List<Integer> numbers = new ArrayList<>();
            for (int i = 0; i < processes; i++) {
                values[i] = Math.exp(shared[i] + noise * random.nextGaussian());
                numbers.add(i);
            }
            units.add(values);
            trials.add(numbers);
        }
        return interval(new Resampled(units, trials));
    }

    private static Interval interval(Resampled cells) {
        double factor = Resampled.studentFactor(cells.degrees());
        return Intervals.percentiles(0, Intervals.resample(random -> {
            cells.draw(random);
            double sum = 0;
            for (int p = 0; p < PROGRAMS; p++) sum += cells.drawn(p, factor) / PROGRAMS;
            return sum;
        }));
    }

    /** With luck that processes share and without: the truth lies inside in about 95 of 100 cases. */
    @ParameterizedTest
    @CsvSource({"3, 0.05, 0.03", "3, 0, 0.05", "3, 0.05, 0", "10, 0.05, 0.03", "10, 0, 0.05"})
    void coversTheTruth(int processes, double luck, double noise) {
        Random random = new Random(1);
        int inside = 0, rounds = 200;
        for (int i = 0; i < rounds; i++) {
            Interval interval = interval(random, processes, luck, noise);
            if (interval.low() <= 0 && interval.high() >= 0) inside++;
        }
        assertTrue(inside >= 0.90 * rounds && inside < rounds, inside + " of " + rounds);
    }

    @Test
    void programsOfOtherProcessesAreDrawnByThemselves() {
        List<double[]> units = List.of(new double[] {1, 2, 4}, new double[] {1, 2, 4}, new double[] {1, 2, 4});
        Resampled cells = new Resampled(units, List.of(List.of(0, 1, 2), List.of(0, 1, 2), List.of(3, 4, 5)));
        assertEquals(4, cells.degrees());
        SplittableRandom random = new SplittableRandom(1);
        boolean differ = false;
        for (int i = 0; i < 50; i++) {
            cells.draw(random);
            assertEquals(cells.drawn(0, 1), cells.drawn(1, 1));
            differ |= cells.drawn(0, 1) != cells.drawn(2, 1);
        }
        assertTrue(differ);
    }

    @Test
    void oneProcessTellsNoSpread() {
        assertFalse(new Resampled(List.of(new double[] {1, 2}, new double[] {3}), List.of(List.of(0, 1), List.of(0))).spread());
        assertTrue(new Resampled(List.of(new double[] {1, 2}), List.of(List.of(0, 1))).spread());
    }
}
