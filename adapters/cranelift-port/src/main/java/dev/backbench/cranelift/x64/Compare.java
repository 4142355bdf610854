package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.cranelift.ir.FloatCC;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.IntCC;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Types;

/** Sets the flags for what follows at once, and says which condition to look at. */
final class Compare {
    private final Operands o;
    private final Draft d;
    private Function f;

    Compare(Operands operands) {
        this.o = operands;
        this.d = operands.d;
    }

    void begin(Function function) {
        f = function;
    }

    /** @return the condition under which the value is not zero */
    int truth(int value) {
        int inverted = 0, v = f.resolve(value);
        for (int step = 0; step < 8; step++) {
            int extended = o.matchedShared(v, Op.UEXTEND), compared = o.matchedShared(v, Op.ICMP), reduced = o.matchedShared(v, Op.IREDUCE);
            if (extended >= 0) {
                v = f.resolve(f.arg(extended, 0));
            } else if (reduced >= 0 && isTruth(f.arg(reduced, 0))) {
                v = f.resolve(f.arg(reduced, 0));
            } else if (compared >= 0 && isZeroTest(compared)) {
                if (IntCC.of(f.flags(compared)) == IntCC.EQ) inverted ^= 1;
                v = f.resolve(f.arg(compared, 0));
            } else {
                break;
            }
        }
        boolean shared = v != f.resolve(value) || o.uses(v) > 1;
        o.sinking = !shared;
        int condition = condition(v) ^ inverted;
        o.sinking = true;
        return condition;
    }

    /** A comparison's result, 0 or 1, whatever it is reduced to. */
    private boolean isTruth(int value) {
        return o.matchedShared(value, Op.ICMP) >= 0 || o.matchedShared(value, Op.FCMP) >= 0;
    }

    private boolean isZeroTest(int compare) {
        IntCC cc = IntCC.of(f.flags(compare));
        int right = f.arg(compare, 1);
        return (cc == IntCC.EQ || cc == IntCC.NE) && o.isConstant(right) && o.constantOf(right) == 0;
    }

    private int condition(int v) {
        int compared = o.matchedShared(v, Op.ICMP);
        if (compared >= 0) return integers(IntCC.of(f.flags(compared)), f.arg(compared, 0), f.arg(compared, 1));
        int floats = o.matchedShared(v, Op.FCMP);
        if (floats >= 0) return floats(FloatCC.of(f.flags(floats)), f.arg(floats, 0), f.arg(floats, 1));
        if (Operands.isWide(o.type(v))) {
            int any = d.newInt();
            d.rr(OR, 8, any, o.use(v), o.useHigh(v));
            return NE;
        }
        return zeroTest(v, Types.bytes(o.type(v))) ^ 1;
    }

    /** @return the condition of {@code value == 0}; other conditions hold of the value likewise */
    private int zeroTest(int value, int size) {
        int and = o.matched(value, Op.BAND);
        if (and < 0) {
            int register = o.use(value);
            d.compare(TEST, size, register, register);
            return E;
        }
        int left = f.arg(and, 0), right = f.arg(and, 1);
        int mask = o.isConstant(right) ? right : o.isConstant(left) ? left : -1;
        if (mask < 0) {
            int register = o.use(left);
            d.compare(TEST, size, register, o.use(right));
            return E;
        }
        int tested = o.use(mask == right ? left : right);
        long bits = o.constantOf(mask);
        if (o.isImmediate(mask)) {
            d.compareImmediate(TEST, size, tested, bits);
        } else if (Long.bitCount(bits) == 1) {
            d.begin(Form.COMPARE_I, BT, 8, Long.numberOfTrailingZeros(bits));
            d.use(tested);
            return AE;
        } else {
            d.compare(TEST, size, tested, o.constant(bits, 8));
        }
        return E;
    }

    int integers(IntCC cc, int a, int b) {
        int type = o.type(a);
        if (Operands.isWide(type)) return wide(cc, a, b);
        if (o.isConstant(a) && !o.isConstant(b)) {
            int swap = a;
            a = b;
            b = swap;
            cc = cc.swapped();
        }
        int size = Types.bytes(type);
        if (o.isConstant(b) && o.constantOf(b) == 0) {
            if (cc == IntCC.EQ) return zeroTest(a, size);
            if (cc == IntCC.NE) return zeroTest(a, size) ^ 1;
            if (cc == IntCC.SLT || cc == IntCC.SGE) {
                int register = o.use(a);
                d.compare(TEST, size, register, register);
                return cc == IntCC.SLT ? S : NS;
            }
        }
        if (o.isImmediate(b)) return immediate(cc, a, b, size);
        if (o.canSink(b, size)) {
            int left = o.use(a);
            o.sinkLoad(b, size);
            d.compareMemory(CMP, size, left);
        } else if (o.canSink(a, size)) {
            int right = o.use(b);
            o.sinkLoad(a, size);
            d.store(CMP, size, right);
        } else {
            int left = o.use(a);
            d.compare(CMP, size, left, o.use(b));
        }
        return Conditions.integer(cc);
    }

    private int immediate(IntCC cc, int a, int b, int size) {
        int value = (int) o.constantOf(b);
        if (o.sinkLoad(a, size)) d.storeImmediate(CMP, size, value);
        else d.compareImmediate(CMP, size, o.use(a), value);
        return Conditions.integer(cc);
    }

    /** Equality by what differs in either half; order by the borrow of a subtraction. */
    private int wide(IntCC cc, int a, int b) {
        boolean swap = cc == IntCC.SGT || cc == IntCC.SLE || cc == IntCC.UGT || cc == IntCC.ULE;
        int first = swap ? b : a, second = swap ? a : b;
        IntCC order = swap ? cc.swapped() : cc;
        int low = wideLow(first), high = wideHigh(first), lowOther = wideLow(second), highOther = wideHigh(second);
        int difference = d.newInt(), rest = d.newInt();
        if (order == IntCC.EQ || order == IntCC.NE) {
            int any = d.newInt();
            d.rr(XOR, 8, difference, low, lowOther);
            d.rr(XOR, 8, rest, high, highOther);
            d.rr(OR, 8, any, difference, rest);
            return Conditions.integer(order);
        }
        d.compare(CMP, 8, low, lowOther);
        d.rr(SBB, 8, rest, high, highOther);
        return Conditions.integer(order);
    }

    private int wideLow(int value) {
        return o.use(value);
    }

    private int wideHigh(int value) {
        return o.useHigh(value);
    }

    int floats(FloatCC cc, int a, int b) {
        int size = Types.bytes(o.type(a));
        boolean swap = Conditions.swaps(cc);
        int first = o.use(swap ? b : a), second = swap ? a : b;
        int insn = size == 4 ? UCOMISS : UCOMISD;
        if (second != (swap ? b : a) && o.sinkLoad(second, size)) d.compareMemory(insn, size, first);
        else d.compare(insn, size, first, o.use(second));
        return Conditions.floating(cc);
    }
}
