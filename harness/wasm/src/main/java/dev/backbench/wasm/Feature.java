package dev.backbench.wasm;

/** Everything of WebAssembly that this front end recognises and refuses by name, as {@link WasmException.Kind#UNSUPPORTED}. */
public enum Feature {
    MULTI_MEMORY("multi-memory"),
    SIMD("SIMD"),
    RELAXED_SIMD("relaxed SIMD"),
    TAIL_CALLS("tail calls"),
    TYPED_REFERENCES("typed function references"),
    TABLE_INITIALISERS("table initialisers"),
    EXCEPTIONS("exceptions"),
    MEMORY64("memory64"),
    THREADS("threads"),
    GC("garbage collection"),
    CUSTOM_PAGE_SIZES("custom page sizes"),
    WIDE_ARITHMETIC("wide arithmetic"),
    STACK_SWITCHING("stack switching");

    private final String text;

    Feature(String text) {
        this.text = text;
    }

    /** The name that reports group skipped modules by. */
    @Override
    public String toString() {
        return text;
    }

    WasmException at(int offset) {
        return new WasmException(WasmException.Kind.UNSUPPORTED, offset, text);
    }
}
