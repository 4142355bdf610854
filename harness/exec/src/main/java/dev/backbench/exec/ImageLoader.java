package dev.backbench.exec;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.CodeImage;
import dev.backbench.spi.PhaseClock;
import dev.backbench.wasm.WasmModule;

/** Runs serialised modules of whatever back end made them for this host, and compiles nothing: no back end is loaded for it. */
public final class ImageLoader extends NativeCompiler {
    @Override
    protected CodeImage compile(WasmModule module, PhaseClock clock) {
        throw new BackendException("this loads serialised modules only; ask the back end for a compiler");
    }
}
