package dev.backbench.core.verdict;

import dev.backbench.core.ExitCode;
import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Manifest.BackendEntry;
import dev.backbench.core.row.Manifest.WorkloadEntry;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Start;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Summary;
import dev.backbench.core.row.Summary.Cell;
import dev.backbench.core.row.Trial;
import dev.backbench.core.stats.CellRatios;
import dev.backbench.core.stats.Interval;
import dev.backbench.core.store.RunFolder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Two runs against each other, cell by cell. A verdict is better or worse only if the interval of the ratio, made stricter for the number of cells looked
 * at (Bonferroni) and wider by how much the canary says the machine's own speed changed, lies beyond {@link #MARGIN}; same only if the 95% interval lies within it.
 */
public final class Diff {
    /** Changes below this are not worth a verdict, as a fraction. */
    public static final double MARGIN = 0.03;
    private static final double ALPHA = 0.05;
    private static final String INCOMPARABLE = "not comparable: ";

    public enum Verdict {
        BETTER, SAME, UNSURE, WORSE,
        /** of different workloads, machines, definitions or options, or without a figure on a side */
        NOT_COMPARABLE
    }

    /**
     * @param ratio new by old, as speed: above 1 is better whatever the measure; null if not comparable
     * @param smallest the smallest change this cell could have shown, as a fraction; null if unknown
     * @param reason why it is not comparable or unsure, or what became of a cell that was ok; null otherwise
     */
    public record CellDiff(CellKey cell, Verdict verdict, Double ratio, Double low, Double high, Double smallest, String reason) {}

    /** @param exit {@link ExitCode#REGRESSION} if any cell is worse, else {@link ExitCode#UNSURE} if any is unsure or none could be compared, else {@link ExitCode#OK} */
    public record Result(String oldRun, String newRun, List<CellDiff> cells, ExitCode exit) {}

    private final RunFolder older, newer;
    private final CellRatios ratios;
    /** Logarithm of how much the canary's time differs between the runs, without its sign. */
    private final double drift;

    private Diff(RunFolder older, RunFolder newer) {
        this.older = older;
        this.newer = newer;
        ratios = new CellRatios(older, newer);
        double before = canary(older), after = canary(newer);
        drift = before > 0 && after > 0 ? Math.abs(StrictMath.log(after / before)) : 0;
    }

    /** Cells of either run, the newer one's first. */
    public static Result of(RunFolder older, RunFolder newer) {
        return new Diff(older, newer).result();
    }

    private Result result() {
        Map<CellKey, Cell> before = cells(older.summary()), after = cells(newer.summary());
        Map<CellKey, String> obstacles = new LinkedHashMap<>();
        for (CellKey key : after.keySet()) obstacles.put(key, before.containsKey(key) ? obstacle(key, before.get(key), after.get(key)) : "not in the older run");
        for (CellKey key : before.keySet()) if (!after.containsKey(key)) obstacles.put(key, "not in the newer run");
        int compared = Math.max(1, (int) obstacles.values().stream().filter(Objects::isNull).count());
        List<CellDiff> cells = new ArrayList<>();
        obstacles.forEach((key, obstacle) -> cells.add(obstacle == null ? judge(key, compared) : without(key, before.get(key), after.get(key), obstacle)));
        boolean worse = cells.stream().anyMatch(c -> c.verdict() == Verdict.WORSE);
        boolean unsure = cells.stream().anyMatch(c -> c.verdict() == Verdict.UNSURE) || obstacles.values().stream().allMatch(Objects::nonNull);
        return new Result(older.manifest().run(), newer.manifest().run(), cells, worse ? ExitCode.REGRESSION : unsure ? ExitCode.UNSURE : ExitCode.OK);
    }

    private static Map<CellKey, Cell> cells(Summary summary) {
        Map<CellKey, Cell> cells = new LinkedHashMap<>();
        for (Cell cell : summary.cells()) cells.put(cell.key(), cell);
        return cells;
    }

    /**
     * A cell that was ok and is no longer is worse, whatever its time was, as long as it is the same cell; unsure if the newer run did not come to it or was not
     * asked for it.
     */
    private CellDiff without(CellKey key, Cell before, Cell after, String obstacle) {
        boolean lost = before != null && before.status() == Status.OK && (after == null || after.status() != Status.OK);
        if (!lost || !machine() || obstacle.startsWith(INCOMPARABLE)) {
            return new CellDiff(key, Verdict.NOT_COMPARABLE, null, null, null, null, obstacle);
        }
        Verdict verdict = after == null || after.status().pending() ? Verdict.UNSURE : Verdict.WORSE;
        String now = after == null ? "not in the newer run" : "now " + after.status().label() + (after.reason() == null ? "" : ": " + after.reason());
        return new CellDiff(key, verdict, null, null, null, null, "was ok, " + now);
    }

    /** Why the figures of a cell cannot be compared, or null if they can. */
    private String obstacle(CellKey key, Cell before, Cell after) {
        Manifest a = older.manifest(), b = newer.manifest();
        if (!workload(a, key).sha256().equals(workload(b, key).sha256())) return INCOMPARABLE + "workload hash differs";
        if (!machine()) return INCOMPARABLE + "machine differs";
        boolean runs = key.measure() == Measure.RUN || key.measure() == Measure.COLD;
        if (runs && !workload(a, key).arguments().equals(workload(b, key).arguments())) return INCOMPARABLE + "workload arguments differ";
        // right in both runs, and yet not the same: then its input was another
        if (runs && before.status() == Status.OK && after.status() == Status.OK && !ratios.outputs(key, true).equals(ratios.outputs(key, false))) return INCOMPARABLE + "outputs differ";
        String was = ratios.definition(key, true), is = ratios.definition(key, false);
        // a cell without rows means nothing else
        if (was != null && is != null && !was.equals(is)) return INCOMPARABLE + "definition differs";
        BackendEntry x = backend(a, key), y = backend(b, key);
        if (!x.optionsDigest().equals(y.optionsDigest())) return INCOMPARABLE + "options differ";
        if (!Objects.equals(a.jvm().flags(), b.jvm().flags())) return INCOMPARABLE + "the workers' JVM flags differ";
        if (key.regime().equals(Regime.FIRST) || Start.of(key.regime()) != null) {
            if (!Objects.equals(a.jvm().briefFlags(), b.jvm().briefFlags())) return INCOMPARABLE + "the JVM flags of workers for one module differ";
        }
        if ((a.jvm().aotCache() == null) != (b.jvm().aotCache() == null)) return INCOMPARABLE + "the workers of one run started from a start-up cache";
        for (Cell cell : List.of(before, after)) {
            if (cell.status() == Status.OK && cell.median() != null) continue;
            return "no figure in the " + (cell == before ? "older" : "newer") + " run: " + cell.status().label() + (cell.reason() == null ? "" : ": " + cell.reason());
        }
        return null;
    }

    /** Whether both runs were on one. */
    private boolean machine() {
        String id = older.manifest().machine().id();
        return id != null && id.equals(newer.manifest().machine().id());
    }

    private static WorkloadEntry workload(Manifest manifest, CellKey key) {
        return manifest.workloads().stream().filter(w -> w.name().equals(key.workload())).findFirst().orElseThrow();
    }

    private static BackendEntry backend(Manifest manifest, CellKey key) {
        return manifest.backends().stream().filter(w -> w.backend().equals(key.backend())).findFirst().orElseThrow();
    }

    private CellDiff judge(CellKey key, int compared) {
        Interval plain = ratios.of(key, 1 - ALPHA, drift), strict = ratios.of(key, 1 - ALPHA / compared, drift);
        if (plain.low() == null) return new CellDiff(key, Verdict.UNSURE, plain.median(), null, null, null, "too few samples for an interval");
        double smallest = Math.max(strict.high() / strict.median(), strict.median() / strict.low()) * (1 + MARGIN) - 1;
        Verdict verdict = verdict(plain, strict);
        String reason = verdict != Verdict.UNSURE ? null : "could only have shown changes over " + change(smallest);
        return new CellDiff(key, verdict, plain.median(), plain.low(), plain.high(), smallest, reason);
    }

    /** A change as people read it: in per cent while it is less than double, then as a factor, of which no more is known than that it is large. */
    public static String change(double fraction) {
        if (fraction < 1) return String.format(Locale.ROOT, fraction < 0.0995 ? "%.1f%%" : "%.0f%%", 100 * fraction);
        return 1 + fraction < 100 ? Sentences.factor(1 + fraction) + "x" : "100x";
    }

    private static Verdict verdict(Interval plain, Interval strict) {
        if (plain.low() >= 1 - MARGIN && plain.high() <= 1 + MARGIN) return Verdict.SAME;
        if (strict.high() < 1 - MARGIN) return Verdict.WORSE;
        return strict.low() > 1 + MARGIN ? Verdict.BETTER : Verdict.UNSURE;
    }

    private static double canary(RunFolder run) {
        double[] times = run.trials().stream().map(Trial::canary).flatMap(List::stream).filter(t -> t > 0).mapToDouble(Long::doubleValue).sorted().toArray();
        return times.length == 0 ? -1 : times[times.length / 2];
    }
}
