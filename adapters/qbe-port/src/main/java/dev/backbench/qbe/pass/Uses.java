package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/**
 * Where each temporary is defined and used, in rows. A site is an int: an instruction's index, or a phi or a jump, told apart by {@link #PHI} and {@link #JUMP} bits. Computed
 * afresh when a pass needs it; linear in operands.
 */
public final class Uses {
    public static final int PHI = 1 << 30, JUMP = 1 << 29, INDEX = JUMP - 1;
    public static final int NONE = -1;

    /** Uses of temporary t are {@code site[start[t] .. start[t + 1])}, with the block of each in {@link #block}: of a phi's use the predecessor it comes from. */
    public int[] start = new int[258];
    public int[] site = new int[1024];
    public int[] block = new int[1024];
    /** The only definition, {@link #NONE} where there is no or more than one. */
    public int[] def = new int[256];
    public int[] defBlock = new int[256];
    public int[] defCount = new int[256];

    public int count(int t) {
        return start[t + 1] - start[t];
    }

    public void compute(Fn fn) {
        int temporaries = fn.temporaries;
        if (def.length < temporaries) {
            start = new int[2 * temporaries + 2];
            def = new int[2 * temporaries];
            defBlock = new int[2 * temporaries];
            defCount = new int[2 * temporaries];
        }
        Arrays.fill(start, 0, temporaries + 2, 0);
        Arrays.fill(defCount, 0, temporaries, 0);
        Arrays.fill(def, 0, temporaries, NONE);
        count(fn);
        for (int t = 2; t <= temporaries; t++) start[t] += start[t - 1];
        int total = start[temporaries] + start[temporaries + 1];
        if (site.length < total + 1) {
            site = new int[2 * total + 2];
            block = new int[2 * total + 2];
        }
        fill(fn);
    }

    private void count(Fn fn) {
        for (int b = 0; b < fn.blocks; b++) {
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
                define(fn.phi[Fn.STRIDE * p + 1], p | PHI, b);
                for (int a = fn.phi[Fn.STRIDE * p + 2], end = a + 2 * fn.phi[Fn.STRIDE * p + 3]; a < end; a += 2) use(fn.phiArg[a + 1]);
            }
            for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
                int at = Fn.STRIDE * i;
                define(fn.ins[at + 1], i, b);
                use(fn.ins[at + 2]);
                use(fn.ins[at + 3]);
            }
            use(fn.jumpArg[b]);
        }
    }

    private void define(int to, int at, int b) {
        if (!Ref.isTmp(to)) return;
        int t = Ref.value(to);
        def[t] = defCount[t]++ == 0 ? at : NONE;
        defBlock[t] = b;
    }

    private void use(int ref) {
        if (Ref.isTmp(ref)) start[Ref.value(ref) + 2]++;
    }

    private void fill(Fn fn) {
        for (int b = 0; b < fn.blocks; b++) {
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
                for (int a = fn.phi[Fn.STRIDE * p + 2], end = a + 2 * fn.phi[Fn.STRIDE * p + 3]; a < end; a += 2) add(fn.phiArg[a + 1], p | PHI, fn.phiArg[a]);
            }
            for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
                add(fn.ins[Fn.STRIDE * i + 2], i, b);
                add(fn.ins[Fn.STRIDE * i + 3], i, b);
            }
            add(fn.jumpArg[b], b | JUMP, b);
        }
    }

    private void add(int ref, int at, int b) {
        if (!Ref.isTmp(ref)) return;
        int slot = start[Ref.value(ref) + 1]++;
        site[slot] = at;
        block[slot] = b;
    }

    /** Whether the site is an instruction, as opposed to a phi or a jump. */
    public static boolean isInstruction(int site) {
        return site >= 0 && site < JUMP;
    }

    /** The operation at a site, or {@link Op#NOP} for phis and jumps. */
    public static int op(Fn fn, int site) {
        return isInstruction(site) ? Fn.op(fn.ins[Fn.STRIDE * site]) : Op.NOP;
    }
}
