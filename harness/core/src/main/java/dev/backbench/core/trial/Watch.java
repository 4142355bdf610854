package dev.backbench.core.trial;

import dev.backbench.core.host.ProcFiles;
import dev.backbench.core.host.ProcessTree;
import dev.backbench.core.plan.Plan;
import dev.backbench.core.plan.TaskList;
import dev.backbench.core.plan.Unit;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Status;
import dev.backbench.core.store.StoreException;
import dev.backbench.core.worker.WorkerSpec.Task;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Follows one worker from start to end: hands its samples on, holds it to its limits, and says what became of its tasks. */
final class Watch {
    /** From the start of the process to its first word: a JVM that does not come up in this time never will. */
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    /** Between looks at the clock, the worker's memory and the wish to stop; long, because looking costs the machine something. */
    private static final long POLL_MILLIS = 250;
    /** The same while memory is measured: an assembler may live for a few dozen milliseconds only. */
    private static final long MEMORY_POLL_MILLIS = 10;

    private final Plan plan;
    private final Unit unit;
    private final TaskList list;
    private final WorkerProcess process;
    private final int trial;
    private final TrialSink sink;
    private final TrialMonitor monitor;
    private final long memoryLimit, oomKills;
    private final Path log;
    private final Launch launch;
    /** Tasks that have neither ended nor failed, in order. */
    private final Set<Task> open;
    private final Map<Integer, Task> byId = new LinkedHashMap<>();
    /** Whether the unit's memory counts. */
    private final boolean metered;
    private final List<Long> canary = new ArrayList<>();
    private Task current;
    private String stage = "load";
    private Duration limit = START_LIMIT;
    private long deadline;
    private long entered = -1, peakRss = -1, companions, nextLook;
    private boolean bye, progressed, over;
    private Status status = Status.OK;
    private String reason;
    private int exit;

    Watch(Plan plan, Unit unit, TaskList list, List<Task> tasks, WorkerProcess process, int trial, TrialSink sink, TrialMonitor monitor, long memoryLimit, Path log,
            long oomKills, Launch launch) {
        this.plan = plan;
        this.unit = unit;
        this.list = list;
        this.process = process;
        this.trial = trial;
        this.sink = sink;
        this.monitor = monitor;
        this.memoryLimit = memoryLimit;
        this.log = log;
        this.oomKills = oomKills;
        this.launch = launch;
        metered = plan.measures(Measure.MEMORY) && (unit.kind() == Unit.Kind.FIRST || unit.kind() == Unit.Kind.EMPTY);
        open = new LinkedHashSet<>(tasks);
        for (Task task : tasks) byId.put(task.id(), task);
    }

    void untilEnd() {
        deadline = System.nanoTime() + limit.toNanos();
        try {
            while (!over) step();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop(Status.INTERRUPTED, "interrupted");
        } catch (RuntimeException e) {
            process.kill();
            throw e;
        }
        exit = process.end();
    }

    private void step() throws InterruptedException {
        long left = (deadline - System.nanoTime()) / 1_000_000 + 1;
        boolean sampling = metered && stage.equals("compile");
        List<String> line = process.next(Math.min(left, sampling ? MEMORY_POLL_MILLIS : POLL_MILLIS));
        if (sampling) companions = Math.max(companions, ProcessTree.peaksBelow(process.pid()));
        if (line == WorkerProcess.END) ended();
        else if (line != null) hear(line);
        else if (System.nanoTime() > deadline) timedOut();
        else look();
    }

    private void look() {
        if (monitor.stopping()) {
            stop(Status.INTERRUPTED, "interrupted");
            return;
        }
        long now = System.nanoTime();
        if (now < nextLook) return;
        nextLook = now + POLL_MILLIS * 1_000_000;
        long rss = ProcessTree.resident(process.pid());
        if (rss <= memoryLimit) return;
        stop(Status.OOM, "resident set of " + (rss >> 20) + " MB is over the limit of " + (memoryLimit >> 20) + " MB");
        failCurrent(Status.OOM, reason, -1);
    }

    private void hear(List<String> line) {
        switch (line.getFirst()) {
            case "hello" -> {
                entered = Long.parseLong(line.get(2));
                process.isKnownAs(Long.parseLong(line.get(1)));
            }
            case "canary" -> canary.add(Long.parseLong(line.get(1)));
            case "begin" -> begin(byId.get(Integer.parseInt(line.get(1))), line.get(2));
            case "sample" -> {
                Task task = byId.get(Integer.parseInt(line.get(1)));
                Map<String, String> values = values(line);
                launch.check(list.modules().get(task.module()), task, values);
                sink.sample(context(), task, line.get(2), values);
            }
            case "end" -> {
                open.remove(byId.get(Integer.parseInt(line.get(1))));
                current = null;
                progressed = true;
                peakRss = Math.max(peakRss, ProcFiles.statusBytes(Long.toString(process.pid()), "VmHWM"));
                rest("the end of a task");
            }
            case "fail" -> {
                current = byId.get(Integer.parseInt(line.get(1)));
                stage = line.get(2);
                failCurrent(Status.named(line.get(3)), line.get(4), -1);
                rest("the end of a failed task");
            }
            case "unwritable" -> throw new StoreException("a worker cannot store machine code: " + line.get(1)
                    + "; the experiment stops here. What was measured before is stored. With room made, --resume goes on where it stopped.");
            case "bye" -> bye = true;
            default -> throw new IllegalStateException("worker said " + line);
        }
    }

    /** Nothing is timed now, but a worker that neither goes on nor ends must not be waited for without end. */
    private void rest(String where) {
        stage = where;
        limit = START_LIMIT;
        deadline = System.nanoTime() + limit.toNanos();
    }

    private void begin(Task task, String nextStage) {
        boolean first = current == null;
        current = task;
        stage = nextStage;
        String workload = list.modules().get(task.module()).name();
        limit = stage.equals("start") ? plan.timeout("compile", workload).plus(plan.timeout("run", workload)) : plan.timeout(stage, workload);
        deadline = System.nanoTime() + limit.toNanos();
        monitor.working(unit.backend() + ' ' + stage + ' ' + workload + " (" + unit.kind().label() + ')');
        if (monitor.stopping()) stop(Status.INTERRUPTED, "interrupted");
        else if (first && monitor.overBudget()) stop(Status.BUDGET, "the budget was over");
    }

    private Map<String, String> values(List<String> line) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 3; i + 1 < line.size(); i += 2) values.put(line.get(i), line.get(i + 1));
        // what runs beside the worker says its own peak, and is among its children too unless it is in a container
        long told = Long.parseLong(values.getOrDefault("companions", "0")), below = Math.max(told, metered ? companions : 0);
        values.computeIfPresent("peak", (k, peak) -> Long.toString(Long.parseLong(peak) + below));
        return values;
    }

    private void timedOut() {
        String what = "over the limit of " + seconds(limit) + (current != null ? " (--timeout=" + (stage.equals("run") ? "run" : "compile") + ":TIME)"
                : " in " + (entered < 0 ? "starting" : stage));
        stop(Status.TIMEOUT, what);
        if (current != null) failCurrent(Status.TIMEOUT, what, limit.toNanos());
        else if (!progressed) failAll(Status.TIMEOUT, what);
    }

    private static String seconds(Duration limit) {
        return limit.toMillis() % 1000 == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
    }

    private void stop(Status why, String what) {
        status = why;
        reason = what;
        over = true;
        process.kill();
    }

    private void ended() {
        over = true;
        exit = process.end();
        if (bye && exit == 0) {
            open.clear();
            return;
        }
        if (status != Status.OK && current == null) return;
        Death death = Death.of(exit, log, oomKills);
        status = death.status();
        reason = death.reason();
        if (current != null) failCurrent(status, reason, -1);
        else if (!progressed) failAll(status, "the worker did not start: " + reason);
        else monitor.note(unit.backend() + ": a worker died between tasks (" + reason + "); see " + log);
        if (bye) open.clear();
    }

    private void failCurrent(Status why, String what, long limitNanos) {
        Task task = current;
        current = null;
        open.remove(task);
        progressed = true;
        status = why;
        reason = what;
        sink.failure(context(), task, stage, why, what, limitNanos);
        if (stage.equals("load")) open.clear();
    }

    private void failAll(Status why, String what) {
        for (Task task : open) sink.failure(context(), task, "load", why, what, -1);
        open.clear();
    }

    private TrialSink.Process context() {
        return new TrialSink.Process(trial, unit, list, process.spawned(), entered, process.inside(), launch.started());
    }

    List<Task> remaining() {
        return List.copyOf(open);
    }

    int exit() {
        return exit;
    }

    long peakRss() {
        return peakRss;
    }

    List<Long> canary() {
        return List.copyOf(canary);
    }

    Status status() {
        return status;
    }

    String reason() {
        return reason;
    }
}
