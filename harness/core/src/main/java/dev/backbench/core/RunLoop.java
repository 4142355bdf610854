package dev.backbench.core;

import dev.backbench.core.plan.Backends;
import dev.backbench.core.plan.Plan;
import dev.backbench.core.plan.PlanOptions;
import dev.backbench.core.plan.Schedule;
import dev.backbench.core.plan.TaskList;
import dev.backbench.core.plan.Unit;
import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Start;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Summary;
import dev.backbench.core.stats.SampleTable;
import dev.backbench.core.stats.Summaries;
import dev.backbench.core.store.RunFolder;
import dev.backbench.core.store.RunWriter;
import dev.backbench.core.store.StoreException;
import dev.backbench.core.trial.Recorder;
import dev.backbench.core.trial.TrialMonitor;
import dev.backbench.core.trial.TrialRunner;
import dev.backbench.core.trial.WorkerCommand;
import dev.backbench.core.verdict.Sentences;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Containers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** One attempt at a run: goes through the schedule until it is done, the budget is over or somebody wants it to stop; then closes the books. */
final class RunLoop implements TrialMonitor {
    private static final long NEVER = Long.MAX_VALUE;

    private final Plan plan;
    private final PlanOptions options;
    private final WorkerCommand command;
    private final Manifest manifest;
    private final Path folder, work;
    private final RunFolder resumed;
    private final ExperimentListener listener;
    private final SampleTable table = new SampleTable();
    private final Schedule schedule;
    private final long started = System.nanoTime();
    private final long deadline;
    /** By unit, and by kind with back end: nanoseconds in all, and how many. */
    private final Map<String, long[]> costs = new HashMap<>();
    private final Deque<Unit> pass = new ArrayDeque<>();
    private volatile boolean stop;
    private Recorder recorder;

    RunLoop(Plan plan, PlanOptions options, WorkerCommand command, Manifest manifest, Path folder, RunFolder resumed, ExperimentListener listener) {
        this.plan = plan;
        this.options = options;
        this.command = command;
        this.manifest = manifest;
        this.folder = folder;
        this.resumed = resumed;
        this.listener = listener;
        work = folder.resolve("work");
        schedule = new Schedule(plan);
        deadline = plan.budget() == null ? NEVER : started + plan.budget().toNanos();
    }

    /** From another thread: ends the trial under way and the experiment with it. */
    void stop() {
        stop = true;
    }

    Outcome run() {
        try (RunWriter writer = RunWriter.open(folder, manifest)) {
            recorder = new Recorder(plan, writer, work.resolve(RunFolder.BLOBS), table, manifest.run(), this::failed);
            if (resumed != null) {
                resumed.rows(recorder::earlier);
                resumed.trials().forEach(recorder::earlier);
            }
            prepareWork();
            listener.planned(plan, folder);
            announce();
            trials();
            // an interrupt has done its work, and would make the files below unwritable
            boolean interrupted = Thread.interrupted() || stop;
            recorder.finish(interrupted ? Status.INTERRUPTED : Status.BUDGET, interrupted ? "interrupted before it had a sample" : budgetReason());
            removeWork();
            Summary summary = Summaries.compute(RunFolder.open(folder));
            writer.finish(Summaries.text(summary));
            for (Summary.Cell cell : summary.cells()) if (!cell.status().failure()) listener.cellEnded(cell.key(), cell.status(), cell.reason());
            return Outcomes.of(plan, options, folder, summary, Sentences.of(summary), interrupted);
        }
    }

    private String budgetReason() {
        return plan.budget() == null ? "no trial gave it a sample" : "the budget of " + plan.budget().toSeconds() + " s ended before it had a sample";
    }

    private void announce() {
        if (plan.cpu() == null) listener.note("workers are not pinned to a core: taskset of util-linux is not on the path; expect wider intervals");
        if (plan.measures(Measure.COLD) && plan.starts().stream().anyMatch(s -> s.host() == Start.Host.CONTAINER)) announceContainers();
        for (Backends.Chosen chosen : plan.backends()) {
            if (!chosen.availability().yes()) listener.note(chosen.name() + " is unavailable: " + chosen.availability().reason() + "; " + chosen.availability().fix());
        }
    }

    /** One line, whatever the number of back ends. */
    private void announceContainers() {
        Availability bare = Containers.availability(Containers.BARE.name());
        if (!bare.yes()) listener.note("no bare container to compare starts with: " + bare.reason() + "; " + bare.fix());
    }

    private void trials() {
        TrialRunner runner = new TrialRunner(plan, command, recorder, this, manifest.run(), manifest.attempts().size() - 1, folder, work);
        Random seeds = new Random(plan.seed() + manifest.attempts().size());
        for (Unit unit : schedule.firstPass()) if (resumed == null || schedule.needed(unit, table)) pass.add(unit);
        while (!stopping() && !pass.isEmpty() && !overBudget()) run(runner, pass.poll(), seeds.nextLong());
        while (!stopping() && System.nanoTime() < deadline) {
            Unit unit = schedule.next(table, u -> recorder.blocked(u) || expected(u) > deadline - System.nanoTime());
            if (unit == null) break;
            run(runner, unit, seeds.nextLong());
        }
    }

    private void run(TrialRunner runner, Unit unit, long seed) {
        if (recorder.blocked(unit)) return;
        long start = System.nanoTime();
        runner.run(unit, seed);
        long nanos = System.nanoTime() - start;
        note(unit.toString(), nanos);
        note(like(unit), nanos);
    }

    /** Mean of what the unit took so far, or its like with this back end, in nanoseconds; 0 if nothing is known. */
    private long expected(Unit unit) {
        long[] cost = costs.get(unit.toString());
        if (cost == null) cost = costs.get(like(unit));
        return cost == null ? 0 : cost[0] / cost[1];
    }

    private static String like(Unit unit) {
        return unit.kind().label() + '|' + unit.backend();
    }

    private void note(String key, long nanos) {
        long[] cost = costs.computeIfAbsent(key, u -> new long[2]);
        cost[0] += nanos;
        cost[1]++;
    }

    private void failed(CellKey cell) {
        listener.cellEnded(cell, table.status(cell), table.reason(cell));
    }

    @Override
    public boolean stopping() {
        return stop || Thread.currentThread().isInterrupted();
    }

    /** The first pass goes on beyond a budget that the user did not name. */
    @Override
    public boolean overBudget() {
        return plan.hardBudget() && System.nanoTime() >= deadline;
    }

    @Override
    public void working(String what) {
        int done = 0;
        for (CellKey cell : plan.cells()) if (!table.status(cell).pending()) done++;
        Duration elapsed = Duration.ofNanos(System.nanoTime() - started);
        listener.progress(new ExperimentListener.Progress(what, done, plan.cells().size(), recorder.rowCount(), elapsed, left(elapsed)));
    }

    /**
     * What remains: of the first pass and of the repeats after it, each unit at what its like has cost so far, the repeats no longer than the budget. What nothing
     * is known about yet counts as nothing, so that with a budget the estimate is that.
     */
    private Duration left(Duration elapsed) {
        if (costs.isEmpty()) return plan.budget() == null ? null : plan.budget().minus(elapsed);
        long first = 0, repeats = 0;
        for (Unit unit : pass) first += expected(unit);
        for (Unit unit : schedule.firstPass()) if (!recorder.blocked(unit)) repeats += schedule.repeats(unit, table) * expected(unit);
        if (plan.budget() == null) return Duration.ofNanos(first + repeats);
        long budget = Math.max(0, plan.budget().toNanos() - elapsed.toNanos());
        if (plan.hardBudget()) return Duration.ofNanos(pass.isEmpty() ? Math.min(budget, repeats) : budget);
        return Duration.ofNanos(pass.isEmpty() ? Math.min(budget, repeats) : Math.max(first, budget));
    }

    @Override
    public void note(String line) {
        listener.note(line);
    }

    private void prepareWork() {
        removeWork();
        try {
            Files.createDirectories(work.resolve(RunFolder.BLOBS));
            Files.write(work.resolve("empty.wasm"), TaskList.EMPTY_MODULE);
        } catch (IOException e) {
            throw new StoreException("cannot write to " + work.toAbsolutePath() + ": " + e.getMessage(), e);
        }
    }

    private void removeWork() {
        if (!Files.exists(work)) return;
        try (Stream<Path> files = Files.walk(work)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) Files.delete(file);
        } catch (IOException e) {
            listener.note("cannot remove the scratch folder " + work + ": " + e.getMessage());
        }
    }
}
