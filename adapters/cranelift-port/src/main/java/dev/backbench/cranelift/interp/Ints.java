package dev.backbench.cranelift.interp;

import dev.backbench.cranelift.ir.IntCC;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.TrapCode;
import java.math.BigInteger;

/** Integer arithmetic of one lane, as non-negative numbers below 2^bits. Exact rather than fast: this is what faster code is compared with. */
final class Ints {
    static final BigInteger ONE = BigInteger.ONE, ZERO = BigInteger.ZERO;

    private Ints() {}

    static BigInteger mask(int bits) {
        return ONE.shiftLeft(bits).subtract(ONE);
    }

    static BigInteger wrap(BigInteger value, int bits) {
        return value.and(mask(bits));
    }

    static BigInteger signed(BigInteger value, int bits) {
        return value.testBit(bits - 1) ? value.subtract(ONE.shiftLeft(bits)) : value;
    }

    static BigInteger minimum(int bits) {
        return ONE.shiftLeft(bits - 1).negate();
    }

    static BigInteger maximum(int bits) {
        return ONE.shiftLeft(bits - 1).subtract(ONE);
    }

    static BigInteger clampSigned(BigInteger value, int bits) {
        return wrap(value.max(minimum(bits)).min(maximum(bits)), bits);
    }

    static BigInteger clampUnsigned(BigInteger value, int bits) {
        return value.max(ZERO).min(mask(bits));
    }

    /** @return null where {@code op} is not such an operation */
    static BigInteger binary(Op op, int bits, BigInteger a, BigInteger b) throws Trap {
        return switch (op) {
            case IADD -> wrap(a.add(b), bits);
            case ISUB -> wrap(a.subtract(b), bits);
            case IMUL -> wrap(a.multiply(b), bits);
            case UMULHI -> a.multiply(b).shiftRight(bits);
            case SMULHI -> wrap(signed(a, bits).multiply(signed(b, bits)).shiftRight(bits), bits);
            case BAND -> a.and(b);
            case BOR -> a.or(b);
            case BXOR -> a.xor(b);
            case UMIN -> a.min(b);
            case UMAX -> a.max(b);
            case SMIN -> signed(a, bits).compareTo(signed(b, bits)) <= 0 ? a : b;
            case SMAX -> signed(a, bits).compareTo(signed(b, bits)) >= 0 ? a : b;
            case UDIV, SDIV, UREM, SREM -> divide(op, bits, a, b);
            default -> saturating(op, bits, a, b);
        };
    }

    private static BigInteger divide(Op op, int bits, BigInteger a, BigInteger b) throws Trap {
        if (b.signum() == 0) throw new Trap(TrapCode.INTEGER_DIVISION_BY_ZERO);
        BigInteger x = signed(a, bits), y = signed(b, bits);
        return switch (op) {
            case UDIV -> a.divide(b);
            case UREM -> a.remainder(b);
            case SREM -> wrap(x.remainder(y), bits);
            default -> {
                BigInteger quotient = x.divide(y);
                if (quotient.bitLength() >= bits) throw new Trap(TrapCode.INTEGER_OVERFLOW);
                yield wrap(quotient, bits);
            }
        };
    }

    private static BigInteger saturating(Op op, int bits, BigInteger a, BigInteger b) {
        BigInteger x = signed(a, bits), y = signed(b, bits);
        return switch (op) {
            case UADD_SAT -> clampUnsigned(a.add(b), bits);
            case USUB_SAT -> clampUnsigned(a.subtract(b), bits);
            case SADD_SAT -> clampSigned(x.add(y), bits);
            case SSUB_SAT -> clampSigned(x.subtract(y), bits);
            case AVG_ROUND -> a.add(b).add(ONE).shiftRight(1);
            case SQMUL_ROUND_SAT -> clampSigned(x.multiply(y).add(ONE.shiftLeft(bits - 2)).shiftRight(bits - 1), bits);
            case X86_PMULHRSW -> wrap(x.multiply(y).add(ONE.shiftLeft(bits - 2)).shiftRight(bits - 1), bits);
            default -> null;
        };
    }

    /** @param amount any; taken modulo the width, a power of two */
    static BigInteger shift(Op op, int bits, BigInteger a, BigInteger amount) {
        int n = amount.intValue() & bits - 1;
        return switch (op) {
            case ISHL -> wrap(a.shiftLeft(n), bits);
            case USHR -> a.shiftRight(n);
            case SSHR -> wrap(signed(a, bits).shiftRight(n), bits);
            case ROTL -> wrap(a.shiftLeft(n).or(a.shiftRight(bits - n)), bits);
            case ROTR -> wrap(a.shiftRight(n).or(a.shiftLeft(bits - n)), bits);
            default -> null;
        };
    }

    /** @return null where {@code op} is not such an operation */
    static BigInteger unary(Op op, int bits, BigInteger a) {
        return switch (op) {
            case INEG -> wrap(a.negate(), bits);
            case IABS -> wrap(signed(a, bits).abs(), bits);
            case BNOT -> a.xor(mask(bits));
            case CLZ -> BigInteger.valueOf(bits - a.bitLength());
            case CTZ -> BigInteger.valueOf(a.signum() == 0 ? bits : a.getLowestSetBit());
            case CLS -> BigInteger.valueOf(bits - 1 - signed(a, bits).bitLength());
            case POPCNT -> BigInteger.valueOf(a.bitCount());
            case BITREV -> reverse(a, bits, 1);
            case BSWAP -> reverse(a, bits, 8);
            default -> null;
        };
    }

    private static BigInteger reverse(BigInteger a, int bits, int unit) {
        BigInteger out = ZERO;
        for (int i = 0; i < bits; i += unit) out = out.shiftLeft(unit).or(a.shiftRight(i).and(mask(unit)));
        return out;
    }

    static boolean compare(IntCC condition, int bits, BigInteger a, BigInteger b) {
        int unsigned = a.compareTo(b), signed = signed(a, bits).compareTo(signed(b, bits));
        return switch (condition) {
            case EQ -> unsigned == 0;
            case NE -> unsigned != 0;
            case SLT -> signed < 0;
            case SGE -> signed >= 0;
            case SGT -> signed > 0;
            case SLE -> signed <= 0;
            case ULT -> unsigned < 0;
            case UGE -> unsigned >= 0;
            case UGT -> unsigned > 0;
            case ULE -> unsigned <= 0;
        };
    }

    /** The exact result of an operation that also tells whether it fits; signed where its name says so. {@code c} is a carry or borrow, null where there is none. */
    static BigInteger exact(Op op, int bits, BigInteger a, BigInteger b, BigInteger c) {
        boolean unsigned = op.text.startsWith("u");
        BigInteger x = unsigned ? a : signed(a, bits), y = unsigned ? b : signed(b, bits), carry = c == null || c.signum() == 0 ? ZERO : ONE;
        return switch (op) {
            case UADD_OVERFLOW, SADD_OVERFLOW, UADD_OVERFLOW_CIN, SADD_OVERFLOW_CIN, UADD_OVERFLOW_TRAP -> x.add(y).add(carry);
            case USUB_OVERFLOW, SSUB_OVERFLOW, USUB_OVERFLOW_BIN, SSUB_OVERFLOW_BIN -> x.subtract(y).subtract(carry);
            case UMUL_OVERFLOW, SMUL_OVERFLOW -> x.multiply(y);
            default -> null;
        };
    }

    static boolean overflows(Op op, int bits, BigInteger exact) {
        if (op.text.startsWith("u")) return exact.signum() < 0 || exact.bitLength() > bits;
        return exact.bitLength() >= bits;
    }
}
