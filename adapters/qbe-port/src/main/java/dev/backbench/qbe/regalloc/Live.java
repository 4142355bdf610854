package dev.backbench.qbe.regalloc;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Ref;
import dev.backbench.qbe.pass.Cfg;
import java.util.Arrays;

/**
 * Which temporaries are live where blocks begin, in rows, for SSA form; and phi arguments in rows by the block they come from.
 *
 * <p>Each use walks up to its definition, a temporary at a time, and stops where the same temporary was before (Boissinot and others, "Computing liveness sets for SSA-form
 * programs", 2011): linear in the size of the answer, which a function may drive to the square of its own; so there is a bound on it. What is live at a block's end is the union of its successors' rows and of its own phi arguments.
 */
public final class Live {
    /** Live at the entry of block b, without the results of its phis: {@code tmp[start[b] .. start[b + 1])}, ascending. */
    public int[] start = new int[66];
    public int[] tmp = new int[1024];
    /** Phi arguments that come from block b: {@code [sourceStart[b], sourceStart[b + 1])}. */
    public int[] sourceStart = new int[66];
    public int[] sourcePhi = new int[256];
    public int[] sourceRef = new int[256];
    /** By phi: the block it stands in. */
    public int[] phiBlock = new int[256];
    /** By temporary: the block that defines it. */
    public int[] defBlock = new int[256];

    private Fn fn;
    private Cfg cfg;
    /** Pairs (temporary, block) of uses that another block's definition reaches, then the same by temporary. */
    private int[] pairs = new int[1024];
    private int pairCount;
    private int[] first = new int[258];
    private int[] sorted = new int[512];
    private int[] seen = new int[256];
    /** The answer by temporary: blocks, {@code [foundStart[t], foundStart[t + 1])}. */
    private int[] found = new int[1024];
    private int[] foundStart = new int[258];
    private int foundCount;
    private int[] mark = new int[64];
    private int[] work = new int[64];

    /**
     * @param limit the most entries that the rows may have
     * @return false if they would have more: then only {@link #defBlock} and phi arguments by source are there
     */
    public boolean compute(Fn fn, Cfg cfg, int limit) {
        this.fn = fn;
        this.cfg = cfg;
        reserve();
        definitions();
        sources();
        pairCount = foundCount = 0;
        Arrays.fill(seen, 0, fn.temporaries, -1);
        for (int b = 0; b < fn.blocks; b++) uses(b);
        sortPairs();
        Arrays.fill(mark, 0, fn.blocks, -1);
        for (int t = Ref.FIRST_TEMPORARY; t < fn.temporaries; t++) {
            foundStart[t] = foundCount;
            for (int at = first[t]; at < first[t + 1]; at++) walk(t, sorted[at]);
            if (foundCount > limit) return false;
        }
        foundStart[fn.temporaries] = foundCount;
        rows();
        return true;
    }

    private void reserve() {
        int blocks = fn.blocks, temporaries = fn.temporaries;
        if (mark.length < blocks) {
            int capacity = Integer.highestOneBit(blocks) << 1;
            start = new int[capacity + 2];
            sourceStart = new int[capacity + 2];
            mark = new int[capacity];
            work = new int[capacity];
        }
        if (defBlock.length < temporaries) {
            int capacity = Integer.highestOneBit(temporaries) << 1;
            defBlock = new int[capacity];
            seen = new int[capacity];
            first = new int[capacity + 2];
            foundStart = new int[capacity + 2];
        }
        if (phiBlock.length < fn.phiCount) phiBlock = new int[2 * fn.phiCount];
    }

    private void definitions() {
        for (int b = 0; b < fn.blocks; b++) {
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) defBlock[Ref.value(fn.phi[Fn.STRIDE * p + 1])] = b;
            for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
                int to = fn.ins[Fn.STRIDE * i + 1];
                if (isTemporary(to)) defBlock[Ref.value(to)] = b;
            }
        }
    }

    /** Whether the operand is a temporary of the function's own. */
    static boolean isTemporary(int ref) {
        return (ref & 7) == Ref.TMP && ref >= Ref.FIRST_TEMPORARY << 3;
    }

    /** Files phi arguments under the blocks they come from. */
    private void sources() {
        int blocks = fn.blocks, total = 0;
        Arrays.fill(sourceStart, 0, blocks + 2, 0);
        for (int b = 0; b < blocks; b++) {
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
                phiBlock[p] = b;
                int from = fn.phi[Fn.STRIDE * p + 2], count = fn.phi[Fn.STRIDE * p + 3];
                total += count;
                for (int a = from; a < from + 2 * count; a += 2) sourceStart[fn.phiArg[a] + 2]++;
            }
        }
        if (sourcePhi.length < total) {
            sourcePhi = new int[2 * total];
            sourceRef = new int[2 * total];
        }
        for (int b = 2; b <= blocks; b++) sourceStart[b] += sourceStart[b - 1];
        for (int b = 0; b < blocks; b++) {
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
                for (int a = fn.phi[Fn.STRIDE * p + 2], end = a + 2 * fn.phi[Fn.STRIDE * p + 3]; a < end; a += 2) {
                    int at = sourceStart[fn.phiArg[a] + 1]++;
                    sourcePhi[at] = p;
                    sourceRef[at] = fn.phiArg[a + 1];
                }
            }
        }
    }

    private void uses(int b) {
        int[] ins = fn.ins;
        for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
            use(ins[Fn.STRIDE * i + 2], b);
            use(ins[Fn.STRIDE * i + 3], b);
        }
        use(fn.jumpArg[b], b);
        for (int s = sourceStart[b]; s < sourceStart[b + 1]; s++) use(sourceRef[s], b);
    }

    private void use(int ref, int b) {
        if (isTemporary(ref)) {
            int t = Ref.value(ref);
            if (defBlock[t] == b || seen[t] == b) return;
            seen[t] = b;
            if (pairCount + 2 > pairs.length) pairs = Arrays.copyOf(pairs, 2 * pairs.length);
            pairs[pairCount++] = t;
            pairs[pairCount++] = b;
        } else if (Ref.kind(ref) == Ref.MEM) {
            use(fn.mem[Fn.STRIDE * Ref.value(ref) + 1], b);
            use(fn.mem[Fn.STRIDE * Ref.value(ref) + 2], b);
        }
    }

    private void sortPairs() {
        int temporaries = fn.temporaries;
        Arrays.fill(first, 0, temporaries + 2, 0);
        for (int p = 0; p < pairCount; p += 2) first[pairs[p] + 2]++;
        for (int t = 2; t <= temporaries; t++) first[t] += first[t - 1];
        if (sorted.length < pairCount / 2) sorted = new int[pairCount];
        for (int p = 0; p < pairCount; p += 2) sorted[first[pairs[p] + 1]++] = pairs[p + 1];
    }

    /** Marks the temporary live at the entry of {@code b} and of every block on the ways up to its definition. */
    private void walk(int t, int b) {
        if (mark[b] == t) return;
        int[] work = this.work, mark = this.mark;
        int count = 0, def = defBlock[t];
        mark[b] = t;
        work[count++] = b;
        while (count > 0) {
            int block = work[--count];
            if (foundCount == found.length) found = Arrays.copyOf(found, 2 * foundCount);
            found[foundCount++] = block;
            for (int p = cfg.predStart[block]; p < cfg.predStart[block + 1]; p++) {
                int source = cfg.pred[p];
                if (source == def || mark[source] == t) continue;
                mark[source] = t;
                work[count++] = source;
            }
        }
    }

    private void rows() {
        int blocks = fn.blocks;
        Arrays.fill(start, 0, blocks + 2, 0);
        for (int f = 0; f < foundCount; f++) start[found[f] + 2]++;
        for (int b = 2; b <= blocks; b++) start[b] += start[b - 1];
        if (tmp.length < foundCount) tmp = new int[foundCount + foundCount / 2];
        for (int t = Ref.FIRST_TEMPORARY; t < fn.temporaries; t++) {
            for (int f = foundStart[t]; f < foundStart[t + 1]; f++) tmp[start[found[f] + 1]++] = t;
        }
    }
}
