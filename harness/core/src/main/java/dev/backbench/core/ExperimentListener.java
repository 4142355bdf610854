package dev.backbench.core;

import dev.backbench.core.plan.Plan;
import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Status;
import java.nio.file.Path;
import java.time.Duration;

/** Hears how an experiment goes on; called on the experiment's thread between measurements or while it waits for a worker, so it must be quick. */
public interface ExperimentListener {
    ExperimentListener NONE = new ExperimentListener() {};

    /** Before the first trial; {@code folder} exists. */
    default void planned(Plan plan, Path folder) {}

    /** A worker began a task. Several times a second at most where tasks are short. */
    default void progress(Progress progress) {}

    /** A cell has a status that no later sample will mend (a failure), or the experiment is over. */
    default void cellEnded(CellKey cell, Status status, String reason) {}

    /** Something the user should know, one line: a back end that is unavailable, an unpinned worker, a noisy machine. */
    default void note(String line) {}

    /**
     * @param what is being done, such as {@code llvm:O2 compile sqlite3 (steady)}
     * @param cellsDone planned cells with at least one sample or a terminal status
     * @param samples taken so far
     * @param left estimate until the end; null before there is one
     */
    record Progress(String what, int cellsDone, int cellsTotal, long samples, Duration elapsed, Duration left) {}
}
