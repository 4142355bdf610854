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
    /** Entries of liveness: so many in any case, and so many more an instruction. What compilers write has few an instruction. */
    private static final int FREE_ENTRIES = 1 << 20, ENTRIES_PER_INSTRUCTION = 64, MOST_ENTRIES = 1 << 23;

    private final int freeEntries, entriesPerInstruction;
    private final Live live = new Live();
    private final Demote demote = new Demote();
    private final NextUse nextUse = new NextUse();
    private final Spill spill = new Spill(live, nextUse);
    private final Slots slots = new Slots();
    private final Hints hints = new Hints();
    private final Rega rega = new Rega(spill, slots, live, hints);
    private int[] order = new int[64];

    public Allocator() {
        this(FREE_ENTRIES, ENTRIES_PER_INSTRUCTION);
    }

    /** With other bounds on liveness, above which values cross blocks in memory only. */
    Allocator(int freeEntries, int entriesPerInstruction) {
        this.freeEntries = freeEntries;
        this.entriesPerInstruction = entriesPerInstruction;
    }

    /** @return the registers written, of which a prologue saves {@link Regs#CALLEE_SAVED} */
    public long run(Fn fn, Cfg cfg, Dominators dominators, Loops loops) {
        cfg.compute(fn);
        dominators.compute(fn, cfg);
        loops.compute(fn, cfg, dominators);
        int limit = (int) Math.min(MOST_ENTRIES, freeEntries + (long) entriesPerInstruction * fn.insCount);
        if (!live.compute(fn, cfg, limit)) {
            demote.run(fn, live);
            live.compute(fn, cfg, Integer.MAX_VALUE);
        }
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
