package dev.backbench.wasmtime;

import java.util.List;

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
    public List<String> levels() {
        return List.of("default");
    }

    @Override
    public String defaultLevel() {
        return "default";
    }

    @Override
    Strategy strategy() {
        return Strategy.WINCH;
    }
}
