package dev.backbench.wasmtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.backbench.spi.Artifact;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.spi.setup.Requirement;
import dev.backbench.wasm.WasmException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WasmtimeTest {
    /** Marks around printing {@code hi}, then exit code 7. */
    static final byte[] HELLO = HexFormat.of().parseHex("0061736d0100000001100360000060047f7f7f7f017f60017f000260040562656e636805737461727400000562656e636803"
            + "656e64000016776173695f736e617073686f745f70726576696577310866645f7772697465000116776173695f736e617073686f745f70726576696577310970726f635f6578697400020302"
            + "01000503010001071302066d656d6f72790200065f737461727400040a170115001000410141004101411410021a1001410710030b0b11010041000b0b080000000300000068690a");
    /** {@code bench.start}, then {@code unreachable}. */
    static final byte[] TRAP = HexFormat.of().parseHex("0061736d0100000001100360000060047f7f7f7f017f60017f000260040562656e636805737461727400000562656e63680365"
            + "6e64000016776173695f736e617073686f745f70726576696577310866645f7772697465000116776173695f736e617073686f745f70726576696577310970726f635f657869740002030201"
            + "000503010001071302066d656d6f72790200065f737461727400040a070105001000000b0b11010041000b0b080000000300000068690a");

    @TempDir
    private Path folder;

    @BeforeAll
    static void wasmtimeIsHere() throws InterruptedException {
        Requirement wheel = new WasmtimeWheel(WasmtimeWheel.DEFAULT_VERSION);
        try {
            if (!wheel.present()) wheel.fetch(new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8));
        } catch (IOException e) {
            abort("skipped: Wasmtime cannot be had: " + e.getMessage());
        }
    }

    private static Backend backend(String id) {
        return id.equals("wasmtime-winch") ? new WasmtimeWinch() : new WasmtimeCranelift();
    }

    private ProgramResult run(CompiledModule module, ByteArrayOutputStream out) {
        return module.run(new ProgramConfig(List.of("program"), Map.of("A", "b"), folder, InputStream.nullInputStream(), out, new ByteArrayOutputStream()));
    }

    @ParameterizedTest
    @CsvSource({"wasmtime-cranelift,none,", "wasmtime-cranelift,speed,", "wasmtime-cranelift,speed_and_size,", "wasmtime-cranelift,none,single_pass", "wasmtime-winch,default,"})
    void runsAProgramBetweenItsMarks(String id, String level, String option) {
        CompileOptions options = new CompileOptions(level, 1, "x86_64", CompileOptions.Bounds.GUARD, option == null ? Set.of() : Set.of(option), null);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Compiler compiler = backend(id).newCompiler(options)) {
            Artifact artifact = compiler.compile(HELLO, PhaseClock.OFF);
            try (CompiledModule module = compiler.link(artifact, PhaseClock.OFF)) {
                ProgramResult result = run(module, out);
                assertEquals(7, result.exitCode());
                assertEquals("hi\n", out.toString(StandardCharsets.UTF_8));
                assertTrue(result.marked());
            }
            assertEquals(1, artifact.functionsEmitted());
            assertTrue(artifact.codeBytes() > 16 && artifact.codeBytes() % 4096 != 0, "the last page's filling is not code");
        }
    }

    @Test
    void aSerialisedModuleRunsInAnotherEngine() {
        byte[] serialized;
        String hash;
        try (Compiler compiler = new WasmtimeCranelift().newCompiler(CompileOptions.of("speed"))) {
            Artifact artifact = compiler.compile(HELLO, PhaseClock.OFF);
            serialized = artifact.serialize();
            hash = artifact.codeSha256();
        }
        try (Compiler compiler = new WasmtimeCranelift().newCompiler(CompileOptions.of("speed"))) {
            Artifact artifact = compiler.deserialize(serialized);
            assertEquals(hash, artifact.codeSha256());
            try (CompiledModule module = compiler.link(artifact, PhaseClock.OFF)) {
                assertEquals(7, run(module, new ByteArrayOutputStream()).exitCode());
            }
            assertThrows(BackendException.class, () -> compiler.deserialize(new byte[] {0, 0, 0, 9, 1}));
        }
    }

    @Test
    void everyCompileGivesTheSameCode() {
        try (Compiler compiler = new WasmtimeCranelift().newCompiler(CompileOptions.of("speed"))) {
            byte[] first = compiler.compile(HELLO, PhaseClock.OFF).normalizedCode();
            compiler.compile(TRAP, PhaseClock.OFF);
            assertArrayEquals(first, compiler.compile(HELLO, PhaseClock.OFF).normalizedCode());
        }
    }

    @Test
    void aTrapNamesItsReason() {
        try (Compiler compiler = new WasmtimeCranelift().newCompiler(CompileOptions.of("none"));
                CompiledModule module = compiler.link(compiler.compile(TRAP, PhaseClock.OFF), PhaseClock.OFF)) {
            assertEquals(TrapReason.UNREACHABLE, assertThrows(Trap.class, () -> run(module, new ByteArrayOutputStream())).reason());
        }
    }

    @Test
    void aRefusedModuleIsAnError() {
        try (Compiler compiler = new WasmtimeWinch().newCompiler(CompileOptions.of("default"))) {
            WasmException refused = assertThrows(WasmException.class, () -> compiler.compile(new byte[] {1, 2, 3, 4}, PhaseClock.OFF));
            assertTrue(refused.what().startsWith("Wasmtime: "), refused.getMessage());
        }
    }

    /** One function of type {@code [] -> []} with this body. */
    private static byte[] module(int... body) {
        byte[] wasm = {0, 'a', 's', 'm', 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, (byte) (body.length + 3), 1, (byte) (body.length + 1), 0};
        byte[] module = Arrays.copyOf(wasm, wasm.length + body.length);
        for (int i = 0; i < body.length; i++) module[wasm.length + i] = (byte) body[i];
        return module;
    }

    @Test
    void winchTellsABrokenBodyFromAFeatureItHasNot() {
        try (Compiler compiler = new WasmtimeWinch().newCompiler(CompileOptions.of("default"))) {
            WasmException broken = assertThrows(WasmException.class, () -> compiler.compile(module(0x1A, 0x0B), PhaseClock.OFF));
            assertEquals(WasmException.Kind.INVALID, broken.kind());
            assertEquals("Wasmtime: type mismatch: expected a type but nothing on stack", broken.what());
            assertEquals(23, broken.offset());
            WasmException lacking = assertThrows(WasmException.class, () -> compiler.compile(module(0x12, 0, 0x0B), PhaseClock.OFF));
            assertEquals(WasmException.Kind.UNSUPPORTED, lacking.kind());
            assertEquals("tail calls", lacking.what());
        }
    }

    @Test
    void aWheelWithAnotherContentIsNotKept() throws IOException {
        WasmtimeWheel wheel = new WasmtimeWheel(WasmtimeWheel.DEFAULT_VERSION);
        long before = Files.size(wheel.where());
        Path forged = Files.writeString(folder.resolve("forged.whl"), "not what was published");
        IOException refused = assertThrows(IOException.class, () -> wheel.keep(forged, folder));
        assertTrue(refused.getMessage().contains("the wheel's SHA-256 is ") && refused.getMessage().endsWith("nothing was kept"), refused.getMessage());
        assertEquals(before, Files.size(wheel.where()));
    }

    @Test
    void aVersionThatIsNotThereSaysWhatToType() {
        var availability = new WasmtimeCranelift().available("0.0.1");
        assertFalse(availability.yes());
        assertEquals("./bench setup wasmtime-cranelift@0.0.1", availability.fix());
    }
}
