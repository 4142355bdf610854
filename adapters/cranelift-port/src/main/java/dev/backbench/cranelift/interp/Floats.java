package dev.backbench.cranelift.interp;

import dev.backbench.cranelift.ir.FloatCC;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.TrapCode;
import dev.backbench.cranelift.ir.Types;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Arithmetic of f32 and f64 on their bits. Java's own conversions may quieten a NaN, so NaNs never pass through them: an operand that is one comes out quietened, the first before
 * the second, and an operation that makes one gives the positive quiet NaN without payload.
 */
final class Floats {
    private static final long QUIET32 = 0x0040_0000L, NAN32 = 0x7fc0_0000L, SIGN32 = 0x8000_0000L, INFINITY32 = 0x7f80_0000L;
    private static final long QUIET64 = 0x0008_0000_0000_0000L, NAN64 = 0x7ff8_0000_0000_0000L, INFINITY64 = 0x7ff0_0000_0000_0000L;
    private static final int PAYLOAD_SHIFT = 29;

    private Floats() {}

    static void check(int lane, String what) {
        if (lane != Types.F32 && lane != Types.F64) throw new Unsupported(Types.name(lane) + " " + what);
    }

    static boolean isNaN(int lane, long bits) {
        return lane == Types.F32 ? (bits & ~SIGN32) > INFINITY32 : (bits & Long.MAX_VALUE) > INFINITY64;
    }

    static long quiet(int lane, long bits) {
        return bits | (lane == Types.F32 ? QUIET32 : QUIET64);
    }

    static long sign(int lane) {
        return lane == Types.F32 ? SIGN32 : Long.MIN_VALUE;
    }

    private static double value(int lane, long bits) {
        return lane == Types.F32 ? Float.intBitsToFloat((int) bits) : Double.longBitsToDouble(bits);
    }

    private static long bits(float value) {
        return Float.isNaN(value) ? NAN32 : Float.floatToRawIntBits(value) & 0xffffffffL;
    }

    private static long bits(double value) {
        return Double.isNaN(value) ? NAN64 : Double.doubleToRawLongBits(value);
    }

    static long binary(Op op, int lane, long a, long b) {
        check(lane, op.text);
        if (op == Op.FCOPYSIGN) return a & ~sign(lane) | b & sign(lane);
        if (isNaN(lane, a)) return quiet(lane, a);
        if (isNaN(lane, b)) return quiet(lane, b);
        return lane == Types.F32 ? bits(binary32(op, Float.intBitsToFloat((int) a), Float.intBitsToFloat((int) b)))
            : bits(binary64(op, Double.longBitsToDouble(a), Double.longBitsToDouble(b)));
    }

    private static float binary32(Op op, float a, float b) {
        return switch (op) {
            case FADD -> a + b;
            case FSUB -> a - b;
            case FMUL -> a * b;
            case FDIV -> a / b;
            case FMIN -> Math.min(a, b);
            case FMAX -> Math.max(a, b);
            default -> throw new Unsupported(op.text);
        };
    }

    private static double binary64(Op op, double a, double b) {
        return switch (op) {
            case FADD -> a + b;
            case FSUB -> a - b;
            case FMUL -> a * b;
            case FDIV -> a / b;
            case FMIN -> Math.min(a, b);
            case FMAX -> Math.max(a, b);
            default -> throw new Unsupported(op.text);
        };
    }

    static long unary(Op op, int lane, long a) {
        check(lane, op.text);
        if (op == Op.FNEG) return a ^ sign(lane);
        if (op == Op.FABS) return a & ~sign(lane);
        if (isNaN(lane, a)) return quiet(lane, a);
        double x = value(lane, a);
        double result = switch (op) {
            case SQRT -> Math.sqrt(x);
            case CEIL -> Math.ceil(x);
            case FLOOR -> Math.floor(x);
            case TRUNC -> x < 0 ? Math.ceil(x) : Math.floor(x);
            case NEAREST -> Math.rint(x);
            default -> throw new Unsupported(op.text);
        };
        return lane == Types.F32 ? bits((float) result) : bits(result);
    }

    static long fma(int lane, long a, long b, long c) {
        check(lane, "fma");
        if (isNaN(lane, a)) return quiet(lane, a);
        if (isNaN(lane, b)) return quiet(lane, b);
        if (isNaN(lane, c)) return quiet(lane, c);
        return lane == Types.F32 ? bits(Math.fma(Float.intBitsToFloat((int) a), Float.intBitsToFloat((int) b), Float.intBitsToFloat((int) c)))
            : bits(Math.fma(Double.longBitsToDouble(a), Double.longBitsToDouble(b), Double.longBitsToDouble(c)));
    }

    static boolean compare(FloatCC condition, int lane, long a, long b) {
        check(lane, "fcmp");
        double x = value(lane, a), y = value(lane, b);
        int outcome = isNaN(lane, a) || isNaN(lane, b) ? FloatCC.UNORDERED : x < y ? FloatCC.LESS : x > y ? FloatCC.GREATER : FloatCC.EQUAL;
        return (condition.outcomes & outcome) != 0;
    }

    static long promote(long a) {
        if (!isNaN(Types.F32, a)) return bits((double) Float.intBitsToFloat((int) a));
        return (a & SIGN32) << 32 | INFINITY64 | QUIET64 | (a & 0x007f_ffffL) << PAYLOAD_SHIFT;
    }

    static long demote(long a) {
        if (!isNaN(Types.F64, a)) return bits((float) Double.longBitsToDouble(a));
        return a >>> 32 & SIGN32 | INFINITY32 | QUIET32 | a >>> PAYLOAD_SHIFT & 0x007f_ffffL;
    }

    /** @param signedFirst to 128 bits by way of the nearest signed integer */
    static BigInteger toInt(int lane, long a, int bits, boolean signed, boolean saturate, boolean signedFirst) throws Trap {
        check(lane, "to integer");
        if (isNaN(lane, a)) {
            if (!saturate) throw new Trap(TrapCode.BAD_CONVERSION);
            return BigInteger.ZERO;
        }
        double x = value(lane, a);
        BigInteger low = signed ? Ints.minimum(bits) : BigInteger.ZERO, high = signed ? Ints.maximum(bits) : Ints.mask(bits);
        BigInteger exact = Double.isInfinite(x) ? (x < 0 ? low.subtract(Ints.ONE) : high.add(Ints.ONE)) : new BigDecimal(x).toBigInteger();
        if (bits == 128 && signedFirst) exact = exact.min(Ints.maximum(bits)).max(Ints.minimum(bits));
        boolean inside = exact.compareTo(low) >= 0 && exact.compareTo(high) <= 0;
        if (!inside && !saturate) throw new Trap(TrapCode.INTEGER_OVERFLOW);
        return Ints.wrap(exact.max(low).min(high), bits);
    }

    /** Rounds to nearest, ties to even. */
    static long fromInt(int lane, BigInteger value) {
        check(lane, "from integer");
        return lane == Types.F32 ? bits(value.floatValue()) : bits(value.doubleValue());
    }
}
