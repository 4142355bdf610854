package dev.backbench.v8;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class V8Test {
    /** Marks around printing {@code hi}, then exit code 7. */
    private static final byte[] HELLO = HexFormat.of().parseHex("0061736d0100000001100360000060047f7f7f7f017f60017f000260040562656e636805737461727400000562656e636803"
            + "656e64000016776173695f736e617073686f745f70726576696577310866645f7772697465000116776173695f736e617073686f745f70726576696577310970726f635f6578697400020302"
            + "01000503010001071302066d656d6f72790200065f737461727400040a170115001000410141004101411410021a1001410710030b0b11010041000b0b080000000300000068690a");
    /** {@code bench.start}, then {@code unreachable}. */
    private static final byte[] TRAP = HexFormat.of().parseHex("0061736d0100000001100360000060047f7f7f7f017f60017f000260040562656e636805737461727400000562656e63680365"
            + "6e64000016776173695f736e617073686f745f70726576696577310866645f7772697465000116776173695f736e617073686f745f70726576696577310970726f635f657869740002030201"
            + "000503010001071302066d656d6f72790200065f737461727400040a070105001000000b0b11010041000b0b080000000300000068690a");

    @TempDir
    private Path folder;

    @BeforeAll
    static void nodeIsHere() {
        Availability availability = Node.available();
        assumeTrue(availability.yes(), () -> "skipped: " + availability.reason() + "; " + availability.fix());
    }

    private ProgramResult run(Compiler compiler, byte[] program, String in, ByteArrayOutputStream out) {
        var module = compiler.link(compiler.compile(program, PhaseClock.OFF), PhaseClock.OFF);
        return module.run(new ProgramConfig(List.of("program", "argument"), Map.of(), folder, new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)), out,
                new ByteArrayOutputStream()));
    }

    private static Backend wasm(String id) {
        return switch (id) {
            case "v8" -> new V8Default();
            case "v8-liftoff" -> new V8Liftoff();
            default -> new V8TurboFan();
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"v8", "v8-liftoff", "v8-turbofan"})
    void runsAProgramBetweenItsMarks(String id) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long before = System.nanoTime();
        try (Compiler compiler = wasm(id).newCompiler(CompileOptions.of("default"))) {
            ProgramResult result = run(compiler, HELLO, "", out);
            assertEquals(7, result.exitCode());
            assertEquals("hi\n", out.toString(StandardCharsets.UTF_8));
            assertTrue(result.marked());
            assertTrue(compiler.companionCpu() > 0 && compiler.companionPeakBytes() > 0);
            assertTrue(before < result.firstMark() && result.firstMark() < System.nanoTime(), "node's clock is the JVM's");
        }
    }

    @Test
    void turboFansCodeIsReadBackInAnotherNode() {
        byte[] image;
        try (Compiler compiler = new V8TurboFan().newCompiler(CompileOptions.of("default"))) {
            image = compiler.compile(HELLO, PhaseClock.OFF).serialize();
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Compiler compiler = new V8TurboFan().newCompiler(CompileOptions.of("default"))) {
            var module = compiler.link(compiler.deserialize(image), PhaseClock.OFF);
            assertEquals(7, module.run(new ProgramConfig(List.of("program"), Map.of(), folder, null, out, null)).exitCode());
            assertEquals("hi\n", out.toString(StandardCharsets.UTF_8));
            byte[] damaged = image.clone();
            damaged[4 + HELLO.length + 1] ^= 1; // in V8's header
            assertTrue(assertThrows(BackendException.class, () -> compiler.deserialize(damaged)).getMessage().contains("compile again"));
        }
        try (Compiler compiler = new V8Liftoff().newCompiler(CompileOptions.of("default"))) {
            assertThrows(BackendException.class, () -> compiler.compile(HELLO, PhaseClock.OFF).serialize());
        }
    }

    @Test
    void theSizeOfTheCodeIsOfEveryFunction() {
        try (Compiler baseline = new V8Liftoff().newCompiler(CompileOptions.of("default")); Compiler optimising = new V8TurboFan().newCompiler(CompileOptions.of("default"))) {
            var liftoff = baseline.compile(HELLO, PhaseClock.OFF);
            var turbofan = optimising.compile(HELLO, PhaseClock.OFF);
            assertEquals(1, liftoff.functionsEmitted());
            assertEquals(1, turbofan.functionsEmitted());
            assertTrue(turbofan.codeBytes() > 0 && turbofan.codeBytes() < liftoff.codeBytes(), turbofan.codeBytes() + " " + liftoff.codeBytes());
        }
    }

    @Test
    void aTrapNamesItsReasonAndTheCompanionLivesOn() {
        try (Compiler compiler = new V8Liftoff().newCompiler(CompileOptions.of("default"))) {
            Trap trap = assertThrows(Trap.class, () -> run(compiler, TRAP, "", new ByteArrayOutputStream()));
            assertEquals(TrapReason.UNREACHABLE, trap.reason());
            assertEquals(7, run(compiler, HELLO, "", new ByteArrayOutputStream()).exitCode());
        }
    }

    @Test
    void aRefusedModuleIsAnErrorInV8sWords() {
        try (Compiler compiler = new V8TurboFan().newCompiler(CompileOptions.of("default"))) {
            BackendException refused = assertThrows(BackendException.class, () -> compiler.compile(new byte[] {1, 2, 3, 4}, PhaseClock.OFF));
            assertTrue(refused.getMessage().contains("magic"), refused.getMessage());
        }
    }

    @Test
    void modulesLiveSideBySideUntilTheyAreClosed() {
        try (Compiler compiler = new V8Liftoff().newCompiler(CompileOptions.of("default"))) {
            var first = compiler.link(compiler.compile(HELLO, PhaseClock.OFF), PhaseClock.OFF);
            var abandoned = compiler.compile(HELLO, PhaseClock.OFF);
            var second = compiler.link(compiler.compile(TRAP, PhaseClock.OFF), PhaseClock.OFF);
            assertThrows(BackendException.class, () -> compiler.link(abandoned, PhaseClock.OFF));
            ProgramConfig config = new ProgramConfig(List.of("program"), Map.of(), folder, null, null, null);
            assertThrows(Trap.class, () -> second.run(config));
            assertEquals(7, first.run(config).exitCode());
            first.close();
            assertThrows(RuntimeException.class, () -> first.run(config));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ignition", "sparkplug", "maglev", "turbofan"})
    void runsJavaScriptInEveryTier(String level) {
        byte[] program = ("""
                import { readFileSync } from 'node:fs';
                bench.start();
                let sum = 0;
                for (let i = 0; i < 1000; i++) sum += i;
                bench.end();
                console.log(sum, process.argv[2], readFileSync(0, 'utf8'));
                """).getBytes(StandardCharsets.UTF_8);
        assumeTrue(!level.equals("maglev") || Node.knows("--maglev"), "skipped: this node's V8 has no Maglev");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Compiler compiler = new V8Js().newCompiler(CompileOptions.of(level))) {
            ProgramResult result = run(compiler, program, "input", out);
            assertEquals("499500 argument input\n", out.toString(StandardCharsets.UTF_8));
            assertTrue(result.marked() && result.regionWall() > 0 && result.regionWall() < result.total());
        }
    }

    @Test
    void aSyntaxErrorIsFoundBeforeTheRun() {
        try (Compiler compiler = new V8Js().newCompiler(CompileOptions.of("ignition"))) {
            byte[] broken = "let = ;".getBytes(StandardCharsets.UTF_8);
            BackendException refused = assertThrows(BackendException.class, () -> compiler.compile(broken, PhaseClock.OFF));
            assertTrue(refused.getMessage().contains("--check") || refused.getMessage().contains("node"), refused.getMessage());
        }
    }

    @Test
    void theLedgerNamesVersionAndFlags() {
        var ledger = new V8Liftoff().ledger(CompileOptions.of("default"));
        assertTrue(ledger.version().matches("V8 \\d+\\..*, node v\\d+.*"), ledger.version());
        assertTrue(ledger.notes().get("flags").contains("--liftoff-only"));
        assertEquals("none", ledger.tiering());
    }

    /** Node as its own host for cold starts, without a JVM. */
    @Test
    void startsWithoutAJvm() throws Exception {
        Path hello = Files.write(folder.resolve("hello.wasm"), HELLO), trap = Files.write(folder.resolve("trap.wasm"), TRAP), events = folder.resolve("events");
        StringBuilder starts = new StringBuilder();
        for (int id = 0; id < 3; id++) {
            starts.append(String.join("\t", Integer.toString(id), "compiled", (id == 2 ? trap : hello).toString(), "/dev/null", folder + "/out" + id, folder + "/err" + id, "", "program", "-x"));
            starts.append('\n');
        }
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "exec 3>\"$0\"; exec \"$@\"", events.toString()));
        command.addAll(wasm("v8-liftoff").startHost(CompileOptions.of("default")).command());
        command.add(Files.writeString(folder.resolve("starts"), starts.toString()).toString());
        new ProcessBuilder(command).inheritIO().start().waitFor();
        List<String> said = Files.readAllLines(events);
        assertTrue(said.getFirst().startsWith("hello\t") && said.getLast().startsWith("fail\t2\trun\twrong\ttrap: unreachable"), said.toString());
        List<List<String>> samples = said.stream().filter(e -> e.startsWith("sample\t")).map(e -> List.of(e.split("\t"))).toList();
        assertEquals(2, samples.size());
        for (List<String> sample : samples) {
            boolean first = sample.get(1).equals("0");
            long causes = 0, whole = Long.parseLong(sample.get(sample.indexOf("mark") + 1)) - Long.parseLong(sample.get(sample.indexOf(first ? "began" : "from") + 1));
            for (int i = 0; i < sample.size(); i++) if (sample.get(i).startsWith("phase.")) causes += Long.parseLong(sample.get(i + 1));
            assertTrue(causes > 0 && causes <= whole && causes > 0.8 * whole, sample.toString());
            assertEquals("7", sample.getLast(), "the program's own exit code");
            assertEquals("hi\n", Files.readString(folder.resolve("out" + sample.get(1))));
        }
    }
}
