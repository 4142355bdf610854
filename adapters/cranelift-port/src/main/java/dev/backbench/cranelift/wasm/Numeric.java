package dev.backbench.cranelift.wasm;

import static dev.backbench.cranelift.ir.Types.F32;
import static dev.backbench.cranelift.ir.Types.F64;
import static dev.backbench.cranelift.ir.Types.I16;
import static dev.backbench.cranelift.ir.Types.I32;
import static dev.backbench.cranelift.ir.Types.I64;
import static dev.backbench.cranelift.ir.Types.I8;

import dev.backbench.cranelift.ir.FloatCC;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.IntCC;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.wasm.Opcode;

/** The numeric operations of Wasm, which CLIF has with the same meaning, traps and NaNs included. */
final class Numeric {
    private static final int[] INT_COMPARISONS = ordinals(IntCC.EQ, IntCC.NE, IntCC.SLT, IntCC.ULT, IntCC.SGT, IntCC.UGT, IntCC.SLE, IntCC.ULE, IntCC.SGE, IntCC.UGE);
    private static final int[] FLOAT_COMPARISONS = ordinals(FloatCC.EQ, FloatCC.NE, FloatCC.LT, FloatCC.GT, FloatCC.LE, FloatCC.GE);
    private static final Op[] INT_UNARY = {Op.CLZ, Op.CTZ, Op.POPCNT};
    private static final Op[] FLOAT_UNARY = {Op.FABS, Op.FNEG, Op.CEIL, Op.FLOOR, Op.TRUNC, Op.NEAREST, Op.SQRT};
    private static final Op[] INT_BINARY = {Op.IADD, Op.ISUB, Op.IMUL, Op.SDIV, Op.UDIV, Op.SREM, Op.UREM, Op.BAND, Op.BOR, Op.BXOR, Op.ISHL, Op.SSHR, Op.USHR, Op.ROTL,
        Op.ROTR};
    private static final Op[] FLOAT_BINARY = {Op.FADD, Op.FSUB, Op.FMUL, Op.FDIV, Op.FMIN, Op.FMAX, Op.FCOPYSIGN};
    /** The condition that holds where the one at the index does not. */
    private static final int[] NOT_INT = {IntCC.NE.ordinal(), IntCC.EQ.ordinal(), IntCC.SGE.ordinal(), IntCC.SLT.ordinal(), IntCC.SLE.ordinal(), IntCC.SGT.ordinal(),
        IntCC.UGE.ordinal(), IntCC.ULT.ordinal(), IntCC.ULE.ordinal(), IntCC.UGT.ordinal()};
    private static final int[] NOT_FLOAT = complements();

    private final Body b;
    private final Function fn;

    Numeric(Body body) {
        b = body;
        fn = body.fn;
    }

    private static int[] ordinals(Enum<?>... conditions) {
        int[] ordinals = new int[conditions.length];
        for (int i = 0; i < ordinals.length; i++) ordinals[i] = conditions[i].ordinal();
        return ordinals;
    }

    private static int[] complements() {
        FloatCC[] all = FloatCC.values();
        int[] other = new int[all.length];
        for (FloatCC one : all) for (FloatCC two : all) if ((one.outcomes ^ two.outcomes) == 0b1111) other[one.ordinal()] = two.ordinal();
        return other;
    }

    // ---- one operand ----

    int unary(int opcode, int x) {
        if (opcode == Opcode.I32_EQZ) return isZero(x);
        if (opcode == Opcode.I64_EQZ) return b.flag(b.compare(IntCC.EQ, I64, x, b.i64(0)));
        if (opcode >= Opcode.I32_CLZ && opcode <= Opcode.I32_POPCNT) return b.unary(INT_UNARY[opcode - Opcode.I32_CLZ], I32, x);
        if (opcode >= Opcode.I64_CLZ && opcode <= Opcode.I64_POPCNT) return b.unary(INT_UNARY[opcode - Opcode.I64_CLZ], I64, x);
        if (opcode >= Opcode.F32_ABS && opcode <= Opcode.F32_SQRT) return b.unary(FLOAT_UNARY[opcode - Opcode.F32_ABS], F32, x);
        if (opcode >= Opcode.F64_ABS && opcode <= Opcode.F64_SQRT) return b.unary(FLOAT_UNARY[opcode - Opcode.F64_ABS], F64, x);
        if (opcode >= Opcode.I32_TRUNC_SAT_F32_S) return saturate(opcode - Opcode.I32_TRUNC_SAT_F32_S, x);
        return convert(opcode, x);
    }

    /** Of a comparison the opposite one, so that no two stand in a row. */
    private int isZero(int x) {
        int comparison = b.comparison(x);
        if (comparison < 0) return b.flag(b.compare(IntCC.EQ, I32, x, b.i32(0)));
        int inst = fn.valueDefinition(comparison), condition = fn.flags(inst);
        Op op = fn.op(inst);
        return b.flag(b.compare(op, (op == Op.ICMP ? NOT_INT : NOT_FLOAT)[condition], fn.control(inst), fn.arg(inst, 0), fn.arg(inst, 1)));
    }

    /** @param which i32 from f32 signed, unsigned, from f64 signed, unsigned, then the same for i64 */
    private int saturate(int which, int x) {
        return b.unary((which & 1) == 0 ? Op.FCVT_TO_SINT_SAT : Op.FCVT_TO_UINT_SAT, which < 4 ? I32 : I64, x);
    }

    private int convert(int opcode, int x) {
        return switch (opcode) {
            case Opcode.I32_WRAP_I64 -> b.narrow(x);
            case Opcode.I32_TRUNC_F32_S, Opcode.I32_TRUNC_F64_S -> b.unary(Op.FCVT_TO_SINT, I32, x);
            case Opcode.I32_TRUNC_F32_U, Opcode.I32_TRUNC_F64_U -> b.unary(Op.FCVT_TO_UINT, I32, x);
            case Opcode.I64_TRUNC_F32_S, Opcode.I64_TRUNC_F64_S -> b.unary(Op.FCVT_TO_SINT, I64, x);
            case Opcode.I64_TRUNC_F32_U, Opcode.I64_TRUNC_F64_U -> b.unary(Op.FCVT_TO_UINT, I64, x);
            case Opcode.I64_EXTEND_I32_S -> b.unary(Op.SEXTEND, I64, x);
            case Opcode.I64_EXTEND_I32_U -> b.wide(x);
            case Opcode.F32_CONVERT_I32_S, Opcode.F32_CONVERT_I64_S -> b.unary(Op.FCVT_FROM_SINT, F32, x);
            case Opcode.F32_CONVERT_I32_U, Opcode.F32_CONVERT_I64_U -> b.unary(Op.FCVT_FROM_UINT, F32, x);
            case Opcode.F64_CONVERT_I32_S, Opcode.F64_CONVERT_I64_S -> b.unary(Op.FCVT_FROM_SINT, F64, x);
            case Opcode.F64_CONVERT_I32_U, Opcode.F64_CONVERT_I64_U -> b.unary(Op.FCVT_FROM_UINT, F64, x);
            case Opcode.F32_DEMOTE_F64 -> b.unary(Op.FDEMOTE, F32, x);
            case Opcode.F64_PROMOTE_F32 -> b.unary(Op.FPROMOTE, F64, x);
            case Opcode.I32_REINTERPRET_F32 -> b.bitcast(I32, x);
            case Opcode.I64_REINTERPRET_F64 -> b.bitcast(I64, x);
            case Opcode.F32_REINTERPRET_I32 -> b.bitcast(F32, x);
            case Opcode.F64_REINTERPRET_I64 -> b.bitcast(F64, x);
            case Opcode.I32_EXTEND8_S -> extend(I8, I32, x);
            case Opcode.I32_EXTEND16_S -> extend(I16, I32, x);
            case Opcode.I64_EXTEND8_S -> extend(I8, I64, x);
            case Opcode.I64_EXTEND16_S -> extend(I16, I64, x);
            case Opcode.I64_EXTEND32_S -> extend(I32, I64, x);
            default -> throw new IllegalArgumentException(Opcode.name(opcode));
        };
    }

    private int extend(int from, int to, int x) {
        return b.unary(Op.SEXTEND, to, b.unary(Op.IREDUCE, from, x));
    }

    // ---- two operands ----

    int binary(int opcode, int l, int r) {
        if (opcode >= Opcode.I32_ADD && opcode <= Opcode.I32_ROTR) return b.binary(INT_BINARY[opcode - Opcode.I32_ADD], I32, l, r);
        if (opcode >= Opcode.I64_ADD && opcode <= Opcode.I64_ROTR) return b.binary(INT_BINARY[opcode - Opcode.I64_ADD], I64, l, r);
        if (opcode >= Opcode.I32_EQ && opcode <= Opcode.I32_GE_U) return integers(INT_COMPARISONS[opcode - Opcode.I32_EQ], I32, l, r);
        if (opcode >= Opcode.I64_EQ && opcode <= Opcode.I64_GE_U) return integers(INT_COMPARISONS[opcode - Opcode.I64_EQ], I64, l, r);
        if (opcode >= Opcode.F32_EQ && opcode <= Opcode.F32_GE) return floats(FLOAT_COMPARISONS[opcode - Opcode.F32_EQ], F32, l, r);
        if (opcode >= Opcode.F64_EQ && opcode <= Opcode.F64_GE) return floats(FLOAT_COMPARISONS[opcode - Opcode.F64_EQ], F64, l, r);
        if (opcode >= Opcode.F64_ADD) return b.binary(FLOAT_BINARY[opcode - Opcode.F64_ADD], F64, l, r);
        return b.binary(FLOAT_BINARY[opcode - Opcode.F32_ADD], F32, l, r);
    }

    private int integers(int condition, int type, int l, int r) {
        return b.flag(b.compare(Op.ICMP, condition, type, l, r));
    }

    private int floats(int condition, int type, int l, int r) {
        return b.flag(b.compare(Op.FCMP, condition, type, l, r));
    }
}
