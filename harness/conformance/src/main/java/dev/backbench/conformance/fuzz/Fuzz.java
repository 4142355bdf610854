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
 * Differential fuzzing: generated modules under a reference back end and under others, everything that can be seen compared. A case is the run's seed and its number, and a
 * failing one's module is written.
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
     * @param findings where a subject is wrong, as far as one can tell
     * @param outvoted where all subjects, of two back ends at least, agree with each other against the reference
     */
    public record Result(long cases, int[] written, Map<String, Integer> traps, List<Finding> findings, List<Finding> outvoted) {}

    /** The module of the case that is being run, in the folder of findings. */
    static final String UNDER_WAY = "under-way.wasm";

    private final Options options;
    private final PrintStream progress;
    private final int[] written = new int[0x112];
    private final boolean careful;
    private final Map<String, Integer> traps = new TreeMap<>();
    private final List<Finding> findings = new ArrayList<>();
    private final List<Finding> outvoted = new ArrayList<>();

    /** For {@link #step}, case by case. */
    Fuzz(Options options, PrintStream progress) {
        this.options = options;
        this.progress = progress;
        careful = isEndive(options.reference) || options.subjects.stream().anyMatch(Fuzz::isEndive);
    }

    private static boolean isEndive(String spec) {
        return spec.startsWith("interp") || spec.startsWith("jvm");
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
        for (long i = options.first; i < options.first + options.count && System.nanoTime() < end; i++, cases++) step(i, reference, subjects);
        return result(cases);
    }

    void step(long i, Compiler reference, List<Compiler> subjects) throws IOException {
        FuzzCase test = ModuleGenerator.generate(Rng.seed(options.seed, i), careful);
        Path underWay = write(test, UNDER_WAY); // what to look at if a subject kills this process
        List<String> expected = Differential.observe(test, reference);
        count(test, expected);
        compare(i, test, expected, subjects);
        Files.delete(underWay);
    }

    Result result(long cases) {
        return new Result(cases, written, traps, findings, outvoted);
    }

    private void count(FuzzCase test, List<String> seen) {
        for (int op = 0; op < written.length; op++) written[op] += test.written()[op];
        for (String line : seen) {
            int at = line.indexOf(" traps: ");
            if (at >= 0) traps.merge(line.substring(at + 8), 1, Integer::sum);
        }
    }

    private void compare(long index, FuzzCase test, List<String> expected, List<Compiler> subjects) throws IOException {
        List<List<String>> all = new ArrayList<>();
        for (Compiler subject : subjects) all.add(Differential.observe(test, subject));
        boolean alone = unlike() && all.stream().allMatch(seen -> seen.equals(all.getFirst()));
        for (int s = 0; s < all.size(); s++) {
            int at = Differential.firstDifference(expected, all.get(s));
            if (at < 0) continue;
            Path wasm = write(test, "seed" + options.seed + "-case" + index + ".wasm");
            Finding finding = new Finding(options.subjects.get(s), index, test.seed(), wasm, line(expected, at), line(all.get(s), at));
            (alone ? outvoted : findings).add(finding);
            progress.println(alone ? options.reference + " is alone: " + finding : finding.toString());
            if (alone) return;
        }
    }

    /** Whether the subjects are of two back ends at least. */
    private boolean unlike() {
        return options.subjects.stream().map(subject -> BackendSpec.parse(subject).id()).distinct().count() > 1;
    }

    private static String line(List<String> lines, int at) {
        return at < lines.size() ? lines.get(at) : "nothing more";
    }

    private Path write(FuzzCase test, String name) throws IOException {
        Files.createDirectories(options.out);
        return Files.write(options.out.resolve(name), FuzzCalls.with(test));
    }
}
