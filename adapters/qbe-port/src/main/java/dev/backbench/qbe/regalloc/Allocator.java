package dev.backbench.qbe.regalloc;

import dev.backbench.qbe.amd64.Regs;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.pass.Cfg;
import dev.backbench.qbe.pass.Dominators;
import dev.backbench.qbe.pass.Loops;

/**
 * Register allocation: from selected instructions over temporaries in SSA form, blocks in reverse postorder, to the same over registers and places in the frame. Afterwards there are no phis; blocks may have been
 * added at the end.
 *
 * <p>What it adds: {@code copy} and {@code swap} between registers, {@code load r, slot}, {@code storeX r, slot} (or a number), and constants made again. None of these may change the flags.
 */
public final class Allocator {
    private final Live live = new Live();
    private final NextUse nextUse = new NextUse();
    private final Spill spill = new Spill(live, nextUse);
    private final Slots slots = new Slots();
    private final Hints hints = new Hints();
    private final Rega rega = new Rega(spill, slots, live, hints);
    private int[] order = new int[64];

    /** @return the registers written, of which a prologue saves {@link Regs#CALLEE_SAVED} */
    public long run(Fn fn, Cfg cfg, Dominators dominators, Loops loops) {
        cfg.compute(fn);
        dominators.compute(fn, cfg);
        loops.compute(fn, cfg, dominators);
        live.compute(fn, cfg);
        nextUse.compute(fn, live, loops);
        spill.run(fn, cfg, loops);
        slots.run(fn, live, spill);
        byCost(fn, loops);
        hints.compute(fn, order);
        rega.run(fn, cfg, order);
        fn.compact();
        return rega.used;
    }

    /** Fills {@link #order}: deeper loops first, in reverse postorder among equals. */
    private void byCost(Fn fn, Loops loops) {
        int deepest = 0, count = 0;
        if (order.length < fn.blocks) order = new int[2 * fn.blocks];
        for (int b = 0; b < fn.blocks; b++) deepest = Math.max(deepest, loops.depth[b]);
        deepest = Math.min(deepest, 8);
        for (int depth = deepest; depth >= 0; depth--) {
            for (int b = 0; b < fn.blocks; b++) if (Math.min(loops.depth[b], 8) == depth) order[count++] = b;
        }
    }
}
