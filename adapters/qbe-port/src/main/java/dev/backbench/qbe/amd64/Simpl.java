package dev.backbench.qbe.amd64;

import static dev.backbench.qbe.il.Cls.L;
import static dev.backbench.qbe.il.Cls.W;
import static dev.backbench.qbe.il.Ref.NONE;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.IntCmp;
import dev.backbench.qbe.il.Jump;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;

/**
 * Simplifies what the machine does slowly or not at all: copies of memory become loads and stores, multiplication and division by powers of two shifts, unsigned division by
 * any other constant a multiplication where the wide product exists ({@code w}).
 *
 * <p>Long copies become a loop of their own blocks, the last of the function. Linear in the result; a copy becomes at most {@link #UNROLLED} / 8 + 3 moves, or a loop.
 */
public final class Simpl {
    private static final int UNROLLED = 128;

    private Fn fn;
    private int open;

    public void run(Fn fn) {
        this.fn = fn;
        boolean any = false;
        int before = fn.blocks;
        for (int b = 0; b < before; b++) {
            int from = fn.insStart[b], to = fn.insEnd[b];
            int i = from;
            while (i < to && !interesting(i)) i++;
            if (i == to) continue;
            any = true;
            block(b, from, to);
        }
        if (any) fn.compact();
    }

    private boolean interesting(int i) {
        int op = Fn.op(fn.ins[Fn.STRIDE * i]);
        return op == Op.BLIT0 || op == Op.MUL || op == Op.DIV || op == Op.UDIV || op == Op.UREM || op == Op.REM;
    }

    private void block(int b, int from, int to) {
        int jump = fn.jump[b], argument = fn.jumpArg[b], s1 = fn.s1[b], s2 = fn.s2[b];
        open = b;
        fn.insStart[b] = fn.insCount;
        for (int i = from; i < to; i++) {
            int at = Fn.STRIDE * i, op = Fn.op(fn.ins[at]), cls = Fn.cls(fn.ins[at]), name = fn.ins[at + 1], first = fn.ins[at + 2], second = fn.ins[at + 3];
            if (op == Op.BLIT0) blit(first, second, Ref.value(fn.ins[Fn.STRIDE * ++i + 2]));
            else if (Cls.isFloat(cls) || !arithmetic(op, cls, name, first, second)) fn.emit(op, cls, name, first, second);
        }
        VarArgs.setJump(fn, open, jump, argument, s1, s2);
        fn.insEnd[open] = fn.insCount;
        if (open != b) Abi.renamePredecessor(fn, b, open, s1, s2);
    }

    private int binary(int op, int cls, int first, int second) {
        int result = Ref.tmp(fn.newTemporary(cls, 0));
        fn.emit(op, cls, result, first, second);
        return result;
    }

    // ---- arithmetic ----

    /** Emits something better than the operation, if there is something. */
    private boolean arithmetic(int op, int cls, int to, int first, int second) {
        if (op == Op.MUL && fn.isNumber(first) && !fn.isNumber(second)) return arithmetic(op, cls, to, second, first);
        if (!fn.isNumber(second)) return false;
        long mask = Cls.isWide(cls) ? -1 : 0xFFFFFFFFL, value = fn.bits(second) & mask;
        if (value == 0) return false;
        int log = Long.numberOfTrailingZeros(value);
        boolean power = Long.bitCount(value) == 1;
        switch (op) {
            case Op.MUL -> {
                if (power) fn.emit(Op.SHL, cls, to, first, fn.constant(log));
                return power;
            }
            case Op.UDIV -> {
                if (power) fn.emit(Op.SHR, cls, to, first, fn.constant(log));
                else if (cls == W) divideWord(to, first, value);
                return power || cls == W;
            }
            case Op.UREM -> {
                if (power) fn.emit(Op.AND, cls, to, first, fn.constant(value - 1));
                else if (cls == W) remainder(cls, to, first, second, divideWord(Ref.tmp(fn.newTemporary(W, 0)), first, value));
                return power || cls == W;
            }
            default -> {
                long signed = Cls.isWide(cls) ? fn.bits(second) : (int) fn.bits(second);
                if (!power || signed < 2 || op != Op.DIV && op != Op.REM) return false;
                int quotient = op == Op.DIV ? to : Ref.tmp(fn.newTemporary(cls, 0));
                divideSigned(cls, quotient, first, log);
                if (op == Op.REM) {
                    fn.emit(Op.SUB, cls, to, first, binary(Op.SHL, cls, quotient, fn.constant(log)));
                }
                return true;
            }
        }
    }

    /** Negative dividends get the divisor less one added, so that the shift rounds towards zero. */
    private void divideSigned(int cls, int to, int first, int log) {
        int bits = Cls.isWide(cls) ? 64 : 32;
        int sign = log == 1 ? first : binary(Op.SAR, cls, first, fn.constant(bits - 1));
        int bias = binary(Op.SHR, cls, sign, fn.constant(bits - log));
        fn.emit(Op.SAR, cls, to, binary(Op.ADD, cls, first, bias), fn.constant(log));
    }

    private void remainder(int cls, int to, int first, int second, int quotient) {
        fn.emit(Op.SUB, cls, to, first, binary(Op.MUL, cls, quotient, second));
    }

    /**
     * Unsigned words by a constant d that is no power of two (Granlund and Montgomery, "Division by Invariant Integers using Multiplication", 1994): with l the bits of d - 1,
     * m = 2^(32+l) / d rounded up has 33 bits and x / d is m x / 2^(32+l). Where m fits 32 bits the product fits 64; otherwise x is added to
     * the product's upper half, which 64 bits hold.
     */
    private int divideWord(int to, int first, long d) {
        int l = 64 - Long.numberOfLeadingZeros(d - 1);
        long low = Long.divideUnsigned((1L << l) - d << 32, d) + 1;
        int wide = Ref.tmp(fn.newTemporary(L, 0));
        fn.emit(Op.EXTUW, L, wide, first, NONE);
        int shift = l;
        long m = low + (1L << 32);
        // An even multiplier, or the one of a smaller shift that is still exact, fits 32 bits
        for (int s = l - 1; s >= 0 && m >= 1L << 32; s--) {
            long candidate = Long.divideUnsigned((1L << 32 + s) + d - 1, d), excess = candidate * d - (1L << 32 + s);
            if (candidate < 1L << 32 && excess <= 1L << s) {
                m = candidate;
                shift = s;
            }
        }
        if (m < 1L << 32) {
            int high = binary(Op.SHR, L, binary(Op.MUL, L, wide, fn.constant(m)), fn.constant(32 + shift));
            fn.emit(Op.COPY, W, to, high, NONE);
            return to;
        }
        int top = binary(Op.SHR, L, binary(Op.MUL, L, wide, fn.constant(low)), fn.constant(32));
        int sum = binary(Op.SHR, L, binary(Op.ADD, L, wide, top), fn.constant(l));
        fn.emit(Op.COPY, W, to, sum, NONE);
        return to;
    }

    // ---- copies of memory ----

    private void blit(int from, int to, int size) {
        int whole = size & -8, at = 0;
        if (size > UNROLLED) loop(from, to, at = whole);
        for (; at < whole; at += 8) move(from, to, at, 8);
        for (int w = 4; w > 0; w /= 2) if ((size & w) != 0) at += move(from, to, at, w);
    }

    /** @return the bytes moved */
    private int move(int from, int to, int offset, int width) {
        int load = width == 8 ? Op.LOAD : width == 4 ? Op.LOADUW : width == 2 ? Op.LOADUH : Op.LOADUB;
        int store = width == 8 ? Op.STOREL : width == 4 ? Op.STOREW : width == 2 ? Op.STOREH : Op.STOREB;
        int cls = width == 8 ? L : W, value = Ref.tmp(fn.newTemporary(cls, 0));
        fn.emit(load, cls, value, plus(from, offset), NONE);
        fn.emit(store, W, NONE, value, plus(to, offset));
        return width;
    }

    private int plus(int base, int offset) {
        return offset == 0 ? base : binary(Op.ADD, L, base, fn.constant(offset));
    }

    /** Eight bytes a turn; goes on in a new block. */
    private void loop(int from, int to, int bytes) {
        int before = open, body = fn.newBlock(0), after = fn.newBlock(0);
        fn.insEnd[before] = fn.insCount;
        VarArgs.setJump(fn, before, Jump.JMP, NONE, body, -1);
        int at = Ref.tmp(fn.newTemporary(L, 0)), next = Ref.tmp(fn.newTemporary(L, 0));
        fn.phiStart[body] = fn.phiCount;
        fn.newPhi(L, at);
        fn.phiArgument(before, fn.constant(0));
        fn.phiArgument(body, next);
        fn.phiEnd[body] = fn.phiCount;
        fn.insStart[body] = fn.insCount;
        int value = binary(Op.LOAD, L, binary(Op.ADD, L, from, at), NONE);
        fn.emit(Op.STOREL, W, NONE, value, binary(Op.ADD, L, to, at));
        fn.emit(Op.ADD, L, next, at, fn.constant(8));
        int again = binary(Op.CEQL + IntCmp.NE, W, next, fn.constant(bytes));
        fn.insEnd[body] = fn.insCount;
        VarArgs.setJump(fn, body, Jump.JNZ, again, body, after);
        fn.phiStart[after] = fn.phiEnd[after] = fn.phiCount;
        fn.insStart[after] = fn.insCount;
        open = after;
    }
}
