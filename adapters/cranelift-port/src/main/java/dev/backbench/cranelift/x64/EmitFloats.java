package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.asm.X64Address;
import dev.backbench.asm.X64Encoder;

/** Sequences for floats: minima and maxima, conversions whose range the hardware does not have. */
final class EmitFloats {
    private final Emit emit;
    private final EmitInsts at;
    private final X64Encoder e;
    private final X64Address address = new X64Address();

    EmitFloats(Emit emit, EmitInsts insts, X64Encoder encoder) {
        this.emit = emit;
        this.at = insts;
        this.e = encoder;
    }

    /**
     * Operand 0 reuses use 1; use 2. The instruction takes its second operand where they are equal or unordered; zeros of both signs are equal: the bits of both
     * decide; a sum of both is a quiet NaN if one is.
     *
     * @param insn MINSS, MINSD, MAXSS or MAXSD
     */
    void extremum(int insn, int size) {
        int to = at.reg(0), other = at.reg(2), unequal = emit.newLabel(), ordered = emit.newLabel(), done = emit.newLabel();
        e.rr(size == 4 ? UCOMISS : UCOMISD, size, to, other);
        e.jump(NE, unequal);
        e.jump(NP, ordered);
        e.rr(size == 4 ? ADDSS : ADDSD, size, to, other);
        e.jump(done);
        e.label(ordered);
        e.rr(insn == MINSS || insn == MINSD ? ORPS : ANDPS, 16, to, other);
        e.jump(done);
        e.label(unequal);
        e.rr(insn, size, to, other);
        e.label(done);
    }

    /** Def; use; two temporaries. Above the signed range: half of it, odd if a bit is lost so that rounding comes out right, twice. */
    void fromUnsigned(int insn, int size) {
        int to = at.reg(0), value = at.reg(1), half = at.reg(2), lost = at.reg(3), large = emit.newLabel(), done = emit.newLabel();
        e.rr(XORPS, 16, to, to);
        e.rr(TEST, 8, value, value);
        e.jump(S, large);
        e.rr(insn, 8, to, value);
        e.jump(done);
        e.label(large);
        e.rr(MOV, 8, half, value);
        e.rr(MOV, 4, lost, value);
        e.ri(SHR, 8, half, 1);
        e.ri(AND, 4, lost, 1);
        e.rr(OR, 8, half, lost);
        e.rr(insn, 8, to, half);
        e.rr(size == 4 ? ADDSS : ADDSD, size, to, to);
        e.label(done);
    }

    /**
     * Def; use; a temporary of each class. {@code below}, {@code above}, {@code half}: places of the constants.
     *
     * @param insn CVTTSS2SI or CVTTSD2SI @param bytes of the integer
     */
    void toInteger(int form, int insn, int bytes, int below, int above, int half) {
        boolean signed = form == Form.TO_SIGNED || form == Form.TO_SIGNED_SAT, saturates = form == Form.TO_SIGNED_SAT || form == Form.TO_UNSIGNED_SAT;
        int to = at.reg(0), done = emit.newLabel();
        if (signed && bytes >= 4) {
            e.rr(insn, bytes, to, at.reg(1));
            e.ri(CMP, bytes, to, 1);
            e.jump(NO, done);
        }
        if (saturates) saturate(insn, bytes, signed, below, above, done);
        else check(insn, below, above);
        if (!signed && bytes == 8) toUnsigned(insn, half);
        else if (!signed || bytes < 4 || !saturates) e.rr(insn, signed ? Math.max(4, bytes) : 8, to, at.reg(1));
        e.label(done);
    }

    private void compare(int insn, int place) {
        boolean single = insn == CVTTSS2SI;
        e.rm(single ? UCOMISS : UCOMISD, single ? 4 : 8, at.reg(1), address.symbol(X64Address.POOL, place, 0));
    }

    private void check(int insn, int below, int above) {
        compare(insn, below);
        e.jump(P, emit.trapLabel(LowerFloats.NOT_A_NUMBER));
        e.jump(BE, emit.trapLabel(LowerFloats.OUT_OF_RANGE));
        compare(insn, above);
        e.jump(AE, emit.trapLabel(LowerFloats.OUT_OF_RANGE));
    }

    /** What is out of range gets its bound, and is done; a NaN gets 0. */
    private void saturate(int insn, int bytes, boolean signed, int below, int above, int done) {
        int to = at.reg(0), number = emit.newLabel(), notLess = emit.newLabel(), inside = emit.newLabel();
        int bits = 8 * bytes;
        compare(insn, below);
        e.jump(NP, number);
        e.ri(MOV, 4, to, 0);
        e.jump(done);
        e.label(number);
        e.jump(A, notLess);
        e.ri(MOV, 8, to, signed ? -1L << bits - 1 : 0);
        e.jump(done);
        e.label(notLess);
        compare(insn, above);
        e.jump(B, inside);
        e.ri(MOV, 8, to, signed ? (1L << bits - 1) - 1 : bits == 64 ? -1 : (1L << bits) - 1);
        e.jump(done);
        e.label(inside);
        if (signed && bytes >= 4) e.rr(insn, bytes, to, at.reg(1));
    }

    /** From 2^63 on: what is left after it, with the highest bit. */
    private void toUnsigned(int insn, int half) {
        int to = at.reg(0), value = at.reg(1), bit = at.reg(2), rest = at.reg(3), large = emit.newLabel(), done = emit.newLabel();
        boolean single = insn == CVTTSS2SI;
        compare(insn, half);
        e.jump(AE, large);
        e.rr(insn, 8, to, value);
        e.jump(done);
        e.label(large);
        e.rr(MOVAPS, 16, rest, value);
        e.rm(single ? SUBSS : SUBSD, single ? 4 : 8, rest, address.symbol(X64Address.POOL, half, 0));
        e.rr(insn, 8, to, rest);
        e.ri(MOV, 8, bit, Long.MIN_VALUE);
        e.rr(XOR, 8, to, bit);
        e.label(done);
    }
}
