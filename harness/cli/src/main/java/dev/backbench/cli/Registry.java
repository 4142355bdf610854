package dev.backbench.cli;

import dev.backbench.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The back ends on the class path, by id. */
final class Registry {
    private final TreeMap<String, Backend> byId = new TreeMap<>();

    private Registry() {}

    static Registry load() {
        Registry registry = new Registry();
        for (Backend backend : ServiceLoader.load(Backend.class)) {
            if (registry.byId.put(backend.id(), backend) != null) throw new IllegalStateException("two back ends are named '" + backend.id() + "'");
        }
        return registry;
    }

    List<Backend> all() {
        return new ArrayList<>(byId.values());
    }

    /** @throws CliException naming the near ones */
    Backend get(String id) {
        Backend backend = byId.get(id);
        if (backend == null) throw CliException.usage("no back end '" + id + "'. " + NearNames.hint(id, byId.keySet()) + " 'bench backends' lists them.");
        return backend;
    }
}
