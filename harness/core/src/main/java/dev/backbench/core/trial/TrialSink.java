package dev.backbench.core.trial;

import dev.backbench.core.plan.TaskList;
import dev.backbench.core.plan.Unit;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Start;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Trial;
import dev.backbench.core.worker.WorkerSpec.Task;
import java.util.Map;

/** Where a trial's results go. */
public interface TrialSink {
    /**
     * One worker process.
     *
     * @param trial its number
     * @param spawned {@link System#nanoTime} when the worker's JVM was let start
     * @param entered the same when its main method was entered
     * @param inside the same when it was heard that the container around it had come up; -1 without one
     * @param started how, for rows of cold starts
     */
    record Process(int trial, Unit unit, TaskList list, long spawned, long entered, long inside, Row.Started started) {}

    /** The number of the next worker process. */
    int nextTrial();

    /** @param what the kind of sample @param values by the worker's names */
    void sample(Process process, Task task, String what, Map<String, String> values);

    /**
     * A task that gives no more samples.
     *
     * @param stage {@code load}, {@code compile} or {@code run}
     * @param limitNanos the limit it ran over; -1 if that is not the reason
     */
    void failure(Process process, Task task, String stage, Status status, String reason, long limitNanos);

    /** A process or container that does nothing. @param nanos until it was heard; -1 if it was not, for {@code reason} */
    void bare(Start start, int trial, long nanos, String reason);

    /** Whether an earlier failure makes the task pointless. */
    boolean blocked(Unit unit, TaskList list, Task task);

    /** Everything about the process is known; what it gave is to be safe when this returns. */
    void ended(Trial trial);
}
