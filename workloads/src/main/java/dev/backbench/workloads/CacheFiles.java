package dev.backbench.workloads;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Files in the user's cache: written whole or not at all, since several processes may write them at once. */
final class CacheFiles {
    private CacheFiles() {}

    /**
     * Writes unless a file with this content is there.
     *
     * @throws WorkloadException if it cannot be written
     */
    static Path put(Path file, byte[] bytes) {
        try {
            if (Files.isRegularFile(file) && Files.size(file) == bytes.length && Hex.sha256(file).equals(Hex.sha256(bytes))) return file;
            Files.createDirectories(file.getParent());
            Path part = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".part");
            try {
                Files.write(part, bytes);
                return Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    static WorkloadException cannotWrite(Path file, IOException e) {
        return new WorkloadException("cannot write " + file + ": " + Failures.reason(e) + "; free some space, or set BENCH_CACHE to a folder that can be written", e);
    }

    /** A folder and what is in it; what cannot be deleted stays, since it is only in the way of nobody. */
    static void delete(Path folder) {
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(folder)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        } catch (IOException e) {
            return;
        }
        for (Path path : paths) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                return;
            }
        }
    }
}
