package dev.backbench.exec.process;

import dev.backbench.spi.BackendException;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;

/** Commands as children of this process. */
final class ThisMachine implements Place {
    private static final File NOTHING = new File("/dev/null");

    @Override
    public int run(Step step) {
        ProcessBuilder builder = new ProcessBuilder(step.command()).directory(step.folder().toFile()).redirectInput(step.in() == null ? NOTHING : step.in().toFile())
                .redirectOutput(step.out().toFile());
        if (step.err() == null) builder.redirectErrorStream(true);
        else builder.redirectError(Redirect.to(step.err().toFile()));
        builder.environment().putAll(step.environment());
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new NoSuchCommand(step.command().getFirst());
        }
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new BackendException("interrupted while a process ran", e);
        }
    }

    @Override
    public void send(Path path) {}

    @Override
    public void fetch(Path file) {}

    @Override
    public void forget(Path folder) {}

    @Override
    public long companionCpu() {
        return 0;
    }

    @Override
    public long companionPeakBytes() {
        return 0;
    }

    @Override
    public void close() {}
}
