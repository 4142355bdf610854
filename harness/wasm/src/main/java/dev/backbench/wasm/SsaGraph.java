package dev.backbench.wasm;

import java.util.Arrays;

/**
 * The blocks of a function as they are started, their edges, and a tree over them that answers in constant or logarithmic time what {@link LocalValues} asks.
 *
 * <p>Nodes are blocks numbered in the order they are started, 0 being the entry, so in the order of the function's bytes. The tree's parent of a node is a block
 * that dominates it: the block itself branches from where that is the only one, the loop's entry for the head of a loop, and for a join the lowest common
 * ancestor of everything from the first branch to it up to the join. Starting a node closes all that are not its ancestors. Hence
 *
 * <ul>
 *   <li>the numbering is a preorder of the tree: the descendants of {@code n} are {@code n .. last(n)};
 *   <li>the ancestors of the newest node, and no others, are open.
 * </ul>
 *
 * <p>Ancestors by number are found through jump pointers (Myers, "An applicative random-access stack", 1983).
 */
final class SsaGraph {
    static final int NONE = -1;
    /** {@link #last} of an open node, {@link #loopEnd} of a loop that still takes branches. */
    static final int OPEN = Integer.MAX_VALUE;
    /** Kinds of nodes: the tree's parent is the only block that branches to it; several do, or another; the head of a loop. */
    static final byte SINGLE = 0, JOIN = 1, LOOP = 2;

    // by node
    int nodes;
    int[] outer = new int[16];     // the builder's block
    int[] parent = new int[16];
    int[] last = new int[16];
    int[] loop = new int[16];      // the nearest ancestor or self that is a loop's head, be the loop ended or not, or NONE
    int[] loopEnd = new int[16];   // of a head: the last node of the loop
    int[] outerLoop = new int[16]; // of a head: the nearest ancestor that is one too
    int[] edges = new int[16];     // the newest edge to it
    byte[] kind = new byte[16];
    private int[] jump = new int[16];
    private int[] depth = new int[16];

    // by edge, in order of creation; an edge's number is the builder's
    int edgeCount;
    int[] source = new int[16];
    int[] older = new int[16]; // the next older edge to the same block

    /** The innermost open loop's head, or NONE; all loops around the current position are in {@link #openLoops}, the outermost first. */
    int currentLoop;
    int[] openLoops = new int[16];
    int openLoopCount;

    private long visits;

    /** Counts a step of a walk over nodes, records or arguments; only ever called in an assertion. @return true */
    boolean visit() {
        visits++;
        return true;
    }

    /** How many such steps there were since the start, if assertions are on: what tests of growth compare. */
    long visits() {
        return visits;
    }

    /** Starts a function at its entry. */
    void reset() {
        nodes = 0;
        edgeCount = 0;
        currentLoop = NONE;
        openLoopCount = 0;
        parent[0] = jump[0] = depth[0] = 0;
        node(NONE, NONE, SINGLE);
    }

    /** The newest node: where operations go as long as code is live. */
    int newest() {
        return nodes - 1;
    }

    private int node(int outer, int edges, byte kind) {
        int node = nodes++;
        this.outer[node] = outer;
        this.edges[node] = edges;
        this.kind[node] = kind;
        last[node] = OPEN;
        loop[node] = node == 0 ? NONE : loop[parent[node]];
        return node;
    }

    private int childOf(int ancestor, int outer, int edges, byte kind) {
        if (nodes == this.outer.length) growNodes();
        for (int closed = nodes - 1, end = closed; closed != ancestor; closed = parent[closed]) {
            assert visit();
            last[closed] = end;
        }
        int jumped = jump[ancestor];
        parent[nodes] = ancestor;
        depth[nodes] = depth[ancestor] + 1;
        jump[nodes] = depth[ancestor] - depth[jumped] == depth[jumped] - depth[jump[jumped]] ? jump[jumped] : ancestor;
        return node(outer, edges, kind);
    }

    /** Starts a block that only {@code edge} leads to, from an open node. */
    int startSingle(int outer, int edge) {
        return childOf(source[edge], outer, edge, SINGLE);
    }

    /**
     * Starts a block where branches join.
     *
     * @param newest edge to it, the others behind it
     * @param oldest edge to it
     */
    int startJoin(int outer, int newest, int oldest) {
        int first = source[oldest], common = last[first] == OPEN ? first : parent[topAfter(nodes - 1, first)];
        return childOf(common, outer, newest, newest == oldest && common == first ? SINGLE : JOIN);
    }

    /** Starts the head of a loop. */
    int startLoop(int outer, int edge) {
        int head = childOf(source[edge], outer, edge, LOOP);
        loopEnd[head] = OPEN;
        outerLoop[head] = loop[parent[head]];
        loop[head] = currentLoop = head;
        if (openLoopCount == openLoops.length) openLoops = Arrays.copyOf(openLoops, 2 * openLoopCount);
        openLoops[openLoopCount++] = head;
        return head;
    }

    /** All branches to the innermost loop's head exist. */
    void endLoop() {
        loopEnd[currentLoop] = nodes - 1;
        openLoopCount--;
        currentLoop = openLoopCount == 0 ? NONE : openLoops[openLoopCount - 1];
    }

    /** A new edge from the newest node to a block whose newest edge so far is {@code older}. */
    int edge(int older) {
        if (edgeCount == source.length) growEdges();
        source[edgeCount] = nodes - 1;
        this.older[edgeCount] = older;
        return edgeCount++;
    }

    boolean isAncestor(int node, int of) {
        return node <= of && of <= last[node];
    }

    /** The highest of {@code node} and its ancestors that was started after {@code bound}. @param node itself after {@code bound} */
    int topAfter(int node, int bound) {
        while (parent[node] > bound) {
            assert visit();
            node = jump[node] > bound ? jump[node] : parent[node];
        }
        return node;
    }

    /** The outermost open loop whose head is after {@code node}; there is one. */
    int outermostLoopAfter(int node) {
        int low = 0, high = openLoopCount - 1;
        while (low < high) {
            int middle = low + high >>> 1;
            if (openLoops[middle] > node) high = middle;
            else low = middle + 1;
        }
        return openLoops[low];
    }

    private void growNodes() {
        int size = 2 * nodes;
        outer = Arrays.copyOf(outer, size);
        parent = Arrays.copyOf(parent, size);
        last = Arrays.copyOf(last, size);
        loop = Arrays.copyOf(loop, size);
        loopEnd = Arrays.copyOf(loopEnd, size);
        outerLoop = Arrays.copyOf(outerLoop, size);
        edges = Arrays.copyOf(edges, size);
        kind = Arrays.copyOf(kind, size);
        jump = Arrays.copyOf(jump, size);
        depth = Arrays.copyOf(depth, size);
    }

    private void growEdges() {
        source = Arrays.copyOf(source, 2 * edgeCount);
        older = Arrays.copyOf(older, 2 * edgeCount);
    }
}
