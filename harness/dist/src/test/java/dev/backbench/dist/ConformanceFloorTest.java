package dev.backbench.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.conformance.ConformanceCommandRunner;
import dev.backbench.conformance.FileResult;
import dev.backbench.conformance.Outcome;
import dev.backbench.conformance.WasmSuite;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The specification's suite, with a floor under the number that passes: nothing may fail, and nothing may stop being run. One fast back end in every run of the tests;
 * {@code -Dconformance=all}, or the name of a back end with a floor, for the others.
 */
class ConformanceFloorTest {
    private static final String FLOORS = "conformance-floor.properties", USUAL = "llvm:O0";
    private static final int SHOWN = 20;

    static Stream<String> backEnds() throws IOException {
        String which = System.getProperty("conformance", USUAL);
        List<String> known = floors().stringPropertyNames().stream().sorted().toList();
        if (which.equals("all")) return known.stream();
        assertTrue(known.contains(which), "-Dconformance=" + which + " has no floor; known: all, " + String.join(", ", known));
        return Stream.of(which);
    }

    private static Properties floors() throws IOException {
        Properties floors = new Properties();
        try (InputStream in = ConformanceFloorTest.class.getResourceAsStream(FLOORS)) {
            floors.load(in);
        }
        return floors;
    }

    private static Path corpus() {
        String set = System.getProperty("corpus", System.getenv("BENCH_CORPUS"));
        Path corpus = set != null ? Path.of(set) : Path.of("..", "..", "..", "shared", "corpus");
        return corpus.resolve("wasm-spec").toAbsolutePath().normalize();
    }

    @ParameterizedTest
    @MethodSource("backEnds")
    void nothingFailsAndNoFewerPassThanBefore(String backEnd) throws Exception {
        Path suite = corpus();
        assumeTrue(Files.isDirectory(suite), "no corpus at " + suite + "; name one with -Dcorpus=DIR or BENCH_CORPUS");
        String missing = BackEnds.missing(backEnd);
        assumeTrue(missing == null, missing);
        ConformanceCommandRunner.Options usual = ConformanceCommandRunner.Options.USUAL;
        List<FileResult> results = WasmSuite.runInWorkers(backEnd, List.of(suite), usual.jobs(), usual.limit(), new PrintStream(OutputStream.nullOutputStream()));

        assertEquals(List.of(), failures(results), "failed under " + backEnd + " (the first " + SHOWN + ")");
        int passed = results.stream().mapToInt(result -> result.count(Outcome.Status.PASSED)).sum();
        int floor = Integer.parseInt(floors().getProperty(backEnd));
        assertTrue(passed >= floor, backEnd + ": " + passed + " passed, fewer than the floor of " + floor + " in " + FLOORS + ": commands that ran before are skipped now");
        System.out.println(backEnd + ": " + passed + " passed, 0 failed; floor " + floor
            + (passed > floor ? ". It rose: set " + backEnd.replace(":", "\\:") + "=" + passed + " in harness/dist/src/test/resources/dev/backbench/dist/" + FLOORS : ""));
    }

    private static List<String> failures(List<FileResult> results) {
        List<String> failures = new ArrayList<>();
        for (FileResult result : results) {
            for (Outcome o : result.outcomes()) {
                boolean failed = o.status() == Outcome.Status.FAILED;
                if (failed && failures.size() < SHOWN) {
                    failures.add(result.file().getFileName() + ":" + o.line() + " " + o.command() + ": expected " + o.expected() + ", got " + o.got());
                }
            }
        }
        return failures;
    }
}
