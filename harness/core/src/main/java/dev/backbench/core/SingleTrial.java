package dev.backbench.core;

import dev.backbench.core.plan.Backends;
import dev.backbench.core.plan.Plan;
import dev.backbench.core.plan.PlanOptions;
import dev.backbench.core.plan.Planner;
import dev.backbench.core.plan.TaskList;
import dev.backbench.core.plan.Unit;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Start;
import dev.backbench.core.row.Status;
import dev.backbench.core.trial.Boxes;
import dev.backbench.core.trial.WorkerCommand;
import dev.backbench.core.worker.Wire;
import dev.backbench.core.worker.WorkerSpec;
import dev.backbench.spi.Containers;
import dev.backbench.workloads.Workload;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One cell alone, in the foreground: what a failed cell's command does. */
public final class SingleTrial {
    /** What an {@link ExitCode#FAILED} worker is given beyond its limits, for starting. */
    private static final Duration START = Duration.ofSeconds(60);

    /** Figures that are no times: counts, flags and hashes; and sizes. */
    private static final Set<String> PLAIN = Set.of("warm", "faults", "switches", "collections", "hostCalls", "hostFaults", "emitted", "sha", "output", "wrong"),
            BYTES = Set.of("allocated", "peak", "companions", "code", "constants");

    private SingleTrial() {}

    /**
     * Runs the worker for the one back end, workload and measure of {@code options} with this process's terminal, writing no run folder. Samples are printed to
     * {@code out} as the worker reports them, times in milliseconds. Limits hold, but under the debugger there are none.
     *
     * @param gdb under the debugger, stopped before the JVM starts
     * @return the worker's status as an exit code
     * @throws UsageException not one back end, workload and measure, or the back end is unavailable
     */
    public static ExitCode run(PlanOptions options, boolean gdb, PrintStream out) {
        return run(options, Backends.onClassPath(), gdb, out);
    }

    static ExitCode run(PlanOptions options, Backends backends, boolean gdb, PrintStream out) {
        Plan plan = Planner.plan(options, backends);
        if (plan.backends().size() != 1 || plan.workloads().size() != 1 || plan.measures().size() != 1) {
            throw new UsageException("a trial is of one back end, one workload and one measure, not " + plan.backends().size() + ", " + plan.workloads().size() + " and "
                    + plan.measures().size());
        }
        Backends.Chosen chosen = plan.backends().getFirst();
        if (!chosen.availability().yes()) throw new UsageException(chosen.name() + " is unavailable: " + chosen.availability().reason() + "; " + chosen.availability().fix(), ExitCode.NOTHING);
        Workload workload = plan.workloads().getFirst();
        Measure measure = plan.measures().getFirst();
        if (!workload.runnable() && (measure == Measure.RUN || measure == Measure.COLD)) throw new UsageException(workload.name() + " cannot be run: " + workload.compileOnly());
        try {
            Path work = Files.createTempDirectory("backbench-trial-");
            try {
                return worker(plan, unit(plan, chosen, measure, workload), work, gdb, out);
            } finally {
                remove(work);
            }
        } catch (IOException e) {
            throw new UsageException("cannot run a trial: " + e.getMessage(), ExitCode.FAILED);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.INTERRUPTED;
        }
    }

    private static Unit unit(Plan plan, Backends.Chosen chosen, Measure measure, Workload workload) {
        List<String> names = List.of(workload.name());
        return switch (measure) {
            case COLD -> plan.startsApart(chosen) ? start(plan, chosen, names) : new Unit(Unit.Kind.FIRST, chosen.name(), names);
            case MEMORY -> new Unit(Unit.Kind.FIRST, chosen.name(), names);
            case COMPILE, RUN, SIZE -> new Unit(Unit.Kind.SWEEP, chosen.name(), names);
        };
    }

    private static Unit start(Plan plan, Backends.Chosen chosen, List<String> names) {
        if (plan.starts().size() > 1) throw new UsageException("a trial is of one cold start, not " + plan.starts().size() + ": name one with --cold=HOST-CODE");
        Start start = plan.starts().getFirst();
        if (chosen.obstacle(start) != null) throw new UsageException(chosen.name() + " has no cold start " + start.regime() + ": " + chosen.obstacle(start));
        return new Unit(Unit.Kind.START, chosen.name(), names, start);
    }

    /** A trial is of one process, so an image is made in the one that it is then started in. */
    private static List<WorkerSpec.Task> withImage(Unit unit, List<WorkerSpec.Task> tasks) {
        if (unit.start() == null || !unit.start().precompiled()) return tasks;
        List<WorkerSpec.Task> all = new ArrayList<>(tasks);
        all.addFirst(new WorkerSpec.Task(tasks.size(), WorkerSpec.Kind.IMAGE, 0, false, false, 1));
        return all;
    }

    private static ExitCode worker(Plan plan, Unit unit, Path work, boolean gdb, PrintStream out) throws IOException, InterruptedException {
        Backends.Chosen chosen = plan.backends().getFirst();
        TaskList list = TaskList.of(plan, unit, new Random(plan.seed()), work.resolve("empty.wasm"));
        Path spec = work.resolve("tasks"), events = work.resolve("events");
        boolean quiet = unit.kind() == Unit.Kind.FIRST || unit.kind() == Unit.Kind.START;
        Files.writeString(spec, new WorkerSpec(chosen.backend().getClass().getName(), chosen.workerOptions(), list.jmh(), quiet, null, list.modules(),
                withImage(unit, list.tasks())).text());
        Files.createFile(events);
        Containers.Image image = chosen.image(unit);
        if (image != null && gdb) throw new UsageException("--gdb is for a worker on this machine: leave out +in=container, or --cold=container");
        Containers.Box box = image == null ? null : Boxes.worker(image, plan.cpu(), list.modules(), work, spec);
        Process process = new WorkerCommand(plan.cpu(), plan.workerFlags()).foreground(chosen.name(), unit.brief(), spec, events, plan.seed(), gdb, box).start();
        boolean ended = true;
        if (gdb) process.waitFor();
        else ended = process.waitFor(limit(plan, list).toMillis(), TimeUnit.MILLISECONDS);
        if (!ended) {
            if (box != null) new ProcessBuilder(Containers.found().orElseThrow().removal(box.name())).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        return report(Files.readAllLines(events), ended ? process.exitValue() : -1, out);
    }

    private static Duration limit(Plan plan, TaskList list) {
        Duration limit = START;
        for (WorkerSpec.Task task : list.tasks()) {
            String workload = list.modules().get(task.module()).name();
            limit = limit.plus(plan.timeout("compile", workload)).plus(plan.timeout("run", workload).multipliedBy(task.count()));
        }
        return limit;
    }

    private static ExitCode report(List<String> events, int exit, PrintStream out) {
        boolean failed = exit != 0;
        String last = "starting";
        for (String line : events) {
            List<String> fields = Wire.fields(line);
            if (fields.getFirst().equals("begin")) last = fields.get(2);
            if (fields.getFirst().equals("sample")) {
                failed |= fields.contains("wrong") && fields.get(fields.indexOf("wrong") + 1) != null;
                out.println(sample(fields));
            }
            if (fields.getFirst().equals("fail")) {
                failed |= Status.named(fields.get(3)).failure();
                out.println(fields.get(2) + ": " + Status.named(fields.get(3)).label() + ": " + fields.get(4));
            }
        }
        if (exit < 0) out.println(last + ": over its limit");
        else if (exit != 0) out.println(last + ": the worker ended with " + (exit > 128 ? "signal " + (exit - 128) : "exit code " + exit));
        return failed ? ExitCode.FAILED : ExitCode.OK;
    }

    /** What was measured and its figures: times in milliseconds, sizes in bytes, counts; -1 is what the machine does not tell. */
    private static String sample(List<String> fields) {
        StringBuilder line = new StringBuilder(fields.get(2));
        for (int i = 3; i + 1 < fields.size(); i += 2) {
            String name = fields.get(i), value = fields.get(i + 1);
            if (value == null) continue; // nothing to tell, such as no wrong output
            boolean time = !PLAIN.contains(name) && value.matches("[0-9]+");
            line.append(i == 3 ? ": " : ", ").append(name).append(' ');
            if (time && !BYTES.contains(name)) line.append(String.format(Locale.ROOT, "%.3f ms", Long.parseLong(value) / 1e6));
            else line.append(value).append(time ? " bytes" : "");
        }
        return line.toString();
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }
}
