package dev.backbench.conformance.ir;

import dev.backbench.spi.Artifact;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Extern;
import dev.backbench.spi.HostFunction;
import dev.backbench.spi.ImportResolver;
import dev.backbench.spi.Instance;
import dev.backbench.spi.OpaqueArtifact;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import dev.backbench.spi.Store;
import dev.backbench.wasm.FunctionTranslator;
import dev.backbench.wasm.IrBuilder;
import dev.backbench.wasm.WasmModule;
import java.util.function.UnaryOperator;

/**
 * Executes what the shared translation builds, as it is: an implementation that has the front end in common with the native back ends and nothing with the oracle. A
 * {@code plant} between translation and recording miscompiles on purpose.
 */
public final class IrCompiler implements Compiler {
    private static final String NAME = "the IR interpreter";

    private static final class Module extends OpaqueArtifact implements CompiledModule {
        private final WasmModule view;
        private final IrFunction[] functions;

        Module(WasmModule view, IrFunction[] functions) {
            super(NAME);
            this.view = view;
            this.functions = functions;
        }

        @Override
        public ProgramResult run(ProgramConfig config) {
            throw new BackendException(NAME + " runs no programs");
        }

        @Override
        public void close() {}
    }

    private static final class OneModule implements Store {
        @Override
        public Instance instantiate(CompiledModule compiled, Imports imports) {
            Module module = (Module) compiled;
            Extern[] externs = ImportResolver.resolve(module.view, imports);
            HostFunction[] hosts = new HostFunction[externs.length];
            for (int i = 0; i < hosts.length; i++) hosts[i] = (HostFunction) externs[i];
            IrInstance instance = new IrInstance(module.view, module.functions, hosts);
            instance.initialise();
            return instance;
        }

        @Override
        public Extern.Memory newMemory(WasmModule.MemoryType type) {
            throw new BackendException(NAME + " links nothing");
        }

        @Override
        public Extern.Table newTable(WasmModule.TableType type) {
            throw new BackendException(NAME + " links nothing");
        }

        @Override
        public Extern.Global newGlobal(WasmModule.GlobalType type, long bits) {
            throw new BackendException(NAME + " links nothing");
        }

        @Override
        public void close() {}
    }

    private final UnaryOperator<IrBuilder> plant;

    /** @param plant what stands between the translation and the recording builder */
    public IrCompiler(UnaryOperator<IrBuilder> plant) {
        this.plant = plant;
    }

    @Override
    public Artifact compile(byte[] wasm, PhaseClock clock) {
        WasmModule module = WasmModule.parse(wasm);
        IrRecorder recorder = new IrRecorder();
        IrBuilder builder = plant.apply(recorder);
        FunctionTranslator translator = new FunctionTranslator(module);
        int imported = module.importedFunctionCount();
        IrFunction[] functions = new IrFunction[module.functionCount() - imported];
        for (int i = 0; i < functions.length; i++) {
            translator.translate(imported + i, builder);
            functions[i] = recorder.function;
        }
        return new Module(module, functions);
    }

    @Override
    public CompiledModule link(Artifact artifact, PhaseClock clock) {
        return (Module) artifact;
    }

    @Override
    public Artifact deserialize(byte[] serialized) {
        throw OpaqueArtifact.noSerialisedForm(NAME);
    }

    @Override
    public Store newStore() {
        return new OneModule();
    }

    @Override
    public void close() {}
}
