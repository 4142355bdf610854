package dev.backbench.reports;

import dev.backbench.core.Commands;
import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Summary;
import dev.backbench.core.stats.Ranking;
import dev.backbench.core.store.RunFolder;
import dev.backbench.workloads.Origin;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * All that a report shows of one run, from its stored files only.
 *
 * @param phases compile time by phase, nanoseconds per byte of code section
 * @param cold time to the first mark by cause, nanoseconds per start; by regime, in the order of reports
 * @param size machine code and constants, bytes per byte of code section
 * @param bare milliseconds until a process or container that does nothing is heard, by regime
 */
public record RunData(Manifest manifest, Summary summary, Split phases, Map<String, Split> cold, Split size, Causes causes, Map<String, Double> bare) {
    /**
     * Whether the causes of cold starts explain them.
     *
     * @param starts how many were split
     * @param worst the largest distance, of all of them, between the sum of the causes and the whole, as a share of the whole
     */
    public record Causes(int starts, double worst) {}

    /**
     * Parts of a whole per back end, over the programs that all of these back ends have samples of, so that bars compare.
     *
     * @param parts by back end in the plan's order, then by part
     * @param programs how many
     */
    public record Split(Map<String, Map<String, Double>> parts, int programs) {
        public static final Split NONE = new Split(Map.of(), 0);

        /** Every part's name that any back end has, in the order in which they happen. */
        public List<String> names() {
            Set<String> names = new LinkedHashSet<>();
            parts.values().forEach(p -> names.addAll(p.keySet()));
            return Splits.inOrder(names);
        }

        public double whole(String backend) {
            double sum = 0;
            for (double part : parts.getOrDefault(backend, Map.of()).values()) sum += part;
            return sum;
        }
    }

    public static RunData read(RunFolder folder) {
        return of(folder.manifest(), folder.summary(), folder::rows);
    }

    /** @param rows gives each row to whoever it is given */
    public static RunData of(Manifest manifest, Summary summary, Consumer<Consumer<Row>> rows) {
        List<String> sets = sets(manifest, summary);
        Set<String> programs = new HashSet<>();
        for (Manifest.WorkloadEntry w : manifest.workloads()) if (w.origin().equals(sets.getFirst())) programs.add(w.name());
        Splits splits = new Splits(manifest.plan().backends(), programs);
        rows.accept(splits::add);
        return new RunData(manifest, summary, splits.phases(), splits.cold(), splits.size(), splits.causes(), splits.bare());
    }

    /** The sets of programs that there are totals of, which are never pooled, our own first; one at least. The first is the one that bars are of. */
    public List<String> sets() {
        return sets(manifest, summary);
    }

    /** What ratios of a set are to; null if there is none. */
    String reference(String set) {
        for (Summary.Total t : summary.totals()) if (t.set().equals(set) && t.against() != null) return t.against();
        return summary.reference();
    }

    /** Whether some programs are handed over as they were written. */
    boolean otherLanguages() {
        return manifest.workloads().stream().anyMatch(w -> w.origin().endsWith("-js") || w.origin().endsWith("-python"));
    }

    private static List<String> sets(Manifest manifest, Summary summary) {
        Set<String> present = new LinkedHashSet<>();
        for (Summary.Total t : summary.totals()) present.add(t.set());
        List<String> sets = new ArrayList<>();
        for (Origin origin : Origin.values()) if (present.remove(origin.label())) sets.add(origin.label());
        sets.addAll(present);
        if (sets.isEmpty()) sets.add(manifest.workloads().isEmpty() ? Origin.OWN.label() : manifest.workloads().getFirst().origin());
        return sets;
    }

    /** Back ends of the run in the plan's order, unavailable ones included. */
    public List<String> backends() {
        return manifest.plan().backends();
    }

    /** @return null if there is none */
    public Manifest.BackendEntry backend(String name) {
        for (Manifest.BackendEntry entry : manifest.backends()) if (entry.backend().equals(name)) return entry;
        return null;
    }

    /** @return null if there is none */
    public Summary.Total total(String set, String backend, Measure measure, String regime) {
        for (Summary.Total t : summary.totals()) {
            if (t.set().equals(set) && t.backend().equals(backend) && t.measure() == measure && t.regime().equals(regime)) return t;
        }
        return null;
    }

    /** Whether a cell's program is of a set. */
    boolean member(String set, Summary.Cell cell) {
        return manifest.workloads().stream().anyMatch(w -> w.name().equals(cell.workload()) && w.origin().equals(set));
    }

    /** Whether a cell counts in the total of its measure, regime and set. */
    boolean common(String set, Summary.Cell cell) {
        return member(set, cell) && summary.dropped().stream().noneMatch(d -> d.set().equals(set) && d.measure() == cell.measure() && d.regime().equals(cell.regime())
            && d.workload().equals(cell.workload()));
    }

    /** @return null if there is none */
    public Summary.Cell cell(String backend, String workload, Measure measure, String regime) {
        for (Summary.Cell c : summary.cells()) {
            if (c.backend().equals(backend) && c.workload().equals(workload) && c.measure() == measure && c.regime().equals(regime)) return c;
        }
        return null;
    }

    /** Regimes that the summary has for a measure, in the measure's order, others (such as {@code self-warm}) after them. */
    public List<String> regimes(Measure measure) {
        Set<String> present = new TreeSet<>();
        for (Summary.Cell c : summary.cells()) if (c.measure() == measure) present.add(c.regime());
        List<String> regimes = new ArrayList<>();
        for (String regime : measure.regimes()) if (present.remove(regime)) regimes.add(regime);
        regimes.addAll(present);
        return regimes;
    }

    /** Whether the figures of a back end under a measure may be ranked. What was not reached in one regime has no figures there, and says nothing of another's. */
    public boolean ranked(String backend, Measure measure) {
        return summary.unranked().stream().allMatch(u -> !u.backend().equals(backend) || u.measure() != measure || u.reason().equals(Ranking.NOT_REACHED));
    }

    /** Cells that ended badly, in the summary's order. */
    public List<Summary.Cell> failures() {
        return summary.cells().stream().filter(c -> c.status().failure()).toList();
    }

    /** The command that repeats a cell alone. */
    public String repeat(Summary.Cell cell) {
        String workload = cell.workload();
        for (Manifest.WorkloadEntry w : manifest.workloads()) {
            if (w.name().equals(cell.workload()) && w.origin().startsWith(Origin.FOLDER.label())) workload = w.source(); // named by its file
        }
        return Commands.trial(cell.backend(), workload, cell.measure(), cell.regime(), manifest.argv());
    }
}
