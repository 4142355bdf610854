package dev.backbench.cranelift.wasm;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Pool;
import dev.backbench.cranelift.ir.Types;
import java.util.Arrays;

/**
 * Branches, block parameters and what edges carry, as they are told; lists of parameters and block calls at the end of the function, when withdrawn parameters are known.
 * Until then a branch's targets are numbers of edges. Linear in what is told.
 */
final class Joins {
    private static final int NONE = -1;

    private final Function fn;
    private final Pool pool;
    private int parameters;
    private int[] parameter = new int[64], parameterBlock = new int[64], position = new int[64], madeAt = new int[64];
    /** By value: its number as a parameter; what an alias made it mean, {@link #NONE} for itself, as of all that are no parameters. */
    private int[] number = new int[256], meaning = new int[256];
    /** Pairs of numbers, from and to: instructions that may use a withdrawn parameter, those made between it and its withdrawal. In order and apart. */
    private int[] renamed = new int[32];
    private int renamedCount;
    private int edges;
    private int[] edgeTarget = new int[64], edgeCall = new int[64];
    /** The block of the table that an edge is of, {@link #NONE} for other edges. */
    private int[] tableBlock = new int[64];
    /** Triples edge, parameter, value. */
    private int[] carried = new int[192];
    private int carriedCount;
    private int[] branches = new int[64];
    private int branchCount;
    /** By block: its live parameters. */
    private int[] live = new int[64];

    Joins(Function fn) {
        this.fn = fn;
        pool = fn.pool;
        Arrays.fill(meaning, NONE);
    }

    void begin() {
        for (int p = 0; p < parameters; p++) meaning[parameter[p]] = NONE;
        parameters = carriedCount = edges = branchCount = renamedCount = 0;
    }

    int parameter(int block, int type) {
        int value = fn.newValue(type, Function.PARAM, block);
        if (parameters == parameter.length) {
            parameter = Arrays.copyOf(parameter, 2 * parameters);
            parameterBlock = Arrays.copyOf(parameterBlock, 2 * parameters);
            position = Arrays.copyOf(position, 2 * parameters);
            madeAt = Arrays.copyOf(madeAt, 2 * parameters);
        }
        if (value >= number.length) grow(value);
        parameter[parameters] = value;
        parameterBlock[parameters] = block;
        madeAt[parameters] = fn.insts();
        number[value] = parameters++;
        return value;
    }

    private void grow(int value) {
        int old = number.length, size = Math.max(value + 1, 2 * old);
        number = Arrays.copyOf(number, size);
        meaning = Arrays.copyOf(meaning, size);
        Arrays.fill(meaning, old, size, NONE);
    }

    void alias(int parameter, int value) {
        meaning[parameter] = value;
        int from = madeAt[number[parameter]], count = renamedCount;
        while (count > 0 && renamed[count - 2] >= from) count -= 2;
        if (count == 0 || renamed[count - 1] < from) {
            if (count == renamed.length) renamed = Arrays.copyOf(renamed, 2 * count);
            renamed[count] = from;
            count += 2;
        }
        renamed[count - 1] = fn.insts();
        renamedCount = count;
    }

    /** What a value means after all aliases. */
    int find(int value) {
        if (value >= meaning.length || meaning[value] == NONE) return value;
        int end = value;
        while (meaning[end] != NONE) end = meaning[end];
        while (value != end) {
            int next = meaning[value];
            meaning[value] = end;
            value = next;
        }
        return end;
    }

    void edge(int edge, int target, int table) {
        if (edge >= edgeTarget.length) {
            int size = 2 * edge;
            edgeTarget = Arrays.copyOf(edgeTarget, size);
            edgeCall = Arrays.copyOf(edgeCall, size);
            tableBlock = Arrays.copyOf(tableBlock, size);
        }
        edgeTarget[edge] = target;
        tableBlock[edge] = table;
        edges = Math.max(edges, edge + 1);
    }

    /** @param inst its {@link Function#extra} lists numbers of edges */
    void branch(int inst) {
        if (branchCount == branches.length) branches = Arrays.copyOf(branches, 2 * branchCount);
        branches[branchCount++] = inst;
    }

    void carry(int edge, int parameter, int value) {
        if (carriedCount == carried.length) carried = Arrays.copyOf(carried, 2 * carriedCount);
        carried[carriedCount++] = edge;
        carried[carriedCount++] = parameter;
        carried[carriedCount++] = value;
    }

    void end() {
        if (fn.values() > meaning.length) grow(fn.values());
        rename();
        parameterLists();
        blockCalls();
        int[] data = pool.data;
        for (int b = 0; b < branchCount; b++) {
            int targets = fn.extra(branches[b]);
            for (int at = targets + 1, end = at + data[targets]; at < end; at++) data[at] = edgeCall[data[at]];
        }
    }

    private void parameterLists() {
        if (live.length < fn.blocks()) live = new int[2 * fn.blocks()];
        Arrays.fill(live, 0, fn.blocks(), 0);
        for (int p = 0; p < parameters; p++) if (meaning[parameter[p]] == NONE) position[p] = live[parameterBlock[p]]++;
        for (int p = 0; p < parameters; p++) {
            if (meaning[parameter[p]] != NONE) continue;
            int block = parameterBlock[p];
            if (position[p] == 0) fn.setBlockParams(block, pool.reserve(live[block]));
            pool.set(fn.blockParams(block), position[p], parameter[p]);
        }
    }

    private void blockCalls() {
        for (int e = 0; e < edges; e++) {
            edgeCall[e] = pool.reserve(1 + live[edgeTarget[e]]);
            pool.set(edgeCall[e], 0, edgeTarget[e]);
        }
        for (int c = 0; c < carriedCount; c += 3) {
            int value = carried[c + 1];
            if (meaning[value] == NONE) pool.set(edgeCall[carried[c]], 1 + position[number[value]], find(carried[c + 2]));
        }
        for (int e = 0; e < edges; e++) if (tableBlock[e] != NONE && live[edgeTarget[e]] > 0) split(e);
    }

    /** Many cases of a table may take one edge: what it carries is written once, in a block of its own. */
    private void split(int edge) {
        int block = fn.blocks(), jump = fn.newInst(Op.JUMP, Types.NONE);
        fn.defineBlock(block, 0);
        fn.layout.insertBlockAfter(block, tableBlock[edge]);
        fn.layout.append(jump, block);
        fn.setExtra(jump, pool.of(edgeCall[edge]));
        edgeCall[edge] = pool.of(block);
    }

    private void rename() {
        int[] data = pool.data, meaning = this.meaning;
        for (int r = 0; r < renamedCount; r += 2) {
            for (int inst = renamed[r], to = renamed[r + 1]; inst < to; inst++) {
                int args = fn.args(inst);
                if (args == 0) continue;
                for (int at = args + 1, end = at + data[args]; at < end; at++) {
                    int value = data[at];
                    if (meaning[value] != NONE) data[at] = find(value);
                }
            }
        }
    }
}
