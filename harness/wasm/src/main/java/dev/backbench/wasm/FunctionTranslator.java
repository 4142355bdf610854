package dev.backbench.wasm;

/** Decodes, validates and translates function bodies to SSA in one pass over their bytes. One instance a thread, reused for every function. */
public final class FunctionTranslator {
    /** @param module may be shared */
    public FunctionTranslator(WasmModule module) {}

    /**
     * Translates one defined function.
     *
     * @param function index in the function index space
     * @throws WasmException if the body is not valid; the builder is then in the middle of a function
     */
    public void translate(int function, IrBuilder builder) {
        throw new WasmException(WasmException.Kind.UNSUPPORTED, 0, "the translation");
    }
}
