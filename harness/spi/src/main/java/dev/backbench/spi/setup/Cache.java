package dev.backbench.spi.setup;

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
}
