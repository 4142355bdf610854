package dev.backbench.core.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What became of a program whose output lies in files.
 *
 * @param wrong what is wrong with its output or exit code; null if nothing
 * @param sha256 of both streams, as of any program
 */
public record OutputCheck(String wrong, String sha256) {
    /** Takes the files away. */
    public static OutputCheck of(WorkerSpec.Module module, int exit, Path stdout, Path stderr) {
        try {
            Capture out = take(stdout), err = take(stderr);
            String wrong = exit != 0 ? "exit code " + exit : out.difference("standard output", Program.read(module.expectedStdout()));
            if (wrong == null) wrong = err.difference("standard error", Program.read(module.expectedStderr()));
            return new OutputCheck(wrong, Capture.sha256(out, err));
        } catch (IOException e) {
            throw new UncheckedIOException("a program's output cannot be read: " + e.getMessage(), e);
        }
    }

    private static Capture take(Path file) throws IOException {
        Capture capture = new Capture();
        if (Files.exists(file)) Files.copy(file, capture);
        Files.deleteIfExists(file);
        return capture;
    }
}
