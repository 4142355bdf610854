package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64Insn.*;

import dev.backbench.cranelift.ir.Function;
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
    private Function f;

    LowerFloats(Operands operands) {
        this.o = operands;
        this.d = operands.d;
    }

    void begin(Function function) {
        f = function;
    }

    private int result() {
        return o.def(f.result(o.inst, 0));
    }

    /** Zeros of both signs and NaNs are told apart where it is emitted. */
    void extremum(int insn, int size, int to, int a, int b) {
        d.begin(Form.FLOAT_MIN_MAX, insn, size);
        d.defReusing(to, 1);
        d.use(a);
        d.useLate(b);
    }

    /** VEX: the upper part is the operand's own, so that nothing older is waited for. */
    void vexUnary(int insn, int size, int to, int value) {
        d.rrr(insn, size, to, value, value);
    }

    void round(int mode, int size, int to, int value) {
        d.begin(Form.ROUND, 0, size, mode);
        d.defReusing(to, 1);
        d.use(value);
    }

    void noRounding() {
        throw new UnsupportedFeature("rounding without SSE4.1");
    }

    void fused(int insn, int size, int to, int a, int b, int c) {
        d.begin(Form.FUSED, insn, size);
        d.defReusing(to, 1);
        d.use(a);
        d.use(b);
        d.use(c);
    }

    void noFusing() {
        throw new UnsupportedFeature("fma without FMA3");
    }

    // ---- bits ----

    static long sign(int type) {
        return type == Types.F32 ? 0x8000_0000L : Long.MIN_VALUE;
    }

    static long withoutSign(int type) {
        return type == Types.F32 ? 0x7FFF_FFFFL : Long.MAX_VALUE;
    }

    /** Makes the address that of a constant. */
    void constant(int size, long bits) {
        d.address.at(Form.POOL, o.pool.place(size, bits));
    }

    /** Makes the address that of 16 bytes, both halves alike. */
    void mask(long bits) {
        d.address.at(Form.POOL, o.pool.pair(bits));
    }

    // ---- conversions ----

    void zero(int to) {
        d.begin(Form.CONST, XORPS, 16);
        d.def(to);
    }

    void fromUnsigned(int insn, int size, int to, int value) {
        d.begin(Form.FROM_UNSIGNED, insn, size);
        d.def(to);
        d.useLate(value);
        d.temporary(VCode.INT);
        d.temporary(VCode.INT);
    }

    void toSigned(int form, int a, int type) {
        convert(form, a, type, true);
    }

    void toUnsigned(int form, int a, int type) {
        convert(form, a, type, false);
    }

    private void convert(int form, int a, int type, boolean signed) {
        convert(form, o.use(a), o.type(a), result(), type, signed);
    }

    /** The bounds are constants in memory: the greatest float that is too small, the least that is too great, and 2^63. */
    void convert(int form, int value, int from, int to, int type, boolean signed) {
        int bits = Types.bits(type);
        int below = bound(from, signed ? lowest(from, bits) : -1), above = bound(from, Math.scalb(1.0, signed ? bits - 1 : bits)), half = bound(from, 0x1p63);
        d.code.beginInst(form, Form.info(from == Types.F32 ? CVTTSS2SI : CVTTSD2SI, Types.bytes(type)), below, (long) half << 32 | above);
        d.defEarly(to);
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
}
