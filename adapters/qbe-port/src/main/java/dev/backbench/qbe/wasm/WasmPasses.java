package dev.backbench.qbe.wasm;

import dev.backbench.qbe.Pipeline;
import dev.backbench.qbe.Pipeline.Pass;
import dev.backbench.qbe.amd64.Output;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Types;
import dev.backbench.spi.PhaseClock;

/** A function's way from Wasm's IL, which is in SSA form already, to registers. */
final class WasmPasses implements Output.Passes {
    PhaseClock clock = PhaseClock.OFF;
    private final Pipeline pipeline = new Pipeline(new Types());

    Pipeline pipeline() {
        return pipeline;
    }

    @Override
    public void run(Fn fn) {
        clock.enter(PhaseClock.OPTIMISE);
        pipeline.run(fn, Pass.LOADOPT, Pass.IFCONVERT);
        clock.enter(PhaseClock.SELECT);
        pipeline.run(fn, Pass.ABI, Pass.ISEL);
        clock.enter(PhaseClock.ALLOCATE);
        pipeline.run(fn, Pass.LIVE, Pass.SIMPLJMP);
    }
}
