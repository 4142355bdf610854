package dev.backbench.workloads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What words, files and folders stand for. */
class CatalogueTest {
    @TempDir
    Path folder;

    private final Catalogue catalogue = new Catalogue(Path.of("target", "test-cache"));

    @Test
    void programsByNameAndPreset() {
        assertEquals("crypt", catalogue.resolve("crypt").getFirst().name());
        List<Workload> quick = catalogue.resolve("quick");
        assertTrue(quick.size() > 5);
        assertTrue(catalogue.resolve("all").containsAll(quick));
        assertTrue(catalogue.preset(Preset.PAPER).containsAll(catalogue.preset(Preset.STANDARD)));
    }

    @Test
    void unknownNamesTellTheNearOnes() {
        assertMessage("did you mean crypt?", "crpyt");
        assertMessage("did you mean spectrum", "spektrum");
        assertMessage("known are", "zzzzzzzzzzzzzzzz");
        assertMessage("looked in", "no/such/file.wasm");
        assertMessage("neither a workload's name nor a path", "a\0b");
    }

    @Test
    void sightglassLayout() throws Exception {
        program("bz2/benchmark", "bench.start", true);
        program("shootout/shootout-fib2", "wasi_snapshot_preview1.fd_write", true);
        program("shootout/shootout-sieve", "bench.end", true);
        program("other/benchmark", "env.emscripten_resize_heap", true);
        program("library/lib", "bench.start", false);
        Files.writeString(folder.resolve("shootout/shootout-fib2.stdout.expected"), "1\n");
        Files.writeString(folder.resolve("bz2/benchmark.stderr.expected"), "");

        List<Workload> found = catalogue.resolve(folder.toString());
        assertEquals(List.of("bz2", "lib", "other", "shootout-fib2", "shootout-sieve"), found.stream().map(Workload::name).toList());
        Workload bz2 = found.get(0), lib = found.get(1), other = found.get(2), fib = found.get(3);
        assertEquals(folder.resolve("bz2").toAbsolutePath(), bz2.folder());
        assertNull(bz2.expectedStdout());
        assertNotNull(bz2.expectedStderr());
        assertEquals(folder.resolve("shootout/shootout-fib2.stdout.expected").toAbsolutePath(), fib.expectedStdout());
        assertTrue(other.compileOnly().contains("env.emscripten_resize_heap"), other.compileOnly());
        assertEquals("has no _start to run", lib.compileOnly());
        assertTrue(fib.runnable());
        assertEquals(2, catalogue.resolve(folder.resolve("shootout").toString()).size());
    }

    @Test
    void equalNamesAreToldApart() throws Exception {
        program("a/prog", "bench.start", true);
        program("b/prog", "bench.start", true);
        assertEquals(List.of("a/prog", "b/prog"), catalogue.resolve(folder.toString()).stream().map(Workload::name).toList());
    }

    @Test
    void aModuleIsTakenOnceAndFiltered() throws Exception {
        Path one = program("x/one", "bench.start", true);
        program("x/two", "bench.start", true);
        List<String> words = List.of(folder.toString(), one.toString(), "crypt");
        assertEquals(3, catalogue.resolve(words, null, null).size());
        assertEquals(List.of("one"), catalogue.resolve(words, Pattern.compile("o"), Pattern.compile("two|zzz")).stream().map(Workload::name).toList());
        WorkloadException none = assertThrows(WorkloadException.class, () -> catalogue.resolve(words, Pattern.compile("nothing"), null));
        assertTrue(none.getMessage().contains("one, two, crypt"), none.getMessage());
    }

    @Test
    void filesThatAreNoModules() throws Exception {
        Path text = folder.resolve("a.wat");
        Files.writeString(text, "(module)");
        assertMessage("wat2wasm", text.toString());
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertMessage("there is no .wasm or .clif file in", empty.toString());
        // Damage behind the header is for the front end to describe: such a file is a workload.
        Path cut = folder.resolve("cut.wasm");
        byte[] bytes = module("bench.start", true);
        Files.write(cut, java.util.Arrays.copyOf(bytes, bytes.length - 3));
        Workload workload = catalogue.resolve(cut.toString()).getFirst();
        assertTrue(!workload.code().readable() && workload.runnable());
    }

    @Test
    void clifIsCompiledOnly() throws Exception {
        Files.createDirectories(folder.resolve("ir"));
        String text = "function %f() {\nblock0:\n    return\n}\n";
        Files.writeString(folder.resolve("ir/f.clif"), text);
        Workload workload = catalogue.resolve(folder.resolve("ir").toString()).getFirst();
        assertEquals("f", workload.name());
        assertEquals("clif", workload.input());
        assertEquals("folder-clif", workload.set());
        assertEquals(text.length(), workload.code().codeBytes());
        assertTrue(!workload.runnable() && workload.compileOnly().contains("compiled only"), workload.compileOnly());
    }

    private void assertMessage(String part, String word) {
        WorkloadException e = assertThrows(WorkloadException.class, () -> catalogue.resolve(word));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    private Path program(String name, String imported, boolean command) throws Exception {
        Path file = folder.resolve(name + ".wasm");
        Files.createDirectories(file.getParent());
        return Files.write(file, module(imported, command));
    }

    /** A module with one imported function of type {@code [] -> []} and one defined function that may be exported as {@code _start}. */
    private static byte[] module(String imported, boolean command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
        out.writeBytes(new byte[] {1, 4, 1, 0x60, 0, 0});
        String[] parts = imported.split("\\.");
        byte[] module = parts[0].getBytes(StandardCharsets.UTF_8), name = parts[1].getBytes(StandardCharsets.UTF_8);
        out.writeBytes(new byte[] {2, (byte) (5 + module.length + name.length), 1, (byte) module.length});
        out.writeBytes(module);
        out.write(name.length);
        out.writeBytes(name);
        out.writeBytes(new byte[] {0, 0});
        out.writeBytes(new byte[] {3, 2, 1, 0});
        if (command) {
            out.writeBytes(new byte[] {7, 10, 1, 6, '_', 's', 't', 'a', 'r', 't', 0, 1});
        }
        out.writeBytes(new byte[] {10, 4, 1, 2, 0, 0x0b});
        return out.toByteArray();
    }
}
