package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;

/**
 * What addresses point to, for a function in SSA form: each is a base plus a constant offset, and a base is a slot, a symbol, a plain number or a temporary of which nothing
 * is known. A slot escapes if its address goes anywhere but into the address of a load, store or blit; nobody but the function's own accesses by that base touches one
 * that does not. Linear.
 */
public final class Alias {
    public static final byte UNKNOWN = 0, SLOT = 1, SYMBOL = 2, NUMBER = 3;

    /** Of the address that {@link #locate} was last asked for. {@link #base} is a temporary (slot, unknown), a symbol number, or 0. */
    public byte kind;
    public int base;
    public long offset;

    /** Whether the function has slots. */
    public boolean slots;

    private byte[] kinds = new byte[256];
    private int[] bases = new int[256];
    private long[] offsets = new long[256];
    private boolean[] escaped = new boolean[256];

    public void compute(Fn fn) {
        slots = false;
        if (kinds.length < fn.temporaries) {
            int capacity = 2 * fn.temporaries;
            kinds = new byte[capacity];
            bases = new int[capacity];
            offsets = new long[capacity];
            escaped = new boolean[capacity];
        }
        for (int t = 0; t < fn.temporaries; t++) {
            kinds[t] = UNKNOWN;
            bases[t] = t;
            offsets[t] = 0;
            escaped[t] = false;
        }
        for (int b = 0; b < fn.blocks; b++) {
            for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) instruction(fn, Fn.STRIDE * i);
        }
        for (int b = 0; b < fn.blocks; b++) {
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
                for (int a = fn.phi[Fn.STRIDE * p + 2], end = a + 2 * fn.phi[Fn.STRIDE * p + 3]; a < end; a += 2) escape(fn.phiArg[a + 1]);
            }
            escape(fn.jumpArg[b]);
        }
    }

    private void instruction(Fn fn, int at) {
        int op = Fn.op(fn.ins[at]), first = fn.ins[at + 2], second = fn.ins[at + 3];
        int to = Ref.value(fn.ins[at + 1]);
        if (Op.isAlloc(op)) {
            kinds[to] = SLOT;
            slots = true;
        } else if (op == Op.COPY && fn.tmpClass[to] == Cls.L) {
            derive(fn, to, first, 0);
        } else if (op == Op.ADD && fn.tmpClass[to] == Cls.L && (fn.isNumber(first) || fn.isNumber(second))) {
            if (fn.isNumber(second)) derive(fn, to, first, fn.bits(second));
            else derive(fn, to, second, fn.bits(first));
        } else {
            if (!Op.isLoad(op) && op != Op.BLIT0) escape(first);
            if (!Op.isStore(op) && op != Op.BLIT0) escape(second);
        }
    }

    private void derive(Fn fn, int to, int from, long plus) {
        locate(fn, from);
        kinds[to] = kind;
        bases[to] = base;
        offsets[to] = offset + plus;
    }

    private void escape(int ref) {
        if (Ref.isTmp(ref) && kinds[Ref.value(ref)] == SLOT) escaped[bases[Ref.value(ref)]] = true;
    }

    /** Sets {@link #kind}, {@link #base} and {@link #offset} for an address. */
    public void locate(Fn fn, int ref) {
        int value = Ref.value(ref);
        if (Ref.isTmp(ref)) {
            kind = kinds[value];
            base = bases[value];
            offset = offsets[value];
        } else if (Ref.isCon(ref) && fn.conKind[value] != Fn.CON_UNDEFINED) {
            boolean number = fn.conKind[value] == Fn.CON_BITS;
            kind = number ? NUMBER : SYMBOL;
            base = number ? 0 : fn.conSymbol[value];
            offset = fn.conBits[value];
        } else {
            kind = UNKNOWN;
            base = 0;
            offset = 0;
        }
    }

    /** Whether a slot, by its temporary, is touched by nothing but accesses that {@link #locate} attributes to it. */
    public boolean isPrivate(int slot) {
        return kinds[slot] == SLOT && bases[slot] == slot && !escaped[slot];
    }

    /** Whether accesses by two different bases may touch the same bytes: distinct slots and symbols are distinct objects. */
    public boolean mayMeet(byte kind, int base, byte otherKind, int otherBase) {
        if (kind == SLOT && !escaped[base] || otherKind == SLOT && !escaped[otherBase]) return false;
        return kind == UNKNOWN || otherKind == UNKNOWN || kind == NUMBER || otherKind == NUMBER;
    }
}
