package dev.backbench.conformance.fuzz;

import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.Compiler;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Differential fuzzing: generated modules under a reference back end and under others, everything that can be seen compared. A case is its seed: {@code --seed=RUN --only=CASE} shows it
 * again, and its module is written beside.
 */
public final class Fuzz {
    /**
     * @param reference the back end taken to be right, such as {@code interp}
     * @param subjects the ones compared with it
     * @param first index of the first case, @param count how many
     * @param budget ends the run early
     * @param out where failing modules go
     */
    public record Options(String reference, List<String> subjects, long seed, long first, long count, Duration budget, Path out) {}

    /** One case where a subject differed. @param wasm the module, written there */
    public record Finding(String subject, long index, long seed, Path wasm, String expected, String got) {
        @Override
        public String toString() {
            return subject + " differs in case " + index + ": expected " + expected + ", got " + got + " (module: " + wasm + ")";
        }
    }

    /**
     * @param cases run
     * @param written opcodes by how often the generator wrote them
     * @param traps by reason, how often the reference trapped
     */
    public record Result(long cases, int[] written, Map<String, Integer> traps, List<Finding> findings) {}

    private final Options options;
    private final PrintStream progress;
    private final int[] written = new int[0x112];
    private final Map<String, Integer> traps = new TreeMap<>();
    private final List<Finding> findings = new ArrayList<>();

    private Fuzz(Options options, PrintStream progress) {
        this.options = options;
        this.progress = progress;
    }

    /** @throws IOException a failing module cannot be written */
    public static Result run(Options options, PrintStream progress) throws IOException {
        List<Compiler> subjects = new ArrayList<>();
        try (Compiler reference = BackendSpec.parse(options.reference).newCompiler()) {
            for (String subject : options.subjects) subjects.add(BackendSpec.parse(subject).newCompiler());
            return run(options, reference, subjects, progress);
        } finally {
            for (Compiler subject : subjects) subject.close();
        }
    }

    /** With compilers that stay the caller's, in the order of {@link Options#subjects}. */
    static Result run(Options options, Compiler reference, List<Compiler> subjects, PrintStream progress) throws IOException {
        return new Fuzz(options, progress).run(reference, subjects);
    }

    private Result run(Compiler reference, List<Compiler> subjects) throws IOException {
        long end = System.nanoTime() + options.budget.toNanos();
        long cases = 0;
        for (long i = options.first; i < options.first + options.count && System.nanoTime() < end; i++, cases++) {
            FuzzCase test = ModuleGenerator.generate(Rng.seed(options.seed, i));
            Path underWay = write(test, "under-way.wasm"); // what to look at if a subject kills this process
            List<String> expected = Differential.observe(test, reference);
            count(test, expected);
            for (int s = 0; s < subjects.size(); s++) compare(i, test, expected, options.subjects.get(s), subjects.get(s));
            Files.delete(underWay);
        }
        return new Result(cases, written, traps, findings);
    }

    private void count(FuzzCase test, List<String> seen) {
        for (int op = 0; op < written.length; op++) written[op] += test.written()[op];
        for (String line : seen) {
            int at = line.indexOf(" traps: ");
            if (at >= 0) traps.merge(line.substring(at + 8), 1, Integer::sum);
        }
    }

    private void compare(long index, FuzzCase test, List<String> expected, String name, Compiler subject) throws IOException {
        List<String> got = Differential.observe(test, subject);
        int at = Differential.firstDifference(expected, got);
        if (at < 0) return;
        Path wasm = write(test, "seed" + options.seed + "-case" + index + ".wasm");
        Finding finding = new Finding(name, index, test.seed(), wasm, line(expected, at), line(got, at));
        findings.add(finding);
        progress.println(finding);
    }

    private static String line(List<String> lines, int at) {
        return at < lines.size() ? lines.get(at) : "nothing more";
    }

    private Path write(FuzzCase test, String name) throws IOException {
        Files.createDirectories(options.out);
        return Files.write(options.out.resolve(name), test.wasm());
    }
}
