package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/**
 * Global code motion (Click, "Global Code Motion, Global Value Numbering", 1995): computations that are not pinned leave their places, and each goes into the block that
 * is in the fewest loops between the first where its operands are known and the last that dominates all its uses; within that, as late as can be. What nobody uses is left out.
 *
 * <p>Within a block a computation stands right before its first use there, or at the end if its uses are in other blocks; the arguments of a call stay together. Linear but
 * for a logarithm in the depth of the dominator tree; a computation leaves at most {@link #MAX_LOOPS} loops.
 */
public final class Gcm {
    private static final int MAX_LOOPS = 16;

    private Fn fn;
    private Dominators dominators;
    private Loops loops;

    /** By temporary: its defining instruction if that floats, else -1; the block of the definition, of a floating one first the earliest, then the final one. */
    private int[] def = new int[256], home = new int[256];
    /** By temporary, while it floats: the block that dominates the uses seen so far, -1 before the first. */
    private int[] late = new int[256];
    private byte[] state = new byte[256];
    private static final byte WAITING = 0, OPEN = 1, DONE = 2;
    /** Floating temporaries, operands before users. */
    private int[] order = new int[256];
    private int ordered;
    private int[] stack = new int[256];
    /** Floating temporaries by block, in the order of {@link #order}. */
    private int[] rowStart = new int[66], row = new int[256];

    public void run(Fn fn, Dominators dominators, Loops loops) {
        this.fn = fn;
        this.dominators = dominators;
        this.loops = loops;
        reserve();
        findDefinitions();
        ordered = 0;
        for (int t = Ref.FIRST_TEMPORARY; t < fn.temporaries; t++) if (def[t] >= 0 && state[t] == WAITING) earliest(t);
        fixedUses();
        for (int n = ordered - 1; n >= 0; n--) place(order[n]);
        rows();
        Arrays.fill(state, 0, fn.temporaries, WAITING);
        for (int b = 0; b < fn.blocks; b++) emit(b);
        fn.compact();
    }

    private void reserve() {
        if (def.length < fn.temporaries) {
            int capacity = 2 * fn.temporaries;
            def = new int[capacity];
            home = new int[capacity];
            late = new int[capacity];
            state = new byte[capacity];
            order = new int[capacity];
            row = new int[capacity];
            stack = new int[capacity];
        }
        if (rowStart.length < fn.blocks + 2) rowStart = new int[2 * fn.blocks + 2];
        Arrays.fill(def, 0, fn.temporaries, -1);
        Arrays.fill(late, 0, fn.temporaries, -1);
        Arrays.fill(state, 0, fn.temporaries, WAITING);
    }

    private void findDefinitions() {
        for (int b = 0; b < fn.blocks; b++) {
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) home[Ref.value(fn.phi[Fn.STRIDE * p + 1])] = b;
            for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
                int to = fn.ins[Fn.STRIDE * i + 1];
                if (!Ref.isTmp(to)) continue;
                home[Ref.value(to)] = b;
                if (!fn.isPinned(Fn.STRIDE * i)) def[Ref.value(to)] = i;
            }
        }
    }

    private boolean floats(int ref) {
        return Ref.isTmp(ref) && def[Ref.value(ref)] >= 0;
    }

    // ---- early and late ----

    /** Finds the first block where all operands are known, for a computation and before it for those it needs. */
    private void earliest(int t) {
        int sp = 0;
        stack[sp++] = t;
        state[t] = OPEN;
        while (sp > 0) {
            int top = stack[sp - 1], at = Fn.STRIDE * def[top], waiting = -1;
            for (int n = 2; n <= 3 && waiting < 0; n++) {
                int ref = fn.ins[at + n];
                if (floats(ref) && state[Ref.value(ref)] == WAITING) waiting = Ref.value(ref);
            }
            if (waiting >= 0) {
                state[waiting] = OPEN;
                stack[sp++] = waiting;
                continue;
            }
            sp--;
            state[top] = DONE;
            order[ordered++] = top;
            home[top] = deeper(known(fn.ins[at + 2]), known(fn.ins[at + 3]));
        }
    }

    private int known(int ref) {
        return Ref.isTmp(ref) && !Ref.isRegister(ref) ? home[Ref.value(ref)] : 0;
    }

    /** Of two blocks that dominate one point, the one below. */
    private int deeper(int a, int b) {
        return dominators.depth[a] < dominators.depth[b] ? b : a;
    }

    private void fixedUses() {
        for (int b = 0; b < fn.blocks; b++) {
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
                for (int a = fn.phi[Fn.STRIDE * p + 2], end = a + 2 * fn.phi[Fn.STRIDE * p + 3]; a < end; a += 2) used(fn.phiArg[a + 1], fn.phiArg[a]);
            }
            for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
                int at = Fn.STRIDE * i;
                if (floats(fn.ins[at + 1])) continue;
                used(fn.ins[at + 2], b);
                used(fn.ins[at + 3], b);
            }
            used(fn.jumpArg[b], b);
        }
    }

    private void used(int ref, int b) {
        if (!floats(ref)) return;
        int t = Ref.value(ref);
        late[t] = late[t] < 0 ? b : dominators.common(late[t], b);
    }

    /** Decides the block, its users' being decided: from the last possible one out of loops as long as the first possible one dominates. */
    private void place(int t) {
        int b = late[t];
        if (b < 0) return;
        for (int header, left = 0; left < MAX_LOOPS && (header = loops.header[b]) > 0; left++) {
            int outside = dominators.idom[header];
            if (!dominators.dominates(home[t], outside)) break;
            b = outside;
        }
        home[t] = b;
        used(fn.ins[Fn.STRIDE * def[t] + 2], b);
        used(fn.ins[Fn.STRIDE * def[t] + 3], b);
    }

    // ---- the new order ----

    private void rows() {
        Arrays.fill(rowStart, 0, fn.blocks + 2, 0);
        for (int n = 0; n < ordered; n++) if (late[order[n]] >= 0) rowStart[home[order[n]] + 2]++;
        for (int b = 2; b <= fn.blocks; b++) rowStart[b] += rowStart[b - 1];
        for (int n = 0; n < ordered; n++) if (late[order[n]] >= 0) row[rowStart[home[order[n]] + 1]++] = order[n];
    }

    private void emit(int b) {
        int from = fn.insStart[b], end = fn.insEnd[b];
        fn.insStart[b] = fn.insCount;
        for (int i = from; i < end; i++) {
            int at = Fn.STRIDE * i, op = Fn.op(fn.ins[at]);
            if (op == Op.NOP || floats(fn.ins[at + 1])) continue;
            if (Op.isArgument(op) || op == Op.CALL) {
                i = call(i, b);
                continue;
            }
            operands(Fn.STRIDE * i, b);
            fn.emit(fn.ins, Fn.STRIDE * i);
        }
        int jump = fn.jumpArg[b];
        for (int n = rowStart[b]; n < rowStart[b + 1]; n++) if (Ref.tmp(row[n]) != jump) need(Ref.tmp(row[n]), b);
        need(jump, b);
        fn.insEnd[b] = fn.insCount;
    }

    /** A call with its arguments, before which stands all that they need. @return the call's place */
    private int call(int first, int b) {
        int last = first;
        while (Fn.op(fn.ins[Fn.STRIDE * last]) != Op.CALL) last++;
        for (int i = first; i <= last; i++) operands(Fn.STRIDE * i, b);
        for (int i = first; i <= last; i++) if (Fn.op(fn.ins[Fn.STRIDE * i]) != Op.NOP && !floats(fn.ins[Fn.STRIDE * i + 1])) fn.emit(fn.ins, Fn.STRIDE * i);
        return last;
    }

    private void operands(int at, int b) {
        need(fn.ins[at + 2], b);
        need(fn.ins[at + 3], b);
    }

    /** Emits a floating computation of this block, and before it those it needs, unless it has been. */
    private void need(int ref, int b) {
        if (!isDue(ref, b)) return;
        int sp = 0;
        stack[sp++] = Ref.value(ref);
        while (sp > 0) {
            int top = stack[sp - 1], at = Fn.STRIDE * def[top];
            if (isDue(fn.ins[at + 2], b)) {
                stack[sp++] = Ref.value(fn.ins[at + 2]);
            } else if (isDue(fn.ins[at + 3], b)) {
                stack[sp++] = Ref.value(fn.ins[at + 3]);
            } else {
                sp--;
                if (state[top] == DONE) continue;
                state[top] = DONE;
                fn.emit(fn.ins, at);
            }
        }
    }

    private boolean isDue(int ref, int b) {
        return floats(ref) && state[Ref.value(ref)] != DONE && home[Ref.value(ref)] == b;
    }
}
