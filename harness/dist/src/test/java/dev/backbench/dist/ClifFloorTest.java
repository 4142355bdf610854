package dev.backbench.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.conformance.ClifSuite;
import dev.backbench.conformance.FileResult;
import dev.backbench.conformance.Outcome;
import dev.backbench.spi.filetest.FiletestTool;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Cranelift's filetests in the shared corpus: no test command fails, and no fewer pass than before. */
class ClifFloorTest {
    /** May only rise. */
    private static final int FLOOR = 327;

    @Test
    void nothingFailsAndNoFewerPassThanBefore() throws Exception {
        String set = System.getProperty("corpus", System.getenv("BENCH_CORPUS"));
        Path suite = (set != null ? Path.of(set) : Path.of("..", "..", "..", "shared", "corpus")).resolve("clif").toAbsolutePath().normalize();
        FiletestTool tool = ClifSuite.tool("cranelift-port", "clif");
        assertNotNull(tool, "the Cranelift port is not on the class path");
        assumeTrue(Files.isDirectory(suite), "no corpus at " + suite + "; name one with -Dcorpus=DIR or BENCH_CORPUS");
        List<FileResult> results = new ClifSuite(tool).run(List.of(suite), new PrintStream(OutputStream.nullOutputStream()));
        List<String> failures = results.stream().flatMap(r -> r.outcomes().stream().filter(o -> o.status() == Outcome.Status.FAILED)
            .map(o -> r.file().getFileName() + ": " + o.command() + ": expected " + o.expected() + ", got " + o.got())).toList();
        assertEquals(List.of(), failures);
        int passed = results.stream().mapToInt(r -> r.count(Outcome.Status.PASSED)).sum();
        assertTrue(passed >= FLOOR, passed + " passed, fewer than " + FLOOR);
    }
}
