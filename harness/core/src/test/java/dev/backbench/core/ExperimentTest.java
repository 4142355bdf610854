package dev.backbench.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.core.fake.Fakes;
import dev.backbench.core.plan.PlanOptions;
import dev.backbench.core.plan.PlanPreset;
import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Summary;
import dev.backbench.core.stats.Summaries;
import dev.backbench.core.store.RunFolder;
import dev.backbench.core.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole experiments with real worker processes and back ends that misbehave. */
class ExperimentTest {
    @TempDir Path temp;
    private Path programs, out;

    @BeforeEach
    void makePrograms() throws IOException {
        programs = temp.resolve("programs");
        out = temp.resolve("run");
        Fakes.programs(programs, "alpha", "beta", "gamma");
    }

    private Outcome run(PlanOptions options, String... backends) {
        options.backends = List.of(backends);
        return Experiment.run(options, Fakes.all(), ExperimentListener.NONE);
    }

    private static Summary.Cell cell(Outcome outcome, String backend, String workload, Measure measure, String regime) {
        return outcome.summary().cells().stream().filter(c -> c.key().equals(new CellKey(backend, workload, measure, regime))).findFirst().orElseThrow();
    }

    private static Map<String, Status> runs(Outcome outcome, String backend) {
        return outcome.summary().cells().stream().filter(c -> c.backend().equals(backend) && c.measure() == Measure.RUN)
                .collect(Collectors.toMap(Summary.Cell::workload, Summary.Cell::status, (a, b) -> a, TreeMap::new));
    }

    private static List<Row> rows(Path folder) {
        List<Row> rows = new ArrayList<>();
        RunFolder.open(folder).rows(rows::add);
        return rows;
    }

    @Test
    void measuresEverythingAndSealsIt() throws IOException {
        PlanOptions options = Fakes.options(programs, out, Measure.COMPILE, Measure.RUN, Measure.SIZE, Measure.COLD, Measure.MEMORY);
        options.reference = "good";
        options.filter = java.util.regex.Pattern.compile("alpha");
        Outcome outcome = run(options, "good", "good:O0");
        for (Summary.Cell cell : outcome.summary().cells()) {
            boolean noise = cell.measure() == Measure.MEMORY;
            assertEquals(Status.OK, cell.status(), cell.toString());
            assertTrue(noise || cell.median() > 0, cell.toString());
        }
        assertEquals(2 * 6, outcome.summary().cells().size());
        assertEquals(ExitCode.OK, outcome.exit());
        RunFolder folder = RunFolder.open(out);
        assertEquals(List.of(), folder.verify());
        assertArrayEquals(Files.readAllBytes(out.resolve(RunFolder.SUMMARY)), Summaries.text(Summaries.compute(folder)));
        Row compile = rows(out).stream().filter(r -> r.measure() == Measure.COMPILE && r.def().equals(Measure.COMPILE.definition(r.regime())) && !r.warmup()).findFirst().orElseThrow();
        // 3 ms of spinning, or 1 at O0
        assertTrue(compile.ns().cpu() > 900_000 && compile.ns().wall() > 900_000, compile.toString());
        assertTrue(Files.exists(out.resolve(RunFolder.BLOBS).resolve(compile.code().sha256())));
        Row cold = rows(out).stream().filter(r -> r.measure() == Measure.COLD).findFirst().orElseThrow();
        assertEquals(cold.ns().wall(), cold.phasesNs().values().stream().mapToLong(Long::longValue).sum(), "causes add up to the whole");
        assertTrue(cold.phasesNs().get("compile") > 900_000, cold.toString());
        List<Row> firsts = rows(out).stream().filter(r -> r.cell().regime().equals(Regime.FIRST) && r.measure() == Measure.COMPILE).toList();
        Row load = firsts.stream().filter(r -> r.def().equals("load/1")).findFirst().orElseThrow();
        assertTrue(load.ns().wall() > 0 && load.ns().cpu() > 0, load.toString());
        assertTrue(firsts.stream().filter(r -> r.def().equals(Measure.COMPILE.definition(Regime.FIRST))).allMatch(r -> r.ns().cpu() > 900_000 && r.ns().cpu() < 2 * r.ns().wall()), firsts.toString());
        assertFalse(Files.exists(out.resolve("work")));
        assertTrue(folder.manifest().unknown().get("jvm.aot_cache").contains("folders"), "classes of a development tree cannot be in a start-up cache");
        assertTrue(outcome.sentences().getFirst().startsWith("good:O0 compiles "), outcome.sentences().toString());
        assertTrue(outcome.repeat().contains("--seed=1"));
    }

    /** What runs after the first compile of a process is not part of it, nor is what its load took. */
    @Test
    void theFirstCompileIsTheSameWithAndWithoutAColdStart() {
        Row[] compiles = new Row[2];
        for (boolean cold : List.of(false, true)) {
            Path folder = temp.resolve("cold-" + cold);
            PlanOptions options = cold ? Fakes.options(programs, folder, Measure.COMPILE, Measure.COLD) : Fakes.options(programs, folder, Measure.COMPILE);
            options.filter = java.util.regex.Pattern.compile("alpha");
            options.timeouts.replaceAll((stage, limit) -> Duration.ofSeconds(20));
            assertEquals(ExitCode.OK, run(options, "delegating").exit());
            compiles[cold ? 1 : 0] = rows(folder).stream().filter(r -> r.regime().equals(Regime.FIRST) && r.def().equals(Measure.COMPILE.definition(Regime.FIRST))).findFirst().orElseThrow();
        }
        for (Row row : compiles) {
            long own = row.ns().cpu() - row.ns().children(), child = row.ns().children() - Fakes.Delegating.COMPANION;
            assertTrue(own > 25_000_000 && own < 250_000_000, "a thread of 30 ms: " + row);
            assertTrue(child > 5_000_000 && child < 600_000_000, "a child, and neither the companion's start nor its part in the run: " + row);
        }
        long without = compiles[0].ns().children(), with = compiles[1].ns().children();
        assertTrue(with < 2 * without + 25_000_000 && without < 2 * with + 25_000_000, without + " ns, with a cold start " + with);
    }

    @Test
    void aKilledWorkerCostsOneCell() {
        Outcome outcome = run(Fakes.options(programs, out, Measure.RUN), "killed", "good");
        assertEquals(Map.of("alpha", Status.OK, "beta", Status.CRASH, "gamma", Status.OK), runs(outcome, "killed:O2"));
        assertEquals(Map.of("alpha", Status.OK, "beta", Status.OK, "gamma", Status.OK), runs(outcome, "good:O2"));
        assertEquals(ExitCode.FAILED, outcome.exit());
        Outcome.Failure failure = outcome.failures().getFirst();
        assertTrue(failure.reason().contains("SIGKILL"), failure.reason());
        assertTrue(Files.exists(failure.log()));
        assertTrue(failure.command().startsWith("./bench trial --backend=killed:O2 --workload=") && failure.command().endsWith("--measure=run"), failure.command());
        assertEquals(1, RunFolder.open(out).trials().stream().filter(t -> Integer.valueOf(9).equals(t.signal())).count());
    }

    @Test
    void aProgramThatDiesWhileItStartsHasItsCompileAllTheSame() {
        Outcome outcome = run(Fakes.options(programs, out, Measure.COMPILE, Measure.COLD), "killed", "unmarked");
        assertEquals(Status.CRASH, cell(outcome, "killed:O2", "beta", Measure.COLD, Regime.PROCESS_COMPILED).status());
        assertEquals(Status.OK, cell(outcome, "killed:O2", "beta", Measure.COMPILE, Regime.FIRST).status());
        assertEquals(Status.OK, cell(outcome, "killed:O2", "alpha", Measure.COLD, Regime.PROCESS_COMPILED).status());
        Summary.Cell never = cell(outcome, "unmarked:O2", "beta", Measure.COLD, Regime.PROCESS_COMPILED);
        assertEquals(Status.UNSUPPORTED, never.status());
        assertTrue(never.reason().contains("first mark"), never.reason());
    }

    @Test
    void hangsWrongOutputsAndMemoryEndInTheirOwnCells() {
        Outcome outcome = run(Fakes.options(programs, out, Measure.RUN), "hanging", "lying", "hungry", "picky", "missing", "broken");
        for (String backend : List.of("hanging:O2", "lying:O2", "hungry:O2", "picky:O2")) {
            assertEquals(Status.OK, runs(outcome, backend).get("alpha"), backend);
            assertEquals(Status.OK, runs(outcome, backend).get("gamma"), backend);
        }
        assertEquals(Status.TIMEOUT, runs(outcome, "hanging:O2").get("beta"));
        assertEquals(Status.WRONG, runs(outcome, "lying:O2").get("beta"));
        assertEquals(Status.OOM, runs(outcome, "hungry:O2").get("beta"));
        assertEquals(Status.UNSUPPORTED, runs(outcome, "picky:O2").get("beta"));
        assertEquals(1500, cell(outcome, "hanging:O2", "beta", Measure.RUN, Regime.STEADY).median(), "a timeout is a bound");
        assertTrue(cell(outcome, "lying:O2", "beta", Measure.RUN, Regime.STEADY).reason().contains("differs at byte 4: expected \"beta"), outcome.summary().toString());
        for (Summary.Cell cell : outcome.summary().cells()) {
            if (cell.backend().equals("missing:O2")) assertEquals(Status.UNAVAILABLE, cell.status());
            if (cell.backend().equals("broken:O2")) assertEquals(Status.CRASH, cell.status());
            if (cell.backend().equals("broken:O2")) assertTrue(cell.reason().contains("no libbroken"), cell.reason());
        }
        assertTrue(ProcessHandle.allProcesses().noneMatch(p -> p.info().commandLine().orElse("").contains("sleep 4711")), "the hung worker's child is gone");
        assertTrue(outcome.summary().unranked().stream().anyMatch(u -> u.backend().equals("lying:O2") && u.measure() == Measure.RUN));
        assertFalse(outcome.summary().totals().stream().anyMatch(t -> t.backend().equals("lying:O2") && t.measure() == Measure.RUN));
    }

    @Test
    void hostedCompilersWarmUpInsideJmhAndTieredOnesAreMarked() throws IOException {
        PlanOptions options = Fakes.options(programs, out, Measure.COMPILE, Measure.RUN);
        options.phases = false;
        options.filter = java.util.regex.Pattern.compile("alpha");
        options.reference = "hosted";
        Outcome outcome = run(options, "hosted", "tiered");
        String steady = outcome.summary().cells().stream().map(Summary.Cell::regime).filter(r -> r.equals(Regime.SELF_WARM)).findAny().orElse(Regime.STEADY);
        assertEquals(Status.OK, cell(outcome, "hosted:O2", "alpha", Measure.COMPILE, steady).status());
        List<Row> compiles = rows(out).stream().filter(r -> r.cell().equals(new CellKey("hosted:O2", "alpha", Measure.COMPILE, steady))).toList();
        assertEquals(List.of(true, false), compiles.stream().map(Row::warmup).toList());
        Summary.Cell tiered = cell(outcome, "tiered:O2", "alpha", Measure.COMPILE, Regime.FIRST);
        assertEquals(Status.TIERED, tiered.status());
        assertTrue(tiered.median() > 0);
        assertTrue(outcome.summary().totals().stream().noneMatch(t -> t.backend().equals("tiered:O2") && t.measure() == Measure.COMPILE));
        assertTrue(outcome.summary().totals().stream().anyMatch(t -> t.backend().equals("tiered:O2") && t.measure() == Measure.RUN));
        assertEquals(ExitCode.OK, outcome.exit());
    }

    @Test
    void interruptedRunsKeepWhatTheyHaveAndGoOn() {
        PlanOptions options = Fakes.options(programs, out, Measure.RUN, Measure.COLD);
        options.backends = List.of("good");
        Thread experiment = Thread.currentThread();
        ExperimentListener interrupting = new ExperimentListener() {
            @Override
            public void progress(Progress progress) {
                if (progress.samples() > 2) experiment.interrupt();
            }
        };
        Outcome first = Experiment.run(options, Fakes.all(), interrupting);
        assertEquals(ExitCode.INTERRUPTED, first.exit());
        long done = first.summary().cells().stream().filter(c -> c.status() == Status.OK).count();
        long interrupted = first.summary().cells().stream().filter(c -> c.status() == Status.INTERRUPTED).count();
        assertTrue(done > 0 && interrupted > 0 && done + interrupted == 6, first.summary().toString());
        int before = rows(out).size();
        assertThrows(UsageException.class, () -> Experiment.run(options, Fakes.all(), ExperimentListener.NONE), "the folder is not empty");

        options.resume = true;
        Outcome second = Experiment.run(options, Fakes.all(), ExperimentListener.NONE);
        assertEquals(ExitCode.OK, second.exit());
        assertTrue(second.summary().cells().stream().allMatch(c -> c.status() == Status.OK), second.summary().toString());
        List<Row> rows = rows(out);
        assertTrue(rows.size() > before);
        for (int i = 0; i < rows.size(); i++) assertEquals(i, rows.get(i).row());
        assertEquals(2, RunFolder.open(out).manifest().attempts().size());
        assertEquals(List.of(), RunFolder.open(out).verify());

        options.timeouts.put("run", Duration.ofSeconds(7));
        assertTrue(assertThrows(UsageException.class, () -> Experiment.run(options, Fakes.all(), ExperimentListener.NONE)).getMessage().contains("other time limits"));
        options.timeouts.put("run", Duration.ofMillis(1500));
        options.runs = 7;
        UsageException another = assertThrows(UsageException.class, () -> Experiment.run(options, Fakes.all(), ExperimentListener.NONE));
        assertTrue(another.getMessage().contains("another plan"), another.getMessage());
    }

    @Test
    void theBudgetIsHardWhenNamed() {
        PlanOptions options = Fakes.options(programs, out, Measure.COLD);
        options.budget = Duration.ofMillis(1);
        Outcome outcome = run(options, "good");
        assertTrue(outcome.summary().cells().stream().allMatch(c -> c.status() == Status.BUDGET), outcome.summary().toString());
        assertEquals(ExitCode.NOTHING, outcome.exit());
    }

    @Test
    void laterPassesFillUpToThePlannedProcesses() {
        PlanOptions options = Fakes.options(programs, out, Measure.COLD);
        options.preset = new PlanPreset("quick", 3, 1, 0, 0, 1, true, Integer.MAX_VALUE, Duration.ofSeconds(60));
        options.filter = java.util.regex.Pattern.compile("alpha");
        Outcome outcome = run(options, "good");
        for (Summary.Cell cell : outcome.summary().cells()) {
            assertEquals(3, cell.n());
            assertTrue(cell.low() <= cell.median() && cell.median() <= cell.high(), cell.toString());
        }
    }

    @Test
    void withoutExpectationsUnlikeBackEndsMustAgree() throws IOException {
        for (String name : List.of("alpha", "beta", "gamma")) Files.delete(programs.resolve(name + ".stdout.expected"));
        Outcome outcome = run(Fakes.options(programs, out, Measure.RUN), "good", "hosted", "lying");
        Map<String, Status> allOk = Map.of("alpha", Status.OK, "beta", Status.OK, "gamma", Status.OK);
        assertEquals(allOk, runs(outcome, "good:O2"));
        assertEquals(allOk, runs(outcome, "hosted:O2"));
        assertEquals(Status.WRONG, runs(outcome, "lying:O2").get("beta"));
        assertEquals(ExitCode.FAILED, outcome.exit());
        assertEquals(1, outcome.failures().size());
    }

    @Test
    void aMissingRequiredBackEndIsRefusedBeforeAnythingIsMeasured() {
        PlanOptions options = Fakes.options(programs, out, Measure.RUN);
        options.require = List.of("all");
        UsageException refused = assertThrows(UsageException.class, () -> run(options, "good", "missing"));
        assertEquals(ExitCode.NOTHING, refused.code());
        assertTrue(refused.getMessage().contains("run fetch-fake"), refused.getMessage());
        assertFalse(Files.exists(out));
    }

    @Test
    void aFullDiskIsSaidAndWhatWasMeasuredIsKept() throws IOException {
        PlanOptions options = Fakes.options(programs, out, Measure.RUN);
        options.backends = List.of("good");
        ExperimentListener filling = new ExperimentListener() {
            @Override
            public void planned(dev.backbench.core.plan.Plan plan, Path folder) {
                try {
                    Files.createSymbolicLink(folder.resolve(RunFolder.ROWS), Path.of("/dev/full"));
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        };
        StoreException said = assertThrows(StoreException.class, () -> Experiment.run(options, Fakes.all(), filling));
        assertTrue(said.getMessage().contains("No space left on device"), said.getMessage());
        java.util.regex.Matcher aside = java.util.regex.Pattern.compile("rows.jsonl are in (\\S+)").matcher(said.getMessage());
        assertTrue(aside.find(), said.getMessage());
        Path kept = Path.of(aside.group(1));
        assertEquals(1, Files.readAllLines(kept).size());
        Files.delete(kept);

        Files.delete(out.resolve(RunFolder.ROWS));
        options.resume = true;
        Outcome outcome = Experiment.run(options, Fakes.all(), ExperimentListener.NONE);
        assertEquals(ExitCode.OK, outcome.exit());
    }

    @Test
    void anUnwritableFolderIsAUsageError() throws IOException {
        Path file = Files.writeString(temp.resolve("file"), "in the way");
        PlanOptions options = Fakes.options(programs, file.resolve("run"), Measure.RUN);
        options.cache = temp.resolve("cache");
        UsageException refused = assertThrows(UsageException.class, () -> run(options, "good"));
        assertTrue(refused.getMessage().contains("--out=DIR"), refused.getMessage());
    }

    @Test
    void forceReplacesRunsOnly() throws IOException {
        Files.createDirectories(out);
        Files.writeString(out.resolve("precious"), "x");
        PlanOptions options = Fakes.options(programs, out, Measure.COLD);
        options.force = true;
        options.budget = Duration.ofMillis(1);
        assertTrue(assertThrows(UsageException.class, () -> run(options, "good")).getMessage().contains("holds something else"));
        assertTrue(Files.exists(out.resolve("precious")));
        Files.delete(out.resolve("precious"));
        Outcome first = run(options, "good"), second = run(options, "good");
        assertFalse(first.summary().run().equals(second.summary().run()));
        assertEquals(second.summary().run(), RunFolder.open(out).manifest().run());
    }

    /** Ctrl-C on the whole process: the books are closed, what follows is still printed, and the exit code says interrupted. */
    @Test
    void aSignalEndsTheProcessInOrder() throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1",
                "-cp", System.getProperty("java.class.path"), InterruptedMain.class.getName(), programs.toString(), out.toString()).redirectErrorStream(true).start();
        StringBuilder said = new StringBuilder();
        try (var lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.append(line).append('\n');
                if (line.equals("measuring")) new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
            }
        }
        assertEquals(130, process.waitFor(), said.toString());
        assertTrue(said.toString().contains("returned INTERRUPTED"), said.toString());
        assertEquals(List.of(), RunFolder.open(out).verify());
        assertTrue(RunFolder.open(out).summary().cells().stream().anyMatch(c -> c.status() == Status.INTERRUPTED));
    }

    /** What the command line does: runs, prints, exits. */
    static final class InterruptedMain {
        public static void main(String[] arguments) {
            PlanOptions options = Fakes.options(Path.of(arguments[0]), Path.of(arguments[1]), Measure.RUN, Measure.COLD);
            options.backends = List.of("good");
            Outcome outcome = Experiment.run(options, Fakes.all(), new ExperimentListener() {
                private boolean told;

                @Override
                public void progress(Progress progress) {
                    if (!told && progress.samples() > 0) System.out.println("measuring");
                    told |= progress.samples() > 0;
                }
            });
            System.out.println("returned " + outcome.exit());
            System.exit(outcome.exit().code());
        }
    }

    @Test
    void aTrialAloneShowsItsSamplesAndFails() {
        java.io.ByteArrayOutputStream shown = new java.io.ByteArrayOutputStream();
        PlanOptions options = Fakes.options(programs.resolve("beta.wasm"), out, Measure.RUN);
        options.backends = List.of("lying");
        assertEquals(ExitCode.FAILED, SingleTrial.run(options, Fakes.all(), false, new java.io.PrintStream(shown)));
        assertTrue(shown.toString().matches("(?s)run: warm true, wall [0-9.]+ ms, .*") && shown.toString().contains("differs at byte 4"), shown.toString());
        options.backends = List.of("good", "lying");
        assertThrows(UsageException.class, () -> SingleTrial.run(options, Fakes.all(), false, System.out));
    }
}
