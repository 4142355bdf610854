package dev.backbench.cli;

import dev.backbench.core.verdict.Diff;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "diff",
    description = {"Compare two runs cell by cell: better, same, worse, or unsure, and what cannot be compared and why.",
        "A RUN is a folder, a name in bench-out, the end of one, or 'latest'. Exits with 4 for a regression, 5 if unsure."})
final class DiffCommand extends BenchCommand {
    @Parameters(index = "0", paramLabel = "OLD", description = "The earlier run.")
    String older;

    @Parameters(index = "1", paramLabel = "NEW", description = "The later one.")
    String newer;

    @Override
    int run() throws IOException {
        Diff.Result result = Diff.of(Runs.open(older), Runs.open(newer));
        console().out.print(DiffTable.text(result, console().colorOnOut()));
        return result.exit().code();
    }
}
