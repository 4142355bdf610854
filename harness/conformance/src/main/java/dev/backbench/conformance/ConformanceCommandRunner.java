package dev.backbench.conformance;

import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.ProgramCompiler;
import dev.backbench.spi.filetest.FiletestTool;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** {@code bench conformance wasm}: what the command line calls. */
public final class ConformanceCommandRunner {
    /** Exit codes of the contract in MEASURES. */
    public static final int OK = 0, FAILED = 1, USAGE = 2, NOTHING_RAN = 3, INTERRUPTED = 130;

    /** @param json one document instead of text @param here in this process, where a crash ends all @param limit per file, for child processes */
    public record Options(boolean json, boolean here, int jobs, Duration limit) {
        public static final Options USUAL = new Options(false, false, Math.max(1, Runtime.getRuntime().availableProcessors() / 2), Duration.ofMinutes(2));
    }

    private static final String WASM = "wasm", SSA = "ssa", CLIF = "clif";

    private ConformanceCommandRunner() {}

    /**
     * Runs the scripts at and below {@code places} for one back end.
     *
     * @param out the document: text whose last line is {@code N passed, N failed, N skipped}, or JSON
     * @param progress a line per file, errors, and with JSON the totals too
     * @return an exit code
     */
    public static int run(String backendSpec, List<Path> places, Options options, PrintStream out, PrintStream progress) {
        return run(WASM, backendSpec, places, options, out, progress);
    }

    /** QBE's tests at and below {@code places}, for a back end that takes IL: {@link SsaSuite}. The rest as for {@link #run}. */
    public static int runSsa(String backendSpec, List<Path> places, Options options, PrintStream out, PrintStream progress) {
        return run(SSA, backendSpec, places, options, out, progress);
    }

    /** Cranelift's filetests at and below {@code places}, in this process: {@link ClifSuite}. The rest as for {@link #run}. */
    public static int runClif(String backend, List<Path> places, Options options, PrintStream out, PrintStream progress) {
        FiletestTool tool = ClifSuite.tool(backend, CLIF);
        if (tool == null) {
            progress.println("bench conformance: no back end '" + backend + "' that takes " + CLIF);
            return USAGE;
        }
        try {
            return report(CLIF, backend, new ClifSuite(tool).run(places, progress), options, out, progress);
        } catch (IOException e) {
            progress.println("bench conformance: " + e.getMessage());
            return USAGE;
        }
    }

    private static int run(String suite, String backendSpec, List<Path> places, Options options, PrintStream out, PrintStream progress) {
        try {
            BackendSpec spec = BackendSpec.parse(backendSpec).single();
            Backend backend = spec.backend();
            Availability available = spec.version() == null ? backend.available() : backend.available(spec.version());
            if (!available.yes()) {
                progress.println(spec + " is unavailable: " + available.reason() + ". To fix: " + available.fix());
                return NOTHING_RAN;
            }
            if (!backend.inputs().contains(suite)) {
                progress.println(spec + " takes " + String.join(", ", backend.inputs()) + ", not " + suite);
                return USAGE;
            }
            if (suite.equals(SSA)) return report(suite, spec.toString(), runSsa(spec, places, options, progress), options, out, progress);
            return report(suite, spec.toString(), run(spec, places, options, progress), options, out, progress);
        } catch (BackendException | IOException e) {
            progress.println("bench conformance: " + e.getMessage());
            return USAGE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return INTERRUPTED;
        }
    }

    private static List<FileResult> run(BackendSpec spec, List<Path> places, Options options, PrintStream progress) throws IOException, InterruptedException {
        try (Compiler compiler = spec.newCompiler()) {
            if (compiler instanceof ProgramCompiler) throw new BackendException(spec + " runs whole programs only, and the suite calls single functions: it cannot be asked");
            if (options.here) return WasmSuite.runHere(places, compiler);
        }
        return WasmSuite.runInWorkers(spec.toString(), places, options.jobs, options.limit, progress);
    }

    private static List<FileResult> runSsa(BackendSpec spec, List<Path> places, Options options, PrintStream progress) throws IOException, InterruptedException {
        try (Compiler compiler = spec.newCompiler()) {
            return new SsaSuite(compiler, options.limit).run(places, progress);
        }
    }

    private static int report(String suite, String spec, List<FileResult> results, Options options, PrintStream out, PrintStream progress) throws IOException {
        if (results.isEmpty()) {
            progress.println("bench conformance: nothing to run (for wasm: JSON files of commands; for ssa: .ssa files; for clif: .clif files) in the folders given");
            return NOTHING_RAN;
        }
        if (options.json) {
            Report.json(suite, spec, results, out);
            progress.println(Report.totals(results));
        } else {
            Report.text(results, out);
        }
        return Report.total(results, Outcome.Status.FAILED) == 0 ? OK : FAILED;
    }
}
