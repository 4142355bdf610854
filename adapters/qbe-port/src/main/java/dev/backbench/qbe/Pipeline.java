package dev.backbench.qbe;

import dev.backbench.qbe.amd64.Abi;
import dev.backbench.qbe.amd64.Isel;
import dev.backbench.qbe.amd64.Output;
import dev.backbench.qbe.amd64.Simpl;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Printer;
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
import java.util.Locale;

/**
 * A function's way from IL to registers. Each pass is called here and nowhere else, in the order in which it needs the others:
 *
 * <ul>
 *   <li>coalesce after loadopt, which makes stores dead; gvn after both, because loads have become copies;
 *   <li>gcm right after gvn and simplcfg: value numbering leaves computations where their operands are not known yet, and depths of loops are to be final;
 *   <li>abi after all that moves instructions, because from there on calls are surrounded by registers; isel last before registers, and nothing may come between a
 *       comparison's flags and who reads them.
 * </ul>
 */
public final class Pipeline implements Output.Passes {
    /** In order; the first is what the front end made. */
    public enum Pass {
        PARSE, PROMOTE, SSA, LOADOPT, COALESCE, GVN, SIMPLCFG, GCM, IFCONVERT, ABI, SIMPL, ISEL, LIVE, LOOPS, COST, SPILL, REGA, SIMPLJMP;

        public String shown() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @return null if there is none of that name */
        public static Pass named(String name) {
            for (Pass pass : ORDER) if (pass.shown().equals(name)) return pass;
            return null;
        }
    }

    private static final Pass[] ORDER = Pass.values();

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
    private int blocksBefore;

    public Pipeline(Types types) {
        abi = new Abi(types);
    }

    @Override
    public void run(Fn fn) {
        run(fn, Pass.PARSE, Pass.SIMPLJMP);
    }

    /** Runs the passes from one to another, both included, over a function that went through those before. */
    public void run(Fn fn, Pass first, Pass last) {
        for (int p = first.ordinal(); p <= last.ordinal(); p++) run(ORDER[p], fn);
    }

    private void run(Pass pass, Fn fn) {
        switch (pass) {
            case PARSE -> { }
            case PROMOTE -> {
                cfg.compute(fn);
                promote.run(fn);
            }
            case SSA -> {
                dominators.compute(fn, cfg);
                ssa.run(fn, cfg, dominators);
            }
            // What does not know the machine: from SSA form with blocks in reverse postorder to the same
            case LOADOPT -> {
                cfg.compute(fn);
                alias.compute(fn);
                if (loadopt.run(fn, cfg, alias)) alias.compute(fn);
            }
            case COALESCE -> {
                if (alias.slots) coalesce.run(fn, cfg, alias);
            }
            case GVN -> {
                dominators.compute(fn, cfg);
                gvn.run(fn, cfg, dominators);
            }
            case SIMPLCFG -> simplcfg.run(fn, cfg);
            case GCM -> {
                dominators.compute(fn, cfg);
                loops.compute(fn, cfg, dominators);
                gcm.run(fn, dominators, loops);
            }
            case IFCONVERT -> ifconvert.run(fn, cfg);
            // The calling convention and the machine's instructions, still over temporaries
            case ABI -> {
                blocksBefore = fn.blocks;
                abi.run(fn);
            }
            case SIMPL -> simpl.run(fn);
            case ISEL -> {
                if (fn.blocks != blocksBefore) cfg.compute(fn); // variable arguments and long copies make some
                if (fn.wordsZeroExtended) zeroUpper.run(fn);
                uses.compute(fn);
                isel.run(fn);
            }
            // Registers and the order of the code
            case LIVE -> {
                cfg.compute(fn);
                allocator.live(fn, cfg);
            }
            case LOOPS -> {
                dominators.compute(fn, cfg);
                loops.compute(fn, cfg, dominators);
            }
            case COST -> allocator.cost(fn, loops);
            case SPILL -> allocator.spill(fn, cfg, loops);
            case REGA -> allocator.rega(fn, cfg);
            case SIMPLJMP -> simpljmp.run(fn, cfg, loops);
        }
    }

    /** What the pass that ran last found out about a block and left no trace of in the code, as a dump's comments. */
    public Printer.Notes notes(Pass pass) {
        return switch (pass) {
            case LIVE -> allocator.notes::live;
            case LOOPS -> loops::notes;
            case COST -> allocator.notes::cost;
            case SPILL -> allocator.notes::spill;
            default -> Printer.Notes.NONE;
        };
    }
}
