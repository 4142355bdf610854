package dev.backbench.endive;

import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Ledger;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;

/** What the engine's ways of executing have in common: one level, this JVM, explicit bounds checks. */
abstract class EngineBackend implements Backend {
    private static final String LEVEL = "default";

    private final String id;
    private final String summary;

    EngineBackend(String id, String summary) {
        this.id = id;
        this.summary = summary;
    }

    /** Makes, from a module, what makes what executes an instance of it. */
    abstract Function<Instance, Machine> translate(run.endive.wasm.WasmModule module);

    /** The library's version. */
    abstract String version();

    /** How it tiers, for the ledger. */
    abstract String tiering();

    abstract Map<String, String> notes();

    @Override
    public final String id() {
        return id;
    }

    @Override
    public final String summary() {
        return summary;
    }

    @Override
    public final List<String> levels() {
        return List.of(LEVEL);
    }

    @Override
    public final String defaultLevel() {
        return LEVEL;
    }

    @Override
    public final boolean javaHosted() {
        return true;
    }

    @Override
    public final Availability available() {
        return Availability.YES;
    }

    @Override
    public final Ledger ledger(CompileOptions options) {
        return new Ledger(Port.ENGINE + " " + version(), null, null, "in process", options.level(), 1, "wasm", "explicit", true, "none", "none", false,
                "the Java stack's", "native", false, tiering(), "decode+translate", notes());
    }

    @Override
    public final Compiler newCompiler(CompileOptions options) {
        return new EngineCompiler(this::translate);
    }
}
