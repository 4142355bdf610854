package dev.backbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.spi.Availability;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The declaration of wasm2c with a C compiler that is shipped, where both are installed. */
class Wasm2cTest {
    /** Marks around printing {@code hi}, then exit code 7; the other is {@code bench.start}, then {@code unreachable}. */
    private static final String HEAD = "0061736d0100000001100360000060047f7f7f7f017f60017f000260040562656e636805737461727400000562656e636803656e64000016776173695f736e617073686f745f70726576"
            + "696577310866645f7772697465000116776173695f736e617073686f745f70726576696577310970726f635f6578697400020302010005030100010713"
            + "02066d656d6f72790200065f73746172740004";
    private static final byte[] HELLO = HexFormat.of().parseHex(HEAD + "0a170115001000410141004101411410021a1001410710030b0b11010041000b0b080000000300000068690a");
    private static final byte[] TRAP = HexFormat.of().parseHex(HEAD + "0a070105001000000b0b11010041000b0b080000000300000068690a");
    private static final CompileOptions DECLARED = new CompileOptions("default", 1, "x86_64", CompileOptions.Bounds.GUARD, Set.of(), null, Path.of("wasm2c/cc.json").toAbsolutePath());

    @TempDir
    private Path folder;

    @BeforeAll
    static void bothAreHere() {
        Availability availability = new CommandBackend().available(DECLARED);
        assumeTrue(availability.yes(), () -> "skipped: " + availability.reason() + "; " + availability.fix());
    }

    private ProgramResult run(byte[] program, ByteArrayOutputStream out, ByteArrayOutputStream err) {
        try (Compiler compiler = new CommandBackend().newCompiler(DECLARED)) {
            return compiler.link(compiler.compile(program, PhaseClock.OFF), PhaseClock.OFF).run(new ProgramConfig(List.of("program"), Map.of(), folder, null, out, err));
        }
    }

    @Test
    void runsAProgramBetweenItsMarks() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ProgramResult result = run(HELLO, out, new ByteArrayOutputStream());
        assertEquals("hi\n", out.toString(StandardCharsets.UTF_8));
        assertEquals(7, result.exitCode());
        assertTrue(result.marked() && result.regionWall() > 0 && result.regionWall() < result.total() && result.regionCpu() >= 0);
    }

    @Test
    void aTrapIsSaidAndEndsAsAnAbortDoes() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        assertEquals(134, run(TRAP, new ByteArrayOutputStream(), err).exitCode());
        assertTrue(err.toString(StandardCharsets.UTF_8).toLowerCase(java.util.Locale.ROOT).contains("unreachable"), err.toString(StandardCharsets.UTF_8));
    }

    /** What memory is counted from: one empty function, no memory. */
    @Test
    void theEmptyModuleIsAProgramToo() {
        byte[] empty = HexFormat.of().parseHex("0061736d0100000001040160000003020100070a01065f737461727400000a040102000b");
        ProgramResult result = run(empty, new ByteArrayOutputStream(), new ByteArrayOutputStream());
        assertEquals(0, result.exitCode());
        assertTrue(!result.marked());
    }

    @Test
    void theLedgerNamesBothTools() {
        String version = new CommandBackend().ledger(DECLARED).version();
        assertTrue(version.matches("wasm2c \\d+\\..*, .+"), version);
    }
}
