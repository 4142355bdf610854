package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Types;

/** Integers of up to 64 bits: what takes several instructions, extensions, halves. */
final class LowerInts {
    private final Operands o;
    private final Draft d;
    private final Cpu cpu;
    private Function f;

    LowerInts(Operands operands, Cpu cpu) {
        this.o = operands;
        this.d = operands.d;
        this.cpu = cpu;
    }

    void begin(Function function) {
        f = function;
    }

    private int result() {
        return o.def(f.result(o.inst, 0));
    }

    boolean isLeaFactor(int constant) {
        long factor = f.immediate(constant);
        return factor == 3 || factor == 5 || factor == 9;
    }

    /** @param insn MUL or IMUL_WIDE */
    void highProduct(int insn, int size, int to, int left, int right) {
        d.begin(Form.WIDE, insn, size);
        d.defFixed(to, RDX);
        d.useFixed(left, RAX);
        d.useAny(right);
        d.code.setClobbers(1 << RAX);
    }

    // ---- bits ----

    void bitSelect(int to, int mask, int yes, int no, int size) {
        int taken = d.newInt(), left = d.newInt(), cleared = d.newInt();
        d.rr(AND, size, taken, yes, mask);
        if (cpu.bmi1()) {
            d.rrr(ANDN, size, cleared, mask, no);
        } else {
            d.r(NOT, size, left, mask);
            d.rr(AND, size, cleared, left, no);
        }
        d.rr(OR, size, to, taken, cleared);
    }

    // ---- extensions ----

    int zeroExtended(int value) {
        return extended(value, o.type(value), false);
    }

    int signExtended(int value) {
        return extended(value, o.type(value), true);
    }

    /** A register with the value extended to its arithmetic width. */
    int extended(int value, int type, boolean signed) {
        if (Types.bits(type) >= 32) return o.use(value);
        if (o.isConstant(value)) return o.constant(signed ? o.constantOf(value) : o.constantOf(value) & (1L << Types.bits(type)) - 1, 4);
        int wide = d.newInt();
        extend(wide, value, type, 4, signed);
        return wide;
    }

    private void extend(int to, int value, int from, int size, boolean signed) {
        int bytes = Types.bytes(from);
        int insn = switch (bytes) {
            case 1 -> signed ? MOVSX8 : MOVZX8;
            case 2 -> signed ? MOVSX16 : MOVZX16;
            default -> signed ? MOVSX32 : MOV;
        };
        int width = signed ? size : 4;
        if (o.sinkLoad(value, bytes)) d.load(insn, width, to);
        else d.unary(insn, width, to, o.use(value));
    }

    /** Whether the register that will hold the value has zeros above it, since the instruction that writes it does that. */
    boolean isZeroAbove(int value) {
        int definition = o.definition(value), type = o.type(value);
        if (definition < 0) return false;
        return switch (f.op(definition)) {
            case ICMP, FCMP -> Types.isScalarInt(f.control(definition)) || Types.isFloatLane(f.control(definition));
            case ULOAD8, ULOAD16, ULOAD32 -> true;
            case UEXTEND, IADD, ISUB, INEG, IMUL, BAND, BOR, BXOR, BNOT, ISHL, USHR, SSHR, ROTL, ROTR, SDIV, UDIV, UREM, CLZ, CTZ, POPCNT, BSWAP -> type == Types.I32;
            case LOAD -> type == Types.I32 && !o.canSink(value, 4);
            default -> false;
        };
    }

    /** The low half is the value itself, with more above it. */
    void split(int value, int type) {
        int whole = o.use(value), high = f.result(o.inst, 1);
        if (o.isWanted(high)) d.ri(SHR, Operands.width(type), o.def(high), whole, Types.bits(type) / 2);
        o.alias(f.result(o.inst, 0), whole);
    }

    /** @param type of the halves */
    void concat(int low, int high, int type) {
        int bits = Types.bits(type), size = bits == 32 ? 8 : 4, lower = d.newInt(), upper = d.newInt(), whole = o.use(high);
        extend(lower, low, type, size, false);
        d.ri(SHL, size, upper, whole, bits);
        d.rr(OR, size, result(), upper, lower);
    }

    void reduce(int value) {
        o.alias(f.result(o.inst, 0), o.use(value));
    }

    /** All ones where any bit is set. */
    void mask(int value, int to) {
        int from = o.type(value), zero = d.newInt();
        if (Operands.isWide(from)) {
            int any = d.newInt();
            d.rr(OR, 8, any, o.use(value), o.useHigh(value));
            d.r(NEG, 8, zero, any);
        } else {
            d.r(NEG, Types.bytes(from), zero, o.use(value));
        }
        int result = Operands.isWide(to) ? d.newInt() : result();
        d.rr(SBB, 8, result, zero, zero);
        if (!Operands.isWide(to)) return;
        o.alias(f.result(o.inst, 0), result);
        o.aliasHigh(f.result(o.inst, 0), result);
    }

    // ---- counting and reordering bits ----

    /** Of a whole register. */
    void zeros(int to, int value, int size) {
        if (cpu.lzcnt()) {
            d.unary(LZCNT, size, to, value);
            return;
        }
        int none = o.constant(2L * 8 * size - 1, size), place = d.newInt(), last = d.newInt();
        d.unary(BSR, size, place, value);
        d.rr(CMOV + E, size, last, place, none);
        d.ri(XOR, size, to, last, 8L * size - 1);
    }

    /** Of a whole register. */
    void trailing(int to, int value, int size) {
        if (cpu.bmi1()) {
            d.unary(TZCNT, size, to, value);
            return;
        }
        int none = o.constant(8L * size, size), place = d.newInt();
        d.unary(BSF, size, place, value);
        d.rr(CMOV + E, size, to, place, none);
    }

    void ones(int to, int value, int size) {
        if (cpu.popcnt()) d.unary(POPCNT, size, to, value);
        else onesBySums(to, value, size);
    }

    /** Sums of pairs, of nibbles, of bytes, then all bytes by a multiplication (Warren, Hacker's Delight, 5-1). */
    private void onesBySums(int to, int value, int size) {
        int half = d.newInt(), pairs = d.newInt(), odd = d.newInt();
        d.ri(SHR, size, half, value, 1);
        d.rr(AND, size, odd, half, pattern(0x5555555555555555L, size));
        d.rr(SUB, size, pairs, value, odd);
        int low = d.newInt(), high = d.newInt(), shifted = d.newInt(), nibbles = d.newInt();
        d.rr(AND, size, low, pairs, pattern(0x3333333333333333L, size));
        d.ri(SHR, size, shifted, pairs, 2);
        d.rr(AND, size, high, shifted, pattern(0x3333333333333333L, size));
        d.rr(ADD, size, nibbles, low, high);
        int fourth = d.newInt(), both = d.newInt(), bytes = d.newInt(), total = d.newInt();
        d.ri(SHR, size, fourth, nibbles, 4);
        d.rr(ADD, size, both, nibbles, fourth);
        d.rr(AND, size, bytes, both, pattern(0x0F0F0F0F0F0F0F0FL, size));
        d.rr(IMUL, size, total, bytes, pattern(0x0101010101010101L, size));
        d.ri(SHR, size, to, total, 8L * size - 8);
    }

    private int pattern(long bits, int size) {
        return o.constant(size == 4 ? bits & 0xFFFFFFFFL : bits, size);
    }

    /** Neighbouring bits, pairs and nibbles change places, then bytes. */
    void reverse(int to, int value, int type) {
        int size = Operands.width(type), bits = value;
        long[] patterns = {0x5555555555555555L, 0x3333333333333333L, 0x0F0F0F0F0F0F0F0FL};
        for (int step = 0; step < 3; step++) {
            int mask = pattern(patterns[step], size), high = d.newInt(), low = d.newInt(), moved = d.newInt(), up = d.newInt(), next = d.newInt();
            d.ri(SHR, size, moved, bits, 1L << step);
            d.rr(AND, size, high, moved, mask);
            d.rr(AND, size, low, bits, mask);
            d.ri(SHL, size, up, low, 1L << step);
            d.rr(OR, size, next, up, high);
            bits = next;
        }
        if (type == Types.I8) d.move(to, bits);
        else if (type == Types.I16) d.ri(ROL, 2, to, bits, 8);
        else d.r(BSWAP, size, to, bits);
    }
}
