package dev.backbench.gcc;

import dev.backbench.exec.ImageLoader;
import dev.backbench.exec.NativeCompiler;
import dev.backbench.exec.process.Place;
import dev.backbench.exec.process.ProgramProcess;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Containers;
import dev.backbench.spi.Ledger;
import dev.backbench.spi.setup.Requirement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** GCC's middle and back end through libgccjit, in process, with {@code as} as a child process. */
public final class GccBackend implements Backend {
    static final List<String> STAGES = List.of("ir", "asm", "obj");

    /** The image of another GCC than this machine's, and its major version. */
    private static final Containers.Image IMAGE = new Containers.Image("backbench/toolchain-gcc", List.of());
    private static final String IMAGE_MAJOR = "14";

    private final Installation installation = new Installation();

    @Override
    public String id() {
        return "gcc";
    }

    @Override
    public String summary() {
        return "GCC through libgccjit: all functions of a module in one context, assembled by GNU as";
    }

    @Override
    public List<String> levels() {
        return List.of("O0", "O1", "O2", "O3");
    }

    @Override
    public String defaultLevel() {
        return "O2";
    }

    @Override
    public List<String> comparedByDefault() {
        return List.of("O0", "O2");
    }

    @Override
    public Set<String> options() {
        return GccFlags.names();
    }

    @Override
    public List<String> stages() {
        return STAGES;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(installation);
    }

    @Override
    public boolean versioned() {
        return true;
    }

    /** None beyond what a bare name needs: another version than that is in the image, or nowhere. */
    @Override
    public List<Requirement> requirements(String version) {
        return version.equals(IMAGE_MAJOR) ? List.of() : requirements();
    }

    /** libgccjit is this machine's, so a worker in any other image than its own would lack it. */
    @Override
    public Containers.Image image(CompileOptions options) {
        return contained(options) ? IMAGE : null;
    }

    private static boolean contained(CompileOptions options) {
        return options.extra().contains(BackendSpec.CONTAINER);
    }

    @Override
    public Availability available(CompileOptions options) {
        String version = options.version();
        if (contained(options)) {
            boolean other = version != null && !version.equals(IMAGE_MAJOR);
            return other ? Availability.no("the image has GCC " + IMAGE_MAJOR + ", not " + version, "name it gcc@" + IMAGE_MAJOR + "+in=container") : Containers.availability(IMAGE.name());
        }
        Availability here = available();
        if (!here.yes() || version == null) return here;
        try {
            if (matches(version)) return Availability.YES;
            return Availability.no("libgccjit here is " + Jit.version() + ", not " + version, version.equals(IMAGE_MAJOR)
                    ? "leave out @" + version + ", or take it from its image: docker/build.sh toolchain-gcc, then gcc@" + version + "+in=container" : "leave out @" + version);
        } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
            return Availability.no("libgccjit does not load", "./bench setup gcc");
        }
    }

    private static boolean matches(String version) {
        return Jit.version().equals(version) || Jit.version().startsWith(version + '.');
    }

    @Override
    public Availability available() {
        Availability host = NativeCompiler.host();
        if (!host.yes()) return host;
        if (installation.library() == null) return Availability.no("libgccjit is not here", "./bench setup gcc (or: " + installation.byHand() + ")");
        if (installation.assembler() == null) return Availability.no("GNU as is not on the PATH", "./bench setup gcc (or: " + installation.byHand() + ")");
        return Availability.YES;
    }

    @Override
    public Ledger ledger(CompileOptions options) {
        Map<String, String> notes = new LinkedHashMap<>(GccFlags.notes(options));
        notes.put("linear memory", "each access is one machine instruction in a volatile asm statement, so none is merged, moved, widened or left out; loads that an earlier "
                + "access covers as ordinary ones made no difference above that of code placement (17 Sightglass programs at O2, GCC 12.2: 2% in one round, none in another)");
        notes.put("vectorisation", "of code without memory accesses only");
        notes.put("input form", "Wasm, decoded by the shared front end, through libgccjit's API");
        notes.put("cpu features", String.join(" ", CpuFlags.host()));
        notes.put("lock", "contexts compile one at a time in a process, whatever the threads");
        notes.put("memory", "libgccjit keeps about 0.24 MB a compile for the life of the process");
        notes.put("upstream commit", "Debian's package; the version names it");
        return new Ledger(contained(options) ? imageVersion() : Jit.version(), null, contained(options) ? null : installation.library().toString(), "in process, with as", options.level(), 1, "wasm",
                options.bounds() == CompileOptions.Bounds.GUARD ? "guard" : "explicit", false, "GNU as, a child process", "own", false, "guard page, probes in large frames",
                "native", false, "none", "optimise+select+allocate+emit", notes);
    }

    private static String imageVersion() {
        try (Place place = Place.container(IMAGE.name()); ProgramProcess process = new ProgramProcess("gcc", place, null)) {
            process.send();
            return process.ask(List.of("gcc-" + IMAGE_MAJOR, "-dumpfullversion")).firstLine();
        }
    }

    @Override
    public Compiler newCompiler(CompileOptions options) {
        if (!levels().contains(options.level())) throw new BackendException("gcc has no level '" + options.level() + "'; its levels: " + String.join(" ", levels()));
        if (!options.isa().equals("x86_64")) throw new BackendException("gcc compiles for x86_64 only, not " + options.isa() + ": Debian's libgccjit has one target");
        Availability available = available();
        if (!available.yes()) throw new BackendException(available.reason() + ": " + available.fix());
        try {
            if (Jit.majorVersion() < 12) {
                throw new BackendException("libgccjit " + Jit.version() + " is too old, 12 is needed: remove it, and ./bench setup fetches another");
            }
            if (options.version() != null && !matches(options.version())) throw new BackendException("libgccjit here is " + Jit.version() + ", not " + options.version());
        } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new BackendException(cause.getMessage(), cause);
        }
        return new GccCompiler(options, installation);
    }

    @Override
    public boolean serialises(CompileOptions options) {
        return true;
    }

    @Override
    public Compiler newLoader(CompileOptions options) {
        return new ImageLoader();
    }
}
