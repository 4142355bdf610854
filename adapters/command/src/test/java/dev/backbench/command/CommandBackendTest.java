package dev.backbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.spi.Availability;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandBackendTest {
    @TempDir
    private Path folder;

    private CompileOptions declared(String json) throws IOException {
        Path file = Files.writeString(folder.resolve("house.json"), json);
        return new CompileOptions("default", 1, "x86_64", CompileOptions.Bounds.GUARD, Set.of(), null, file);
    }

    private ProgramResult run(Compiler compiler, ByteArrayOutputStream out) {
        var module = compiler.link(compiler.compile("module".getBytes(StandardCharsets.UTF_8), PhaseClock.OFF), PhaseClock.OFF);
        return module.run(new ProgramConfig(List.of("program", "one", "two"), Map.of(), folder, new ByteArrayInputStream("in ".getBytes(StandardCharsets.UTF_8)), out,
                new ByteArrayOutputStream()));
    }

    @Test
    void fillsInPlacesArgumentsAndMarks() throws IOException {
        CompileOptions options = declared("""
                {"name": "house", "compile": [["cp", "{wasm}", "{out}/copy"], ["sh", "-c", "echo made >> {out}/copy"]],
                 "run": ["sh", "-c", "%s; cat; cat {out}/copy; echo $1 $2; echo end $((t + 100)) 41 >> $BENCH_MARKS; sleep 0.05; exit 3", "sh", "{args}"]}
                """.formatted(monotonic() + "; echo start $t 1 >> $BENCH_MARKS"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long before = System.nanoTime();
        try (Compiler compiler = new CommandBackend().newCompiler(options)) {
            ProgramResult result = run(compiler, out);
            assertEquals("in modulemade\none two\n", out.toString(StandardCharsets.UTF_8));
            assertEquals(3, result.exitCode());
            assertEquals(100, result.regionWall());
            assertEquals(40, result.regionCpu());
            assertTrue(result.marked());
            assertTrue(result.firstMark() > before && result.firstMark() < System.nanoTime());
        }
    }

    /** Shell commands that set {@code t} to CLOCK_MONOTONIC, give or take 20 ms, in a process that is already older: what its clock is ahead of the other is known here. */
    private static String monotonic() throws IOException {
        long uptime = Long.parseLong(Files.readString(Path.of("/proc/uptime")).split(" ")[0].replace(".", ""));
        return "sleep 0.05; t=$(($(cut -d' ' -f1 /proc/uptime | tr -d .) * 10000000 + " + (System.nanoTime() - uptime * 10_000_000) + "))";
    }

    @Test
    void marksOfAnotherClockCostTheRun() throws IOException {
        CompileOptions options = declared("""
                {"name": "house", "compile": [["true"]], "run": ["sh", "-c", "echo start $(date +%s%N) >> $BENCH_MARKS; echo end $(date +%s%N) >> $BENCH_MARKS"]}
                """);
        try (Compiler compiler = new CommandBackend().newCompiler(options)) {
            BackendException failed = assertThrows(BackendException.class, () -> run(compiler, new ByteArrayOutputStream()));
            assertTrue(failed.getMessage().startsWith("house: mark 1 of the run: 'start ") && failed.getMessage().endsWith("was another clock read?"), failed.getMessage());
        }
    }

    @Test
    void withoutMarksTheRegionIsTheProcess() throws IOException {
        try (Compiler compiler = new CommandBackend().newCompiler(declared("{\"name\": \"house\", \"compile\": [[\"true\"]], \"run\": [\"true\"]}"))) {
            ProgramResult result = run(compiler, new ByteArrayOutputStream());
            assertTrue(!result.marked() && result.regionWall() == result.total() && result.total() > 0);
        }
    }

    @Test
    void aFailedCompileShowsItsLastWords() throws IOException {
        try (Compiler compiler = new CommandBackend().newCompiler(declared("{\"name\": \"house\", \"compile\": [[\"sh\", \"-c\", \"echo no room >&2; exit 4\"]], \"run\": [\"true\"]}"))) {
            BackendException failed = assertThrows(BackendException.class, () -> compiler.compile(new byte[1], PhaseClock.OFF));
            assertEquals("house: 'sh' ended with 4: no room", failed.getMessage());
        }
    }

    @Test
    void aMissingCommandSaysWhatToType() throws IOException {
        CompileOptions options = declared("{\"name\": \"house\", \"compile\": [[\"no-such-compiler\"]], \"run\": [\"true\"], \"install\": \"get it from the cellar\"}");
        try (Compiler compiler = new CommandBackend().newCompiler(options)) {
            BackendException failed = assertThrows(BackendException.class, () -> compiler.compile(new byte[1], PhaseClock.OFF));
            assertEquals("house: cannot start 'no-such-compiler'; get it from the cellar", failed.getMessage());
        }
    }

    @Test
    void aVersionCommandThatFailsIsAnUnavailableCompiler() throws IOException {
        CommandBackend backend = new CommandBackend();
        String rest = ", \"compile\": [[\"true\"]], \"run\": [\"true\"], \"install\": \"get it\"}";
        assertTrue(backend.available(declared("{\"name\": \"house\", \"version\": [\"echo\", \"house 1\"]" + rest)).yes());
        Availability gone = backend.available(declared("{\"name\": \"house\", \"version\": [\"no-such-compiler\"]" + rest));
        assertEquals("house: cannot start 'no-such-compiler'", gone.reason());
        assertEquals("get it", gone.fix());
        Availability failed = backend.available(declared("{\"name\": \"house\", \"version\": [\"sh\", \"-c\", \"echo its library is missing; exit 3\"]" + rest));
        assertEquals("house: its library is missing", failed.reason());
        assertTrue(backend.available(declared("{}")).reason().contains("\"compile\""));
    }

    @Test
    void aBadDeclarationIsRefusedWithItsPlace() throws IOException {
        CompileOptions unknown = declared("{\"name\": \"house\",\n \"compiel\": []}");
        String message = assertThrows(BackendException.class, () -> new CommandBackend().newCompiler(unknown)).getMessage();
        assertTrue(message.contains("house.json:2:") && message.contains("compiel"), message);
        CompileOptions incomplete = declared("{\"name\": \"house\"}");
        assertTrue(assertThrows(BackendException.class, () -> new CommandBackend().newCompiler(incomplete)).getMessage().contains("\"compile\""));
    }
}
