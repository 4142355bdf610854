package dev.backbench.core.stats;

import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Manifest.BackendEntry;
import dev.backbench.core.row.Manifest.WorkloadEntry;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Start;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Summary;
import dev.backbench.core.row.Summary.Cell;
import dev.backbench.core.row.Summary.Dropped;
import dev.backbench.core.row.Summary.Total;
import dev.backbench.core.row.Summary.Unranked;
import dev.backbench.workloads.Workload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Headline figures: for each measure and regime, and each set of programs that may be pooled, the geometric mean over families of paired ratios against the
 * reference, over the programs that are ok in every ranked back end. Intervals say how well these programs were measured; they say nothing about other programs.
 */
final class Totals {
    /** Share of the region in host functions from which on a program measures the host. */
    private static final double MOST_HOST = 0.02;

    /** What one total is over: back ends that are ranked, and programs that are common to them. */
    record Pool(List<String> ranked, List<WorkloadEntry> common) {}

    private final Manifest manifest;
    private final SampleTable table;
    private final List<Cell> cells;
    final List<Total> totals = new ArrayList<>();
    final List<Dropped> dropped = new ArrayList<>();
    /** Of every back end, measure, regime and set; without a reason where it is ranked. */
    private final List<Unranked> verdicts = new ArrayList<>();
    private final Map<String, Pool> pools = new LinkedHashMap<>();

    Totals(Manifest manifest, SampleTable table, List<Cell> cells) {
        this.manifest = manifest;
        this.table = table;
        this.cells = cells;
        Set<String> sets = new LinkedHashSet<>();
        for (WorkloadEntry workload : manifest.workloads()) sets.add(workload.origin());
        Map<Measure, Set<String>> regimes = new LinkedHashMap<>();
        for (Cell cell : cells) regimes.computeIfAbsent(cell.measure(), m -> new LinkedHashSet<>()).add(cell.regime());
        regimes.forEach((measure, names) -> {
            for (String regime : names) for (String set : sets) total(measure, regime, set);
        });
    }

    private void total(Measure measure, String regime, String set) {
        List<WorkloadEntry> programs = manifest.workloads().stream().filter(w -> w.origin().equals(set)).toList();
        Map<String, Map<String, Cell>> byBackend = new LinkedHashMap<>();
        for (Cell cell : cells) {
            boolean member = cell.measure() == measure && cell.regime().equals(regime) && programs.stream().anyMatch(w -> w.name().equals(cell.workload()));
            if (member) byBackend.computeIfAbsent(cell.backend(), b -> new LinkedHashMap<>()).put(cell.workload(), cell);
        }
        // a program without cells for the measure was never in question
        List<WorkloadEntry> asked = programs.stream().filter(w -> byBackend.values().stream().allMatch(own -> own.containsKey(w.name()))).toList();
        if (byBackend.isEmpty()) return;
        // what the reference does not take is compared with the first back end that takes it
        String name = manifest.plan().reference();
        BackendEntry reference = Ranking.entry(manifest, byBackend.containsKey(name) ? name : byBackend.keySet().iterator().next());
        List<String> ranked = new ArrayList<>();
        boolean several = measure == Measure.COLD && cells.stream().anyMatch(c -> c.measure() == measure && !c.regime().equals(regime));
        byBackend.forEach((backend, own) -> {
            String obstacle = Ranking.obstacle(Ranking.entry(manifest, backend), reference, measure, List.copyOf(own.values()), cells, Workload.isOfModules(set));
            if (obstacle == null) ranked.add(backend);
            if (obstacle == null || !several || own.values().stream().anyMatch(c -> c.status() != Status.UNSUPPORTED)) {
                verdicts.add(new Unranked(backend, measure, obstacle, regime, set));
            }
        });
        List<WorkloadEntry> common = new ArrayList<>();
        for (WorkloadEntry program : asked) {
            Dropped drop = drop(measure, regime, set, program.name(), ranked, byBackend);
            if (drop == null) common.add(program);
            else if (!ranked.isEmpty()) dropped.add(drop);
        }
        if (common.isEmpty()) return;
        pools.put(pool(measure, regime, set), new Pool(ranked, common));
        boolean usual = reference.backend().equals(name), ratios = ranked.contains(reference.backend()) && (usual || ranked.size() > 1);
        for (String backend : ranked) {
            Interval ratio = ratios ? ratio(measure, common, byBackend.get(backend), byBackend.get(reference.backend())) : null;
            totals.add(new Total(backend, measure, regime, set, measure.unit(), ratio == null ? null : ratio.median(), ratio == null ? null : ratio.low(),
                    ratio == null ? null : ratio.high(), absolute(measure, common, byBackend.get(backend)), perOperation(measure, common, byBackend.get(backend)), common.size(),
                    asked.size(), ratios && !usual ? reference.backend() : null));
        }
    }

    private static String pool(Measure measure, String regime, String set) {
        return measure.label() + '|' + regime + '|' + set;
    }

    /** @return null if there is no total */
    Pool pool(String set, Measure measure, String regime) {
        return pools.get(pool(measure, regime, set));
    }

    /** Why a program cannot be in the total, or null if it can. */
    private Dropped drop(Measure measure, String regime, String set, String program, List<String> ranked, Map<String, Map<String, Cell>> byBackend) {
        for (String backend : ranked) {
            Cell cell = byBackend.get(backend).get(program);
            if (cell.status() != Status.OK) return new Dropped(measure, regime, set, program, backend, cell.status(), cell.reason());
        }
        for (String backend : ranked) {
            Cell cell = byBackend.get(backend).get(program);
            String why = null;
            if (measure == Measure.RUN && Notes.micro(cell)) why = "micro: its region is too short to time";
            double host = table.cell(cell.key()).hostShare();
            if (measure == Measure.RUN && host > MOST_HOST) why = Notes.percent(host) + " of its region is in host functions";
            if (cell.median() == null || !(cell.median() > 0)) why = "nothing above the empty program's";
            if (why != null) return new Dropped(measure, regime, set, program, backend, cell.status(), why);
        }
        return null;
    }

    /** Paired with the reference: above 1 is better, whatever the measure. */
    private Interval ratio(Measure measure, Collection<WorkloadEntry> programs, Map<String, Cell> own, Map<String, Cell> reference) {
        Map<String, Integer> families = new LinkedHashMap<>();
        for (WorkloadEntry program : programs) families.merge(program.family(), 1, Integer::sum);
        Resampled a = resampled(programs, own), b = resampled(programs, reference);
        Resampled up = measure.higherIsBetter() ? a : b, down = measure.higherIsBetter() ? b : a;
        double[] weights = programs.stream().mapToDouble(p -> 1.0 / (families.size() * families.get(p.family()))).toArray();
        double centre = 0;
        for (int i = 0; i < weights.length; i++) centre += weights[i] * (up.log(i) - down.log(i));
        if (own == reference) return new Interval(1, 1.0, 1.0);
        if (!a.spread() || !b.spread()) return new Interval(StrictMath.exp(centre), null, null);
        double factor = Resampled.studentFactor(a.degrees() + b.degrees());
        return Intervals.percentiles(StrictMath.exp(centre), Intervals.resample(random -> {
            up.draw(random);
            down.draw(random);
            double sum = 0;
            for (int i = 0; i < weights.length; i++) sum += weights[i] * (up.drawn(i, factor) - down.drawn(i, factor));
            return StrictMath.exp(sum);
        }));
    }

    private Resampled resampled(Collection<WorkloadEntry> programs, Map<String, Cell> own) {
        return Resampled.of(programs.stream().map(program -> own.get(program.name())).toList(), table);
    }

    private static Double absolute(Measure measure, List<WorkloadEntry> programs, Map<String, Cell> own) {
        double work = 0, sum = 0;
        for (WorkloadEntry program : programs) {
            double median = own.get(program.name()).median(), bytes = program.codeSectionBytes();
            work += bytes;
            // sums of what adds up: seconds for a throughput, bytes for a ratio of bytes
            sum += measure == Measure.COMPILE ? bytes / median : measure == Measure.SIZE ? median * bytes : median;
        }
        return measure == Measure.COMPILE ? Double.valueOf(work / sum) : measure == Measure.SIZE ? Double.valueOf(sum / work) : Double.valueOf(sum);
    }

    /** Nanoseconds of compiling by Wasm operation; null of other measures, and if a program's operations are not known. */
    private static Double perOperation(Measure measure, List<WorkloadEntry> programs, Map<String, Cell> own) {
        if (measure != Measure.COMPILE) return null;
        double nanos = 0, operations = 0;
        for (WorkloadEntry program : programs) {
            if (program.operations() <= 0) return null;
            operations += program.operations();
            nanos += program.codeSectionBytes() * 1e3 / own.get(program.name()).median();
        }
        return nanos / operations;
    }

    /** One back end's seconds to compile and to run the programs, in one resample. */
    record Seconds(double compile, double run) {}

    /** @param random null for the medians as measured @param factor widens the draws */
    static Seconds seconds(List<WorkloadEntry> programs, Resampled compile, Resampled run, SplittableRandom random, double factor) {
        if (random != null) {
            compile.draw(random);
            run.draw(random);
        }
        double c = 0, r = 0;
        for (int i = 0; i < programs.size(); i++) {
            double rate = random == null ? compile.log(i) : compile.drawn(i, factor), time = random == null ? run.log(i) : run.drawn(i, factor);
            c += programs.get(i).codeSectionBytes() / (StrictMath.exp(rate) * 1e6);
            r += StrictMath.exp(time) / 1e3;
        }
        return new Seconds(c, r);
    }

    /** Those with a reason, with regime and set only where the reason is not the same in all. */
    private List<Unranked> unranked() {
        Set<Unranked> unranked = new LinkedHashSet<>();
        for (Unranked v : verdicts) {
            if (v.reason() == null) continue;
            boolean regime = false, set = false;
            for (Unranked other : verdicts) {
                if (!other.backend().equals(v.backend()) || other.measure() != v.measure() || v.reason().equals(other.reason())) continue;
                regime |= other.set().equals(v.set());
                set |= other.regime().equals(v.regime());
            }
            unranked.add(new Unranked(v.backend(), v.measure(), v.reason(), regime ? v.regime() : null, set ? v.set() : null));
        }
        return List.copyOf(unranked);
    }

    Summary with(List<Summary.BreakEven> breakEven, int schema) {
        return new Summary(schema, manifest.run(), manifest.plan().reference(), cells, totals, dropped, unranked(), breakEven);
    }
}
