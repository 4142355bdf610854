package dev.backbench.core.worker;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The worker's side of the pipe to the experiment: file descriptor 3, because programs own standard output. Each line is written whole at once. A broken pipe
 * means that the experiment is gone, and ends the worker.
 */
final class Reporter {
    private final OutputStream out;

    Reporter(OutputStream out) {
        this.out = out;
    }

    static Reporter onPipe() throws IOException {
        return new Reporter(new FileOutputStream("/proc/self/fd/3"));
    }

    void send(Object... fields) {
        try {
            out.write((Wire.line(fields) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException gone) {
            Runtime.getRuntime().halt(WorkerMain.ORPHANED);
        }
    }
}
