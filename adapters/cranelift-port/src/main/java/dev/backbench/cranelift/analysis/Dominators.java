package dev.backbench.cranelift.analysis;

import dev.backbench.cranelift.ir.Function;
import java.util.Arrays;

/**
 * The dominator tree by Cooper, Harvey and Kennedy ("A Simple, Fast Dominance Algorithm", 2001): intersections over the reverse postorder until nothing changes, two
 * rounds for reducible graphs. While the tree stands still an intersection climbs it by links to far ancestors (Myers, "An Applicative Random-Access Stack", 1983),
 * in logarithmic time: many branches from a deep chain to one block would otherwise climb all of it each. Afterwards blocks are numbered along the tree, so that
 * dominance is two comparisons. Reused.
 */
public final class Dominators {
    private static final int NONE = -1;
    private int[] postorder = new int[32];
    private int reached;
    /** By block: place in the postorder, immediate dominator, first and last number along the tree. */
    private int[] order = new int[32], idom = new int[32], enter = new int[32], leave = new int[32];
    /** By block: depth in the tree, and an ancestor far up. */
    private int[] depth = new int[32], far = new int[32];
    /** Whether {@link #far} belongs to the tree as it is. */
    private boolean linked;
    private int[] stack = new int[32], position = new int[32], child = new int[32], sibling = new int[32];

    public void compute(Function f, Cfg cfg) {
        int blocks = f.blocks();
        if (order.length < blocks) grow(blocks * 2);
        Arrays.fill(order, 0, blocks, NONE);
        Arrays.fill(idom, 0, blocks, NONE);
        reached = 0;
        int entry = f.layout.entry();
        if (entry < 0) return;
        walk(cfg, entry);
        idom[entry] = far[entry] = entry;
        depth[entry] = 0;
        linked = true;
        for (int i = reached - 2; i >= 0; i--) {
            int block = postorder[i];
            idom[block] = intersectPredecessors(cfg, block);
            link(block);
        }
        while (round(cfg)) for (int i = reached - 2; i >= 0; i--) link(postorder[i]);
        idom[entry] = NONE;
        number(entry);
    }

    /** @return whether the tree changed */
    private boolean round(Cfg cfg) {
        linked = true;
        for (int i = reached - 2; i >= 0; i--) {
            int block = postorder[i], dominator = intersectPredecessors(cfg, block);
            linked &= idom[block] == dominator;
            idom[block] = dominator;
        }
        return !linked;
    }

    /** Of a block whose dominator is linked: as far as that one's link and the next together where these are as long as each other. */
    private void link(int block) {
        int parent = idom[block], next = far[parent];
        depth[block] = depth[parent] + 1;
        far[block] = depth[parent] - depth[next] == depth[next] - depth[far[next]] ? far[next] : parent;
    }

    private void grow(int size) {
        postorder = new int[size];
        order = new int[size];
        idom = new int[size];
        enter = new int[size];
        leave = new int[size];
        stack = new int[size];
        position = new int[size];
        depth = new int[size];
        far = new int[size];
        child = new int[size];
        sibling = new int[size];
    }

    /** Depth first, successors in their order. While a block is on the stack its order is -2. */
    private void walk(Cfg cfg, int entry) {
        int depth = 0;
        stack[0] = entry;
        position[0] = 0;
        order[entry] = -2;
        while (depth >= 0) {
            int block = stack[depth];
            if (position[depth] == cfg.successorCount(block)) {
                order[block] = reached;
                postorder[reached++] = block;
                depth--;
                continue;
            }
            int next = cfg.successor(block, position[depth]++);
            if (order[next] != NONE) continue;
            order[next] = -2;
            stack[++depth] = next;
            position[depth] = 0;
        }
    }

    private int intersectPredecessors(Cfg cfg, int block) {
        int dominator = NONE;
        for (int i = 0, n = cfg.predecessorCount(block); i < n; i++) {
            int p = cfg.predecessor(block, i);
            if (idom[p] == NONE) continue;
            dominator = dominator == NONE ? p : intersect(dominator, p);
        }
        return dominator;
    }

    private int intersect(int a, int b) {
        return linked ? climb(a, b) : walkUp(a, b);
    }

    private int climb(int a, int b) {
        while (depth[a] > depth[b]) a = depth[far[a]] >= depth[b] ? far[a] : idom[a];
        while (depth[b] > depth[a]) b = depth[far[b]] >= depth[a] ? far[b] : idom[b];
        while (a != b) {
            boolean near = far[a] == far[b];
            a = near ? idom[a] : far[a];
            b = near ? idom[b] : far[b];
        }
        return a;
    }

    private int walkUp(int a, int b) {
        while (a != b) {
            if (order[a] < order[b]) a = idom[a];
            else b = idom[b];
        }
        return a;
    }

    /** Children in reverse postorder. */
    private void number(int entry) {
        for (int i = 0; i < reached; i++) child[postorder[i]] = NONE;
        for (int i = 0; i < reached - 1; i++) {
            int block = postorder[i], parent = idom[block];
            sibling[block] = child[parent];
            child[parent] = block;
        }
        sibling[entry] = NONE;
        int count = 0;
        for (int block = entry; block != NONE;) {
            enter[block] = count++;
            if (child[block] != NONE) {
                block = child[block];
                continue;
            }
            leave[block] = count;
            while (block != entry && sibling[block] == NONE) {
                block = idom[block];
                leave[block] = count;
            }
            block = block == entry ? NONE : sibling[block];
        }
    }

    /** Blocks reached from the entry. */
    public int reached() {
        return reached;
    }

    /** The {@code i}th block in postorder; the entry is the last. */
    public int postorder(int i) {
        return postorder[i];
    }

    public boolean isReachable(int block) {
        return order[block] >= 0;
    }

    /** Whether {@code a} is {@code b} or comes after it in the reverse postorder: an edge from {@code a} to {@code b} closes a cycle. Both reachable. */
    public boolean isBehind(int a, int b) {
        return order[a] <= order[b];
    }

    /** -1 for the entry and for blocks that are not reached. */
    public int idom(int block) {
        return idom[block];
    }

    /** The first child in the tree, -1 where there is none; then {@link #sibling}. */
    public int child(int block) {
        return child[block];
    }

    public int sibling(int block) {
        return sibling[block];
    }

    /** The block after this one along the tree, parents before children; from the entry on that is every block reached. @return -1 after the last */
    public int nextInPreorder(int block) {
        if (child[block] != NONE) return child[block];
        while (block != NONE && sibling[block] == NONE) block = idom[block];
        return block == NONE ? NONE : sibling[block];
    }

    /** Whether every path to {@code b} passes {@code a}; both reachable. */
    public boolean dominates(int a, int b) {
        return enter[a] <= enter[b] && enter[b] < leave[a];
    }
}
