package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.FltCmp;
import dev.backbench.qbe.il.IntCmp;
import dev.backbench.qbe.il.Op;

/**
 * Operations on constants, exactly as the machine does them: words wrap, shift amounts are masked. What traps, what has no defined result (a conversion out of range) and what
 * gives a NaN, whose bits are the machine's affair, is not folded.
 */
final class Fold {
    /** The result of the last {@link #evaluate} that succeeded; of words and singles the lower half, with its sign. */
    long bits;

    /** @param a @param b operands as bits, of words and singles the lower half counts; b of an operation with one operand is not read @return whether it folds */
    boolean evaluate(int op, int cls, long a, long b) {
        if (Op.isIntCmp(op)) return truth(compare(Op.comparison(op), Op.comparedClass(op) == Cls.L, a, b));
        if (Op.isFltCmp(op)) {
            boolean single = Op.comparedClass(op) == Cls.S;
            return truth(compare(Op.comparison(op) - IntCmp.COUNT, single ? single(a) : Double.longBitsToDouble(a), single ? single(b) : Double.longBitsToDouble(b)));
        }
        if (op >= Op.EXTSB) return convert(op, cls, a);
        return switch (cls) {
            case Cls.W -> integer(op, false, (int) a, (int) b);
            case Cls.L -> integer(op, true, a, b);
            case Cls.S -> op == Op.NEG ? set((int) a ^ 1 << 31) : set(single(op, single(a), single(b)));
            default -> op == Op.NEG ? set(a ^ 1L << 63) : set(real(op, Double.longBitsToDouble(a), Double.longBitsToDouble(b)));
        };
    }

    private boolean set(long bits) {
        this.bits = bits;
        return true;
    }

    private boolean set(float value) {
        return value == value && set(Float.floatToRawIntBits(value));
    }

    private boolean set(double value) {
        return value == value && set(Double.doubleToRawLongBits(value));
    }

    private boolean truth(boolean value) {
        return set(value ? 1 : 0);
    }

    private static float single(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    /** Of words with their signs: the lower half of what the same operation gives on longs, unless the upper half matters to it. */
    private boolean integer(int op, boolean wide, long a, long b) {
        long bits = wide ? -1 : 0xFFFFFFFFL;
        int count = (int) b & (wide ? 63 : 31);
        switch (op) {
            case Op.DIV, Op.REM -> {
                if (b == 0 || b == -1 && a == (wide ? Long.MIN_VALUE : Integer.MIN_VALUE)) return false;
            }
            case Op.UDIV, Op.UREM -> {
                if (b == 0) return false;
            }
            default -> { }
        }
        long result = switch (op) {
            case Op.ADD -> a + b;
            case Op.SUB -> a - b;
            case Op.NEG -> -a;
            case Op.MUL -> a * b;
            case Op.DIV -> a / b;
            case Op.REM -> a % b;
            case Op.UDIV -> Long.divideUnsigned(a & bits, b & bits);
            case Op.UREM -> Long.remainderUnsigned(a & bits, b & bits);
            case Op.AND -> a & b;
            case Op.OR -> a | b;
            case Op.XOR -> a ^ b;
            case Op.SAR -> a >> count;
            case Op.SHR -> (a & bits) >>> count;
            case Op.SHL -> a << count;
            default -> 0;
        };
        return op >= Op.ADD && op <= Op.SHL && set(wide ? result : (int) result);
    }

    private static float single(int op, float a, float b) {
        return switch (op) {
            case Op.ADD -> a + b;
            case Op.SUB -> a - b;
            case Op.MUL -> a * b;
            case Op.DIV -> a / b;
            default -> Float.NaN;
        };
    }

    private static double real(int op, double a, double b) {
        return switch (op) {
            case Op.ADD -> a + b;
            case Op.SUB -> a - b;
            case Op.MUL -> a * b;
            case Op.DIV -> a / b;
            default -> Double.NaN;
        };
    }

    private static boolean compare(int cmp, boolean wide, long x, long y) {
        long a = wide ? x : (int) x, b = wide ? y : (int) y;
        return switch (cmp) {
            case IntCmp.EQ -> a == b;
            case IntCmp.NE -> a != b;
            case IntCmp.SGE -> a >= b;
            case IntCmp.SGT -> a > b;
            case IntCmp.SLE -> a <= b;
            case IntCmp.SLT -> a < b;
            case IntCmp.UGE -> Long.compareUnsigned(a, b) >= 0;
            case IntCmp.UGT -> Long.compareUnsigned(a, b) > 0;
            case IntCmp.ULE -> Long.compareUnsigned(a, b) <= 0;
            default -> Long.compareUnsigned(a, b) < 0;
        };
    }

    private static boolean compare(int cmp, double a, double b) {
        return switch (cmp) {
            case FltCmp.EQ -> a == b;
            case FltCmp.GE -> a >= b;
            case FltCmp.GT -> a > b;
            case FltCmp.LE -> a <= b;
            case FltCmp.LT -> a < b;
            case FltCmp.NE -> a != b;
            case FltCmp.O -> a == a && b == b;
            default -> a != a || b != b;
        };
    }

    private boolean convert(int op, int cls, long a) {
        boolean toSingle = cls == Cls.S;
        return switch (op) {
            case Op.EXTSB -> set((byte) a);
            case Op.EXTUB -> set(a & 0xFF);
            case Op.EXTSH -> set((short) a);
            case Op.EXTUH -> set(a & 0xFFFF);
            case Op.EXTSW -> set((int) a);
            case Op.EXTUW -> set(a & 0xFFFFFFFFL);
            case Op.EXTS -> set((double) single(a));
            case Op.TRUNCD -> set((float) Double.longBitsToDouble(a));
            case Op.STOSI, Op.STOUI -> integer(cls, op == Op.STOUI, single(a));
            case Op.DTOSI, Op.DTOUI -> integer(cls, op == Op.DTOUI, Double.longBitsToDouble(a));
            case Op.SWTOF -> toSingle ? set((float) (int) a) : set((double) (int) a);
            case Op.UWTOF -> toSingle ? set((float) (a & 0xFFFFFFFFL)) : set((double) (a & 0xFFFFFFFFL));
            case Op.SLTOF -> toSingle ? set((float) a) : set((double) a);
            // halving with the lost bit kept rounds as the whole would
            case Op.ULTOF -> a >= 0 ? convert(Op.SLTOF, cls, a) : toSingle ? set(2 * (float) (a >>> 1 | a & 1)) : set(2 * (double) (a >>> 1 | a & 1));
            case Op.CAST -> set(a);
            default -> false;
        };
    }

    private boolean integer(int cls, boolean unsigned, double value) {
        double least = unsigned ? 0 : cls == Cls.W ? Integer.MIN_VALUE : Long.MIN_VALUE;
        double above = cls == Cls.L ? 0x1p63 : unsigned ? 0x1p32 : 0x1p31;
        boolean inside = value >= least && value < above;
        return inside && set(cls == Cls.W ? (int) (long) value : (long) value);
    }
}
