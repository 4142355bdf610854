package dev.backbench.conformance;

import dev.backbench.spi.Compiler;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Runs scripts of the specification's suite for one back end: in this process, or in child processes that may crash or hang, which then costs the
 * commands of that one file that were still to come.
 */
public final class WasmSuite {
    /** Workers are renewed after so many scripts: some back ends never give their memory back. */
    private static final int FILES_PER_WORKER = 25;

    private WasmSuite() {}

    /** All in this process, with a compiler that stays the caller's. */
    public static List<FileResult> runHere(List<Path> places, Compiler compiler) throws IOException {
        List<FileResult> results = new ArrayList<>();
        for (Path file : Script.find(places)) results.add(runHere(Script.read(file), compiler));
        return results;
    }

    private static FileResult runHere(Script script, Compiler compiler) {
        List<Outcome> outcomes = new ArrayList<>(script.commands.size());
        try (ScriptRunner runner = new ScriptRunner(script, compiler)) {
            runner.run((index, outcome) -> outcomes.add(outcome));
        }
        return new FileResult(script.file, outcomes);
    }

    /**
     * In child processes.
     *
     * @param spec names the back end, see {@link dev.backbench.spi.BackendSpec}
     * @param jobs child processes at a time
     * @param limit wall time for one file
     * @param progress a line per file
     * @throws IOException a script cannot be read, or no worker starts
     */
    public static List<FileResult> runInWorkers(String spec, List<Path> places, int jobs, Duration limit, PrintStream progress) throws IOException, InterruptedException {
        List<Path> files = Script.find(places);
        FileResult[] results = new FileResult[files.size()];
        Path logs = Files.createTempDirectory("backbench-conformance");
        AtomicInteger next = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        Callable<Void> job = () -> {
            WorkerProcess worker = null;
            int given = 0;
            try {
                for (int i = next.getAndIncrement(); i < results.length; i = next.getAndIncrement()) {
                    Script script = Script.read(files.get(i));
                    if (worker == null || !worker.alive() || given == FILES_PER_WORKER) {
                        if (worker != null) worker.close();
                        worker = new WorkerProcess(spec, logs.resolve("worker" + i + ".log"));
                        worker.awaitReady();
                        given = 0;
                    }
                    given++;
                    results[i] = worker.run(script, limit);
                    progress.println("[" + done.incrementAndGet() + "/" + results.length + "] " + Report.line(results[i]));
                }
            } finally {
                if (worker != null) worker.close();
            }
            return null;
        };
        try {
            run(job, Math.min(jobs, Math.max(1, results.length)));
        } finally {
            tidy(logs, Arrays.stream(results).allMatch(WasmSuite::clean));
        }
        return List.of(results);
    }

    private static void run(Callable<Void> job, int jobs) throws IOException, InterruptedException {
        try (ExecutorService threads = Executors.newFixedThreadPool(jobs)) {
            List<Future<Void>> all = new ArrayList<>();
            for (int i = 0; i < jobs; i++) all.add(threads.submit(job));
            for (Future<Void> one : all) one.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) throw io;
            throw new IllegalStateException(e.getCause());
        }
    }

    private static boolean clean(FileResult result) {
        return result != null && result.count(Outcome.Status.FAILED) == 0;
    }

    /** Leaves only logs that say something, and those only where something failed. */
    private static void tidy(Path folder, boolean clean) throws IOException {
        boolean left = false;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (clean || Files.size(file) == 0) Files.delete(file);
                else left = true;
            }
        }
        if (!left) Files.delete(folder);
    }
}
