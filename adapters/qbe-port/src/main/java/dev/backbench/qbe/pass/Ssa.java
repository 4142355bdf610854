package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/**
 * Brings a function into SSA form. Phis go to the iterated dominance frontier of a temporary's definitions (Cytron et al., "Efficiently Computing Static Single Assignment
 * Form", 1991) where the temporary is live in (pruned), one temporary after another; then one walk over the dominator tree renames. Frontiers, liveness and phis may each be as large as the square
 * of the function. So all of them together take no more than {@link #WORK} steps and {@link #WORK_PER_PART} more per block and instruction, of which phis' arguments, since each becomes a move,
 * a quarter and a thirty-second; temporaries for which there is nothing left go {@link ToMemory}.
 *
 * <p>Only temporaries with more than one definition, or with a use their definition does not dominate, are touched; if there are any, copies go on the way, so that later passes see what
 * {@link Promote} left of loads and stores no more. An undefined value reads as {@link Ref#UNDEFINED}.
 */
public final class Ssa {
    private static final int WORK = 1 << 20, WORK_PER_PART = 64;

    private static final int NONE = -1;

    /** Dominance frontiers in rows. */
    private int[] frontierStart = new int[66];
    private int[] frontier = new int[128];
    private int[] children = new int[66];
    private int[] child = new int[64];

    /** By temporary: whether its name is given up; the block of the first definition; lists in {@link #link} of blocks that define it, and of those it is read in before that. */
    private boolean[] renamed = new boolean[256];
    private int[] home = new int[256], defined = new int[256], exposed = new int[256];
    /** Pairs (block, next). */
    private int[] link = new int[512];
    private int links;
    /** By block: the last temporary that put a phi there, is defined there, is live there. */
    private int[] phiFor = new int[64], definedFor = new int[64], liveFor = new int[64];
    private int[] work = new int[64];

    /** New phis as triples (block, old temporary, class), before they are put in place. */
    private int[] wanted = new int[96];
    private int wantedCount;
    /** Steps and phi arguments that are left. */
    private long budget, argumentBudget;
    private boolean[] dropped = new boolean[256];
    private final ToMemory toMemory = new ToMemory();
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

    private final int bound, boundPerPart;
    private Fn fn;
    private Cfg cfg;
    private Dominators dominators;

    public Ssa() {
        this(WORK, WORK_PER_PART);
    }

    /** With other bounds, for tests. */
    Ssa(int bound, int boundPerPart) {
        this.bound = bound;
        this.boundPerPart = boundPerPart;
    }

    public void run(Fn fn, Cfg cfg, Dominators dominators) {
        this.fn = fn;
        this.cfg = cfg;
        this.dominators = dominators;
        reserve();
        if (!select()) return;
        long parts = (long) fn.blocks + fn.insCount;
        budget = bound + boundPerPart * parts;
        argumentBudget = bound / 4 + boundPerPart * parts / 32;
        boolean few = frontiers(fn, cfg, dominators), all = true;
        links = 0;
        for (int b = 0; b < fn.blocks; b++) sites(b);
        wantedCount = 0;
        int before = fn.temporaries;
        Arrays.fill(dropped, 0, before, false);
        for (int t = Ref.FIRST_TEMPORARY; t < before; t++) {
            if (!renamed[t] || exposed[t] == NONE) continue; // no block reads what another left
            dropped[t] = !few || budget <= 0 || argumentBudget <= 0;
            if (dropped[t]) renamed[t] = all = false;
            else placePhis(t);
        }
        if (!all) toMemory.run(fn, cfg, dropped, before);
        insertPhis(fn, cfg);
        rename(fn, cfg, dominators, before);
    }

    private void reserve() {
        if (current.length < fn.temporaries) {
            int capacity = 2 * fn.temporaries;
            current = new int[capacity];
            renamed = new boolean[capacity];
            dropped = new boolean[capacity];
            home = new int[capacity];
            defined = new int[capacity];
            exposed = new int[capacity];
        }
        Arrays.fill(renamed, 0, fn.temporaries, false);
        Arrays.fill(home, 0, fn.temporaries, NONE);
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
        Arrays.fill(phiFor, 0, fn.blocks, NONE);
        Arrays.fill(definedFor, 0, fn.blocks, NONE);
        Arrays.fill(liveFor, 0, fn.blocks, NONE);
    }

    // ---- what is to be renamed ----

    /** Marks the temporaries that are not in SSA form; false if there are none. Dominators come first in reverse postorder: what is read before it was met is not dominated. */
    private boolean select() {
        any = false;
        for (int b = 0; b < fn.blocks; b++) {
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) meet(fn.phi[Fn.STRIDE * p + 1], b);
            int[] ins = fn.ins;
            for (int at = Fn.STRIDE * fn.insStart[b], end = Fn.STRIDE * fn.insEnd[b]; at < end; at += Fn.STRIDE) {
                look(ins[at + 2], b);
                look(ins[at + 3], b);
                meet(ins[at + 1], b);
            }
            look(fn.jumpArg[b], b);
        }
        for (int b = 0; b < fn.blocks; b++) {
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
                for (int a = fn.phi[Fn.STRIDE * p + 2], end = a + 2 * fn.phi[Fn.STRIDE * p + 3]; a < end; a += 2) look(fn.phiArg[a + 1], fn.phiArg[a]);
            }
        }
        return any;
    }

    private boolean any;

    private void meet(int ref, int b) {
        if (!Ref.isTmp(ref)) return;
        int t = Ref.value(ref);
        if (home[t] == NONE) home[t] = b;
        else give(t);
    }

    private void look(int ref, int b) {
        if (!Ref.isTmp(ref)) return;
        int t = Ref.value(ref), from = home[t];
        if (from != b && (from == NONE || !dominators.dominates(from, b))) give(t);
    }

    private void give(int t) {
        renamed[t] = any = true;
        defined[t] = exposed[t] = NONE;
    }

    /** Lists the block with the renamed temporaries that it defines, and that it reads before. */
    private void sites(int b) {
        for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) defines(fn.phi[Fn.STRIDE * p + 1], b);
        int[] ins = fn.ins;
        for (int at = Fn.STRIDE * fn.insStart[b], end = Fn.STRIDE * fn.insEnd[b]; at < end; at += Fn.STRIDE) {
            reads(ins[at + 2], b);
            reads(ins[at + 3], b);
            defines(ins[at + 1], b);
        }
        reads(fn.jumpArg[b], b);
        if (fn.s1[b] >= 0) carries(fn.s1[b], cfg.edge1[b] - cfg.predStart[fn.s1[b]], b);
        if (fn.s2[b] >= 0) carries(fn.s2[b], cfg.edge2[b] - cfg.predStart[fn.s2[b]], b);
    }

    private void carries(int to, int index, int b) {
        for (int p = fn.phiStart[to]; p < fn.phiEnd[to]; p++) reads(fn.phiArg[fn.phi[Fn.STRIDE * p + 2] + 2 * index + 1], b);
    }

    private void defines(int ref, int b) {
        int t = Ref.value(ref);
        if (Ref.isTmp(ref) && renamed[t] && last(defined[t]) != b) defined[t] = link(b, defined[t]);
    }

    private void reads(int ref, int b) {
        int t = Ref.value(ref);
        if (Ref.isTmp(ref) && renamed[t] && last(defined[t]) != b && last(exposed[t]) != b) exposed[t] = link(b, exposed[t]);
    }

    private int last(int list) {
        return list == NONE ? NONE : link[list];
    }

    private int link(int block, int next) {
        if (links + 2 > link.length) link = Arrays.copyOf(link, 2 * link.length);
        link[links] = block;
        link[links + 1] = next;
        links += 2;
        return links - 2;
    }

    // ---- phis ----

    /**
     * For each join and each of its predecessors: the join is in the frontier of every block from the predecessor up to the join's dominator.
     *
     * @return false, and no frontiers, if they are too large
     */
    private boolean frontiers(Fn fn, Cfg cfg, Dominators dominators) {
        int[] idom = dominators.idom, start = frontierStart;
        Arrays.fill(start, 0, fn.blocks + 2, 0);
        int total = walkFrontiers(fn, cfg, idom, false);
        if (total > budget) return false;
        for (int b = 2; b <= fn.blocks; b++) start[b] += start[b - 1];
        if (frontier.length < total) frontier = new int[2 * total];
        walkFrontiers(fn, cfg, idom, true);
        return true;
    }

    private int walkFrontiers(Fn fn, Cfg cfg, int[] idom, boolean fill) {
        int total = 0;
        int[] seen = work; // the last join that went up through a block: from there on its way is known
        Arrays.fill(seen, 0, fn.blocks, NONE);
        for (int b = 0; b < fn.blocks && total <= budget; b++) {
            if (cfg.predCount(b) < 2) continue;
            for (int p = cfg.predStart[b]; p < cfg.predStart[b + 1]; p++) {
                for (int up = cfg.pred[p]; up != idom[b] && seen[up] != b; up = idom[up], total++) {
                    seen[up] = b;
                    if (fill) frontier[frontierStart[up + 1]++] = b;
                    else frontierStart[up + 2]++;
                    if (up == 0) break;
                }
            }
        }
        return total;
    }

    private void placePhis(int t) {
        int sp = 0;
        for (int d = defined[t]; d != NONE; d = link[d + 1]) definedFor[link[d]] = t;
        live(t);
        for (int d = defined[t]; d != NONE; d = link[d + 1]) work[sp++] = link[d];
        while (sp > 0) {
            int b = work[--sp];
            budget -= frontierStart[b + 1] - frontierStart[b];
            for (int f = frontierStart[b]; f < frontierStart[b + 1]; f++) {
                int join = frontier[f];
                if (phiFor[join] == t || liveFor[join] != t) continue;
                phiFor[join] = t;
                want(join, t, fn.tmpClass[t]);
                argumentBudget -= cfg.predCount(join);
                if (definedFor[join] == t) continue;
                definedFor[join] = t;
                work[sp++] = join;
            }
        }
    }

    /** Marks the blocks into which {@code t} is live: upwards from its exposed reads to its definitions. */
    private void live(int t) {
        int sp = 0;
        for (int r = exposed[t]; r != NONE; r = link[r + 1]) sp = reach(link[r], t, sp);
        while (sp > 0) {
            int b = work[--sp];
            budget -= 1 + cfg.predCount(b);
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
        int kept = Fn.STRIDE * fn.insStart[b];
        int[] ins = fn.ins;
        for (int at = kept, end = Fn.STRIDE * fn.insEnd[b]; at < end; at += Fn.STRIDE) {
            int word = ins[at], first = read(ins[at + 2], before), second = read(ins[at + 3], before);
            if (Fn.op(word) == Op.NOP || Fn.op(word) == Op.COPY && stands(ins[at + 1], first, Fn.cls(word), before)) continue;
            ins[kept] = word;
            ins[kept + 1] = define(fn, ins[at + 1], before);
            ins[kept + 2] = first;
            ins[kept + 3] = second;
            kept += Fn.STRIDE;
        }
        fn.insEnd[b] = kept / Fn.STRIDE;
        fn.jumpArg[b] = read(fn.jumpArg[b], before);
        if (fn.s1[b] >= 0) arguments(fn, fn.s1[b], cfg.edge1[b] - cfg.predStart[fn.s1[b]], before);
        if (fn.s2[b] >= 0) arguments(fn, fn.s2[b], cfg.edge2[b] - cfg.predStart[fn.s2[b]], before);
    }

    private int read(int ref, int before) {
        int t = Ref.value(ref);
        return Ref.isTmp(ref) && t < before && renamed[t] ? current[t] : ref;
    }

    /** Whether what is copied may stand for the copy from here on, and if so, lets it: not the lower half of something, nor of an address, which phis must not take for a word. */
    private boolean stands(int to, int value, int cls, int before) {
        int t = Ref.value(to);
        if (!Ref.isTmp(to) || t < Ref.FIRST_TEMPORARY || t >= before) return false;
        if (Ref.isTmp(value) ? Ref.isRegister(value) || fn.tmpClass[Ref.value(value)] != cls : cls == Cls.W && value != Ref.UNDEFINED && !fn.isNumber(value)) return false;
        if (renamed[t]) remember(t);
        renamed[t] = true; // if it was not, its definition dominates all that reads it
        current[t] = value;
        return true;
    }

    private void remember(int t) {
        if (undoCount + 2 > undo.length) undo = Arrays.copyOf(undo, 2 * undo.length);
        undo[undoCount++] = t;
        undo[undoCount++] = current[t];
    }

    private int define(Fn fn, int to, int before) {
        int t = Ref.value(to);
        if (!Ref.isTmp(to) || t >= before || !renamed[t]) return to;
        int fresh = Ref.tmp(fn.newTemporary(fn.tmpClass[t], fn.tmpName[t] == 0 ? 0 : fn.tmpName[t] | Fn.VERSION));
        remember(t);
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
