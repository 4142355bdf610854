package dev.backbench.core;

import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Summary;
import java.nio.file.Path;
import java.util.List;

/**
 * How an experiment ended.
 *
 * @param folder the run folder
 * @param sentences what was found, one each
 * @param failures cells that are wrong, crashed, timed out or ran out of memory
 * @param repeat the command that repeats the run, seed included
 */
public record Outcome(ExitCode exit, Path folder, Summary summary, List<String> sentences, List<Failure> failures, long seed, String repeat) {
    /** @param command repeats this cell alone: {@code ./bench trial …} @param log file in the run folder; null if there is none */
    public record Failure(CellKey cell, Status status, String reason, Path log, String command) {}
}
