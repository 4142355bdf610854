package dev.backbench.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.exec.process.Place;
import dev.backbench.exec.process.ProgramProcess;
import dev.backbench.spi.Availability;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;

class ContainerPlaceTest {
    private static final String IMAGE = "backbench/toolchain-gcc";
    private static Place place;

    @TempDir
    private Path folder;

    /** Before each, for what is skipped before all is not counted. */
    @BeforeEach
    void anEngineIsHere() {
        Availability availability = Place.containerAvailable(IMAGE);
        assumeTrue(availability.yes(), () -> "skipped: " + availability.reason() + "; " + availability.fix());
        if (place == null) place = Place.container(IMAGE);
    }

    @AfterAll
    static void stop() {
        if (place != null) place.close();
    }

    @Test
    void filesGoInAndOutAndTheKernelCountsTheTime() throws Exception {
        Files.writeString(folder.resolve("beside.txt"), "beside ");
        try (ProgramProcess process = new ProgramProcess("test", place, null)) {
            // A shell cannot read CLOCK_MONOTONIC, but the uptime, from which that differs by what is known here.
            long uptime = Long.parseLong(Files.readString(Path.of("/proc/uptime")).split(" ")[0].replace(".", "")), ahead = System.nanoTime() - uptime * 10_000_000;
            String start = "sleep 0.05; t=$(($(cut -d' ' -f1 /proc/uptime | tr -d .) * 10000000 + " + ahead + ")); echo start $t 1 >> $BENCH_MARKS; ";
            process.put("program.sh", (start + "cat; cat beside.txt; echo $1 $HOUSE; i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; "
                    + "echo end $((t + 100)) 41 >> $BENCH_MARKS; exit 3").getBytes(StandardCharsets.UTF_8));
            process.send();
            long before = place.companionCpu();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ProgramResult result = process.run(List.of("sh", process.folder() + "/program.sh", "argument"),
                    new ProgramConfig(List.of("program"), Map.of("HOUSE", "a house"), folder, new ByteArrayInputStream("in ".getBytes(StandardCharsets.UTF_8)), out, null), Map.of());
            assertEquals("in beside argument a house\n", out.toString(StandardCharsets.UTF_8));
            assertEquals(3, result.exitCode());
            assertEquals(100, result.regionWall());
            assertTrue(place.companionCpu() - before > 10_000_000, "the loop takes longer than that");
            assertTrue(place.companionPeakBytes() > 0);
        }
    }

    @Test
    void thereIsNoNetwork() {
        try (ProgramProcess process = new ProgramProcess("test", place, null)) {
            process.send();
            assertEquals("lo:", process.ask(List.of("sh", "-c", "tail -n +3 /proc/net/dev | sed 's/^ *//' | cut -d' ' -f1 | sort | tr '\\n' ' '")).firstLine());
        }
    }

    @Test
    void aMissingCommandIsNamedWithItsImage() {
        try (ProgramProcess process = new ProgramProcess("test", place, "get it")) {
            process.send();
            String message = assertThrows(BackendException.class, () -> process.compile(List.of("no-such-compiler"))).getMessage();
            assertEquals("test: cannot start 'no-such-compiler' in image '" + IMAGE + "'; get it", message);
        }
    }

    @Test
    void aContainerThatDiesIsSaid() {
        Place mortal = Place.container(IMAGE);
        ProgramProcess process = new ProgramProcess("test", mortal, null);
        process.send();
        String id = process.ask(List.of("cat", "/etc/hostname")).firstLine();
        Thread.ofVirtual().start(() -> DockerClientFactory.lazyClient().killContainerCmd(id).exec());
        BackendException died = assertThrows(BackendException.class, () -> process.compile(List.of("sleep", "60")));
        assertTrue(died.getMessage().contains("the container of " + IMAGE + " died"), died.getMessage());
        process.close();
        mortal.close();
    }

    @Test
    void anImageThatIsNotThereSaysHowToBuildIt() {
        Availability missing = Place.containerAvailable("backbench/no-such-image");
        assertFalse(missing.yes());
        assertEquals("docker/build.sh no-such-image", missing.fix());
    }
}
