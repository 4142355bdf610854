package dev.backbench.core.verdict;

import dev.backbench.core.ExitCode;
import dev.backbench.core.row.CellKey;
import dev.backbench.core.store.RunFolder;
import java.util.List;

/** Two runs against each other, cell by cell. */
public final class Diff {
    public enum Verdict {
        BETTER, SAME, UNSURE, WORSE,
        /** of different workloads, machines, definitions or options, or without a figure on a side */
        NOT_COMPARABLE
    }

    /**
     * @param ratio new by old, as speed: above 1 is better whatever the measure; null if not comparable
     * @param smallest the smallest change this cell could have shown, as a fraction; null if unknown
     * @param reason why it is not comparable or unsure; null otherwise
     */
    public record CellDiff(CellKey cell, Verdict verdict, Double ratio, Double low, Double high, Double smallest, String reason) {}

    /** @param exit {@link ExitCode#REGRESSION} if any cell is worse, else {@link ExitCode#UNSURE} if any is unsure, else {@link ExitCode#OK} */
    public record Result(String oldRun, String newRun, List<CellDiff> cells, ExitCode exit) {}

    private Diff() {}

    public static Result of(RunFolder older, RunFolder newer) {
        throw new UnsupportedOperationException();
    }
}
