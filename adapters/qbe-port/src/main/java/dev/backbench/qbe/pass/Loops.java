package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Printer;
import java.util.Arrays;

/**
 * The nesting of natural loops: for each block the header of the innermost loop it is in, and how many loops that is inside.
 *
 * <p>Headers are visited innermost first; what a loop contains is collapsed into its header by union-find (Tarjan, "Testing Flow Graph Reducibility", 1974), so that
 * each edge is walked once however deep loops nest. A retreating edge whose target does not dominate its source makes no loop.
 */
public final class Loops {
    /** By block: the header of the innermost loop around it, of a header the loop it heads; -1 outside loops. */
    public int[] header = new int[64];
    /** By block: the header of the loop around the loop (headers) or around the block (others); -1 for none. */
    public int[] parent = new int[64];
    /** By block: the number of loops around it, its own included for a header. */
    public int[] depth = new int[64];
    /** How many blocks the function had. */
    public int blocks;

    private int[] collapsed = new int[64];
    private int[] work = new int[64];

    public void compute(Fn fn, Cfg cfg, Dominators dominators) {
        blocks = fn.blocks;
        if (header.length < blocks) {
            int capacity = Integer.highestOneBit(blocks) << 1;
            header = new int[capacity];
            parent = new int[capacity];
            depth = new int[capacity];
            collapsed = new int[capacity];
            work = new int[capacity];
        }
        Arrays.fill(header, 0, blocks, -1);
        Arrays.fill(parent, 0, blocks, -1);
        for (int b = 0; b < blocks; b++) collapsed[b] = b;
        for (int h = blocks - 1; h >= 0; h--) collect(h, cfg, dominators);
        for (int b = 0; b < blocks; b++) {
            boolean heads = header[b] == b;
            if (!heads) header[b] = parent[b];
            depth[b] = (heads ? 1 : 0) + (parent[b] < 0 ? 0 : depth[parent[b]]);
        }
    }

    /** A dump's comment: {@code loop depth 2, header @b}. */
    public String notes(Fn fn, int b, Printer printer) {
        return "loop depth " + depth[b] + (header[b] < 0 ? "" : ", header " + printer.label(header[b])) + '\n';
    }

    private void collect(int h, Cfg cfg, Dominators dominators) {
        int count = 0;
        for (int p = cfg.predStart[h]; p < cfg.predStart[h + 1]; p++) {
            if (!dominators.dominates(h, cfg.pred[p])) continue;
            header[h] = h;
            count = enter(h, cfg.pred[p], count);
        }
        while (count > 0) {
            int b = work[--count];
            for (int p = cfg.predStart[b]; p < cfg.predStart[b + 1]; p++) {
                if (dominators.dominates(h, cfg.pred[p])) count = enter(h, cfg.pred[p], count);
            }
        }
    }

    private int enter(int h, int b, int count) {
        int top = find(b);
        if (top == h) return count;
        parent[top] = collapsed[top] = h;
        work[count] = top;
        return count + 1;
    }

    private int find(int b) {
        int[] collapsed = this.collapsed;
        while (collapsed[b] != b) {
            collapsed[b] = collapsed[collapsed[b]];
            b = collapsed[b];
        }
        return b;
    }
}
