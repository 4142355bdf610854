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
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;

/**
 * A directory of temporary files for one compile, gone when closed. Those of a process lie in one folder, libgccjit's own too, which is there and locked while anything
 * compiles: who uses GCC next removes the folders of processes that were killed.
 */
final class Workspace implements AutoCloseable {
    private static final String PREFIX = "backbench-gcc", LOCK = "lock";
    /** A folder this young may belong to a process that has not locked it yet. */
    private static final long YOUNG_MILLIS = TimeUnit.MINUTES.toMillis(1);
    /** The same for the life of the process: libgccjit asks for it once. */
    private static Path folder;
    private static int users;
    private static FileChannel lock;

    private final Path directory;

    Workspace() {
        try {
            directory = open();
        } catch (IOException e) {
            throw new BackendException("no temporary directory for GCC's output (" + e + "): make room, or set java.io.tmpdir", e);
        }
    }

    private static synchronized Path open() throws IOException {
        try {
            if (users == 0) claimFolder();
            Path directory = Files.createTempDirectory(folder, "compile");
            users++;
            return directory;
        } catch (IOException e) {
            if (users == 0 && lock != null) lock.close();
            throw e;
        }
    }

    private static void claimFolder() throws IOException {
        if (folder == null) makeFolder();
        else if (!Files.isDirectory(folder)) Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        lock = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        lock.lock();
    }

    private static void makeFolder() throws IOException {
        folder = Files.createTempDirectory(PREFIX);
        try (Arena arena = Arena.ofConfined()) {
            long ignored = (long) NativeLibrary.process().words("setenv").invokeExact(arena.allocateFrom("TMPDIR").address(),
                    arena.allocateFrom(folder.toString()).address(), 1L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
        removeAbandoned(folder.getParent());
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
            close(directory);
        } catch (IOException e) {
            throw new BackendException("temporary files of GCC cannot be removed: " + e, e);
        }
    }

    private static synchronized void close(Path directory) throws IOException {
        boolean last = --users == 0;
        try (FileChannel closed = last ? lock : null) {
            AptDownload.delete(last ? folder : directory);
        }
    }
}
