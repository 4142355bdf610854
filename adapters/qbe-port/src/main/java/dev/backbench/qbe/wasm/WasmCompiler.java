package dev.backbench.qbe.wasm;

import dev.backbench.exec.NativeCompiler;
import dev.backbench.qbe.amd64.Abi;
import dev.backbench.qbe.amd64.Isel;
import dev.backbench.qbe.amd64.Simpl;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Types;
import dev.backbench.qbe.pass.Cfg;
import dev.backbench.qbe.pass.Dominators;
import dev.backbench.qbe.pass.Loops;
import dev.backbench.qbe.pass.Uses;
import dev.backbench.qbe.regalloc.Allocator;
import dev.backbench.qbe.regalloc.SimplJmp;
import dev.backbench.spi.CodeImage;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.PhaseClock;
import dev.backbench.wasm.FunctionTranslator;
import dev.backbench.wasm.WasmModule;

/** Wasm to IL in memory, through the passes, to machine code in memory, a function at a time. */
final class WasmCompiler extends NativeCompiler {
    private static final String TRANSLATE = PhaseClock.DECODE + "+" + PhaseClock.TRANSLATE;

    private final boolean guard;
    private final Fn fn = new Fn();
    private final Cfg cfg = new Cfg();
    private final Uses uses = new Uses();
    private final Dominators dominators = new Dominators();
    private final Loops loops = new Loops();
    private final Abi abi = new Abi(new Types());
    private final Simpl simpl = new Simpl();
    private final ZeroUpper zeroUpper = new ZeroUpper();
    private final Isel isel = new Isel(uses);
    private final Allocator allocator = new Allocator();
    private final SimplJmp simplJmp = new SimplJmp();
    private final ImageBuilder image = new ImageBuilder();

    WasmCompiler(CompileOptions options) {
        guard = options.bounds() == CompileOptions.Bounds.GUARD;
    }

    @Override
    protected CodeImage compile(WasmModule module, PhaseClock clock) {
        FunctionTranslator translator = new FunctionTranslator(module);
        WasmToIl builder = new WasmToIl(fn, module, guard);
        image.begin(module);
        for (int f = module.importedFunctionCount(); f < module.functionCount(); f++) {
            clock.enter(TRANSLATE);
            translator.translate(f, builder);
            clock.enter(PhaseClock.OPTIMISE);
            cfg.compute(fn);
            clock.enter(PhaseClock.SELECT);
            abi.run(fn);
            simpl.run(fn);
            cfg.compute(fn);
            zeroUpper.run(fn);
            uses.compute(fn);
            isel.run(fn);
            clock.enter(PhaseClock.ALLOCATE);
            cfg.compute(fn);
            int blocks = fn.blocks;
            allocator.run(fn, cfg, dominators, loops);
            simplJmp.run(fn, cfg, loops, blocks);
            clock.enter(PhaseClock.EMIT);
            image.add(fn);
        }
        return image.finish();
    }
}
