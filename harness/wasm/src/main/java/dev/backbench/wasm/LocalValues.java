package dev.backbench.wasm;

import dev.backbench.kit.LongIntMap;
import java.util.Arrays;

/**
 * The values of locals, after Braun et al., "Simple and Efficient Construction of Static Single Assignment Form" (2013): a local read in a block without a
 * definition is looked up in the block's predecessors; where they differ, and at the head of a loop whose branches are not all known, it becomes a parameter.
 * Explicit stacks instead of recursion.
 */
final class LocalValues {
    private static final int NONE = IrBuilder.NONE;

    private final SsaSink graph;
    private byte[] types = {};
    private int current;

    private final LongIntMap definitions = new LongIntMap(); // (block, local) to value at the block's end
    private final LongIntMap aliases = new LongIntMap();     // withdrawn parameter to value

    // parameters of loops that are not sealed: triples (local, parameter, next), by block
    private int[] pending = new int[48];
    private int pendingCount;
    private int[] firstPending = new int[16];

    // the lookup in progress: entries of (block, parameter or NONE, edge being looked at, height of found)
    private int[] stack = new int[64];
    private int depth;
    private int[] found = new int[64];
    private int foundCount;

    LocalValues(SsaSink graph) {
        this.graph = graph;
    }

    void begin(byte[] types, int count) {
        this.types = types;
        definitions.clear();
        aliases.clear();
        pendingCount = 0;
        current = 0;
    }

    void start(int block) {
        current = block;
        if (block >= firstPending.length) firstPending = Arrays.copyOf(firstPending, 2 * block);
        if (!graph.isSealed(block)) firstPending[block] = NONE;
    }

    void write(int local, int value) {
        definitions.put(key(current, local), value);
    }

    int read(int local) {
        int value = definitions.get(key(current, local));
        return value != NONE ? resolve(value) : lookup(current, local);
    }

    int resolve(int value) {
        if (aliases.isEmpty()) return value;
        for (int to; (to = aliases.get(value)) != NONE; ) value = to;
        return value;
    }

    void resolve(int[] values, int from, int count) {
        for (int i = from; i < from + count; i++) values[i] = resolve(values[i]);
    }

    void alias(int parameter, int value) {
        aliases.put(parameter, value);
        graph.builder.alias(parameter, value);
    }

    /** All branches to the head of a loop are known. */
    void sealLoop(int block) {
        int entry = firstPending[block];
        firstPending[block] = NONE;
        for (; entry != NONE; entry = pending[entry + 2]) {
            depth = 0;
            foundCount = 0;
            enter(block, pending[entry + 1]);
            run(graph.source(graph.firstEdge(block)), pending[entry]);
        }
    }

    private static long key(int block, int local) {
        return (long) block << 32 | local;
    }

    private int lookup(int block, int local) {
        depth = 0;
        foundCount = 0;
        return run(block, local);
    }

    private void enter(int block, int parameter) {
        if (depth + 4 > stack.length) stack = Arrays.copyOf(stack, 2 * stack.length);
        stack[depth] = block;
        stack[depth + 1] = parameter;
        stack[depth + 2] = graph.firstEdge(block);
        stack[depth + 3] = foundCount;
        depth += 4;
    }

    /** Looks {@code local} up at the end of {@code block}, then completes whatever is on the stack. */
    private int run(int block, int local) {
        while (true) {
            int value = definitions.get(key(block, local));
            if (value == NONE) {
                if (graph.isSealed(block)) {
                    enter(block, graph.isLoop(block) ? parameter(block, local) : NONE);
                    block = graph.source(graph.firstEdge(block));
                    continue;
                }
                value = parameter(block, local);
                postpone(block, local, value);
            }
            value = resolve(value);
            int next = NONE;
            while (depth > 0 && (next = advance(value)) == NONE) value = finish(local);
            if (next == NONE) return value;
            block = next;
        }
    }

    /** Notes what the edge at the top of the stack carries. @return the source of the next edge, or NONE if it was the last */
    private int advance(int value) {
        if (foundCount == found.length) found = Arrays.copyOf(found, 2 * foundCount);
        found[foundCount++] = value;
        int edge = stack[depth - 2] = graph.nextEdge(stack[depth - 2]);
        return edge == NONE ? NONE : graph.source(edge);
    }

    /** All edges into the block at the top of the stack are known: one value, or a parameter. */
    private int finish(int local) {
        depth -= 4;
        int block = stack[depth], parameter = stack[depth + 1], from = stack[depth + 3], only = NONE;
        boolean same = true;
        for (int i = from; i < foundCount; i++) {
            int value = found[i] = resolve(found[i]);
            if (value == parameter || value == only) continue;
            if (only != NONE) same = false;
            only = value;
        }
        if (same) {
            if (parameter != NONE) alias(parameter, only);
        } else {
            if (parameter == NONE) parameter = parameter(block, local);
            for (int i = from, edge = graph.firstEdge(block); edge != NONE; edge = graph.nextEdge(edge)) {
                graph.builder.edgeArgument(edge, parameter, found[i++]);
            }
            only = parameter;
        }
        foundCount = from;
        long key = key(block, local);
        int defined = definitions.get(key);
        if (defined == NONE || defined == stack[depth + 1]) definitions.put(key, only); // else assigned in the block itself
        return only;
    }

    private int parameter(int block, int local) {
        int parameter = graph.builder.blockParameter(graph.outer(block), types[local]);
        definitions.put(key(block, local), parameter);
        return parameter;
    }

    private void postpone(int block, int local, int parameter) {
        if (pendingCount + 3 > pending.length) pending = Arrays.copyOf(pending, 2 * pending.length);
        pending[pendingCount] = local;
        pending[pendingCount + 1] = parameter;
        pending[pendingCount + 2] = firstPending[block];
        firstPending[block] = pendingCount;
        pendingCount += 3;
    }
}
