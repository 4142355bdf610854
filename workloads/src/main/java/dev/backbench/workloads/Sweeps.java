package dev.backbench.workloads;

import java.nio.file.Path;
import java.util.List;

/** Modules of one shape and growing size, as {@code sweep:FUNCTIONS[:SEED]}, or {@code sweep} for the usual series. */
final class Sweeps {
    static final String WORD = "sweep";

    private final Path cache;

    Sweeps(Path cache) {
        this.cache = cache;
    }

    static boolean isSweep(String word) {
        return word.equals(WORD) || word.startsWith(WORD + ":");
    }

    List<Workload> resolve(String word) {
        throw new WorkloadException(word + ": the generator is not in this build (" + cache + ")");
    }
}
