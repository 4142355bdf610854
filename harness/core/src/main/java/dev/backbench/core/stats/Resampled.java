package dev.backbench.core.stats;

import dev.backbench.core.row.Summary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * One back end's cells as random draws, in the order of the programs. Processes are resampled, and with a process all programs that it measured, because they share
 * its luck: the mean over many programs of few processes is hardly better known than one of them. Cells measured in other processes are drawn by themselves.
 *
 * <p>Deviations are widened by the square root of n / (n - 1), because a resample of n varies less than a sample of n does. On a logarithmic scale, so that a draw
 * is positive.
 */
final class Resampled {
    private final double[][] logs;
    private final double[] medians;
    /** By cell: which of {@link #drawn} is its. */
    private final int[] group;
    /** Positions of the processes drawn, one array for each set of processes that measured cells. */
    private final int[][] drawn;
    private boolean spread = true;

    /**
     * @param units by cell, one value for each of its processes, all positive; at least one
     * @param processes by cell, which they are
     */
    Resampled(List<double[]> units, List<List<Integer>> processes) {
        logs = units.stream().map(values -> Arrays.stream(values).map(StrictMath::log).toArray()).toArray(double[][]::new);
        medians = Arrays.stream(logs).mapToDouble(Intervals::median).toArray();
        group = new int[logs.length];
        Map<List<Integer>, Integer> groups = new LinkedHashMap<>();
        for (int cell = 0; cell < logs.length; cell++) {
            group[cell] = groups.computeIfAbsent(processes.get(cell), p -> groups.size());
            spread &= logs[cell].length > 1;
        }
        drawn = groups.keySet().stream().map(list -> new int[list.size()]).toArray(int[][]::new);
    }

    /** Of cells that are ok. */
    static Resampled of(List<Summary.Cell> cells, SampleTable table) {
        List<double[]> units = new ArrayList<>();
        List<List<Integer>> processes = new ArrayList<>();
        for (Summary.Cell cell : cells) {
            units.add(SummaryCells.units(cell, table));
            processes.add(table.cell(cell.key()).trials());
        }
        Resampled all = new Resampled(units, processes);
        for (Summary.Cell cell : cells) all.spread &= SummaryCells.known(cell);
        return all;
    }

    /** Logarithm of a cell's median as measured. */
    double log(int cell) {
        return medians[cell];
    }

    /** Whether anything is known about the spread of every cell. */
    boolean spread() {
        return spread;
    }

    /** Processes beyond the first, of each set of processes. */
    int degrees() {
        int degrees = 0;
        for (int[] processes : drawn) degrees += processes.length - 1;
        return degrees;
    }

    /** Draws anew. */
    void draw(SplittableRandom random) {
        for (int[] processes : drawn) for (int i = 0; i < processes.length; i++) processes[i] = random.nextInt(processes.length);
    }

    /** Logarithm of a cell's median in what was drawn last. @param factor widens further */
    double drawn(int cell, double factor) {
        int[] processes = drawn[group[cell]];
        double[] values = new double[processes.length];
        for (int i = 0; i < values.length; i++) values[i] = logs[cell][processes[i]];
        double widening = values.length > 1 ? Math.sqrt(values.length / (values.length - 1.0)) : 1;
        return medians[cell] + (Intervals.median(values) - medians[cell]) * widening * factor;
    }

    /** How much wider than the normal distribution's an interval with that many degrees of freedom is. */
    static double studentFactor(int degrees) {
        return Intervals.quantile(degrees) / Intervals.quantile(1e6);
    }
}
