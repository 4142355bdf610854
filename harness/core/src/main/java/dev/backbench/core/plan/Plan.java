package dev.backbench.core.plan;

import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Start;
import dev.backbench.workloads.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What will be measured: every name looked up, every default filled in.
 *
 * @param backends in the user's order, unavailable ones included
 * @param cells every one that will get a status, in the order of backends, workloads, measures, regimes
 * @param fresh programs, by name, that are started in processes of their own
 * @param operations Wasm operations by workload name; -1 unknown
 * @param padding modules that take part in the steady rounds but have no cells
 * @param steady {@code steady} or {@code self-warm}: what the rounds amount to with these modules
 * @param cpu cores to pin to; null if pinning does not work here
 * @param reference canonical name of a back end of the plan
 * @param budget null for none
 * @param hardBudget the user named it, so cells may be left without a sample; otherwise the first pass is always finished
 * @param processes that each cell should have samples of
 * @param rounds timed compiles of each module in a process
 * @param runs timed runs of each module in a process
 * @param warmup discarded rounds, at most; null for what suits the back end
 * @param starts axes of cold start, those that a back end has no use for included
 * @param started programs, by name, of which cold start is measured
 * @param digest SHA-256 over all that must be the same for {@code --resume}
 */
public record Plan(PlanPreset preset, List<Backends.Chosen> backends, List<Workload> workloads, Set<String> fresh, Map<String, Long> operations, List<Workload> padding, List<Measure> measures,
        List<CellKey> cells, String steady, long seed, Duration budget,
        boolean hardBudget, int processes, int rounds, int runs, Integer warmup, int threads, String cpu,
        String reference, List<String> require, Map<String, Duration> timeouts, boolean phases, List<String> workerFlags, List<Start> starts, Set<String> started,
        String digest) {

    /** The limit that a compile gets beyond {@code compile} for each million bytes of code section; absent where the user names a compile's limit. */
    public static final String COMPILE_PER_MB = "compile_per_mb";

    public Backends.Chosen backend(String name) {
        return backends.stream().filter(b -> b.name().equals(name)).findFirst().orElseThrow();
    }

    public Workload workload(String name) {
        return workloads.stream().filter(w -> w.name().equals(name)).findFirst().orElseThrow();
    }

    /** The programs that a back end is asked for: those that it has cells of and takes. */
    public List<Workload> workloads(Backends.Chosen chosen) {
        return workloads.stream().filter(chosen::takes).toList();
    }

    /**
     * In whole seconds beyond what is named for all modules.
     *
     * @param stage {@code compile} or {@code run}; loading a back end has the limit of a compile
     * @param workload by name; one that is none of the plan's, such as padding, counts as small
     */
    public Duration timeout(String stage, String workload) {
        if (stage.equals("run")) return timeouts.get(stage);
        Duration perMegabyte = timeouts.getOrDefault(COMPILE_PER_MB, Duration.ZERO);
        long codeBytes = workloads.stream().filter(w -> w.name().equals(workload)).mapToLong(w -> w.code().codeBytes()).findFirst().orElse(0);
        return timeouts.get("compile").plusSeconds(perMegabyte.toSeconds() * codeBytes / 1_000_000);
    }

    public boolean measures(Measure measure) {
        return measures.contains(measure);
    }

    /** Discarded rounds before the steady ones. */
    public int warmup(Backends.Chosen chosen) {
        if (warmup != null) return warmup;
        return chosen.backend().javaHosted() ? preset.warmup() : preset.nativeWarmup();
    }

    /** Whether a back end's cold starts are trials of their own; otherwise the process of its first compile gives them as well. */
    public boolean startsApart(Backends.Chosen chosen) {
        return !starts.equals(List.of(Start.USUAL)) || chosen.nativeStart() || chosen.contained();
    }

    /** Independent samples that a cell should have: processes, each of a fresh start one. */
    public int samples(CellKey cell) {
        return cell.measure() == Measure.COLD && Start.of(cell.regime()).host().fresh() ? preset.starts() : processes;
    }

    /** Those that are started in processes of their own, in the plan's order. */
    public List<String> freshNames() {
        return workloads.stream().map(Workload::name).filter(fresh::contains).toList();
    }
}
