package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.asm.X64Address;
import dev.backbench.asm.X64Encoder;

/** Machine instructions that are several, with jumps between them. */
final class EmitSequences {
    private final Emit emit;
    private final EmitInsts at;
    private final X64Encoder e;
    private final EmitFloats floats;
    private final X64Address address = new X64Address();

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
            case Form.COPY -> copy(extra, (int) immediate);
            case Form.DIVIDE_WIDE, Form.REMAINDER_WIDE -> divideWide(op == Form.REMAINDER_WIDE);
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

    /** Counts up to the end of both. */
    private void copy(int offset, int bytes) {
        int again = emit.newLabel(), from = at.reg(0), index = at.reg(1), part = at.reg(2);
        e.ri(MOV, 8, index, -bytes);
        e.label(again);
        e.rm(MOV, 8, part, address.indexed(from, index, 1, bytes));
        e.mr(MOV, 8, address.indexed(RSP, index, 1, offset + bytes), part);
        e.ri(ADD, 8, index, 8);
        e.jump(NE, again);
    }

    /**
     * Of rdx and rax by operands 5 and 4, unsigned, into rdx and rax; rcx, rbx, rsi and rdi are free. A divisor of 64 bits takes two divisions. A wider one is shifted up until only 64 bits
     * of it count, the dividend down by one; the quotient of those, shifted back and one less, is right or one too small (Warren, Hacker's Delight, 9-5).
     */
    private void divideWide(boolean remainder) {
        int low = at.reg(4), high = at.reg(5), wide = emit.newLabel(), done = emit.newLabel();
        e.rr(MOV, 8, RSI, RAX);
        e.rr(MOV, 8, RDI, RDX);
        e.rr(TEST, 8, high, high);
        e.jump(NE, wide);
        divideByHalf(low, remainder);
        e.jump(done);
        e.label(wide);
        e.rr(BSR, 8, RCX, high);
        e.ri(XOR, 4, RCX, 63);
        e.rr(MOV, 8, RBX, high);
        e.shiftDouble(SHLD, 8, RBX, low, -1);
        e.shiftDouble(SHRD, 8, RAX, RDX, 1);
        e.ri(SHR, 8, RDX, 1);
        e.r(DIV, 8, RBX);
        e.ri(XOR, 4, RCX, 63);
        e.r(SHR, 8, RAX);
        e.ri(SUB, 8, RAX, 1);
        e.ri(ADC, 8, RAX, 0);
        settle(low, high, remainder);
        e.label(done);
    }

    /** The dividend is in rdi and rsi as well. */
    private void divideByHalf(int divisor, boolean remainder) {
        e.rr(MOV, 8, RAX, RDX);
        e.rr(XOR, 4, RDX, RDX);
        e.r(DIV, 8, divisor);
        e.rr(MOV, 8, RCX, RAX);
        e.rr(MOV, 8, RAX, RSI);
        e.r(DIV, 8, divisor);
        if (remainder) {
            e.rr(MOV, 8, RAX, RDX);
            e.rr(XOR, 4, RDX, RDX);
        } else {
            e.rr(MOV, 8, RDX, RCX);
        }
    }

    /** What the quotient in rax leaves of the dividend in rdi and rsi: another divisor, if it is there. */
    private void settle(int low, int high, boolean remainder) {
        e.rr(MOV, 8, RBX, RAX);
        e.rr(MOV, 8, RCX, high);
        e.rr(IMUL, 8, RCX, RBX);
        e.r(MUL, 8, low);
        e.rr(ADD, 8, RDX, RCX);
        e.rr(SUB, 8, RSI, RAX);
        e.rr(SBB, 8, RDI, RDX);
        e.rr(MOV, 8, RAX, RSI);
        e.rr(MOV, 8, RDX, RDI);
        e.rr(SUB, 8, RAX, low);
        e.rr(SBB, 8, RDX, high);
        if (remainder) {
            e.rr(CMOV + B, 8, RAX, RSI);
            e.rr(CMOV + B, 8, RDX, RDI);
        } else {
            e.ri(SBB, 8, RBX, -1);
            e.rr(MOV, 8, RAX, RBX);
            e.rr(XOR, 4, RDX, RDX);
        }
    }
}
