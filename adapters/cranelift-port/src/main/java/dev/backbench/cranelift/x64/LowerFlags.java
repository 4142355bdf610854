package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Types;

/** Arithmetic whose overflow is a result, selections of 128 bits. */
final class LowerFlags {
    private final Operands o;
    private final Draft d;
    private final Compare compare;
    private Function f;

    LowerFlags(Operands operands, Compare compare) {
        this.o = operands;
        this.d = operands.d;
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

    void unsignedProduct(int a, int b, int type) {
        product(a, b, type, false);
    }

    void signedProduct(int a, int b, int type) {
        product(a, b, type, true);
    }

    private void product(int a, int b, int type, boolean signed) {
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

    /** Of 128 bits. */
    void selectWide(int truth, int yes, int no) {
        int a = o.use(yes), b = o.use(no), highYes = o.useHigh(yes), highNo = o.useHigh(no), value = f.result(o.inst, 0);
        int condition = compare.truth(truth);
        d.cmov(condition, 8, o.def(value), a, b);
        d.cmov(condition, 8, o.defHigh(value), highYes, highNo);
    }
}
