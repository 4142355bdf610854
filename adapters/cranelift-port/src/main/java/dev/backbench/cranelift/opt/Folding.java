package dev.backbench.cranelift.opt;

import dev.backbench.cranelift.ir.IntCC;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Types;

/** What operations on integer constants of at most 64 bits give. Constants come in zero-extended; results may have anything above their type. */
final class Folding {
    private long result;

    long result() {
        return result;
    }

    /** @param type of the result @param from of the operand @return whether it is known; then {@link #result} */
    boolean unary(Op op, int type, int from, long a) {
        int bits = Types.laneBits(type);
        switch (op) {
            case INEG -> result = -a;
            case BNOT -> result = ~a;
            case IABS -> result = Math.abs(Constants.signExtend(type, a));
            case UEXTEND, IREDUCE -> result = a;
            case SEXTEND -> result = Constants.signExtend(from, a);
            case BMASK -> result = a == 0 ? 0 : -1;
            case POPCNT -> result = Long.bitCount(a);
            case CLZ -> result = Long.numberOfLeadingZeros(a) - (64 - bits);
            case CTZ -> result = Math.min(bits, Long.numberOfTrailingZeros(a));
            case BSWAP -> result = Long.reverseBytes(a) >>> 64 - bits;
            case BITREV -> result = Long.reverse(a) >>> 64 - bits;
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Divisions only where they do not trap. */
    boolean binary(Op op, int type, long a, long b) {
        switch (op) {
            case IADD -> result = a + b;
            case ISUB -> result = a - b;
            case IMUL -> result = a * b;
            case BAND -> result = a & b;
            case BOR -> result = a | b;
            case BXOR -> result = a ^ b;
            case UMIN -> result = Long.compareUnsigned(a, b) <= 0 ? a : b;
            case UMAX -> result = Long.compareUnsigned(a, b) >= 0 ? a : b;
            case SMIN -> result = Math.min(Constants.signExtend(type, a), Constants.signExtend(type, b));
            case SMAX -> result = Math.max(Constants.signExtend(type, a), Constants.signExtend(type, b));
            case ISHL, USHR, SSHR, ROTL, ROTR -> shift(op, type, a, (int) b & Types.laneBits(type) - 1);
            case UDIV, UREM, SDIV, SREM -> {
                return divide(op, type, a, b);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void shift(Op op, int type, long a, int by) {
        int bits = Types.laneBits(type), back = bits - by & bits - 1;
        switch (op) {
            case ISHL -> result = a << by;
            case USHR -> result = a >>> by;
            case SSHR -> result = Constants.signExtend(type, a) >> by;
            case ROTL -> result = a << by | (by == 0 ? 0 : a >>> back);
            default -> result = a >>> by | (by == 0 ? 0 : a << back);
        }
    }

    private boolean divide(Op op, int type, long a, long b) {
        if (b == 0) return false;
        long x = Constants.signExtend(type, a), y = Constants.signExtend(type, b);
        if ((op == Op.SDIV || op == Op.SREM) && y == -1) return false;
        switch (op) {
            case UDIV -> result = Long.divideUnsigned(a, b);
            case UREM -> result = Long.remainderUnsigned(a, b);
            case SDIV -> result = x / y;
            default -> result = x % y;
        }
        return true;
    }

    static boolean compare(int condition, int type, long a, long b) {
        long x = Constants.signExtend(type, a), y = Constants.signExtend(type, b);
        int unsigned = Long.compareUnsigned(a, b);
        return switch (IntCC.of(condition)) {
            case EQ -> a == b;
            case NE -> a != b;
            case SLT -> x < y;
            case SGE -> x >= y;
            case SGT -> x > y;
            case SLE -> x <= y;
            case ULT -> unsigned < 0;
            case UGE -> unsigned >= 0;
            case UGT -> unsigned > 0;
            case ULE -> unsigned <= 0;
        };
    }
}
