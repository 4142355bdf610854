package dev.backbench.gcc;

import dev.backbench.wasm.Opcode;
import java.util.Arrays;

import static dev.backbench.wasm.Opcode.*;

/**
 * Finds loads that cannot be the first to trap, so that GCC may treat them as ordinary reads. A memory starts at 0 and never shrinks: where an access to
 * {@code [p, p + end)} has succeeded, every later one of the same {@code p} that ends no further succeeds too. "Later" is dominance among
 * blocks. And among loads with no effect between them, which can only trap alike, the one that reaches furthest speaks for the others, before it too.
 *
 * <p>Blocks start after all their predecessors but those of back edges, and Wasm's flow graphs are reducible, so the immediate dominator is the meet of the
 * forward predecessors. Ancestors in the dominator tree are found by jump pointers of skew-binary lengths (Myers, "An applicative random-access stack", 1983).
 */
final class Coverage {
    /** Earlier accesses of an address looked at for one load: bounds the work on an address used thousands of times. */
    private static final int LOOKED_AT = 8;
    private static final int NONE = -1;

    private Recording r;
    private boolean[] covered = new boolean[256];
    // the dominator tree, by block
    private int[] parent = new int[64], depth = new int[64], jump = new int[64];
    // by value (the last entry stands for all constant addresses): the newest access; by row: the access before it, how far it reaches, which run it is in
    private int[] newest = new int[257], older = new int[256], run = new int[256];
    private long[] reach = new long[256];

    /** Whether the load in {@code row} cannot be the first to trap. */
    boolean covers(int row) {
        return covered[row];
    }

    void analyse(Recording recording) {
        r = recording;
        reset();
        int effects = 0;
        for (int i = 0; i < r.startedCount; i++) {
            int block = r.started[i];
            enter(block);
            effects++;
            for (int row = r.blockStart[block]; row < r.blockEnd[block]; row++) {
                int op = r.op[row];
                if (op >= I32_LOAD && op <= I64_STORE32) {
                    if (op >= I32_STORE) effects++;
                    access(row, effects);
                } else if (hasEffect(row)) {
                    effects++;
                }
            }
            leave(block);
        }
        r = null;
    }

    private void reset() {
        if (covered.length < r.count) {
            int size = Math.max(r.count, 2 * covered.length);
            covered = new boolean[size];
            newest = new int[size + 1];
            older = new int[size];
            run = new int[size];
            reach = new long[size];
        }
        Arrays.fill(covered, 0, r.count, false);
        Arrays.fill(newest, 0, r.count, NONE);
        newest[newest.length - 1] = NONE;
        if (parent.length < r.blocks()) {
            int size = Math.max(r.blocks(), 2 * parent.length);
            parent = new int[size];
            depth = new int[size];
            jump = new int[size];
        }
        Arrays.fill(parent, 0, r.blocks(), NONE);
    }

    // ---- dominators ----

    private void enter(int block) {
        int above = parent[block];
        if (above == NONE) { // the entry
            parent[block] = jump[block] = block;
            depth[block] = 0;
            return;
        }
        depth[block] = depth[above] + 1;
        int far = jump[above];
        jump[block] = depth[above] - depth[far] == depth[far] - depth[jump[far]] ? jump[far] : above;
    }

    private void leave(int block) {
        int row = r.blockEnd[block] - 1;
        switch (r.op[row]) {
            case BR -> edge(r.imm[row], block);
            case BR_IF -> {
                edge(r.imm[row], block);
                edge(r.imm2[row], block);
            }
            case BR_TABLE -> {
                for (int i = r.imm[row], end = i + r.imm2[row]; i < end; i++) edge(r.list[i], block);
            }
            default -> {}
        }
    }

    /** Back edges lead to blocks that dominate their source and so change nothing. */
    private void edge(int edge, int source) {
        int target = r.edgeTarget[edge];
        if (r.blockStart[target] <= r.blockStart[source]) return;
        parent[target] = parent[target] == NONE ? source : meet(parent[target], source);
    }

    private int meet(int a, int b) {
        if (depth[a] > depth[b]) a = ancestor(a, depth[b]);
        else b = ancestor(b, depth[a]);
        while (a != b) {
            if (jump[a] != jump[b]) {
                a = jump[a];
                b = jump[b];
            } else {
                a = parent[a];
                b = parent[b];
            }
        }
        return a;
    }

    private int ancestor(int block, int wanted) {
        while (depth[block] > wanted) block = depth[jump[block]] >= wanted ? jump[block] : parent[block];
        return block;
    }

    private boolean dominates(int above, int below) {
        return depth[above] <= depth[below] && ancestor(below, depth[above]) == above;
    }

    // ---- accesses ----

    /** Whether something can be seen of the row's operation, or it may trap for another reason than an access. */
    private boolean hasEffect(int row) {
        int op = r.op[row];
        if (op == I32_CONST || op >= I32_EQZ && op <= I64_EXTEND32_S || op >= I32_TRUNC_SAT_F32_S && op <= I64_TRUNC_SAT_F64_U) {
            boolean constant = r.operands[row] == 2 && isConstant(r.b[row]);
            return Expansions.traps(op, constant, constant ? r.bits(r.b[row]) : 0);
        }
        return switch (op) {
            case I64_CONST, F32_CONST, F64_CONST, SELECT, GLOBAL_GET, MEMORY_SIZE, TABLE_SIZE, REF_NULL, REF_FUNC, REF_IS_NULL, Recording.PARAMETER,
                    Recording.BLOCK_PARAMETER, Recording.RESULT -> false;
            default -> true;
        };
    }

    private boolean isConstant(int value) {
        return r.op[value] == I32_CONST || r.op[value] == I64_CONST;
    }

    private void access(int row, int effects) {
        int address = r.a[row], op = r.op[row];
        long end = (r.imm[row] & 0xffffffffL) + LinearMemory.bytes(op);
        if (r.op[address] == Opcode.I32_CONST) {
            end += r.a[address] & 0xffffffffL;
            address = newest.length - 1;
        }
        boolean isLoad = op < I32_STORE;
        if (isLoad && isCovered(row, newest[address], end, effects)) {
            covered[row] = true;
            return;
        }
        reach[row] = end;
        run[row] = effects;
        older[row] = newest[address];
        newest[address] = row;
    }

    /** Looks for a dominating access that reaches as far; a shorter load of the same run is spoken for by this one. */
    private boolean isCovered(int row, int fact, long end, int effects) {
        for (int seen = 0; fact != NONE && seen < LOOKED_AT; seen++, fact = older[fact]) {
            if (reach[fact] >= end && dominates(r.blockOf[fact], r.blockOf[row])) return true;
            if (run[fact] == effects && r.op[fact] < I32_STORE) covered[fact] = true;
        }
        return false;
    }
}
