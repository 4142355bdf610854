package dev.backbench.core.stats;

import dev.backbench.core.plan.TaskList;
import dev.backbench.core.plan.Unit;
import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Start;
import dev.backbench.core.row.Status;
import java.util.LinkedHashMap;
import java.util.Map;

/** Rows sorted into cells: what is known of a run so far. */
public final class SampleTable {
    private final Map<CellKey, CellSamples> cells = new LinkedHashMap<>();

    public void add(Row row) {
        cells.computeIfAbsent(row.cell(), key -> new CellSamples()).add(row);
    }

    CellSamples cell(CellKey key) {
        return cells.computeIfAbsent(key, k -> new CellSamples());
    }

    /** Processes that gave the cell a sample. */
    public int processes(CellKey key) {
        return cell(key).processCount();
    }

    public int samples(CellKey key) {
        return cell(key).sampleCount();
    }

    public boolean failed(CellKey key) {
        return cell(key).failure() != null;
    }

    public Status status(CellKey key) {
        return cell(key).status();
    }

    public String reason(CellKey key) {
        return cell(key).reason();
    }

    /** Width of the cell's interval by its median; infinite with too few independent samples for one. */
    public double relativeWidth(CellKey key) {
        Interval interval = Intervals.of(cell(key).processes());
        return interval == null || interval.low() == null ? Double.POSITIVE_INFINITY : (interval.high() - interval.low()) / interval.median();
    }

    /** The cell that a back end's memory is counted from; never in a plan. */
    public static CellKey empty(String backend) {
        return new CellKey(backend, TaskList.EMPTY_NAME, Measure.MEMORY, Regime.FIRST);
    }

    /** The cell of a process or container that does nothing; never in a plan. */
    public static CellKey bare(Start start) {
        return new CellKey(Unit.NO_BACKEND, TaskList.EMPTY_NAME, Measure.COLD, start.regime());
    }

    /** Median peak of the back end's worker on the empty program, in MB; not a number without a sample. */
    double emptyPeak(String backend) {
        double[][] peaks = cell(empty(backend)).processes();
        return peaks.length == 0 ? Double.NaN : Intervals.of(peaks).median();
    }
}
