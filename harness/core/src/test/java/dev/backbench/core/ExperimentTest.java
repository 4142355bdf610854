package dev.backbench.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
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
        Outcome outcome = run(options, "good", "good:O0");
        for (Summary.Cell cell : outcome.summary().cells()) {
            boolean noise = cell.measure() == Measure.MEMORY;
            assertEquals(Status.OK, cell.status(), cell.toString());
            assertTrue(noise || cell.median() > 0, cell.toString());
        }
        assertEquals(2 * 3 * 6, outcome.summary().cells().size());
        assertEquals(ExitCode.OK, outcome.exit());
        RunFolder folder = RunFolder.open(out);
        assertEquals(List.of(), folder.verify());
        assertArrayEquals(Files.readAllBytes(out.resolve(RunFolder.SUMMARY)), Summaries.text(Summaries.compute(folder)));
        Row compile = rows(out).stream().filter(r -> r.measure() == Measure.COMPILE && !r.warmup()).findFirst().orElseThrow();
        // 3 ms of spinning, or 1 at O0
        assertTrue(compile.ns().cpu() > 900_000 && compile.ns().wall() > 900_000, compile.toString());
        assertTrue(Files.exists(out.resolve(RunFolder.BLOBS).resolve(compile.code().sha256())));
        Row cold = rows(out).stream().filter(r -> r.measure() == Measure.COLD).findFirst().orElseThrow();
        assertEquals(cold.ns().wall(), cold.phasesNs().values().stream().mapToLong(Long::longValue).sum(), "causes add up to the whole");
        assertTrue(cold.phasesNs().get("optimise") > 900_000, cold.toString());
        assertFalse(Files.exists(out.resolve("work")));
        assertTrue(outcome.sentences().getFirst().startsWith("good:O0 compiles "), outcome.sentences().toString());
        assertTrue(outcome.repeat().contains("--seed=1"));
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
    void hangsWrongOutputsAndMemoryEndInTheirOwnCells() {
        Outcome outcome = run(Fakes.options(programs, out, Measure.COMPILE, Measure.RUN), "hanging", "lying", "hungry", "picky", "missing", "broken");
        for (String backend : List.of("hanging:O2", "lying:O2", "hungry:O2", "picky:O2")) {
            assertEquals(Status.OK, runs(outcome, backend).get("alpha"), backend);
            assertEquals(Status.OK, runs(outcome, backend).get("gamma"), backend);
        }
        assertEquals(Status.TIMEOUT, runs(outcome, "hanging:O2").get("beta"));
        assertEquals(Status.WRONG, runs(outcome, "lying:O2").get("beta"));
        assertEquals(Status.OOM, runs(outcome, "hungry:O2").get("beta"));
        assertEquals(Status.UNSUPPORTED, runs(outcome, "picky:O2").get("beta"));
        Summary.Cell bound = cell(outcome, "hanging:O2", "beta", Measure.COMPILE, Regime.FIRST);
        assertEquals(Status.TIMEOUT, bound.status());
        assertNotNull(bound.median(), "a timeout is a bound");
        assertEquals(Status.OK, cell(outcome, "lying:O2", "beta", Measure.COMPILE, Regime.FIRST).status());
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
        Fakes.programs(programs, "d", "e", "f", "g", "h", "i", "j");
        PlanOptions options = Fakes.options(programs, out, Measure.COMPILE, Measure.RUN);
        options.phases = false;
        Outcome outcome = run(options, "hosted", "tiered");
        assertEquals(Status.OK, cell(outcome, "hosted:O2", "alpha", Measure.COMPILE, Regime.STEADY).status());
        List<Row> compiles = rows(out).stream().filter(r -> r.cell().equals(new CellKey("hosted:O2", "alpha", Measure.COMPILE, Regime.STEADY))).toList();
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
        options.backends = List.of("good", "good:O0");
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
        assertTrue(done > 0 && interrupted > 0 && done + interrupted == 12, first.summary().toString());
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
        options.preset = new PlanPreset("quick", 3, 1, 0, 0, 1, Duration.ofSeconds(60));
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
        assertNull(cell(outcome, "good:O2", "alpha", Measure.RUN, Regime.STEADY).reason() == null ? null
                : cell(outcome, "good:O2", "alpha", Measure.RUN, Regime.STEADY).reason().contains("unchecked") ? "unchecked" : null);
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
}
