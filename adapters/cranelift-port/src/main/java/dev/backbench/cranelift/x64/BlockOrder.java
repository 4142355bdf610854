package dev.backbench.cranelift.x64;

import dev.backbench.cranelift.analysis.Cfg;
import dev.backbench.cranelift.analysis.Dominators;
import dev.backbench.cranelift.analysis.Loops;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Op;
import java.util.Arrays;

/**
 * The order of machine blocks. A node is a block of the function or, numbered after all blocks, an edge that needs a block of its own: one from several successors to a block with several
 * predecessors. Reverse postorder, where ways out of a loop are walked first and so come last; then cold nodes, which end in a trap, are said to be cold, or are reached through such only.
 * A node comes after its dominator.
 */
final class BlockOrder {
    private final Cfg cfg = new Cfg();
    private final Dominators tree = new Dominators();
    private final Loops loops = new Loops();
    private Function f;
    /** Edges by number: from, to, which successor; first edge of a block by its successors, -1 where an edge has no node. */
    private int edges;
    private int[] edgeFrom = new int[32], edgeTo = new int[32], edgeIndex = new int[32];
    private int[] firstEdge = new int[32];
    private int[] edgeOf = new int[64];
    private int[] order = new int[64], position = new int[64], state = new int[64], stack = new int[64], cursor = new int[64], unsorted = new int[64];
    private boolean[] cold = new boolean[32];
    private int count;

    void compute(Function function) {
        f = function;
        cfg.compute(f);
        tree.compute(f, cfg);
        loops.compute(f, cfg, tree);
        findEdges();
        walk();
        separateCold();
    }

    private void findEdges() {
        int blocks = f.blocks();
        if (firstEdge.length <= blocks) {
            firstEdge = new int[2 * blocks];
            cold = new boolean[2 * blocks];
        }
        edges = 0;
        int successors = 0;
        for (int i = tree.reached() - 1; i >= 0; i--) {
            int block = tree.postorder(i), n = cfg.successorCount(block);
            firstEdge[block] = successors;
            if (successors + n > edgeOf.length) edgeOf = Arrays.copyOf(edgeOf, 2 * (successors + n));
            for (int s = 0; s < n; s++) edgeOf[successors++] = n > 1 && predecessors(cfg.successor(block, s)) > 1 ? newEdge(block, s) : -1;
        }
        int nodes = blocks + edges;
        if (order.length < nodes) {
            order = new int[2 * nodes];
            position = new int[2 * nodes];
            state = new int[2 * nodes];
            stack = new int[2 * nodes];
            cursor = new int[2 * nodes];
            unsorted = new int[2 * nodes];
        }
    }

    /** Edges from blocks that are reached, 2 for more. */
    private int predecessors(int block) {
        int reached = 0;
        for (int i = 0, n = cfg.predecessorCount(block); i < n && reached < 2; i++) if (tree.isReachable(cfg.predecessor(block, i))) reached++;
        return reached;
    }

    private int newEdge(int from, int index) {
        if (edges == edgeFrom.length) {
            edgeFrom = Arrays.copyOf(edgeFrom, 2 * edges);
            edgeTo = Arrays.copyOf(edgeTo, 2 * edges);
            edgeIndex = Arrays.copyOf(edgeIndex, 2 * edges);
        }
        edgeFrom[edges] = from;
        edgeTo[edges] = cfg.successor(from, index);
        edgeIndex[edges] = index;
        return f.blocks() + edges++;
    }

    /** Depth first; a node's order is its place in the postorder, counted down. */
    private void walk() {
        int entry = f.layout.entry();
        Arrays.fill(state, 0, f.blocks() + edges, 0);
        count = 0;
        int depth = 0;
        stack[0] = entry;
        cursor[0] = 0;
        state[entry] = 1;
        while (depth >= 0) {
            int node = stack[depth], n = successorCount(node);
            if (cursor[depth] == n) {
                unsorted[count++] = node;
                depth--;
                continue;
            }
            int next = preferred(node, n, cursor[depth]++);
            if (state[next] != 0) continue;
            state[next] = 1;
            stack[++depth] = next;
            cursor[depth] = 0;
        }
    }

    /** The {@code i}th to walk: the last successor first, but of two the one that leaves a loop. */
    private int preferred(int node, int n, int i) {
        if (n != 2) return successor(node, n - 1 - i);
        int first = successor(node, 0), second = successor(node, 1);
        boolean swap = loopDepth(first) < loopDepth(second);
        return i == 0 == swap ? first : second;
    }

    private void separateCold() {
        int warm = 0;
        for (int i = count - 1; i >= 0; i--) if (isWarm(unsorted[i])) order[warm++] = unsorted[i];
        for (int i = count - 1; i >= 0; i--) if (!isWarmAgain(unsorted[i])) order[warm++] = unsorted[i];
        for (int i = 0; i < count; i++) position[order[i]] = i;
    }

    /** Reverse postorder: the dominator was asked before. */
    private boolean isWarm(int node) {
        if (isEdge(node)) return !cold[edgeFrom[node - f.blocks()]] && !endsCold(edgeTo[node - f.blocks()]);
        int dominator = tree.idom(node);
        cold[node] = dominator >= 0 && (endsCold(node) || cold[dominator]);
        return !cold[node];
    }

    private boolean isWarmAgain(int node) {
        return isEdge(node) ? !cold[edgeFrom[node - f.blocks()]] && !endsCold(edgeTo[node - f.blocks()]) : !cold[node];
    }

    private boolean endsCold(int block) {
        return f.isCold(block) || f.op(f.layout.last(block)) == Op.TRAP;
    }

    // ---- nodes ----

    int nodes() {
        return count;
    }

    int node(int i) {
        return order[i];
    }

    int position(int node) {
        return position[node];
    }

    boolean isEdge(int node) {
        return node >= f.blocks();
    }

    int edgeSource(int node) {
        return edgeFrom[node - f.blocks()];
    }

    int edgeTarget(int node) {
        return edgeTo[node - f.blocks()];
    }

    int edgeIndex(int node) {
        return edgeIndex[node - f.blocks()];
    }

    int successorCount(int node) {
        return isEdge(node) ? 1 : cfg.successorCount(node);
    }

    int successor(int node, int i) {
        if (isEdge(node)) return edgeTarget(node);
        int edge = edgeOf[firstEdge[node] + i];
        return edge >= 0 ? edge : cfg.successor(node, i);
    }

    int loopDepth(int node) {
        return isEdge(node) ? Math.min(loops.depth(edgeSource(node)), loops.depth(edgeTarget(node))) : loops.depth(node);
    }

    /** Whether its parameters are simply what its one predecessor passes. */
    boolean hasOnePredecessor(int block) {
        return predecessors(block) == 1;
    }

    // ---- blocks that are reached, users before what they use ----

    int reached() {
        return tree.reached();
    }

    int postorder(int i) {
        return tree.postorder(i);
    }
}
