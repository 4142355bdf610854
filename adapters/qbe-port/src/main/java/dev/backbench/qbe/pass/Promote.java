package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;

/**
 * Turns stack slots whose address never escapes into temporaries: a slot of the first block that is only loaded and stored, always with one width and one kind of
 * register, becomes a temporary of that class, its stores copies and its loads copies or extensions. The result is not in SSA form; {@link Ssa} follows.
 */
public final class Promote {
    public void run(Fn fn, Uses uses) {
        for (int i = fn.insStart[0]; i < fn.insEnd[0]; i++) {
            int at = Fn.STRIDE * i;
            if (!Op.isAlloc(Fn.op(fn.ins[at]))) continue;
            int slot = Ref.value(fn.ins[at + 1]);
            if (uses.defCount[slot] != 1) continue;
            int cls = commonClass(fn, uses, slot);
            if (cls == Cls.NONE) continue;
            for (int u = uses.start[slot]; u < uses.start[slot + 1]; u++) rewrite(fn, uses.site[u], cls);
            fn.tmpClass[slot] = (byte) cls;
            nop(fn, at);
        }
    }

    /** The class of all stores into the slot, or {@link Cls#NONE} if it cannot be a temporary. */
    private static int commonClass(Fn fn, Uses uses, int slot) {
        int width = -1, stored = Cls.NONE;
        for (int u = uses.start[slot]; u < uses.start[slot + 1]; u++) {
            int site = uses.site[u], op = Uses.op(fn, site);
            if (op == Op.NOP) return Cls.NONE;
            int at = Fn.STRIDE * site, cls = Fn.cls(fn.ins[at]);
            if (Op.isLoad(op)) {
                if (width != -1 && width != Op.width(op, cls)) return Cls.NONE;
                width = Op.width(op, cls);
            } else if (Op.isStore(op) && fn.ins[at + 3] == Ref.tmp(slot) && fn.ins[at + 2] != Ref.tmp(slot)) {
                int kind = Op.operand(op, Cls.W, 0);
                if (width != -1 && width != Op.width(op, kind) || stored != Cls.NONE && stored != kind) return Cls.NONE;
                width = Op.width(op, kind);
                stored = kind;
            } else {
                return Cls.NONE;
            }
        }
        return stored;
    }

    private static void rewrite(Fn fn, int site, int cls) {
        int at = Fn.STRIDE * site, op = Fn.op(fn.ins[at]), result = Fn.cls(fn.ins[at]);
        if (Op.isStore(op)) {
            int slot = fn.ins[at + 3];
            fn.ins[at] = Op.COPY | cls << 16;
            fn.ins[at + 1] = slot;
            fn.ins[at + 3] = Ref.NONE;
        } else {
            fn.ins[at] = loaded(op, result, cls) | result << 16;
        }
    }

    /** What reads a stored temporary of class {@code cls} as a load would: its upper bits are whatever the store ignored. */
    private static int loaded(int op, int result, int cls) {
        if (op != Op.LOAD) {
            boolean whole = (op == Op.LOADSW || op == Op.LOADUW) && result == Cls.W;
            if (!whole) return cls == Cls.S ? Op.CAST : Op.EXTSB + op - Op.LOADSB;
        }
        return Cls.isFloat(result) == Cls.isFloat(cls) ? Op.COPY : Op.CAST;
    }

    static void nop(Fn fn, int at) {
        fn.ins[at] = Op.NOP;
        fn.ins[at + 1] = fn.ins[at + 2] = fn.ins[at + 3] = Ref.NONE;
    }
}
