package dev.backbench.bench;

import dev.backbench.wasm.WasmException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Validation in MB of code section a second, of the front end and of wasmparser in the same run: steady (many rounds over the modules) and the first round of a fresh
 * process. Arguments: modules, or folders to look for them in; none: the corpus. wasmparser is built with cargo, and left out in words where that is missing.
 */
public final class FrontEndSpeed {
    private static final Path NATIVE = Path.of("harness", "bench", "native", "wasmparser-bench");

    private FrontEndSpeed() {}

    public static void main(String[] args) throws IOException, InterruptedException, RunnerException {
        List<String> modules = new ArrayList<>();
        long codeBytes = 0;
        for (Path file : files(args)) {
            try {
                codeBytes += Validation.validate(Files.readAllBytes(file)).codeSectionSize();
                modules.add(file.toString());
            } catch (WasmException refused) {
                System.out.println("left out: " + file + ": " + refused.getMessage());
            }
        }
        if (modules.isEmpty()) {
            System.err.println("No modules: name some, or a folder that has some.");
            System.exit(2);
        }
        Path wasmparser = build();
        System.out.printf("%d modules, %.2f MB of code%n%n%-8s %12s %12s %8s%n", modules.size(), codeBytes / 1e6, "MB/s", "backbench", "wasmparser", "ratio");
        print("steady", codeBytes, run(modules, wasmparser, Mode.AverageTime, 2, 8));
        print("first", codeBytes, run(modules, wasmparser, Mode.SingleShotTime, 5, 1));
    }

    private static List<Path> files(String[] args) throws IOException {
        String corpus = System.getProperty("corpus", System.getenv().getOrDefault("BENCH_CORPUS", "../shared/corpus"));
        List<Path> files = new ArrayList<>();
        for (String arg : args.length > 0 ? args : new String[] {corpus + "/sightglass"}) {
            try (Stream<Path> all = Files.walk(Path.of(arg))) {
                all.filter(f -> f.toString().endsWith(".wasm")).sorted().forEach(files::add);
            }
        }
        return files;
    }

    /** @return the program, or null without cargo or where it fails */
    private static Path build() throws IOException, InterruptedException {
        try {
            int status = new ProcessBuilder("cargo", "build", "--release", "--locked", "--quiet", "--manifest-path", NATIVE.resolve("Cargo.toml").toString(),
                    "--target-dir", NATIVE.resolve("target").toString()).inheritIO().start().waitFor();
            if (status == 0) return NATIVE.resolve("target/release/wasmparser-bench").toAbsolutePath();
            System.out.println("no wasmparser to compare with: cargo build failed with status " + status);
        } catch (IOException e) {
            System.out.println("no wasmparser to compare with: install cargo (https://rustup.rs)");
        }
        return null;
    }

    private static Collection<RunResult> run(List<String> modules, Path wasmparser, Mode mode, int forks, int iterations) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder().mode(mode).timeUnit(TimeUnit.NANOSECONDS).forks(forks).measurementIterations(iterations)
                .measurementTime(TimeValue.seconds(1)).warmupIterations(mode == Mode.AverageTime ? 5 : 0).warmupTime(TimeValue.seconds(1)).verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true).jvmArgsAppend("--sun-misc-unsafe-memory-access=allow", "-D" + Validation.MODULES + "=" + String.join(File.pathSeparator, modules), "-D" + Validation.WASMPARSER + "=" + wasmparser)
                .include("Validation\\.backbench$");
        if (wasmparser != null) options.include("Validation\\.wasmparser$");
        return new Runner(options.build()).run();
    }

    private static void print(String regime, long codeBytes, Collection<RunResult> results) {
        double ours = 0, theirs = 0;
        for (RunResult result : results) {
            double speed = codeBytes * 1e3 / result.getPrimaryResult().getScore(); // bytes per ns are GB/s
            if (result.getParams().getBenchmark().endsWith("backbench")) ours = speed;
            else theirs = speed;
        }
        System.out.printf("%-8s %12.1f %12s %8s%n", regime, ours, theirs == 0 ? "-" : "%.1f".formatted(theirs), theirs == 0 ? "-" : "%.2f".formatted(ours / theirs));
    }
}
