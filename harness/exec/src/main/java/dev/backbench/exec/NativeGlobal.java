package dev.backbench.exec;

import dev.backbench.exec.ffi.Raw;
import dev.backbench.spi.Extern;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;

/** A global's slot, in an instance record or on its own. */
public final class NativeGlobal implements Extern.Global {
    private final NativeStore store;
    private final WasmModule.GlobalType type;
    private final long slot;

    NativeGlobal(NativeStore store, WasmModule.GlobalType type, long slot, long bits) {
        this.store = store;
        this.type = type;
        this.slot = slot;
        Raw.putLong(slot, bits);
    }

    long slot() {
        return slot;
    }

    boolean in(NativeStore store) {
        return this.store == store;
    }

    @Override
    public WasmModule.GlobalType type() {
        return type;
    }

    @Override
    public long get() {
        store.checkOpen();
        long bits = Raw.getLong(slot);
        return type.type() == ValType.I32 || type.type() == ValType.F32 ? bits & 0xFFFF_FFFFL : bits;
    }

    @Override
    public void set(long bits) {
        store.checkOpen();
        if (!type.mutable()) throw new IllegalArgumentException("the global is immutable");
        Raw.putLong(slot, bits);
    }
}
