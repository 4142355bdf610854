package dev.backbench.qbe.wasm;

import dev.backbench.qbe.amd64.Abi;
import dev.backbench.qbe.amd64.Isel;
import dev.backbench.qbe.amd64.Output;
import dev.backbench.qbe.amd64.Simpl;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Types;
import dev.backbench.qbe.pass.Alias;
import dev.backbench.qbe.pass.Cfg;
import dev.backbench.qbe.pass.Dominators;
import dev.backbench.qbe.pass.Gcm;
import dev.backbench.qbe.pass.Gvn;
import dev.backbench.qbe.pass.LoadOpt;
import dev.backbench.qbe.pass.Loops;
import dev.backbench.qbe.pass.Uses;
import dev.backbench.qbe.regalloc.Allocator;
import dev.backbench.qbe.regalloc.SimplJmp;
import dev.backbench.spi.PhaseClock;

/** A function's way from Wasm's IL, which is in SSA form already, to registers. */
final class WasmPasses implements Output.Passes {
    PhaseClock clock = PhaseClock.OFF;

    private final Cfg cfg = new Cfg();
    private final Uses uses = new Uses();
    private final Dominators dominators = new Dominators();
    private final Loops loops = new Loops();
    private final Alias alias = new Alias();
    private final LoadOpt loadOpt = new LoadOpt();
    private final Gvn gvn = new Gvn();
    private final Gcm gcm = new Gcm();
    private final Abi abi = new Abi(new Types());
    private final Simpl simpl = new Simpl();
    private final ZeroUpper zeroUpper = new ZeroUpper();
    private final Isel isel = new Isel(uses);
    private final Allocator allocator = new Allocator();
    private final SimplJmp simplJmp = new SimplJmp();

    @Override
    public void run(Fn fn) {
        clock.enter(PhaseClock.OPTIMISE);
        cfg.compute(fn);
        alias.compute(fn);
        loadOpt.run(fn, cfg, alias);
        dominators.compute(fn, cfg);
        gvn.run(fn, cfg, dominators);
        dominators.compute(fn, cfg);
        loops.compute(fn, cfg, dominators);
        gcm.run(fn, dominators, loops);
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
    }
}
