package dev.backbench.llvm;

import static dev.backbench.llvm.Fixture.function;
import static dev.backbench.llvm.Fixture.type;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.spi.Artifact;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.CompileOptions.Bounds;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.Store;
import dev.backbench.wasm.Opcode;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmException;
import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import java.nio.charset.StandardCharsets;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The back end as the experiment sees it: stages, artifacts, phases, errors. */
class LlvmBackendTest {
    @BeforeEach
    void libraryIsThere() {
        Fixture.requireLlvm();
    }

    /** Ten functions, of which the last calls the others through a loop and a table of constants. */
    private static byte[] sample() {
        ModuleWriter module = new ModuleWriter();
        module.memory(1, 1);
        BodyWriter last = new BodyWriter(1);
        for (int i = 0; i < 9; i++) {
            BodyWriter body = new BodyWriter(1).get(0).f64(1.5 + i).op(Opcode.F64_MUL);
            last.get(0).call(module.function(type(new int[] {ValType.F64}, ValType.F64), body)).set(0);
        }
        function(module, "f", type(new int[] {ValType.F64}, ValType.F64), last.get(0));
        return module.toBytes();
    }

    private static Compiler compiler(String level) {
        return new LlvmBackend().newCompiler(Fixture.options(level, Bounds.GUARD));
    }

    @Test
    void isFoundAsAService() {
        assertTrue(ServiceLoader.load(Backend.class).stream().anyMatch(p -> p.type() == LlvmBackend.class));
    }

    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void theSameBytesGiveTheSameCode(String level, Bounds bounds) {
        byte[] wasm = sample();
        try (Compiler first = new LlvmBackend().newCompiler(Fixture.options(level, bounds)); Compiler second = new LlvmBackend().newCompiler(Fixture.options(level, bounds))) {
            Artifact a = first.compile(wasm, PhaseClock.OFF);
            first.compile(new ModuleWriter().toBytes(), PhaseClock.OFF);
            assertEquals(a.codeSha256(), first.compile(wasm, PhaseClock.OFF).codeSha256());
            assertEquals(a.codeSha256(), second.compile(wasm, PhaseClock.OFF).codeSha256());
            assertEquals(level.equals("O0") ? 10 : 1, a.functionsEmitted(), "what is inlined everywhere vanishes");
        }
    }

    @Test
    void aSerializedArtifactRuns() {
        try (Compiler compiler = compiler("O2")) {
            byte[] bytes = compiler.compile(sample(), PhaseClock.OFF).serialize();
            Artifact artifact = compiler.deserialize(bytes);
            assertArrayEquals(bytes, artifact.serialize());
            double expected = 1;
            for (int i = 0; i < 9; i++) expected *= 1.5 + i;
            try (CompiledModule module = compiler.link(artifact, PhaseClock.OFF); Store store = compiler.newStore()) {
                long result = store.instantiate(module, (m, n) -> null).invoke("f", Double.doubleToRawLongBits(1))[0];
                assertEquals(expected, Double.longBitsToDouble(result));
            }
        }
    }

    @Test
    void stagesAreShown() {
        try (Compiler compiler = compiler("O2")) {
            byte[] wasm = sample();
            String ir = new String(compiler.emit(wasm, "ir", -1), StandardCharsets.UTF_8), opt = new String(compiler.emit(wasm, "opt", -1), StandardCharsets.UTF_8);
            assertTrue(ir.contains("call fastcc double @f0(") && !opt.contains("@f0("), opt);
            assertTrue(new String(compiler.emit(wasm, "asm", -1), StandardCharsets.UTF_8).contains("mulsd"));
            assertEquals(0x7f, compiler.emit(wasm, "obj", -1)[0]);
            assertTrue(new LlvmBackend().stages().contains("opt"));
            assertThrows(BackendException.class, () -> compiler.emit(wasm, "clif", -1));
        }
    }

    @Test
    void oneFunctionCanBeShownAlone() {
        try (Compiler compiler = compiler("O0")) {
            String ir = new String(compiler.emit(sample(), "ir", 3), StandardCharsets.UTF_8);
            assertTrue(ir.matches("(?s).*define [^\n]*@f3\\(.*") && !ir.matches("(?s).*define [^\n]*@f4\\(.*"), ir);
            String asm = new String(compiler.emit(sample(), "asm", 3), StandardCharsets.UTF_8);
            assertTrue(asm.contains("f3:") && !asm.contains("f4:"), asm);
        }
    }

    @Test
    void phasesCoverTheCompile() {
        try (Compiler compiler = compiler("O2")) {
            PhaseClock clock = PhaseClock.running();
            compiler.link(compiler.compile(sample(), clock), clock).close();
            assertEquals(Set.of("decode", "decode+translate", "optimise", "select+allocate+emit", "link"), clock.nanos().keySet());
            assertTrue(clock.nanos().values().stream().allMatch(ns -> ns > 0), clock.nanos().toString());
        }
    }

    /** A bad body in the middle of a module leaves the compiler usable. */
    @Test
    void badModulesAreRefusedAndForgotten() {
        ModuleWriter module = new ModuleWriter();
        module.function(type(new int[] {ValType.I32}, ValType.I32), new BodyWriter(1).get(0));
        module.function(type(new int[] {ValType.I32}, ValType.I32), new BodyWriter(1).get(0).i64(1).op(Opcode.I32_ADD));
        try (Compiler compiler = compiler("O2")) {
            for (int i = 0; i < 3; i++) assertThrows(WasmException.class, () -> compiler.compile(module.toBytes(), PhaseClock.OFF));
            assertEquals(1, compiler.compile(sample(), PhaseClock.OFF).functionsEmitted());
        }
    }

    @Test
    void ledgerAndOptions() {
        LlvmBackend backend = new LlvmBackend();
        assertEquals(Availability.YES, backend.available());
        assertFalse(backend.ledger(CompileOptions.of("O2")).notes().isEmpty());
        assertThrows(BackendException.class, () -> backend.newCompiler(CompileOptions.of("O7")));
        assertThrows(BackendException.class, () -> backend.newCompiler(new CompileOptions("O2", 1, "riscv64", Bounds.GUARD, Set.of(), null)));
    }
}
