package dev.backbench.core.trial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerProcessTest {
    @TempDir Path temp;

    /** Says that it started, in the pipe and in a file, then what is left of its input. */
    private ProcessBuilder builder() {
        return new ProcessBuilder("/bin/sh", "-c", WorkerCommand.MOVE_PIPE, temp.resolve("log").toString(), "/bin/sh", "-c",
                "echo started >&3; touch '" + temp.resolve("started") + "'; cat >&3");
    }

    @Test
    void nothingIsExecutedBeforeTheClockIsRead() throws Exception {
        Process process = builder().start();
        try (BufferedReader lines = process.inputReader(); var in = process.outputWriter()) {
            assertEquals(WorkerCommand.READY, lines.readLine());
            assertFalse(process.waitFor(200, TimeUnit.MILLISECONDS));
            assertFalse(Files.exists(temp.resolve("started")));
            in.write("\nmore\n");
            in.close();
            assertEquals("started", lines.readLine());
            assertEquals("more", lines.readLine(), "the shell takes its own line of the input only");
        }
        assertEquals(0, process.waitFor());
    }

    @Test
    void withoutAnExperimentNothingStarts() throws Exception {
        Process process = builder().start();
        process.getOutputStream().close();
        assertEquals(1, process.waitFor());
        assertFalse(Files.exists(temp.resolve("started")));
    }

    @Test
    void theClockIsReadBetweenTheShellAndTheWorker() throws Exception {
        long before = System.nanoTime();
        WorkerProcess process = new WorkerProcess(builder());
        try {
            assertEquals(List.of("started"), process.next(10_000));
            long heard = System.nanoTime();
            assertTrue(before < process.spawned() && process.spawned() < heard, before + " " + process.spawned() + " " + heard);
        } finally {
            process.kill();
        }
    }
}
