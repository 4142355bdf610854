package dev.backbench.cranelift.wasm;

import dev.backbench.exec.NativeCompiler;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CodeImage;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.PhaseClock;
import dev.backbench.wasm.WasmModule;

/** Wasm to CLIF in memory to machine code in memory, a function at a time. */
final class CraneliftCompiler extends NativeCompiler {
    private final boolean guard;

    CraneliftCompiler(CompileOptions options) {
        guard = options.bounds() == CompileOptions.Bounds.GUARD;
    }

    @Override
    protected CodeImage compile(WasmModule module, PhaseClock clock) {
        throw new BackendException("cranelift-port makes no machine code yet; 'bench compile --emit=clif' shows what it makes of Wasm");
    }

    @Override
    public byte[] emit(byte[] input, String stage, int function) {
        return ClifText.emit(input, stage, function, guard);
    }
}
