package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.mach.VCode;

/** What is about flags: overflow of arithmetic, comparisons as values, selections, minima. */
final class LowerFlags {
    private final Operands o;
    private final Draft d;
    private final LowerInts ints;
    private final Compare compare;
    private Function f;

    LowerFlags(Operands operands, LowerInts ints, Compare compare) {
        this.o = operands;
        this.d = operands.d;
        this.ints = ints;
        this.compare = compare;
    }

    void begin(Function function) {
        f = function;
    }

    private int result(int i) {
        return o.def(f.result(o.inst, i));
    }

    private void flag(int condition) {
        if (o.isWanted(f.result(o.inst, 1))) d.set(condition, result(1));
    }

    /** @param insn ADD or SUB */
    void overflow(int insn, int a, int b, int type, int condition) {
        if (Operands.isWide(type)) {
            int low = o.use(a), high = o.useHigh(a), otherLow = o.use(b), otherHigh = o.useHigh(b), value = f.result(o.inst, 0);
            d.rr(insn, 8, o.def(value), low, otherLow);
            d.rr(insn == ADD ? ADC : SBB, 8, o.defHigh(value), high, otherHigh);
        } else {
            arithmetic(insn, a, b, Types.bytes(type));
        }
        flag(condition);
    }

    private void arithmetic(int insn, int a, int b, int size) {
        int left = o.use(a);
        if (o.isImmediate(b)) d.ri(insn, size, result(0), left, o.constantOf(b));
        else d.rr(insn, size, result(0), left, o.use(b));
    }

    /** A carry of 1 comes out of an addition of 255 to it. @param insn ADC or SBB */
    void overflowWithCarry(int insn, int a, int b, int carry, int type, int condition) {
        boolean wide = Operands.isWide(type);
        int left = o.use(a), right = o.use(b), in = o.use(carry), out = d.newInt(), value = f.result(o.inst, 0);
        int leftHigh = wide ? o.useHigh(a) : 0, rightHigh = wide ? o.useHigh(b) : 0;
        d.ri(ADD, 1, out, in, -1);
        d.rr(insn, Math.min(8, Types.bytes(type)), o.def(value), left, right);
        if (wide) d.rr(insn, 8, o.defHigh(value), leftHigh, rightHigh);
        flag(condition);
    }

    void addOrTrap(int a, int b, int type, int trapCode) {
        arithmetic(ADD, a, b, Types.bytes(type));
        d.trapIf(B, trapCode);
    }

    void multiplyOverflow(int a, int b, int type, boolean signed) {
        int size = Types.bytes(type), left = o.use(a), right = o.use(b);
        if (signed && size > 1) {
            d.rr(IMUL, size, result(0), left, right);
        } else {
            d.begin(Form.WIDE, signed ? IMUL_WIDE : MUL, size);
            d.defFixed(result(0), RAX);
            d.useFixed(left, RAX);
            d.useAny(right);
            if (size > 1) d.code.setClobbers(1 << RDX);
        }
        flag(O);
    }

    void value(int condition) {
        d.set(condition, result(0));
    }

    void select(int yes, int no, int type) {
        int a = o.use(yes), b = o.use(no);
        boolean wide = Operands.isWide(type);
        int highYes = wide ? o.useHigh(yes) : 0, highNo = wide ? o.useHigh(no) : 0;
        int flags = compare.truth(f.arg(o.inst, 0));
        if (Operands.registerClass(type) == VCode.FLOAT) {
            d.selectFloat(flags, Types.bytes(type), result(0), a, b);
            return;
        }
        d.cmov(flags, wide ? 8 : LowerInts.width(type), result(0), a, b);
        if (wide) d.cmov(flags, 8, o.defHigh(f.result(o.inst, 0)), highYes, highNo);
    }

    /** @param condition under which the first is taken */
    void extremum(int condition, int a, int b, int type, boolean signed) {
        int left = ints.extended(a, type, signed), right = ints.extended(b, type, signed);
        d.compare(CMP, LowerInts.width(type), left, right);
        d.cmov(condition, LowerInts.width(type), result(0), left, right);
    }
}
