package dev.backbench.core.stats;

import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Summary.Cell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The cells of a summary from the samples of a run. */
final class SummaryCells {
    private SummaryCells() {}

    static List<Cell> of(Manifest manifest, SampleTable table) {
        Map<CellKey, Agreement.Verdict> verdicts = Agreement.of(manifest, table);
        List<Cell> cells = new ArrayList<>();
        for (CellKey key : manifest.plan().cells()) cells.add(cell(key, table, verdicts.get(key)));
        return cells;
    }

    private static Cell cell(CellKey key, SampleTable table, Agreement.Verdict verdict) {
        CellSamples samples = table.cell(key);
        Status status = Agreement.status(samples.status(), verdict);
        if (samples.failure() != null || samples.sampleCount() == 0) return without(key, samples, status);
        double[][] processes = key.measure() == Measure.MEMORY ? above(samples.processes(), table.emptyPeak(key.backend())) : samples.processes();
        if (processes == null) {
            CellSamples empty = table.cell(SampleTable.empty(key.backend()));
            return new Cell(key.backend(), key.workload(), key.measure(), key.regime(), key.measure().unit(), null, null, null, 0, empty.status(),
                    "the empty program, from which memory is counted, has no sample: " + empty.reason());
        }
        boolean logarithmic = Arrays.stream(processes).allMatch(p -> Arrays.stream(p).allMatch(v -> v > 0));
        double[] units = Intervals.units(processes);
        Interval interval = logarithmic ? Intervals.of(processes) : new Interval(Intervals.median(units), null, null);
        String reason = status == Status.OK ? Notes.of(key.measure(), interval.median(), units.length, samples, verdict == null ? null : verdict.note())
                : status == Status.WRONG ? verdict.wrong() : samples.reason();
        boolean cold = key.measure() == Measure.COLD;
        double[] starts = cold ? Arrays.stream(processes).flatMapToDouble(Arrays::stream).toArray() : units;
        return new Cell(key.backend(), key.workload(), key.measure(), key.regime(), key.measure().unit(), interval.median(), interval.low(), interval.high(),
                cold ? Intervals.rank(starts, 0.9) : null, cold ? Intervals.rank(starts, 1) : null, units.length, status, reason,
                starts.length == units.length ? null : Integer.valueOf(starts.length));
    }

    /** Without samples that count; a timeout is a bound all the same: at least so long, at most so fast. */
    private static Cell without(CellKey key, CellSamples samples, Status status) {
        Row failure = samples.failure();
        Double bound = null;
        if (status == Status.TIMEOUT && failure.ns().wall() > 0 && key.measure() != Measure.SIZE && key.measure() != Measure.MEMORY) {
            bound = key.measure() == Measure.COMPILE ? failure.work().codeSectionBytes() * 1e3 / failure.ns().wall() : failure.ns().wall() / 1e6;
        }
        return new Cell(key.backend(), key.workload(), key.measure(), key.regime(), key.measure().unit(), bound, null, null, samples.sampleCount(), status, samples.reason());
    }

    /** Peaks above the empty program's, or null if that is not known. */
    private static double[][] above(double[][] peaks, double empty) {
        if (Double.isNaN(empty)) return null;
        return Arrays.stream(peaks).map(p -> Arrays.stream(p).map(v -> v - empty).toArray()).toArray(double[][]::new);
    }

    /** The independent samples behind a cell that is ok, in its unit. */
    static double[] units(Cell cell, SampleTable table) {
        double[][] processes = table.cell(cell.key()).processes();
        return Intervals.units(cell.measure() == Measure.MEMORY ? positive(above(processes, table.emptyPeak(cell.backend())), cell.median()) : processes);
    }

    /** Whether the units tell the cell's spread: not where it has enough of them and yet no interval, because some are {@link #positive made up}. */
    static boolean known(Cell cell) {
        return cell.n() < Intervals.FEWEST || cell.low() != null;
    }

    /** A peak below the empty program's is noise around the median, which is known to be above it. */
    private static double[][] positive(double[][] processes, double median) {
        return Arrays.stream(processes).map(p -> Arrays.stream(p).map(v -> v > 0 ? v : median).toArray()).toArray(double[][]::new);
    }
}
