package dev.backbench.llvm;

import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.Opcode;

/**
 * The numeric operations of Wasm in LLVM's terms.
 *
 * <p>LLVM's plain floating-point arithmetic may return a signalling NaN operand unquieted ({@code x - 0.0}, {@code x * 1.0}, {@code demote(promote x)}); Wasm asks for
 * an arithmetic NaN. The constrained forms with {@code fpexcept.maytrap} forbid just those folds and select the same instructions. At O0, where
 * only literals are ever folded, arithmetic without them stays plain: the fast instruction selector knows no constrained forms.
 */
final class Numeric {
    private final FunctionState s;
    private final ModuleIr m;
    private final long[] arguments = new long[4];

    Numeric(FunctionState state) {
        s = state;
        m = state.m;
    }

    // ---- one operand ----

    int unary(int opcode, int operand) {
        if (opcode == Opcode.I32_EQZ || opcode == Opcode.I64_EQZ) return isZero(opcode, operand);
        if (opcode >= Opcode.I32_CLZ && opcode <= Opcode.I64_POPCNT) return count(opcode, s.ref(operand));
        if (opcode >= Opcode.F32_ABS && opcode <= Opcode.F64_SQRT) return floatUnary(opcode, s.ref(operand));
        if (opcode >= Opcode.I32_TRUNC_SAT_F32_S) return s.value(truncateSaturating(opcode - Opcode.I32_TRUNC_SAT_F32_S, s.ref(operand)));
        return s.value(convert(opcode, operand));
    }

    private int isZero(int opcode, int operand) {
        if (opcode == Opcode.I64_EQZ) return s.bool(Llvm.icmp(s.builder, Llvm.EQ, s.ref(operand), m.i64Zero));
        return s.bool(Llvm.binary(s.builder, Llvm.XOR, s.condition(operand), m.i1One));
    }

    private int count(int opcode, long x) {
        boolean wide = opcode >= Opcode.I64_CLZ;
        int which = opcode - (wide ? Opcode.I64_CLZ : Opcode.I32_CLZ);
        arguments[0] = x;
        arguments[1] = m.i1Zero; // a count of zero is the width, not poison
        Intrinsic intrinsic = which == 0 ? Intrinsic.CTLZ : which == 1 ? Intrinsic.CTTZ : Intrinsic.CTPOP;
        return s.value(m.call(intrinsic, wide ? m.i64 : m.i32, 0, arguments, which == 2 ? 1 : 2));
    }

    private int floatUnary(int opcode, long x) {
        boolean wide = opcode >= Opcode.F64_ABS;
        long type = wide ? m.f64 : m.f32;
        arguments[0] = x;
        return s.value(switch (opcode - (wide ? Opcode.F64_ABS : Opcode.F32_ABS)) {
            case 0 -> m.call(Intrinsic.FABS, type, 0, arguments, 1);
            case 1 -> Llvm.fneg(s.builder, x);
            case 2 -> m.call(Intrinsic.CEIL, type, 0, arguments, 1);
            case 3 -> m.call(Intrinsic.FLOOR, type, 0, arguments, 1);
            case 4 -> m.call(Intrinsic.TRUNC, type, 0, arguments, 1);
            case 5 -> m.call(Intrinsic.ROUNDEVEN, type, 0, arguments, 1);
            default -> m.call(Intrinsic.SQRT, type, 0, arguments, 1);
        });
    }

    private long convert(int opcode, int operand) {
        long x = s.ref(operand), b = s.builder;
        return switch (opcode) {
            case Opcode.I32_WRAP_I64 -> Llvm.cast(b, Llvm.TRUNC, x, m.i32);
            case Opcode.I64_EXTEND_I32_S -> Llvm.cast(b, Llvm.SEXT, x, m.i64);
            case Opcode.I64_EXTEND_I32_U -> s.zext(operand);
            case Opcode.I32_EXTEND8_S -> extend(x, m.i8, m.i32);
            case Opcode.I32_EXTEND16_S -> extend(x, m.i16, m.i32);
            case Opcode.I64_EXTEND8_S -> extend(x, m.i8, m.i64);
            case Opcode.I64_EXTEND16_S -> extend(x, m.i16, m.i64);
            case Opcode.I64_EXTEND32_S -> extend(x, m.i32, m.i64);
            case Opcode.I32_REINTERPRET_F32 -> Llvm.cast(b, Llvm.BITCAST, x, m.i32);
            case Opcode.I64_REINTERPRET_F64 -> Llvm.cast(b, Llvm.BITCAST, x, m.i64);
            case Opcode.F32_REINTERPRET_I32 -> Llvm.cast(b, Llvm.BITCAST, x, m.f32);
            case Opcode.F64_REINTERPRET_I64 -> Llvm.cast(b, Llvm.BITCAST, x, m.f64);
            case Opcode.F32_CONVERT_I32_S, Opcode.F32_CONVERT_I64_S -> Llvm.cast(b, Llvm.SITOFP, x, m.f32);
            case Opcode.F32_CONVERT_I32_U, Opcode.F32_CONVERT_I64_U -> Llvm.cast(b, Llvm.UITOFP, x, m.f32);
            case Opcode.F64_CONVERT_I32_S, Opcode.F64_CONVERT_I64_S -> Llvm.cast(b, Llvm.SITOFP, x, m.f64);
            case Opcode.F64_CONVERT_I32_U, Opcode.F64_CONVERT_I64_U -> Llvm.cast(b, Llvm.UITOFP, x, m.f64);
            case Opcode.F32_DEMOTE_F64 -> demote(x);
            case Opcode.F64_PROMOTE_F32 -> promote(x);
            default -> truncate(opcode, x);
        };
    }

    private long extend(long x, long from, long to) {
        return Llvm.cast(s.builder, Llvm.SEXT, Llvm.cast(s.builder, Llvm.TRUNC, x, from), to);
    }

    private long demote(long x) {
        arguments[0] = x;
        arguments[1] = m.roundToNearest;
        arguments[2] = m.mayTrap;
        return m.call(Intrinsic.STRICT_FPTRUNC, m.f32, m.f64, arguments, 3);
    }

    private long promote(long x) {
        if (!m.level.optimises()) return Llvm.cast(s.builder, Llvm.FPEXT, x, m.f64);
        arguments[0] = x;
        arguments[1] = m.mayTrap;
        return m.call(Intrinsic.STRICT_FPEXT, m.f64, m.f32, arguments, 2);
    }

    /** Out of range if {@code !(x > low && x < high)}, which a NaN is too; telling them apart is left to the cold path. */
    private long truncate(int opcode, long x) {
        boolean from64 = opcode == Opcode.I32_TRUNC_F64_S || opcode == Opcode.I32_TRUNC_F64_U || opcode == Opcode.I64_TRUNC_F64_S || opcode == Opcode.I64_TRUNC_F64_U;
        boolean to64 = opcode >= Opcode.I64_TRUNC_F32_S;
        boolean signed = opcode == Opcode.I32_TRUNC_F32_S || opcode == Opcode.I32_TRUNC_F64_S || opcode == Opcode.I64_TRUNC_F32_S || opcode == Opcode.I64_TRUNC_F64_S;
        double high = Math.scalb(1.0, (to64 ? 64 : 32) - (signed ? 1 : 0));
        // the largest value below the range; -2^31 - 1 has no float and -2^63 - 1 no double, so there the bound itself is the first inside
        boolean closed = signed && (to64 || !from64);
        double low = !signed ? -1.0 : closed ? -high : -high - 1;
        long above = Llvm.fcmp(s.builder, closed ? Llvm.OGE : Llvm.OGT, x, real(low, from64));
        long below = Llvm.fcmp(s.builder, Llvm.OLT, x, real(high, from64));
        s.effect();
        long next = s.newBlock(), bad = s.newBlock();
        Llvm.condBr(s.builder, Llvm.binary(s.builder, Llvm.AND, above, below), next, bad);
        Llvm.positionAtEnd(s.builder, bad);
        long isNan = Llvm.fcmp(s.builder, Llvm.UNO, x, x);
        long invalid = s.trapBlock(TrapReason.INVALID_CONVERSION), overflow = s.trapBlock(TrapReason.INTEGER_OVERFLOW);
        Llvm.positionAtEnd(s.builder, bad);
        Llvm.condBr(s.builder, isNan, invalid, overflow);
        s.start(next);
        return Llvm.cast(s.builder, signed ? Llvm.FPTOSI : Llvm.FPTOUI, x, to64 ? m.i64 : m.i32);
    }

    /** @param which i32 from f32 signed, unsigned, from f64 signed, unsigned, then the same for i64 */
    private long truncateSaturating(int which, long x) {
        arguments[0] = x;
        return m.call((which & 1) == 0 ? Intrinsic.FPTOSI_SAT : Intrinsic.FPTOUI_SAT, which >= 4 ? m.i64 : m.i32, (which & 2) != 0 ? m.f64 : m.f32, arguments, 1);
    }

    private long real(double value, boolean wide) {
        return wide ? f64(Double.doubleToRawLongBits(value)) : f32(Float.floatToRawIntBits((float) value));
    }

    long f32(int bits) {
        return Llvm.constantBitcast(Llvm.constant(m.i32, bits & 0xffffffffL), m.f32);
    }

    long f64(long bits) {
        return Llvm.constantBitcast(Llvm.constant(m.i64, bits), m.f64);
    }

    // ---- two operands ----

    int binary(int opcode, int left, int right) {
        if (opcode >= Opcode.I32_EQ && opcode <= Opcode.F64_GE) return compare(opcode, left, right);
        if (opcode >= Opcode.I32_ADD && opcode <= Opcode.I32_ROTR) return s.value(integer(opcode - Opcode.I32_ADD, left, right, false));
        if (opcode >= Opcode.I64_ADD && opcode <= Opcode.I64_ROTR) return s.value(integer(opcode - Opcode.I64_ADD, left, right, true));
        if (opcode >= Opcode.F64_ADD) return s.value(real(opcode - Opcode.F64_ADD, left, right, true));
        return s.value(real(opcode - Opcode.F32_ADD, left, right, false));
    }

    private static final int[] INT_PREDICATES = {Llvm.EQ, Llvm.NE, Llvm.SLT, Llvm.ULT, Llvm.SGT, Llvm.UGT, Llvm.SLE, Llvm.ULE, Llvm.SGE, Llvm.UGE};
    private static final int[] REAL_PREDICATES = {Llvm.OEQ, Llvm.UNE, Llvm.OLT, Llvm.OGT, Llvm.OLE, Llvm.OGE};

    private int compare(int opcode, int left, int right) {
        long l = s.ref(left), r = s.ref(right);
        if (opcode < Opcode.F32_EQ) {
            int first = opcode >= Opcode.I64_EQ ? Opcode.I64_EQ : Opcode.I32_EQ;
            return s.bool(Llvm.icmp(s.builder, INT_PREDICATES[opcode - first], l, r));
        }
        int first = opcode >= Opcode.F64_EQ ? Opcode.F64_EQ : Opcode.F32_EQ;
        return s.bool(Llvm.fcmp(s.builder, REAL_PREDICATES[opcode - first], l, r));
    }

    /** @param which position after {@code i32.add} or {@code i64.add} */
    private long integer(int which, int left, int right, boolean wide) {
        long l = s.ref(left), r = s.ref(right), b = s.builder;
        return switch (which) {
            case 0 -> Llvm.binary(b, Llvm.ADD, l, r);
            case 1 -> Llvm.binary(b, Llvm.SUB, l, r);
            case 2 -> Llvm.binary(b, Llvm.MUL, l, r);
            case 3 -> divideSigned(l, r, right, wide);
            case 4 -> Llvm.binary(b, Llvm.UDIV, l, nonZero(r, right, wide));
            case 5 -> remainderSigned(l, r, right, wide);
            case 6 -> Llvm.binary(b, Llvm.UREM, l, nonZero(r, right, wide));
            case 7 -> Llvm.binary(b, Llvm.AND, l, r);
            case 8 -> Llvm.binary(b, Llvm.OR, l, r);
            case 9 -> Llvm.binary(b, Llvm.XOR, l, r);
            case 10 -> Llvm.binary(b, Llvm.SHL, l, masked(r, wide));
            case 11 -> Llvm.binary(b, Llvm.ASHR, l, masked(r, wide));
            case 12 -> Llvm.binary(b, Llvm.LSHR, l, masked(r, wide));
            default -> rotate(which == 13 ? Intrinsic.FSHL : Intrinsic.FSHR, l, r, wide);
        };
    }

    /** LLVM's shifts by the width or more are poison. */
    private long masked(long amount, boolean wide) {
        return Llvm.binary(s.builder, Llvm.AND, amount, wide ? Llvm.constant(m.i64, 63) : Llvm.constant(m.i32, 31));
    }

    private long rotate(Intrinsic shift, long x, long amount, boolean wide) {
        arguments[0] = x;
        arguments[1] = x;
        arguments[2] = amount;
        return m.call(shift, wide ? m.i64 : m.i32, 0, arguments, 3);
    }

    private long nonZero(long divisor, int id, boolean wide) {
        if (!s.isConstant(id) || s.bits(id) == 0) {
            s.trapIf(Llvm.icmp(s.builder, Llvm.EQ, divisor, Llvm.constant(wide ? m.i64 : m.i32, 0)), TrapReason.DIVIDE_BY_ZERO);
        }
        return divisor;
    }

    private boolean mayBeMinusOne(int id, boolean wide) {
        return !s.isConstant(id) || s.bits(id) == (wide ? -1L : 0xffffffffL);
    }

    private long divideSigned(long l, long r, int right, boolean wide) {
        nonZero(r, right, wide);
        if (mayBeMinusOne(right, wide)) {
            long type = wide ? m.i64 : m.i32;
            long least = Llvm.icmp(s.builder, Llvm.EQ, l, Llvm.constant(type, wide ? Long.MIN_VALUE : 1L << 31));
            long minusOne = Llvm.icmp(s.builder, Llvm.EQ, r, Llvm.constant(type, wide ? -1 : 0xffffffffL));
            s.trapIf(Llvm.binary(s.builder, Llvm.AND, least, minusOne), TrapReason.INTEGER_OVERFLOW);
        }
        return Llvm.binary(s.builder, Llvm.SDIV, l, r);
    }

    /** {@code MIN % -1} is 0 in Wasm and undefined in LLVM; any remainder by -1 is the same as by 1. */
    private long remainderSigned(long l, long r, int right, boolean wide) {
        nonZero(r, right, wide);
        long divisor = r;
        if (mayBeMinusOne(right, wide)) {
            long type = wide ? m.i64 : m.i32;
            long minusOne = Llvm.icmp(s.builder, Llvm.EQ, r, Llvm.constant(type, wide ? -1 : 0xffffffffL));
            divisor = Llvm.select(s.builder, minusOne, Llvm.constant(type, 1), r);
        }
        return Llvm.binary(s.builder, Llvm.SREM, l, divisor);
    }

    private static final int[] ARITHMETIC = {Llvm.FADD, Llvm.FSUB, Llvm.FMUL, Llvm.FDIV};
    private static final Intrinsic[] STRICT = {Intrinsic.STRICT_FADD, Intrinsic.STRICT_FSUB, Intrinsic.STRICT_FMUL, Intrinsic.STRICT_FDIV};

    /** @param which position after {@code f32.add} or {@code f64.add} */
    private long real(int which, int left, int right, boolean wide) {
        long l = s.ref(left), r = s.ref(right), type = wide ? m.f64 : m.f32;
        if (which == 4 || which == 5) return extreme(which == 4, l, r, wide);
        arguments[0] = l;
        arguments[1] = r;
        if (which == 6) return m.call(Intrinsic.COPYSIGN, type, 0, arguments, 2);
        if (!m.level.optimises() && !neutral(left, wide) && !neutral(right, wide)) return Llvm.binary(s.builder, ARITHMETIC[which], l, r);
        arguments[2] = m.roundToNearest;
        arguments[3] = m.mayTrap;
        return m.call(STRICT[which], type, 0, arguments, 4);
    }

    /** Whether the operand is a literal 0 or 1 of either sign, with which an operation may be folded away. */
    private boolean neutral(int id, boolean wide) {
        if (!s.isConstant(id)) return false;
        double value = Math.abs(wide ? Double.longBitsToDouble(s.bits(id)) : Float.intBitsToFloat((int) s.bits(id)));
        return value == 0 || value == 1;
    }

    /**
     * Minimum or maximum: for ordered operands both orders of the hardware's compare-and-take agree except on zeros of unlike sign, which or (and) of the bits
     * settles; a NaN is quieted on a path of its own.
     */
    private long extreme(boolean least, long l, long r, boolean wide) {
        long b = s.builder, type = wide ? m.f64 : m.f32, bits = wide ? m.i64 : m.i32;
        long ordered = s.newBlock(), unordered = s.newBlock(), join = s.newBlock();
        Llvm.condBr(b, Llvm.fcmp(b, Llvm.UNO, l, r), unordered, ordered);
        s.start(ordered);
        int predicate = least ? Llvm.OLT : Llvm.OGT;
        long first = Llvm.cast(b, Llvm.BITCAST, Llvm.select(b, Llvm.fcmp(b, predicate, l, r), l, r), bits);
        long second = Llvm.cast(b, Llvm.BITCAST, Llvm.select(b, Llvm.fcmp(b, predicate, r, l), r, l), bits);
        long number = Llvm.cast(b, Llvm.BITCAST, Llvm.binary(b, least ? Llvm.OR : Llvm.AND, first, second), type);
        Llvm.br(b, join);
        Llvm.positionAtEnd(b, unordered);
        long quietBit = wide ? Llvm.constant(bits, 1L << 51) : Llvm.constant(bits, 1L << 22);
        long nan = Llvm.cast(b, Llvm.BITCAST, Llvm.select(b, Llvm.fcmp(b, Llvm.UNO, l, l), l, r), bits);
        long quiet = Llvm.cast(b, Llvm.BITCAST, Llvm.binary(b, Llvm.OR, nan, quietBit), type);
        Llvm.br(b, join);
        s.start(join);
        long phi = Llvm.phi(b, type);
        Llvm.addIncoming(phi, number, ordered);
        Llvm.addIncoming(phi, quiet, unordered);
        return phi;
    }
}
