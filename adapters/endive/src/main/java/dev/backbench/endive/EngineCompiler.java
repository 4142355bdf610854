package dev.backbench.endive;

import dev.backbench.exec.wasi.Program;
import dev.backbench.spi.Artifact;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.OpaqueArtifact;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.Store;
import dev.backbench.wasm.FunctionValidator;
import dev.backbench.wasm.WasmModule;
import java.io.ByteArrayInputStream;
import java.util.function.Function;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmEngineException;

/**
 * Our front end decides what is accepted, so that every back end refuses alike; the engine then reads the bytes again for itself.
 */
final class EngineCompiler implements Compiler {
    /** Makes, from the engine's module, what executes an instance of it. */
    private final Function<run.endive.wasm.WasmModule, Function<Instance, Machine>> translation;

    EngineCompiler(Function<run.endive.wasm.WasmModule, Function<Instance, Machine>> translation) {
        this.translation = translation;
    }

    @Override
    public Artifact compile(byte[] wasm, PhaseClock clock) {
        clock.enter(PhaseClock.DECODE);
        WasmModule view = WasmModule.parse(wasm.clone());
        FunctionValidator validator = new FunctionValidator(view);
        for (int f = view.importedFunctionCount(); f < view.functionCount(); f++) validator.validate(f);
        try {
            run.endive.wasm.WasmModule code = Parser.builder().withValidation(false).build().parse(() -> new ByteArrayInputStream(wasm));
            clock.enter(PhaseClock.TRANSLATE);
            return new EngineModule(view, code, translation.apply(code));
        } catch (WasmEngineException e) {
            throw new BackendException(Port.ENGINE + ": " + e.getMessage(), e);
        } finally {
            clock.leave();
        }
    }

    @Override
    public void checkProgram(byte[] wasm) {
        Program.check(WasmModule.parse(wasm));
    }

    @Override
    public CompiledModule link(Artifact artifact, PhaseClock clock) {
        return (EngineModule) artifact;
    }

    @Override
    public Artifact deserialize(byte[] serialized) {
        throw OpaqueArtifact.noSerialisedForm(Port.ENGINE);
    }

    @Override
    public Store newStore() {
        return new EngineStore();
    }

    @Override
    public void close() {
        // nothing is held
    }
}
