package dev.backbench.cli;

import dev.backbench.core.ExitCode;
import dev.backbench.core.stats.Summaries;
import dev.backbench.core.store.RunFolder;
import dev.backbench.core.verdict.Sentences;
import dev.backbench.reports.Document;
import dev.backbench.reports.Reports;
import dev.backbench.reports.RunData;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "report", description = "Write the charts, tables and page of runs again, from what they stored, and print the table.")
final class ReportCommand extends BenchCommand {
    @Parameters(paramLabel = "DIR", arity = "1..*", description = "Run folders, names in bench-out, or 'latest'.")
    List<String> runs = new ArrayList<>();

    @Option(names = "--recompute", description = "Compute summary.json again from the rows and say whether it is the same.")
    boolean recompute;

    @Option(names = "--format", paramLabel = "table|json|markdown|csv", description = "Of the document on standard output; table if not said.")
    Document.Format format = Document.Format.TABLE;

    @Option(names = {"-v", "--verbose"}, description = "The table of each program too.")
    boolean verbose;

    @Override
    int run() throws IOException {
        ExitCode exit = ExitCode.OK;
        for (String name : runs) {
            RunFolder folder = Runs.open(name);
            if (recompute && !recompute(folder)) exit = ExitCode.FAILED;
            for (String broken : folder.sealed() ? folder.verify() : List.<String>of()) console().warn(folder.path() + " differs from its seal: " + broken);
            RunData data = RunData.read(folder);
            Reports.write(data, folder.path()).forEach(console()::say);
            console().out.print(Document.of(data, format, verbose, console().colorOnOut()));
            if (format == Document.Format.TABLE) {
                console().out.println();
                Sentences.of(data.summary()).forEach(console().out::println);
            }
            console().say("page: " + folder.path().resolve(Reports.PAGE));
        }
        return exit.code();
    }

    /** @return whether what was stored is what follows from the rows, to the byte */
    private boolean recompute(RunFolder folder) throws IOException {
        var file = folder.path().resolve("summary.json");
        byte[] computed = Summaries.text(Summaries.compute(folder));
        boolean same = Files.exists(file) && java.util.Arrays.equals(Files.readAllBytes(file), computed);
        if (same) console().say(file + " is what follows from the rows, byte for byte");
        else if (Files.exists(file)) console().warn(file + " was not what follows from the rows; written again");
        else console().say(file + " was missing; written");
        boolean missing = !Files.exists(file);
        if (!same) Files.write(file, computed);
        return same || missing;
    }
}
