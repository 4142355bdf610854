package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.TrapCode;

/** Quotients, remainders and high products of integers of 128 bits. Signed division is that of magnitudes, with the sign put on afterwards. */
final class LowerWideDivision {
    private static final int SIGN_BIT = 63;
    private final Operands o;
    private final Draft d;
    private Function f;
    /** Halves of what a step leaves. */
    private int low, high;

    LowerWideDivision(Operands operands) {
        this.o = operands;
        this.d = operands.d;
    }

    void begin(Function function) {
        f = function;
    }

    void divide(int a, int b) {
        Op op = f.op(o.inst);
        boolean signed = op == Op.SDIV || op == Op.SREM, remainder = op == Op.UREM || op == Op.SREM;
        int aLow = o.use(a), aHigh = o.useHigh(a), bLow = o.use(b), bHigh = o.useHigh(b), any = d.newInt();
        int resultLow = o.def(f.result(o.inst, 0)), resultHigh = o.defHigh(f.result(o.inst, 0));
        d.rr(OR, 8, any, bLow, bHigh);
        d.trapIf(E, TrapCode.INTEGER_DIVISION_BY_ZERO);
        if (!signed) {
            divide(remainder, resultLow, resultHigh, aLow, aHigh, bLow, bHigh);
            return;
        }
        int sign = sign(aHigh), divisorSign = sign(bHigh), quotientLow = d.newInt(), quotientHigh = d.newInt();
        negateIf(divisorSign, bLow, bHigh, d.newInt(), d.newInt());
        bLow = low;
        bHigh = high;
        negateIf(sign, aLow, aHigh, d.newInt(), d.newInt());
        divide(remainder, quotientLow, quotientHigh, low, high, bLow, bHigh);
        if (!remainder) {
            int differ = d.newInt();
            d.rr(XOR, 8, differ, sign, divisorSign);
            sign = differ;
        }
        negateIf(sign, quotientLow, quotientHigh, resultLow, resultHigh);
        if (!remainder) trapOnOverflow(sign, resultHigh);
    }

    /** Of operands of one sign the quotient is below zero only where it is 2^127. */
    private void trapOnOverflow(int sign, int resultHigh) {
        int alike = d.newInt();
        d.r(NOT, 8, alike, sign);
        d.compare(TEST, 8, alike, resultHigh);
        d.trapIf(S, TrapCode.INTEGER_OVERFLOW);
    }

    private void divide(boolean remainder, int toLow, int toHigh, int aLow, int aHigh, int bLow, int bHigh) {
        d.begin(remainder ? Form.REMAINDER_WIDE : Form.DIVIDE_WIDE, DIV, 8);
        d.defFixed(toLow, RAX);
        d.defFixed(toHigh, RDX);
        d.useFixed(aLow, RAX);
        d.useFixed(aHigh, RDX);
        d.useLate(bLow);
        d.useLate(bHigh);
        d.code.setClobbers(1 << RCX | 1 << RBX | 1 << RSI | 1 << RDI);
    }

    /** All ones below zero, else zero. */
    int sign(int upper) {
        int sign = d.newInt();
        d.ri(SAR, 8, sign, upper, SIGN_BIT);
        return sign;
    }

    /** The value where {@code sign} is 0, its negation where that is all ones; {@link #low} and {@link #high} are set too. */
    void negateIf(int sign, int fromLow, int fromHigh, int toLow, int toHigh) {
        int flippedLow = d.newInt(), flippedHigh = d.newInt();
        d.rr(XOR, 8, flippedLow, fromLow, sign);
        d.rr(XOR, 8, flippedHigh, fromHigh, sign);
        d.rr(SUB, 8, toLow, flippedLow, sign);
        d.rr(SBB, 8, toHigh, flippedHigh, sign);
        low = toLow;
        high = toHigh;
    }

    // ---- high products ----

    /** Four products of halves; of the lowest only what it carries is in the upper 128 bits. A factor below zero was taken for 2^128 more than it is. */
    void highProduct(int a, int b) {
        boolean signed = f.op(o.inst) == Op.SMULHI;
        int aLow = o.use(a), aHigh = o.useHigh(a), bLow = o.use(b), bHigh = o.useHigh(b);
        int resultLow = o.def(f.result(o.inst, 0)), resultHigh = o.defHigh(f.result(o.inst, 0));
        product(aLow, bLow);
        int carried = high;
        product(aLow, bHigh);
        add(low, high, carried, d.newInt(), d.newInt());
        int middle = low, upper = high;
        product(aHigh, bLow);
        add(low, high, middle, d.newInt(), d.newInt());
        int other = high;
        product(aHigh, bHigh);
        add(low, high, upper, d.newInt(), d.newInt());
        add(low, high, other, signed ? d.newInt() : resultLow, signed ? d.newInt() : resultHigh);
        if (!signed) return;
        subtractIf(sign(aHigh), bLow, bHigh, d.newInt(), d.newInt());
        subtractIf(sign(bHigh), aLow, aHigh, resultLow, resultHigh);
    }

    private void product(int a, int b) {
        low = d.newInt();
        high = d.newInt();
        d.begin(Form.WIDE, MUL, 8);
        d.defFixed(low, RAX);
        d.defFixed(high, RDX);
        d.useFixed(a, RAX);
        d.useAny(b);
    }

    private void add(int aLow, int aHigh, int otherLow, int toLow, int toHigh) {
        d.rr(ADD, 8, toLow, aLow, otherLow);
        d.ri(ADC, 8, toHigh, aHigh, 0);
        low = toLow;
        high = toHigh;
    }

    /** Takes a number away from what {@link #low} and {@link #high} hold, if {@code sign} is all ones. */
    private void subtractIf(int sign, int otherLow, int otherHigh, int toLow, int toHigh) {
        int lower = d.newInt(), upper = d.newInt();
        d.rr(AND, 8, lower, otherLow, sign);
        d.rr(AND, 8, upper, otherHigh, sign);
        d.rr(SUB, 8, toLow, low, lower);
        d.rr(SBB, 8, toHigh, high, upper);
        low = toLow;
        high = toHigh;
    }
}
