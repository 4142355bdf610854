package dev.backbench.reports;

import dev.backbench.core.plan.Unit;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Gathers from rows, as they stream by, how compile time, cold start and size divide into parts. */
final class Splits {
    private static final String OTHER = "other";
    /** Parts in the order in which they happen; fused ones stand where their first one does, what is not named here comes after them, the rest last. */
    private static final List<String> ORDER =
        List.of("container", "start", "load", "read", "decode", "compile", "translate", "optimise", "select", "allocate", "emit", "assemble", "link", "instantiate", "call", "code", "constants");

    /** Sums of one back end on one program. */
    private static final class Sums {
        final Map<String, Double> parts = new LinkedHashMap<>();
        double work;
        int samples;
    }

    private final Map<String, Map<String, Sums>> phases = new LinkedHashMap<>(), size = new LinkedHashMap<>();
    private final Map<String, Map<String, Map<String, Sums>>> cold = new HashMap<>();
    private final Map<String, List<Double>> bare = new HashMap<>();
    private int starts;
    private double worst;

    private final List<String> backends;
    private final Set<String> programs;

    /** @param backends in the order in which they are shown @param programs those that count */
    Splits(List<String> backends, Set<String> programs) {
        this.backends = backends;
        this.programs = programs;
    }

    void add(Row row) {
        if (row.cell().backend().equals(Unit.NO_BACKEND) && row.status() == Status.OK) bare.computeIfAbsent(row.regime(), r -> new ArrayList<>()).add(row.ns().wall() / 1e6);
        if (row.warmup() || row.status() != Status.OK || !programs.contains(row.cell().workload())) return;
        if (row.measure() == Measure.COMPILE && !row.phasesNs().isEmpty()) timed(phases, row, row.work().codeSectionBytes());
        if (row.measure() == Measure.COLD && !row.phasesNs().isEmpty()) started(row);
        if (row.measure() == Measure.SIZE && row.code() != null && row.code().bytes() >= 0) sized(row);
    }

    private static void timed(Map<String, Map<String, Sums>> into, Row row, double work) {
        Sums sums = sums(into, row);
        long rest = row.ns().wall();
        for (Map.Entry<String, Long> phase : row.phasesNs().entrySet()) {
            sums.parts.merge(phase.getKey(), (double) phase.getValue(), Double::sum);
            rest -= phase.getValue();
        }
        if (rest > 0) sums.parts.merge(OTHER, (double) rest, Double::sum);
        sums.work += work;
        sums.samples++;
    }

    private void started(Row row) {
        timed(cold.computeIfAbsent(row.regime(), r -> new LinkedHashMap<>()), row, 1);
        long causes = 0;
        for (long cause : row.phasesNs().values()) causes += cause;
        worst = Math.max(worst, Math.abs((double) causes / row.ns().wall() - 1));
        starts++;
    }

    private void sized(Row row) {
        Sums sums = sums(size, row);
        if (sums.samples > 0) return; // the same each time
        sums.parts.put("code", (double) row.code().bytes());
        sums.parts.put("constants", (double) Math.max(0, row.code().constantBytes()));
        sums.work = row.work().codeSectionBytes();
        sums.samples = 1;
    }

    private static Sums sums(Map<String, Map<String, Sums>> into, Row row) {
        return into.computeIfAbsent(row.cell().backend(), k -> new LinkedHashMap<>()).computeIfAbsent(row.cell().workload(), k -> new Sums());
    }

    RunData.Split phases() {
        return split(phases);
    }

    /** By regime, in the order of reports. */
    Map<String, RunData.Split> cold() {
        Map<String, RunData.Split> splits = new LinkedHashMap<>();
        for (String regime : Measure.COLD.regimes()) {
            RunData.Split split = cold.containsKey(regime) ? split(cold.get(regime)) : RunData.Split.NONE;
            if (!split.parts().isEmpty()) splits.put(regime, split);
        }
        return splits;
    }

    RunData.Causes causes() {
        return new RunData.Causes(starts, worst);
    }

    /** Medians by regime, in milliseconds. */
    Map<String, Double> bare() {
        Map<String, Double> medians = new LinkedHashMap<>();
        for (String regime : Measure.COLD.regimes()) {
            if (!bare.containsKey(regime)) continue;
            double[] sorted = bare.get(regime).stream().mapToDouble(Double::doubleValue).sorted().toArray();
            medians.put(regime, (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2);
        }
        return medians;
    }

    RunData.Split size() {
        return split(size);
    }

    /** Each program's mean weighs by its work, so that the number of samples does not; programs that one back end lacks are left out for all. */
    private RunData.Split split(Map<String, Map<String, Sums>> gathered) {
        Set<String> common = null;
        for (Map<String, Sums> programs : gathered.values()) {
            if (common == null) common = new LinkedHashSet<>(programs.keySet());
            else common.retainAll(programs.keySet());
        }
        if (common == null || common.isEmpty()) return RunData.Split.NONE;
        Map<String, Map<String, Double>> result = new LinkedHashMap<>();
        List<String> shown = new ArrayList<>(gathered.keySet());
        shown.sort(Comparator.comparingInt(backends::indexOf));
        for (String backend : shown) result.put(backend, parts(gathered.get(backend), common));
        return new RunData.Split(result, common.size());
    }

    private static Map<String, Double> parts(Map<String, Sums> programs, Set<String> common) {
        Map<String, Double> parts = new LinkedHashMap<>();
        double work = 0;
        for (String program : common) {
            Sums sums = programs.get(program);
            work += sums.work / sums.samples;
            sums.parts.forEach((name, value) -> parts.merge(name, value / sums.samples, Double::sum));
        }
        double all = work;
        parts.replaceAll((name, value) -> value / all);
        return parts;
    }

    /** Names of parts, as they happen one after the other. */
    static List<String> inOrder(Set<String> names) {
        List<String> sorted = new ArrayList<>(names);
        sorted.sort(Comparator.comparingInt(Splits::position));
        return sorted;
    }

    private static int position(String part) {
        int at = ORDER.indexOf(part.substring(0, (part + "+").indexOf('+')));
        return at >= 0 ? at : part.equals(OTHER) ? ORDER.size() + 1 : ORDER.size();
    }
}
