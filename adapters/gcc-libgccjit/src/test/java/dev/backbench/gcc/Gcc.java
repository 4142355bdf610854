package dev.backbench.gcc;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.spi.Availability;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Instance;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.Store;
import dev.backbench.spi.setup.Requirement;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.WasmModule;
import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import java.io.IOException;
import java.util.Set;

/** What the tests of this adapter share. The library is fetched if it is missing; where it cannot be had, tests are skipped and say why. */
final class Gcc {
    static final GccBackend BACKEND = new GccBackend();

    private Gcc() {}

    static synchronized void need() throws InterruptedException {
        String problem = null;
        try {
            for (Requirement requirement : BACKEND.requirements()) if (!requirement.present()) requirement.fetch(System.err);
        } catch (IOException e) {
            problem = e.getMessage();
        }
        Availability available = BACKEND.available();
        if (problem == null && !available.yes()) problem = available.reason();
        if (problem != null) System.err.println("skipped, no libgccjit: " + problem);
        assumeTrue(problem == null, "no libgccjit: " + problem);
    }

    static Compiler compiler(String level, String... extra) throws InterruptedException {
        need();
        return BACKEND.newCompiler(new CompileOptions(level, 1, "x86_64", CompileOptions.Bounds.GUARD, Set.of(extra), null));
    }

    static FuncType type(int[] parameters, int... results) {
        return new FuncType(parameters, results);
    }

    static int[] of(int... types) {
        return types;
    }

    /** Adds a function and exports it under {@code name}. @return its index */
    static int export(ModuleWriter module, String name, FuncType type, BodyWriter body) {
        int function = module.function(type, body);
        module.export(name, WasmModule.FUNCTION, function);
        return function;
    }

    /** Compiles and instantiates a module without imports and hands it to {@code use}. */
    static void run(Compiler compiler, byte[] module, Use use) {
        try (Store store = compiler.newStore(); CompiledModule code = compiler.link(compiler.compile(module, PhaseClock.OFF), PhaseClock.OFF)) {
            use.with(store.instantiate(code, (from, name) -> null));
        }
    }

    interface Use {
        void with(Instance instance);
    }
}
