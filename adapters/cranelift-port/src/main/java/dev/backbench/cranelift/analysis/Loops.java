package dev.backbench.cranelift.analysis;

import dev.backbench.cranelift.ir.Function;
import java.util.Arrays;

/**
 * Natural loops: a header and all that reaches one of its back edges without passing it. Headers are visited inner loops first, and a loop found before is passed over as a whole by way of its
 * outermost parent, so each block is walked about once. Edges into the middle of a cycle make no loop. Reused.
 */
public final class Loops {
    public static final int NONE = -1;
    private int loops;
    private int[] header = new int[16], parent = new int[16], depth = new int[16];
    /** A loop around this one, or itself; shortens the way to the outermost. */
    private int[] around = new int[16];
    private int[] loopOf = new int[32], stack = new int[32];

    public void compute(Function f, Cfg cfg, Dominators tree) {
        int blocks = f.blocks();
        if (loopOf.length < blocks) loopOf = new int[2 * blocks];
        Arrays.fill(loopOf, 0, blocks, NONE);
        loops = 0;
        for (int i = 0; i < tree.reached(); i++) find(cfg, tree, tree.postorder(i));
        for (int loop = loops - 1; loop >= 0; loop--) depth[loop] = parent[loop] == NONE ? 1 : depth[parent[loop]] + 1;
    }

    private void find(Cfg cfg, Dominators tree, int head) {
        int pending = 0, loop = NONE;
        for (int i = 0, n = cfg.predecessorCount(head); i < n; i++) {
            int latch = cfg.predecessor(head, i);
            if (!tree.isReachable(latch) || !tree.dominates(head, latch)) continue;
            if (loop == NONE) loop = newLoop(head);
            pending = push(pending, latch);
        }
        while (pending > 0) {
            int block = stack[--pending], inner = outermost(loopOf[block]);
            if (inner == loop) continue;
            int entry = block;
            if (inner == NONE) {
                loopOf[block] = loop;
            } else {
                parent[inner] = around[inner] = loop;
                entry = header[inner];
            }
            if (entry == head) continue;
            for (int i = 0, n = cfg.predecessorCount(entry); i < n; i++) {
                int before = cfg.predecessor(entry, i);
                if (tree.isReachable(before) && outermost(loopOf[before]) != loop) pending = push(pending, before);
            }
        }
    }

    private int newLoop(int head) {
        if (loops == header.length) {
            header = Arrays.copyOf(header, 2 * loops);
            parent = Arrays.copyOf(parent, 2 * loops);
            depth = Arrays.copyOf(depth, 2 * loops);
            around = Arrays.copyOf(around, 2 * loops);
        }
        header[loops] = head;
        parent[loops] = NONE;
        around[loops] = loops;
        loopOf[head] = loops;
        return loops++;
    }

    private int push(int pending, int block) {
        if (pending == stack.length) stack = Arrays.copyOf(stack, 2 * pending);
        stack[pending] = block;
        return pending + 1;
    }

    private int outermost(int loop) {
        if (loop == NONE) return NONE;
        while (around[loop] != loop) loop = around[loop] = around[around[loop]];
        return loop;
    }

    /** The innermost loop that a block lies in, -1 where in none. */
    public int loopOf(int block) {
        return loopOf[block];
    }

    public int header(int loop) {
        return header[loop];
    }

    /** -1 where there is none. */
    public int parent(int loop) {
        return parent[loop];
    }

    /** Whether {@code block} lies in {@code loop}, at any depth. */
    public boolean contains(int loop, int block) {
        for (int l = loopOf[block]; l != NONE; l = parent[l]) if (l == loop) return true;
        return false;
    }

    /** How many loops a block lies in. */
    public int depth(int block) {
        return loopOf[block] == NONE ? 0 : depth[loopOf[block]];
    }
}
