package dev.backbench.gcc;

import dev.backbench.exec.ImageLoader;
import dev.backbench.exec.NativeCompiler;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Ledger;
import dev.backbench.spi.setup.Requirement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** GCC's middle and back end through libgccjit, in process, with {@code as} as a child process. */
public final class GccBackend implements Backend {
    static final List<String> STAGES = List.of("ir", "asm", "obj");

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
        return new Ledger(Jit.version(), null, installation.library().toString(), "in process, with as", options.level(), 1, "wasm",
                options.bounds() == CompileOptions.Bounds.GUARD ? "guard" : "explicit", false, "GNU as, a child process", "own", false, "guard page, probes in large frames",
                "native", false, "none", "optimise+select+allocate+emit", notes);
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
