package dev.backbench.spi;

import dev.backbench.wasm.WasmModule;

/** A world of instances, memories, tables and globals that can refer to each other; closing it frees them all. One thread. */
public interface Store extends AutoCloseable {
    /** Where imports come from. */
    @FunctionalInterface
    interface Imports {
        /** @return null if there is no such thing */
        Extern find(String module, String name);
    }

    /**
     * Links, initialises and starts an instance. If a segment traps, what was written before stays written, as the specification asks.
     *
     * @throws LinkException an import is missing or of another type
     * @throws Trap an active segment is out of bounds or the start function trapped
     */
    Instance instantiate(CompiledModule module, Imports imports);

    Extern.Memory newMemory(WasmModule.MemoryType type);

    Extern.Table newTable(WasmModule.TableType type);

    Extern.Global newGlobal(WasmModule.GlobalType type, long bits);

    @Override
    void close();
}
