package dev.backbench.craneliftnative;

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

/** Native Cranelift without Wasmtime around it: {@code cranelift-codegen} on CLIF, in a small program of ours that stays beside the worker. */
public final class CraneliftNative implements Backend {
    private static final String SINGLE_PASS = "single_pass";

    @Override
    public String id() {
        return "cranelift-native";
    }

    @Override
    public String summary() {
        return "native Cranelift alone, on CLIF: the compiler without Wasmtime's packaging";
    }

    @Override
    public List<String> levels() {
        return List.of("none", "speed", "speed_and_size");
    }

    @Override
    public String defaultLevel() {
        return "speed";
    }

    @Override
    public List<String> comparedByDefault() {
        return List.of();
    }

    @Override
    public Set<String> options() {
        return Set.of(SINGLE_PASS);
    }

    @Override
    public Set<String> inputs() {
        return Set.of("clif");
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(TimingProgram.REQUIREMENT);
    }

    @Override
    public Availability available() {
        TimingProgram program = TimingProgram.REQUIREMENT;
        if (program.present()) return Availability.YES;
        if (Cargo.find() == null) return Availability.no("cargo is not on the path, and our program around Cranelift has to be built", Cargo.INSTALL + ", then " + program.byHand());
        return Availability.no("our program around Cranelift is not built", program.byHand());
    }

    private static String allocator(CompileOptions options) {
        return options.extra().contains(SINGLE_PASS) ? SINGLE_PASS : "backtracking";
    }

    @Override
    public Compiler newCompiler(CompileOptions options) {
        if (options.threads() != 1) throw new BackendException("cranelift-native compiles with one thread; leave out --threads");
        if (options.bounds() == CompileOptions.Bounds.EXPLICIT) {
            throw new BackendException("CLIF says itself how it checks bounds; leave out +bounds=explicit and give CLIF that was made with explicit checks");
        }
        if (!TimingProgram.REQUIREMENT.present()) throw new BackendException("our program around Cranelift is not built: " + TimingProgram.REQUIREMENT.byHand());
        return new CraneliftNativeCompiler(TimingProgram.REQUIREMENT.where(), options.level(), allocator(options));
    }

    @Override
    public Ledger ledger(CompileOptions options) {
        Map<String, String> version;
        try (CraneliftNativeCompiler compiler = (CraneliftNativeCompiler) newCompiler(options)) {
            version = compiler.version();
        }
        Map<String, String> notes = new LinkedHashMap<>();
        notes.put("built", "from crates.io by cargo --release, versions pinned in Cargo.lock");
        notes.put("timed", "from parsed functions to relocated code in executable memory: CPU time in the program itself, beside what the worker's pipe takes; wall time holds the pipe. "
                + "Reading the text and Cranelift's verifier come before");
        notes.put("correctness", "the verifier on every function; the text's '; run:' lines are called and compared bit by bit, outside what is timed");
        notes.put("register allocator", "regalloc2 " + allocator(options));
        notes.put("settings", "the text's own 'set' lines, except opt_level, regalloc_algorithm, unwind_info (off), is_pic (off) and checks of the compiler by itself (off)");
        notes.put("cpu features", version.get("isa"));
        return new Ledger("cranelift-codegen " + version.get("cranelift"), null, TimingProgram.REQUIREMENT.where().toString(), "companion process", options.level(), 1, "clif",
                "as in the text", false, "integrated", "own", false, "as in the text", "native", false, "none", "none", notes);
    }
}
