package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/**
 * Brings a function into SSA form. Phis go to the iterated dominance frontier of a temporary's definitions (Cytron et al., "Efficiently Computing Static Single Assignment
 * Form", 1991) where the temporary is live in (pruned), one temporary after another; then one walk over the dominator tree renames.
 *
 * <p>Only temporaries with more than one definition, or with a use their definition does not dominate, are touched. An undefined value reads as {@link Ref#UNDEFINED}.
 */
public final class Ssa {
    private final Uses uses = new Uses();
    /** Dominance frontiers in rows. */
    private int[] frontierStart = new int[66];
    private int[] frontier = new int[128];
    private int[] children = new int[66];
    private int[] child = new int[64];

    private boolean[] renamed = new boolean[256];
    /** By block: the last temporary that put a phi there, is defined there, is live there. */
    private int[] phiFor = new int[64], definedFor = new int[64], liveFor = new int[64];
    private int[] work = new int[64];
    private int[] defBlocks = new int[256], defStart = new int[258];

    /** New phis as triples (block, old temporary, class), before they are put in place. */
    private int[] wanted = new int[96];
    private int wantedCount;

    /** By old temporary: its current value; an undo log of (temporary, value before) restores it on the way up the tree. */
    private int[] current = new int[256];
    private int[] undo = new int[256];
    private int undoCount;
    /** By phi: the old temporary it stands for, or -1 for phis of the source. */
    private int[] phiOf = new int[64];

    public void run(Fn fn, Cfg cfg, Dominators dominators) {
        uses.compute(fn);
        if (!select(fn, dominators)) return;
        reserve(fn);
        frontiers(fn, cfg, dominators);
        definitionRows(fn);
        wantedCount = 0;
        int before = fn.temporaries;
        for (int t = Ref.FIRST_TEMPORARY; t < before; t++) if (renamed[t]) placePhis(fn, cfg, t);
        insertPhis(fn, cfg);
        rename(fn, dominators, before);
    }

    /** Marks the temporaries that are not in SSA form; false if there are none. */
    private boolean select(Fn fn, Dominators dominators) {
        if (renamed.length < fn.temporaries) renamed = new boolean[2 * fn.temporaries];
        boolean any = false;
        for (int t = Ref.FIRST_TEMPORARY; t < fn.temporaries; t++) {
            renamed[t] = uses.defCount[t] > 1 || uses.defCount[t] == 1 && !dominated(fn, dominators, t) || uses.defCount[t] == 0 && uses.count(t) > 0;
            any |= renamed[t];
        }
        return any;
    }

    private boolean dominated(Fn fn, Dominators dominators, int t) {
        int def = uses.def[t], home = uses.defBlock[t];
        for (int u = uses.start[t]; u < uses.start[t + 1]; u++) {
            int site = uses.site[u], block = uses.block[u];
            if ((site & Uses.PHI) != 0) {
                int at = Fn.STRIDE * (site & Uses.INDEX);
                for (int a = fn.phi[at + 2], end = a + 2 * fn.phi[at + 3]; a < end; a += 2) {
                    if (fn.phiArg[a + 1] == Ref.tmp(t) && !dominators.dominates(home, fn.phiArg[a])) return false;
                }
            } else if (block != home) {
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

    /** The blocks that define each renamed temporary, in rows. */
    private void definitionRows(Fn fn) {
        int[] start = defStart;
        Arrays.fill(start, 0, fn.temporaries + 2, 0);
        for (int t = Ref.FIRST_TEMPORARY; t < fn.temporaries; t++) if (renamed[t]) start[t + 2] = uses.defCount[t];
        for (int t = 2; t <= fn.temporaries; t++) start[t] += start[t - 1];
        int total = start[fn.temporaries] + start[fn.temporaries + 1];
        if (defBlocks.length < total) defBlocks = new int[2 * total];
        for (int b = 0; b < fn.blocks; b++) {
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) note(fn.phi[Fn.STRIDE * p + 1], b);
            for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) note(fn.ins[Fn.STRIDE * i + 1], b);
        }
    }

    private void note(int to, int b) {
        if (Ref.isTmp(to) && renamed[Ref.value(to)]) defBlocks[defStart[Ref.value(to) + 1]++] = b;
    }

    private void placePhis(Fn fn, Cfg cfg, int t) {
        live(fn, cfg, t);
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
                if (phiFor[join] == t || liveFor[join] != t) continue;
                phiFor[join] = t;
                want(join, t, fn.tmpClass[t]);
                if (definedFor[join] == ~t) continue;
                definedFor[join] = ~t;
                work[sp++] = join;
            }
        }
    }

    /** Marks the blocks into which {@code t} is live: upwards from its uses to its definitions. */
    private void live(Fn fn, Cfg cfg, int t) {
        for (int d = defStart[t]; d < defStart[t + 1]; d++) definedFor[defBlocks[d]] = t;
        int sp = 0;
        for (int u = uses.start[t]; u < uses.start[t + 1]; u++) {
            int site = uses.site[u], block = uses.block[u];
            if ((site & Uses.PHI) != 0) {
                int at = Fn.STRIDE * (site & Uses.INDEX);
                for (int a = fn.phi[at + 2], end = a + 2 * fn.phi[at + 3]; a < end; a += 2) {
                    if (fn.phiArg[a + 1] == Ref.tmp(t) && definedFor[fn.phiArg[a]] != t) sp = reach(fn.phiArg[a], t, sp);
                }
            } else if (definedFor[block] != t || exposed(fn, t, block, site)) {
                sp = reach(block, t, sp);
            }
        }
        while (sp > 0) {
            int b = work[--sp];
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

    /** Whether a use in a block that also defines {@code t} may come before every definition there: decided by the block's first definition. */
    private boolean exposed(Fn fn, int t, int block, int site) {
        if (!Uses.isInstruction(site)) return false;
        for (int p = fn.phiStart[block]; p < fn.phiEnd[block]; p++) if (fn.phi[Fn.STRIDE * p + 1] == Ref.tmp(t)) return false;
        if (uses.defCount[t] == 1) return site <= uses.def[t];
        for (int i = fn.insStart[block]; i < site; i++) if (fn.ins[Fn.STRIDE * i + 1] == Ref.tmp(t)) return false;
        return true;
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
        int[] sorted = new int[wantedCount / 3];
        for (int w = 0; w < wantedCount; w += 3) sorted[start[wanted[w] + 1]++] = w;
        int[] phis = fn.phi, args = fn.phiArg;
        fn.phi = new int[Math.max(16, Fn.STRIDE * (fn.phiCount + sorted.length))];
        fn.phiArg = new int[Math.max(16, args.length)];
        fn.phiCount = fn.phiArgCount = 0;
        if (phiOf.length < phis.length / Fn.STRIDE + sorted.length) phiOf = new int[2 * (phis.length / Fn.STRIDE + sorted.length)];
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

    private void rename(Fn fn, Dominators dominators, int before) {
        childRows(fn, dominators);
        Arrays.fill(current, 0, before, Ref.UNDEFINED);
        undoCount = 0;
        int[] stack = new int[3 * (dominatorHeight(fn, dominators) + 1)];
        int sp = 0;
        stack[sp++] = 0;
        stack[sp++] = undoCount;
        stack[sp++] = children[0];
        block(fn, 0, before);
        while (sp > 0) {
            int b = stack[sp - 3];
            if (stack[sp - 1] < children[b + 1]) {
                int next = child[stack[sp - 1]++];
                stack[sp++] = next;
                stack[sp++] = undoCount;
                stack[sp++] = children[next];
                block(fn, next, before);
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

    private void block(Fn fn, int b, int before) {
        for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) fn.phi[Fn.STRIDE * p + 1] = define(fn, fn.phi[Fn.STRIDE * p + 1], before);
        for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
            int at = Fn.STRIDE * i;
            fn.ins[at + 2] = read(fn.ins[at + 2], before);
            fn.ins[at + 3] = read(fn.ins[at + 3], before);
            fn.ins[at + 1] = define(fn, fn.ins[at + 1], before);
        }
        fn.jumpArg[b] = read(fn.jumpArg[b], before);
        if (fn.s1[b] >= 0) arguments(fn, b, fn.s1[b], before);
        if (fn.s2[b] >= 0) arguments(fn, b, fn.s2[b], before);
    }

    private int read(int ref, int before) {
        int t = Ref.value(ref);
        return Ref.isTmp(ref) && t < before && renamed[t] ? current[t] : ref;
    }

    private int define(Fn fn, int to, int before) {
        int t = Ref.value(to);
        if (!Ref.isTmp(to) || t >= before || !renamed[t]) return to;
        int fresh = Ref.tmp(fn.newTemporary(fn.tmpClass[t], fn.tmpName[t]));
        if (undoCount + 2 > undo.length) undo = Arrays.copyOf(undo, 2 * undo.length);
        undo[undoCount++] = t;
        undo[undoCount++] = current[t];
        current[t] = fresh;
        return fresh;
    }

    private void arguments(Fn fn, int from, int to, int before) {
        for (int p = fn.phiStart[to]; p < fn.phiEnd[to]; p++) {
            int at = Fn.STRIDE * p;
            for (int a = fn.phi[at + 2], end = a + 2 * fn.phi[at + 3]; a < end; a += 2) {
                if (fn.phiArg[a] == from) fn.phiArg[a + 1] = phiOf[p] >= 0 ? current[phiOf[p]] : read(fn.phiArg[a + 1], before);
            }
        }
    }
}
