package dev.backbench.conformance.fuzz;

import dev.backbench.conformance.ChildJvm;
import dev.backbench.conformance.ConformanceCommandRunner;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.BackendSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** {@code bench fuzz}: random cases in worker processes, one at a time; one that crashes or hangs is a finding, and a new process goes on behind it. */
public final class FuzzRun {
    /**
     * @param kind {@code wasm} or a text form such as {@code clif}
     * @param backend its spec; without a level all levels
     * @param against for Wasm: back ends it is compared with, the reference first
     * @param seed of the run
     * @param first case
     * @param cases how many at most
     * @param time how long at most
     * @param limit of one case
     * @param out where inputs of findings go, and {@code reached.tsv}
     */
    public record Options(String kind, String backend, List<String> against, long seed, long first, long cases, Duration time, Duration limit, Path out) {}

    private static final Duration PROGRESS = Duration.ofSeconds(10), START_LIMIT = Duration.ofMinutes(2);
    /** Findings after which it is over: more of the same help nobody. */
    private static final int ENOUGH = 100;
    /** Cases of one process: what back ends and the JVM keep for ever does not add up. */
    private static final long CASES_PER_WORKER = 20_000;
    private static final String END = "";

    private final Options options;
    private final PrintStream document, progress;
    private final Map<String, Map<String, Long>> reached = new LinkedHashMap<>();
    private final List<String> findings = new ArrayList<>(), alone = new ArrayList<>();
    private long done, cpuMillis;

    private FuzzRun(Options options, PrintStream document, PrintStream progress) {
        this.options = options;
        this.document = document;
        this.progress = progress;
    }

    /**
     * @param document findings, what was reached and what not; the last line is {@code N cases, N findings}
     * @param progress a line now and then, errors
     * @return 0 without findings, 1 with; other exit codes as for conformance
     */
    public static int run(Options options, PrintStream document, PrintStream progress) {
        try {
            Options possible = possible(options, progress);
            return possible == null ? ConformanceCommandRunner.NOTHING_RAN : new FuzzRun(possible, document, progress).run();
        } catch (BackendException | IllegalArgumentException | IOException e) {
            progress.println("bench fuzz: " + e.getMessage());
            return ConformanceCommandRunner.USAGE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ConformanceCommandRunner.INTERRUPTED;
        }
    }

    /** Without the back ends that are not there; null where too few are left. */
    private static Options possible(Options options, PrintStream progress) {
        BackendSpec spec = BackendSpec.parse(options.backend);
        boolean wasm = options.kind.equals(FuzzCases.WASM);
        if (!wasm && FuzzCases.fuzzer(spec.id(), options.kind) == null) throw new BackendException(spec.id() + " has no fuzzer of " + options.kind);
        String every = spec.level() == null ? new BackendSpec(spec.id(), spec.version(), BackendSpec.ALL, spec.options(), spec.file()).toString() : options.backend;
        spec.levels(spec.backend());
        if (!isThere(every, progress)) return null;
        List<String> there = new ArrayList<>();
        if (wasm) for (String other : options.against) if (isThere(other, progress)) there.add(BackendSpec.parse(other).single().toString());
        if (wasm && there.isEmpty()) return null;
        return new Options(options.kind, every, there, options.seed, options.first, options.cases, options.time, options.limit, options.out);
    }

    private static boolean isThere(String name, PrintStream progress) {
        BackendSpec spec = BackendSpec.parse(name);
        Backend backend = spec.backend();
        Availability available = spec.version() == null ? backend.available() : backend.available(spec.version());
        if (!available.yes()) progress.println("bench fuzz: without " + name + ", which is unavailable: " + available.reason() + ". To fix: " + available.fix());
        return available.yes();
    }

    private int run() throws IOException, InterruptedException {
        Files.createDirectories(options.out);
        long start = System.nanoTime(), end = start + options.time.toNanos();
        for (long next = options.first; next - options.first < options.cases && System.nanoTime() < end && findings.size() < ENOUGH; ) {
            long count = Math.min(CASES_PER_WORKER, options.cases - (next - options.first));
            next = worker(next, count, end);
        }
        report(Duration.ofNanos(System.nanoTime() - start));
        return findings.isEmpty() ? ConformanceCommandRunner.OK : ConformanceCommandRunner.FAILED;
    }

    // ---- one process ----

    /** @return the case to go on with */
    private long worker(long first, long count, long end) throws IOException, InterruptedException {
        long seconds = Math.max(1, (end - System.nanoTime() + 999_999_999) / 1_000_000_000);
        Path log = options.out.resolve("worker.log").toAbsolutePath();
        List<String> arguments = List.of(options.kind, options.backend, String.join(",", options.against), String.valueOf(options.seed), String.valueOf(first), String.valueOf(count),
            String.valueOf(seconds), options.out.toAbsolutePath().toString());
        Process process = ChildJvm.start(FuzzWorker.class, arguments, log);
        Thread stop = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            return listen(process, first);
        } finally {
            process.destroyForcibly().waitFor();
            Runtime.getRuntime().removeShutdownHook(stop);
            if (Files.exists(log) && Files.size(log) == 0) Files.delete(log);
        }
    }

    private long listen(Process process, long first) throws IOException, InterruptedException {
        LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
        String[] signal = new String[1];
        Thread.ofPlatform().daemon().name("fuzz output").start(() -> read(process, lines, signal));
        Map<String, Map<String, Long>> now = new LinkedHashMap<>();
        long at = first - 1, cpu = 0, told = System.nanoTime();
        String ended = null;
        while (ended == null) {
            Duration limit = at < first ? START_LIMIT : options.limit;
            String line = lines.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (line == null) {
                ended = "hangs: no answer within " + limit.toSeconds() + " s";
                break;
            }
            String[] f = line.split("\t", -1);
            switch (f[0]) {
                case FuzzWorker.CASE -> {
                    at = Long.parseLong(f[1]);
                    done++;
                }
                case FuzzWorker.FOUND -> found("case " + f[1] + ": " + f[3] + " (" + f[2] + ")");
                case FuzzWorker.ALONE -> alone.add("case " + f[1] + ": " + f[3] + " (" + f[2] + ")");
                case FuzzWorker.REACHED -> now.computeIfAbsent(f[1], g -> new TreeMap<>()).put(f[2], Long.parseLong(f[3]));
                case FuzzWorker.TOLD -> cpu = Long.parseLong(f[1]);
                case FuzzWorker.DONE -> ended = FuzzWorker.DONE;
                case FuzzWorker.BROKEN -> ended = "breaks: " + f[1];
                default -> ended = line.equals(END) ? "kills the process: " + death(process, signal[0]) : null;
            }
            if (System.nanoTime() - told > PROGRESS.toNanos()) {
                told = System.nanoTime();
                progress.println("bench fuzz: " + done + " cases, " + findings.size() + " findings");
            }
            if (findings.size() >= ENOUGH) ended = FuzzWorker.DONE;
        }
        now.forEach((group, hits) -> hits.forEach((name, n) -> reached.computeIfAbsent(group, g -> new TreeMap<>()).merge(name, n, Long::sum)));
        cpuMillis += cpu;
        if (ended.equals(FuzzWorker.DONE)) return at + 1;
        if (at < first) throw new IOException("the worker process " + ended + "; its log: " + options.out.resolve("worker.log"));
        keep(at, ended);
        return at + 1;
    }

    private static void read(Process process, LinkedBlockingQueue<String> lines, String[] signal) {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                int mark = line.indexOf(FuzzWorker.MARK);
                if (mark >= 0) lines.add(line.substring(mark + FuzzWorker.MARK.length()));
                else if (line.startsWith(ChildJvm.SIGNAL)) signal[0] = line.substring(1).strip();
            }
        } catch (IOException e) {
            // the process is gone: the end mark says so
        }
        lines.add(END);
    }

    private static String death(Process process, String signal) throws InterruptedException {
        if (!process.waitFor(5, TimeUnit.SECONDS)) return "it closed its output";
        return signal != null ? signal : "exit code " + process.exitValue();
    }

    /** The case that ended a process: its input lies where the worker left it. */
    private void keep(long number, String how) throws IOException {
        String form = options.kind;
        Path underWay = options.out.resolve("under-way." + form), kept = options.out.resolve("seed" + options.seed + "-case" + number + "." + form);
        if (Files.exists(underWay)) Files.move(underWay, kept, StandardCopyOption.REPLACE_EXISTING);
        found("case " + number + " " + how + " (" + kept + ")");
    }

    private void found(String what) {
        findings.add(what);
        progress.println("bench fuzz: " + what);
    }

    // ---- the end ----

    private void report(Duration time) throws IOException {
        for (String finding : findings) document.println(finding);
        for (String what : alone) document.println(options.against.getFirst() + " is alone against back ends that agree, " + what);
        StringBuilder table = new StringBuilder("group\tname\ttimes\n");
        reached.forEach((group, hits) -> {
            List<String> never = new ArrayList<>();
            hits.forEach((name, n) -> {
                table.append(group).append('\t').append(name).append('\t').append(n).append('\n');
                if (n == 0) never.add(name);
            });
            document.println(group + ": " + (hits.size() - never.size()) + " of " + hits.size() + " reached" + (never.isEmpty() ? "" : "; never " + String.join(", ", never)));
        });
        Path file = options.out.resolve("reached.tsv");
        Files.writeString(file, table);
        document.println("how often each: " + file);
        document.println("seed " + options.seed + ", " + time.toSeconds() + " s, " + cpuMillis / 1000 + " s of processor time");
        document.println(done + " cases, " + findings.size() + " findings");
    }
}
