package dev.backbench.core.plan;

import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Start;
import dev.backbench.workloads.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which cells a plan has.
 *
 * @param fresh programs that are started in processes of their own
 * @param started programs whose cold start is measured
 * @param steady what the rounds of compiles amount to
 */
record Cells(List<Workload> workloads, Set<String> fresh, Set<String> started, List<Measure> measures, List<Start> starts, String steady) {
    /** In the order of back ends, workloads, measures, regimes. */
    List<CellKey> of(List<Backends.Chosen> chosen) {
        List<CellKey> cells = new ArrayList<>();
        for (Backends.Chosen c : chosen) {
            boolean none = workloads.stream().noneMatch(c::takes); // then its cells say so
            for (Workload w : workloads) {
                if (!none && !c.takes(w)) continue;
                for (Measure measure : measures) if (none || defined(measure, w)) for (String regime : regimes(c, w, measure)) cells.add(new CellKey(c.name(), w.name(), measure, regime));
            }
        }
        return List.copyOf(cells);
    }

    private List<String> regimes(Backends.Chosen chosen, Workload workload, Measure measure) {
        List<String> regimes = new ArrayList<>();
        for (String regime : measure.regimes()) {
            boolean wanted = measure == Measure.COLD ? started.contains(workload.name()) && starts(chosen, Start.of(regime))
                    : !Regime.fresh(measure, regime) || fresh.contains(workload.name());
            if (wanted) regimes.add(measure == Measure.COMPILE && regime.equals(Regime.STEADY) ? steady : regime);
        }
        return regimes;
    }

    /** A start-up cache is a JVM's. */
    private boolean starts(Backends.Chosen chosen, Start start) {
        return starts.contains(start) && (start.host() != Start.Host.UNCACHED || !chosen.nativeStart() && !chosen.commands());
    }

    /** Memory is counted from the empty module's, the size of machine code is nobody's who keeps it to himself by design, and a form that holds no programs is not run. */
    private static boolean defined(Measure measure, Workload workload) {
        boolean runs = measure == Measure.RUN || measure == Measure.COLD;
        if (runs && !workload.runnable() && !workload.input().equals(Workload.WASM)) return false;
        boolean script = workload.input().equals("js") || workload.input().equals("python");
        return measure == Measure.MEMORY ? workload.input().equals(Workload.WASM) : measure != Measure.SIZE || !script;
    }
}
