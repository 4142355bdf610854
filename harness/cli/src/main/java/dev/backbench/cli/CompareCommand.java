package dev.backbench.cli;

import dev.backbench.core.Experiment;
import dev.backbench.core.ExitCode;
import dev.backbench.core.Outcome;
import dev.backbench.core.plan.Backends;
import dev.backbench.core.plan.Plan;
import dev.backbench.core.plan.PlanOptions;
import dev.backbench.core.row.CellKey;
import dev.backbench.core.store.RunFolder;
import dev.backbench.core.verdict.Diff;
import dev.backbench.reports.Document;
import dev.backbench.reports.Reports;
import dev.backbench.reports.RunData;
import dev.backbench.spi.setup.Requirement;
import dev.backbench.workloads.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "compare", sortOptions = false, abbreviateSynopsis = true,
    description = {"Compile programs with back ends, run them, check their output, and show compile throughput, code quality, code size, cold start and memory.",
        "Without options: the usual levels of every back end on the quick preset's programs. What is missing is fetched first, and said before.",
        "Standard output carries the document; progress goes to standard error. Ctrl-C keeps what is done; --resume continues it."})
final class CompareCommand extends BenchCommand {
    @Mixin
    PlanArguments plan;

    @Option(names = "--reference", paramLabel = "ID", description = "The back end that ratios are against; llvm:O2 if it takes part, otherwise the first.")
    String reference;

    @Option(names = "--require", split = ",", hideParamSyntax = true, paramLabel = "ID,…|all", description = "Exit with 3 if one of these cannot run here.")
    List<String> require = new ArrayList<>();

    @Option(names = "--out", paramLabel = "DIR", description = "The run folder; bench-out/<time>-<run> if not said, with a link bench-out/latest.")
    String out;

    @Option(names = "--resume", description = "Go on with the run in --out, or with the latest one.")
    boolean resume;

    @Option(names = "--force", description = "Replace what is in --out.")
    boolean force;

    @Option(names = "--format", paramLabel = "table|json|markdown|csv", description = "Of the document on standard output; table if not said.")
    Document.Format format = Document.Format.TABLE;

    @ArgGroup(exclusive = false)
    Exports exports = new Exports();

    @Option(names = "--against", paramLabel = "RUN|latest", description = "Then compare with an earlier run, cell by cell; exits with 4 for a regression, 5 if unsure.")
    String against;

    @Option(names = "--offline", description = "Fetch nothing; what is missing is unavailable.")
    boolean offline;

    @Option(names = "--dry-run", description = "Say what would be measured, and measure nothing.")
    boolean dryRun;

    @Option(names = {"-v", "--verbose"}, description = "The table of each program too.")
    boolean verbose;

    @Override
    int run() throws IOException, InterruptedException {
        PlanOptions options = plan.inFull(main().arguments(), console()::warn);
        options.note = console()::warn;
        options.reference = reference;
        options.require = require;
        options.out = out == null ? null : PlanArguments.path("--out", out);
        options.resume = resume;
        options.force = force;
        exports.check();
        RunFolder older = against == null ? null : Runs.open(against); // before measuring: "latest" is about to change, and a typo must not cost a run
        if (dryRun) return dryRun(Experiment.plan(options));
        fetchMissing(options);
        try (Unhurried end = new Unhurried()) {
            return measure(options, older).code();
        }
    }

    private ExitCode measure(PlanOptions options, RunFolder older) throws IOException {
        Progress progress = new Progress(console());
        Outcome outcome;
        try {
            outcome = Experiment.run(options, progress);
        } finally {
            progress.close();
        }
        Thread.interrupted(); // Ctrl-C has done its work: what was measured is still to be shown
        RunFolder folder = RunFolder.open(outcome.folder());
        RunData data = RunData.read(folder);
        Reports.write(data, outcome.folder()).forEach(console()::say);
        console().out.print(Document.of(data, format, verbose, console().colorOnOut()));
        exports.write(data, verbose);
        tell(outcome);
        ExitCode exit = outcome.exit();
        return older == null || exit != ExitCode.OK ? exit : against(older, folder);
    }

    /** The last lines: what failed and how to repeat it, what was found, and where it all is. They belong to the document only where that is the table. */
    private void tell(Outcome outcome) {
        java.io.PrintStream to = format == Document.Format.TABLE ? console().out : console().err;
        to.println();
        Set<String> told = new HashSet<>();
        for (Outcome.Failure failure : outcome.failures()) {
            CellKey cell = failure.cell();
            // a module that cannot be compiled fails in every measure for the one reason
            if (!told.add(cell.backend() + '\n' + cell.workload() + '\n' + failure.reason())) continue;
            List<String> measures = outcome.failures().stream().filter(f -> f.cell().backend().equals(cell.backend()) && f.cell().workload().equals(cell.workload())
                && java.util.Objects.equals(f.reason(), failure.reason())).map(f -> f.cell().measure().label()).distinct().toList();
            to.println(failure.status().label() + ": " + cell.backend() + " " + String.join(", ", measures) + " " + cell.workload() + (failure.reason() == null ? "" : ": " + failure.reason()));
            to.println("  alone: " + failure.command() + (failure.log() == null ? "" : "    log: " + outcome.folder().resolve(failure.log())));
        }
        outcome.sentences().forEach(to::println);
        to.println("page:   " + outcome.folder().resolve(Reports.PAGE));
        to.println("seed:   " + outcome.seed());
        to.println("repeat: " + outcome.repeat());
        if (outcome.exit() == ExitCode.INTERRUPTED) to.println("go on:  " + outcome.repeat().replace(" --force", "") + " --resume");
    }

    private ExitCode against(RunFolder older, RunFolder newer) {
        Diff.Result result = Diff.of(older, newer);
        java.io.PrintStream to = format == Document.Format.TABLE ? console().out : console().err;
        to.println();
        to.print(DiffTable.text(result, console().colorOnOut()));
        return result.exit();
    }

    private void fetchMissing(PlanOptions options) throws InterruptedException {
        Backends all = Backends.onClassPath();
        List<Backends.Chosen> chosen = options.backends.isEmpty() ? all.byDefault(options.threads) : all.resolve(options.backends, options.threads);
        Setup setup = new Setup(console(), offline);
        Set<String> done = new HashSet<>();
        for (Backends.Chosen one : chosen) {
            List<Requirement> missing = Setup.missing(Setup.requirements(one));
            missing.removeIf(r -> !done.add(r.what() + r.where()));
            setup.fetch(one.backend().id(), missing);
        }
    }

    private int dryRun(Plan plan) {
        java.io.PrintStream to = console().out;
        to.println("back ends:");
        for (Backends.Chosen b : plan.backends()) {
            boolean here = b.availability().yes();
            to.println("  " + b.name() + (b.name().equals(plan.reference()) ? " (reference)" : "")
                + (here ? "" : ": unavailable: " + b.availability().reason() + ". Type: " + b.availability().fix()));
        }
        to.println("programs:");
        for (Workload w : plan.workloads()) to.println("  " + w.name() + ", " + w.code().codeBytes() + " bytes of code" + (w.runnable() ? "" : " (compiled only: " + w.compileOnly() + ")"));
        to.println("measures: " + String.join(", ", plan.measures().stream().map(m -> m.label()).toList()));
        to.println(plan.cells().size() + " cells, " + plan.processes() + " processes each, compile regime " + plan.steady() + ", "
            + (plan.budget() == null ? "no budget" : "at most " + Times.show(plan.budget())) + ", on core " + (plan.cpu() == null ? "any" : plan.cpu()));
        to.println("seed: " + plan.seed());
        return ExitCode.OK.code();
    }

    /** Where else the document goes, in which form. */
    static final class Exports {
        @Option(names = "--export-json", paramLabel = "F", description = "Also write the summary as JSON.")
        Path json;

        @Option(names = "--export-markdown", paramLabel = "F", description = "Also write the tables as Markdown.")
        Path markdown;

        @Option(names = "--export-csv", paramLabel = "F", description = "Also write the cells as CSV.")
        Path csv;

        /** Before measuring: a file that cannot be written must not be found out behind it. */
        void check() {
            check("--export-json", json);
            check("--export-markdown", markdown);
            check("--export-csv", csv);
        }

        private static void check(String option, Path file) {
            if (file == null) return;
            Path folder = file.toAbsolutePath().getParent();
            if (Files.isDirectory(file) || folder == null) throw CliException.usage(option + "=" + file + " is a folder: name a file");
            if (!Files.isDirectory(folder)) throw CliException.usage(option + "=" + file + ": there is no folder " + folder);
            if (!Files.isWritable(Files.exists(file) ? file : folder)) throw CliException.usage(option + "=" + file + " may not be written; check its owner and mode");
        }

        void write(RunData data, boolean verbose) throws IOException {
            write(json, Document.Format.JSON, data, verbose);
            write(markdown, Document.Format.MARKDOWN, data, verbose);
            write(csv, Document.Format.CSV, data, verbose);
        }

        private static void write(Path file, Document.Format format, RunData data, boolean verbose) throws IOException {
            if (file != null) Files.writeString(file, Document.of(data, format, verbose, false));
        }
    }
}
