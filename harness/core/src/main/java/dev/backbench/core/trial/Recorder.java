package dev.backbench.core.trial;

import dev.backbench.core.plan.Backends;
import dev.backbench.core.plan.Plan;
import dev.backbench.core.plan.TaskList;
import dev.backbench.core.plan.Unit;
import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Start;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Trial;
import dev.backbench.core.stats.SampleTable;
import dev.backbench.core.store.Json;
import dev.backbench.core.store.RunWriter;
import dev.backbench.core.worker.WorkerSpec;
import dev.backbench.core.worker.WorkerSpec.Task;
import dev.backbench.spi.Availability;
import dev.backbench.workloads.ModuleSummary;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Makes rows of what workers say and writes them at once. Knows from failures what need not be tried any more: a module that a back end cannot compile has no
 * run time either, and is not compiled again for every other measure.
 */
public final class Recorder implements TrialSink {
    private static final Map<String, Long> NO_PHASES = Map.of();
    /** Of compiles with the phase clock on: never in a figure. */
    private static final String PHASES_DEFINITION = "phases/1";
    /** Of what a fresh process spends on making its back end ready, before its first compile. */
    private static final String LOAD_DEFINITION = "load/1";
    /** {@link Row.Started#runtime} of a worker. */
    public static final String JVM = "jvm";
    private static final String TIERED = "compiles lazily or again later, so no single figure is its compile time";

    private final Plan plan;
    private final RunWriter writer;
    private final Path blobs;
    private final SampleTable table;
    private final String run;
    private final Consumer<CellKey> ended;
    private final Map<String, Integer> iterations = new HashMap<>();
    /** By {@code backend|workload}, or {@code backend|} for all: what stands in the way, with the status to give. */
    private final Map<String, Row> compileBlocks = new HashMap<>(), runBlocks = new HashMap<>();
    private long rows;
    private int trials;

    /**
     * @param table takes in all rows
     * @param blobs where workers leave machine code
     * @param ended hears of each cell that failed
     */
    public Recorder(Plan plan, RunWriter writer, Path blobs, SampleTable table, String run, Consumer<CellKey> ended) {
        this.plan = plan;
        this.writer = writer;
        this.blobs = blobs;
        this.table = table;
        this.run = run;
        this.ended = ended;
    }

    /** Takes in a row of an earlier attempt. */
    public void earlier(Row row) {
        rows = row.row() + 1;
        trials = Math.max(trials, row.trial() + 1);
        learn(row);
    }

    public void earlier(Trial trial) {
        trials = Math.max(trials, trial.trial() + 1);
    }

    public long rowCount() {
        return rows;
    }

    @Override
    public int nextTrial() {
        return trials++;
    }

    @Override
    public void sample(Process process, Task task, String what, Map<String, String> values) {
        if (process.list().padding(task.module())) return;
        Sample sample = new Sample(process, task, process.list().modules().get(task.module()).name(), values);
        switch (what) {
            case "load" -> loaded(sample);
            case "compile" -> compiled(sample);
            case "run" -> ran(sample);
            case "cold" -> started(sample);
            case "start" -> coldStart(sample);
            case "phases" -> write(sample, Measure.COMPILE, plan.steady(), PHASES_DEFINITION, Status.OK, null, sample.ns(), sample.phases());
            default -> throw new IllegalStateException("a worker sent a sample of '" + what + "'");
        }
    }

    private void loaded(Sample s) {
        boolean wanted = plan.measures(Measure.COMPILE) && s.process.unit().kind() == Unit.Kind.FIRST;
        if (wanted) write(s, Measure.COMPILE, Regime.FIRST, LOAD_DEFINITION, Status.OK, null, s.ns(), NO_PHASES);
    }

    private void compiled(Sample s) {
        boolean empty = s.process.unit().kind() == Unit.Kind.EMPTY, first = s.process.unit().kind() == Unit.Kind.FIRST;
        if (plan.measures(Measure.COMPILE) && !empty) {
            boolean tiered = plan.backend(s.process.unit().backend()).backend().tiered();
            write(s, Measure.COMPILE, first ? Regime.FIRST : plan.steady(), tiered ? Status.TIERED : Status.OK, tiered ? TIERED : null);
        }
        boolean once = !s.task.warm() && iterations.putIfAbsent("size " + s.process.trial() + ' ' + s.workload, 0) == null;
        if (plan.measures(Measure.SIZE) && !empty && once) {
            boolean known = s.number("code") >= 0;
            write(s, Measure.SIZE, Regime.ANY, known ? Status.OK : Status.UNSUPPORTED, known ? null : "the back end does not tell its code size");
        }
        if (plan.measures(Measure.MEMORY) && (first || empty)) write(s, Measure.MEMORY, Regime.FIRST, Status.OK, null);
    }

    private void ran(Sample s) {
        String wrong = s.values.get("wrong");
        write(s, Measure.RUN, Regime.STEADY, wrong == null ? Status.OK : Status.WRONG, wrong == null ? null : "run: " + wrong);
    }

    private void started(Sample s) {
        String wrong = s.values.get("wrong");
        boolean marked = s.number("mark") >= s.process.entered();
        Status status = wrong != null ? Status.WRONG : marked ? Status.OK : Status.UNSUPPORTED;
        String reason = wrong != null ? "run: " + wrong : marked ? null : "the back end does not tell when the program reached its first mark";
        Row.Ns ns = marked ? new Row.Ns(s.number("mark") - s.process.spawned() - s.number("metering"), -1, -1, -1, -1, -1) : Row.Ns.UNKNOWN;
        write(s, Measure.COLD, Regime.PROCESS_COMPILED, Measure.COLD.definition(Regime.PROCESS_COMPILED), status, reason, ns, marked ? s.coldPhases() : NO_PHASES);
    }

    /** Each cause was timed by itself; the whole is from the beginning to the mark, wherever the causes lie. */
    private void coldStart(Sample s) {
        Unit unit = s.process.unit();
        boolean fresh = unit.start().host().fresh(), first = s.values.containsKey("began");
        if (first && !fresh) return; // the start that loads a resident back end is no start in a resident one
        String wrong = s.values.get("wrong");
        long from = fresh ? s.process.spawned() : s.number("from");
        Map<String, Long> causes = new java.util.LinkedHashMap<>();
        long inside = s.process.inside() < 0 ? from : Math.min(s.process.inside(), s.number("began"));
        if (inside > from) causes.put("container", inside - from);
        if (fresh) causes.put("start", s.number("began") - inside);
        causes.putAll(s.phases());
        Status status = wrong != null ? Status.WRONG : s.number("mark") >= from ? Status.OK : Status.UNSUPPORTED;
        String reason = wrong != null ? "run: " + wrong : status == Status.OK ? null : "the back end does not tell when the program reached its first mark";
        boolean marked = status != Status.UNSUPPORTED;
        write(s, Measure.COLD, unit.start().regime(), s.process.started().runtime().equals(JVM) ? Measure.COLD.definition(unit.start().regime()) : Measure.NATIVE_COLD, status, reason,
                marked ? new Row.Ns(s.number("mark") - from, -1, -1, -1, -1, -1) : Row.Ns.UNKNOWN, marked ? causes : NO_PHASES);
    }

    @Override
    public void bare(Start start, int trial, long nanos, String reason) {
        CellKey cell = SampleTable.bare(start);
        put(new Row(Json.SCHEMA, run, rows, cell, trial, 0, false, System.currentTimeMillis(), Measure.COLD, Measure.NATIVE_COLD, cell.regime(), nanos < 0 ? Status.CRASH : Status.OK, reason,
                new Row.Ns(nanos, -1, -1, -1, -1, -1), NO_PHASES, Row.Counts.UNKNOWN, work(TaskList.EMPTY_NAME, -1), null, null,
                new Row.Started(start.host(), start.code(), "bare", null)));
    }

    private void write(Sample s, Measure measure, String regime, Status status, String reason) {
        write(s, measure, regime, measure.definition(regime), status, reason, s.ns(), NO_PHASES);
    }

    private void write(Sample s, Measure measure, String regime, String def, Status status, String reason, Row.Ns ns, Map<String, Long> phases) {
        CellKey cell = new CellKey(s.process.unit().backend(), s.workload, measure, regime);
        int iteration = iterations.merge(s.process.trial() + " " + cell, 1, Integer::sum) - 1;
        boolean warmup = s.task.kind() == WorkerSpec.Kind.RUN ? "true".equals(s.values.get("warm")) : s.task.warm();
        Row.Code code = s.values.containsKey("sha") ? new Row.Code(s.values.get("sha"), s.number("code"), s.number("constants")) : null;
        put(new Row(Json.SCHEMA, run, rows, cell, s.process.trial(), iteration, warmup, System.currentTimeMillis(), measure, def, regime, status, reason, ns, phases,
                s.counts(), work(s.workload, s.number("emitted")), code, measure == Measure.RUN || measure == Measure.COLD ? s.values.get("output") : null,
                measure == Measure.COLD ? s.process.started() : null));
    }

    private Row.Work work(String workload, long emitted) {
        if (workload.equals(TaskList.EMPTY_NAME)) return new Row.Work(4, TaskList.EMPTY_MODULE.length, 1, emitted, 1);
        ModuleSummary code = plan.workload(workload).code();
        return new Row.Work(code.codeBytes(), code.fileBytes(), code.functions(), emitted, plan.operations().get(workload));
    }

    @Override
    public void failure(Process process, Task task, String stage, Status status, String reason, long limitNanos) {
        String workload = process.list().modules().get(task.module()).name();
        CellKey cell = new CellKey(process.unit().backend(), workload, measure(process.unit(), task, stage), "");
        cell = new CellKey(cell.backend(), workload, cell.measure(), process.unit().start() != null ? process.unit().start().regime() : regime(process.unit(), cell.measure()));
        status(cell, process.trial(), status, stage + ": " + reason, limitNanos);
    }

    /** The cell that a failed task belongs to. */
    private Measure measure(Unit unit, Task task, String stage) {
        if (unit.start() != null) return Measure.COLD;
        if (task.kind() == WorkerSpec.Kind.COLD && (stage.equals("run") || !plan.measures(Measure.COMPILE))) return Measure.COLD;
        if (unit.kind() == Unit.Kind.EMPTY) return Measure.MEMORY;
        if (task.kind() == WorkerSpec.Kind.RUN && (stage.equals("run") || !plan.measures(Measure.COMPILE))) return Measure.RUN;
        if (plan.measures(Measure.COMPILE)) return Measure.COMPILE;
        return unit.kind() == Unit.Kind.FIRST ? Measure.MEMORY : Measure.SIZE;
    }

    private String regime(Unit unit, Measure measure) {
        if (measure == Measure.COLD) return Regime.PROCESS_COMPILED;
        if (measure != Measure.COMPILE) return measure.regimes().getFirst();
        return unit.kind() == Unit.Kind.FIRST ? Regime.FIRST : plan.steady();
    }

    private void status(CellKey cell, int trial, Status status, String reason, long wall) {
        Row.Ns ns = wall < 0 ? Row.Ns.UNKNOWN : new Row.Ns(wall, -1, -1, -1, -1, -1);
        Row.Work work = cell.workload().equals(TaskList.EMPTY_NAME) || plan.workloads().stream().noneMatch(w -> w.name().equals(cell.workload()))
                ? null : work(cell.workload(), -1);
        put(new Row(Json.SCHEMA, run, rows, cell, trial, 0, false, System.currentTimeMillis(), cell.measure(), cell.measure().definition(cell.regime()), cell.regime(), status,
                reason, ns, NO_PHASES, Row.Counts.UNKNOWN, work, null, null));
    }

    private void put(Row row) {
        boolean failedBefore = table.failed(row.cell());
        rows++;
        learn(row);
        writer.append(row);
        if (row.status().failure() && !failedBefore) ended.accept(row.cell());
    }

    private void learn(Row row) {
        table.add(row);
        boolean obstacle = row.status().failure() || row.status() == Status.UNSUPPORTED;
        if (!obstacle || row.reason() == null) return;
        String key = row.cell().backend() + '|';
        if (row.reason().startsWith("load: ")) compileBlocks.putIfAbsent(key, row);
        else if (row.reason().startsWith("compile: ")) compileBlocks.putIfAbsent(key + row.cell().workload(), row);
        else if (row.reason().startsWith("run: ")) runBlocks.putIfAbsent(key + row.cell().workload(), row);
    }

    @Override
    public boolean blocked(Unit unit, TaskList list, Task task) {
        boolean runs = task.kind() == WorkerSpec.Kind.RUN || task.kind() == WorkerSpec.Kind.COLD || task.kind().starts();
        return obstacle(unit.backend(), list.modules().get(task.module()).name(), runs) != null;
    }

    /** Whether nothing of a unit is worth starting it. */
    public boolean blocked(Unit unit) {
        if (unit.kind() == Unit.Kind.EMPTY) return obstacle(unit.backend(), TaskList.EMPTY_NAME, false) != null;
        if (unit.kind() == Unit.Kind.BARE) return table.failed(SampleTable.bare(unit.start()));
        return unit.workloads().stream().allMatch(w -> obstacle(unit.backend(), w, unit.kind() == Unit.Kind.START || unit.kind() == Unit.Kind.FIRST && !plan.measures(Measure.COMPILE) && !plan.measures(Measure.MEMORY)) != null);
    }

    private Row obstacle(String backend, String workload, boolean runs) {
        Row row = compileBlocks.get(backend + '|');
        if (row == null) row = compileBlocks.get(backend + '|' + workload);
        return row == null && runs ? runBlocks.get(backend + '|' + workload) : row;
    }

    @Override
    public void ended(Trial trial) {
        writer.append(trial);
        writer.adoptBlobs(blobs);
    }

    /**
     * Gives every planned cell that has neither a sample nor a failure the status that says why.
     *
     * @param rest of cells that nothing stood in the way of: interrupted or budget
     */
    public void finish(Status rest, String restReason) {
        // the log that tells is that of the process which failed
        BiConsumer<CellKey, Row> inherit = (cell, row) -> status(cell, row.trial(), row.status(), row.reason(), row.ns().wall());
        for (Backends.Chosen chosen : plan.backends()) {
            CellKey empty = SampleTable.empty(chosen.name());
            boolean missing = plan.measures(Measure.MEMORY) && chosen.availability().yes() && table.samples(empty) == 0 && !table.failed(empty);
            if (missing) status(empty, -1, rest, restReason, -1);
        }
        for (CellKey cell : plan.cells()) {
            if (table.failed(cell) || table.samples(cell) > 0 || !table.status(cell).pending()) continue;
            Backends.Chosen chosen = plan.backend(cell.backend());
            boolean runs = cell.measure() == Measure.RUN || cell.measure() == Measure.COLD;
            String unable = cell.measure() == Measure.COLD ? chosen.obstacle(Start.of(cell.regime())) : null;
            Availability here = cell.measure() == Measure.COLD ? chosen.available(Start.of(cell.regime())) : Availability.YES;
            String compileOnly = plan.workload(cell.workload()).compileOnly();
            Row obstacle = obstacle(cell.backend(), cell.workload(), runs);
            if (!chosen.availability().yes()) status(cell, -1, Status.UNAVAILABLE, chosen.availability().reason() + "; " + chosen.availability().fix(), -1);
            else if (!chosen.takes(plan.workload(cell.workload()))) status(cell, -1, Status.UNSUPPORTED, "takes " + String.join(", ", chosen.backend().inputs()) + ", not " + plan.workload(cell.workload()).input(), -1);
            else if (runs && compileOnly != null) status(cell, -1, Status.UNSUPPORTED, compileOnly, -1);
            else if (unable != null) status(cell, -1, Status.UNSUPPORTED, unable, -1);
            else if (!here.yes()) status(cell, -1, Status.UNAVAILABLE, here.reason() + "; " + here.fix(), -1);
            else if (obstacle != null) inherit.accept(cell, obstacle);
            else status(cell, -1, rest, restReason, -1);
        }
    }

    /** A worker's sample with access to its values; what it does not say is -1. */
    private record Sample(Process process, Task task, String workload, Map<String, String> values) {
        long number(String name) {
            String value = values.get(name);
            return value == null ? -1 : Long.parseLong(value);
        }

        Row.Ns ns() {
            return new Row.Ns(number("wall"), number("cpu"), number("children"), number("gc"), number("jit"), number("host"));
        }

        Row.Counts counts() {
            return new Row.Counts(number("faults"), number("switches"), number("collections"), number("allocated"), -1, number("hostCalls"), number("hostFaults"),
                    number("peak"));
        }

        Map<String, Long> phases() {
            Map<String, Long> phases = new java.util.LinkedHashMap<>();
            for (String name : values.keySet()) if (name.startsWith("phase.")) phases.put(name.substring(6), number(name));
            return phases;
        }

        /** From the process's start to the mark, without a gap but the readings of the clocks. */
        Map<String, Long> coldPhases() {
            Map<String, Long> phases = new java.util.LinkedHashMap<>();
            phases.put("start", process.entered() - process.spawned());
            phases.put("load", number("loaded") - process.entered());
            for (String name : new String[] {"compile", "instantiate", "call"}) phases.put(name, number(name));
            return phases;
        }
    }
}
