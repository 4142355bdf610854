package dev.backbench.cranelift.opt;

import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Types;

/**
 * Quotients by constants as products with a reciprocal (Granlund and Montgomery, Division by Invariant Integers using Multiplication, 1994). With N bits, M = ceil(2^(N+s) / c) and
 * e = M c - 2^(N+s), the quotient of 0 <= x < X by c is floor(M x / 2^(N+s)) as long as e X <= 2^(N+s); the least such s is taken. Where it makes M one bit too long, the factors 2 of an even
 * divisor are shifted out of the dividend first, which makes X smaller; for an odd one the bit is added by hand. Where X is at most 2^(N-1), as for the magnitude of what has a sign, M fits.
 */
final class Division {
    private long reciprocal;
    private int shift;
    private boolean isLong;

    private Division() {}

    /** @param type i32 or i64 @param divisor no power of two, zero-extended @return the value that is x / divisor */
    static int unsigned(Graph g, int type, int x, long divisor) {
        int bits = Types.laneBits(type), even = 0;
        Division by = new Division();
        by.find(bits, divisor, 0);
        if (by.isLong && (divisor & 1) == 0) {
            even = Long.numberOfTrailingZeros(divisor);
            by.find(bits, divisor >>> even, even);
            x = g.binary(Op.USHR, type, x, g.iconst(type, even));
        }
        if (!by.isLong) return by.shiftedProduct(g, type, x, false);
        int shift = by.shift - 1;
        by.shift = 0;
        int product = by.shiftedProduct(g, type, x, false);
        int half = g.binary(Op.USHR, type, g.binary(Op.ISUB, type, x, product), g.iconst(type, 1));
        return shifted(g, Op.USHR, type, g.binary(Op.IADD, type, half, product), shift);
    }

    /** @param divisor zero-extended; neither it nor its opposite is a power of two, and it is not 0 */
    static int signed(Graph g, int type, int x, long divisor) {
        int bits = Types.laneBits(type);
        long value = Constants.signExtend(type, divisor);
        Division by = new Division();
        by.find(bits, Math.abs(value), 1);
        int floor = by.shiftedProduct(g, type, x, true), sign = g.binary(Op.SSHR, type, x, g.iconst(type, bits - 1));
        return value < 0 ? g.binary(Op.ISUB, type, sign, floor) : g.binary(Op.ISUB, type, floor, sign);
    }

    /** @param spare dividends have so many bits less */
    private void find(int bits, long divisor, int spare) {
        int most = 64 - Long.numberOfLeadingZeros(divisor);
        long quotient = 0, rest = 1;
        for (int k = 0; k < bits; k++) {
            boolean over = rest < 0 || Long.compareUnsigned(2 * rest, divisor) >= 0;
            quotient = 2 * quotient + (over ? 1 : 0);
            rest = 2 * rest - (over ? divisor : 0);
        }
        // quotient and rest of 2^(bits + shift) by the divisor
        for (shift = 0; ; shift++) {
            long excess = divisor - rest;
            if (shift + spare >= most || Long.compareUnsigned(excess, 1L << shift + spare) <= 0) break;
            boolean over = rest < 0 || Long.compareUnsigned(2 * rest, divisor) >= 0;
            quotient = 2 * quotient + (over ? 1 : 0);
            rest = 2 * rest - (over ? divisor : 0);
        }
        isLong = shift == most;
        reciprocal = quotient + 1;
    }

    /** {@code floor(reciprocal * x / 2^(bits + shift))}, of a long reciprocal without its highest bit. */
    private int shiftedProduct(Graph g, int type, int x, boolean signed) {
        Op extend = signed ? Op.SEXTEND : Op.UEXTEND, right = signed ? Op.SSHR : Op.USHR;
        if (type == Types.I32) {
            int product = g.binary(Op.IMUL, Types.I64, g.unary(extend, Types.I64, x), g.iconst(Types.I64, reciprocal & 0xFFFF_FFFFL));
            return g.unary(Op.IREDUCE, type, g.binary(right, Types.I64, product, g.iconst(Types.I64, 32 + shift)));
        }
        int high = g.binary(signed ? Op.SMULHI : Op.UMULHI, type, x, g.iconst(type, reciprocal));
        if (signed && reciprocal < 0) high = g.binary(Op.IADD, type, high, x);
        return shifted(g, right, type, high, shift);
    }

    private static int shifted(Graph g, Op op, int type, int x, int by) {
        return by == 0 ? x : g.binary(op, type, x, g.iconst(type, by));
    }
}
