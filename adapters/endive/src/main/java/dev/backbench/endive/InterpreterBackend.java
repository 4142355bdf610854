package dev.backbench.endive;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import run.endive.runtime.Instance;
import run.endive.runtime.InterpreterMachine;
import run.endive.runtime.Machine;
import run.endive.wasm.WasmModule;

/** Endive's interpreter: slow, and the oracle of differential tests because it shares nothing with the compilers. */
public final class InterpreterBackend extends EngineBackend {
    public InterpreterBackend() {
        super("interp", "Endive's interpreter, the oracle of differential tests");
    }

    @Override
    public List<String> comparedByDefault() {
        return List.of();
    }

    @Override
    Function<Instance, Machine> translate(WasmModule module) {
        return InterpreterMachine::new;
    }

    @Override
    String version() {
        return "1.2.0";
    }

    @Override
    String tiering() {
        return "none; the interpreter's own code is tiered by the JVM";
    }

    @Override
    Map<String, String> notes() {
        return Map.of("memory", "addresses over 2 GiB trap", "commit", "unknown: the published library does not tell");
    }
}
