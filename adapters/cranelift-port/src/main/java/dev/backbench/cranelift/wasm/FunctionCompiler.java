package dev.backbench.cranelift.wasm;

import dev.backbench.cranelift.Codegen;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.mach.MachineCode;
import dev.backbench.cranelift.mach.UnsupportedFeature;
import dev.backbench.cranelift.opt.Optimizer;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.PhaseClock;
import dev.backbench.wasm.FunctionTranslator;
import dev.backbench.wasm.WasmModule;

/** One thread's way from a body to machine code. Its arrays serve one module after another. */
final class FunctionCompiler {
    static final String TRANSLATE = PhaseClock.DECODE + "+" + PhaseClock.TRANSLATE;

    private final Function fn = new Function();
    private final MachineCode made = new MachineCode();
    private final Optimizer optimizer;
    private final Codegen codegen;
    private final FunctionTranslator translator = new FunctionTranslator();
    private final WasmToClif builder = new WasmToClif(fn);
    private WasmModule module;

    /** @param optimizer null for none */
    FunctionCompiler(Optimizer optimizer, Codegen codegen) {
        this.optimizer = optimizer;
        this.codegen = codegen;
    }

    void begin(WasmModule module, boolean guard) {
        this.module = module;
        translator.begin(module);
        builder.begin(module, guard);
    }

    /** Functions {@code [from, to)} of the module. */
    void compile(int from, int to, Segment segment, PhaseClock clock) {
        segment.reset();
        for (int f = from; f < to; f++) {
            clock.enter(TRANSLATE);
            translator.translate(f, builder);
            if (optimizer != null) {
                clock.enter(PhaseClock.OPTIMISE);
                optimizer.run(fn);
            }
            try {
                codegen.compile(fn, made, clock);
            } catch (UnsupportedFeature e) {
                throw new BackendException("function " + f + " (" + module.functionName(f) + "): " + e.getMessage(), e);
            }
            clock.enter(PhaseClock.EMIT);
            segment.add(fn, made);
        }
    }

    /** Nothing of the module is kept. */
    void end() {
        module = null;
        translator.end();
        builder.endModule();
    }
}
