package dev.backbench.core.stats;

import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Summary.Cell;
import dev.backbench.core.store.RunFolder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The same cells in two runs: newer by older as speed, with Welch's interval over the logarithms of each process's median. */
public final class CellRatios {
    private final SampleTable before = new SampleTable(), after = new SampleTable();
    private final Map<CellKey, String> definitionsBefore = new HashMap<>(), definitionsAfter = new HashMap<>();
    private final Map<CellKey, Cell> cellsBefore = new HashMap<>(), cellsAfter = new HashMap<>();

    public CellRatios(RunFolder older, RunFolder newer) {
        older.rows(row -> take(row, before, definitionsBefore));
        newer.rows(row -> take(row, after, definitionsAfter));
        for (Cell cell : older.summary().cells()) cellsBefore.put(cell.key(), cell);
        for (Cell cell : newer.summary().cells()) cellsAfter.put(cell.key(), cell);
    }

    private static void take(Row row, SampleTable table, Map<CellKey, String> definitions) {
        table.add(row);
        // phases are stored in the cells of compile, under a definition of their own
        if (row.measure().defines(row.def())) definitions.putIfAbsent(row.cell(), row.def());
    }

    /** What the rows of a cell say they mean; null without rows. */
    public String definition(CellKey key, boolean older) {
        return (older ? definitionsBefore : definitionsAfter).get(key);
    }

    /** Hashes of what a cell's runs printed; empty without runs. */
    public Set<String> outputs(CellKey key, boolean older) {
        return (older ? before : after).cell(key).outputs();
    }

    /**
     * Newer by older, above 1 is better.
     *
     * @param level of confidence, such as 0.95
     * @param drift added to both sides of the interval, as a logarithm
     */
    public Interval of(CellKey key, double level, double drift) {
        double[] a = logs(cellsBefore.get(key), before), b = logs(cellsAfter.get(key), after);
        double sign = key.measure().higherIsBetter() ? 1 : -1;
        double ratio = StrictMath.exp(sign * (Intervals.median(b) - Intervals.median(a)));
        // a size is the same every time it is measured: it has no spread to estimate
        if (key.measure() == Measure.SIZE) return new Interval(ratio, ratio, ratio);
        if (a.length < 2 || b.length < 2 || !SummaryCells.known(cellsBefore.get(key)) || !SummaryCells.known(cellsAfter.get(key))) return new Interval(ratio, null, null);
        double va = Intervals.variance(a) / a.length, vb = Intervals.variance(b) / b.length, sum = va + vb;
        double degrees = sum == 0 ? a.length + b.length - 2.0 : sum * sum / (va * va / (a.length - 1) + vb * vb / (b.length - 1));
        double half = Intervals.quantile(degrees, level) * Math.sqrt(sum) + drift, centre = sign * (Intervals.mean(b) - Intervals.mean(a));
        return new Interval(ratio, Math.min(ratio, StrictMath.exp(centre - half)), Math.max(ratio, StrictMath.exp(centre + half)));
    }

    private static double[] logs(Cell cell, SampleTable table) {
        return Arrays.stream(SummaryCells.units(cell, table)).map(StrictMath::log).toArray();
    }
}
