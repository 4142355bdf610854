package dev.backbench.cpython;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.spi.Availability;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpythonTest {
    private static final String PROGRAM = """
            import bench, sys
            bench.start()
            total = sum(range(100000))
            bench.end()
            jit = getattr(sys, '_jit', None)
            print(total, sys.argv[1], sys.stdin.read(), jit is not None and jit.is_enabled())
            """;

    @TempDir
    private Path folder;

    private static CompileOptions options(String level, boolean contained) {
        CompileOptions options = new CompileOptions(level, 1, "x86_64", CompileOptions.Bounds.GUARD, contained ? Set.of(BackendSpec.CONTAINER) : Set.of(), null);
        Availability availability = new CpythonBackend().available(options);
        assumeTrue(availability.yes(), () -> "skipped: " + availability.reason() + "; " + availability.fix());
        return options;
    }

    @ParameterizedTest
    @CsvSource({"interp,False,false", "jit,True,false", "interp,False,true", "jit,True,true"})
    void oneBinaryRunsWithAndWithoutItsJit(String level, String enabled, boolean contained) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Compiler compiler = new CpythonBackend().newCompiler(options(level, contained))) {
            var module = compiler.link(compiler.compile(PROGRAM.getBytes(StandardCharsets.UTF_8), PhaseClock.OFF), PhaseClock.OFF);
            ProgramResult result = module.run(new ProgramConfig(List.of("program", "argument"), Map.of(), folder, new ByteArrayInputStream("input".getBytes(StandardCharsets.UTF_8)), out, null));
            assertEquals("4999950000 argument input " + enabled + "\n", out.toString(StandardCharsets.UTF_8));
            assertTrue(result.marked() && result.regionWall() > 0 && result.regionWall() < result.total() && result.regionCpu() > 0);
            byte[] broken = "def = 3".getBytes(StandardCharsets.UTF_8);
            assertTrue(assertThrows(BackendException.class, () -> compiler.compile(broken, PhaseClock.OFF)).getMessage().contains("SyntaxError"));
        }
    }

    @Test
    void theLedgerOfAContainerNamesItsImage() {
        var ledger = new CpythonBackend().ledger(options("jit", true));
        assertTrue(ledger.version().matches("Python 3\\.\\d+\\..*"), ledger.version());
        assertEquals("container", ledger.process());
        assertTrue(ledger.notes().get("container").matches("backbench/python-jit sha256:[0-9a-f]{64}, .*"), ledger.notes().get("container"));
    }

    @Test
    void whatIsMissingIsSaidWithWhatToType() {
        Availability availability = new CpythonBackend().available();
        assertTrue(availability.yes() || availability.fix().contains("docker/build.sh python-jit"));
    }
}
