package dev.backbench.cranelift.analysis;

import dev.backbench.cranelift.ir.Function;
import java.util.Arrays;

/**
 * Natural loops: a header and all that reaches one of its back edges without passing it. Headers are visited inner loops first, and a loop found before is passed over as a whole by way of its
 * outermost parent, so each block is walked about once. Edges into the middle of a cycle make no loop. Reused.
 *
 * <p>Around a block the loops are its own, that one's parent and so on. Links to far parents (Myers, "An Applicative Random-Access Stack", 1983) search them in logarithmic time.
 */
public final class Loops {
    public static final int NONE = -1;
    private int loops;
    private Dominators tree;
    private int[] header = new int[16], parent = new int[16], depth = new int[16];
    /** By loop: a loop far around it, itself where nothing is; the block before it, see {@link #preheader}. */
    private int[] far = new int[16], preheader = new int[16];
    /** A loop around this one, or itself; shortens the way to the outermost. */
    private int[] around = new int[16];
    private int[] loopOf = new int[32], stack = new int[32];

    public void compute(Function f, Cfg cfg, Dominators dominators) {
        tree = dominators;
        int blocks = f.blocks();
        if (loopOf.length < blocks) loopOf = new int[2 * blocks];
        Arrays.fill(loopOf, 0, blocks, NONE);
        loops = 0;
        for (int i = 0; i < tree.reached(); i++) find(cfg, tree.postorder(i));
        for (int loop = loops - 1; loop >= 0; loop--) {
            link(loop);
            preheader[loop] = before(loop);
        }
    }

    /** Of a loop whose parent is linked. */
    private void link(int loop) {
        int outer = parent[loop];
        depth[loop] = outer == NONE ? 1 : depth[outer] + 1;
        if (outer == NONE) {
            far[loop] = loop;
            return;
        }
        int next = far[outer];
        far[loop] = depth[outer] - depth[next] == depth[next] - depth[far[next]] ? far[next] : outer;
    }

    /** Loops are visited backwards: those around a header, and those that are passed on the way to it, come before its own. */
    private int before(int loop) {
        int block = tree.idom(header[loop]), outer = parent[loop];
        if (block < 0 || loopOf[block] == outer) return block;
        int passed = loopOf[block], wanted = outer == NONE ? 1 : depth[outer] + 1;
        while (depth[passed] > wanted) passed = depth[far[passed]] >= wanted ? far[passed] : parent[passed];
        return preheader[passed];
    }

    private void find(Cfg cfg, int head) {
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
            far = Arrays.copyOf(far, 2 * loops);
            preheader = Arrays.copyOf(preheader, 2 * loops);
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

    public int count() {
        return loops;
    }

    /**
     * The last block on every way to the header that lies in no loop but those around this one: what is put at its end runs once for a run of the loop, and not in each round of a loop that
     * is passed before. -1 where there is none.
     */
    public int preheader(int loop) {
        return preheader[loop];
    }

    /**
     * Where a value may be computed that is needed in {@code block} and whose operands are there from {@code from} on, which dominates {@code block}: before the outermost loop around it that
     * allows it, else in {@code block}. A loop whose preheader {@code from} dominates does not contain {@code from}, and all loops inside it allow it too.
     */
    public int outside(int block, int from) {
        int loop = loopOf[block];
        if (loop == NONE || !allows(loop, from)) return block;
        while (parent[loop] != NONE && allows(parent[loop], from)) loop = allows(far[loop], from) ? far[loop] : parent[loop];
        return preheader[loop];
    }

    private boolean allows(int loop, int from) {
        return preheader[loop] >= 0 && tree.dominates(from, preheader[loop]);
    }

    /** How many loops a block lies in. */
    public int depth(int block) {
        return loopOf[block] == NONE ? 0 : depth[loopOf[block]];
    }
}
