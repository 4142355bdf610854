package dev.backbench.cranelift.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.cranelift.wasm.CraneliftBackend;
import dev.backbench.spi.Artifact;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import dev.backbench.wasm.WasmException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TextCompilerTest {
    private static final String TEXT = """
            test compile
            target x86_64

            function %other() system_v {
                fn0 = colocated %twice(i64) -> i64 system_v
                fn1 = %nowhere() system_v
            block0:
                v0 = iconst.i64 21
                v1 = call fn0(v0)
                call fn1()
                return
            }

            function %twice(i64) -> i64 system_v {
            block0(v0: i64):
                v1 = iadd v0, v0
                v2 = iadd v0, v0
                v3 = isub v1, v2
                v4 = iadd v1, v3
                return v4
            }
            """;

    private static Compiler compiler(String level) {
        return new CraneliftBackend().newCompiler(new CompileOptions(level, 1, "x86_64", CompileOptions.Bounds.GUARD, Set.of(), null));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aTextCompilesLinksAndIsTheSameAgain() {
        byte[] text = bytes(TEXT);
        long none = 0;
        for (String level : new String[] {"none", "fast", "speed"}) {
            try (Compiler compiler = compiler(level)) {
                compiler.prepare(text);
                Artifact once = compiler.compile(text, PhaseClock.OFF);
                assertEquals(2, once.functionsEmitted());
                compiler.prepare(text);
                PhaseClock clock = PhaseClock.running();
                Artifact again = compiler.compile(text, clock);
                assertArrayEquals(once.normalizedCode(), again.normalizedCode());
                assertEquals(once.codeSha256(), again.codeSha256());
                assertEquals(level.equals("speed"), clock.nanos().containsKey(PhaseClock.OPTIMISE));
                assertFalse(clock.nanos().containsKey(PhaseClock.DECODE), "reading comes before the clock");
                try (CompiledModule module = compiler.link(again, clock)) {
                    assertTrue(clock.nanos().containsKey(PhaseClock.LINK));
                    assertThrows(BackendException.class, () -> module.run(null));
                }
                if (level.equals("none")) none = once.codeBytes();
                if (level.equals("speed")) assertTrue(once.codeBytes() < none, "the mid-end removes what cancels out");
            }
        }
    }

    @Test
    void textThatIsWrongIsToldWithItsPlaceAndTheNextOneCompiles() {
        try (Compiler compiler = compiler("speed")) {
            assertTrue(assertThrows(BackendException.class, () -> compiler.prepare(bytes("function %f( {"))).getMessage().startsWith("line 1, column 14"));
            byte[] untyped = bytes("function %f(i32) -> i64 {\nblock0(v0: i32):\n    return v0\n}\n");
            assertTrue(assertThrows(BackendException.class, () -> compiler.compile(untyped, PhaseClock.OFF)).getMessage().startsWith("not valid CLIF: "));
            byte[] vectors = bytes("function %v(i32x4) -> i32x4 {\nblock0(v0: i32x4):\n    v1 = iadd v0, v0\n    return v1\n}\n");
            assertTrue(assertThrows(BackendException.class, () -> compiler.compile(vectors, PhaseClock.OFF)).getMessage().startsWith("function %v: "));
            assertEquals(2, compiler.compile(bytes(TEXT), PhaseClock.OFF).functionsEmitted());
        }
    }

    @Test
    void whatIsNeitherTextNorModuleIsRefusedAsAModule() {
        try (Compiler compiler = compiler("speed")) {
            for (String input : new String[] {"", "\0as", "asm\1\0\0\0", "\0asm", "wasm\1\0\0\0", "\177asm\1\0\0\0", "asm"}) {
                byte[] bytes = bytes(input);
                compiler.prepare(bytes);
                assertThrows(WasmException.class, () -> compiler.compile(bytes, PhaseClock.OFF), input);
            }
        }
    }
}
