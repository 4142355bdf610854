package dev.backbench.conformance;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.Compiler;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * QBE's own tests: a program in its IL with, in comments, a driver in C and the output expected of both. The back end makes an object of the program, {@code cc} compiles and links the
 * driver, the result runs with the arguments {@code a b c}. A name with a leading underscore is compiled only; a line {@code # skip TARGET…} with this target among them skips.
 */
final class SsaSuite {
    private static final String OBJECT = "obj";
    private static final List<String> THIS_TARGET = List.of("amd64", "amd64_sysv");

    private final Compiler compiler;
    private final Duration limit;

    SsaSuite(Compiler compiler, Duration limit) {
        this.compiler = compiler;
        this.limit = limit;
    }

    List<FileResult> run(List<Path> places, PrintStream progress) throws IOException, InterruptedException {
        List<Path> files = new ArrayList<>();
        for (Path place : places) {
            try (Stream<Path> below = Files.walk(place)) {
                below.filter(f -> Files.isRegularFile(f) && (f.equals(place) || f.toString().endsWith(".ssa"))).sorted().forEach(files::add);
            }
        }
        linker();
        List<FileResult> results = new ArrayList<>();
        for (Path file : files) {
            results.add(new FileResult(file, List.of(one(file))));
            progress.println("[" + results.size() + "/" + files.size() + "] " + Report.line(results.getLast()));
        }
        return results;
    }

    /** Before the first test, so that its absence is not told in the middle of the suite. */
    private static void linker() throws IOException, InterruptedException {
        try {
            Process process = new ProcessBuilder("cc", "--version").redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            process.waitFor();
        } catch (IOException e) {
            throw new IOException("cc is not on the path; it compiles each test's driver and links it. Type: apt-get install gcc libc6-dev", e);
        }
    }

    private Outcome one(Path file) throws IOException, InterruptedException {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1), name = file.getFileName().toString();
        SsaTest test = SsaTest.read(text);
        if (!Collections.disjoint(test.skips(), THIS_TARGET)) return Outcome.skipped(1, name, "another target");
        byte[] object;
        try {
            object = compiler.emit(file.toString(), Files.readAllBytes(file), OBJECT, -1);
        } catch (BackendException | IllegalStateException | IndexOutOfBoundsException | AssertionError e) {
            return Outcome.failed(1, name, "an object", e.toString());
        }
        if (name.startsWith("_")) return Outcome.passed(1, name);
        Path folder = Files.createTempDirectory("bench-ssa");
        try {
            return linkAndRun(name, test, object, folder);
        } finally {
            try (Stream<Path> all = Files.walk(folder)) {
                all.sorted(Comparator.reverseOrder()).forEach(p -> p.toFile().delete());
            }
        }
    }

    private Outcome linkAndRun(String name, SsaTest test, byte[] object, Path folder) throws IOException, InterruptedException {
        Files.write(folder.resolve("program.o"), object);
        List<String> link = new ArrayList<>(List.of("cc", "-o", "program", "program.o"));
        String output = test.output();
        if (test.driver() != null) {
            Files.writeString(folder.resolve("driver.c"), test.driver(), StandardCharsets.ISO_8859_1);
            link.addAll(List.of("driver.c", "-w", "-lm"));
        }
        Ended linked = run(folder, link);
        if (linked.status != 0) return Outcome.failed(1, name, "a program", "cc: " + linked.text.strip());
        Ended ended = run(folder, List.of(folder.resolve("program").toString(), "a", "b", "c"));
        if (output == null) return ended.status == 0 ? Outcome.passed(1, name) : Outcome.failed(1, name, "exit 0", "exit " + ended.status);
        return ended.text.equals(output) ? Outcome.passed(1, name) : Outcome.failed(1, name, quoted(output), quoted(ended.text) + ", exit " + ended.status);
    }

    private static String quoted(String text) {
        String line = text.replace("\n", "\\n");
        return '"' + (line.length() > 200 ? line.substring(0, 200) + "…" : line) + '"';
    }

    private record Ended(int status, String text) {}

    private Ended run(Path folder, List<String> command) throws IOException, InterruptedException {
        Path out = folder.resolve("output");
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(out.toFile()).start();
        process.getOutputStream().close();
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
            return new Ended(-1, "still running after " + limit.toSeconds() + " s");
        }
        return new Ended(process.exitValue(), Files.readString(out, StandardCharsets.ISO_8859_1));
    }
}
