package dev.backbench.core.plan;

import dev.backbench.core.ExitCode;
import dev.backbench.core.UsageException;
import dev.backbench.core.host.Cpus;
import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.store.Seal;
import dev.backbench.spi.setup.Cache;
import dev.backbench.workloads.Catalogue;
import dev.backbench.workloads.Families;
import dev.backbench.workloads.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Turns what the user asked for into a plan. */
public final class Planner {
    /** Modules in a round from which on a compiler does not warm up for one of them. */
    static final int STEADY_MODULES = 10;
    private static final String USUAL_REFERENCE = "llvm:O2";

    private Planner() {}

    /**
     * @throws UsageException an option that cannot be served
     * @throws dev.backbench.workloads.WorkloadException an unknown or unreadable workload
     */
    public static Plan plan(PlanOptions options, Backends backends) {
        if (options.measures.isEmpty()) throw new UsageException("no measure is left: name some of compile, run, size, cold, memory with --measures");
        if (options.threads < 1) throw new UsageException("--threads=" + options.threads + ": a number from 1 up");
        if (options.runs != null && options.runs < 1) throw new UsageException("--runs=" + options.runs + ": a number from 1 up");
        if (options.warmup != null && options.warmup < 0) throw new UsageException("--warmup=" + options.warmup + ": a number from 0 up");
        List<Backends.Chosen> chosen = options.backends.isEmpty() ? backends.byDefault(options.threads) : backends.resolve(options.backends, options.threads);
        if (chosen.isEmpty()) throw new UsageException("this build has no back end to compare", ExitCode.NOTHING);
        require(options.require, chosen);
        Path cache = options.cache == null ? Cache.directory() : options.cache;
        Catalogue catalogue = new Catalogue(cache, options.note);
        List<String> words = options.workloads.isEmpty() ? words(options.preset, chosen, catalogue) : options.workloads;
        List<Workload> named = catalogue.resolve(words, options.filter, options.exclude), workloads = new OtherForms(backends, chosen, cache).with(named);
        List<Measure> measures = List.copyOf(options.measures);
        List<Workload> padding = measures.contains(Measure.COMPILE) ? padding(named, catalogue) : List.of();
        String steady = named.size() + padding.size() >= STEADY_MODULES ? Regime.STEADY : Regime.SELF_WARM;
        Set<String> fresh = fresh(named, options.workloads.isEmpty() ? options.preset.fresh() : Integer.MAX_VALUE);
        Set<String> started = fresh(named, options.workloads.isEmpty() ? options.preset.started() : Integer.MAX_VALUE);
        if (options.starts.isEmpty()) throw new UsageException("no cold start is left: name some with --cold");
        List<CellKey> cells = new Cells(workloads, fresh, started, measures, options.starts, steady).of(chosen);
        long seed = options.seed != null ? options.seed : ThreadLocalRandom.current().nextLong(1, 1_000_000_000);
        Duration budget = options.budget != null ? options.budget : options.preset.budget();
        PlanPreset preset = options.preset;
        int rounds = options.runs != null ? options.runs : preset.rounds(), runs = options.runs != null ? options.runs : preset.runs();
        String reference = reference(options.reference, chosen, backends, options.threads);
        String digest = digest(cells, workloads, chosen, preset, List.of(rounds, runs, options.threads, String.valueOf(options.warmup), options.workerFlags));
        return new Plan(preset, chosen, workloads, fresh, operations(workloads), padding, measures, cells, steady, seed, budget, options.budget != null, preset.processes(), rounds, runs,
                options.warmup, options.threads, Cpus.choose(options.cpu, options.threads), reference, List.copyOf(options.require), options.timeouts,
                options.phases, List.copyOf(options.workerFlags), List.copyOf(options.starts), started, digest);
    }

    private static Map<String, Long> operations(List<Workload> workloads) {
        Map<String, Long> operations = new HashMap<>();
        for (Workload workload : workloads) operations.put(workload.name(), workload.input().equals(Workload.WASM) ? Families.operations(workload.bytes()) : -1L);
        return operations;
    }

    /** The preset's programs where a back end takes Wasm, and all of ours in any other form that one takes. */
    private static List<String> words(PlanPreset preset, List<Backends.Chosen> chosen, Catalogue catalogue) {
        List<String> words = new ArrayList<>();
        List<String> others = catalogue.forms().stream().filter(form -> chosen.stream().anyMatch(c -> c.backend().inputs().contains(form))).toList();
        if (others.isEmpty() || chosen.stream().anyMatch(c -> c.backend().inputs().contains(Workload.WASM))) words.add(preset.name());
        words.addAll(others);
        return words;
    }

    private static void require(List<String> required, List<Backends.Chosen> chosen) {
        for (String name : required) {
            List<Backends.Chosen> meant = chosen.stream().filter(c -> name.equals("all") || c.name().equals(name) || c.backend().id().equals(name)).toList();
            if (meant.isEmpty()) throw new UsageException("--require=" + name + " is not among the back ends of this run", ExitCode.NOTHING);
            for (Backends.Chosen c : meant) {
                if (c.availability().yes()) continue;
                throw new UsageException("required back end " + c.name() + " is unavailable: " + c.availability().reason() + "; " + c.availability().fix(), ExitCode.NOTHING);
            }
        }
    }

    /** The smallest of our programs that are not in the plan: they cost least. */
    private static List<Workload> padding(List<Workload> workloads, Catalogue catalogue) {
        int missing = STEADY_MODULES - workloads.size();
        if (missing <= 0 || workloads.stream().noneMatch(w -> w.input().equals(Workload.WASM))) return List.of();
        Set<String> taken = new HashSet<>();
        for (Workload workload : workloads) taken.add(workload.sha256());
        return catalogue.own().stream().filter(w -> !taken.contains(w.sha256())).sorted(Comparator.comparingInt(w -> w.code().codeBytes())).limit(missing).toList();
    }

    /** All programs if there may be so many; otherwise the smallest, the middle one, and as many of the largest: what a start costs depends on size before all. */
    private static Set<String> fresh(List<Workload> workloads, int most) {
        List<String> names = workloads.stream().sorted(Comparator.comparingInt(w -> w.code().codeBytes())).map(Workload::name).toList();
        if (names.size() <= most) return Set.copyOf(names);
        Set<String> chosen = new HashSet<>(names.subList(names.size() - Math.max(0, most - 2), names.size()));
        chosen.add(names.getFirst());
        chosen.add(names.get(names.size() / 2));
        return Set.copyOf(chosen);
    }

    private static String reference(String wanted, List<Backends.Chosen> chosen, Backends backends, int threads) {
        String name = wanted == null ? USUAL_REFERENCE : backends.resolve(List.of(wanted), threads).getFirst().name();
        if (chosen.stream().anyMatch(c -> c.name().equals(name))) return name;
        if (wanted != null) throw new UsageException("--reference=" + wanted + " is not among the back ends of this run: add it to --backends");
        return chosen.stream().filter(c -> c.availability().yes()).findFirst().orElse(chosen.getFirst()).name();
    }

    private static String digest(List<CellKey> cells, List<Workload> workloads, List<Backends.Chosen> chosen, PlanPreset preset, List<Object> numbers) {
        StringBuilder text = new StringBuilder(preset.name()).append(numbers);
        for (Workload w : workloads) text.append('\n').append(w.name()).append(' ').append(w.sha256()).append(w.arguments());
        for (Backends.Chosen c : chosen) text.append('\n').append(c.name()).append(' ').append(c.optionsDigest());
        for (CellKey cell : cells) text.append('\n').append(cell);
        return Seal.sha256(text.toString());
    }
}
