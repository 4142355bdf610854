package dev.backbench.core.trial;

import dev.backbench.core.host.ProcFiles;
import dev.backbench.core.plan.Plan;
import dev.backbench.core.plan.TaskList;
import dev.backbench.core.plan.Unit;
import dev.backbench.core.row.Start;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Trial;
import dev.backbench.core.store.Json;
import dev.backbench.core.row.Measure;
import dev.backbench.core.store.RunFolder;
import dev.backbench.core.store.StoreException;
import dev.backbench.core.worker.WorkerSpec;
import dev.backbench.core.worker.WorkerSpec.Task;
import dev.backbench.spi.Containers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;

/**
 * Carries out one unit of the schedule: a worker process, and after each crash, hang or other end of it another one for the rest of its tasks. A task that killed its
 * worker is not tried again, so this ends.
 */
public final class TrialRunner {
    private static final long BARE_LIMIT_MILLIS = 60_000;

    private final Plan plan;
    private final WorkerCommand command;
    private final TrialSink sink;
    private final TrialMonitor monitor;
    private final String run;
    private final int attempt;
    private final Path folder, work;
    private final long memoryLimit;
    private int order;
    private boolean died;

    /** @param folder of the run @param work scratch folder in it, where workers leave machine code */
    public TrialRunner(Plan plan, WorkerCommand command, TrialSink sink, TrialMonitor monitor, String run, int attempt, Path folder, Path work) {
        this.plan = plan;
        this.command = command;
        this.sink = sink;
        this.monitor = monitor;
        this.run = run;
        this.attempt = attempt;
        this.folder = folder;
        this.work = work;
        memoryLimit = memoryLimit();
    }

    /** Nine tenths of what is free: one workload must not take the machine down with it. */
    private static long memoryLimit() {
        String available = ProcFiles.field(ProcFiles.read("/proc/meminfo"), "MemAvailable");
        return available == null ? Long.MAX_VALUE : Long.parseLong(available.substring(0, available.indexOf(' '))) * 1024 / 10 * 9;
    }

    /** @param seed draws the order of the tasks and each worker's layout */
    public void run(Unit unit, long seed) {
        Random random = new Random(seed);
        if (unit.kind() == Unit.Kind.BARE) {
            bare(unit);
            return;
        }
        if (unit.kind() == Unit.Kind.START && unit.start().precompiled() && !images(unit, seed)) return;
        TaskList list = TaskList.of(plan, unit, random, work.resolve("empty.wasm"));
        List<Task> remaining = possible(unit, list, list.tasks());
        while (!remaining.isEmpty() && !monitor.stopping() && !monitor.overBudget()) {
            Task first = remaining.getFirst();
            List<Task> left = worker(unit, list, remaining, random.nextLong());
            // a program that died while it ran took the sample of its compile with it
            if (left.isEmpty() && died && first.kind() == WorkerSpec.Kind.COLD) left = List.of(first);
            remaining = possible(unit, list, warmedUp(list, left));
        }
    }

    /** A process that says a word and ends, from its beginning until it was heard. */
    private void bare(Unit unit) {
        int number = sink.nextTrial();
        String log = log(number);
        Containers.Box box = unit.start().host() == Start.Host.CONTAINER ? Boxes.bare(Containers.BARE, plan.cpu(), work) : null;
        List<String> argv = command.bare(folder.resolve(log), box);
        long start = System.currentTimeMillis();
        try {
            WorkerProcess process = new WorkerProcess(command.builder(argv, 0), box);
            List<String> word = process.next(BARE_LIMIT_MILLIS);
            long heard = System.nanoTime();
            int exit = process.end();
            boolean ok = word != null && word != WorkerProcess.END && exit == 0;
            sink.bare(unit.start(), number, ok ? heard - process.spawned() : -1, ok ? null : "it ended with " + exit + " and said nothing; see " + log);
            sink.ended(new Trial(Json.SCHEMA, run, number, attempt, order++, unit.kind().label(), unit.backend(), List.of(), argv, plan.cpu(), 0, start, System.currentTimeMillis() - start,
                    exit > 128 ? null : exit, exit > 128 ? exit - 128 : null, -1, List.of(ProcFiles.load(), ProcFiles.load()), -1, List.of(), ok ? Status.OK : Status.CRASH, null, log));
        } catch (IOException e) {
            throw new StoreException("cannot start a process from " + work.toAbsolutePath() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String log(int trial) {
        return RunFolder.LOGS + "/trial-%05d.log".formatted(trial);
    }

    /** Makes those images of a unit that are missing. @return whether one is there; what has none has a failure that says why */
    private boolean images(Unit unit, long seed) {
        List<String> missing = unit.workloads().stream().filter(w -> !Files.exists(TaskList.image(work.resolve("empty.wasm"), unit.backend(), w))).toList();
        if (!missing.isEmpty()) run(new Unit(Unit.Kind.IMAGE, unit.backend(), missing, unit.start()), seed);
        return unit.workloads().stream().anyMatch(w -> Files.exists(TaskList.image(work.resolve("empty.wasm"), unit.backend(), w)));
    }

    /** Without what earlier failures make pointless; what cannot be run may still be compiled. */
    private List<Task> possible(Unit unit, TaskList list, List<Task> tasks) {
        List<Task> possible = new ArrayList<>();
        boolean compiles = plan.measures(Measure.COMPILE) || plan.measures(Measure.MEMORY);
        for (Task task : tasks) {
            Task compile = new Task(task.id(), WorkerSpec.Kind.FIRST, task.module(), task.warm(), task.hold(), task.count());
            if (!sink.blocked(unit, list, task)) possible.add(task);
            else if (task.kind() == WorkerSpec.Kind.COLD && compiles && !sink.blocked(unit, list, compile)) possible.add(compile);
        }
        return possible;
    }

    /** What a new worker has to do to go on where another one ended: a steady compile has to be warmed up for again. */
    private static List<Task> warmedUp(TaskList list, List<Task> left) {
        if (left.stream().noneMatch(t -> t.kind() == WorkerSpec.Kind.COMPILE)) return left;
        List<Task> tasks = new ArrayList<>(list.tasks().stream().filter(t -> t.warm() && !left.contains(t)).toList());
        tasks.addAll(left);
        return tasks;
    }

    /** @return tasks that another worker has to do */
    private List<Task> worker(Unit unit, TaskList list, List<Task> tasks, long layoutSeed) {
        int number = sink.nextTrial();
        String log = log(number);
        Path logFile = folder.resolve(log);
        boolean quiet = unit.kind() == Unit.Kind.FIRST || unit.kind() == Unit.Kind.EMPTY || unit.kind() == Unit.Kind.START;
        long start = System.currentTimeMillis(), oomKills = Death.oomKills(), steal = ProcFiles.steal();
        double load = ProcFiles.load();
        Watch watch;
        List<String> argv;
        try {
            Launch launch = Launch.write(plan, command, unit, list, tasks, work, logFile, layoutSeed, quiet);
            argv = launch.argv();
            WorkerProcess process = new WorkerProcess(command.builder(argv, layoutSeed), launch.box());
            watch = new Watch(plan, unit, list, tasks, process, number, sink, monitor, memoryLimit, logFile, oomKills, launch);
        } catch (IOException e) {
            throw new StoreException("cannot start a worker from " + work.toAbsolutePath() + ": " + e.getMessage(), e);
        }
        watch.untilEnd();
        long stolen = steal < 0 ? -1 : ProcFiles.steal() - steal;
        int exit = watch.exit();
        died = watch.status() != Status.OK;
        sink.ended(new Trial(Json.SCHEMA, run, number, attempt, order++, unit.kind().label(), unit.backend(), names(list, tasks), argv, plan.cpu(), layoutSeed, start,
                System.currentTimeMillis() - start, exit > 128 ? null : exit, exit > 128 ? exit - 128 : null, watch.peakRss(), List.of(load, ProcFiles.load()), stolen,
                watch.canary(), watch.status(), watch.reason(), log));
        return watch.remaining();
    }

    private static List<String> names(TaskList list, Collection<Task> tasks) {
        List<String> names = new ArrayList<>();
        for (Task task : tasks) {
            String name = list.modules().get(task.module()).name();
            if (!names.contains(name)) names.add(name);
        }
        return names;
    }
}
