package dev.backbench.wasm;

/** Decodes and validates function bodies and does nothing else with them. One instance a thread. */
public final class FunctionValidator {
    private final ValidatingLoop loop;

    /** @param module may be shared */
    public FunctionValidator(WasmModule module) {
        loop = new ValidatingLoop(module, new NoSink());
    }

    /**
     * Validates one defined function.
     *
     * @param function index in the function index space
     * @throws WasmException if the body is not valid
     */
    public void validate(int function) {
        loop.run(function);
    }
}
