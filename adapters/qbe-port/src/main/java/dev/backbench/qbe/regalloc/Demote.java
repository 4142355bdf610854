package dev.backbench.qbe.regalloc;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/**
 * Takes from a function what makes liveness larger than the function: each value that another block reads gets a place in the frame, is stored behind its definition and loaded
 * once in each block that reads it. Afterwards nothing but phi arguments crosses a block's end, and allocation is linear. For functions that {@link Live} refuses; loads and stores leave the flags alone.
 */
final class Demote {
    /** By temporary: its place in frame units, -1 for none; the temporary that stands for it in {@link #localBlock}. */
    private int[] place = new int[256], local = new int[256], localBlock = new int[256];
    /** By block: the next of the phi arguments that come from it. */
    private int[] cursor = new int[64];
    private Fn fn;
    private Live live;
    private int[] defBlock;

    /** @param live what it found before it gave up: definitions and phi arguments */
    void run(Fn fn, Live live) {
        this.fn = fn;
        this.live = live;
        defBlock = live.defBlock;
        int temporaries = fn.temporaries, blocks = fn.blocks;
        if (place.length < temporaries) {
            place = new int[temporaries];
            local = new int[temporaries];
            localBlock = new int[temporaries];
        }
        if (cursor.length < blocks) cursor = new int[blocks];
        System.arraycopy(live.sourceStart, 0, cursor, 0, blocks);
        Arrays.fill(place, 0, temporaries, -1);
        Arrays.fill(localBlock, 0, temporaries, -1);
        fn.slots = fn.slots + 1 & -2;
        for (int b = 0; b < blocks; b++) places(b);
        for (int b = 0; b < blocks; b++) block(b);
        for (int b = 0; b < blocks; b++) arguments(b);
        fn.compact();
    }

    private void places(int b) {
        for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
            for (int a = fn.phi[Fn.STRIDE * p + 2], end = a + 2 * fn.phi[Fn.STRIDE * p + 3]; a < end; a += 2) read(fn.phiArg[a + 1], fn.phiArg[a]);
        }
        for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
            read(fn.ins[Fn.STRIDE * i + 2], b);
            read(fn.ins[Fn.STRIDE * i + 3], b);
        }
        read(fn.jumpArg[b], b);
    }

    private void read(int ref, int b) {
        if (Live.isTemporary(ref)) {
            int t = Ref.value(ref);
            if (defBlock[t] == b || place[t] >= 0) return;
            place[t] = fn.slots;
            fn.slots += 2;
        } else if (Ref.kind(ref) == Ref.MEM) {
            read(fn.mem[Fn.STRIDE * Ref.value(ref) + 1], b);
            read(fn.mem[Fn.STRIDE * Ref.value(ref) + 2], b);
        }
    }

    private void block(int b) {
        int from = fn.insStart[b], to = fn.insEnd[b], start = fn.insCount;
        for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) store(fn.phi[Fn.STRIDE * p + 1]);
        for (int i = from; i < to; i++) {
            int word = fn.ins[Fn.STRIDE * i], result = fn.ins[Fn.STRIDE * i + 1];
            int first = here(fn.ins[Fn.STRIDE * i + 2], b), second = here(fn.ins[Fn.STRIDE * i + 3], b);
            fn.emit(Fn.op(word), Fn.cls(word), result, first, second);
            store(result);
        }
        fn.jumpArg[b] = here(fn.jumpArg[b], b);
        for (int s = live.sourceStart[b]; s < live.sourceStart[b + 1]; s++) live.sourceRef[s] = here(live.sourceRef[s], b);
        fn.insStart[b] = start;
        fn.insEnd[b] = fn.insCount;
    }

    private void store(int result) {
        if (!Live.isTemporary(result) || place[Ref.value(result)] < 0) return;
        fn.emit(ParallelMoves.store(fn.tmpClass[Ref.value(result)]), Cls.W, Ref.NONE, result, Ref.slot(place[Ref.value(result)]));
    }

    /** The operand as the open block reads it, loaded if it is another's. */
    private int here(int ref, int b) {
        if (Ref.kind(ref) == Ref.MEM) {
            int at = Fn.STRIDE * Ref.value(ref);
            fn.mem[at + 1] = here(fn.mem[at + 1], b);
            fn.mem[at + 2] = here(fn.mem[at + 2], b);
            return ref;
        }
        if (!Live.isTemporary(ref) || defBlock[Ref.value(ref)] == b) return ref;
        int t = Ref.value(ref);
        if (localBlock[t] != b) {
            localBlock[t] = b;
            local[t] = fn.newTemporary(fn.tmpClass[t], fn.tmpName[t]);
            fn.emit(Op.LOAD, fn.tmpClass[t], Ref.tmp(local[t]), Ref.slot(place[t]), Ref.NONE);
        }
        return Ref.tmp(local[t]);
    }

    /** Writes back what {@link #block} loaded for them, in the order in which {@link Live} filed them. */
    private void arguments(int b) {
        for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
            for (int a = fn.phi[Fn.STRIDE * p + 2], end = a + 2 * fn.phi[Fn.STRIDE * p + 3]; a < end; a += 2) fn.phiArg[a + 1] = live.sourceRef[cursor[fn.phiArg[a]]++];
        }
    }
}
