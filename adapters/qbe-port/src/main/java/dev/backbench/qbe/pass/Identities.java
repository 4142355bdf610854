package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.IntCmp;
import dev.backbench.qbe.il.FltCmp;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;

/**
 * Simplifies one instruction by what its operands are: constants fold, neutral operands go, constants of chains of one operation are combined, extensions of what is narrow already
 * vanish, comparisons of comparisons become one. Exact for every input, NaNs and traps included.
 */
final class Identities {
    private static final int MAX_REWRITES = 6;

    private final Fold fold = new Fold();
    private Fn fn;
    /** By temporary: its defining instruction, -1 for phis and what is not known. */
    private int[] def;
    private boolean rewritten;

    void begin(Fn fn, int[] def) {
        this.fn = fn;
        this.def = def;
    }

    /** Simplifies the instruction at {@code ins[at]}, in place where it stays one. @return an operand that equals its result, or {@link Ref#NONE} */
    int simplify(int at) {
        for (int n = 0; n < MAX_REWRITES; n++) {
            rewritten = false;
            int value = step(at);
            if (value != Ref.NONE || !rewritten) return value;
        }
        return Ref.NONE;
    }

    private int step(int at) {
        int[] ins = fn.ins;
        int op = Fn.op(ins[at]), cls = Fn.cls(ins[at]), second = Op.operand(op, cls, 1);
        if (Op.operand(op, cls, 0) == Cls.W) ins[at + 2] = narrow(ins[at + 2]);
        if (second == Cls.W) ins[at + 3] = narrow(ins[at + 3]);
        int a = ins[at + 2], b = ins[at + 3];
        if (Op.folds(op) && fn.isNumber(a) && (second == Cls.NONE || fn.isNumber(b)) && fold.evaluate(op, cls, fn.bits(a), second == Cls.NONE ? 0 : fn.bits(b))) {
            return constant(cls, fold.bits);
        }
        if (op == Op.STOREB || op == Op.STOREH) ins[at + 2] = stored(a, 8 * Op.width(op, cls));
        if (Op.isIntCmp(op)) return comparison(at, op, cls, a, b);
        if (Op.isExtension(op)) return extension(at, op, cls, a);
        if (op == Op.COPY) return cls == Cls.W && Ref.isCon(a) && !fn.isNumber(a) && a != Ref.UNDEFINED ? Ref.NONE : a;
        if (op == Op.CAST) return inner(a, Op.CAST) >= 0 && classOf(fn.ins[inner(a, Op.CAST) + 2]) == cls ? fn.ins[inner(a, Op.CAST) + 2] : Ref.NONE;
        if (op == Op.NEG) return inner(a, Op.NEG) >= 0 && classOf(a) == cls && classOf(fn.ins[inner(a, Op.NEG) + 2]) == cls ? fn.ins[inner(a, Op.NEG) + 2] : Ref.NONE;
        if ((op == Op.LOADSW || op == Op.LOADUW) && cls == Cls.W) ins[at] = Op.LOAD;
        if (Cls.isFloat(cls) || op > Op.SHL) return Ref.NONE;
        if (Op.commutes(op) && rank(a) > rank(b)) {
            ins[at + 2] = b;
            ins[at + 3] = a;
            a = ins[at + 2];
            b = ins[at + 3];
        }
        return fn.isNumber(b) ? withNumber(at, op, cls, a, fn.bits(b)) : plain(at, op, cls, a, b);
    }

    /** Temporaries come before addresses, and numbers last. */
    private int rank(int ref) {
        return Ref.isTmp(ref) ? Ref.value(ref) : fn.isNumber(ref) ? Integer.MAX_VALUE : Integer.MAX_VALUE - 1;
    }

    /** What a word operand may as well be: a number with the sign of its lower half, a long before it was extended or after it was cut. */
    private int narrow(int ref) {
        if (fn.isNumber(ref)) return fn.constant((int) fn.bits(ref));
        if (!Ref.isTmp(ref)) return ref;
        int at = inner(ref, Op.EXTSW);
        if (at < 0) at = inner(ref, Op.EXTUW);
        if (at < 0 && (at = inner(ref, Op.COPY)) >= 0 && !Ref.isTmp(fn.ins[at + 2])) at = -1;
        return at < 0 ? ref : fn.ins[at + 2];
    }

    /** What is stored need not be extended first. */
    private int stored(int ref, int width) {
        if (!Ref.isTmp(ref) || def[Ref.value(ref)] < 0) return ref;
        int at = Fn.STRIDE * def[Ref.value(ref)], op = Fn.op(fn.ins[at]);
        return Op.isExtension(op) && bitsOf(op) >= width ? fn.ins[at + 2] : ref;
    }

    private int constant(int cls, long bits) {
        return fn.constant(Cls.isWide(cls) ? bits : cls == Cls.S ? bits & 0xFFFFFFFFL : (int) bits);
    }

    private int classOf(int ref) {
        return Ref.isTmp(ref) ? fn.tmpClass[Ref.value(ref)] : Cls.NONE;
    }

    /** Where the operand is the result of that operation: that instruction's place, else -1. */
    private int inner(int ref, int op) {
        if (!Ref.isTmp(ref)) return -1;
        int i = def[Ref.value(ref)];
        return i >= 0 && Fn.op(fn.ins[Fn.STRIDE * i]) == op ? Fn.STRIDE * i : -1;
    }

    private int rewrite(int at, int op, int cls, int a, int b) {
        fn.ins[at] = op | cls << 16;
        fn.ins[at + 2] = a;
        fn.ins[at + 3] = b;
        rewritten = true;
        return Ref.NONE;
    }

    // ---- arithmetic ----

    /** Both operands unknown. */
    private int plain(int at, int op, int cls, int a, int b) {
        boolean same = a == b && Ref.isTmp(a);
        return switch (op) {
            case Op.SUB -> same ? constant(cls, 0) : fn.isNumber(a) && fn.bits(a) == 0 ? rewrite(at, Op.NEG, cls, b, Ref.NONE) : Ref.NONE;
            case Op.XOR -> same ? constant(cls, 0) : Ref.NONE;
            case Op.AND, Op.OR -> same && (cls == Cls.W || classOf(a) == cls) ? a : Ref.NONE;
            case Op.SHL, Op.SHR, Op.SAR -> fn.isNumber(a) && fn.bits(a) == 0 ? a : Ref.NONE;
            default -> Ref.NONE;
        };
    }

    private int withNumber(int at, int op, int cls, int a, long number) {
        long n = Cls.isWide(cls) ? number : (int) number;
        switch (op) {
            case Op.ADD -> {
                if (n == 0) return a;
                if (cls == Cls.L && Ref.isCon(a) && fn.conKind[Ref.value(a)] == Fn.CON_ADDRESS) return address(a, n);
            }
            case Op.SUB -> {
                return n == 0 ? a : rewrite(at, Op.ADD, cls, a, constant(cls, -n));
            }
            case Op.MUL -> {
                if (n == 0) return constant(cls, 0);
                if (n == 1) return a;
                if (n == -1) return rewrite(at, Op.NEG, cls, a, Ref.NONE);
            }
            case Op.AND -> {
                if (n == 0) return constant(cls, 0);
                if (n == -1) return a;
                if (n == 0xFF || n == 0xFFFF) return rewrite(at, n == 0xFF ? Op.EXTUB : Op.EXTUH, cls, a, Ref.NONE);
                if (n == 0xFFFFFFFFL) return rewrite(at, Op.EXTUW, cls, a, Ref.NONE);
            }
            case Op.OR -> {
                if (n == 0) return a;
                if (n == -1) return constant(cls, -1);
            }
            case Op.XOR -> {
                if (n == 0) return a;
            }
            case Op.DIV, Op.UDIV -> {
                return n == 1 ? a : Ref.NONE;
            }
            case Op.REM, Op.UREM -> {
                return n == 1 ? constant(cls, 0) : Ref.NONE;
            }
            default -> {
                return shift(at, op, cls, a, (int) number & (Cls.isWide(cls) ? 63 : 31));
            }
        }
        return chain(at, op, cls, a, n);
    }

    private int address(int symbol, long plus) {
        long offset = fn.bits(symbol) + plus;
        return offset == (int) offset ? fn.address(false, fn.conSymbol[Ref.value(symbol)], offset) : Ref.NONE;
    }

    /** {@code (x op m) op n} is {@code x op (m op n)}. */
    private int chain(int at, int op, int cls, int a, long n) {
        int before = inner(a, op);
        if (before < 0 || Fn.cls(fn.ins[before]) != cls || !fn.isNumber(fn.ins[before + 3])) return Ref.NONE;
        long m = fn.bits(fn.ins[before + 3]);
        fold.evaluate(op, cls, m, n);
        return rewrite(at, op, cls, fn.ins[before + 2], constant(cls, fold.bits));
    }

    private int shift(int at, int op, int cls, int a, int n) {
        int width = Cls.isWide(cls) ? 64 : 32;
        if (n == 0) return a;
        fn.ins[at + 3] = fn.constant(n);
        int before = inner(a, op);
        if (before >= 0 && Fn.cls(fn.ins[before]) == cls && fn.isNumber(fn.ins[before + 3])) {
            int sum = n + ((int) fn.bits(fn.ins[before + 3]) & width - 1);
            if (sum >= width && op != Op.SAR) return constant(cls, 0);
            return rewrite(at, op, cls, fn.ins[before + 2], fn.constant(Math.min(sum, width - 1)));
        }
        int left = op == Op.SHL ? -1 : inner(a, Op.SHL);
        if (left < 0 || Fn.cls(fn.ins[left]) != cls || !fn.isNumber(fn.ins[left + 3]) || fn.bits(fn.ins[left + 3]) != n) return Ref.NONE;
        int signed = op == Op.SAR ? 0 : 1;
        return switch (width - n) { // up and down again: an extension
            case 8 -> rewrite(at, Op.EXTSB + signed, cls, fn.ins[left + 2], Ref.NONE);
            case 16 -> rewrite(at, Op.EXTSH + signed, cls, fn.ins[left + 2], Ref.NONE);
            case 32 -> rewrite(at, Op.EXTSW + signed, cls, fn.ins[left + 2], Ref.NONE);
            default -> Ref.NONE;
        };
    }

    // ---- extensions ----

    private static int bitsOf(int extension) {
        return 8 << (extension - Op.EXTSB) / 2;
    }

    private static boolean isSigned(int extension) {
        return (extension - Op.EXTSB) % 2 == 0;
    }

    private int extension(int at, int op, int cls, int a) {
        if (!Ref.isTmp(a)) return Ref.NONE;
        int width = bitsOf(op);
        boolean signed = isSigned(op);
        int known = narrowness(a, signed);
        if (known <= width && (cls == Cls.W || classOf(a) == cls)) return a;
        int i = def[Ref.value(a)];
        if (i < 0) return Ref.NONE;
        int inner = Fn.STRIDE * i, before = Fn.op(fn.ins[inner]);
        if (Op.isExtension(before) && bitsOf(before) >= width) return rewrite(at, op, cls, fn.ins[inner + 2], Ref.NONE);
        if (before == Op.AND && fn.isNumber(fn.ins[inner + 3])) {
            long mask = -1L >>> 64 - width;
            if ((fn.bits(fn.ins[inner + 3]) & mask) == mask) return rewrite(at, op, cls, fn.ins[inner + 2], Ref.NONE);
        }
        if (cls != Cls.L || known > width) return Ref.NONE;
        // what is narrow anyway is made a long at once
        if (Op.isExtension(before)) return rewrite(at, before, cls, fn.ins[inner + 2], Ref.NONE);
        return Op.isIntCmp(before) || Op.isFltCmp(before) ? rewrite(at, before, cls, fn.ins[inner + 2], fn.ins[inner + 3]) : Ref.NONE;
    }

    /** Bits from which the value, up to its class's width, is a signed or unsigned extension; 64 if nothing is known. */
    private int narrowness(int ref, boolean signed) {
        int i = def[Ref.value(ref)];
        if (i < 0) return 64;
        int op = Fn.op(fn.ins[Fn.STRIDE * i]), cls = Fn.cls(fn.ins[Fn.STRIDE * i]);
        int bits = 64;
        boolean negative = false;
        if (Op.isIntCmp(op) || Op.isFltCmp(op)) {
            bits = 1;
        } else if (Op.isExtension(op)) {
            bits = bitsOf(op);
            negative = isSigned(op);
        } else if (Op.isLoad(op) && op != Op.LOAD) {
            bits = bitsOf(op - Op.LOADSB + Op.EXTSB);
            negative = isSigned(op - Op.LOADSB + Op.EXTSB);
        } else if (op == Op.AND && fn.isNumber(fn.ins[Fn.STRIDE * i + 3])) {
            long mask = fn.bits(fn.ins[Fn.STRIDE * i + 3]);
            bits = 64 - Long.numberOfLeadingZeros(cls == Cls.W ? mask & 0xFFFFFFFFL : mask);
        }
        if (cls == Cls.W && bits >= 32) return 64;
        return negative == signed ? bits : signed ? bits + 1 : 64;
    }

    // ---- comparisons ----

    private int comparison(int at, int op, int cls, int a, int b) {
        int cmp = Op.comparison(op), base = op - cmp;
        if (rank(a) > rank(b)) {
            rewrite(at, base + IntCmp.swapped(cmp), cls, b, a);
            return Ref.NONE;
        }
        if (a == b && Ref.isTmp(a)) return constant(cls, cmp == IntCmp.EQ || cmp == IntCmp.SGE || cmp == IntCmp.SLE || cmp == IntCmp.UGE || cmp == IntCmp.ULE ? 1 : 0);
        if (!fn.isNumber(b)) return Ref.NONE;
        long n = base == Op.CEQL ? fn.bits(b) : (int) fn.bits(b);
        if (n == 0) {
            if (cmp == IntCmp.ULT || cmp == IntCmp.UGE) return constant(cls, cmp == IntCmp.UGE ? 1 : 0);
            if (cmp == IntCmp.UGT || cmp == IntCmp.ULE) return rewrite(at, base + (cmp == IntCmp.UGT ? IntCmp.NE : IntCmp.EQ), cls, a, b);
        }
        if ((n == 0 || n == 1) && (cmp == IntCmp.EQ || cmp == IntCmp.NE)) return ofTruth(at, cls, a, (n == 0) == (cmp == IntCmp.EQ));
        return Ref.NONE;
    }

    /** A comparison's result compared with a truth value: itself, or the opposite where there is one (an order of floats has none, because of NaNs). */
    private int ofTruth(int at, int cls, int a, boolean negate) {
        if (!Ref.isTmp(a) || def[Ref.value(a)] < 0) return Ref.NONE;
        int inner = Fn.STRIDE * def[Ref.value(a)], op = Fn.op(fn.ins[inner]);
        if (!Op.isIntCmp(op) && !Op.isFltCmp(op)) return Ref.NONE;
        if (!negate) return classOf(a) == cls || cls == Cls.W ? a : rewrite(at, op, cls, fn.ins[inner + 2], fn.ins[inner + 3]);
        int opposite = opposite(op);
        return opposite < 0 ? Ref.NONE : rewrite(at, opposite, cls, fn.ins[inner + 2], fn.ins[inner + 3]);
    }

    /** The comparison that is true where this one is false, or -1. */
    static int opposite(int op) {
        int cmp = Op.comparison(op);
        if (Op.isIntCmp(op)) return op - cmp + IntCmp.negated(cmp);
        int base = op - (cmp - IntCmp.COUNT);
        return switch (cmp - IntCmp.COUNT) {
            case FltCmp.EQ -> base + FltCmp.NE;
            case FltCmp.NE -> base + FltCmp.EQ;
            case FltCmp.O -> base + FltCmp.UO;
            case FltCmp.UO -> base + FltCmp.O;
            default -> -1;
        };
    }
}
