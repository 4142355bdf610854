package dev.backbench.conformance.reduce;

import dev.backbench.conformance.ConformanceCommandRunner;
import dev.backbench.spi.fuzz.Reducer;
import dev.backbench.spi.fuzz.Shrinker;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ServiceLoader;

/** {@code bench reduce}: a failing input made small while it fails in the same way. */
public final class ReduceRun {
    /**
     * @param against the oracle for modules; texts have their interpreter
     * @param limit of one execution: what takes longer hangs
     * @param time of the whole
     * @param output null for {@code NAME.reduced.FORM} beside the input
     */
    public record Options(Path input, String backend, String against, Duration limit, Duration time, Path output) {}

    private static final Duration TELL = Duration.ofSeconds(5), LEAST_LIMIT = Duration.ofSeconds(2);

    private final Options options;
    private final PrintStream progress;
    private final long end;
    private ReduceProcess worker;
    private Examination.Failure failure;
    private Duration limit;
    private int tried, kept, size;
    private long told = System.nanoTime();

    private ReduceRun(Options options, PrintStream progress) {
        this.options = options;
        this.progress = progress;
        end = System.nanoTime() + options.time.toNanos();
        limit = options.limit;
    }

    /**
     * @param document the failure and where the small input is
     * @return 0 with a smaller input, 1 where the input does not fail, 2 where it cannot be reduced
     */
    public static int run(Options options, PrintStream document, PrintStream progress) {
        try {
            return new ReduceRun(options, progress).run(document);
        } catch (IOException | RuntimeException e) {
            progress.println("bench reduce: " + (e.getMessage() == null ? e : e.getMessage()));
            return ConformanceCommandRunner.USAGE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ConformanceCommandRunner.INTERRUPTED;
        }
    }

    private int run(PrintStream document) throws IOException, InterruptedException {
        String name = options.input.getFileName().toString(), form = name.substring(name.lastIndexOf('.') + 1);
        Shrinker shrinker = shrinker(form);
        if (shrinker == null) {
            progress.println("bench reduce: " + name + ": nothing here makes ." + form + " files smaller; it takes .wasm and .clif");
            return ConformanceCommandRunner.USAGE;
        }
        byte[] input = Files.readAllBytes(options.input);
        Path folder = Files.createTempDirectory("bench-reduce");
        try (ReduceProcess process = new ReduceProcess(form, options.backend, options.against, folder)) {
            worker = process;
            long start = System.nanoTime();
            failure = worker.examine(input, limit);
            if (failure == null) {
                document.println(options.input + " does not fail with " + options.backend);
                return ConformanceCommandRunner.FAILED;
            }
            if (!failure.kind().equals("hangs")) limit = least(Duration.ofNanos(4 * (System.nanoTime() - start)));
            progress.println("bench reduce: " + failure.what());
            size = input.length;
            byte[] small = new Reducer(shrinker, input, new SameFailure()).run();
            Path output = options.output != null ? options.output : options.input.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".reduced." + form);
            Files.write(output, small);
            document.println(failure.what());
            document.println(output + ": " + small.length + " of " + input.length + " bytes, " + tried + " tried, " + kept + " kept, " + worker.started() + " processes"
                + (System.nanoTime() > end ? "; the time was over, it may become smaller" : ""));
            return ConformanceCommandRunner.OK;
        } finally {
            deleteIfEmpty(folder);
        }
    }

    private static void deleteIfEmpty(Path folder) throws IOException {
        try (var inside = Files.list(folder)) {
            if (inside.findAny().isPresent()) return;
        }
        Files.delete(folder);
    }

    private Duration least(Duration limit) {
        Duration enough = limit.compareTo(LEAST_LIMIT) < 0 ? LEAST_LIMIT : limit;
        return enough.compareTo(options.limit) < 0 ? enough : options.limit;
    }

    /** @return null where there is none for the form */
    private static Shrinker shrinker(String form) {
        if (form.equals("wasm")) return new WasmShrinker();
        for (Shrinker shrinker : ServiceLoader.load(Shrinker.class)) if (shrinker.form().equals(form)) return shrinker;
        return null;
    }

    private final class SameFailure implements Reducer.Judge {
        @Override
        public boolean stillFails(byte[] candidate) throws IOException, InterruptedException {
            Examination.Failure now = worker.examine(candidate, limit);
            boolean same = now != null && now.kind().equals(failure.kind());
            tried++;
            if (same) {
                kept++;
                failure = now;
                size = candidate.length;
            }
            if (System.nanoTime() - told > TELL.toNanos()) {
                told = System.nanoTime();
                progress.println("bench reduce: " + size + " bytes, " + tried + " tried, " + kept + " kept");
            }
            return same;
        }

        @Override
        public boolean hasTime() {
            return System.nanoTime() < end;
        }
    }
}
