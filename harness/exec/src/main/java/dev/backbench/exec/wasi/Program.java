package dev.backbench.exec.wasi;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Extern;
import dev.backbench.spi.Instance;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import dev.backbench.spi.Store;
import java.util.function.Supplier;

/** Runs a WASI command in a store of any engine's: instantiation, {@code _start}, the marks, the exit code. */
public final class Program {
    private static final long[] NONE = {};

    private Program() {}

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
                if (!(instance.export("_start") instanceof Extern.Function start)) {
                    throw new BackendException("the module exports no function '_start': it is not a WASI command");
                }
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
