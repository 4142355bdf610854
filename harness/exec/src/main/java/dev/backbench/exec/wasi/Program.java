package dev.backbench.exec.wasi;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Extern;
import dev.backbench.spi.ImportResolver;
import dev.backbench.spi.Instance;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import dev.backbench.spi.Store;
import dev.backbench.wasm.WasmModule;
import java.util.function.Supplier;

/** Runs a WASI command in a store of any engine's: instantiation, {@code _start}, the marks, the exit code. */
public final class Program {
    private static final long[] NONE = {};
    private static final String START = "_start";

    private Program() {}

    /**
     * Whether {@link #run} could start this module; asks nothing of its code.
     *
     * @throws dev.backbench.spi.LinkException it imports something else than WASI preview 1 and the marks
     * @throws BackendException it is not a command
     */
    public static void check(WasmModule module) {
        ImportResolver.resolve(module, new ProgramImports(null, null)); // nothing is called
        if (module.start() >= 0) return; // it may exit by itself
        for (WasmModule.Export export : module.exports()) if (export.kind() == WasmModule.FUNCTION && export.name().equals(START)) return;
        throw noCommand();
    }

    private static BackendException noCommand() {
        return new BackendException("the module exports no function '" + START + "': it is not a WASI command");
    }

    /**
     * @param newStore a fresh store of the module's engine; closed when the program ends
     * @throws dev.backbench.spi.Trap it trapped
     * @throws dev.backbench.spi.LinkException it imports something else than WASI preview 1 and the marks
     * @throws BackendException it is not a command
     */
    public static ProgramResult run(CompiledModule module, Supplier<? extends Store> newStore, ProgramConfig config) {
        long called = System.nanoTime();
        Region region = new Region();
        try (Store store = newStore.get(); Wasi wasi = new Wasi(config)) {
            int exit = 0;
            long entered = called;
            try {
                Instance instance = store.instantiate(module, new ProgramImports(wasi, region));
                if (!(instance.export(START) instanceof Extern.Function start)) throw noCommand();
                region.begin();
                entered = region.first();
                start.invoke(NONE, NONE);
            } catch (ProgramExit e) {
                exit = e.code();
            }
            region.end();
            long ended = System.nanoTime();
            return new ProgramResult(exit, region.marked(), region.first(), region.wall(), region.cpu(), region.faults(), region.hostCalls(), region.hostNanos(),
                    region.hostFaults(), entered - called, ended - called);
        }
    }
}
