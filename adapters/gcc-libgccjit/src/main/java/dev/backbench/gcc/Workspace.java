package dev.backbench.gcc;

import dev.backbench.spi.BackendException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A private directory of temporary files, gone when closed. */
final class Workspace implements AutoCloseable {
    private final Path directory;

    Workspace() {
        try {
            directory = Files.createTempDirectory("backbench-gcc");
        } catch (IOException e) {
            throw new BackendException("no temporary directory for GCC's output (" + e.getMessage() + "): make room, or set java.io.tmpdir", e);
        }
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new BackendException("GCC's output cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            AptDownload.delete(directory);
        } catch (IOException e) {
            throw new BackendException("temporary files of GCC cannot be removed: " + e.getMessage(), e);
        }
    }
}
