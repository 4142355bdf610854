package dev.backbench.endive;

import dev.backbench.spi.Extern;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import run.endive.runtime.GlobalInstance;
import run.endive.wasm.types.Value;

record EngineGlobal(EngineStore store, WasmModule.GlobalType type, GlobalInstance global) implements Extern.Global {
    @Override
    public long get() {
        if (type.type() == ValType.EXTERNREF) return Port.globalGet(global);
        return store.outward(type.type(), global.getValue(), global.getInstance());
    }

    @Override
    public void set(long bits) {
        switch (type.type()) {
            case ValType.EXTERNREF -> Port.globalSet(global, bits);
            case ValType.FUNCREF -> {
                global.setValue(bits == 0 ? Value.REF_NULL_VALUE : store.index(bits));
                global.setInstance(bits == 0 ? null : store.owner(bits));
            }
            case ValType.I32, ValType.F32 -> global.setValue(bits & 0xFFFFFFFFL);
            default -> global.setValue(bits);
        }
    }
}
