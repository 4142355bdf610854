package dev.backbench.core.fake;

import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Manifest.BackendEntry;
import dev.backbench.core.row.Manifest.WorkloadEntry;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Trial;
import dev.backbench.core.stats.Summaries;
import dev.backbench.core.store.Json;
import dev.backbench.core.store.RunFolder;
import dev.backbench.core.store.RunWriter;
import dev.backbench.core.store.Seal;
import dev.backbench.spi.Ledger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A run folder made up row by row, for statistics with known answers. Values are in the summary's units. */
public final class Synthetic {
    private static final String RUN = "019a0000-0000-7000-8000-000000000001";

    private final List<BackendEntry> backends = new ArrayList<>();
    private final List<WorkloadEntry> workloads = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();
    private final Map<CellKey, Boolean> cells = new LinkedHashMap<>();
    private String reference, machine = "m1";
    private long canary = 1_000_000;

    public static Ledger ledger(int threads, String bounds) {
        return new Ledger("1.0", "abc", null, "in process", "O2", threads, "wasm", bounds, false, "own", "own", false, "guard", "native", false, "none", null, new TreeMap<>());
    }

    /** What the program just added is called with. */
    public Synthetic arguments(String... arguments) {
        WorkloadEntry w = workloads.removeLast();
        workloads.add(new WorkloadEntry(w.name(), w.sha256(), w.family(), w.familyBy(), w.origin(), w.source(), w.language(), w.why(), w.fileBytes(), w.codeSectionBytes(),
                w.functions(), w.operations(), List.of(arguments), w.expectedOutput(), w.compileOnly()));
        return this;
    }

    /** The first one is the reference. */
    public Synthetic backend(String name, Ledger ledger) {
        if (reference == null) reference = name;
        String[] part = name.split(":");
        backends.add(new BackendEntry(name, part[0], "1.0", "abc", null, null, part[1], List.of(), Seal.sha256(part[1]), true, null, null, false, false, ledger));
        return this;
    }

    public Synthetic backend(String name) {
        return backend(name, ledger(1, "guard"));
    }

    /** @param expected whether its output is known */
    public Synthetic workload(String name, String family, long codeBytes, boolean expected) {
        return workload(name, family, codeBytes, expected, "own");
    }

    public Synthetic workload(String name, String family, long codeBytes, boolean expected, String origin) {
        workloads.add(new WorkloadEntry(name, Seal.sha256(name), family, "catalogue", origin, "made up", "C", "", 2 * codeBytes, codeBytes, 10, codeBytes / 2, List.of(), expected, null));
        return this;
    }

    public Synthetic workload(String name, long codeBytes) {
        return workload(name, name, codeBytes, true);
    }

    public Synthetic machine(String id, long canaryNanos) {
        machine = id;
        canary = canaryNanos;
        return this;
    }

    private static CellKey key(String backend, String workload, Measure measure) {
        return new CellKey(backend, workload, measure, measure.regimes().getFirst());
    }

    /** One process for each value. */
    public Synthetic samples(String backend, String workload, Measure measure, double... values) {
        for (int process = 0; process < values.length; process++) sample(backend, workload, measure, process, values[process], "0".repeat(64), 0);
        return this;
    }

    /** @param output hash of what it printed @param hostShare of the region in host functions */
    public Synthetic sample(String backend, String workload, Measure measure, int process, double value, String output, double hostShare) {
        long bytes = workloads.stream().filter(w -> w.name().equals(workload)).findFirst().orElseThrow().codeSectionBytes();
        long nanos = measure == Measure.COMPILE ? Math.round(bytes * 1e3 / value) : Math.round(value * 1e6);
        boolean time = measure != Measure.SIZE && measure != Measure.MEMORY;
        Row.Ns ns = time ? new Row.Ns(nanos, nanos, 0, 0, 0, Math.round(nanos * hostShare)) : Row.Ns.UNKNOWN;
        Row.Code code = measure == Measure.SIZE ? new Row.Code(null, Math.round(value * bytes), 0) : null;
        Row.Counts counts = new Row.Counts(-1, -1, -1, -1, -1, -1, -1, measure == Measure.MEMORY ? Math.round(value * 1e6) : -1);
        add(key(backend, workload, measure), process, Status.OK, null, ns, counts, new Row.Work(bytes, 2 * bytes, 10, 10, bytes / 2), code, measure == Measure.RUN ? output : null);
        return this;
    }

    /** @param limitNanos of a timeout; -1 otherwise */
    public Synthetic failure(String backend, String workload, Measure measure, Status status, String reason, long limitNanos) {
        Row.Ns ns = limitNanos < 0 ? Row.Ns.UNKNOWN : new Row.Ns(limitNanos, -1, -1, -1, -1, -1);
        add(key(backend, workload, measure), 9, status, reason, ns, Row.Counts.UNKNOWN, new Row.Work(1000, 2000, 10, -1, 500), null, null);
        return this;
    }

    /** A cell that the budget ended before. */
    public Synthetic unreached(String backend, String workload, Measure measure, String regime) {
        CellKey cell = new CellKey(backend, workload, measure, regime);
        add(cell, 9, Status.BUDGET, "the budget ended", Row.Ns.UNKNOWN, Row.Counts.UNKNOWN, new Row.Work(1000, 2000, 10, -1, 500), null, null);
        return this;
    }

    /** A compile with the phase clock on, which is stored beside the timed ones. */
    public Synthetic phases(String backend, String workload) {
        add(key(backend, workload, Measure.COMPILE), "phases/1", 8, Status.OK, null, Row.Ns.UNKNOWN, Row.Counts.UNKNOWN, new Row.Work(1000, 2000, 10, -1, 500), null, null);
        return this;
    }

    private void add(CellKey cell, int trial, Status status, String reason, Row.Ns ns, Row.Counts counts, Row.Work work, Row.Code code, String output) {
        add(cell, cell.measure().definition(cell.regime()), trial, status, reason, ns, counts, work, code, output);
    }

    private void add(CellKey cell, String def, int trial, Status status, String reason, Row.Ns ns, Row.Counts counts, Row.Work work, Row.Code code, String output) {
        if (!cell.workload().equals("(empty)")) cells.put(cell, true);
        int iteration = (int) rows.stream().filter(r -> r.cell().equals(cell) && r.trial() == trial).count();
        rows.add(new Row(Json.SCHEMA, RUN, rows.size(), cell, trial, iteration, false, 1, cell.measure(), def, cell.regime(), status, reason, ns, Map.of(),
                counts, work, code, output));
    }

    /** Peak memory on the empty program, in MB. */
    public Synthetic empty(String backend, double peak) {
        CellKey cell = new CellKey(backend, "(empty)", Measure.MEMORY, Regime.FIRST);
        Row.Counts counts = new Row.Counts(-1, -1, -1, -1, -1, -1, -1, Math.round(peak * 1e6));
        add(cell, 0, Status.OK, null, Row.Ns.UNKNOWN, counts, new Row.Work(4, 30, 1, 1, 1), null, null);
        return this;
    }

    /** Writes it with its summary and seal. */
    public RunFolder write(Path folder) {
        Manifest.Machine host = new Manifest.Machine(machine, "Some CPU", null, 2, 1L << 34, "6.1", Map.of(), false, null, null, "madvise", 2, "tsc", Map.of(), "none", "glibc 2.36");
        Manifest.PlanEntry plan = new Manifest.PlanEntry("quick", backends.stream().map(BackendEntry::backend).toList(), workloads.stream().map(WorkloadEntry::name).toList(),
                List.of(Measure.values()), 1, null, 3, 2, 2, null, 1, "1", reference, List.of(), new TreeMap<>(Map.of("compile", 60000L, "run", 60000L)), List.copyOf(cells.keySet()),
                List.of(), List.of(), Seal.sha256("plan"));
        Manifest manifest = new Manifest(Json.SCHEMA, RUN, 1, List.of(1L), host, new Manifest.Jvm("25", "v", "vm", List.of(), "serial", "1g", null, List.of(), null),
                new Manifest.Commit("abc", false), backends, workloads, plan, List.of("compare"), Map.of(), null,
                new TreeMap<>(Map.of("machine.governor", "made up", "machine.turbo", "made up", "machine.microcode", "made up", "ci", "made up")));
        try (RunWriter writer = RunWriter.open(folder, manifest)) {
            rows.forEach(writer::append);
            writer.append(new Trial(Json.SCHEMA, RUN, 0, 0, 0, "sweep", reference, List.of(), List.of(), "1", 1, 1, 1, 0, null, -1, List.of(0.0, 0.0), 0, List.of(canary, canary), Status.OK,
                    null, "logs/trial-00000.log"));
            writer.finish(Summaries.text(Summaries.compute(RunFolder.open(folder))));
        }
        return RunFolder.open(folder);
    }
}
