package dev.backbench.qbe.wasm;

import static dev.backbench.qbe.il.Cls.D;
import static dev.backbench.qbe.il.Cls.L;
import static dev.backbench.qbe.il.Cls.S;
import static dev.backbench.qbe.il.Cls.W;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.FltCmp;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.IntCmp;
import dev.backbench.qbe.il.Op;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.Opcode;

/** The numeric operations of Wasm in IL. Float constants are bits. */
final class Numeric {
    private static final int[] INT_COMPARISONS = {IntCmp.EQ, IntCmp.NE, IntCmp.SLT, IntCmp.ULT, IntCmp.SGT, IntCmp.UGT, IntCmp.SLE, IntCmp.ULE, IntCmp.SGE, IntCmp.UGE};
    private static final int[] FLOAT_COMPARISONS = {FltCmp.EQ, FltCmp.NE, FltCmp.LT, FltCmp.GT, FltCmp.LE, FltCmp.GE};
    private static final int[] FLOAT_UNARY = {0, Op.NEG, Op.CEIL, Op.FLOOR, Op.TRUNC, Op.NEAREST, Op.SQRT};
    /** From {@code add} on; division and remainder have their own ways. */
    private static final int[] INT_BINARY = {Op.ADD, Op.SUB, Op.MUL, Op.DIV, Op.UDIV, Op.REM, Op.UREM, Op.AND, Op.OR, Op.XOR, Op.SHL, Op.SAR, Op.SHR, Op.ROTL, Op.ROTR};
    private static final int[] FLOAT_BINARY = {Op.ADD, Op.SUB, Op.MUL, Op.DIV, Op.MIN, Op.MAX};

    private final Body b;
    private final Fn fn;

    Numeric(Body body) {
        b = body;
        fn = body.fn;
    }

    // ---- one operand ----

    int unary(int opcode, int x) {
        if (opcode == Opcode.I32_EQZ) return b.compare(IntCmp.EQ, W, x, fn.constant(0));
        if (opcode == Opcode.I64_EQZ) return b.compare(IntCmp.EQ, L, x, fn.constant(0));
        if (opcode >= Opcode.I32_CLZ && opcode <= Opcode.I32_POPCNT) return b.unary(Op.CLZ + opcode - Opcode.I32_CLZ, W, x);
        if (opcode >= Opcode.I64_CLZ && opcode <= Opcode.I64_POPCNT) return b.unary(Op.CLZ + opcode - Opcode.I64_CLZ, L, x);
        if (opcode == Opcode.F32_ABS) return b.unary(Op.CAST, S, b.binary(Op.AND, W, b.unary(Op.CAST, W, x), fn.constant(Integer.MAX_VALUE)));
        if (opcode == Opcode.F64_ABS) return b.unary(Op.CAST, D, magnitude(b.unary(Op.CAST, L, x)));
        if (opcode > Opcode.F32_ABS && opcode <= Opcode.F32_SQRT) return b.unary(FLOAT_UNARY[opcode - Opcode.F32_ABS], S, x);
        if (opcode > Opcode.F64_ABS && opcode <= Opcode.F64_SQRT) return b.unary(FLOAT_UNARY[opcode - Opcode.F64_ABS], D, x);
        if (opcode >= Opcode.I32_TRUNC_SAT_F32_S) return saturate(opcode - Opcode.I32_TRUNC_SAT_F32_S, x);
        return convert(opcode, x);
    }

    /** Without the sign: two shifts need no constant of 64 bits. */
    private int magnitude(int bits) {
        return b.binary(Op.SHR, L, b.binary(Op.SHL, L, bits, fn.constant(1)), fn.constant(1));
    }

    private int convert(int opcode, int x) {
        return switch (opcode) {
            case Opcode.I32_WRAP_I64 -> b.narrow(x);
            case Opcode.I64_EXTEND_I32_S, Opcode.I64_EXTEND32_S -> b.unary(Op.EXTSW, L, x);
            case Opcode.I64_EXTEND_I32_U -> b.wide(x);
            case Opcode.I32_EXTEND8_S -> b.unary(Op.EXTSB, W, x);
            case Opcode.I32_EXTEND16_S -> b.unary(Op.EXTSH, W, x);
            case Opcode.I64_EXTEND8_S -> b.unary(Op.EXTSB, L, x);
            case Opcode.I64_EXTEND16_S -> b.unary(Op.EXTSH, L, x);
            case Opcode.I32_REINTERPRET_F32 -> b.unary(Op.CAST, W, x);
            case Opcode.I64_REINTERPRET_F64 -> b.unary(Op.CAST, L, x);
            case Opcode.F32_REINTERPRET_I32 -> b.unary(Op.CAST, S, x);
            case Opcode.F64_REINTERPRET_I64 -> b.unary(Op.CAST, D, x);
            case Opcode.F32_CONVERT_I32_S -> b.unary(Op.SWTOF, S, x);
            case Opcode.F32_CONVERT_I32_U -> b.unary(Op.UWTOF, S, x);
            case Opcode.F32_CONVERT_I64_S -> b.unary(Op.SLTOF, S, x);
            case Opcode.F32_CONVERT_I64_U -> b.unary(Op.ULTOF, S, x);
            case Opcode.F64_CONVERT_I32_S -> b.unary(Op.SWTOF, D, x);
            case Opcode.F64_CONVERT_I32_U -> b.unary(Op.UWTOF, D, x);
            case Opcode.F64_CONVERT_I64_S -> b.unary(Op.SLTOF, D, x);
            case Opcode.F64_CONVERT_I64_U -> b.unary(Op.ULTOF, D, x);
            case Opcode.F32_DEMOTE_F64 -> b.unary(Op.TRUNCD, S, x);
            case Opcode.F64_PROMOTE_F32 -> b.unary(Op.EXTS, D, x);
            default -> truncate(opcode, x);
        };
    }

    // ---- floats to integers ----

    private int truncate(int opcode, int x) {
        boolean wide = opcode >= Opcode.I64_TRUNC_F32_S;
        int which = (opcode - (wide ? Opcode.I64_TRUNC_F32_S : Opcode.I32_TRUNC_F32_S)) + (wide ? 4 : 0);
        int next = fn.newBlock(0), bad = fn.newBlock(0), invalid = b.trapBlock(TrapReason.INVALID_CONVERSION), overflow = b.trapBlock(TrapReason.INTEGER_OVERFLOW);
        b.branch(inRange(which, x), next, bad);
        b.open(bad);
        b.branch(b.compare(FltCmp.UO, from(which), x, x), invalid, overflow);
        b.open(next);
        return conversion(which, x);
    }

    /** @param which i32 from f32 signed, unsigned, from f64 signed, unsigned, then the same for i64 */
    private int saturate(int which, int x) {
        int cls = which >= 4 ? L : W, good = fn.newBlock(0), bad = fn.newBlock(0), join = fn.newBlock(0);
        b.branch(inRange(which, x), good, bad);
        b.open(good);
        int value = conversion(which, x);
        b.jump(join);
        b.open(bad);
        int beyond = (which & 1) == 0 ? beyondSigned(which, cls, x) : mask(cls, b.compare(FltCmp.GE, from(which), x, high(which)));
        b.jump(join);
        b.open(join);
        return b.phi(cls, good, value, bad, beyond);
    }

    /** The greatest or least value; 0 for a NaN. */
    private int beyondSigned(int which, int cls, int x) {
        long greatest = cls == L ? Long.MAX_VALUE : Integer.MAX_VALUE;
        int above = mask(cls, b.compare(FltCmp.GE, from(which), x, high(which))), below = mask(cls, b.compare(FltCmp.LT, from(which), x, fn.constant(0)));
        return b.binary(Op.OR, cls, b.binary(Op.AND, cls, above, fn.constant(greatest)), b.binary(Op.AND, cls, below, fn.constant(~greatest)));
    }

    /** All ones for 1, 0 for 0. */
    private int mask(int cls, int flag) {
        return b.unary(Op.NEG, cls, cls == L ? b.wide(flag) : flag);
    }

    private static int from(int which) {
        return (which & 2) != 0 ? D : S;
    }

    private int high(int which) {
        return real(which, Math.scalb(1.0, (which >= 4 ? 64 : 32) - 1 + (which & 1)));
    }

    private int real(int which, double value) {
        return fn.constant(from(which) == D ? Double.doubleToRawLongBits(value) : Float.floatToRawIntBits((float) value) & 0xFFFFFFFFL);
    }

    /** Whether the integer part fits; false for a NaN. Where -2^n - 1 is no float of the kind, the bound is the first value inside. */
    private int inRange(int which, int x) {
        boolean signed = (which & 1) == 0, closed = signed && (which >= 4 || from(which) == S);
        double bound = Math.scalb(1.0, which >= 4 ? 63 : 31), low = !signed ? -1.0 : closed ? -bound : -bound - 1;
        int above = b.compare(closed ? FltCmp.GE : FltCmp.GT, from(which), x, real(which, low));
        return b.binary(Op.AND, W, above, b.compare(FltCmp.LT, from(which), x, high(which)));
    }

    private int conversion(int which, int x) {
        int op = from(which) == D ? Op.DTOSI : Op.STOSI;
        return b.unary(op + (which & 1), which >= 4 ? L : W, x);
    }

    // ---- two operands ----

    int binary(int opcode, int l, int r) {
        if (opcode >= Opcode.I32_EQ && opcode <= Opcode.I32_GE_U) return b.compare(INT_COMPARISONS[opcode - Opcode.I32_EQ], W, l, r);
        if (opcode >= Opcode.I64_EQ && opcode <= Opcode.I64_GE_U) return b.compare(INT_COMPARISONS[opcode - Opcode.I64_EQ], L, l, r);
        if (opcode >= Opcode.F32_EQ && opcode <= Opcode.F32_GE) return b.compare(FLOAT_COMPARISONS[opcode - Opcode.F32_EQ], S, l, r);
        if (opcode >= Opcode.F64_EQ && opcode <= Opcode.F64_GE) return b.compare(FLOAT_COMPARISONS[opcode - Opcode.F64_EQ], D, l, r);
        if (opcode >= Opcode.I32_ADD && opcode <= Opcode.I32_ROTR) return integer(INT_BINARY[opcode - Opcode.I32_ADD], W, l, r);
        if (opcode >= Opcode.I64_ADD && opcode <= Opcode.I64_ROTR) return integer(INT_BINARY[opcode - Opcode.I64_ADD], L, l, r);
        if (opcode == Opcode.F32_COPYSIGN) return copySign32(l, r);
        if (opcode == Opcode.F64_COPYSIGN) return copySign64(l, r);
        if (opcode >= Opcode.F64_ADD) return b.binary(FLOAT_BINARY[opcode - Opcode.F64_ADD], D, l, r);
        return b.binary(FLOAT_BINARY[opcode - Opcode.F32_ADD], S, l, r);
    }

    private int copySign32(int l, int r) {
        int value = b.binary(Op.AND, W, b.unary(Op.CAST, W, l), fn.constant(Integer.MAX_VALUE));
        return b.unary(Op.CAST, S, b.binary(Op.OR, W, value, b.binary(Op.AND, W, b.unary(Op.CAST, W, r), fn.constant(Integer.MIN_VALUE))));
    }

    private int copySign64(int l, int r) {
        int sign = b.binary(Op.SHL, L, b.binary(Op.SHR, L, b.unary(Op.CAST, L, r), fn.constant(63)), fn.constant(63));
        return b.unary(Op.CAST, D, b.binary(Op.OR, L, magnitude(b.unary(Op.CAST, L, l)), sign));
    }

    private int integer(int op, int cls, int l, int r) {
        return switch (op) {
            case Op.UDIV, Op.UREM -> b.binary(op, cls, l, nonZero(cls, r));
            case Op.DIV -> divide(cls, l, nonZero(cls, r));
            case Op.REM -> remainder(cls, l, nonZero(cls, r));
            default -> b.binary(op, cls, l, r);
        };
    }

    private int nonZero(int cls, int divisor) {
        if (!fn.isNumber(divisor) || fn.bits(divisor) == 0) b.require(b.compare(IntCmp.NE, cls, divisor, fn.constant(0)), TrapReason.DIVIDE_BY_ZERO);
        return divisor;
    }

    private boolean mayBeMinusOne(int divisor) {
        return !fn.isNumber(divisor) || fn.bits(divisor) == -1;
    }

    private int divide(int cls, int l, int r) {
        if (mayBeMinusOne(r)) {
            int notLeast = b.compare(IntCmp.NE, cls, l, fn.constant(Cls.isWide(cls) ? Long.MIN_VALUE : Integer.MIN_VALUE));
            b.require(b.binary(Op.OR, W, notLeast, b.compare(IntCmp.NE, cls, r, fn.constant(-1))), TrapReason.INTEGER_OVERFLOW);
        }
        return b.binary(Op.DIV, cls, l, r);
    }

    /** The remainder by -1 is that by 1, and the machine's division does not fault for it. */
    private int remainder(int cls, int l, int r) {
        if (!mayBeMinusOne(r)) return b.binary(Op.REM, cls, l, r);
        int flag = b.compare(IntCmp.EQ, cls, r, fn.constant(-1)), two = b.binary(Op.SHL, cls, cls == L ? b.wide(flag) : flag, fn.constant(1));
        return b.binary(Op.REM, cls, l, b.binary(Op.ADD, cls, r, two));
    }
}
