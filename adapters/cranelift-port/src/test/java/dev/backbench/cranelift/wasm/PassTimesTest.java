package dev.backbench.cranelift.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.Opcode;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What {@code bench compile --time-passes} asks: one function alone through every phase, and how many instructions the phases had to do with. */
class PassTimesTest {
    private static final FuncType TYPE = new FuncType(new int[] {ValType.I64, ValType.I64}, new int[] {ValType.I64});
    private static final String TEXT = """
        function %one(i64) -> i64 {
        block0(v0: i64):
            v1 = iadd v0, v0
            v2 = imul v1, v0
            return v2
        }
        function %two() {
        block0:
            return
        }
        """;

    private static Compiler compiler(String level) {
        return new CraneliftBackend().newCompiler(new CompileOptions(level, 1, "x86_64", CompileOptions.Bounds.GUARD, Set.of(), null));
    }

    private static byte[] module() {
        ModuleWriter module = new ModuleWriter();
        module.export("a", WasmModule.FUNCTION, module.function(TYPE, new BodyWriter(2).get(0).get(1).op(Opcode.I64_ADD)));
        module.export("b", WasmModule.FUNCTION, module.function(TYPE, new BodyWriter(2).get(0).get(1).op(Opcode.I64_MUL).get(0).op(Opcode.I64_XOR)));
        return module.toBytes();
    }

    private static List<String> phases(String level, byte[] input, int function) {
        AtomicLong counter = new AtomicLong();
        PhaseClock clock = PhaseClock.counting(counter::incrementAndGet);
        try (Compiler compiler = compiler(level)) {
            compiler.compileFunction(input, function, clock);
        }
        clock.nanos().forEach((phase, nanos) -> assertTrue(nanos > 0, phase));
        clock.counts().forEach((phase, count) -> assertTrue(count > 0, phase));
        assertEquals(clock.nanos().keySet(), clock.counts().keySet());
        return List.copyOf(clock.nanos().keySet());
    }

    @Test
    void oneFunctionGoesThroughEveryPhase() {
        assertEquals(List.of("decode+translate", "optimise", "select", "allocate", "emit"), phases("speed", module(), 1));
        assertEquals(List.of("decode+translate", "select", "allocate", "emit"), phases("fast", module(), 0));
        assertEquals(List.of("optimise", "select", "allocate", "emit"), phases("speed", TEXT.getBytes(StandardCharsets.UTF_8), 0));
    }

    @Test
    void instructionsAreCounted() {
        try (Compiler compiler = compiler("speed")) {
            assertEquals(3, compiler.instructions(TEXT.getBytes(StandardCharsets.UTF_8), 0));
            assertEquals(4, compiler.instructions(TEXT.getBytes(StandardCharsets.UTF_8), -1));
            long first = compiler.instructions(module(), 0), second = compiler.instructions(module(), 1);
            assertTrue(first >= 2 && second > first, first + " and " + second);
            assertEquals(first + second, compiler.instructions(module(), -1));
        }
    }

    @Test
    void aFunctionThatIsNotThereIsSaid() {
        try (Compiler compiler = compiler("fast")) {
            assertTrue(assertThrows(BackendException.class, () -> compiler.compileFunction(module(), 2, PhaseClock.OFF)).getMessage().contains("only 0 to 1"));
            assertTrue(assertThrows(BackendException.class, () -> compiler.compileFunction(TEXT.getBytes(StandardCharsets.UTF_8), 2, PhaseClock.OFF)).getMessage().contains("only 0 to 1"));
        }
    }
}
