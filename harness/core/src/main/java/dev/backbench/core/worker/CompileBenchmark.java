package dev.backbench.core.worker;

import dev.backbench.core.worker.WorkerSpec.Task;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * A JVM-hosted compiler's timed compiles in JMH's loop, inside the worker and without forks: one iteration is one task, and each task is another module than
 * the one before. The samples are the session's own, one per iteration, because JMH has no process CPU clock; JMH's averages are not used.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CompileBenchmark {
    // JMH makes the state object itself, so what it works on is handed over here; there is one session in a process.
    private static Session session;
    private static final Deque<Task> TASKS = new ArrayDeque<>();

    private Task task;

    /** Performs all of {@code tasks}: the warm ones come first. */
    static void perform(Session session, List<Task> tasks) throws RunnerException {
        CompileBenchmark.session = session;
        TASKS.addAll(tasks);
        int warm = (int) tasks.stream().takeWhile(Task::warm).count();
        if (warm == tasks.size()) warm--;
        new Runner(new OptionsBuilder().include("^" + CompileBenchmark.class.getName() + "\\.compile$").forks(0).threads(1).warmupIterations(warm)
                .measurementIterations(tasks.size() - warm).timeout(TimeValue.days(1)).shouldFailOnError(true).verbosity(VerboseMode.SILENT).build()).run();
    }

    @Setup(Level.Iteration)
    public void next() {
        task = TASKS.remove();
    }

    /** @return something that JMH must believe is needed */
    @Benchmark
    public int compile() {
        session.perform(task);
        return task.id();
    }

    @TearDown(Level.Trial)
    public void release() {
        session.release();
    }
}
