package dev.backbench.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.core.fake.Fakes;
import dev.backbench.core.plan.PlanOptions;
import dev.backbench.core.plan.PlanPreset;
import dev.backbench.core.plan.Planner;
import dev.backbench.core.plan.Schedule;
import dev.backbench.core.plan.Unit;
import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Manifest.BackendEntry;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Start;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Summary;
import dev.backbench.core.store.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ColdStartTest {
    private static final int STARTS = 3;

    @TempDir Path temp;
    private Path programs, out;

    @BeforeEach
    void makePrograms() throws IOException {
        programs = temp.resolve("programs");
        out = temp.resolve("run");
        Fakes.programs(programs, "alpha", "beta");
    }

    private PlanOptions options(int starts, List<Start> kinds, String... backends) {
        PlanOptions options = Fakes.options(programs, out, Measure.COLD);
        options.preset = new PlanPreset("quick", 1, 1, 1, 0, 1, true, Integer.MAX_VALUE, Duration.ofSeconds(120), starts, Integer.MAX_VALUE);
        options.backends = List.of(backends);
        options.starts = kinds;
        options.timeouts.replaceAll((stage, limit) -> Duration.ofSeconds(20));
        return options;
    }

    private static Summary.Cell cell(Outcome outcome, String backend, String workload, String regime) {
        return outcome.summary().cells().stream().filter(c -> c.key().equals(new CellKey(backend, workload, Measure.COLD, regime))).findFirst().orElseThrow();
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        RunFolder.open(out).rows(rows::add);
        return rows;
    }

    @Test
    void everyKindOfStartHasItsSamplesAndItsCausesAddUp() {
        PlanOptions options = options(STARTS, Start.WITHOUT_CONTAINER, "imaging");
        options.filter = java.util.regex.Pattern.compile("alpha");
        Outcome outcome = Experiment.run(options, Fakes.all(), ExperimentListener.NONE);
        assertEquals(ExitCode.OK, outcome.exit(), outcome.summary().toString());
        for (Start start : Start.WITHOUT_CONTAINER) {
            Summary.Cell cell = cell(outcome, "imaging:O2", "alpha", start.regime());
            assertEquals(Status.OK, cell.status(), cell.toString());
            assertEquals(start.host().fresh() ? STARTS : 1, cell.n(), "processes: " + cell);
            assertEquals(STARTS, cell.startCount(), cell.toString());
        }
        List<Row> starts = rows().stream().filter(r -> r.status() == Status.OK && !r.cell().backend().equals(Unit.NO_BACKEND)).toList();
        assertEquals(STARTS * Start.WITHOUT_CONTAINER.size(), starts.stream().filter(r -> !r.warmup()).count(), "not vacuous");
        for (Row row : starts) {
            assertEquals(row.regime(), row.start().host().label() + '-' + row.start().code().label());
            long causes = row.phasesNs().values().stream().mapToLong(Long::longValue).sum();
            assertEquals(1, (double) causes / row.ns().wall(), 0.05, row.toString());
            boolean compiles = row.phasesNs().getOrDefault("decode+compile", 0L) >= 900_000;
            assertEquals(!row.start().code().label().startsWith("pre"), compiles, "an image is not compiled: " + row);
            assertEquals(row.start().host().fresh(), row.phasesNs().containsKey("start") && row.phasesNs().containsKey("load"), row.toString());
            assertEquals(Boolean.FALSE, row.start().startCache(), "a development tree has none");
        }
        assertTrue(cell(outcome, "imaging:O2", "alpha", "resident-compiled").median() > Fakes.Imaging.COMPILE_MILLIS);
        assertTrue(cell(outcome, "imaging:O2", "alpha", "resident-precompiled").median() < Fakes.Imaging.COMPILE_MILLIS);
        List<Row> bare = rows().stream().filter(r -> r.cell().backend().equals(Unit.NO_BACKEND)).toList();
        assertEquals(STARTS, bare.size());
        for (Row row : bare) assertTrue(row.ns().wall() > 0 && row.start().runtime().equals("bare"), row.toString());
    }

    @Test
    void aHostOfItsOwnIsNotChargedWithAJvmAndItsOutputIsChecked() {
        Start image = new Start(Start.Host.RESIDENT, Start.Code.PRECOMPILED);
        List<Start> starts = List.of(new Start(Start.Host.RESIDENT, Start.Code.COMPILED), image, Start.USUAL, new Start(Start.Host.UNCACHED, Start.Code.COMPILED));
        Outcome outcome = Experiment.run(options(1, starts, "good", "native", "native:O0"), Fakes.all(), ExperimentListener.NONE);
        assertEquals(Status.OK, cell(outcome, "native:O2", "alpha", Regime.PROCESS_COMPILED).status());
        assertEquals(Status.UNSUPPORTED, cell(outcome, "native:O2", "alpha", image.regime()).status(), "it has no serialised form");
        Summary.Cell lied = cell(outcome, "native:O2", "beta", Regime.PROCESS_COMPILED);
        assertEquals(Status.WRONG, lied.status());
        assertTrue(lied.reason().contains("printed \"lied"), lied.reason());
        List<Row> rows = rows();
        assertTrue(rows.stream().noneMatch(r -> r.regime().equals("uncached-compiled") && r.cell().backend().startsWith("native")), "there is no JVM whose cache could be left out");
        for (Row row : rows) {
            if (row.start() == null || row.status() == Status.UNSUPPORTED || row.cell().backend().equals(Unit.NO_BACKEND)) continue;
            boolean own = row.cell().backend().equals("native:O2");
            assertEquals(own ? "fake" : "jvm", row.start().runtime(), row.toString());
            assertEquals(own ? Measure.NATIVE_COLD : Measure.COLD.definition(row.regime()), row.def());
        }
        // without its host it is started in a JVM, and says so
        BackendEntry hosted = RunFolder.open(out).manifest().backends().stream().filter(b -> b.backend().equals("native:O0")).findFirst().orElseThrow();
        assertEquals(BackendEntry.HOSTED + "a JVM is in its cold start: there is no compiler for it", hosted.startHost());
        assertEquals(Status.OK, cell(outcome, "native:O0", "beta", Regime.PROCESS_COMPILED).status());
        List<Summary.Unranked> unranked = outcome.summary().unranked().stream().filter(u -> u.backend().equals("native:O0")).toList();
        assertEquals(List.of("cold (process, compiled): " + hosted.startHost()), unranked.stream().map(u -> u.words() + ": " + u.reason()).toList(), "a resident start is not charged with it");
    }

    @Test
    void unlessMoreIsAskedForThereIsOneKindAndTheFirstCompileServesIt() {
        PlanOptions options = options(1, List.of(Start.USUAL), "good", "imaging");
        var plan = Planner.plan(options, Fakes.all());
        assertEquals(List.of(Regime.PROCESS_COMPILED), plan.cells().stream().map(CellKey::regime).distinct().toList());
        assertEquals(List.of(Unit.Kind.FIRST), new Schedule(plan).firstPass().stream().map(Unit::kind).distinct().toList());
        assertNull(Start.of("first"));
        assertFalse(Planner.plan(options(1, List.of(Start.USUAL), "native"), Fakes.all()).startsApart(plan.backend("good:O2")));
        assertEquals(30, PlanPreset.STANDARD.starts());
        assertTrue(PlanPreset.PAPER.startsInProcess() * PlanPreset.PAPER.processes() >= 30);
    }
}
