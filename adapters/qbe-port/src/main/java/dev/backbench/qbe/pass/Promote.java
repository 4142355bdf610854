package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/**
 * Turns stack slots whose address never escapes into temporaries: a slot of the first block that is only loaded and stored, always with one width and one kind of
 * register, becomes a temporary of that class, its stores copies and its loads copies or extensions. The result is not in SSA form; {@link Ssa} follows. Two walks over
 * the code, none where there is no slot.
 */
public final class Promote {
    private static final byte NO = 0, MAYBE = 1, YES = 2;

    /** By temporary: whether it is a slot to promote; the width of all accesses seen, 0 before the first; the class that stores have. */
    private byte[] state = new byte[256], width = new byte[256], stored = new byte[256];
    /** By temporary: whether a load extends what the slot holds to a long, which no operation does to a temporary of class {@code s}. */
    private boolean[] extended = new boolean[256];
    private Fn fn;

    public void run(Fn fn) {
        this.fn = fn;
        if (!candidates()) return;
        for (int b = 0; b < fn.blocks; b++) examine(b);
        if (settle()) for (int b = 0; b < fn.blocks; b++) rewrite(b);
    }

    private boolean candidates() {
        if (state.length < fn.temporaries) {
            state = new byte[2 * fn.temporaries];
            width = new byte[2 * fn.temporaries];
            stored = new byte[2 * fn.temporaries];
            extended = new boolean[2 * fn.temporaries];
        }
        Arrays.fill(state, 0, fn.temporaries, NO);
        boolean any = false;
        for (int i = fn.insStart[0]; i < fn.insEnd[0]; i++) {
            if (!Op.isAlloc(Fn.op(fn.ins[Fn.STRIDE * i]))) continue;
            int slot = Ref.value(fn.ins[Fn.STRIDE * i + 1]);
            state[slot] = MAYBE;
            width[slot] = 0;
            stored[slot] = Cls.NONE;
            extended[slot] = false;
            any = true;
        }
        return any;
    }

    private boolean isCandidate(int ref) {
        return (ref & 7) == Ref.TMP && state[Ref.value(ref)] != NO;
    }

    private void examine(int b) {
        int[] ins = fn.ins;
        for (int at = Fn.STRIDE * fn.insStart[b], end = Fn.STRIDE * fn.insEnd[b]; at < end; at += Fn.STRIDE) {
            int to = ins[at + 1], first = ins[at + 2], second = ins[at + 3], op = Fn.op(ins[at]);
            if (isCandidate(first)) {
                if (Op.isLoad(op)) load(Ref.value(first), op, Fn.cls(ins[at]));
                else state[Ref.value(first)] = NO;
            }
            if (isCandidate(second)) {
                if (Op.isStore(op)) store(Ref.value(second), op);
                else state[Ref.value(second)] = NO;
            }
            if (isCandidate(to) && (b > 0 || !Op.isAlloc(op))) state[Ref.value(to)] = NO;
        }
        for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
            int at = Fn.STRIDE * p;
            if (isCandidate(fn.phi[at + 1])) state[Ref.value(fn.phi[at + 1])] = NO;
            for (int a = fn.phi[at + 2], end = a + 2 * fn.phi[at + 3]; a < end; a += 2) if (isCandidate(fn.phiArg[a + 1])) state[Ref.value(fn.phiArg[a + 1])] = NO;
        }
        if (isCandidate(fn.jumpArg[b])) state[Ref.value(fn.jumpArg[b])] = NO;
    }

    private void load(int slot, int op, int result) {
        extended[slot] |= op != Op.LOAD && result == Cls.L;
        access(slot, Op.width(op, result), stored[slot]);
    }

    private void store(int slot, int op) {
        int kind = Op.operand(op, Cls.W, 0);
        if (stored[slot] != Cls.NONE && stored[slot] != kind) state[slot] = NO;
        else access(slot, Op.width(op, kind), kind);
    }

    private void access(int slot, int bytes, int kind) {
        if (width[slot] != 0 && width[slot] != bytes) state[slot] = NO;
        width[slot] = (byte) bytes;
        stored[slot] = (byte) kind;
    }

    /** Decides on the slots; one defined twice, never stored into, or with a single float read as a long stays. */
    private boolean settle() {
        boolean any = false;
        for (int i = fn.insStart[0]; i < fn.insEnd[0]; i++) {
            int at = Fn.STRIDE * i, slot = Ref.value(fn.ins[at + 1]);
            if (!Op.isAlloc(Fn.op(fn.ins[at]))) continue;
            if (state[slot] == YES || stored[slot] == Cls.NONE || stored[slot] == Cls.S && extended[slot]) state[slot] = NO;
            else if (state[slot] == MAYBE) state[slot] = YES;
        }
        for (int i = fn.insStart[0]; i < fn.insEnd[0]; i++) {
            int at = Fn.STRIDE * i, slot = Ref.value(fn.ins[at + 1]);
            if (!Op.isAlloc(Fn.op(fn.ins[at])) || state[slot] != YES) continue;
            fn.tmpClass[slot] = stored[slot];
            nop(fn, at);
            any = true;
        }
        return any;
    }

    private void rewrite(int b) {
        int[] ins = fn.ins;
        for (int at = Fn.STRIDE * fn.insStart[b], end = Fn.STRIDE * fn.insEnd[b]; at < end; at += Fn.STRIDE) {
            int op = Fn.op(ins[at]), first = ins[at + 2], second = ins[at + 3];
            if (Op.isLoad(op) && isCandidate(first)) {
                int result = Fn.cls(ins[at]);
                ins[at] = loaded(op, result, stored[Ref.value(first)]) | result << 16;
            } else if (Op.isStore(op) && isCandidate(second)) {
                ins[at] = Op.COPY | stored[Ref.value(second)] << 16;
                ins[at + 1] = second;
                ins[at + 3] = Ref.NONE;
            }
        }
    }

    /** What reads a stored temporary of class {@code cls} as a load would: its upper bits are whatever the store ignored. */
    private static int loaded(int op, int result, int cls) {
        if (op != Op.LOAD) {
            boolean whole = (op == Op.LOADSW || op == Op.LOADUW) && result == Cls.W;
            if (!whole) return Op.EXTSB + op - Op.LOADSB;
        }
        return Cls.isFloat(result) == Cls.isFloat(cls) ? Op.COPY : Op.CAST;
    }

    static void nop(Fn fn, int at) {
        fn.ins[at] = Op.NOP;
        fn.ins[at + 1] = fn.ins[at + 2] = fn.ins[at + 3] = Ref.NONE;
    }
}
