package dev.backbench.core;

import dev.backbench.core.host.MachineFacts;
import dev.backbench.core.host.OwnCommit;
import dev.backbench.core.plan.Backends;
import dev.backbench.core.plan.Plan;
import dev.backbench.core.plan.PlanOptions;
import dev.backbench.core.plan.Schedule;
import dev.backbench.core.plan.Unit;
import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Manifest.BackendEntry;
import dev.backbench.core.row.Manifest.WorkloadEntry;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Start;
import dev.backbench.core.store.Json;
import dev.backbench.core.store.Seal;
import dev.backbench.core.trial.WorkerCommand;
import dev.backbench.spi.Containers;
import dev.backbench.spi.Ledger;
import dev.backbench.workloads.Origin;
import dev.backbench.workloads.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Gathers what a run's manifest says. */
final class Manifests {
    private Manifests() {}

    static Manifest create(Plan plan, PlanOptions options, WorkerCommand command, String run, long now) {
        Map<String, String> unknown = new TreeMap<>();
        List<BackendEntry> backends = new ArrayList<>();
        for (Backends.Chosen chosen : plan.backends()) backends.add(backend(plan, chosen, command.hosts().kind(chosen.name()), unknown));
        List<WorkloadEntry> workloads = plan.workloads().stream().map(w -> workload(w, plan.operations().get(w.name()))).toList();
        return new Manifest(Json.SCHEMA, run, now, List.of(now), MachineFacts.read(unknown), jvm(command, unknown), OwnCommit.read(unknown), backends, workloads,
                plan(plan), List.copyOf(options.argv), new TreeMap<>(options.labels), OwnCommit.ci(unknown), unknown);
    }

    /** The same run, gone on with. */
    static Manifest resumed(Manifest m, long now) {
        List<Long> attempts = new ArrayList<>(m.attempts());
        attempts.add(now);
        return new Manifest(m.schema(), m.run(), m.started(), attempts, m.machine(), m.jvm(), m.commit(), m.backends(), m.workloads(), m.plan(), m.argv(), m.labels(),
                m.ci(), m.unknown());
    }

    private static BackendEntry backend(Plan plan, Backends.Chosen chosen, String startHost, Map<String, String> unknown) {
        String path = "backends." + chosen.name() + '.';
        Ledger ledger = null;
        if (chosen.availability().yes()) ledger = ledger(plan, chosen, path, unknown);
        else unknown.put(path + "ledger", "unavailable: " + chosen.availability().reason());
        String binary = ledger == null ? null : ledger.binary(), sha = null;
        if (ledger != null && binary == null) unknown.put(path + "binary", "the back end names no file");
        if (ledger != null && ledger.upstreamCommit() == null) {
            unknown.put(path + "upstream_commit", ledger.notes().getOrDefault("upstream commit", ledger.notes().getOrDefault("commit", "the back end does not tell")));
        }
        try {
            if (binary != null) sha = Seal.sha256(Path.of(binary));
        } catch (IOException | RuntimeException e) {
            unknown.put(path + "binary_sha256", binary + " cannot be read");
        }
        return new BackendEntry(chosen.name(), chosen.backend().id(), ledger == null ? null : ledger.version(), ledger == null ? null : ledger.upstreamCommit(), binary,
                sha, chosen.options().level(), List.copyOf(chosen.options().extra()), chosen.optionsDigest(), chosen.availability().yes(),
                chosen.availability().reason(), chosen.availability().fix(), chosen.backend().tiered(), chosen.backend().javaHosted(), startHost, ledger);
    }

    private static Ledger ledger(Plan plan, Backends.Chosen chosen, String path, Map<String, String> unknown) {
        try {
            Ledger ledger = chosen.backend().ledger(chosen.options());
            if (chosen.contained()) return ledger.inContainer(container(chosen));
            boolean starts = plan.measures(Measure.COLD) && Start.IN_CONTAINER.stream().anyMatch(s -> plan.starts().contains(s) && chosen.obstacle(s) == null && chosen.available(s).yes());
            return starts ? ledger.noting("cold start in a container", container(chosen)) : ledger;
        } catch (RuntimeException | LinkageError e) {
            unknown.put(path + "ledger", "the back end failed to tell: " + e);
            return null;
        }
    }

    /** Image, what it holds, and what it may use. */
    private static String container(Backends.Chosen chosen) {
        String image = chosen.backend().image(chosen.options()).name();
        return image + ' ' + Containers.found().map(c -> c.imageId(image) + ", " + c.limits()).orElse("");
    }

    private static WorkloadEntry workload(Workload w, long operations) {
        return new WorkloadEntry(w.name(), w.sha256(), w.family(), w.origin() == Origin.FOLDER ? "bodies" : "catalogue", w.set(), w.source(), w.language(), w.why(), w.code().fileBytes(),
                w.code().codeBytes(), w.code().functions(), operations, w.arguments(), w.expectedStdout() != null, w.compileOnly());
    }

    private static Manifest.Jvm jvm(WorkerCommand command, Map<String, String> unknown) {
        if (command.cache().name() == null) unknown.put("jvm.aot_cache", command.cache().obstacle());
        return new Manifest.Jvm(Runtime.version().toString(), System.getProperty("java.vendor"), System.getProperty("java.vm.name"), command.flags(),
                WorkerCommand.COLLECTOR, WorkerCommand.HEAP, command.cache().name(), command.cache().training(), WorkerCommand.BRIEF);
    }

    private static Manifest.PlanEntry plan(Plan plan) {
        Map<String, Long> timeouts = new TreeMap<>();
        for (Map.Entry<String, Duration> limit : plan.timeouts().entrySet()) timeouts.put(limit.getKey(), limit.getValue().toMillis());
        return new Manifest.PlanEntry(plan.preset().name(), plan.backends().stream().map(Backends.Chosen::name).toList(),
                plan.workloads().stream().map(Workload::name).toList(), plan.measures(), plan.seed(), plan.budget() == null ? null : plan.budget().toSeconds(),
                plan.processes(), plan.rounds(), plan.runs(), plan.warmup(), plan.threads(), plan.cpu(), plan.reference(), plan.require(), timeouts, plan.cells(),
                new Schedule(plan).firstPass().stream().map(Unit::toString).toList(), plan.padding().stream().map(w -> w.name() + ' ' + w.sha256()).toList(),
                plan.digest(), plan.measures(Measure.COLD) ? plan.starts().stream().map(Start::regime).toList() : null,
                plan.measures(Measure.COLD) ? plan.preset().starts() : null);
    }
}
