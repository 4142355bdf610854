package dev.backbench.qbe.regalloc;

import dev.backbench.qbe.amd64.Regs;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/**
 * Which register a temporary would best be in: that of a copy to or from a fixed register; the one that the first of its phi's arguments and results to get one has got. Temporaries
 * that phis join make one class, which holds one hint; a result written over its first operand hands its hint on to it.
 */
final class Hints {
    /** Registers that some value is meant for. */
    long wanted;
    private int[] parent = new int[256];
    /** By class: the register, 0 for none. */
    private byte[] hint = new byte[256];
    /** By temporary: its register where the block begins that an edge leads to. */
    private int[] entry = new int[256];
    private int[] entryStamp = new int[256];
    private int stamp;

    /** @param order the blocks, those that cost most first */
    void compute(Fn fn, int[] order) {
        int temporaries = fn.temporaries;
        if (parent.length < temporaries) {
            int capacity = Integer.highestOneBit(temporaries) << 1;
            parent = new int[capacity];
            hint = new byte[capacity];
            entry = new int[capacity];
            entryStamp = new int[capacity];
        }
        Arrays.fill(hint, 0, temporaries, (byte) 0);
        for (int t = 0; t < temporaries; t++) parent[t] = t;
        wanted = 0;
        for (int n = 0; n < fn.blocks; n++) phis(fn, order[n]);
        for (int n = 0; n < fn.blocks; n++) copies(fn, order[n]);
    }

    private void phis(Fn fn, int b) {
        for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
            int at = Fn.STRIDE * p, result = find(Ref.value(fn.phi[at + 1]));
            for (int a = fn.phi[at + 2], end = a + 2 * fn.phi[at + 3]; a < end; a += 2) {
                if (!Live.isTemporary(fn.phiArg[a + 1])) continue;
                parent[find(Ref.value(fn.phiArg[a + 1]))] = result;
            }
        }
    }

    /** Backwards, so that a hint wanders from a result to the operand it is made from. */
    private void copies(Fn fn, int b) {
        for (int i = fn.insEnd[b] - 1; i >= fn.insStart[b]; i--) {
            int at = Fn.STRIDE * i, op = Fn.op(fn.ins[at]), to = fn.ins[at + 1], first = fn.ins[at + 2];
            if (op == Op.COPY && Fixed.bit(to) != 0 && Live.isTemporary(first)) meant(Ref.value(first), Ref.value(to), fn);
            else if (op == Op.COPY && Live.isTemporary(to) && Fixed.bit(first) != 0) meant(Ref.value(to), Ref.value(first), fn);
            else if (op < Op.CEQW && Live.isTemporary(to) && Live.isTemporary(first) && of(Ref.value(to)) != 0) meant(Ref.value(first), of(Ref.value(to)), fn);
        }
    }

    private void meant(int t, int register, Fn fn) {
        if ((Regs.ofClass(fn.tmpClass[t]) >> register & 1) == 0) return;
        int top = find(t);
        if (hint[top] == 0) hint[top] = (byte) register;
        wanted |= 1L << register;
    }

    /** The hint of a temporary's class, 0 for none. */
    int of(int t) {
        return hint[find(t)];
    }

    /** The first of a class to be given a register sets where the others would like to be, if the hint there was is of no use. */
    void took(int t, int register, long avoid) {
        int top = find(t);
        if (hint[top] == 0 || (avoid >> hint[top] & 1) != 0) hint[top] = (byte) register;
    }

    private int find(int t) {
        int[] parent = this.parent;
        while (parent[t] != t) {
            parent[t] = parent[parent[t]];
            t = parent[t];
        }
        return t;
    }

    // ---- registers at the entry of the block at hand ----

    void entries(int[] pairs, int from, int to) {
        stamp++;
        for (int at = from; at < to; at += 2) {
            entry[pairs[at]] = pairs[at + 1];
            entryStamp[pairs[at]] = stamp;
        }
    }

    int entry(int t) {
        return entryStamp[t] == stamp ? entry[t] : 0;
    }
}
