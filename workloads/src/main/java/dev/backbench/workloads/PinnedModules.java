package dev.backbench.workloads;

import java.nio.file.Path;
import java.util.List;

/** Large real modules, pinned by package, version and hash. */
public final class PinnedModules {
    private final Path cache;

    PinnedModules(Path cache) {
        this.cache = cache;
    }

    public List<String> names() {
        return List.of();
    }

    Workload workload(String name) {
        throw new WorkloadException(name + " is not in " + cache);
    }
}
