package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/**
 * Brings a function into SSA form. Phis go to the iterated dominance frontier of a temporary's definitions (Cytron et al., "Efficiently Computing Static Single Assignment
 * Form", 1991) where the temporary is live in (pruned, as long as
 * finding that out takes no more than {@link #WORK_PER_PART} steps per block and instruction; afterwards dead phis are left to {@link Gvn}), one temporary after another; then one walk over the dominator tree renames.
 *
 * <p>Only temporaries with more than one definition, or with a use their definition does not dominate, are touched. An undefined value reads as {@link Ref#UNDEFINED}.
 */
public final class Ssa {
    private static final int WORK_PER_PART = 16;

    private final Uses uses = new Uses();
    /** Dominance frontiers in rows. */
    private int[] frontierStart = new int[66];
    private int[] frontier = new int[128];
    private int[] children = new int[66];
    private int[] child = new int[64];

    private boolean[] renamed = new boolean[256];
    /** By block: the last temporary that put a phi there, is defined there, is live there. */
    private int[] phiFor = new int[64], definedFor = new int[64], liveFor = new int[64];
    /** By block, while {@link #definedFor} names the temporary: the instruction of its first definition there, -1 for a phi. */
    private int[] firstDef = new int[64];
    private int[] work = new int[64];
    private int[] defBlocks = new int[256], defSites = new int[256], defStart = new int[258];

    /** New phis as triples (block, old temporary, class), before they are put in place. */
    private int[] wanted = new int[96];
    private int wantedCount;
    /** Blocks that may still be visited for liveness: many variables that live long would take quadratic time. */
    private long budget;
    private int[] sorted = new int[32];
    /** The function's phi pools of before, which swap places with these. */
    private int[] sparePhi = new int[256], spareArg = new int[512];

    /** By old temporary: its current value; an undo log of (temporary, value before) restores it on the way up the tree. */
    private int[] current = new int[256];
    private int[] undo = new int[256];
    private int undoCount;
    /** Of the walk over the dominator tree: (block, undo mark, next child). */
    private int[] stack = new int[96];
    /** By phi: the old temporary it stands for, or -1 for phis of the source. */
    private int[] phiOf = new int[64];

    public void run(Fn fn, Cfg cfg, Dominators dominators) {
        uses.compute(fn);
        if (!select(fn, dominators)) return;
        reserve(fn);
        frontiers(fn, cfg, dominators);
        definitionRows(fn);
        wantedCount = 0;
        budget = WORK_PER_PART * ((long) fn.blocks + fn.insCount);
        int before = fn.temporaries;
        for (int t = Ref.FIRST_TEMPORARY; t < before; t++) if (renamed[t]) placePhis(fn, cfg, t);
        insertPhis(fn, cfg);
        rename(fn, cfg, dominators, before);
    }

    /** Marks the temporaries that are not in SSA form; false if there are none. */
    private boolean select(Fn fn, Dominators dominators) {
        if (renamed.length < fn.temporaries) renamed = new boolean[2 * fn.temporaries];
        boolean any = false;
        for (int t = Ref.FIRST_TEMPORARY; t < fn.temporaries; t++) {
            renamed[t] = uses.defCount[t] > 1 || uses.defCount[t] == 1 && !dominated(dominators, t) || uses.defCount[t] == 0 && uses.count(t) > 0;
            any |= renamed[t];
        }
        return any;
    }

    private boolean dominated(Dominators dominators, int t) {
        int def = uses.def[t], home = uses.defBlock[t];
        for (int u = uses.start[t]; u < uses.start[t + 1]; u++) {
            int site = uses.site[u], block = uses.block[u];
            if (block != home) {
                if (!dominators.dominates(home, block)) return false;
            } else if (Uses.isInstruction(site) && Uses.isInstruction(def) && site <= def) {
                return false;
            }
        }
        return true;
    }

    private void reserve(Fn fn) {
        if (current.length < fn.temporaries) {
            current = new int[2 * fn.temporaries];
            defStart = new int[2 * fn.temporaries + 2];
        }
        if (phiFor.length < fn.blocks) {
            int capacity = 2 * fn.blocks;
            phiFor = new int[capacity];
            definedFor = new int[capacity];
            liveFor = new int[capacity];
            firstDef = new int[capacity];
            work = new int[capacity];
            frontierStart = new int[capacity + 2];
            children = new int[capacity + 2];
            child = new int[capacity];
        }
        Arrays.fill(phiFor, 0, fn.blocks, -1);
        Arrays.fill(definedFor, 0, fn.blocks, -1);
        Arrays.fill(liveFor, 0, fn.blocks, -1);
    }

    /** For each join and each of its predecessors: the join is in the frontier of every block from the predecessor up to the join's dominator. */
    private void frontiers(Fn fn, Cfg cfg, Dominators dominators) {
        int[] idom = dominators.idom, start = frontierStart;
        Arrays.fill(start, 0, fn.blocks + 2, 0);
        int total = walkFrontiers(fn, cfg, idom, false);
        for (int b = 2; b <= fn.blocks; b++) start[b] += start[b - 1];
        if (frontier.length < total) frontier = new int[2 * total];
        walkFrontiers(fn, cfg, idom, true);
    }

    private int walkFrontiers(Fn fn, Cfg cfg, int[] idom, boolean fill) {
        int total = 0;
        for (int b = 0; b < fn.blocks; b++) {
            if (cfg.predCount(b) < 2) continue;
            for (int p = cfg.predStart[b]; p < cfg.predStart[b + 1]; p++) {
                for (int up = cfg.pred[p]; up != idom[b]; up = idom[up], total++) {
                    if (fill) frontier[frontierStart[up + 1]++] = b;
                    else frontierStart[up + 2]++;
                    if (up == 0) break;
                }
            }
        }
        return total;
    }

    /** The blocks that define each renamed temporary, and where they do, in rows that follow the order of the code. */
    private void definitionRows(Fn fn) {
        int[] start = defStart;
        Arrays.fill(start, 0, fn.temporaries + 2, 0);
        for (int t = Ref.FIRST_TEMPORARY; t < fn.temporaries; t++) if (renamed[t]) start[t + 2] = uses.defCount[t];
        for (int t = 2; t <= fn.temporaries; t++) start[t] += start[t - 1];
        int total = start[fn.temporaries] + start[fn.temporaries + 1];
        if (defBlocks.length < total) {
            defBlocks = new int[2 * total];
            defSites = new int[2 * total];
        }
        for (int b = 0; b < fn.blocks; b++) {
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) note(fn.phi[Fn.STRIDE * p + 1], b, -1);
            for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) note(fn.ins[Fn.STRIDE * i + 1], b, i);
        }
    }

    private void note(int to, int b, int site) {
        if (!Ref.isTmp(to) || !renamed[Ref.value(to)]) return;
        int at = defStart[Ref.value(to) + 1]++;
        defBlocks[at] = b;
        defSites[at] = site;
    }

    private void placePhis(Fn fn, Cfg cfg, int t) {
        boolean pruned = budget > 0;
        if (pruned) live(cfg, t);
        int sp = 0;
        for (int d = defStart[t]; d < defStart[t + 1]; d++) {
            if (definedFor[defBlocks[d]] == ~t) continue;
            definedFor[defBlocks[d]] = ~t;
            work[sp++] = defBlocks[d];
        }
        while (sp > 0) {
            int b = work[--sp];
            for (int f = frontierStart[b]; f < frontierStart[b + 1]; f++) {
                int join = frontier[f];
                if (phiFor[join] == t || pruned && liveFor[join] != t) continue;
                phiFor[join] = t;
                want(join, t, fn.tmpClass[t]);
                if (definedFor[join] == ~t) continue;
                definedFor[join] = ~t;
                work[sp++] = join;
            }
        }
    }

    /** Marks the blocks into which {@code t} is live: upwards from its uses to its definitions. */
    private void live(Cfg cfg, int t) {
        for (int d = defStart[t]; d < defStart[t + 1]; d++) {
            int block = defBlocks[d];
            if (definedFor[block] == t) continue;
            definedFor[block] = t;
            firstDef[block] = defSites[d];
        }
        int sp = 0;
        for (int u = uses.start[t]; u < uses.start[t + 1]; u++) {
            int site = uses.site[u], block = uses.block[u];
            if (definedFor[block] != t || Uses.isInstruction(site) && site <= firstDef[block]) sp = reach(block, t, sp);
        }
        while (sp > 0) {
            int b = work[--sp];
            budget--;
            for (int p = cfg.predStart[b]; p < cfg.predStart[b + 1]; p++) {
                if (definedFor[cfg.pred[p]] != t) sp = reach(cfg.pred[p], t, sp);
            }
        }
    }

    private int reach(int block, int t, int sp) {
        if (liveFor[block] == t) return sp;
        liveFor[block] = t;
        work[sp] = block;
        return sp + 1;
    }

    private void want(int block, int t, int cls) {
        if (wantedCount + 3 > wanted.length) wanted = Arrays.copyOf(wanted, 2 * wanted.length);
        wanted[wantedCount++] = block;
        wanted[wantedCount++] = t;
        wanted[wantedCount++] = cls;
    }

    /** Rebuilds the phi pool block by block: those of the source first, then the new ones with an argument per predecessor, filled in by renaming. */
    private void insertPhis(Fn fn, Cfg cfg) {
        int[] start = work.length >= fn.blocks + 2 ? work : (work = new int[2 * fn.blocks + 2]);
        Arrays.fill(start, 0, fn.blocks + 2, 0);
        for (int w = 0; w < wantedCount; w += 3) start[wanted[w] + 2]++;
        for (int b = 2; b <= fn.blocks; b++) start[b] += start[b - 1];
        int fresh = wantedCount / 3;
        if (sorted.length < fresh) sorted = new int[2 * fresh];
        for (int w = 0; w < wantedCount; w += 3) sorted[start[wanted[w] + 1]++] = w;
        int[] phis = fn.phi, args = fn.phiArg;
        fn.phi = sparePhi.length < phis.length ? new int[phis.length] : sparePhi;
        fn.phiArg = spareArg.length < args.length ? new int[args.length] : spareArg;
        sparePhi = phis;
        spareArg = args;
        fn.phiCount = fn.phiArgCount = 0;
        if (phiOf.length < phis.length / Fn.STRIDE + fresh) phiOf = new int[2 * (phis.length / Fn.STRIDE + fresh)];
        for (int b = 0; b < fn.blocks; b++) {
            int first = fn.phiStart[b], end = fn.phiEnd[b];
            fn.phiStart[b] = fn.phiCount;
            for (int p = first; p < end; p++) {
                int at = Fn.STRIDE * p;
                phiOf[fn.newPhi(phis[at], phis[at + 1])] = -1;
                for (int a = phis[at + 2], last = a + 2 * phis[at + 3]; a < last; a += 2) fn.phiArgument(args[a], args[a + 1]);
            }
            for (int s = start[b]; s < start[b + 1]; s++) {
                int t = wanted[sorted[s] + 1];
                phiOf[fn.newPhi(wanted[sorted[s] + 2], Ref.tmp(t))] = t;
                for (int p = cfg.predStart[b]; p < cfg.predStart[b + 1]; p++) fn.phiArgument(cfg.pred[p], Ref.UNDEFINED);
            }
            fn.phiEnd[b] = fn.phiCount;
        }
    }

    // ---- renaming ----

    private void rename(Fn fn, Cfg cfg, Dominators dominators, int before) {
        childRows(fn, dominators);
        Arrays.fill(current, 0, before, Ref.UNDEFINED);
        undoCount = 0;
        int height = 3 * (dominatorHeight(fn, dominators) + 1), sp = 0;
        if (stack.length < height) stack = new int[2 * height];
        int[] stack = this.stack;
        stack[sp++] = 0;
        stack[sp++] = undoCount;
        stack[sp++] = children[0];
        block(fn, cfg, 0, before);
        while (sp > 0) {
            int b = stack[sp - 3];
            if (stack[sp - 1] < children[b + 1]) {
                int next = child[stack[sp - 1]++];
                stack[sp++] = next;
                stack[sp++] = undoCount;
                stack[sp++] = children[next];
                block(fn, cfg, next, before);
                continue;
            }
            for (int mark = stack[sp - 2]; undoCount > mark; undoCount -= 2) current[undo[undoCount - 2]] = undo[undoCount - 1];
            sp -= 3;
        }
    }

    private static int dominatorHeight(Fn fn, Dominators dominators) {
        int height = 0;
        for (int b = 0; b < fn.blocks; b++) height = Math.max(height, dominators.depth[b]);
        return height + 1;
    }

    private void childRows(Fn fn, Dominators dominators) {
        Arrays.fill(children, 0, fn.blocks + 2, 0);
        for (int b = 1; b < fn.blocks; b++) children[dominators.idom[b] + 2]++;
        for (int b = 2; b <= fn.blocks; b++) children[b] += children[b - 1];
        for (int b = 1; b < fn.blocks; b++) child[children[dominators.idom[b] + 1]++] = b;
    }

    private void block(Fn fn, Cfg cfg, int b, int before) {
        for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) fn.phi[Fn.STRIDE * p + 1] = define(fn, fn.phi[Fn.STRIDE * p + 1], before);
        for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
            int at = Fn.STRIDE * i;
            fn.ins[at + 2] = read(fn.ins[at + 2], before);
            fn.ins[at + 3] = read(fn.ins[at + 3], before);
            fn.ins[at + 1] = define(fn, fn.ins[at + 1], before);
        }
        fn.jumpArg[b] = read(fn.jumpArg[b], before);
        if (fn.s1[b] >= 0) arguments(fn, fn.s1[b], cfg.edge1[b] - cfg.predStart[fn.s1[b]], before);
        if (fn.s2[b] >= 0) arguments(fn, fn.s2[b], cfg.edge2[b] - cfg.predStart[fn.s2[b]], before);
    }

    private int read(int ref, int before) {
        int t = Ref.value(ref);
        return Ref.isTmp(ref) && t < before && renamed[t] ? current[t] : ref;
    }

    private int define(Fn fn, int to, int before) {
        int t = Ref.value(to);
        if (!Ref.isTmp(to) || t >= before || !renamed[t]) return to;
        int fresh = Ref.tmp(fn.newTemporary(fn.tmpClass[t], fn.tmpName[t] == 0 ? 0 : fn.tmpName[t] | Fn.VERSION));
        if (undoCount + 2 > undo.length) undo = Arrays.copyOf(undo, 2 * undo.length);
        undo[undoCount++] = t;
        undo[undoCount++] = current[t];
        current[t] = fresh;
        return fresh;
    }

    /** @param index which of the target's predecessors the block is */
    private void arguments(Fn fn, int to, int index, int before) {
        for (int p = fn.phiStart[to]; p < fn.phiEnd[to]; p++) {
            int a = fn.phi[Fn.STRIDE * p + 2] + 2 * index + 1;
            fn.phiArg[a] = phiOf[p] >= 0 ? current[phiOf[p]] : read(fn.phiArg[a], before);
        }
    }
}
