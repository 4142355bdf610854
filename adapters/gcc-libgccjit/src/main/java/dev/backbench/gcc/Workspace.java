package dev.backbench.gcc;

import dev.backbench.exec.ffi.NativeLibrary;
import dev.backbench.spi.BackendException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/**
 * A directory of temporary files for one compile, gone when closed. Those of a process lie in one folder, libgccjit's own too, which is locked while the process lives: who
 * uses GCC next removes the folders of processes that were killed.
 */
final class Workspace implements AutoCloseable {
    private static final String PREFIX = "backbench-gcc", LOCK = "lock";
    /** A folder this young may belong to a process that has not locked it yet. */
    private static final long YOUNG_MILLIS = TimeUnit.MINUTES.toMillis(1);
    private static Path folder;
    /** Open, and so locked, to the process's end. */
    private static FileChannel lock;

    private final Path directory;

    Workspace() {
        try {
            directory = Files.createTempDirectory(folder(), "compile");
        } catch (IOException e) {
            throw new BackendException("no temporary directory for GCC's output (" + e + "): make room, or set java.io.tmpdir", e);
        }
    }

    private static synchronized Path folder() throws IOException {
        if (folder != null && Files.isDirectory(folder)) return folder;
        Path made = Files.createTempDirectory(PREFIX);
        lock = FileChannel.open(made.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        lock.lock();
        if (folder == null) Runtime.getRuntime().addShutdownHook(new Thread(Workspace::removeFolder));
        folder = made;
        try (Arena arena = Arena.ofConfined()) {
            long ignored = (long) NativeLibrary.process().words("setenv").invokeExact(arena.allocateFrom("TMPDIR").address(), arena.allocateFrom(made.toString()).address(), 1L,
                    0L, 0L, 0L);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
        removeAbandoned(made.getParent());
        return folder;
    }

    private static synchronized void removeFolder() {
        try {
            AptDownload.delete(folder);
        } catch (IOException e) {
            // The next process does it.
        }
    }

    static void removeAbandoned(Path temporary) {
        try (DirectoryStream<Path> candidates = Files.newDirectoryStream(temporary, PREFIX + "*")) {
            for (Path candidate : candidates) if (!candidate.equals(folder)) removeIfAbandoned(candidate);
        } catch (IOException e) {
            // Tidying up is not what was asked for: a folder that cannot be read stays.
        }
    }

    private static void removeIfAbandoned(Path candidate) {
        try {
            if (System.currentTimeMillis() - Files.getLastModifiedTime(candidate).toMillis() < YOUNG_MILLIS) return;
            try (FileChannel channel = FileChannel.open(candidate.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE); FileLock free = channel.tryLock()) {
                if (free != null) AptDownload.delete(candidate);
            }
        } catch (IOException | OverlappingFileLockException e) {
            // Another user's, or in use, or another process is removing it.
        }
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new BackendException("GCC's output cannot be read: " + e, e);
        }
    }

    @Override
    public void close() {
        try {
            AptDownload.delete(directory);
        } catch (IOException e) {
            throw new BackendException("temporary files of GCC cannot be removed: " + e, e);
        }
    }
}
