package dev.backbench.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever ends a worker costs the rest of its file and nothing else. */
class WorkerTest {
    private static final String ONE = "{\"type\":\"i32\",\"value\":\"1\"}";

    @TempDir
    Path folder;

    private List<FileResult> run(Duration limit) throws Exception {
        return WasmSuite.runInWorkers("fake", List.of(folder), 1, limit, new PrintStream(new ByteArrayOutputStream()));
    }

    /** Passed, failed, skipped. */
    private static List<Integer> counts(FileResult result) {
        return List.of(result.count(Outcome.Status.PASSED), result.count(Outcome.Status.FAILED), result.count(Outcome.Status.SKIPPED));
    }

    private static Scripts.Builder goodThen(Path folder, String name, String field) throws Exception {
        return new Scripts.Builder(folder, name).module("good").returns("i32:1", ONE).returns(field, "").returns("i32:1", ONE).returns("i32:1", ONE);
    }

    @Test
    void aProcessThatEndsFailsTheRestOfItsFileOnly() throws Exception {
        goodThen(folder, "a", "halt").write();
        goodThen(folder, "b", "i64:1").write();
        List<FileResult> results = run(Duration.ofSeconds(60));
        assertEquals(List.of(2, 3, 0), counts(results.get(0)));
        assertEquals("assert_return halt", results.get(0).outcomes().get(2).command());
        assertTrue(results.get(0).outcomes().get(2).got().contains("exit code 42"), results.get(0).outcomes().get(2).got());
        assertTrue(results.get(0).outcomes().get(3).got().contains("line 3"), results.get(0).outcomes().get(3).got());
        assertEquals(List.of(4, 1, 0), counts(results.get(1)), "a new worker runs the next file");
    }

    @Test
    void aSegmentationFaultIsNamed() throws Exception {
        new Scripts.Builder(folder, "a").module("good").module("segfault").module("good").write();
        FileResult result = run(Duration.ofSeconds(60)).getFirst();
        assertEquals(List.of(1, 2, 0), counts(result));
        assertTrue(result.outcomes().get(1).got().contains("SIGSEGV"), result.outcomes().get(1).got());
    }

    @Test
    void aHangEndsAtTheLimit() throws Exception {
        goodThen(folder, "a", "hang").write();
        goodThen(folder, "b", "i64:1").write();
        List<FileResult> results = run(Duration.ofSeconds(3));
        assertEquals(List.of(2, 3, 0), counts(results.get(0)));
        assertTrue(results.get(0).outcomes().get(2).got().contains("limit of 3 s"), results.get(0).outcomes().get(2).got());
        assertEquals(List.of(4, 1, 0), counts(results.get(1)));
    }

    @Test
    void outcomesCrossTheProtocolWhole() {
        for (Outcome o : List.of(Outcome.passed(3, "a\tb"), Outcome.skipped(4, "module x", "multi\\memory"), Outcome.failed(5, "c", "line\none", "tab\tand \\n \\0"))) {
            assertEquals(o, Worker.parse(Worker.format(o)));
        }
    }
}
