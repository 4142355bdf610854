package dev.backbench.cli;

import dev.backbench.conformance.ConformanceCommandRunner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "conformance", synopsisSubcommandLabel = "SUITE", subcommands = {ConformanceCommand.Wasm.class, ConformanceCommand.Ssa.class, ConformanceCommand.Clif.class},
    description = "Run a conformance suite against a back end.")
final class ConformanceCommand extends BenchCommand {
    @Override
    int run() {
        throw CliException.usage("which suite? Type: bench conformance wasm --backend=ID DIR…, or ssa, or clif");
    }

    @Command(name = "wasm",
        description = "Run the WebAssembly specification's test suite (JSON commands beside modules). The last line is 'N passed, N failed, N skipped'.")
    static final class Wasm extends BenchCommand {
        @Option(names = "--backend", required = true, paramLabel = "ID[:LEVEL]", description = "Which back end.")
        String backend;

        @Option(names = "--format", paramLabel = "text|json", description = "text if not said.")
        Format format = Format.text;

        @Option(names = "--jobs", paramLabel = "N", description = "Processes at a time.")
        int jobs = ConformanceCommandRunner.Options.USUAL.jobs();

        @Option(names = "--limit", paramLabel = "TIME", description = "Limit of one file; what it has not run by then fails. 2m if not said.")
        String limit;

        @Option(names = "--in-process", description = "All in this process, for a debugger: a crash ends everything.")
        boolean here;

        @Parameters(paramLabel = "DIR", arity = "1..*", description = "Folders or single scripts.")
        List<Path> places = new ArrayList<>();

        enum Format { text, json }

        @Override
        int run() {
            if (jobs < 1) throw CliException.usage("--jobs=" + jobs + ": a number from 1 up");
            Duration perFile = limit == null ? ConformanceCommandRunner.Options.USUAL.limit() : Times.parse("--limit", limit);
            ConformanceCommandRunner.Options options = new ConformanceCommandRunner.Options(format == Format.json, here, jobs, perFile);
            return ConformanceCommandRunner.run(backend, places, options, console().out, console().progress());
        }
    }

    @Command(name = "ssa", description = {"Run tests in QBE's format: IL with a driver in C and its output in comments. Needs cc. The last line is 'N passed, N failed, N skipped'."})
    static final class Ssa extends BenchCommand {
        @Option(names = "--backend", required = true, paramLabel = "ID[:LEVEL]", description = "Which back end; one that takes IL.")
        String backend;

        @Option(names = "--format", paramLabel = "text|json", description = "text if not said.")
        Wasm.Format format = Wasm.Format.text;

        @Option(names = "--limit", paramLabel = "TIME", description = "Limit of linking and of running one file. 2m if not said.")
        String limit;

        @Parameters(paramLabel = "DIR", arity = "1..*", description = "Folders or single files.")
        List<Path> places = new ArrayList<>();

        @Override
        int run() {
            Duration perFile = limit == null ? ConformanceCommandRunner.Options.USUAL.limit() : Times.parse("--limit", limit);
            ConformanceCommandRunner.Options options = new ConformanceCommandRunner.Options(format == Wasm.Format.json, true, 1, perFile);
            return ConformanceCommandRunner.runSsa(backend, places, options, console().out, console().progress());
        }
    }

    @Command(name = "clif", description = {"Run Cranelift's filetests. The last line is 'N passed, N failed, N skipped', counted by test command."})
    static final class Clif extends BenchCommand {
        @Option(names = "--backend", required = true, paramLabel = "ID", description = "Which back end; one that takes CLIF.")
        String backend;

        @Option(names = "--format", paramLabel = "text|json", description = "text if not said.")
        Wasm.Format format = Wasm.Format.text;

        @Parameters(paramLabel = "DIR", arity = "1..*", description = "Folders or single files.")
        List<Path> places = new ArrayList<>();

        @Override
        int run() {
            ConformanceCommandRunner.Options usual = ConformanceCommandRunner.Options.USUAL;
            ConformanceCommandRunner.Options options = new ConformanceCommandRunner.Options(format == Wasm.Format.json, true, 1, usual.limit());
            return ConformanceCommandRunner.runClif(backend, places, options, console().out, console().progress());
        }
    }
}
