package dev.backbench.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.core.fake.FakeContainers;
import dev.backbench.core.fake.Fakes;
import dev.backbench.core.plan.PlanOptions;
import dev.backbench.core.plan.PlanPreset;
import dev.backbench.core.plan.Unit;
import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Manifest.BackendEntry;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Start;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Summary;
import dev.backbench.core.store.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers and starts in containers, which are processes of this machine here. */
class ContainerTest {
    private static final int STARTS = 1;

    @TempDir Path temp;
    private Path programs, out, removed;

    @BeforeEach
    void makePrograms() throws IOException {
        programs = temp.resolve("programs");
        out = temp.resolve("run");
        removed = Files.createDirectory(temp.resolve("removed"));
        System.setProperty(FakeContainers.REMOVED, removed.toString());
        Fakes.programs(programs, "alpha", "beta");
    }

    private Outcome run(Measure measure, List<Start> starts, String... backends) {
        PlanOptions options = Fakes.options(programs, out, measure);
        options.preset = new PlanPreset("quick", 1, 1, 1, 0, 1, true, Integer.MAX_VALUE, Duration.ofSeconds(120), STARTS, Integer.MAX_VALUE);
        options.backends = List.of(backends);
        options.starts = starts;
        return Experiment.run(options, Fakes.all(), ExperimentListener.NONE);
    }

    private static Summary.Cell cell(Outcome outcome, String backend, String workload, Measure measure, String regime) {
        return outcome.summary().cells().stream().filter(c -> c.key().equals(new CellKey(backend, workload, measure, regime))).findFirst().orElseThrow();
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        RunFolder.open(out).rows(rows::add);
        return rows;
    }

    @Test
    void aStartInAContainerHasItsCausesAndABareOneBesideIt() {
        Outcome outcome = run(Measure.COLD, Start.IN_CONTAINER, "imaging", "native", "nowhere");
        assertEquals(ExitCode.FAILED, outcome.exit(), "the native host lies about beta");
        for (Start start : Start.IN_CONTAINER) {
            assertEquals(STARTS, cell(outcome, "imaging:O2", "alpha", Measure.COLD, start.regime()).startCount());
            Summary.Cell nowhere = cell(outcome, "nowhere:O2", "alpha", Measure.COLD, start.regime());
            assertEquals(start.precompiled() ? Status.UNSUPPORTED : Status.UNAVAILABLE, nowhere.status(), nowhere.toString());
            if (!start.precompiled()) assertEquals("no image fake/absent; build fake/absent", nowhere.reason());
        }
        BackendEntry imaging = RunFolder.open(out).manifest().backends().getFirst();
        assertTrue(imaging.ledger().notes().get("cold start in a container").startsWith("backbench/bare sha256:"), imaging.ledger().toString());
        int ok = 0;
        for (Row row : rows()) {
            if (row.status() != Status.OK || row.cell().backend().equals(Unit.NO_BACKEND)) continue;
            ok++;
            assertEquals(Start.Host.CONTAINER, row.start().host());
            assertTrue(row.phasesNs().get("container") > 0 && row.phasesNs().get("start") >= 0, row.toString());
            long causes = row.phasesNs().values().stream().mapToLong(Long::longValue).sum();
            assertEquals(1, (double) causes / row.ns().wall(), 0.05, row.toString());
            assertEquals(row.cell().backend().equals("native:O2") ? "fake" : "jvm", row.start().runtime());
        }
        assertEquals(STARTS * 2 * 2 + STARTS, ok, "two programs from bytes and images in a JVM; the host that is told the truth about");
        assertEquals(STARTS, rows().stream().filter(r -> r.cell().backend().equals(Unit.NO_BACKEND) && r.start().host() == Start.Host.CONTAINER && r.ns().wall() > 0).count());
    }

    @Test
    void aWorkerInAContainerStandsBesideOneOfThisMachine() {
        Outcome outcome = run(Measure.RUN, List.of(Start.USUAL), "good", "good+in=container", "lost+in=container", "nowhere+in=container");
        for (String name : List.of("good:O2", "good:O2+in=container")) assertEquals(Status.OK, cell(outcome, name, "beta", Measure.RUN, "steady").status(), name);
        Summary.Cell lost = cell(outcome, "lost:O2+in=container", "alpha", Measure.RUN, "steady"), nowhere = cell(outcome, "nowhere:O2+in=container", "alpha", Measure.RUN, "steady");
        assertEquals(Status.CRASH, lost.status());
        assertTrue(lost.reason().contains("the worker did not start: exit code 125: " + FakeContainers.WHY), lost.reason());
        assertEquals(Status.UNAVAILABLE, nowhere.status());
        List<BackendEntry> entries = RunFolder.open(out).manifest().backends();
        assertEquals("in process", entries.get(0).ledger().process());
        assertEquals("in process, worker in a container", entries.get(1).ledger().process());
        assertTrue(entries.get(1).ledger().notes().get("container").startsWith("backbench/bare sha256:"), entries.get(1).ledger().toString());
    }

    @Test
    void aContainerThatHangsIsRemovedAndTheRestGoesOn() throws IOException {
        Outcome outcome = run(Measure.RUN, List.of(Start.USUAL), "hanging+in=container");
        Summary.Cell hung = cell(outcome, "hanging:O2+in=container", "beta", Measure.RUN, "steady");
        assertEquals(Status.TIMEOUT, hung.status(), hung.toString());
        assertEquals(Status.OK, cell(outcome, "hanging:O2+in=container", "alpha", Measure.RUN, "steady").status());
        try (Stream<Path> names = Files.list(removed)) {
            assertEquals(1, names.filter(name -> name.getFileName().toString().startsWith("backbench-")).count());
        }
    }
}
