package dev.backbench.cranelift.wasm;

import dev.backbench.cranelift.Codegen;
import dev.backbench.cranelift.opt.Optimizer;
import dev.backbench.cranelift.regalloc.Allocator;
import dev.backbench.cranelift.regalloc.FastAllocator;
import dev.backbench.cranelift.regalloc.SplittingAllocator;
import dev.backbench.cranelift.run.TextCompiler;
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
import java.util.function.Supplier;

/** The Cranelift port as a back end. */
public final class CraneliftBackend implements Backend {
    static final String FAST = "fast", NONE = "none", SPEED = "speed", SPEED_AND_SIZE = "speed_and_size";

    @Override
    public String id() {
        return "cranelift-port";
    }

    @Override
    public String summary() {
        return "Cranelift's IR and architecture written anew in Java; machine code for x86-64 without an assembler";
    }

    @Override
    public List<String> levels() {
        return List.of(FAST, NONE, SPEED_AND_SIZE, SPEED);
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
        notes.put("upstream commit", "none: written from Cranelift's documents, not translated");
        notes.put("levels", "fast: no mid-end, single-pass register allocation; none: no mid-end; speed_and_size: the same as speed");
        notes.put("cpu features", "SSE4.1, popcnt, lzcnt, BMI1 and BMI2 where this machine has them");
        notes.put("memory", options.bounds() == CompileOptions.Bounds.GUARD ? "no access is dropped or moved but a load that an earlier access of the same place makes known"
                : "a compare and trap before each access not below the memory's minimum size");
        notes.put("calls", "functions that nothing outside reaches return up to two integers and two floats in registers; nothing is inlined; no tail calls");
        notes.put("clif", "of programs that are CLIF, the text is read and verified before the clock; one thread");
        notes.put("frames", "frame pointers kept; frames over a page are probed");
        notes.put("code map", "none: traps name functions, not Wasm offsets");
        return new Ledger("1", null, null, "in process", options.level(), options.threads(), "wasm", options.bounds().name().toLowerCase(Locale.ROOT), false, "integrated", "own",
                false, "guard page, probed frames", "native", false, "none", "decode+translate", notes);
    }

    @Override
    public Compiler newCompiler(CompileOptions options) {
        if (!options.isa().equals("x86_64")) throw new BackendException("cranelift-port compiles for x86_64, not for " + options.isa());
        boolean fast = options.level().equals(FAST), optimized = options.level().startsWith(SPEED);
        Supplier<Allocator> allocator = () -> fast ? new FastAllocator() : new SplittingAllocator();
        Supplier<Optimizer> optimizer = () -> optimized ? new Optimizer() : null;
        CraneliftCompiler modules = new CraneliftCompiler(options, () -> new FunctionCompiler(optimizer.get(), new Codegen(allocator.get())),
            stage -> new MachineStages(stage, optimizer.get(), allocator.get()));
        return new EitherCompiler(modules, () -> new TextCompiler(optimizer.get(), new Codegen(allocator.get())));
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
