package dev.backbench.spi.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The user's cache folder: {@code $BENCH_CACHE}, or {@code $XDG_CACHE_HOME/backbench}, or {@code ~/.cache/backbench}. */
public final class Cache {
    private Cache() {}

    public static Path directory() {
        String own = System.getenv("BENCH_CACHE");
        if (own != null && !own.isEmpty()) return Path.of(own);
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg != null && !xdg.isEmpty() ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".cache");
        return base.resolve("backbench");
    }

    /**
     * Makes a folder of the cache, if it is not there, that can be written.
     *
     * @throws IOException it cannot; with what to do
     */
    public static Path make(Path folder) throws IOException {
        try {
            Files.createDirectories(folder);
            if (Files.isWritable(folder)) return folder;
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
        throw unwritable(folder, null);
    }

    private static IOException unwritable(Path folder, IOException cause) {
        return new IOException("the cache folder " + folder + " cannot be written: make it writable, or set BENCH_CACHE to a folder of yours", cause);
    }
}
