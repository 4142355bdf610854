package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/**
 * Puts temporaries into stack slots: {@link Promote} backwards, for those whose phis would take more than linear time and space. Each definition is stored, each read loads; both get
 * a temporary of their own. Operations that belong together (a call and its arguments, the halves of a {@code blit}) stay together: what they read is loaded before the first.
 */
final class ToMemory {
    /** By temporary: the one that holds its slot's address, 0 for none. */
    private int[] slot = new int[256];
    private Fn fn;
    private Cfg cfg;

    /** @param which by temporary; the marks are taken away @param temporaries how many of them may be marked */
    void run(Fn fn, Cfg cfg, boolean[] which, int temporaries) {
        this.fn = fn;
        this.cfg = cfg;
        if (slot.length < temporaries) slot = new int[2 * temporaries];
        Arrays.fill(slot, 0, temporaries, Ref.NONE);
        int start = fn.insCount, from = fn.insStart[0], parameters = from;
        while (parameters < fn.insEnd[0] && Op.isParameter(Fn.op(fn.ins[Fn.STRIDE * parameters]))) parameters++;
        fn.append(from, parameters);
        for (int t = Ref.FIRST_TEMPORARY; t < temporaries; t++) {
            if (!which[t]) continue;
            which[t] = false;
            slot[t] = Ref.tmp(fn.newTemporary(Cls.L, 0));
            boolean wide = Cls.isWide(fn.tmpClass[t]);
            fn.emit(wide ? Op.ALLOC8 : Op.ALLOC4, Cls.L, slot[t], fn.constant(wide ? 8 : 4), Ref.NONE);
        }
        for (int i = 0; i < parameters - from; i++) store(Fn.STRIDE * (start + i) + 1, temporaries);
        fn.insStart[0] = parameters;
        for (int b = 0; b < fn.blocks; b++) block(b, b == 0 ? start : fn.insCount, temporaries);
        fn.compact();
    }

    private void block(int b, int start, int temporaries) {
        for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
            int at = Fn.STRIDE * p + 1, to = fn.phi[at];
            if (kept(to, temporaries)) continue;
            fn.phi[at] = fresh(to);
            write(to, fn.phi[at]);
        }
        for (int i = fn.insStart[b], end = fn.insEnd[b]; i < end; ) {
            int last = i;
            while (last + 1 < end && goesOn(Fn.op(fn.ins[Fn.STRIDE * last]))) last++;
            for (int at = Fn.STRIDE * i; at <= Fn.STRIDE * last; at += Fn.STRIDE) {
                int first = load(fn.ins[at + 2], temporaries), second = load(fn.ins[at + 3], temporaries); // the pool may move
                fn.ins[at + 2] = first;
                fn.ins[at + 3] = second;
            }
            fn.append(i, last + 1);
            store(Fn.STRIDE * (fn.insCount - 1) + 1, temporaries);
            i = last + 1;
        }
        fn.jumpArg[b] = load(fn.jumpArg[b], temporaries);
        if (fn.s1[b] >= 0) arguments(fn.s1[b], cfg.edge1[b] - cfg.predStart[fn.s1[b]], temporaries);
        if (fn.s2[b] >= 0) arguments(fn.s2[b], cfg.edge2[b] - cfg.predStart[fn.s2[b]], temporaries);
        fn.insStart[b] = start;
        fn.insEnd[b] = fn.insCount;
    }

    /** Whether the next instruction belongs to this one. */
    private static boolean goesOn(int op) {
        return Op.isArgument(op) || op == Op.BLIT0;
    }

    private void arguments(int to, int index, int temporaries) {
        for (int p = fn.phiStart[to]; p < fn.phiEnd[to]; p++) {
            int a = fn.phi[Fn.STRIDE * p + 2] + 2 * index + 1;
            fn.phiArg[a] = load(fn.phiArg[a], temporaries);
        }
    }

    private boolean kept(int ref, int temporaries) {
        return !Ref.isTmp(ref) || Ref.value(ref) >= temporaries || slot[Ref.value(ref)] == Ref.NONE;
    }

    private int fresh(int ref) {
        int t = Ref.value(ref);
        return Ref.tmp(fn.newTemporary(fn.tmpClass[t], fn.tmpName[t] == 0 ? 0 : fn.tmpName[t] | Fn.VERSION));
    }

    private int load(int ref, int temporaries) {
        if (kept(ref, temporaries)) return ref;
        int value = fresh(ref);
        fn.emit(Op.LOAD, fn.tmpClass[Ref.value(ref)], value, slot[Ref.value(ref)], Ref.NONE);
        return value;
    }

    /** Renames the result at {@code fn.ins[at]} and stores it. */
    private void store(int at, int temporaries) {
        int to = fn.ins[at];
        if (kept(to, temporaries)) return;
        int value = fresh(to);
        fn.ins[at] = value;
        write(to, value);
    }

    private void write(int to, int value) {
        fn.emit(Op.STOREW + fn.tmpClass[Ref.value(to)], Cls.W, Ref.NONE, value, slot[Ref.value(to)]);
    }
}
