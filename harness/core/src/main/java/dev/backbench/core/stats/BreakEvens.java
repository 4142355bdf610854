package dev.backbench.core.stats;

import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Manifest.WorkloadEntry;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Summary.BreakEven;
import dev.backbench.core.row.Summary.Cell;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * After how many runs of the programs a back end that compiles more slowly has paid for itself: where {@code compile + n * run} of two back ends cross, over
 * the programs that are in both totals, of compile (regime {@code first}) and of run, if both back ends are ranked there. The interval is unbounded where some resamples never cross.
 */
final class BreakEvens {
    private final Manifest manifest;
    private final SampleTable table;
    private final List<Cell> cells;
    private final Totals totals;

    private BreakEvens(Manifest manifest, SampleTable table, List<Cell> cells, Totals totals) {
        this.manifest = manifest;
        this.table = table;
        this.cells = cells;
        this.totals = totals;
    }

    static List<BreakEven> of(Manifest manifest, SampleTable table, List<Cell> cells, Totals totals) {
        BreakEvens all = new BreakEvens(manifest, table, cells, totals);
        String reference = manifest.plan().reference();
        Set<String> sets = new LinkedHashSet<>();
        for (WorkloadEntry workload : manifest.workloads()) sets.add(workload.origin());
        List<BreakEven> found = new ArrayList<>();
        if (reference == null) return found;
        for (Manifest.BackendEntry backend : manifest.backends()) {
            if (backend.backend().equals(reference)) continue;
            for (String set : sets) {
                BreakEven one = all.between(backend.backend(), reference, set);
                if (one != null) found.add(one);
            }
        }
        return found;
    }

    /** The samples of one back end on the common programs. */
    private record Side(Resampled compile, Resampled run) {
        boolean spread() {
            return compile.spread() && run.spread();
        }

        int degrees() {
            return compile.degrees() + run.degrees();
        }
    }

    private BreakEven between(String backend, String reference, String set) {
        Totals.Pool compiled = totals.pool(set, Measure.COMPILE, Regime.FIRST), ran = totals.pool(set, Measure.RUN, Regime.STEADY);
        if (compiled == null || ran == null) return null;
        List<String> both = List.of(backend, reference);
        List<WorkloadEntry> common = compiled.common().stream().filter(ran.common()::contains).toList();
        if (common.isEmpty() || !compiled.ranked().containsAll(both) || !ran.ranked().containsAll(both)) return null;
        Side own = side(backend, common), other = side(reference, common);
        Totals.Seconds a = Totals.seconds(common, own.compile, own.run, null, 1), b = Totals.seconds(common, other.compile, other.run, null, 1);
        double runs = runs(a, b);
        String payer = Double.isInfinite(runs) ? null : a.compile() > b.compile() ? backend : reference;
        boolean ahead = a.compile() < b.compile() || a.run() < b.run(), behind = a.compile() > b.compile() || a.run() > b.run();
        String winner = payer != null || ahead == behind ? null : ahead ? backend : reference;
        Double finite = Double.isInfinite(runs) ? null : runs, seconds = finite == null ? null : runs * b.run();
        if (!own.spread() || !other.spread()) return new BreakEven(backend, payer, Regime.FIRST, set, finite, null, null, seconds, winner);
        double factor = Resampled.studentFactor(own.degrees() + other.degrees());
        Interval interval = Intervals.percentiles(runs, Intervals.resample(random -> runs(Totals.seconds(common, own.compile, own.run, random, factor),
                Totals.seconds(common, other.compile, other.run, random, factor))));
        return new BreakEven(backend, payer, Regime.FIRST, set, finite, interval.low(), interval.high(), seconds, winner);
    }

    /** Infinite if one is ahead in both. */
    private static double runs(Totals.Seconds a, Totals.Seconds b) {
        double compile = a.compile() - b.compile(), run = b.run() - a.run();
        return compile * run > 0 ? compile / run : Double.POSITIVE_INFINITY;
    }

    private Side side(String backend, List<WorkloadEntry> programs) {
        return new Side(resampled(backend, programs, Measure.COMPILE), resampled(backend, programs, Measure.RUN));
    }

    private Resampled resampled(String backend, List<WorkloadEntry> programs, Measure measure) {
        return Resampled.of(programs.stream().map(w -> cell(backend, w, measure)).toList(), table);
    }

    private Cell cell(String backend, WorkloadEntry w, Measure measure) {
        for (Cell cell : cells) {
            boolean same = cell.backend().equals(backend) && cell.workload().equals(w.name()) && cell.measure() == measure;
            if (same && (measure != Measure.COMPILE || cell.regime().equals(Regime.FIRST))) return cell;
        }
        return null;
    }
}
