package dev.backbench.qbe.regalloc;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/**
 * Gives spilled values places in the frame, the same place to values that do not live at once: the live ranges of SSA form are coloured in an order in which definitions come
 * before what they dominate, so no more places are taken than values live at once. A phi gets an argument's place where that is free, which saves the move.
 */
final class Slots {
    /** By temporary: its place in units of 8 bytes from {@link #base}, -1 for none. */
    int[] place = new int[256];
    /** Frame units of 4 bytes below the first place. */
    private int base;
    private int places;
    /** A bit each, set where taken. */
    private long[] taken = new long[8];
    private int lowest;
    private int scratch;
    private final Operands operands = new Operands();

    /** @param spill what {@link Spill} said of this function, whose blocks are still in reverse postorder */
    void run(Fn fn, Live live, Spill spill) {
        if (place.length < fn.temporaries) place = new int[Integer.highestOneBit(fn.temporaries) << 1];
        Arrays.fill(place, 0, fn.temporaries, -1);
        base = fn.slots + 1 & -2;
        places = 0;
        scratch = -1;
        boolean any = false;
        for (int t = Ref.FIRST_TEMPORARY; t < fn.temporaries && !any; t++) any = needs(spill, t);
        for (int b = 0; any && b < fn.blocks; b++) block(fn, live, spill, b);
        if (places > 0) fn.slots = base + 2 * places;
    }

    private static boolean needs(Spill spill, int t) {
        return spill.spilled[t] && spill.remakeOp[t] == 0;
    }

    private void block(Fn fn, Live live, Spill spill, int b) {
        Arrays.fill(taken, 0, (places >> 6) + 1, 0);
        lowest = 0;
        for (int at = live.start[b]; at < live.start[b + 1]; at++) if (place[live.tmp[at]] >= 0) take(place[live.tmp[at]]);
        for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
            int t = Ref.value(fn.phi[Fn.STRIDE * p + 1]);
            if (needs(spill, t)) phi(fn, p, t);
        }
        for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
            int at = Fn.STRIDE * i, to = fn.ins[at + 1], kills = spill.kills[i];
            if ((kills & (1 << Spill.LEAVES) - 1) != 0) {
                operands.of(fn, at);
                for (int n = 0; n < operands.count; n++) if ((kills >> n & 1) != 0 && place[operands.tmp[n]] >= 0) release(place[operands.tmp[n]]);
            }
            if (Live.isTemporary(to) && needs(spill, Ref.value(to)) && place[Ref.value(to)] < 0) place[Ref.value(to)] = free();
        }
    }

    private void phi(Fn fn, int p, int t) {
        for (int a = fn.phi[Fn.STRIDE * p + 2], end = a + 2 * fn.phi[Fn.STRIDE * p + 3]; a < end; a += 2) {
            int ref = fn.phiArg[a + 1];
            int wanted = Live.isTemporary(ref) ? place[Ref.value(ref)] : -1;
            if (wanted >= 0 && (taken[wanted >> 6] >> wanted & 1) == 0) {
                take(wanted);
                place[t] = wanted;
                return;
            }
        }
        place[t] = free();
    }

    private void take(int n) {
        taken[n >> 6] |= 1L << n;
    }

    private void release(int n) {
        taken[n >> 6] &= ~(1L << n);
        lowest = Math.min(lowest, n >> 6);
    }

    private int free() {
        while (taken[lowest] == -1L) if (++lowest == taken.length) taken = Arrays.copyOf(taken, 2 * lowest);
        int n = 64 * lowest + Long.numberOfTrailingZeros(~taken[lowest]);
        take(n);
        if (n >= places) places = n + 1;
        if (places >> 6 >= taken.length) taken = Arrays.copyOf(taken, 2 * taken.length);
        return n;
    }

    /** The operand for a temporary's place. */
    int ref(int t) {
        return Ref.slot(base + 2 * place[t]);
    }

    /** The operand for a place that nothing else uses. */
    int scratch(Fn fn) {
        if (scratch < 0) {
            scratch = fn.slots + 1 & -2;
            fn.slots = scratch + 2;
        }
        return Ref.slot(scratch);
    }
}
