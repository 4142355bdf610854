package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.cranelift.ir.FloatCC;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.IntCC;
import dev.backbench.cranelift.ir.Op;

/** Sets the flags for what follows at once, and says which condition to look at. Which way is for the rules. */
final class Compare {
    private final Operands o;
    private final Draft d;
    private final LowerContext rules;
    private Function f;

    Compare(Operands operands, LowerContext rules) {
        this.rules = rules;
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
        boolean shared = v != f.resolve(value) || o.uses(v) > 1, before = o.sinking;
        o.sinking = before && !shared;
        int condition = rules.is_true(v) ^ inverted;
        o.sinking = before;
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

    int wideTruth(int value) {
        int any = d.newInt(), low = o.use(value);
        d.rr(OR, 8, any, low, o.useHigh(value));
        return NE;
    }

    /** @return the condition of no common bit */
    int test(int size, int a, int b) {
        d.compare(TEST, size, a, b);
        return E;
    }

    /** @return the condition of no common bit */
    int testImmediate(int size, int a, long mask) {
        d.compareImmediate(TEST, size, a, mask);
        return E;
    }

    /** @param mask of one bit @return the condition under which it is set */
    int testBit(int a, long mask) {
        d.begin(Form.COMPARE_I, BT, 8, Long.numberOfTrailingZeros(mask));
        d.use(a);
        return B;
    }

    /** @param bit its number, modulo the width @return the condition under which it is set */
    int testBitOf(int size, int a, int bit) {
        d.compare(BT, size, bit, a);
        return B;
    }

    /** @return the condition of not 0 */
    int memoryZero(int size) {
        d.storeImmediate(CMP, size, 0);
        return NE;
    }

    /** @return the condition of no common bit */
    int testMemoryImmediate(int size, int mask) {
        d.storeImmediate(TEST, size, mask);
        return E;
    }

    /** @return the condition of less than 0 */
    int sign(int size, int a) {
        d.compare(TEST, size, a, a);
        return S;
    }

    int order(int condition, int size, int a, int b) {
        d.compare(CMP, size, a, b);
        return condition;
    }

    int registers(IntCC cc, int size, int a, int b) {
        d.compare(CMP, size, a, b);
        return Conditions.integer(cc);
    }

    int immediate(IntCC cc, int size, int a, int b) {
        d.compareImmediate(CMP, size, a, b);
        return Conditions.integer(cc);
    }

    int memoryImmediate(IntCC cc, int size, int b) {
        d.storeImmediate(CMP, size, b);
        return Conditions.integer(cc);
    }

    int registerMemory(IntCC cc, int size, int a) {
        d.compareMemory(CMP, size, a);
        return Conditions.integer(cc);
    }

    int memoryRegister(IntCC cc, int size, int b) {
        d.store(CMP, size, b);
        return Conditions.integer(cc);
    }

    /** Equality by what differs in either half; order by the borrow of a subtraction. */
    int wide(IntCC cc, int a, int b) {
        boolean swap = cc == IntCC.SGT || cc == IntCC.SLE || cc == IntCC.UGT || cc == IntCC.ULE;
        int first = swap ? b : a, second = swap ? a : b;
        IntCC order = swap ? cc.swapped() : cc;
        int low = o.use(first), high = o.useHigh(first), lowOther = o.use(second), highOther = o.useHigh(second);
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

    /** In the order that {@link Conditions#swaps} asks for. */
    int floats(FloatCC cc, int a, int b, int size) {
        d.compare(size == 4 ? UCOMISS : UCOMISD, size, a, b);
        return Conditions.floating(cc);
    }

    int floatMemory(FloatCC cc, int a, int size) {
        d.compareMemory(size == 4 ? UCOMISS : UCOMISD, size, a);
        return Conditions.floating(cc);
    }
}
