package dev.backbench.core;

import dev.backbench.core.plan.Plan;
import dev.backbench.core.plan.PlanOptions;
import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Summary;
import dev.backbench.core.store.RunFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** From a summary to an exit code, the list of failures and the commands that repeat them. */
final class Outcomes {
    private Outcomes() {}

    static Outcome of(Plan plan, PlanOptions options, Path folder, Summary summary, List<String> sentences, boolean interrupted) {
        List<Outcome.Failure> failures = new ArrayList<>();
        RunFolder.open(folder).rows(row -> {
            boolean known = failures.stream().anyMatch(f -> f.cell().equals(row.cell()));
            if (!row.status().failure() || known || !plan.cells().contains(row.cell())) return;
            Path log = row.trial() < 0 ? null : folder.resolve(RunFolder.LOGS).resolve("trial-%05d.log".formatted(row.trial()));
            failures.add(new Outcome.Failure(row.cell(), row.status(), row.reason(), log, command(row.cell(), plan, options)));
        });
        // outputs that disagree are found when all are in
        for (Summary.Cell cell : summary.cells()) {
            boolean known = failures.stream().anyMatch(f -> f.cell().equals(cell.key()));
            if (cell.status().failure() && !known) failures.add(new Outcome.Failure(cell.key(), cell.status(), cell.reason(), null, command(cell.key(), plan, options)));
        }
        return new Outcome(exit(summary, interrupted), folder, summary, sentences, failures, plan.seed(), Commands.repeat(options.argv, plan.seed()));
    }

    private static ExitCode exit(Summary summary, boolean interrupted) {
        if (interrupted) return ExitCode.INTERRUPTED;
        if (summary.cells().stream().anyMatch(c -> c.status().failure())) return ExitCode.FAILED;
        boolean ran = summary.cells().stream().anyMatch(c -> c.status() == Status.OK || c.status() == Status.TIERED);
        return ran ? ExitCode.OK : ExitCode.NOTHING;
    }

    /** What finds the workload again on its own: its name if the catalogue knows it, otherwise its file. */
    private static String word(CellKey cell, Plan plan) {
        var workload = plan.workload(cell.workload());
        return workload.origin() == dev.backbench.workloads.Origin.FOLDER ? workload.wasm().toString() : workload.name();
    }

    private static String command(CellKey cell, Plan plan, PlanOptions options) {
        return Commands.trial(cell.backend(), word(cell, plan), cell.measure(), cell.regime(), options.argv);
    }
}
