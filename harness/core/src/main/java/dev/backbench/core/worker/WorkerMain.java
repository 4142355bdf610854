package dev.backbench.core.worker;

import dev.backbench.core.host.Canary;
import dev.backbench.core.worker.WorkerSpec.Task;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.openjdk.jmh.runner.RunnerException;

/**
 * A trial's process: one back end, a list of tasks from a file, results as lines on file descriptor 3. Loads neither the command line's nor the store's
 * libraries. Ends by itself when its standard input ends, which is when the experiment is gone.
 */
public final class WorkerMain {
    /** Exit codes: after an error that leaves the process untrustworthy, and when nobody listens any more. */
    static final int BROKEN = 70, ORPHANED = 71;

    /** Property of a worker whose JVM has something to write at its end. */
    public static final String TRAINING = "backbench.training";

    /** Property of a worker whose standard input does not tell whether its parent lives. */
    public static final String ALONE = "backbench.alone";

    private WorkerMain() {}

    public static void main(String[] arguments) throws IOException {
        long entered = System.nanoTime();
        Reporter reporter = Reporter.onPipe();
        reporter.send("hello", ProcessHandle.current().pid(), entered);
        if (!Boolean.getBoolean(ALONE)) Thread.ofPlatform().daemon().name("parent").start(WorkerMain::endWithParent);
        int exit = BROKEN;
        try {
            WorkerSpec spec = WorkerSpec.parse(Files.readAllLines(Path.of(arguments[0]), StandardCharsets.UTF_8));
            perform(spec, reporter);
            exit = 0;
        } catch (Throwable t) {
            t.printStackTrace();
        }
        System.out.flush();
        System.err.flush();
        if (Boolean.getBoolean(TRAINING)) System.exit(exit);
        // a back end's threads must not keep the process alive
        Runtime.getRuntime().halt(exit);
    }

    private static void perform(WorkerSpec spec, Reporter reporter) throws RunnerException {
        if (!spec.quiet()) reporter.send("canary", Canary.nanos());
        Session session = new Session(spec, reporter);
        List<Task> tasks = spec.tasks();
        int next = 0;
        if (spec.jmh()) {
            while (next < tasks.size() && Session.compiles(tasks.get(next))) next++;
            if (next > 0) CompileBenchmark.perform(session, tasks.subList(0, next));
        }
        for (Task task : tasks.subList(next, tasks.size())) session.perform(task);
        session.release();
        reporter.send("canary", Canary.nanos());
        reporter.send("bye");
    }

    private static void endWithParent() {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException gone) {
            // the same
        }
        Runtime.getRuntime().halt(ORPHANED);
    }
}
