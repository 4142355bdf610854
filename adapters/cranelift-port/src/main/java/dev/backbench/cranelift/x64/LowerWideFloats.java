package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.TrapCode;
import dev.backbench.cranelift.ir.Types;

/** Conversions between floats and integers of 128 bits, by those of 64. */
final class LowerWideFloats {
    private static final double HALF = 0x1p64, UNSIGNED_END = 0x1p128, SIGNED_END = 0x1p127;
    private final Operands o;
    private final Draft d;
    private final LowerFloats floats;
    private final LowerWide wide;
    private final LowerWideDivision signs;
    private Function f;
    /** The float type at hand, its bytes. */
    private int type, size;

    LowerWideFloats(Operands operands, LowerFloats floats, LowerWide wide, LowerWideDivision signs) {
        this.o = operands;
        this.d = operands.d;
        this.floats = floats;
        this.wide = wide;
        this.signs = signs;
    }

    void begin(Function function) {
        f = function;
    }

    private void of(int floatType) {
        type = floatType;
        size = Types.bytes(floatType);
    }

    private int pick(int single, int twice) {
        return size == 4 ? single : twice;
    }

    private void constant(double value) {
        floats.constant(size, size == 4 ? Float.floatToRawIntBits((float) value) & 0xFFFFFFFFL : Double.doubleToRawLongBits(value));
    }

    // ---- from integers ----

    /** The 64 bits from the highest that is set, odd where one is lost below them so that rounding comes out right, converted, times a power of two. */
    void fromInteger(int value) {
        of(f.control(o.inst));
        boolean signed = f.op(o.inst) == Op.FCVT_FROM_SINT;
        int low = o.use(value), high = o.useHigh(value), sign = -1, result = o.def(f.result(o.inst, 0));
        if (signed) {
            int magnitude = d.newInt(), upper = d.newInt();
            sign = signs.sign(high);
            signs.negateIf(sign, low, high, magnitude, upper);
            low = magnitude;
            high = upper;
        }
        int zeros = d.newInt(), shiftedLow = d.newInt(), shiftedHigh = d.newInt(), lost = d.newInt(), top = d.newInt(), whole = d.newFloat();
        wide.leadingZeros(zeros, low, high);
        wide.shift(Op.ISHL, low, high, zeros, shiftedLow, shiftedHigh);
        d.compare(TEST, 8, shiftedLow, shiftedLow);
        d.set(NE, lost);
        d.rr(OR, 8, top, shiftedHigh, lost);
        floats.fromUnsigned(pick(CVTSI2SS, CVTSI2SD), size, whole, top);
        int scaled = signed ? d.newFloat() : result;
        d.rr(pick(MULSS, MULSD), size, scaled, whole, powerOfTwo(zeros));
        if (!signed) return;
        int bit = d.newInt(), bitFloat = d.newFloat();
        d.ri(SHL, size, bit, sign, 8L * size - 1);
        d.unary(MOV_TO_XMM, size, bitFloat, bit);
        d.rrRegister(ORPS, 16, result, scaled, bitFloat);
    }

    /** @return 2^(64 - zeros), of the exponent's bits */
    private int powerOfTwo(int zeros) {
        int exponent = d.newInt(), bits = d.newInt(), power = d.newFloat();
        d.rr(SUB, 4, exponent, o.constant(64 + (size == 4 ? Float.MAX_EXPONENT : Double.MAX_EXPONENT), 4), zeros);
        d.ri(SHL, size, bits, exponent, size == 4 ? Float.PRECISION - 1 : Double.PRECISION - 1);
        d.unary(MOV_TO_XMM, size, power, bits);
        return power;
    }

    // ---- to integers ----

    void toInteger(int value) {
        of(o.type(value));
        Op op = f.op(o.inst);
        boolean signed = op == Op.FCVT_TO_SINT || op == Op.FCVT_TO_SINT_SAT, saturates = op == Op.FCVT_TO_SINT_SAT || op == Op.FCVT_TO_UINT_SAT;
        int x = o.use(value), magnitude = x, low = o.def(f.result(o.inst, 0)), high = o.defHigh(f.result(o.inst, 0));
        if (!saturates) check(x, signed);
        if (signed) {
            magnitude = d.newFloat();
            floats.mask(LowerFloats.withoutSign(type));
            d.rm(ANDPS, 16, magnitude, x);
        }
        int upper = d.newInt(), lower = d.newInt();
        parts(magnitude, lower, upper);
        if (signed) {
            int sign = signOf(x), valueLow = saturates ? d.newInt() : low, valueHigh = saturates ? d.newInt() : high;
            signs.negateIf(sign, lower, upper, valueLow, valueHigh);
            if (saturates) saturateSigned(magnitude, sign, valueLow, valueHigh, low, high);
        } else {
            d.move(high, upper);
            if (saturates) saturateUnsigned(magnitude, lower, low);
            else d.move(low, lower);
        }
    }

    /** What is cut off stands in the type's range. */
    private void check(int x, boolean signed) {
        d.compare(pick(UCOMISS, UCOMISD), size, x, x);
        d.trapIf(P, TrapCode.BAD_CONVERSION);
        bound(x, signed ? SIGNED_END : UNSIGNED_END);
        d.trapIf(AE, TrapCode.INTEGER_OVERFLOW);
        bound(x, signed ? -SIGNED_END : -1);
        d.trapIf(signed ? B : BE, TrapCode.INTEGER_OVERFLOW);
    }

    private void bound(int x, double value) {
        constant(value);
        d.compareMemory(pick(UCOMISS, UCOMISD), size, x);
    }

    /** Both halves of a float that is not negative; each step is exact. NaNs and what is negative give 0, too much gives all ones in the upper half. */
    private void parts(int x, int lower, int upper) {
        int scaled = d.newFloat(), back = d.newFloat(), whole = d.newFloat(), rest = d.newFloat();
        constant(1 / HALF);
        d.rm(pick(MULSS, MULSD), size, scaled, x);
        floats.convert(Form.TO_UNSIGNED_SAT, scaled, type, upper, Types.I64, false);
        floats.fromUnsigned(pick(CVTSI2SS, CVTSI2SD), size, back, upper);
        constant(HALF);
        d.rm(pick(MULSS, MULSD), size, whole, back);
        d.rr(pick(SUBSS, SUBSD), size, rest, x, whole);
        floats.convert(Form.TO_UNSIGNED_SAT, rest, type, lower, Types.I64, false);
    }

    private int signOf(int x) {
        int bits = d.newInt(), whole = d.newInt();
        d.unary(MOV_FROM_XMM, size, bits, x);
        if (size == 8) return signs.sign(bits);
        d.unary(MOVSX32, 8, whole, bits);
        return signs.sign(whole);
    }

    private void saturateSigned(int magnitude, int sign, int low, int high, int toLow, int toHigh) {
        int greatest = o.constant(Long.MAX_VALUE, 8), lastLow = d.newInt(), lastHigh = d.newInt();
        d.r(NOT, 8, lastLow, sign);
        d.rr(XOR, 8, lastHigh, greatest, sign);
        bound(magnitude, SIGNED_END);
        d.cmov(AE, 8, toLow, lastLow, low);
        d.cmov(AE, 8, toHigh, lastHigh, high);
    }

    private void saturateUnsigned(int x, int low, int toLow) {
        int ones = o.constant(-1, 8);
        bound(x, UNSIGNED_END);
        d.cmov(AE, 8, toLow, ones, low);
    }
}
