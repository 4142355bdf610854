package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Types;

/** Integers of up to 64 bits: arithmetic, bits, extensions. Those narrower than 32 bits are computed in 32, with anything above them. */
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

    /** Bytes that arithmetic on the type is done in. */
    static int width(int type) {
        return Math.max(4, Types.bytes(type));
    }

    private int result() {
        return o.def(f.result(o.inst, 0));
    }

    // ---- sums ----

    void add(int a, int b, int type) {
        int size = width(type);
        if (o.isConstant(a)) {
            int swap = a;
            a = b;
            b = swap;
        }
        if (o.isImmediate(b) && o.matched(a, Op.IADD) < 0) {
            addImmediate(a, o.constantOf(b), type);
        } else if (size == Types.bytes(type) && o.canSink(b, size)) {
            int left = o.use(a);
            o.sinkLoad(b, size);
            d.rm(ADD, size, result(), left);
        } else if (size == Types.bytes(type) && o.canSink(a, size)) {
            int right = o.use(b);
            o.sinkLoad(a, size);
            d.rm(ADD, size, result(), right);
        } else {
            addressed(a, b, size);
        }
    }

    /** By the address unit, which leaves both operands alone. */
    private void addressed(int a, int b, int size) {
        if (o.isImmediate(b)) {
            int inner = o.matched(a, Op.IADD);
            o.sum(f.arg(inner, 0), f.arg(inner, 1), o.constantOf(b));
        } else {
            o.sum(a, b, 0);
        }
        d.lea(size, result());
    }

    private void addImmediate(int a, long immediate, int type) {
        d.address.based(o.use(a), (int) immediate);
        d.lea(width(type), result());
    }

    void subtract(int a, int b, int type) {
        int size = width(type);
        if (o.isImmediate(b) && o.constantOf(b) != Integer.MIN_VALUE) {
            addImmediate(a, -o.constantOf(b), type);
        } else if (o.isConstant(a) && o.constantOf(a) == 0) {
            d.r(NEG, size, result(), o.use(b));
        } else {
            binary(SUB, a, b, type);
        }
    }

    /** {@code insn} with an immediate, a load or a register as its second operand. */
    void binary(int insn, int a, int b, int type) {
        int size = width(type);
        if (o.isImmediate(b)) {
            d.ri(insn, size, result(), o.use(a), o.constantOf(b));
        } else if (size == Types.bytes(type) && o.canSink(b, size)) {
            int left = o.use(a);
            o.sinkLoad(b, size);
            d.rm(insn, size, result(), left);
        } else {
            int left = o.use(a);
            d.rr(insn, size, result(), left, o.use(b));
        }
    }

    private void commutative(int insn, int a, int b, int type) {
        boolean swap = o.isImmediate(a) || !o.isImmediate(b) && width(type) == Types.bytes(type) && !o.canSink(b, width(type)) && o.canSink(a, width(type));
        binary(insn, swap ? b : a, swap ? a : b, type);
    }

    void negate(int a, int type) {
        d.r(NEG, width(type), result(), o.use(a));
    }

    void absolute(int a, int type) {
        int size = width(type), value = extended(a, type, true), negated = d.newInt();
        d.r(NEG, size, negated, value);
        d.rr(CMOV + S, size, result(), negated, value);
    }

    void multiply(int a, int b, int type) {
        int size = width(type);
        int constant = o.isImmediate(b) ? b : o.isImmediate(a) ? a : -1;
        if (constant < 0) {
            commutative(IMUL, a, b, type);
            return;
        }
        long factor = o.constantOf(constant);
        int value = o.use(constant == b ? a : b);
        if (factor == 3 || factor == 5 || factor == 9) {
            d.address.based(value, 0);
            d.address.index = value;
            d.address.logScale = Long.numberOfTrailingZeros(factor - 1);
            d.lea(size, result());
        } else if (factor > 0 && (factor & factor - 1) == 0) {
            d.ri(SHL, size, result(), value, Long.numberOfTrailingZeros(factor));
        } else {
            d.multiply(size, result(), value, (int) factor);
        }
    }

    void multiplyHigh(int a, int b, int type, boolean signed) {
        int bits = Types.bits(type);
        if (bits < 32) {
            int left = extended(a, type, signed), right = extended(b, type, signed), product = d.newInt();
            d.rr(IMUL, 4, product, left, right);
            d.ri(SHR, 4, result(), product, bits);
            return;
        }
        int left = o.use(a), right = o.use(b);
        d.begin(Form.WIDE, signed ? IMUL_WIDE : MUL, bits / 8);
        d.defFixed(result(), RDX);
        d.useFixed(left, RAX);
        d.useAny(right);
        d.code.setClobbers(1 << RAX);
    }

    // ---- bits ----

    void and(int a, int b, int type) {
        int mask = o.isConstant(b) ? b : a, value = mask == b ? a : b;
        long bits = o.isConstant(mask) ? o.constantOf(mask) : 0;
        if (bits == 0xFF && type != Types.I8 || bits == 0xFFFF && type != Types.I16) {
            d.unary(bits == 0xFF ? MOVZX8 : MOVZX16, 4, result(), o.use(value));
        } else if (bits == 0xFFFFFFFFL && type == Types.I64) {
            d.unary(MOV, 4, result(), o.use(value));
        } else if (cpu.bmi1() && width(type) == Types.bytes(type) && !o.isConstant(mask) && (lowest(a, b, type) || lowest(b, a, type))) {
            return;
        } else if (cpu.bmi1() && !o.isConstant(mask) && (o.matched(a, Op.BNOT) >= 0 || o.matched(b, Op.BNOT) >= 0)) {
            int not = o.matched(a, Op.BNOT) >= 0 ? o.matched(a, Op.BNOT) : o.matched(b, Op.BNOT);
            int inverted = o.use(f.arg(not, 0));
            d.rrr(ANDN, width(type), result(), inverted, o.use(o.matched(a, Op.BNOT) >= 0 ? b : a));
        } else {
            commutative(AND, a, b, type);
        }
    }

    /** {@code x & x - 1} and {@code x & -x}. */
    private boolean lowest(int x, int y, int type) {
        int negated = o.matched(y, Op.INEG);
        if (negated >= 0 && f.resolve(f.arg(negated, 0)) == f.resolve(x)) {
            d.rrr(BLSI, width(type), result(), o.use(x), o.use(x));
            return true;
        }
        if (!isDecrement(y, x)) return false;
        d.rrr(BLSR, width(type), result(), o.use(x), o.use(x));
        return true;
    }

    private boolean isDecrement(int y, int x) {
        int sum = o.matched(y, Op.IADD);
        if (sum < 0) return false;
        int constant = o.isConstant(f.arg(sum, 1)) ? 1 : 0;
        return o.isConstant(f.arg(sum, constant)) && o.constantOf(f.arg(sum, constant)) == -1 && f.resolve(f.arg(sum, 1 - constant)) == f.resolve(x);
    }

    void or(int a, int b, int type) {
        commutative(OR, a, b, type);
    }

    void xor(int a, int b, int type) {
        if (cpu.bmi1() && width(type) == Types.bytes(type) && (isDecrement(b, a) || isDecrement(a, b))) {
            int x = o.use(isDecrement(b, a) ? a : b);
            d.rrr(BLSMSK, width(type), result(), x, x);
        } else {
            commutative(XOR, a, b, type);
        }
    }

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

    void bitSelect(int mask, int yes, int no, int type) {
        int bits = o.use(mask), a = o.use(yes), b = o.use(no);
        bitSelect(result(), bits, a, b, width(type));
    }

    void not(int a, int type) {
        d.r(NOT, width(type), result(), o.use(a));
    }

    void shift(int insn, int a, int count, int type) {
        int bits = Types.bits(type), size = width(type);
        int value = insn == SHL ? o.use(a) : extended(a, type, insn == SAR);
        if (o.isConstant(count)) {
            d.ri(insn, size, result(), value, o.constantOf(count) & bits - 1);
        } else if (bits >= 32 && cpu.bmi2()) {
            d.rrr(insn == SHL ? SHLX : insn == SHR ? SHRX : SARX, size, result(), o.use(count), value);
        } else {
            d.shift(insn, size, result(), value, masked(count, bits));
        }
    }

    /** Shifts of 32 and 64 bits mask their count themselves. */
    private int masked(int count, int bits) {
        int register = o.use(count);
        if (bits >= 32) return register;
        int masked = d.newInt();
        d.ri(AND, 4, masked, register, bits - 1);
        return masked;
    }

    /** Rotations of 8 and 16 bits take their count modulo the width. */
    void rotate(int insn, int a, int count, int type) {
        int bits = Types.bits(type), size = Types.bytes(type), value = o.use(a);
        if (!o.isConstant(count)) {
            d.shift(insn, size, result(), value, o.use(count));
            return;
        }
        int by = (int) o.constantOf(count) & bits - 1;
        if (bits >= 32 && cpu.bmi2()) d.rotate(size, result(), value, insn == ROR ? by : bits - by & bits - 1);
        else d.ri(insn, size, result(), value, by);
    }

    // ---- extensions ----

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

    void extend(int value, int to, boolean signed) {
        int from = o.type(value), size = Math.max(4, Types.bytes(to));
        if (!signed && isZeroAbove(value, from)) o.alias(f.result(o.inst, 0), o.use(value));
        else extend(result(), value, from, size, signed);
    }

    /** Whether the register that will hold the value has zeros above it, since the instruction that writes it does that. */
    private boolean isZeroAbove(int value, int type) {
        int definition = o.definition(value);
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
        if (o.isWanted(high)) d.ri(SHR, width(type), o.def(high), whole, Types.bits(type) / 2);
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

    void leadingZeros(int a, int type) {
        int bits = Types.bits(type), size = width(type), value = extended(a, type, false);
        int count = bits < 32 ? d.newInt() : result();
        zeros(count, value, size);
        if (bits < 32) d.ri(SUB, 4, result(), count, 32 - bits);
    }

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

    /** A one just above a narrow value ends the count. */
    void trailingZeros(int a, int type) {
        int bits = Types.bits(type), size = width(type), value = o.use(a);
        if (bits < 32) {
            int ended = d.newInt();
            d.ri(OR, 4, ended, value, 1L << bits);
            value = ended;
        }
        trailing(result(), value, size);
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

    /** Bits after the highest that equal it: zeros of what the sign, spread over the register, leaves over. */
    void leadingSigns(int a, int type) {
        int bits = Types.bits(type), size = width(type), value = extended(a, type, true);
        int sign = d.newInt(), rest = d.newInt(), count = d.newInt();
        d.ri(SAR, size, sign, value, 8L * size - 1);
        d.rr(XOR, size, rest, sign, value);
        zeros(count, rest, size);
        d.ri(SUB, 4, result(), count, 8L * size - bits + 1);
    }

    void population(int a, int type) {
        int value = extended(a, type, false);
        ones(result(), value, width(type));
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

    void swapBytes(int a, int type) {
        if (type == Types.I16) d.ri(ROL, 2, result(), o.use(a), 8);
        else d.r(BSWAP, Types.bytes(type), result(), o.use(a));
    }

    /** Neighbouring bits, pairs and nibbles change places, then bytes. */
    void reverseBits(int a, int type) {
        int to = result();
        reverse(to, o.use(a), type);
    }

    void reverse(int to, int value, int type) {
        int size = width(type), bits = value;
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
