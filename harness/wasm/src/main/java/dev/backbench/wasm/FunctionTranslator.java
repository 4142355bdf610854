package dev.backbench.wasm;

/** Decodes, validates and translates function bodies to SSA in one pass over their bytes. One instance a thread, reused for every function. */
public final class FunctionTranslator {
    private final SsaSink sink = new SsaSink();
    private WasmModule module;
    private SsaLoop loop;
    private int function;

    private final IrBuilder.Context context = new IrBuilder.Context() {
        @Override
        public WasmModule module() {
            return module;
        }

        @Override
        public int function() {
            return function;
        }

        @Override
        public FuncType type() {
            return module.functionType(function);
        }

        @Override
        public int offset() {
            return loop.offset();
        }
    };

    /** For one module after another, each between {@link #begin} and {@link #end}. */
    public FunctionTranslator() {}

    /** For one module. @param module may be shared */
    public FunctionTranslator(WasmModule module) {
        begin(module);
    }

    /** @param module may be shared */
    public void begin(WasmModule module) {
        this.module = module;
        loop = new SsaLoop(module, sink);
    }

    /** Keeps the arrays and nothing of the module. */
    public void end() {
        module = null;
        loop = null;
        sink.reset(null, null);
    }

    /** See {@link SsaGraph#visits}. */
    long visits() {
        return sink.visits();
    }

    /**
     * Translates one defined function.
     *
     * @param function index in the function index space
     * @throws WasmException if the body is not valid; the builder is then in the middle of a function
     */
    public void translate(int function, IrBuilder builder) {
        this.function = function;
        sink.reset(builder, context);
        builder.begin(context);
        loop.run(function);
    }
}
