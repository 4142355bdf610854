package dev.backbench.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.spi.Artifact;
import dev.backbench.spi.Availability;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.CompileOptions.Bounds;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Extern;
import dev.backbench.spi.Instance;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.Store;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.WasmModule;
import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** A module compiled and instantiated under one level and way of checking bounds; LLVM's verifier runs on everything that is built here. */
final class Fixture implements AutoCloseable {
    private final Compiler compiler;
    private final CompiledModule module;
    private final Store store;
    final Instance instance;

    Fixture(String level, Bounds bounds, ModuleWriter writer) {
        requireLlvm();
        compiler = new LlvmBackend().newCompiler(options(level, bounds));
        Artifact artifact = compiler.compile(writer.toBytes(), PhaseClock.OFF);
        module = compiler.link(artifact, PhaseClock.OFF);
        store = compiler.newStore();
        instance = store.instantiate(module, (m, n) -> null);
    }

    static CompileOptions options(String level, Bounds bounds) {
        return new CompileOptions(level, 1, "x86_64", bounds, Set.of(LlvmBackend.VERIFY), null);
    }

    /** Without libLLVM there is nothing to test: skipped, and the report says why. */
    static void requireLlvm() {
        Availability available = new LlvmBackend().available();
        assumeTrue(available.yes(), () -> "skipped: " + available.reason() + "; type: " + available.fix());
    }

    static Stream<Arguments> ways() {
        return Stream.of("O0", "O1", "O2", "O3", "Os").flatMap(level -> Stream.of(Bounds.values()).map(bounds -> Arguments.of(level, bounds)));
    }

    static FuncType type(int[] parameters, int... results) {
        return new FuncType(parameters, results);
    }

    /** Adds an exported function. */
    static int function(ModuleWriter module, String name, FuncType type, BodyWriter body) {
        int index = module.function(type, body);
        module.export(name, WasmModule.FUNCTION, index);
        return index;
    }

    long call(String export, long... arguments) {
        return instance.invoke(export, arguments)[0];
    }

    void assertTrap(TrapReason reason, String export, long... arguments) {
        Trap trap = assertThrows(Trap.class, () -> instance.invoke(export, arguments));
        assertEquals(reason, trap.reason());
    }

    Extern.Memory memory() {
        return (Extern.Memory) instance.export("memory");
    }

    Extern.Global global(String name) {
        return (Extern.Global) instance.export(name);
    }

    @Override
    public void close() {
        store.close();
        module.close();
        compiler.close();
    }
}
