package dev.backbench.wasmtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.backbench.spi.Artifact;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The host in C: starts from bytes and from images that were made in the JVM. */
class StartHostTest {
    @TempDir Path folder;

    @BeforeAll
    static void wasmtimeIsHere() throws InterruptedException {
        WasmtimeTest.wasmtimeIsHere();
    }

    private List<String> host(Backend backend, CompileOptions options, List<List<String>> starts) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "exec 3>\"$0\"; exec \"$@\"", folder.resolve("events").toString()));
        try {
            command.addAll(backend.startHost(options).command());
        } catch (BackendException e) {
            abort("skipped: " + e.getMessage());
        }
        Path file = folder.resolve("starts");
        StringBuilder lines = new StringBuilder();
        for (List<String> start : starts) lines.append(String.join("\t", start)).append('\n');
        Files.writeString(file, lines.toString());
        command.add(file.toString());
        Process process = new ProcessBuilder(command).inheritIO().start();
        process.waitFor();
        return Files.readAllLines(folder.resolve("events"));
    }

    private static long value(List<String> sample, String name) {
        return Long.parseLong(sample.get(sample.indexOf(name) + 1));
    }

    private List<String> line(int id, String code, Path file) {
        return List.of(Integer.toString(id), code, file.toString(), "/dev/null", folder.resolve("out" + id).toString(), folder.resolve("err" + id).toString(), "", "hello.wasm", "-x");
    }

    @Test
    void startsFromBytesAndFromImages() throws IOException, InterruptedException {
        Path wasm = Files.write(folder.resolve("hello.wasm"), WasmtimeTest.HELLO), image = folder.resolve("hello.image");
        for (Backend backend : List.of(new WasmtimeCranelift(), new WasmtimeWinch())) {
            CompileOptions options = new CompileOptions(backend.defaultLevel(), 1, "x86_64", CompileOptions.Bounds.GUARD, Set.of(), null);
            try (Compiler compiler = backend.newCompiler(options)) {
                Artifact artifact = compiler.compile(WasmtimeTest.HELLO, PhaseClock.OFF);
                Files.write(image, artifact.serialize());
            }
            List<String> events = host(backend, options, List.of(line(0, "compiled", wasm), line(1, "precompiled", image), line(2, "compiled", wasm)));
            assertTrue(events.getFirst().startsWith("hello\t") && events.getLast().equals("bye"), events.toString());
            List<List<String>> samples = events.stream().filter(e -> e.startsWith("sample\t")).map(e -> List.of(e.split("\t"))).toList();
            assertEquals(3, samples.size(), events.toString());
            for (List<String> sample : samples) {
                boolean first = sample.get(1).equals("0");
                assertEquals(7, value(sample, "exit"), "the program's own exit code");
                assertEquals(first, sample.contains("phase.load"));
                assertEquals(sample.get(1).equals("1") ? "phase.decode" : "phase.decode+compile", sample.stream().filter(f -> f.startsWith("phase.decode")).findFirst().orElseThrow());
                long causes = 0, whole = value(sample, "mark") - value(sample, first ? "began" : "from");
                for (String field : sample) if (field.startsWith("phase.")) causes += value(sample, field);
                assertEquals(1, (double) causes / whole, 0.05, sample.toString());
                assertEquals("hi\n", Files.readString(folder.resolve("out" + sample.get(1))));
            }
        }
    }

    @Test
    void trapsAndBadModulesAreToldInWords() throws IOException, InterruptedException {
        Backend backend = new WasmtimeCranelift();
        CompileOptions options = CompileOptions.of("speed");
        Path trap = Files.write(folder.resolve("trap.wasm"), WasmtimeTest.TRAP), bad = Files.write(folder.resolve("bad.wasm"), new byte[] {1, 2, 3, 4});
        String trapped = host(backend, options, List.of(line(0, "compiled", trap))).getLast();
        assertTrue(trapped.startsWith("fail\t0\trun\twrong\ttrap: ") && trapped.contains("unreachable"), trapped);
        String refused = host(backend, options, List.of(line(0, "compiled", bad))).getLast();
        assertTrue(refused.startsWith("fail\t0\tcompile\tcrash\t"), refused);
        String damaged = host(backend, options, List.of(line(0, "precompiled", bad))).getLast();
        assertTrue(damaged.startsWith("fail\t0\tlink\tcrash\t"), damaged);
    }
}
