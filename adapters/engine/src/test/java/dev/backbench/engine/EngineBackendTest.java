package dev.backbench.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineBackendTest {
    @TempDir
    private static Path folder;

    private static Path library(String name, String... flags) throws InterruptedException {
        Path source = folder.resolve("tiny_engine.c"), library = folder.resolve(name);
        try (InputStream in = EngineBackendTest.class.getResourceAsStream("tiny_engine.c")) {
            if (!Files.exists(source)) Files.copy(in, source);
            List<String> command = new java.util.ArrayList<>(List.of("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString()));
            command.addAll(List.of(flags));
            assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor(), "cc failed");
        } catch (IOException e) {
            abort("skipped: no C compiler to build the tiny engine with: " + e.getMessage());
        }
        return library;
    }

    private static CompileOptions options(Path library) {
        return new CompileOptions("default", 1, "x86_64", CompileOptions.Bounds.GUARD, Set.of(), null, library);
    }

    @Test
    void compilesAndRunsThroughTheInterface() throws InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Compiler compiler = new EngineBackend().newCompiler(options(library("libtiny.so")))) {
            var module = compiler.link(compiler.compile(new byte[42], PhaseClock.OFF), PhaseClock.OFF);
            ProgramResult result = module.run(new ProgramConfig(List.of("program"), Map.of(), folder, null, out, null));
            assertEquals("42\n", out.toString(StandardCharsets.UTF_8));
            assertTrue(result.marked() && result.regionWall() > 0 && result.regionWall() <= result.total());
        }
    }

    @Test
    void aModuleTheEngineRefusesIsAnError() throws InterruptedException {
        try (Compiler compiler = new EngineBackend().newCompiler(options(library("libtiny.so")))) {
            String message = assertThrows(BackendException.class, () -> compiler.compile(new byte[] {'x'}, PhaseClock.OFF)).getMessage();
            assertTrue(message.contains("wasm_bench_compile failed with status -1"), message);
        }
    }

    private static List<String> starts(Path library, String... files) throws IOException, InterruptedException {
        Path lines = folder.resolve("starts"), events = folder.resolve("events");
        StringBuilder text = new StringBuilder();
        for (String file : files) text.append(String.join("\t", file, "compiled", folder.resolve(file).toString(), "/dev/null", folder.resolve("out").toString(), folder.resolve("err").toString(), "", file)).append('\n');
        Files.writeString(lines, text);
        List<String> command = new java.util.ArrayList<>(List.of("/bin/sh", "-c", "exec 3>\"$0\"; exec \"$@\"", events.toString()));
        command.addAll(new EngineBackend().startHost(options(library)).command());
        command.add(lines.toString());
        new ProcessBuilder(command).inheritIO().start().waitFor();
        return Files.readAllLines(events);
    }

    @Test
    void startsWithoutAJvm() throws IOException, InterruptedException {
        Files.write(folder.resolve("1"), new byte[42]);
        Files.write(folder.resolve("2"), new byte[7]);
        Path library = library("libtiny.so");
        List<String> events = starts(library, "1", "2");
        assertEquals(List.of("hello", "begin", "sample", "end", "begin", "sample", "end", "bye"), events.stream().map(line -> line.split("\t")[0]).toList(), events.toString());
        assertEquals("7\n", Files.readString(folder.resolve("out")));
        List<String> first = List.of(events.get(2).split("\t")), second = List.of(events.get(5).split("\t"));
        for (List<String> sample : List.of(first, second)) {
            long sum = 0, from = value(sample, sample == first ? "began" : "from");
            for (int i = 3; i < sample.size(); i += 2) if (sample.get(i).startsWith("phase.")) sum += Long.parseLong(sample.get(i + 1));
            assertEquals(1, (double) sum / (value(sample, "mark") - from), 0.05, "the causes are all there is: " + sample);
        }
        assertTrue(value(first, "phase.load") > 0 && !second.contains("phase.load"), "loaded once");
    }

    private static long value(List<String> sample, String name) {
        return Long.parseLong(sample.get(sample.indexOf(name) + 1));
    }

    @Test
    void aHostThatCannotGoOnSaysWhy() throws IOException, InterruptedException {
        Files.writeString(folder.resolve("x"), "x");
        List<String> refused = starts(library("libtiny.so"), "x"), without = starts(library("libunfree.so", "-DWITHOUT_FREE"), "x");
        assertTrue(refused.getLast().startsWith("fail\tx\tcompile\tcrash\tthe engine's wasm_bench_compile failed with status -1"), refused.toString());
        assertTrue(without.getLast().startsWith("fail\tx\tstart\tcrash\t") && without.getLast().contains("wasm_bench_free"), without.toString());
    }

    @Test
    void aLibraryWithoutASymbolIsNamedWithIt() throws InterruptedException {
        CompileOptions options = options(library("libunfree.so", "-DWITHOUT_FREE"));
        String message = assertThrows(BackendException.class, () -> new EngineBackend().newCompiler(options)).getMessage();
        assertTrue(message.contains("libunfree.so") && message.contains("wasm_bench_free"), message);
    }

    @Test
    void aMissingLibraryIsNamed() {
        String message = assertThrows(BackendException.class, () -> new EngineBackend().newCompiler(options(folder.resolve("none.so")))).getMessage();
        assertTrue(message.startsWith("no engine library at "), message);
        BackendSpec named = BackendSpec.parse("engine=" + folder.resolve("none.so"));
        String refusal = assertThrows(BackendException.class, () -> named.levels(new EngineBackend())).getMessage();
        assertTrue(refusal.startsWith("engine=" + folder.resolve("none.so") + ": there is no such file"), refusal);
    }
}
