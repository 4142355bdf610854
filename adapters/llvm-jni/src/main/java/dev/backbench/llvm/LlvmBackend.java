package dev.backbench.llvm;

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
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** LLVM as a library in this process. */
public final class LlvmBackend implements Backend {
    static final String VERIFY = "verify";
    static final String IR = "ir", OPTIMISED = "opt", ASM = "asm", OBJ = "obj";

    @Override
    public String id() {
        return "llvm";
    }

    @Override
    public String summary() {
        return "LLVM " + LibLlvm.VERSION + " through its C API: one module, new pass manager, object in memory";
    }

    @Override
    public List<String> levels() {
        return List.of("O0", "O1", "O2", "O3", "Os");
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
        return Set.of(VERIFY);
    }

    @Override
    public List<String> stages() {
        return List.of(IR, OPTIMISED, ASM, OBJ);
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(LibLlvm.REQUIREMENT);
    }

    @Override
    public Availability available() {
        Availability host = NativeCompiler.host();
        if (!host.yes()) return host;
        if (!LibLlvm.REQUIREMENT.present()) return Availability.no("libLLVM is not in " + LibLlvm.REQUIREMENT.where(), "./bench setup llvm");
        return Availability.YES;
    }

    /** The differences that matter beside another back end's line; docs/llvm-against-wasm2c.md has the measured cost of each. */
    private static Map<String, String> notes(CompileOptions options) {
        Map<String, String> notes = new LinkedHashMap<>();
        boolean optimises = LevelTraits.of(options.level()).optimises();
        notes.put("upstream commit", "the release " + LibLlvm.VERSION + " as packaged by org.bytedeco:llvm:" + LibLlvm.CARRIER + "; the binary records no commit");
        notes.put("cpu features", Codegen.hostCpu());
        notes.put("pipeline", optimises ? "new pass manager, " + LevelTraits.of(options.level()).pipeline() + ", one module" : "no passes, fast instruction selector");
        notes.put("threads", "the module is compiled whole, on one thread, whatever is asked");
        notes.put("memory", options.bounds() == CompileOptions.Bounds.GUARD
                ? "accesses are volatile, but for loads at constants below the memory's minimum size; stores to globals and tables are volatile; conditional moves that load stay such (-x86-cmov-converter-force-mem-operand=false)"
                : "a compare and branch before each access not below the memory's minimum size; nothing is volatile");
        notes.put("floats", optimises ? "constrained arithmetic (round.tonearest, fpexcept.maytrap), so that signalling NaNs are quieted; no contraction"
                : "plain arithmetic, constrained where an operand is a literal 0 or 1");
        notes.put("recursion", "disable-tail-calls: unbounded recursion traps");
        notes.put("frames", "frame-pointer=all, probe-stack=inline-asm");
        notes.put("calls", "functions that escape follow the boundary convention, others are internal fastcc and may be inlined away");
        notes.put("code map", "none: traps name functions, not Wasm offsets");
        return notes;
    }

    @Override
    public Ledger ledger(CompileOptions options) {
        return new Ledger(LibLlvm.VERSION, null, LibLlvm.REQUIREMENT.where().toString(), "in process", options.level(), 1, "wasm",
                options.bounds().name().toLowerCase(Locale.ROOT), options.extra().contains(VERIFY), "integrated", "own", false, "guard page, probed frames", "native",
                false, "none", "decode+translate, select+allocate+emit", notes(options));
    }

    @Override
    public Compiler newCompiler(CompileOptions options) {
        if (!options.isa().equals("x86_64")) throw new BackendException("llvm compiles for x86_64 here, not for " + options.isa());
        return new LlvmCompiler(options);
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
