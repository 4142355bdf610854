package dev.backbench.cranelift.analysis;

import dev.backbench.cranelift.ir.Effect;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Op;
import java.util.Arrays;

/**
 * Successors and predecessors of the blocks in the layout, each edge as often as the terminator names it. Targets that are not in the layout are left out, so that a function
 * can be looked at before it is verified. Reused.
 */
public final class Cfg {
    private Function f;
    private int[] successorStart = new int[33], successors = new int[64];
    private int[] predecessorStart = new int[33], predecessors = new int[64];
    private int edges;

    public void compute(Function function) {
        f = function;
        int blocks = f.blocks();
        if (successorStart.length < blocks + 2) {
            successorStart = new int[blocks * 2 + 2];
            predecessorStart = new int[blocks * 2 + 2];
        }
        edges = 0;
        for (int block = 0; block < blocks; block++) {
            successorStart[block] = edges;
            if (f.layout.has(block)) addTargets(f.layout.last(block));
        }
        successorStart[blocks] = edges;
        invert(blocks);
    }

    private void addTargets(int inst) {
        if (inst < 0) return;
        Op op = f.op(inst);
        if (!op.is(Effect.BRANCH)) return;
        int extra = f.extra(inst), length = f.pool.length(extra);
        if (!op.is(Effect.CALLS)) {
            for (int i = 0; i < length; i++) add(f.blockCallBlock(f.pool.get(extra, i)));
            return;
        }
        add(f.blockCallBlock(f.pool.get(extra, Function.TRY_NORMAL)));
        for (int i = Function.TRY_HANDLERS; i < length; i += Function.HANDLER_INTS) {
            if (f.pool.get(extra, i) != Function.HANDLER_CONTEXT) add(f.blockCallBlock(f.pool.get(extra, i + 2)));
        }
    }

    private void add(int target) {
        if (!f.layout.has(target)) return;
        if (edges == successors.length) successors = Arrays.copyOf(successors, edges * 2);
        successors[edges++] = target;
    }

    /** Counting sort of the edges by target; {@code predecessorStart} is shifted by one while it runs. */
    private void invert(int blocks) {
        if (predecessors.length < edges) predecessors = new int[successors.length];
        Arrays.fill(predecessorStart, 0, blocks + 2, 0);
        for (int e = 0; e < edges; e++) predecessorStart[successors[e] + 2]++;
        for (int b = 0; b < blocks; b++) predecessorStart[b + 2] += predecessorStart[b + 1];
        for (int b = 0; b < blocks; b++) {
            for (int e = successorStart[b]; e < successorStart[b + 1]; e++) predecessors[predecessorStart[successors[e] + 1]++] = b;
        }
    }

    public int successorCount(int block) {
        return successorStart[block + 1] - successorStart[block];
    }

    public int successor(int block, int i) {
        return successors[successorStart[block] + i];
    }

    public int predecessorCount(int block) {
        return predecessorStart[block + 1] - predecessorStart[block];
    }

    public int predecessor(int block, int i) {
        return predecessors[predecessorStart[block] + i];
    }
}
