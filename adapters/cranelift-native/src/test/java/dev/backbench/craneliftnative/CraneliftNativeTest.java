package dev.backbench.craneliftnative;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.spi.Artifact;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.WrongResultException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CraneliftNativeTest {
    private static final String COLLATZ = """
            test run
            target x86_64

            function %step(i64) -> i64 {
            block0(v0: i64):
                v8 = iconst.i64 1
                v9 = bxor v0, v0
                v10 = bor v8, v9
                v1 = band v0, v10
                brif v1, block1, block2
            block1:
                v2 = iconst.i64 3
                v3 = imul v0, v2
                v4 = iconst.i64 1
                v5 = iadd v3, v4
                return v5
            block2:
                v6 = iconst.i64 1
                v7 = ushr v0, v6
                return v7
            }

            function %collatz(i64) -> i64 {
                fn0 = colocated %step(i64) -> i64
            block0(v0: i64):
                v1 = iconst.i64 0
                jump block1(v0, v1)
            block1(v2: i64, v3: i64):
                v4 = iconst.i64 1
                v5 = icmp eq v2, v4
                brif v5, block3, block2
            block2:
                v6 = call fn0(v2)
                v7 = iadd v3, v4
                jump block1(v6, v7)
            block3:
                return v3
            }
            ; run: %collatz(27) == 111
            """;

    private static final CraneliftNative BACKEND = new CraneliftNative();

    @TempDir
    private Path folder;

    private static CraneliftNativeCompiler compiler(String level, String... options) {
        assumeTrue(BACKEND.available().yes(), () -> "skipped: " + BACKEND.available().reason() + "; " + BACKEND.available().fix());
        return (CraneliftNativeCompiler) BACKEND.newCompiler(new CompileOptions(level, 1, "x86_64", CompileOptions.Bounds.GUARD, Set.of(options), null));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void sourcesAreInTheBuildAndPinOneCranelift() throws IOException {
        for (String source : TimingProgram.SOURCES) assertTrue(TimingProgram.text(source).length > 0, source);
        String pin = "\"=" + TimingProgram.CRANELIFT + "\"", manifest = new String(TimingProgram.text("Cargo.toml"), StandardCharsets.UTF_8);
        assertEquals(3, manifest.split(java.util.regex.Pattern.quote(pin), -1).length - 1, "Cargo.toml pins codegen, native and reader to " + pin);
        String lock = new String(TimingProgram.text("Cargo.lock"), StandardCharsets.UTF_8);
        for (String crate : List.of("cranelift-codegen", "cranelift-native", "cranelift-reader")) {
            assertTrue(lock.contains("name = \"" + crate + "\"\nversion = \"" + TimingProgram.CRANELIFT + "\"\n"), crate);
        }
    }

    @Test
    void cargoIsFoundWhereItIs() throws IOException {
        assertNull(Cargo.in(List.of(folder)));
        Path cargo = Files.createFile(folder.resolve("cargo"));
        assertNull(Cargo.in(List.of(folder)), "a file that is no program");
        assertTrue(cargo.toFile().setExecutable(true));
        assertEquals(cargo, Cargo.in(List.of(folder.resolve("none"), folder)));
    }

    @Test
    void whatItCompilesComputesWhatTheTextClaims() {
        long first = 0;
        for (String level : BACKEND.levels()) {
            try (CraneliftNativeCompiler compiler = compiler(level)) {
                Artifact artifact = compiler.compile(bytes(COLLATZ), PhaseClock.OFF);
                assertEquals(1, compiler.check());
                assertEquals(2, artifact.functionsEmitted());
                assertTrue(artifact.codeBytes() > 50, "bytes of code: " + artifact.codeBytes());
                if (first == 0) first = artifact.codeBytes();
                else assertTrue(artifact.codeBytes() < first, level + " folds nothing");
            }
        }
    }

    @Test
    void singlePassIsAnotherAllocatorAndAsRight() {
        try (CraneliftNativeCompiler usual = compiler("speed"); CraneliftNativeCompiler single = compiler("speed", "single_pass")) {
            Artifact a = usual.compile(bytes(COLLATZ), PhaseClock.OFF), b = single.compile(bytes(COLLATZ), PhaseClock.OFF);
            assertEquals(1, single.check());
            assertNotEquals(a.codeSha256(), b.codeSha256());
        }
    }

    @Test
    void aWrongClaimIsToldWhenTheCodeIsAskedFor() {
        try (CraneliftNativeCompiler compiler = compiler("speed")) {
            Artifact artifact = compiler.compile(bytes(COLLATZ.replace("== 111", "== 112")), PhaseClock.OFF);
            WrongResultException wrong = assertThrows(WrongResultException.class, artifact::codeSha256);
            assertTrue(wrong.getMessage().contains("%collatz(27) == 112, actual: 111"), wrong.getMessage());
        }
    }

    @Test
    void sameTextSameCodeAndPhasesThatFillMostOfTheCompile() {
        byte[] clif = bytes(COLLATZ);
        try (CraneliftNativeCompiler compiler = compiler("speed")) {
            compiler.prepare(clif);
            Artifact once = compiler.compile(clif, PhaseClock.OFF);
            String sha = once.codeSha256();
            PhaseClock clock = PhaseClock.running();
            assertEquals(sha, compiler.compile(clif, clock).codeSha256());
            Map<String, Long> phases = clock.nanos();
            assertEquals(Set.of("optimise", "select", "allocate", "emit", "link"), phases.keySet());
            phases.forEach((phase, nanos) -> assertTrue(nanos > 0, phase));
            assertTrue(compiler.companionCpu() > 0 && compiler.companionPeakBytes() > 0);
            assertThrows(BackendException.class, () -> compiler.link(once, PhaseClock.OFF), "an artifact that is gone");
            assertArrayEquals(once.normalizedCode(), once.normalizedCode());
        }
    }

    @Test
    void textThatIsWrongIsRefusedAndTheNextOneCompiles() {
        try (CraneliftNativeCompiler compiler = compiler("none")) {
            BackendException syntax = assertThrows(BackendException.class, () -> compiler.compile(bytes("function %f( {"), PhaseClock.OFF));
            assertTrue(syntax.getMessage().contains("not CLIF: line 1"), syntax.getMessage());
            String untyped = "function %f(i32) -> i64 {\nblock0(v0: i32):\n    return v0\n}\n";
            BackendException invalid = assertThrows(BackendException.class, () -> compiler.compile(bytes(untyped), PhaseClock.OFF));
            assertTrue(invalid.getMessage().contains("%f does not verify"), invalid.getMessage());
            compiler.compile(bytes(COLLATZ), PhaseClock.OFF);
            assertEquals(1, compiler.check());
        }
    }

    @Test
    void optionsThatItCannotServeAreRefused() {
        CompileOptions explicit = new CompileOptions("speed", 1, "x86_64", CompileOptions.Bounds.EXPLICIT, Set.of(), null);
        assertTrue(assertThrows(BackendException.class, () -> BACKEND.newCompiler(explicit)).getMessage().contains("bounds"));
        CompileOptions threads = new CompileOptions("speed", 2, "x86_64", CompileOptions.Bounds.GUARD, Set.of(), null);
        assertTrue(assertThrows(BackendException.class, () -> BACKEND.newCompiler(threads)).getMessage().contains("--threads"));
    }
}
