package dev.backbench.qbe.regalloc;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.pass.Cfg;
import dev.backbench.qbe.pass.Loops;

/**
 * Register allocation in four steps, to be taken in this order: from selected instructions over temporaries in SSA form, blocks in reverse postorder, to the same over registers and places in the frame. Afterwards there are no phis; blocks may have been
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
    public final Notes notes = new Notes(live, nextUse, spill, slots);
    private int[] order = new int[64];

    public Allocator() {
        this(FREE_ENTRIES, ENTRIES_PER_INSTRUCTION);
    }

    /** With other bounds on liveness, above which values cross blocks in memory only. */
    Allocator(int freeEntries, int entriesPerInstruction) {
        this.freeEntries = freeEntries;
        this.entriesPerInstruction = entriesPerInstruction;
    }

    /** Liveness; of functions of which it would be too large, after values that cross blocks were put into the frame. */
    public void live(Fn fn, Cfg cfg) {
        int limit = (int) Math.min(MOST_ENTRIES, freeEntries + (long) entriesPerInstruction * fn.insCount);
        if (live.compute(fn, cfg, limit)) return;
        demote.run(fn, live);
        live.compute(fn, cfg, Integer.MAX_VALUE);
    }

    /** Next uses, registers wanted, and which blocks cost most. */
    public void cost(Fn fn, Loops loops) {
        nextUse.compute(fn, live, loops);
        byCost(fn, loops);
    }

    /** What is in a register where, and places in the frame for the rest. */
    public void spill(Fn fn, Cfg cfg, Loops loops) {
        spill.run(fn, cfg, loops);
        slots.run(fn, live, spill);
    }

    public void rega(Fn fn, Cfg cfg) {
        hints.compute(fn, order);
        rega.run(fn, cfg, order);
        fn.compact();
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
