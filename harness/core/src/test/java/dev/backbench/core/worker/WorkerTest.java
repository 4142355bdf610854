package dev.backbench.core.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.core.fake.FakeBackend;
import dev.backbench.core.fake.Fakes;
import dev.backbench.core.trial.WorkerCommand;
import dev.backbench.spi.CompileOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerTest {
    @TempDir Path temp;

    @Test
    void linesCarryAnything() {
        List<String> fields = java.util.Arrays.asList("a", "", null, "tab\tline\nreturn\rback\\slash", "\\0", "\\t", "ümläut");
        assertEquals(fields, Wire.fields(Wire.line(fields.toArray())));
        assertEquals(1, Wire.line(fields.toArray()).lines().count());
    }

    @Test
    void aTaskFileSaysTheSameAfterwards() {
        CompileOptions options = new CompileOptions("O2", 3, "x86_64", CompileOptions.Bounds.EXPLICIT, Set.of("x", "y"), null, Path.of("/a b"));
        WorkerSpec spec = new WorkerSpec("p.B", options, true, false, null, List.of(new WorkerSpec.Module("n", "/w", null, "/in", null, "/err", List.of("-a", "b c"))),
                List.of(new WorkerSpec.Task(7, WorkerSpec.Kind.RUN, 0, true, false, 3)));
        assertEquals(spec, WorkerSpec.parse(spec.text().lines().toList()));
    }

    @Test
    void outputsAreComparedAndNamedByHash() {
        Capture out = new Capture(), err = new Capture();
        out.write("hello\n".getBytes(StandardCharsets.UTF_8), 0, 6);
        assertNull(out.difference("standard output", "hello\n".getBytes(StandardCharsets.UTF_8)));
        assertNull(out.difference("standard output", null));
        assertEquals("standard output differs at byte 4: expected \"p\", printed \"o\\n\"", out.difference("standard output", "hellp".getBytes(StandardCharsets.UTF_8)));
        assertEquals("standard output differs at byte 6: expected \"x\", printed the end", out.difference("standard output", "hello\nx".getBytes(StandardCharsets.UTF_8)));
        String hash = Capture.sha256(out, err);
        assertEquals(64, hash.length());
        assertTrue(!hash.equals(Capture.sha256(err, out)), "a byte of one stream is not a byte of the other");
    }

    /** Runs a worker the way the experiment does, in the foreground, and returns its lines. */
    private List<List<String>> worker(List<String> flags, WorkerSpec.Task... tasks) throws Exception {
        Path programs = temp.resolve("programs");
        Fakes.programs(programs, "alpha");
        WorkerSpec.Module module = new WorkerSpec.Module("alpha", programs.resolve("alpha.wasm").toString(), programs.toString(), null, programs.resolve("alpha.stdout.expected").toString(),
                null, List.of());
        Path spec = temp.resolve("tasks"), events = temp.resolve("events");
        Files.writeString(spec, new WorkerSpec(FakeBackend.class.getName(), CompileOptions.of("O2"), false, false, null, List.of(module), List.of(tasks)).text());
        Process process = new WorkerCommand(null, flags).foreground("good", false, spec, events, 1, false, null).redirectInput(ProcessBuilder.Redirect.PIPE)
                .redirectOutput(temp.resolve("out").toFile()).redirectError(temp.resolve("err").toFile()).start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), Files.readString(temp.resolve("err")));
        return Files.readAllLines(events).stream().map(Wire::fields).toList();
    }

    @Test
    void loadsNeitherTheCommandLinesNorTheStoresLibraries() throws Exception {
        Path classes = temp.resolve("classes");
        List<List<String>> lines = worker(List.of("-Xms32m", "-Xmx64m", "-Xlog:class+load:file=" + classes), new WorkerSpec.Task(0, WorkerSpec.Kind.COMPILE, 0, false, true, 1),
                new WorkerSpec.Task(1, WorkerSpec.Kind.RUN, 0, true, false, 2));
        assertEquals("bye", lines.getLast().getFirst());
        String loaded = Files.readString(classes);
        assertTrue(loaded.contains("dev.backbench.core.worker.Session"));
        for (String library : List.of("com.fasterxml.jackson", "picocli", "org.apache.commons.math3")) {
            assertTrue(!loaded.contains(" " + library), library + " was loaded");
        }
    }

    @Test
    void shortRegionsAreRepeatedInFreshInstances() throws Exception {
        List<List<String>> lines = worker(List.of("-Xms32m", "-Xmx64m"), new WorkerSpec.Task(0, WorkerSpec.Kind.RUN, 0, true, false, 1));
        List<List<String>> runs = lines.stream().filter(l -> l.getFirst().equals("sample")).toList();
        long warm = runs.stream().filter(l -> l.get(l.indexOf("warm") + 1).equals("true")).count();
        long region = runs.stream().filter(l -> l.get(l.indexOf("warm") + 1).equals("false")).mapToLong(l -> Long.parseLong(l.get(l.indexOf("wall") + 1))).sum();
        assertEquals(1, warm);
        // regions of 2 ms until there are 20, or 50 runs
        assertTrue(region >= 20_000_000 || runs.size() == 51, region + " ns in " + runs.size());
        assertTrue(runs.size() > 3, runs.toString());
    }
}
