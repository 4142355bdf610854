package dev.backbench.llvm;

import java.util.Arrays;

/**
 * Finds loads that cannot fault because another access to the same address value, reaching at least as far, succeeds whenever they execute. Only
 * those may lose their {@code volatile} mark.
 *
 * <p>A memory never shrinks and its size is a multiple of the page size, so an access {@code [p, p + end)} that succeeded makes every later access to {@code p} that ends
 * at or before {@code end} succeed. "Later" is dominance between Wasm blocks, order within one. Between two side effects the order of loads is also
 * immaterial: all that can happen there is the same trap for the same reason, so within such a run only the load reaching farthest keeps its mark.
 *
 * <p>Blocks start in an order in which all their predecessors but back edges come first, and a Wasm flow graph is reducible: so the immediate
 * dominator is known when a block starts, from forward edges alone. Ancestors are found through skew-binary jump pointers (Myers 1983), in logarithmic time.
 */
final class Coverage {
    /** Facts about one address looked at for one load; bounds the work on an address used thousands of times. */
    private static final int FACTS_SEEN = 8;
    private static final int ENTRY = 0;

    private final FunctionState s;
    private final boolean on;

    // the dominator tree; node 0 is the entry
    private int nodes;
    private int[] idom = new int[64];
    private int[] depth = new int[64];
    private int[] jump = new int[64];
    private int current;

    // accesses in program order; load 0 for a store
    private int accesses;
    private long[] load = new long[256];
    private int[] base = new int[256];
    private long[] end = new long[256];
    private int[] node = new int[256];
    private int[] run = new int[256];

    // per value, the newest access that proves something; per access, the one before it
    private int[] newest = new int[256];
    private int[] older = new int[256];

    Coverage(FunctionState state) {
        s = state;
        on = state.m.guard && state.m.level.optimises();
    }

    void begin() {
        nodes = 0;
        accesses = 0;
        current = addNode(ENTRY);
    }

    // ---- the tree ----

    private int addNode(int parent) {
        if (nodes == idom.length) {
            idom = Arrays.copyOf(idom, 2 * nodes);
            depth = Arrays.copyOf(depth, 2 * nodes);
            jump = Arrays.copyOf(jump, 2 * nodes);
        }
        int n = nodes++;
        idom[n] = parent;
        depth[n] = n == ENTRY ? 0 : depth[parent] + 1;
        int far = jump[parent];
        jump[n] = n == ENTRY ? ENTRY : depth[parent] - depth[far] == depth[far] - depth[jump[far]] ? jump[far] : parent;
        return n;
    }

    /** The node instructions go to now, to be remembered by whoever branches. */
    int current() {
        return current;
    }

    /** The nearest node that dominates both; -1 stands for none yet. */
    int meet(int a, int b) {
        if (a < 0) return b;
        if (depth[a] < depth[b]) return meet(b, a);
        a = ancestor(a, depth[b]);
        while (a != b) {
            boolean far = jump[a] != jump[b];
            a = far ? jump[a] : idom[a];
            b = far ? jump[b] : idom[b];
        }
        return a;
    }

    private int ancestor(int n, int wanted) {
        while (depth[n] > wanted) n = depth[jump[n]] >= wanted ? jump[n] : idom[n];
        return n;
    }

    /** A block starts, dominated by {@code parent}. */
    void start(int parent) {
        current = addNode(parent);
        s.effect();
    }

    // ---- accesses ----

    void load(long instruction, int address, long offset, int width) {
        if (on) add(instruction, address, offset + width);
    }

    void store(int address, long offset, int width) {
        s.effect();
        if (on) add(0, address, offset + width);
    }

    private void add(long instruction, int address, long reach) {
        if (accesses == load.length) grow();
        load[accesses] = instruction;
        base[accesses] = address;
        end[accesses] = reach;
        node[accesses] = current;
        run[accesses++] = s.effects();
    }

    private void grow() {
        int size = 2 * accesses;
        load = Arrays.copyOf(load, size);
        base = Arrays.copyOf(base, size);
        end = Arrays.copyOf(end, size);
        node = Arrays.copyOf(node, size);
        run = Arrays.copyOf(run, size);
        older = new int[size];
    }

    /** Takes the mark off every load that cannot fault; the function is complete and its aliases are known. */
    void finish() {
        int values = s.valueCount();
        if (newest.length <= values) newest = new int[2 * values + 1];
        Arrays.fill(newest, 0, values + 1, -1);
        for (int i = 0; i < accesses; i++) {
            int value = s.find(base[i]);
            if (s.isConstant(value)) { // one more offset: all constant addresses together are accesses to address 0
                end[i] += s.bits(value);
                value = values;
            }
            if (load[i] != 0 && covered(i, newest[value])) {
                Llvm.setVolatile(load[i], false);
                continue;
            }
            older[i] = newest[value];
            newest[value] = i;
        }
    }

    /** Looks for a dominating access that reaches as far; a shorter one of the same run, being now dominated by nothing it needs, loses its mark. */
    private boolean covered(int access, int fact) {
        for (int seen = 0; fact >= 0 && seen < FACTS_SEEN; seen++, fact = older[fact]) {
            if (end[fact] >= end[access] && dominates(node[fact], node[access])) return true;
            if (run[fact] == run[access] && load[fact] != 0) Llvm.setVolatile(load[fact], false);
        }
        return false;
    }

    private boolean dominates(int above, int below) {
        return depth[above] <= depth[below] && ancestor(below, depth[above]) == above;
    }
}
