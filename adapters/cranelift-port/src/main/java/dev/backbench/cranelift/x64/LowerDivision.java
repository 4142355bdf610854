package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.TrapCode;
import dev.backbench.cranelift.ir.Types;

/** Division and remainder of up to 64 bits, by the instruction whose dividend lies in rdx and rax. It faults on zero and on overflow alike, so signed division looks for zero first. */
final class LowerDivision {
    private final Operands o;
    private final Draft d;
    private final LowerInts ints;
    private Function f;

    LowerDivision(Operands operands, LowerInts ints) {
        this.o = operands;
        this.d = operands.d;
        this.ints = ints;
    }

    void begin(Function function) {
        f = function;
    }

    private int result() {
        return o.def(f.result(o.inst, 0));
    }

    void quotient(int size, int to, int dividend, int divisor) {
        divide(DIV, size, to, dividend, divisor, false, TrapCode.INTEGER_DIVISION_BY_ZERO);
    }

    void remainder(int size, int to, int dividend, int divisor) {
        divide(DIV, size, to, dividend, divisor, true, TrapCode.INTEGER_DIVISION_BY_ZERO);
    }

    private void divide(int insn, int size, int to, int dividend, int divisor, boolean remainder, int trapCode) {
        d.code.beginInst(Form.DIVIDE, Form.address(Form.info(insn, size), Form.NONE, 0, trapCode), 0, 0);
        d.defFixed(to, remainder ? RDX : RAX);
        d.useFixed(dividend, RAX);
        d.useLate(divisor);
        d.code.setClobbers(1 << (remainder ? RAX : RDX));
    }

    /** At the operands' own width, where the hardware finds the overflow. */
    void signed(int a, int b, int type) {
        int size = Types.bytes(type), divisor = o.use(b), dividend = size == 1 ? ints.extended(a, type, true) : o.use(a);
        if (!o.isConstant(b) || o.constantOf(b) == 0) {
            d.compare(TEST, size, divisor, divisor);
            d.trapIf(E, TrapCode.INTEGER_DIVISION_BY_ZERO);
        }
        if (size > 1) {
            divide(IDIV, size, result(), dividend, divisor, false, TrapCode.INTEGER_OVERFLOW);
            return;
        }
        d.code.beginInst(Form.WIDE, Form.address(Form.info(IDIV, 1), Form.NONE, 0, TrapCode.INTEGER_OVERFLOW), 0, 0);
        d.defFixed(result(), RAX);
        d.useFixed(dividend, RAX);
        d.useAny(divisor);
    }

    /** What a division by -1 leaves over is 0, though the division may overflow; narrow operands in 32 bits cannot. */
    void signedRemainder(int a, int b, int type) {
        int size = Operands.width(type), dividend = ints.extended(a, type, true), divisor = ints.extended(b, type, true);
        boolean harmless = size > Types.bytes(type) || o.isConstant(b) && o.constantOf(b) != -1;
        if (harmless) {
            divide(IDIV, size, result(), dividend, divisor, true, TrapCode.INTEGER_DIVISION_BY_ZERO);
            return;
        }
        d.code.beginInst(Form.REMAINDER, Form.address(Form.info(IDIV, size), Form.NONE, 0, TrapCode.INTEGER_DIVISION_BY_ZERO), 0, 0);
        d.defFixed(result(), RDX);
        d.useFixed(dividend, RAX);
        d.useLate(divisor);
        d.code.setClobbers(1 << RAX);
    }
}
