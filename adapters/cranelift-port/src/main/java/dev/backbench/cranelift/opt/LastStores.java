package dev.backbench.cranelift.opt;

import dev.backbench.cranelift.analysis.Cfg;
import dev.backbench.cranelift.analysis.Dominators;
import dev.backbench.cranelift.ir.Effect;
import dev.backbench.cranelift.ir.Format;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.ir.Op;
import java.util.Arrays;

/**
 * The state of memory as version numbers, one for each alias region and one for all of it: the instruction that wrote last, or where paths with unlike ones meet, the block. Two
 * loads at equal versions see equal memory. A store that names a region changes it and the whole; one that names none changes everything.
 */
final class LastStores {
    /** The whole, then the regions that are told apart; accesses of others are of the whole. */
    static final int REGIONS = 5;
    private static final int UNKNOWN = Integer.MIN_VALUE;

    private Function f;
    /** By block: {@link #REGIONS} versions at its end; a bit for each region in which its own was once needed, which it then keeps, so that the search for a fixed point ends. */
    private int[] end = new int[160], met = new int[32];
    /** By block: the last write of each region in it, {@link #UNKNOWN} where there is none. */
    private int[] written = new int[160];
    final int[] now = new int[REGIONS];
    private final int[] entering = new int[REGIONS];

    void compute(Function function, Cfg cfg, Dominators tree) {
        f = function;
        int blocks = f.blocks();
        if (end.length < blocks * REGIONS) {
            end = new int[2 * blocks * REGIONS];
            written = new int[2 * blocks * REGIONS];
        }
        if (met.length < blocks) met = new int[2 * blocks];
        Arrays.fill(end, 0, blocks * REGIONS, UNKNOWN);
        Arrays.fill(met, 0, blocks, 0);
        for (int i = tree.reached() - 1; i >= 0; i--) summarize(tree.postorder(i));
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int i = tree.reached() - 1; i >= 0; i--) changed |= pass(cfg, tree.postorder(i));
        }
    }

    private void summarize(int block) {
        Arrays.fill(now, UNKNOWN);
        for (int inst = f.layout.first(block); inst >= 0; inst = f.layout.next(inst)) step(inst);
        System.arraycopy(now, 0, written, block * REGIONS, REGIONS);
    }

    /** @return whether the versions at the block's end are other than before */
    private boolean pass(Cfg cfg, int block) {
        enter(cfg, block);
        boolean changed = false;
        for (int r = 0, at = block * REGIONS; r < REGIONS; r++, at++) {
            int version = written[at] == UNKNOWN ? now[r] : written[at];
            changed |= end[at] != version;
            end[at] = version;
        }
        return changed;
    }

    /** Sets {@link #now} to the versions at the beginning of {@code block}. */
    void enter(Cfg cfg, int block) {
        Arrays.fill(entering, UNKNOWN);
        int own = -2 - block;
        int predecessors = cfg.predecessorCount(block);
        for (int p = 0; p < predecessors; p++) {
            int from = cfg.predecessor(block, p) * REGIONS;
            for (int r = 0; r < REGIONS; r++) {
                int version = end[from + r];
                if (version == UNKNOWN) continue;
                if (entering[r] == UNKNOWN) entering[r] = version;
                else if (entering[r] != version) met[block] |= 1 << r;
            }
        }
        for (int r = 0; r < REGIONS; r++) now[r] = entering[r] == UNKNOWN || (met[block] >> r & 1) != 0 ? own : entering[r];
    }

    /** What {@code inst} does to {@link #now}. */
    void step(int inst) {
        Op op = f.op(inst);
        if (!op.is(Effect.STORES | Effect.CALLS | Effect.EFFECTS)) return;
        int region = isPlainStore(op) ? region(f.flags(inst)) : 0;
        if (region == 0) {
            Arrays.fill(now, inst);
        } else {
            now[region] = inst;
            now[0] = inst;
        }
    }

    static boolean isPlainStore(Op op) {
        return op.format == Format.STORE && (op.flags & ~Effect.STORES) == 0;
    }

    /** Which version an access goes by. */
    static int region(int flags) {
        int region = MemFlags.region(flags) + 1;
        return region < REGIONS ? region : 0;
    }
}
