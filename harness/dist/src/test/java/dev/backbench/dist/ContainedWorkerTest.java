package dev.backbench.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.core.Experiment;
import dev.backbench.core.ExperimentListener;
import dev.backbench.core.Outcome;
import dev.backbench.core.plan.PlanOptions;
import dev.backbench.core.plan.PlanPreset;
import dev.backbench.core.plan.TaskList;
import dev.backbench.core.plan.Unit;
import dev.backbench.core.row.Manifest.BackendEntry;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Start;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Summary;
import dev.backbench.core.store.RunFolder;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Containers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole workers in containers of the Docker engine, where there is one. */
class ContainedWorkerTest {
    private static final String NAMES = "backbench-" + ProcessHandle.current().pid() + '-';
    /** {@code _start} is a loop that never ends. */
    private static final byte[] ENDLESS = HexFormat.of().parseHex("0061736d01000000" + "010401600000" + "03020100" + "070a01065f73746172740000" + "0a0901070003400c000b0b");

    @TempDir Path temp;

    private static void imageIsHere(String image) {
        Availability availability = Containers.availability(image);
        assumeTrue(availability.yes(), () -> "skipped: " + availability.reason() + "; " + availability.fix());
    }

    private Outcome run(Measure measure, List<Start> starts, List<String> workloads, String... backends) {
        PlanOptions options = new PlanOptions();
        options.preset = new PlanPreset("quick", 1, 1, 1, 0, 1, true, Integer.MAX_VALUE, Duration.ofSeconds(90), 1, Integer.MAX_VALUE);
        options.backends = List.of(backends);
        options.workloads = workloads;
        options.measures = EnumSet.of(measure);
        options.starts = starts;
        options.out = temp.resolve("run");
        options.seed = 1L;
        options.timeouts.put("run", Duration.ofSeconds(2));
        return Experiment.run(options, ExperimentListener.NONE);
    }

    private static Summary.Cell cell(Outcome outcome, String backend, String workload) {
        return outcome.summary().cells().stream().filter(c -> c.backend().equals(backend) && c.workload().equals(workload)).findFirst().orElseThrow();
    }

    private static String docker(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.strip();
    }

    private List<String> programs() throws IOException {
        Path folder = Files.createDirectories(temp.resolve("programs"));
        Files.write(folder.resolve("endless.wasm"), ENDLESS);
        Files.write(folder.resolve("nothing.wasm"), TaskList.EMPTY_MODULE);
        return List.of(folder.toString());
    }

    @Test
    void theImagesGccStandsBesideThisMachinesBackEnds() throws Exception {
        imageIsHere("backbench/toolchain-gcc");
        Outcome outcome = run(Measure.RUN, List.of(Start.USUAL), List.of("calls"), "qbe-port", "gcc@14:O1+in=container");
        for (String name : List.of("qbe-port", "gcc@14:O1+in=container")) assertEquals(Status.OK, cell(outcome, name, "calls").status(), () -> cell(outcome, name, "calls").reason());
        BackendEntry gcc = RunFolder.open(temp.resolve("run")).manifest().backends().get(1);
        assertTrue(gcc.version().startsWith("14."), gcc.version());
        assertTrue(gcc.ledger().notes().get("container").contains("toolchain-gcc sha256:"), gcc.ledger().toString());
        assertEquals("", docker("ps", "-aq", "--filter", "name=" + NAMES), "nothing is left");
    }

    @Test
    void aContainerThatHangsIsSaidInItsCellAndTheRestGoesOn() throws Exception {
        imageIsHere(Containers.BARE.name());
        Outcome hung = run(Measure.RUN, List.of(Start.USUAL), programs(), "qbe-port+in=container");
        assertEquals(Status.TIMEOUT, cell(hung, "qbe-port+in=container", "endless").status());
        assertEquals(Status.OK, cell(hung, "qbe-port+in=container", "nothing").status());
        assertEquals("", docker("ps", "-aq", "--filter", "name=" + NAMES), "nothing is left");
    }

    @Test
    void aContainerThatIsKilledIsACrash() throws Exception {
        imageIsHere(Containers.BARE.name());
        Thread killer = Thread.ofPlatform().daemon().start(() -> {
            try {
                String running = "";
                // the worker is up once it has its mounts and its JVM: any moment before its limit will do
                while (running.isEmpty()) running = docker("ps", "-q", "--filter", "name=" + NAMES);
                docker("kill", running);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Outcome killed = run(Measure.RUN, List.of(Start.USUAL), List.of(Path.of(programs().getFirst(), "endless.wasm").toString()), "qbe-port+in=container");
        killer.join();
        Summary.Cell cell = cell(killed, "qbe-port+in=container", "endless");
        assertEquals(Status.CRASH, cell.status(), cell.toString());
        assertTrue(cell.reason().contains("SIGKILL"), cell.reason());
    }

    @Test
    void aStartInAContainerIsTimedFromItsRunCommand() throws Exception {
        imageIsHere(Containers.BARE.name());
        Outcome outcome = run(Measure.COLD, Start.IN_CONTAINER, List.of("calls"), "qbe-port");
        for (Summary.Cell cell : outcome.summary().cells()) assertEquals(Status.OK, cell.status(), cell.toString());
        List<Row> rows = new ArrayList<>();
        RunFolder.open(temp.resolve("run")).rows(rows::add);
        long bare = rows.stream().filter(r -> r.cell().backend().equals(Unit.NO_BACKEND) && r.start().host() == Start.Host.CONTAINER).mapToLong(r -> r.ns().wall()).min().orElseThrow();
        assertTrue(bare > 0);
        List<Row> starts = rows.stream().filter(r -> !r.cell().backend().equals(Unit.NO_BACKEND)).toList();
        assertEquals(2, starts.size(), "from bytes and from an image");
        for (Row start : starts) {
            long causes = start.phasesNs().values().stream().mapToLong(Long::longValue).sum();
            assertEquals(1, (double) causes / start.ns().wall(), 0.05, start.toString());
            assertTrue(start.phasesNs().get("container") > 0, start.toString());
        }
    }
}
