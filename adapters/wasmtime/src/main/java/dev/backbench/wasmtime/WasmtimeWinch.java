package dev.backbench.wasmtime;

/** Wasmtime's baseline compiler. */
public final class WasmtimeWinch extends WasmtimeBackend {
    @Override
    public String id() {
        return "wasmtime-winch";
    }

    @Override
    public String summary() {
        return "Winch, Wasmtime's baseline compiler, through its C API";
    }

    @Override
    Strategy strategy() {
        return Strategy.WINCH;
    }
}
