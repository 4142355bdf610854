package dev.backbench.conformance.ir;

import static dev.backbench.wasm.Opcode.*;

import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import java.math.BigInteger;

/** The numeric operations by their definitions, on 64-bit values whose upper half is zero for 32-bit types. NaN bits are whatever Java makes of them. */
final class IrArithmetic {
    private static final double TWO_63 = 0x1p63, TWO_64 = 0x1p64;

    private IrArithmetic() {}

    static long unary(int opcode, long x) {
        switch (opcode) {
            case F32_ABS -> {
                return x & 0x7FFFFFFFL;
            }
            case F32_NEG -> {
                return x ^ 0x80000000L;
            }
            case F64_ABS -> {
                return x & Long.MAX_VALUE;
            }
            case F64_NEG -> {
                return x ^ Long.MIN_VALUE;
            }
            default -> {
                if (opcode >= F32_CEIL && opcode <= F32_SQRT) return f32((float) real(opcode - F32_CEIL, asFloat(x)));
                if (opcode >= F64_CEIL && opcode <= F64_SQRT) return Double.doubleToRawLongBits(real(opcode - F64_CEIL, asDouble(x)));
            }
        }
        return opcode <= I64_POPCNT || opcode >= I32_EXTEND8_S && opcode <= I64_EXTEND32_S ? integer(opcode, x) : convert(opcode, x);
    }

    private static long integer(int opcode, long x) {
        int i = (int) x;
        return switch (opcode) {
            case I32_EQZ -> i == 0 ? 1 : 0;
            case I64_EQZ -> x == 0 ? 1 : 0;
            case I32_CLZ -> Integer.numberOfLeadingZeros(i);
            case I32_CTZ -> Integer.numberOfTrailingZeros(i);
            case I32_POPCNT -> Integer.bitCount(i);
            case I64_CLZ -> Long.numberOfLeadingZeros(x);
            case I64_CTZ -> Long.numberOfTrailingZeros(x);
            case I64_POPCNT -> Long.bitCount(x);
            case I32_EXTEND8_S -> u32((byte) x);
            case I32_EXTEND16_S -> u32((short) x);
            case I64_EXTEND8_S -> (byte) x;
            case I64_EXTEND16_S -> (short) x;
            case I64_EXTEND32_S -> i;
            default -> throw new AssertionError(opcode);
        };
    }

    /** {@code ceil floor trunc nearest sqrt} in the order of their opcodes; exact for floats too, rounded once at the end. */
    private static double real(int which, double x) {
        return switch (which) {
            case 0 -> Math.ceil(x);
            case 1 -> Math.floor(x);
            case 2 -> x < 0 ? Math.ceil(x) : Math.floor(x);
            case 3 -> Math.rint(x);
            default -> Math.sqrt(x);
        };
    }

    private static long convert(int opcode, long x) {
        return switch (opcode) {
            case I32_WRAP_I64, I64_EXTEND_I32_U -> x & 0xFFFFFFFFL;
            case I64_EXTEND_I32_S -> (int) x;
            case I32_TRUNC_F32_S -> u32((int) trunc(asFloat(x), -0x1p31, 0x1p31));
            case I32_TRUNC_F32_U -> (long) trunc(asFloat(x), 0, 0x1p32);
            case I32_TRUNC_F64_S -> u32((int) trunc(asDouble(x), -0x1p31, 0x1p31));
            case I32_TRUNC_F64_U -> (long) trunc(asDouble(x), 0, 0x1p32);
            case I64_TRUNC_F32_S -> (long) trunc(asFloat(x), -TWO_63, TWO_63);
            case I64_TRUNC_F32_U -> unsigned(trunc(asFloat(x), 0, TWO_64));
            case I64_TRUNC_F64_S -> (long) trunc(asDouble(x), -TWO_63, TWO_63);
            case I64_TRUNC_F64_U -> unsigned(trunc(asDouble(x), 0, TWO_64));
            case I32_TRUNC_SAT_F32_S -> u32((int) asFloat(x));
            case I32_TRUNC_SAT_F32_U -> saturated32(asFloat(x));
            case I32_TRUNC_SAT_F64_S -> u32((int) asDouble(x));
            case I32_TRUNC_SAT_F64_U -> saturated32(asDouble(x));
            case I64_TRUNC_SAT_F32_S -> (long) asFloat(x);
            case I64_TRUNC_SAT_F32_U -> saturated64(asFloat(x));
            case I64_TRUNC_SAT_F64_S -> (long) asDouble(x);
            case I64_TRUNC_SAT_F64_U -> saturated64(asDouble(x));
            default -> toReal(opcode, x);
        };
    }

    private static long toReal(int opcode, long x) {
        return switch (opcode) {
            case F32_CONVERT_I32_S -> f32((int) x);
            case F32_CONVERT_I32_U -> f32(x & 0xFFFFFFFFL);
            case F32_CONVERT_I64_S -> f32(x);
            case F32_CONVERT_I64_U -> f32(new BigInteger(Long.toUnsignedString(x)).floatValue());
            case F32_DEMOTE_F64 -> f32((float) asDouble(x));
            case F64_CONVERT_I32_S -> Double.doubleToRawLongBits((int) x);
            case F64_CONVERT_I32_U -> Double.doubleToRawLongBits(x & 0xFFFFFFFFL);
            case F64_CONVERT_I64_S -> Double.doubleToRawLongBits(x);
            case F64_CONVERT_I64_U -> Double.doubleToRawLongBits(new BigInteger(Long.toUnsignedString(x)).doubleValue());
            case F64_PROMOTE_F32 -> Double.doubleToRawLongBits(asFloat(x));
            case I32_REINTERPRET_F32, F32_REINTERPRET_I32, I64_REINTERPRET_F64, F64_REINTERPRET_I64 -> x;
            default -> throw new AssertionError(opcode);
        };
    }

    /** The integer part, which must lie in {@code [low, high)}. */
    private static double trunc(double x, double low, double high) {
        if (Double.isNaN(x)) throw new Trap(TrapReason.INVALID_CONVERSION, null, -1);
        double whole = x < 0 ? Math.ceil(x) : Math.floor(x);
        if (whole < low || whole >= high) throw new Trap(TrapReason.INTEGER_OVERFLOW, null, -1);
        return whole;
    }

    private static long unsigned(double whole) {
        return whole >= TWO_63 ? (long) (whole - TWO_63) ^ Long.MIN_VALUE : (long) whole;
    }

    private static long saturated32(double x) {
        return Math.max(0, Math.min((long) x, 0xFFFFFFFFL));
    }

    private static long saturated64(double x) {
        if (!(x > 0)) return 0;
        return x >= TWO_64 ? -1 : unsigned(Math.floor(x));
    }

    static long binary(int opcode, long x, long y) {
        if (opcode >= F32_ADD && opcode <= F32_MAX) return f32(single(opcode - F32_ADD, asFloat(x), asFloat(y)));
        if (opcode >= F64_ADD && opcode <= F64_MAX) return Double.doubleToRawLongBits(twice(opcode - F64_ADD, asDouble(x), asDouble(y)));
        if (opcode == F32_COPYSIGN) return x & 0x7FFFFFFFL | y & 0x80000000L;
        if (opcode == F64_COPYSIGN) return x & Long.MAX_VALUE | y & Long.MIN_VALUE;
        if (opcode >= F32_EQ && opcode <= F32_GE) return compare(opcode - F32_EQ, asFloat(x), asFloat(y));
        if (opcode >= F64_EQ && opcode <= F64_GE) return compare(opcode - F64_EQ, asDouble(x), asDouble(y));
        if (opcode <= I32_GE_U) return compare(opcode - I32_EQ, (int) x, (int) y, 0x80000000L);
        if (opcode <= I64_GE_U) return compare(opcode - I64_EQ, x, y, Long.MIN_VALUE);
        return opcode <= I32_ROTR ? u32(i32(opcode - I32_ADD, (int) x, (int) y)) : i64(opcode - I64_ADD, x, y);
    }

    /** {@code eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u} in the order of their opcodes. */
    private static long compare(int which, long x, long y, long bias) {
        boolean unsigned = which >= 2 && (which & 1) == 1;
        if (unsigned) {
            x = bias == Long.MIN_VALUE ? x ^ bias : x & 0xFFFFFFFFL;
            y = bias == Long.MIN_VALUE ? y ^ bias : y & 0xFFFFFFFFL;
        }
        boolean holds = switch (which) {
            case 0 -> x == y;
            case 1 -> x != y;
            case 2, 3 -> x < y;
            case 4, 5 -> x > y;
            case 6, 7 -> x <= y;
            default -> x >= y;
        };
        return holds ? 1 : 0;
    }

    private static long compare(int which, double x, double y) {
        boolean holds = switch (which) {
            case 0 -> x == y;
            case 1 -> x != y;
            case 2 -> x < y;
            case 3 -> x > y;
            case 4 -> x <= y;
            default -> x >= y;
        };
        return holds ? 1 : 0;
    }

    /** {@code add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr} in the order of their opcodes. */
    private static int i32(int which, int x, int y) {
        if (which >= 3 && which <= 6 && y == 0) throw new Trap(TrapReason.DIVIDE_BY_ZERO, null, -1);
        if (which == 3 && x == Integer.MIN_VALUE && y == -1) throw new Trap(TrapReason.INTEGER_OVERFLOW, null, -1);
        return switch (which) {
            case 0 -> x + y;
            case 1 -> x - y;
            case 2 -> x * y;
            case 3 -> x / y;
            case 4 -> Integer.divideUnsigned(x, y);
            case 5 -> x % y;
            case 6 -> Integer.remainderUnsigned(x, y);
            case 7 -> x & y;
            case 8 -> x | y;
            case 9 -> x ^ y;
            case 10 -> x << y;
            case 11 -> x >> y;
            case 12 -> x >>> y;
            case 13 -> Integer.rotateLeft(x, y);
            default -> Integer.rotateRight(x, y);
        };
    }

    private static long i64(int which, long x, long y) {
        if (which >= 3 && which <= 6 && y == 0) throw new Trap(TrapReason.DIVIDE_BY_ZERO, null, -1);
        if (which == 3 && x == Long.MIN_VALUE && y == -1) throw new Trap(TrapReason.INTEGER_OVERFLOW, null, -1);
        return switch (which) {
            case 0 -> x + y;
            case 1 -> x - y;
            case 2 -> x * y;
            case 3 -> x / y;
            case 4 -> Long.divideUnsigned(x, y);
            case 5 -> x % y;
            case 6 -> Long.remainderUnsigned(x, y);
            case 7 -> x & y;
            case 8 -> x | y;
            case 9 -> x ^ y;
            case 10 -> x << y;
            case 11 -> x >> y;
            case 12 -> x >>> y;
            case 13 -> Long.rotateLeft(x, (int) y);
            default -> Long.rotateRight(x, (int) y);
        };
    }

    /** {@code add sub mul div min max} in the order of their opcodes. */
    private static float single(int which, float x, float y) {
        return switch (which) {
            case 0 -> x + y;
            case 1 -> x - y;
            case 2 -> x * y;
            case 3 -> x / y;
            case 4 -> Math.min(x, y);
            default -> Math.max(x, y);
        };
    }

    private static double twice(int which, double x, double y) {
        return switch (which) {
            case 0 -> x + y;
            case 1 -> x - y;
            case 2 -> x * y;
            case 3 -> x / y;
            case 4 -> Math.min(x, y);
            default -> Math.max(x, y);
        };
    }

    static long u32(int x) {
        return x & 0xFFFFFFFFL;
    }

    private static long f32(float x) {
        return Float.floatToRawIntBits(x) & 0xFFFFFFFFL;
    }

    private static float asFloat(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    private static double asDouble(long bits) {
        return Double.longBitsToDouble(bits);
    }
}
