package dev.backbench.endive;

import dev.backbench.exec.wasi.Program;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.OpaqueArtifact;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import dev.backbench.wasm.WasmModule;
import java.util.function.Function;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;

/** A module in the engine's form: artifact and callable at once, for the engine links nothing. */
final class EngineModule extends OpaqueArtifact implements CompiledModule {
    private final WasmModule view;
    private final run.endive.wasm.WasmModule code;
    private final Function<Instance, Machine> machine;

    /** @param machine makes what executes one instance */
    EngineModule(WasmModule view, run.endive.wasm.WasmModule code, Function<Instance, Machine> machine) {
        super(Port.ENGINE);
        this.view = view;
        this.code = code;
        this.machine = machine;
    }

    WasmModule view() {
        return view;
    }

    run.endive.wasm.WasmModule code() {
        return code;
    }

    Function<Instance, Machine> machine() {
        return machine;
    }

    @Override
    public ProgramResult run(ProgramConfig config) {
        return BigStack.call(() -> Program.run(this, EngineStore::new, config));
    }

    @Override
    public void close() {
        // the collector's
    }
}
