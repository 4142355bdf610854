package dev.backbench.wasmtime;

import java.util.List;
import java.util.Set;

/** Native Cranelift inside Wasmtime: what our port is measured against. */
public final class WasmtimeCranelift extends WasmtimeBackend {
    @Override
    public String id() {
        return "wasmtime-cranelift";
    }

    @Override
    public String summary() {
        return "native Cranelift inside Wasmtime, through its C API";
    }

    @Override
    public List<String> levels() {
        return WasmtimeCompiler.OPT_LEVELS;
    }

    @Override
    public String defaultLevel() {
        return "speed";
    }

    @Override
    public Set<String> options() {
        return Set.of(SINGLE_PASS);
    }

    @Override
    Strategy strategy() {
        return Strategy.CRANELIFT;
    }
}
