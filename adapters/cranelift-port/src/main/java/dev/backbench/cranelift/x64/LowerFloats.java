package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64Insn.*;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.TrapCode;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.mach.UnsupportedFeature;
import dev.backbench.cranelift.mach.VCode;

/** f32 and f64: arithmetic, signs, rounding, conversions. Nothing is contracted; a NaN that comes out is quiet. */
final class LowerFloats {
    /** What {@code roundss} takes. */
    static final int NEAREST = 0, DOWN = 1, UP = 2, TOWARDS_ZERO = 3;

    /** Trap codes of conversions. */
    static final int NOT_A_NUMBER = TrapCode.BAD_CONVERSION, OUT_OF_RANGE = TrapCode.INTEGER_OVERFLOW;

    private final Operands o;
    private final Draft d;
    private final LowerInts ints;
    private final Cpu cpu;
    private Function f;

    LowerFloats(Operands operands, LowerInts ints, Cpu cpu) {
        this.o = operands;
        this.d = operands.d;
        this.ints = ints;
        this.cpu = cpu;
    }

    void begin(Function function) {
        f = function;
    }

    private int result() {
        return o.def(f.result(o.inst, 0));
    }

    /** The instruction of a pair like ADDSS, ADDSD. */
    private static int of(int single, int type) {
        return type == Types.F32 ? single : single + 1;
    }

    /** @param single its instruction for f32 */
    void arithmetic(int single, int a, int b, int type, boolean commutes) {
        int insn = of(single, type), size = Types.bytes(type);
        boolean swap = commutes && !o.canSink(b, size) && o.canSink(a, size);
        int left = o.use(swap ? b : a), other = swap ? a : b;
        if (o.sinkLoad(other, size)) d.rm(insn, size, result(), left);
        else d.rr(insn, size, result(), left, o.use(other));
    }

    /** Zeros of both signs and NaNs are told apart where it is emitted. */
    void extremum(boolean min, int a, int b, int type) {
        int left = o.use(a), right = o.use(b);
        d.begin(Form.FLOAT_MIN_MAX, of(min ? MINSS : MAXSS, type), Types.bytes(type));
        d.defReusing(result(), 1);
        d.use(left);
        d.useLate(right);
    }

    void squareRoot(int a, int type) {
        if (o.sinkLoad(a, Types.bytes(type))) d.load(of(SQRTSS, type), Types.bytes(type), result());
        else d.unary(of(SQRTSS, type), Types.bytes(type), result(), o.use(a));
    }

    void round(int mode, int a, int type) {
        if (!cpu.sse41()) throw new UnsupportedFeature("rounding without SSE4.1");
        int value = o.use(a);
        d.begin(Form.ROUND, 0, Types.bytes(type), mode);
        d.def(result());
        d.use(value);
    }

    void multiplyAdd(int a, int b, int c, int type) {
        if (!cpu.fma()) throw new UnsupportedFeature("fma without FMA3");
        int x = o.use(a), y = o.use(b), z = o.use(c);
        d.begin(Form.FUSED, of(VFMADD213SS, type), Types.bytes(type));
        d.defReusing(result(), 1);
        d.use(x);
        d.use(y);
        d.use(z);
    }

    // ---- bits ----

    private static long sign(int type) {
        return type == Types.F32 ? 0x8000_0000L : Long.MIN_VALUE;
    }

    private static long withoutSign(int type) {
        return type == Types.F32 ? 0x7FFF_FFFFL : Long.MAX_VALUE;
    }

    private void withMask(int insn, int to, int value, long mask) {
        d.address.at(Form.POOL, o.pool.pair(mask));
        d.rm(insn, 16, to, value);
    }

    void negate(int a, int type) {
        withMask(XORPS, result(), o.use(a), sign(type));
    }

    void absolute(int a, int type) {
        withMask(ANDPS, result(), o.use(a), withoutSign(type));
    }

    void copySign(int a, int b, int type) {
        int magnitude = d.newFloat(), sign = d.newFloat(), from = o.use(a), signed = o.use(b);
        withMask(ANDPS, magnitude, from, withoutSign(type));
        withMask(ANDPS, sign, signed, sign(type));
        d.rrRegister(ORPS, 16, result(), magnitude, sign);
    }

    /** Bitwise on floats. @param insn ANDPS, ORPS or XORPS */
    void bitwise(int insn, int a, int b) {
        int left = o.use(a);
        d.rrRegister(insn, 16, result(), left, o.use(b));
    }

    void not(int a) {
        withMask(XORPS, result(), o.use(a), -1);
    }

    /** Between an integer and a float of as many bits, or a copy. */
    void cast(int a, int type) {
        int from = o.type(a);
        if (Types.isScalarInt(type) == Types.isScalarInt(from)) o.alias(f.result(o.inst, 0), o.use(a));
        else d.unary(Types.isScalarInt(type) ? MOV_FROM_XMM : MOV_TO_XMM, Types.bytes(type), result(), o.use(a));
    }

    // ---- conversions ----

    void resize(int a, int type) {
        boolean widens = type == Types.F64;
        int insn = widens ? CVTSS2SD : CVTSD2SS, bytes = widens ? 4 : 8;
        if (o.sinkLoad(a, bytes)) d.load(insn, bytes, result());
        else d.unary(insn, bytes, result(), o.use(a));
    }

    void fromInteger(int a, int type, boolean signed) {
        int from = o.type(a), insn = of(CVTSI2SS, type), bits = Types.bits(from);
        if (Operands.isWide(from)) throw new UnsupportedFeature("conversion from i128");
        if (!signed && bits == 64) {
            int value = o.use(a);
            d.begin(Form.FROM_UNSIGNED, insn, Types.bytes(type));
            d.def(result());
            d.useLate(value);
            d.temporary(VCode.INT);
            d.temporary(VCode.INT);
            return;
        }
        int zero = d.newFloat(), value;
        if (!signed && bits == 32) {
            value = d.newInt();
            d.unary(MOV, 4, value, o.use(a));
        } else {
            value = ints.extended(a, from, signed);
        }
        d.begin(Form.CONST, XORPS, 16); // so that the conversion, which writes a part, waits for nothing
        d.def(zero);
        d.rr(insn, signed && bits < 64 || bits < 32 ? 4 : 8, result(), zero, value);
    }

    /** What is cut off stands in the type's range, or it traps. */
    void toInteger(int a, int type, boolean signed) {
        convert(signed ? Form.TO_SIGNED : Form.TO_UNSIGNED, a, type, signed);
    }

    void toIntegerSaturating(int a, int type, boolean signed) {
        convert(signed ? Form.TO_SIGNED_SAT : Form.TO_UNSIGNED_SAT, a, type, signed);
    }

    /** The bounds are constants in memory: the greatest float that is too small, the least that is too great, and 2^63. */
    private void convert(int form, int a, int type, boolean signed) {
        if (Operands.isWide(type)) throw new UnsupportedFeature("conversion to i128");
        int from = o.type(a), bits = Types.bits(type), value = o.use(a);
        int below = bound(from, signed ? lowest(from, bits) : -1), above = bound(from, Math.scalb(1.0, signed ? bits - 1 : bits)), half = bound(from, 0x1p63);
        d.code.beginInst(form, Form.info(from == Types.F32 ? CVTTSS2SI : CVTTSD2SI, Types.bytes(type)), below, (long) half << 32 | above);
        d.defEarly(result());
        d.useLate(value);
        d.temporary(VCode.INT);
        d.temporary(VCode.FLOAT);
    }

    private static double lowest(int from, int bits) {
        double least = -Math.scalb(1.0, bits - 1);
        if (from == Types.F32) return bits < 25 ? least - 1 : Math.nextDown((float) least);
        return bits < 54 ? least - 1 : Math.nextDown(least);
    }

    private int bound(int type, double value) {
        return type == Types.F32 ? o.pool.place(4, Float.floatToRawIntBits((float) value)) : o.pool.place(8, Double.doubleToRawLongBits(value));
    }

    // ---- which operation ----

    boolean binary(Op op, int a, int b, int type) {
        switch (op) {
            case FADD -> arithmetic(ADDSS, a, b, type, true);
            case FSUB -> arithmetic(SUBSS, a, b, type, false);
            case FMUL -> arithmetic(MULSS, a, b, type, true);
            case FDIV -> arithmetic(DIVSS, a, b, type, false);
            case FMIN -> extremum(true, a, b, type);
            case FMAX -> extremum(false, a, b, type);
            case FCOPYSIGN -> copySign(a, b, type);
            case BAND -> bitwise(ANDPS, a, b);
            case BOR -> bitwise(ORPS, a, b);
            case BXOR -> bitwise(XORPS, a, b);
            default -> {
                return false;
            }
        }
        return true;
    }

    boolean unary(Op op, int a, int type) {
        switch (op) {
            case FNEG -> negate(a, type);
            case FABS -> absolute(a, type);
            case SQRT -> squareRoot(a, type);
            case BNOT -> not(a);
            case NEAREST -> round(NEAREST, a, type);
            case FLOOR -> round(DOWN, a, type);
            case CEIL -> round(UP, a, type);
            case TRUNC -> round(TOWARDS_ZERO, a, type);
            case BITCAST -> cast(a, type);
            case FPROMOTE, FDEMOTE -> resize(a, type);
            case FCVT_FROM_SINT -> fromInteger(a, type, true);
            case FCVT_FROM_UINT -> fromInteger(a, type, false);
            case FCVT_TO_SINT -> toInteger(a, type, true);
            case FCVT_TO_UINT -> toInteger(a, type, false);
            case FCVT_TO_SINT_SAT -> toIntegerSaturating(a, type, true);
            case FCVT_TO_UINT_SAT -> toIntegerSaturating(a, type, false);
            default -> {
                return false;
            }
        }
        return true;
    }
}
