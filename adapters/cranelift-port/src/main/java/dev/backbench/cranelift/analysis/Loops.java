package dev.backbench.cranelift.analysis;

import java.util.Arrays;

/**
 * Natural loops: a header and all blocks from which a predecessor that the header dominates is reached without passing the header. Loops of one header are one. Reused.
 */
public final class Loops {
    public static final int NONE = -1;
    private int loops;
    /** By loop, outer loops of a nest after inner ones' headers in reverse postorder: header, loop around it, how deep. */
    private int[] header = new int[16], parent = new int[16], depth = new int[16];
    /** By block: the innermost loop. */
    private int[] innermost = new int[32];
    private int[] stack = new int[32];

    public void compute(Cfg cfg, Dominators tree, int blocks) {
        if (innermost.length < blocks) {
            innermost = new int[blocks * 2];
            stack = new int[blocks * 2];
        }
        Arrays.fill(innermost, 0, blocks, NONE);
        loops = 0;
        // Headers in postorder: an inner loop's header comes before those of the loops around it.
        for (int i = 0; i < tree.reached(); i++) {
            int block = tree.postorder(i), loop = NONE;
            for (int p = 0, n = cfg.predecessorCount(block); p < n; p++) {
                int from = cfg.predecessor(block, p);
                if (!tree.isReachable(from) || !tree.dominates(block, from)) continue;
                if (loop == NONE) loop = newLoop(block);
                collect(cfg, tree, loop, from);
            }
        }
        for (int loop = loops - 1; loop >= 0; loop--) depth[loop] = parent[loop] == NONE ? 1 : depth[parent[loop]] + 1;
    }

    private int newLoop(int block) {
        if (loops == header.length) {
            header = Arrays.copyOf(header, loops * 2);
            parent = Arrays.copyOf(parent, loops * 2);
            depth = Arrays.copyOf(depth, loops * 2);
        }
        header[loops] = block;
        parent[loops] = NONE;
        return loops++;
    }

    /** Backwards from a latch. Blocks of a loop found before are passed by way of the outermost loop they are in so far. */
    private void collect(Cfg cfg, Dominators tree, int loop, int latch) {
        int pending = 0;
        stack[pending++] = latch;
        while (pending > 0) {
            int block = stack[--pending], inner = innermost[block];
            if (inner == NONE) {
                innermost[block] = loop;
            } else {
                while (parent[inner] != NONE && inner != loop) inner = parent[inner];
                if (inner == loop) continue;
                parent[inner] = loop;
                block = header[inner];
            }
            if (block == header[loop]) continue;
            for (int p = 0, n = cfg.predecessorCount(block); p < n; p++) {
                int from = cfg.predecessor(block, p);
                if (!tree.isReachable(from)) continue;
                if (pending == stack.length) stack = Arrays.copyOf(stack, pending * 2);
                stack[pending++] = from;
            }
        }
        if (innermost[header[loop]] == NONE) innermost[header[loop]] = loop;
    }

    /** {@link #NONE} where the block is in no loop. */
    public int innermost(int block) {
        return innermost[block];
    }

    public int header(int loop) {
        return header[loop];
    }

    /** The loop around it, {@link #NONE} for an outermost one. */
    public int parent(int loop) {
        return parent[loop];
    }

    /** How many loops the block lies in. */
    public int depth(int block) {
        return innermost[block] == NONE ? 0 : depth[innermost[block]];
    }

    /** Whether {@code block} lies in {@code loop}, at any depth. */
    public boolean contains(int loop, int block) {
        for (int l = innermost[block]; l != NONE; l = parent[l]) if (l == loop) return true;
        return false;
    }
}
