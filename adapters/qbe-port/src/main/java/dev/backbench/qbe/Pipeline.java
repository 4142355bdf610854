package dev.backbench.qbe;

import dev.backbench.qbe.amd64.Abi;
import dev.backbench.qbe.amd64.Isel;
import dev.backbench.qbe.amd64.Output;
import dev.backbench.qbe.amd64.Simpl;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Types;
import dev.backbench.qbe.pass.Alias;
import dev.backbench.qbe.pass.Cfg;
import dev.backbench.qbe.pass.Coalesce;
import dev.backbench.qbe.pass.Dominators;
import dev.backbench.qbe.pass.Gcm;
import dev.backbench.qbe.pass.Gvn;
import dev.backbench.qbe.pass.IfConvert;
import dev.backbench.qbe.pass.LoadOpt;
import dev.backbench.qbe.pass.Loops;
import dev.backbench.qbe.pass.Promote;
import dev.backbench.qbe.pass.SimplCfg;
import dev.backbench.qbe.pass.Ssa;
import dev.backbench.qbe.pass.Uses;
import dev.backbench.qbe.pass.ZeroUpper;
import dev.backbench.qbe.regalloc.Allocator;
import dev.backbench.qbe.regalloc.SimplJmp;
import java.util.List;

/**
 * A function's way from IL to registers, in four stretches. Each pass is called here and nowhere else, in the order in which it needs the others:
 *
 * <ul>
 *   <li>coalesce after loadopt, which makes stores dead; gvn after both, because loads have become copies;
 *   <li>gcm right after gvn and simplcfg: value numbering leaves computations where their operands are not known yet, and depths of loops are to be final;
 *   <li>abi after all that moves instructions, because from there on calls are surrounded by registers; isel last before registers, and nothing may come between a
 *       comparison's flags and who reads them.
 * </ul>
 */
public final class Pipeline implements Output.Passes {
    /** The passes after which a {@link Dump} is called, in order. */
    public static final List<String> PASSES = List.of("parse", "promote", "ssa", "loadopt", "coalesce", "gvn", "simplcfg", "gcm", "ifconvert", "abi", "simpl", "isel", "rega", "simpljmp");

    /** Looks at the function after each pass. */
    public interface Dump {
        void after(String pass, Fn fn);
    }

    private final Cfg cfg = new Cfg();
    private final Uses uses = new Uses();
    private final Dominators dominators = new Dominators();
    private final Loops loops = new Loops();
    private final Alias alias = new Alias();
    private final Promote promote = new Promote();
    private final Ssa ssa = new Ssa();
    private final LoadOpt loadopt = new LoadOpt();
    private final Coalesce coalesce = new Coalesce();
    private final Gvn gvn = new Gvn();
    private final SimplCfg simplcfg = new SimplCfg();
    private final Gcm gcm = new Gcm();
    private final IfConvert ifconvert = new IfConvert();
    private final Abi abi;
    private final Simpl simpl = new Simpl();
    private final ZeroUpper zeroUpper = new ZeroUpper();
    private final Isel isel = new Isel(uses);
    private final Allocator allocator = new Allocator();
    private final SimplJmp simpljmp = new SimplJmp();
    private Dump dump;

    public Pipeline(Types types) {
        abi = new Abi(types);
    }

    /** @param dump null for none */
    public void dump(Dump dump) {
        this.dump = dump;
    }

    @Override
    public void run(Fn fn) {
        after("parse", fn);
        toSsa(fn);
        optimise(fn);
        select(fn);
        allocate(fn);
    }

    /** From whatever a front end made, blocks in any order, to SSA form. */
    public void toSsa(Fn fn) {
        cfg.compute(fn);
        promote.run(fn);
        after("promote", fn);
        dominators.compute(fn, cfg);
        ssa.run(fn, cfg, dominators);
        after("ssa", fn);
    }

    /** What does not know the machine. From SSA form with blocks in reverse postorder to the same. */
    public void optimise(Fn fn) {
        cfg.compute(fn);
        alias.compute(fn);
        boolean replaced = loadopt.run(fn, cfg, alias);
        after("loadopt", fn);
        if (replaced) alias.compute(fn);
        if (alias.slots) coalesce.run(fn, cfg, alias);
        after("coalesce", fn);
        dominators.compute(fn, cfg);
        gvn.run(fn, cfg, dominators);
        after("gvn", fn);
        simplcfg.run(fn, cfg);
        after("simplcfg", fn);
        dominators.compute(fn, cfg);
        loops.compute(fn, cfg, dominators);
        gcm.run(fn, dominators, loops);
        after("gcm", fn);
        ifconvert.run(fn, cfg);
        after("ifconvert", fn);
    }

    /** The calling convention and the machine's instructions, still over temporaries. */
    public void select(Fn fn) {
        abi.run(fn);
        after("abi", fn);
        simpl.run(fn);
        after("simpl", fn);
        cfg.compute(fn);
        if (fn.wordsZeroExtended) zeroUpper.run(fn);
        uses.compute(fn);
        isel.run(fn);
        after("isel", fn);
    }

    /** Registers and the order of the code. */
    public void allocate(Fn fn) {
        cfg.compute(fn);
        int blocks = fn.blocks;
        allocator.run(fn, cfg, dominators, loops);
        after("rega", fn);
        simpljmp.run(fn, cfg, loops, blocks);
        after("simpljmp", fn);
    }

    private void after(String pass, Fn fn) {
        if (dump != null) dump.after(pass, fn);
    }
}
