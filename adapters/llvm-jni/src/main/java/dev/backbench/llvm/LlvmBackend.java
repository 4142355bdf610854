package dev.backbench.llvm;

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

    @Override
    public Ledger ledger(CompileOptions options) {
        Map<String, String> notes = new LinkedHashMap<>();
        notes.put("cpu features", Codegen.hostCpu());
        return new Ledger(LibLlvm.VERSION, null, LibLlvm.REQUIREMENT.where().toString(), "in process", options.level(), options.threads(), "wasm",
                options.bounds().name().toLowerCase(Locale.ROOT), options.extra().contains(VERIFY), "integrated", "own", false, "guard page, probed frames", "native",
                false, "none", "decode+translate, select+allocate+emit", notes);
    }

    @Override
    public Compiler newCompiler(CompileOptions options) {
        if (!options.isa().equals("x86_64")) throw new BackendException("llvm compiles for x86_64 here, not for " + options.isa());
        return new LlvmCompiler(options);
    }
}
