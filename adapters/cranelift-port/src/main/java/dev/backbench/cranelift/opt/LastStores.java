package dev.backbench.cranelift.opt;

import dev.backbench.cranelift.analysis.Cfg;
import dev.backbench.cranelift.analysis.Dominators;
import dev.backbench.cranelift.analysis.Loops;
import dev.backbench.cranelift.ir.Effect;
import dev.backbench.cranelift.ir.Format;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.ir.Op;
import java.util.Arrays;

/**
 * The state of memory as version numbers, one for each alias region and one for all of it: the instruction that wrote last, or where paths with unlike ones meet, the block. Two
 * loads at equal versions see equal memory. A store that names a region changes it and the whole; one that names none changes everything.
 *
 * <p>One pass in reverse postorder, so linear: what a loop writes is known before it, so its header needs no second look; a block that is reached backwards in another way, in the middle of a
 * cycle, has versions of its own.
 */
final class LastStores {
    /** The whole, then the regions that are told apart; accesses of others are of the whole. */
    static final int REGIONS = 5;
    private static final int UNKNOWN = Integer.MIN_VALUE, ALL = (1 << REGIONS) - 1;

    private Function f;
    /** By block: {@link #REGIONS} versions at its beginning; at its end, until its turn comes the last write of each in it or {@link #UNKNOWN}. */
    private int[] begin = new int[160], end = new int[160];
    /** By loop: a bit for each region that something in it writes. */
    private int[] writes = new int[16];
    final int[] now = new int[REGIONS];

    void compute(Function function, Cfg cfg, Dominators tree, Loops loops) {
        f = function;
        int blocks = f.blocks();
        if (end.length < blocks * REGIONS) {
            begin = new int[2 * blocks * REGIONS];
            end = new int[2 * blocks * REGIONS];
        }
        if (tree.reached() > 1) summarize(tree, loops);
        for (int i = tree.reached() - 1; i >= 0; i--) meet(cfg, tree, loops, tree.postorder(i));
    }

    private void summarize(Dominators tree, Loops loops) {
        if (writes.length < loops.count()) writes = new int[2 * loops.count()];
        Arrays.fill(writes, 0, loops.count(), 0);
        for (int i = tree.reached() - 1; i >= 0; i--) {
            int block = tree.postorder(i), loop = loops.loopOf(block), written = 0;
            Arrays.fill(now, UNKNOWN);
            for (int inst = f.layout.first(block); inst >= 0; inst = f.layout.next(inst)) step(inst);
            for (int r = 0; r < REGIONS; r++) {
                end[block * REGIONS + r] = now[r];
                if (now[r] != UNKNOWN) written |= 1 << r;
            }
            if (loop != Loops.NONE) writes[loop] |= written;
        }
        for (int loop = 0; loop < loops.count(); loop++) if (loops.parent(loop) != Loops.NONE) writes[loops.parent(loop)] |= writes[loop];
    }

    /** Sets the versions of a block all of whose predecessors but those behind it have theirs. */
    private void meet(Cfg cfg, Dominators tree, Loops loops, int block) {
        int own = -2 - block, at = block * REGIONS, predecessors = cfg.predecessorCount(block), unlike = predecessors == 0 ? ALL : 0;
        Arrays.fill(now, UNKNOWN);
        for (int p = 0; p < predecessors; p++) {
            int from = cfg.predecessor(block, p);
            if (tree.isBehind(from, block)) {
                unlike |= tree.dominates(block, from) ? writes[loops.loopOf(block)] : ALL;
                continue;
            }
            for (int r = 0; r < REGIONS; r++) {
                int version = end[from * REGIONS + r];
                if (now[r] == UNKNOWN) now[r] = version;
                else if (now[r] != version) unlike |= 1 << r;
            }
        }
        for (int r = 0; r < REGIONS; r++, at++) {
            begin[at] = (unlike >> r & 1) != 0 ? own : now[r];
            if (end[at] == UNKNOWN) end[at] = begin[at];
        }
    }

    /** Sets {@link #now} to the versions at the beginning of {@code block}. */
    void enter(int block) {
        System.arraycopy(begin, block * REGIONS, now, 0, REGIONS);
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
