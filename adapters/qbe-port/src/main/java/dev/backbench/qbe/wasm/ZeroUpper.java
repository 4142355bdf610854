package dev.backbench.qbe.wasm;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;

/**
 * Takes out {@code extuw} of words: every {@code w} of a function from Wasm has a zero upper half, because instructions that write 32 bits clear it and because what comes from
 * outside is an {@code l} until it is extended ({@link Body}). Only extensions of an {@code l} stay. Not so for IL in general.
 */
final class ZeroUpper {
    /** By temporary: what it means, {@link Ref#NONE} for itself. */
    private int[] meaning = new int[256];

    void run(Fn fn) {
        if (meaning.length < fn.temporaries) meaning = new int[2 * fn.temporaries];
        java.util.Arrays.fill(meaning, 0, fn.temporaries, Ref.NONE);
        for (int b = 0; b < fn.blocks; b++) {
            for (int at = Fn.STRIDE * fn.insStart[b]; at < Fn.STRIDE * fn.insEnd[b]; at += Fn.STRIDE) {
                int first = fn.ins[at + 2], to = fn.ins[at + 1];
                if (Fn.op(fn.ins[at]) != Op.EXTUW || !Ref.isTmp(first) || Ref.isRegister(first) || Ref.isRegister(to) || fn.tmpClass[Ref.value(first)] != Cls.W) continue;
                meaning[Ref.value(to)] = first;
                fn.ins[at] = Op.NOP;
                fn.ins[at + 1] = fn.ins[at + 2] = Ref.NONE;
            }
        }
        for (int b = 0; b < fn.blocks; b++) rename(fn, b);
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
