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
    /** By opcode: ordinal of the operation, its controlling type, its condition; the operation in CLIF where that says it all, 0 elsewhere. */
    private static final int[] PLAIN = new int[256];
    private static final int TYPE = 16, CONDITION = 24;

    static {
        Op[] count = {Op.CLZ, Op.CTZ, Op.POPCNT}, round = {Op.FABS, Op.FNEG, Op.CEIL, Op.FLOOR, Op.TRUNC, Op.NEAREST, Op.SQRT};
        Op[] integer = {Op.IADD, Op.ISUB, Op.IMUL, Op.SDIV, Op.UDIV, Op.SREM, Op.UREM, Op.BAND, Op.BOR, Op.BXOR, Op.ISHL, Op.SSHR, Op.USHR, Op.ROTL, Op.ROTR};
        Op[] floating = {Op.FADD, Op.FSUB, Op.FMUL, Op.FDIV, Op.FMIN, Op.FMAX, Op.FCOPYSIGN};
        IntCC[] order = {IntCC.EQ, IntCC.NE, IntCC.SLT, IntCC.ULT, IntCC.SGT, IntCC.UGT, IntCC.SLE, IntCC.ULE, IntCC.SGE, IntCC.UGE};
        FloatCC[] floatOrder = {FloatCC.EQ, FloatCC.NE, FloatCC.LT, FloatCC.GT, FloatCC.LE, FloatCC.GE};
        plain(Opcode.I32_CLZ, I32, count);
        plain(Opcode.I64_CLZ, I64, count);
        plain(Opcode.F32_ABS, F32, round);
        plain(Opcode.F64_ABS, F64, round);
        plain(Opcode.I32_ADD, I32, integer);
        plain(Opcode.I64_ADD, I64, integer);
        plain(Opcode.F32_ADD, F32, floating);
        plain(Opcode.F64_ADD, F64, floating);
        comparisons(Opcode.I32_EQ, Op.ICMP, I32, order);
        comparisons(Opcode.I64_EQ, Op.ICMP, I64, order);
        comparisons(Opcode.F32_EQ, Op.FCMP, F32, floatOrder);
        comparisons(Opcode.F64_EQ, Op.FCMP, F64, floatOrder);
    }

    /** The condition that holds where the one at the index does not. */
    private static final int[] NOT_INT = {IntCC.NE.ordinal(), IntCC.EQ.ordinal(), IntCC.SGE.ordinal(), IntCC.SLT.ordinal(), IntCC.SLE.ordinal(), IntCC.SGT.ordinal(),
        IntCC.UGE.ordinal(), IntCC.ULT.ordinal(), IntCC.ULE.ordinal(), IntCC.UGT.ordinal()};
    private static final int[] NOT_FLOAT = complements();

    private final Body b;
    private final Joins joins;
    private final Function fn;

    Numeric(Body body, Joins joins) {
        b = body;
        this.joins = joins;
        fn = body.fn;
    }

    private static void plain(int opcode, int type, Op... ops) {
        for (Op op : ops) PLAIN[opcode++] = op.ordinal() | type << TYPE;
    }

    private static void comparisons(int opcode, Op op, int type, Enum<?>... conditions) {
        for (Enum<?> condition : conditions) PLAIN[opcode++] = op.ordinal() | type << TYPE | condition.ordinal() << CONDITION;
    }

    private static int[] complements() {
        FloatCC[] all = FloatCC.values();
        int[] other = new int[all.length];
        for (FloatCC one : all) for (FloatCC two : all) if ((one.outcomes ^ two.outcomes) == 0b1111) other[one.ordinal()] = two.ordinal();
        return other;
    }

    // ---- one operand ----

    int unary(int opcode, int x) {
        int plain = opcode < PLAIN.length ? PLAIN[opcode] : 0;
        if (plain != 0) return b.unary(op(plain), type(plain), x);
        if (opcode == Opcode.I32_EQZ) return isZero(x);
        if (opcode == Opcode.I64_EQZ) return b.flag(b.compare(IntCC.EQ, I64, x, b.i64(0)));
        if (opcode >= Opcode.I32_TRUNC_SAT_F32_S) return saturate(opcode - Opcode.I32_TRUNC_SAT_F32_S, x);
        return convert(opcode, x);
    }

    /** Of a comparison the opposite one, so that no two stand in a row. What it compared may be withdrawn since. */
    private int isZero(int x) {
        int comparison = b.comparison(x);
        if (comparison < 0) return b.flag(b.compare(IntCC.EQ, I32, x, b.i32(0)));
        int inst = fn.valueDefinition(comparison), condition = fn.flags(inst);
        Op op = fn.op(inst);
        return b.flag(b.compare(op, (op == Op.ICMP ? NOT_INT : NOT_FLOAT)[condition], fn.control(inst), joins.find(fn.arg(inst, 0)), joins.find(fn.arg(inst, 1))));
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
        int plain = PLAIN[opcode];
        Op op = op(plain);
        return op == Op.ICMP || op == Op.FCMP ? b.flag(b.compare(op, plain >> CONDITION, type(plain), l, r)) : b.binary(op, type(plain), l, r);
    }

    private static Op op(int plain) {
        return Op.of(plain & (1 << TYPE) - 1);
    }

    private static int type(int plain) {
        return plain >> TYPE & (1 << CONDITION - TYPE) - 1;
    }
}
