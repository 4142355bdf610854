package dev.backbench.qbe.wasm;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/** Block parameters and what edges carry, as they are told; phis at the end of the function, when withdrawn parameters are known. Linear in what is told. */
final class Joins {
    private final Fn fn;
    private int parameters;
    private int[] parameter = new int[64], parameterBlock = new int[64];
    /** By temporary: its number as a parameter plus one, 0 for others; what an alias made it mean, {@link Ref#NONE} for itself. */
    private int[] number = new int[256], meaning = new int[256];
    private boolean aliased;
    private int[] edgeFrom = new int[64];
    /** Triples edge, parameter, value. */
    private int[] carried = new int[192];
    private int carriedCount;
    private int[] start = new int[66], sorted = new int[64];
    private int[] blockStart = new int[66], blockParameter = new int[64];

    Joins(Fn fn) {
        this.fn = fn;
    }

    void begin() {
        for (int p = 0; p < parameters; p++) number[Ref.value(parameter[p])] = meaning[Ref.value(parameter[p])] = 0;
        parameters = carriedCount = 0;
        aliased = false;
    }

    int parameter(int block, int cls) {
        int t = fn.newTemporary(cls, 0);
        if (parameters == parameter.length) {
            parameter = Arrays.copyOf(parameter, 2 * parameters);
            parameterBlock = Arrays.copyOf(parameterBlock, 2 * parameters);
        }
        if (t >= number.length) {
            number = Arrays.copyOf(number, 2 * t);
            meaning = Arrays.copyOf(meaning, 2 * t);
        }
        parameter[parameters] = Ref.tmp(t);
        parameterBlock[parameters++] = block;
        number[t] = parameters;
        meaning[t] = Ref.NONE;
        return Ref.tmp(t);
    }

    void alias(int parameter, int value) {
        meaning[Ref.value(parameter)] = value;
        aliased = true;
    }

    private boolean isParameter(int ref) {
        return Ref.isTmp(ref) && Ref.value(ref) < number.length && number[Ref.value(ref)] != 0;
    }

    /** What a value means after all aliases. */
    int find(int ref) {
        int end = ref;
        while (isParameter(end) && meaning[Ref.value(end)] != Ref.NONE) end = meaning[Ref.value(end)];
        while (ref != end) {
            int next = meaning[Ref.value(ref)];
            meaning[Ref.value(ref)] = end;
            ref = next;
        }
        return end;
    }

    void edge(int edge, int from) {
        if (edge >= edgeFrom.length) edgeFrom = Arrays.copyOf(edgeFrom, 2 * edge);
        edgeFrom[edge] = from;
    }

    void carry(int edge, int parameter, int value) {
        if (carriedCount == carried.length) carried = Arrays.copyOf(carried, 2 * carriedCount);
        carried[carriedCount++] = edge;
        carried[carriedCount++] = parameter;
        carried[carriedCount++] = value;
    }

    void end() {
        if (aliased) rename();
        sortCarried();
        sortParameters();
        for (int b = 0; b < fn.blocks; b++) {
            if (blockStart[b] == blockStart[b + 1]) continue;
            fn.phiStart[b] = fn.phiCount;
            for (int at = blockStart[b]; at < blockStart[b + 1]; at++) phi(blockParameter[at]);
            fn.phiEnd[b] = fn.phiCount;
        }
    }

    private void phi(int p) {
        int t = parameter[p];
        fn.newPhi(fn.tmpClass[Ref.value(t)], t);
        for (int at = start[p]; at < start[p + 1]; at++) fn.phiArgument(edgeFrom[carried[sorted[at]]], find(carried[sorted[at] + 2]));
    }

    private boolean lives(int p) {
        return meaning[Ref.value(parameter[p])] == Ref.NONE;
    }

    private void sortCarried() {
        if (start.length < parameters + 2) start = new int[2 * parameters + 2];
        if (sorted.length < carriedCount / 3) sorted = new int[carriedCount];
        Arrays.fill(start, 0, parameters + 2, 0);
        for (int c = 0; c < carriedCount; c += 3) start[number[Ref.value(carried[c + 1])] + 1]++;
        for (int p = 2; p <= parameters; p++) start[p] += start[p - 1];
        for (int c = 0; c < carriedCount; c += 3) sorted[start[number[Ref.value(carried[c + 1])]]++] = c;
    }

    private void sortParameters() {
        int blocks = fn.blocks;
        if (blockStart.length < blocks + 2) blockStart = new int[2 * blocks + 2];
        if (blockParameter.length < parameters) blockParameter = new int[2 * parameters];
        Arrays.fill(blockStart, 0, blocks + 2, 0);
        for (int p = 0; p < parameters; p++) if (lives(p)) blockStart[parameterBlock[p] + 2]++;
        for (int b = 2; b <= blocks; b++) blockStart[b] += blockStart[b - 1];
        for (int p = 0; p < parameters; p++) if (lives(p)) blockParameter[blockStart[parameterBlock[p] + 1]++] = p;
    }

    private void rename() {
        for (int at = 0, end = Fn.STRIDE * fn.insCount; at < end; at += Fn.STRIDE) {
            fn.ins[at + 2] = find(fn.ins[at + 2]);
            fn.ins[at + 3] = find(fn.ins[at + 3]);
        }
        for (int b = 0; b < fn.blocks; b++) fn.jumpArg[b] = find(fn.jumpArg[b]);
        for (int a = 1; a < fn.phiArgCount; a += 2) fn.phiArg[a] = find(fn.phiArg[a]);
    }
}
