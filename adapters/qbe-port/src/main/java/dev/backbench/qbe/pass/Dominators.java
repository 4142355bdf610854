package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Fn;
import java.util.Arrays;

/**
 * Immediate dominators and constant-time dominance for a function whose blocks are in reverse postorder ({@link Cfg}).
 *
 * <p>Semi-NCA (Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems", 2005), which numbers blocks in depth-first preorder: the simpler fixed-point
 * method takes quadratic time on many branches to one exit.
 */
public final class Dominators {
    /** By block; the start's is itself. */
    public int[] idom = new int[64];
    /** Depth in the dominator tree, 0 for the start. */
    public int[] depth = new int[64];
    /** An ancestor at a distance that grows with the depth (Myers, "An Applicative Random-Access Stack", 1983). */
    private int[] skip = new int[64];
    /** a dominates b iff {@code first[a] <= first[b] && first[b] <= last[a]}. */
    private int[] first = new int[64], last = new int[64];

    private int[] preorder = new int[64]; // by block; the arrays below are by preorder number
    private int[] block = new int[64];
    private int[] parent = new int[64];
    private int[] semi = new int[64];
    private int[] label = new int[64];
    private int[] ancestor = new int[64];
    private int[] up = new int[64];
    private int[] stack = new int[128];

    public void compute(Fn fn, Cfg cfg) {
        reserve(fn.blocks);
        number(fn);
        semidominators(fn.blocks, cfg);
        immediate(fn.blocks);
        intervals(fn.blocks);
    }

    /** Whether every path from the start to {@code b} passes {@code a}; a block dominates itself. */
    public boolean dominates(int a, int b) {
        return first[a] <= first[b] && first[b] <= last[a];
    }

    /** The deepest block that dominates both, in logarithmic time: skips are taken where they do not lead too high. */
    public int common(int a, int b) {
        int[] depth = this.depth, idom = this.idom, skip = this.skip;
        if (depth[a] < depth[b]) {
            int deeper = b;
            b = a;
            a = deeper;
        }
        while (depth[a] > depth[b]) a = depth[skip[a]] >= depth[b] ? skip[a] : idom[a];
        while (a != b) {
            boolean far = skip[a] != skip[b];
            a = far ? skip[a] : idom[a];
            b = far ? skip[b] : idom[b];
        }
        return a;
    }

    private void number(Fn fn) {
        int[] preorder = this.preorder, stack = this.stack;
        Arrays.fill(preorder, 0, fn.blocks, -1);
        int count = 0, sp = 0;
        preorder[0] = 0;
        block[count++] = 0;
        stack[sp++] = 0;
        stack[sp++] = 0;
        while (sp > 0) {
            int source = stack[sp - 2], way = stack[sp - 1]++;
            if (way == 2) {
                sp -= 2;
                continue;
            }
            int target = way == 0 ? fn.s1[source] : fn.s2[source];
            if (target < 0 || preorder[target] >= 0) continue;
            preorder[target] = count;
            parent[count] = preorder[source];
            block[count++] = target;
            stack[sp++] = target;
            stack[sp++] = 0;
        }
    }

    private void semidominators(int blocks, Cfg cfg) {
        for (int n = 0; n < blocks; n++) {
            semi[n] = label[n] = n;
            ancestor[n] = parent[n];
        }
        for (int n = blocks - 1; n > 0; n--) {
            int target = block[n], least = parent[n];
            for (int p = cfg.predStart[target]; p < cfg.predStart[target + 1]; p++) {
                int source = preorder[cfg.pred[p]];
                least = Math.min(least, semi[source > n ? leastOnPath(source, n) : source]);
            }
            semi[n] = least;
        }
    }

    private int leastOnPath(int number, int unlinked) {
        int[] ancestor = this.ancestor, label = this.label, semi = this.semi, path = stack;
        int length = 0, top = number;
        while (ancestor[top] > unlinked) {
            path[length++] = top;
            top = ancestor[top];
        }
        while (length > 0) {
            int below = path[--length], above = ancestor[below];
            if (semi[label[above]] < semi[label[below]]) label[below] = label[above];
            ancestor[below] = ancestor[above];
        }
        return label[number];
    }

    private void immediate(int blocks) {
        up[0] = 0;
        for (int n = 1; n < blocks; n++) {
            int d = parent[n];
            while (d > semi[n]) d = up[d];
            up[n] = d;
        }
        for (int n = 0; n < blocks; n++) idom[block[n]] = block[up[n]];
    }

    /** Reverse postorder lists a dominator before what it dominates, so that one walk down it sees parents first. */
    private void intervals(int blocks) {
        int[] free = stack;
        Arrays.fill(last, 0, blocks, 1);
        for (int b = blocks - 1; b > 0; b--) last[idom[b]] += last[b];
        first[0] = depth[0] = skip[0] = 0;
        free[0] = 1;
        last[0] = blocks - 1;
        for (int b = 1; b < blocks; b++) {
            int size = last[b], d = idom[b];
            first[b] = free[d];
            free[d] += size;
            free[b] = first[b] + 1;
            last[b] = first[b] + size - 1;
            depth[b] = depth[d] + 1;
            int above = skip[d];
            skip[b] = depth[d] - depth[above] == depth[above] - depth[skip[above]] ? skip[above] : d;
        }
    }

    private void reserve(int blocks) {
        if (idom.length >= blocks) return;
        int capacity = Integer.highestOneBit(blocks) << 1;
        idom = new int[capacity];
        depth = new int[capacity];
        skip = new int[capacity];
        first = new int[capacity];
        last = new int[capacity];
        preorder = new int[capacity];
        block = new int[capacity];
        parent = new int[capacity];
        semi = new int[capacity];
        label = new int[capacity];
        ancestor = new int[capacity];
        up = new int[capacity];
        stack = new int[2 * capacity];
    }
}
