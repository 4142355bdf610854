package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Jump;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/**
 * Puts a function's blocks into reverse postorder, drops those that the start cannot reach (and their phi arguments), and lists predecessors. Afterwards a
 * block's number is its position in that order: forward edges lead to higher numbers, and a dominator has the lower one. Phi arguments are put into the order of {@link #pred}.
 *
 * <p>A branch whose two ways are one becomes a jump. Linear in blocks, edges and phi arguments; the depth-first stack is explicit.
 */
public final class Cfg {
    /** Predecessors in rows: those of block b are {@code pred[predStart[b] .. predStart[b + 1])}. */
    public int[] predStart = new int[66];
    public int[] pred = new int[128];

    /** By block: where it stands in the rows of {@link #pred} as the source of its edge to {@code s1} and to {@code s2}. */
    public int[] edge1 = new int[64], edge2 = new int[64];

    private int[] order = new int[64];
    private int[] number = new int[64];
    private int[] stack = new int[128];
    private int[] column = new int[64];
    private long[] names = new long[64];

    public void compute(Fn fn) {
        reserve(fn.blocks);
        int reached = postorder(fn);
        boolean same = reached == fn.blocks;
        for (int i = 0; i < reached; i++) same &= order[i] == i;
        if (!same) renumber(fn, reached);
        predecessors(fn);
        for (int b = 0; b < fn.blocks; b++) if (fn.phiStart[b] < fn.phiEnd[b]) orderArguments(fn, b);
    }

    public int predCount(int block) {
        return predStart[block + 1] - predStart[block];
    }

    private void reserve(int blocks) {
        if (order.length >= blocks) return;
        int capacity = Integer.highestOneBit(blocks) << 1;
        order = new int[capacity];
        number = new int[capacity];
        stack = new int[2 * capacity];
        column = new int[capacity];
        names = new long[capacity];
        edge1 = new int[capacity];
        edge2 = new int[capacity];
        predStart = new int[capacity + 2];
        pred = new int[2 * capacity];
    }

    /** Fills {@link #order} with reached blocks in reverse postorder, the false branch first so that the true one comes next in the code. */
    private int postorder(Fn fn) {
        int[] number = this.number, stack = this.stack, order = this.order;
        int blocks = fn.blocks;
        Arrays.fill(number, 0, blocks, -1);
        int sp = 0, at = blocks;
        number[0] = 0;
        stack[sp++] = 0;
        stack[sp++] = 0;
        while (sp > 0) {
            int block = stack[sp - 2], way = stack[sp - 1]++;
            if (way == 2) {
                order[--at] = block;
                sp -= 2;
                continue;
            }
            if (way == 0 && fn.jump[block] == Jump.JNZ && fn.s1[block] == fn.s2[block]) straighten(fn, block);
            int target = way == 0 ? fn.s2[block] : fn.s1[block];
            if (target < 0 || number[target] >= 0) continue;
            number[target] = 0;
            stack[sp++] = target;
            stack[sp++] = 0;
        }
        System.arraycopy(order, at, order, 0, blocks - at);
        return blocks - at;
    }

    private static void straighten(Fn fn, int block) {
        fn.jump[block] = Jump.JMP;
        fn.jumpArg[block] = Ref.NONE;
        fn.s2[block] = -1;
    }

    private void renumber(Fn fn, int reached) {
        int[] order = this.order, number = this.number;
        Arrays.fill(number, 0, fn.blocks, -1);
        for (int i = 0; i < reached; i++) number[order[i]] = i;
        permute(fn.insStart, reached);
        permute(fn.insEnd, reached);
        permute(fn.phiStart, reached);
        permute(fn.phiEnd, reached);
        permute(fn.jump, reached);
        permute(fn.jumpArg, reached);
        permute(fn.s1, reached);
        permute(fn.s2, reached);
        for (int i = 0; i < reached; i++) names[i] = fn.blockName[order[i]];
        System.arraycopy(names, 0, fn.blockName, 0, reached);
        fn.blocks = reached;
        for (int b = 0; b < reached; b++) {
            if (fn.s1[b] >= 0) fn.s1[b] = number[fn.s1[b]];
            if (fn.s2[b] >= 0) fn.s2[b] = number[fn.s2[b]];
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) renumberPhi(fn, p);
        }
    }

    private void permute(int[] values, int reached) {
        for (int i = 0; i < reached; i++) column[i] = values[order[i]];
        System.arraycopy(column, 0, values, 0, reached);
    }

    private void renumberPhi(Fn fn, int p) {
        int at = Fn.STRIDE * p, from = fn.phi[at + 2], kept = from;
        for (int a = from, end = from + 2 * fn.phi[at + 3]; a < end; a += 2) {
            int source = number[fn.phiArg[a]];
            if (source < 0) continue;
            fn.phiArg[kept] = source;
            fn.phiArg[kept + 1] = fn.phiArg[a + 1];
            kept += 2;
        }
        fn.phi[at + 3] = (kept - from) / 2;
    }

    private void predecessors(Fn fn) {
        int[] start = predStart, pred = this.pred, s1 = fn.s1, s2 = fn.s2;
        int blocks = fn.blocks;
        Arrays.fill(start, 0, blocks + 2, 0);
        for (int b = 0; b < blocks; b++) {
            if (s1[b] >= 0) start[s1[b] + 2]++;
            if (s2[b] >= 0) start[s2[b] + 2]++;
        }
        for (int b = 2; b <= blocks; b++) start[b] += start[b - 1];
        for (int b = 0; b < blocks; b++) {
            if (s1[b] >= 0) pred[edge1[b] = start[s1[b] + 1]++] = b;
            if (s2[b] >= 0) pred[edge2[b] = start[s2[b] + 1]++] = b;
        }
    }

    private void orderArguments(Fn fn, int b) {
        int from = predStart[b], count = predCount(b);
        for (int i = 0; i < count; i++) number[pred[from + i]] = i;
        if (stack.length < count) stack = new int[2 * count];
        for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
            int first = fn.phi[Fn.STRIDE * p + 2];
            assert fn.phi[Fn.STRIDE * p + 3] == count : "phi " + p + " of block " + b + " has not an argument per predecessor";
            boolean ordered = true;
            for (int i = 0; i < count && ordered; i++) ordered = fn.phiArg[first + 2 * i] == pred[from + i];
            if (ordered) continue;
            for (int i = 0; i < count; i++) stack[number[fn.phiArg[first + 2 * i]]] = fn.phiArg[first + 2 * i + 1];
            for (int i = 0; i < count; i++) {
                fn.phiArg[first + 2 * i] = pred[from + i];
                fn.phiArg[first + 2 * i + 1] = stack[i];
            }
        }
    }
}
