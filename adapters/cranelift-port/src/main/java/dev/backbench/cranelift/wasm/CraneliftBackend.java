package dev.backbench.cranelift.wasm;

import dev.backbench.cranelift.Codegen;
import dev.backbench.cranelift.opt.Optimizer;
import dev.backbench.exec.ImageLoader;
import dev.backbench.exec.NativeCompiler;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Ledger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The Cranelift port as a back end. */
public final class CraneliftBackend implements Backend {
    static final String FAST = "fast", NONE = "none", SPEED = "speed", SPEED_AND_SIZE = "speed_and_size";

    @Override
    public String id() {
        return "cranelift-port";
    }

    @Override
    public String summary() {
        return "Cranelift's IL and architecture written anew in Java; so far what it makes of Wasm can be looked at, and nothing is compiled";
    }

    @Override
    public List<String> levels() {
        return List.of(FAST, NONE, SPEED_AND_SIZE, SPEED);
    }

    /** None while there is no machine code. */
    @Override
    public List<String> comparedByDefault() {
        return List.of();
    }

    @Override
    public Set<String> inputs() {
        return Set.of("wasm", "clif");
    }

    @Override
    public List<String> stages() {
        return ClifText.STAGES;
    }

    @Override
    public boolean javaHosted() {
        return true;
    }

    @Override
    public Availability available() {
        return NativeCompiler.host();
    }

    @Override
    public Ledger ledger(CompileOptions options) {
        Map<String, String> notes = new LinkedHashMap<>();
        notes.put("upstreamcommit", "none: written from Cranelift's documents, not translated");
        notes.put("speed_and_size", "the same as speed");
        notes.put("pcmap", "none: traps name functions, not Wasm offsets");
        return new Ledger("1", null, null, "in process", options.level(), options.threads(), "wasm", options.bounds().name().toLowerCase(Locale.ROOT), false, "integrated", "own",
                false, "guard page, probed frames", "native", false, "none", "decode+translate", notes);
    }

    @Override
    public Compiler newCompiler(CompileOptions options) {
        if (!options.isa().equals("x86_64")) throw new BackendException("cranelift-port compiles for x86_64, not for " + options.isa());
        boolean optimized = options.level().startsWith(SPEED);
        return new CraneliftCompiler(options, () -> new FunctionCompiler(optimized ? new Optimizer() : null, new Codegen(null)));
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
