package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/**
 * Takes out {@code extuw} of words whose upper half is zero anyway: what an instruction writes to 32 bits of a register, and phis and selections of such words. Others are words from outside
 * the function, copies of an {@code l}, and phis of those. True of Wasm's IL, where an {@code l} stands for an {@code i32} only if it is extended ({@link Fn#wordsZeroExtended}) or where a pass
 * has seen that the upper half does not matter.
 */
public final class ZeroUpper {
    private static final int MAX_ROUNDS = 8;

    /** By temporary: what it means, {@link Ref#NONE} for itself. */
    private int[] meaning = new int[256];
    /** By temporary: whether the upper half may hold anything. */
    private boolean[] dirty = new boolean[256];

    public void run(Fn fn) {
        if (meaning.length < fn.temporaries) {
            meaning = new int[2 * fn.temporaries];
            dirty = new boolean[2 * fn.temporaries];
        }
        Arrays.fill(meaning, 0, fn.temporaries, Ref.NONE);
        Arrays.fill(dirty, 0, fn.temporaries, false);
        for (int b = 0; b < fn.blocks; b++) definitions(fn, b);
        if (!phisSettle(fn)) return;
        for (int b = 0; b < fn.blocks; b++) extensions(fn, b);
        for (int b = 0; b < fn.blocks; b++) rename(fn, b);
    }

    private void definitions(Fn fn, int b) {
        for (int at = Fn.STRIDE * fn.insStart[b]; at < Fn.STRIDE * fn.insEnd[b]; at += Fn.STRIDE) {
            int op = Fn.op(fn.ins[at]), to = fn.ins[at + 1], first = fn.ins[at + 2];
            if (!Ref.isTmp(to) || Ref.isRegister(to)) continue;
            boolean zero = op == Op.EXTUW || op == Op.EXTUB || op == Op.EXTUH || op == Op.LOADUW || op == Op.LOADUB || op == Op.LOADUH;
            if (Fn.cls(fn.ins[at]) != Cls.W) dirty[Ref.value(to)] = !zero;
            else dirty[Ref.value(to)] = op == Op.COPY && !Ref.isCon(first) || op == Op.CALL || Op.isParameter(op);
        }
        for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) dirty[Ref.value(fn.phi[Fn.STRIDE * p + 1])] = fn.phi[Fn.STRIDE * p] != Cls.W;
    }

    /** A phi or selection of words is as clean as they are. @return false if that took too long, and nothing is known */
    private boolean phisSettle(Fn fn) {
        for (int round = 0; round < MAX_ROUNDS; round++) {
            boolean changed = false;
            for (int b = 0; b < fn.blocks; b++) {
                for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
                    int t = Ref.value(fn.phi[Fn.STRIDE * p + 1]);
                    if (dirty[t] || !anyDirty(fn, p)) continue;
                    dirty[t] = changed = true;
                }
                changed |= choices(fn, b);
            }
            if (!changed) return true;
        }
        return false;
    }

    private boolean choices(Fn fn, int b) {
        boolean changed = false;
        for (int at = Fn.STRIDE * fn.insStart[b]; at < Fn.STRIDE * fn.insEnd[b]; at += Fn.STRIDE) {
            if (Fn.op(fn.ins[at]) != Op.SEL1 || dirty[Ref.value(fn.ins[at + 1])] || !isDirty(fn.ins[at + 2]) && !isDirty(fn.ins[at + 3])) continue;
            dirty[Ref.value(fn.ins[at + 1])] = changed = true;
        }
        return changed;
    }

    private boolean isDirty(int ref) {
        return Ref.isTmp(ref) && dirty[Ref.value(ref)];
    }

    private boolean anyDirty(Fn fn, int p) {
        for (int a = fn.phi[Fn.STRIDE * p + 2], end = a + 2 * fn.phi[Fn.STRIDE * p + 3]; a < end; a += 2) {
            if (isDirty(fn.phiArg[a + 1])) return true;
        }
        return false;
    }

    private void extensions(Fn fn, int b) {
        for (int at = Fn.STRIDE * fn.insStart[b]; at < Fn.STRIDE * fn.insEnd[b]; at += Fn.STRIDE) {
            int first = fn.ins[at + 2], to = fn.ins[at + 1];
            if (Fn.op(fn.ins[at]) != Op.EXTUW || !Ref.isTmp(first) || Ref.isRegister(first) || Ref.isRegister(to) || dirty[Ref.value(first)]) continue;
            meaning[Ref.value(to)] = first;
            fn.ins[at] = Op.NOP;
            fn.ins[at + 1] = fn.ins[at + 2] = Ref.NONE;
        }
    }

    private void rename(Fn fn, int b) {
        for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
            for (int a = fn.phi[Fn.STRIDE * p + 2], end = a + 2 * fn.phi[Fn.STRIDE * p + 3]; a < end; a += 2) fn.phiArg[a + 1] = meant(fn.phiArg[a + 1]);
        }
        for (int at = Fn.STRIDE * fn.insStart[b]; at < Fn.STRIDE * fn.insEnd[b]; at += Fn.STRIDE) {
            fn.ins[at + 2] = meant(fn.ins[at + 2]);
            fn.ins[at + 3] = meant(fn.ins[at + 3]);
        }
        fn.jumpArg[b] = meant(fn.jumpArg[b]);
    }

    private int meant(int ref) {
        while (Ref.isTmp(ref) && !Ref.isRegister(ref) && meaning[Ref.value(ref)] != Ref.NONE) ref = meaning[Ref.value(ref)];
        return ref;
    }
}
