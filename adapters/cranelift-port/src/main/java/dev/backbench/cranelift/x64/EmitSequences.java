package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.asm.X64Encoder;

/** Machine instructions that are several, with jumps between them. */
final class EmitSequences {
    private final Emit emit;
    private final EmitInsts at;
    private final X64Encoder e;
    private final EmitFloats floats;

    EmitSequences(Emit emit, EmitInsts insts, X64Encoder encoder) {
        this.emit = emit;
        this.at = insts;
        this.e = encoder;
        this.floats = new EmitFloats(emit, insts, encoder);
    }

    /** @param extra of the instruction @param immediate likewise */
    void emit(int op, int info, int extra, long immediate) {
        switch (op) {
            case Form.DIVIDE -> divide(Form.insn(info), Form.size(info));
            case Form.REMAINDER -> remainder(Form.size(info));
            case Form.FLOAT_MIN_MAX -> floats.extremum(Form.insn(info), Form.size(info));
            case Form.FROM_UNSIGNED -> floats.fromUnsigned(Form.insn(info), Form.size(info));
            case Form.TO_SIGNED, Form.TO_UNSIGNED, Form.TO_SIGNED_SAT, Form.TO_UNSIGNED_SAT ->
                floats.toInteger(op, Form.insn(info), Form.size(info), extra, (int) immediate, (int) (immediate >>> 32));
            default -> throw new AssertionError("form " + op);
        }
    }

    /** A jump over a move; of floats there are no conditional ones. */
    void select(int condition, int size) {
        int done = emit.newLabel();
        if (condition == Conditions.UNEQUAL_OR_UNORDERED) {
            int take = emit.newLabel();
            e.jump(P, take);
            e.jump(E, done);
            e.label(take);
        } else if (condition == Conditions.EQUAL_ORDERED) {
            e.jump(P, done);
            e.jump(NE, done);
        } else {
            e.jump(Conditions.inverted(condition), done);
        }
        at.move(at.place(0), at.place(2));
        e.label(done);
    }

    /** Of rax, extended into rdx, by operand 2. */
    private void divide(int insn, int size) {
        if (insn == DIV) e.rr(XOR, 4, RDX, RDX);
        else e.plain(size == 8 ? CQO : size == 4 ? CDQ : CWD);
        at.fault();
        e.r(insn, size, at.reg(2));
    }

    /** Of rax by operand 2 into rdx; by -1 it is 0 without a division, which could overflow. */
    private void remainder(int size) {
        int divide = emit.newLabel(), done = emit.newLabel(), divisor = at.reg(2);
        e.ri(CMP, size, divisor, -1);
        e.jump(NE, divide);
        e.rr(XOR, 4, RDX, RDX);
        e.jump(done);
        e.label(divide);
        e.plain(size == 8 ? CQO : CDQ);
        at.fault();
        e.r(IDIV, size, divisor);
        e.label(done);
    }
}
