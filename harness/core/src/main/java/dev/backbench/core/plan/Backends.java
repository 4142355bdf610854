package dev.backbench.core.plan;

import dev.backbench.core.UsageException;
import dev.backbench.core.row.Start;
import dev.backbench.core.store.Seal;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Containers;
import dev.backbench.workloads.Workload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeSet;

/** The back ends of this build and what the user's names for them mean. */
public final class Backends {
    /**
     * A back end at one level with its options.
     *
     * @param name canonical: the same for every way of naming the same thing
     */
    public record Chosen(String name, Backend backend, CompileOptions options, Availability availability) {
        /** As of this moment, which may be after something was fetched. */
        public Availability availableNow() {
            Availability available = backend.available(options);
            return available.yes() && contained() ? Containers.availability(backend.image(options).name()) : available;
        }

        /** Whether it can be given a program of that form. */
        public boolean takes(Workload workload) {
            return backend.inputs().contains(workload.input());
        }

        /** Whether it has a process without a JVM for cold starts, if that can be made. */
        public boolean nativeStart() {
            return backend.startHost(options) != null;
        }

        /** Whether its programs are processes of its own commands. */
        public boolean commands() {
            return backend.runsInContainer() || !backend.inputs().contains(Workload.WASM);
        }

        /** Whether its worker runs in a container, whatever it measures. */
        public boolean contained() {
            return options.extra().contains(BackendSpec.CONTAINER) && !backend.runsInContainer();
        }

        /** What its worker runs in for a unit of the schedule; null if in nothing. */
        public Containers.Image image(Unit unit) {
            boolean starts = unit.kind() == Unit.Kind.START && unit.start().host() == Start.Host.CONTAINER;
            return contained() || starts ? backend.image(options) : null;
        }

        /** What its worker is given: it is in the container already. */
        public CompileOptions workerOptions() {
            return contained() ? options.without(BackendSpec.CONTAINER) : options;
        }

        /** Whether what starts with these axes need is here. */
        public Availability available(Start start) {
            boolean asks = start.host() == Start.Host.CONTAINER && !commands() && backend.image(options) != null;
            return asks ? Containers.availability(backend.image(options).name()) : Availability.YES;
        }

        /** Why it has no cold start with these axes, on whatever machine; null if it has. */
        public String obstacle(Start start) {
            boolean inContainer = start.host() == Start.Host.CONTAINER;
            if (commands() && !start.equals(Start.USUAL)) return "its programs are processes of their own, compiled by commands";
            if (inContainer && backend.image(options) == null) return "no image has what it needs; see +in=container of 'bench backends'";
            if (contained() && start.host().fresh() && !inContainer) return "its worker runs in a container: --cold=container";
            return start.precompiled() && !backend.serialises(options) ? "compiled modules have no serialised form" : null;
        }

        /** Of all that makes figures of one back end incomparable: level, threads, target, bounds, options. */
        public String optionsDigest() {
            return Seal.sha256(options.level() + '\n' + options.threads() + '\n' + options.isa() + '\n' + options.bounds() + '\n' + new TreeSet<>(options.extra()));
        }
    }

    private final Map<String, Backend> byId = new LinkedHashMap<>();

    public Backends(Iterable<Backend> found) {
        List<Backend> sorted = new ArrayList<>();
        found.forEach(sorted::add);
        sorted.sort((a, b) -> a.id().compareTo(b.id()));
        for (Backend backend : sorted) byId.putIfAbsent(backend.id(), backend);
    }

    /** Those on the class path. */
    public static Backends onClassPath() {
        return new Backends(ServiceLoader.load(Backend.class));
    }

    public List<Backend> all() {
        return List.copyOf(byId.values());
    }

    /**
     * What the user named, in that order, each once; {@code ID:*} becomes all levels.
     *
     * @param threads compiling threads where a name does not say
     * @throws UsageException an unknown id, level, option or version, with the near names
     */
    public List<Chosen> resolve(List<String> names, int threads) {
        Map<String, Chosen> chosen = new LinkedHashMap<>();
        try {
            for (String name : names) {
                BackendSpec spec = BackendSpec.parse(name);
                Backend backend = spec.among(byId.values());
                for (BackendSpec level : spec.levels(backend)) {
                    Chosen one = choose(level, backend, threads);
                    chosen.putIfAbsent(one.name(), one);
                }
            }
        } catch (BackendException misnamed) {
            throw new UsageException(misnamed.getMessage());
        }
        return List.copyOf(chosen.values());
    }

    /** The same names, with the option for a container where the back end can be in one. @throws UsageException a name that is none */
    public List<String> inContainers(List<String> names) {
        List<String> contained = new ArrayList<>();
        try {
            for (String name : names) {
                BackendSpec spec = BackendSpec.parse(name);
                boolean add = spec.contains(spec.among(byId.values())) && !spec.options().contains(BackendSpec.CONTAINER);
                contained.add(add ? name + '+' + BackendSpec.CONTAINER : name);
            }
        } catch (BackendException misnamed) {
            throw new UsageException(misnamed.getMessage());
        }
        return contained;
    }

    /** What takes part when the user names none: each available back end's levels for comparison. */
    public List<Chosen> byDefault(int threads) {
        List<Chosen> chosen = new ArrayList<>();
        for (Backend backend : byId.values()) {
            if (backend.takesFile() || !backend.inputs().contains(Workload.WASM)) continue;
            for (String level : backend.comparedByDefault()) chosen.add(choose(new BackendSpec(backend.id(), null, level, List.of(), null), backend, threads));
        }
        return chosen;
    }

    private Chosen choose(BackendSpec spec, Backend backend, int threads) {
        CompileOptions options = spec.compileOptions(threads);
        Chosen chosen = new Chosen(spec.canonical(backend.levels().size() == 1), backend, options, null);
        return new Chosen(chosen.name, backend, options, chosen.availableNow());
    }
}
