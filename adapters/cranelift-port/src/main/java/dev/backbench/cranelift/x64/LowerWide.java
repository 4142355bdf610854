package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Types;

/** Integers of 128 bits, in two registers. */
final class LowerWide {
    private final Operands o;
    private final Draft d;
    private final LowerInts ints;
    private Function f;
    /** Of the instruction at hand: the halves of its operands and of its result. */
    private int aLow, aHigh, bLow, bHigh, low, high;

    LowerWide(Operands operands, LowerInts ints) {
        this.o = operands;
        this.d = operands.d;
        this.ints = ints;
    }

    void begin(Function function) {
        f = function;
    }

    private void operands(int a, int b) {
        aLow = o.use(a);
        aHigh = o.useHigh(a);
        if (b < 0) return;
        bLow = o.use(b);
        bHigh = o.useHigh(b);
    }

    private void result() {
        low = o.def(f.result(o.inst, 0));
        high = o.defHigh(f.result(o.inst, 0));
    }

    /** @return false where there is no such operation */
    boolean binary(Op op, int a, int b) {
        if (op == Op.ISHL || op == Op.USHR || op == Op.SSHR || op == Op.ROTL || op == Op.ROTR) {
            shift(op, a, b);
            return true;
        }
        operands(a, b);
        result();
        switch (op) {
            case IADD -> pair(ADD, ADC);
            case ISUB -> pair(SUB, SBB);
            case BAND -> pair(AND, AND);
            case BOR -> pair(OR, OR);
            case BXOR -> pair(XOR, XOR);
            case IMUL -> multiply();
            case SMIN -> extremum(L);
            case SMAX -> extremum(GE);
            case UMIN -> extremum(B);
            case UMAX -> extremum(AE);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void pair(int lower, int upper) {
        d.rr(lower, 8, low, aLow, bLow);
        d.rr(upper, 8, high, aHigh, bHigh);
    }

    /** The whole product of the low halves; of the two mixed ones only what is below 2^128. */
    private void multiply() {
        int carried = d.newInt(), left = d.newInt(), right = d.newInt(), mixed = d.newInt();
        d.begin(Form.WIDE, MUL, 8);
        d.defFixed(low, RAX);
        d.defFixed(carried, RDX);
        d.useFixed(aLow, RAX);
        d.useAny(bLow);
        d.rr(IMUL, 8, left, aLow, bHigh);
        d.rr(IMUL, 8, right, bLow, aHigh);
        d.rr(ADD, 8, mixed, left, right);
        d.rr(ADD, 8, high, carried, mixed);
    }

    /** @param condition of {@code a} compared with {@code b} under which the result is {@code a} */
    private void extremum(int condition) {
        int rest = d.newInt();
        d.compare(CMP, 8, aLow, bLow);
        d.rr(SBB, 8, rest, aHigh, bHigh);
        d.cmov(condition, 8, low, aLow, bLow);
        d.cmov(condition, 8, high, aHigh, bHigh);
    }

    // ---- shifts: by the count's low six bits, then by 64 if its seventh is set ----

    private void shift(Op op, int a, int count) {
        int by = o.use(count);
        operands(a, -1);
        result();
        shift(op, by);
    }

    /** Of any two halves, for conversions. */
    void shift(Op op, int fromLow, int fromHigh, int by, int toLow, int toHigh) {
        aLow = fromLow;
        aHigh = fromHigh;
        low = toLow;
        high = toHigh;
        shift(op, by);
    }

    private void shift(Op op, int by) {
        boolean left = op == Op.ISHL || op == Op.ROTL, rotates = op == Op.ROTL || op == Op.ROTR;
        int shiftedLow = d.newInt(), shiftedHigh = d.newInt();
        if (left || rotates) shiftDouble(left ? SHLD : SHRD, shiftedHigh, aHigh, aLow, by);
        else d.shift(op == Op.SSHR ? SAR : SHR, 8, shiftedHigh, aHigh, by);
        if (op == Op.ISHL) d.shift(SHL, 8, shiftedLow, aLow, by);
        else shiftDouble(left ? SHLD : SHRD, shiftedLow, aLow, aHigh, by);
        int fill = rotates ? -1 : op == Op.SSHR ? d.newInt() : o.constant(0, 4);
        if (op == Op.SSHR) d.ri(SAR, 8, fill, aHigh, 63);
        d.compareImmediate(TEST, 1, by, 64);
        d.cmov(NE, 8, low, rotates ? shiftedHigh : left ? fill : shiftedHigh, shiftedLow);
        d.cmov(NE, 8, high, rotates ? shiftedLow : left ? shiftedLow : fill, shiftedHigh);
    }

    private void shiftDouble(int insn, int to, int value, int from, int count) {
        d.begin(Form.SHIFT_DOUBLE, insn, 8, -1);
        d.defReusing(to, 1);
        d.use(value);
        d.use(from);
        d.useFixed(count, RCX);
    }

    // ---- one operand ----

    /** Of a value or to a value of 128 bits. @return false where there is no such operation */
    boolean unary(Op op, int a, int type) {
        switch (op) {
            case UEXTEND, SEXTEND -> extend(a, op == Op.SEXTEND);
            case ISPLIT -> {
                o.alias(f.result(o.inst, 0), o.use(a));
                o.alias(f.result(o.inst, 1), o.useHigh(a));
            }
            case IREDUCE -> ints.reduce(a);
            case BMASK -> ints.mask(a, type);
            default -> {
                if (!Operands.isWide(type) || !Operands.isWide(o.type(a))) return false;
                operands(a, -1);
                result();
                return inPlace(op);
            }
        }
        return true;
    }

    private boolean inPlace(Op op) {
        switch (op) {
            case INEG -> {
                bLow = aLow;
                bHigh = aHigh;
                aLow = aHigh = o.constant(0, 4);
                pair(SUB, SBB);
            }
            case IABS -> absolute();
            case BNOT -> {
                d.r(NOT, 8, low, aLow);
                d.r(NOT, 8, high, aHigh);
            }
            case BSWAP -> {
                d.r(BSWAP, 8, low, aHigh);
                d.r(BSWAP, 8, high, aLow);
            }
            case BITREV -> {
                ints.reverse(low, aHigh, Types.I64);
                ints.reverse(high, aLow, Types.I64);
            }
            case BITCAST -> {
                o.alias(f.result(o.inst, 0), aLow);
                o.aliasHigh(f.result(o.inst, 0), aHigh);
            }
            default -> {
                return count(op);
            }
        }
        return true;
    }

    private void absolute() {
        int sign = d.newInt(), flippedLow = d.newInt(), flippedHigh = d.newInt();
        d.ri(SAR, 8, sign, aHigh, 63);
        d.rr(XOR, 8, flippedLow, aLow, sign);
        d.rr(XOR, 8, flippedHigh, aHigh, sign);
        d.rr(SUB, 8, low, flippedLow, sign);
        d.rr(SBB, 8, high, flippedHigh, sign);
    }

    private void extend(int a, boolean signed) {
        int from = o.type(a), whole = o.use(a), value = f.result(o.inst, 0);
        if (Types.bytes(from) < 8) {
            int narrow = whole, bytes = Types.bytes(from);
            whole = d.newInt();
            int insn = bytes == 1 ? signed ? MOVSX8 : MOVZX8 : bytes == 2 ? signed ? MOVSX16 : MOVZX16 : signed ? MOVSX32 : MOV;
            d.unary(insn, signed ? 8 : 4, whole, narrow);
        }
        if (o.isHighWanted(value)) {
            if (signed) d.ri(SAR, 8, o.defHigh(value), whole, 63);
            else d.constant(o.defHigh(value), 4, 0);
        }
        o.alias(value, whole);
    }

    /** Two values of 64 bits are the halves. */
    void concat(int a, int b) {
        o.alias(f.result(o.inst, 0), o.use(a));
        o.aliasHigh(f.result(o.inst, 0), o.use(b));
    }

    private boolean count(Op op) {
        switch (op) {
            case CLZ -> leadingZeros(low, aLow, aHigh);
            case CTZ -> {
                int first = d.newInt(), second = d.newInt(), beyond = d.newInt();
                ints.trailing(first, aLow, 8);
                ints.trailing(second, aHigh, 8);
                d.ri(ADD, 4, beyond, second, 64);
                d.compare(TEST, 8, aLow, aLow);
                d.cmov(E, 4, low, beyond, first);
            }
            case CLS -> {
                int sign = d.newInt(), restLow = d.newInt(), restHigh = d.newInt(), zeros = d.newInt();
                d.ri(SAR, 8, sign, aHigh, 63);
                d.rr(XOR, 8, restLow, aLow, sign);
                d.rr(XOR, 8, restHigh, aHigh, sign);
                leadingZeros(zeros, restLow, restHigh);
                d.ri(SUB, 4, low, zeros, 1);
            }
            case POPCNT -> {
                int lower = d.newInt(), upper = d.newInt();
                ints.ones(lower, aLow, 8);
                ints.ones(upper, aHigh, 8);
                d.rr(ADD, 4, low, lower, upper);
            }
            default -> {
                return false;
            }
        }
        d.constant(high, 4, 0);
        return true;
    }

    void leadingZeros(int to, int lower, int upper) {
        int first = d.newInt(), second = d.newInt(), beyond = d.newInt();
        ints.zeros(first, upper, 8);
        ints.zeros(second, lower, 8);
        d.ri(ADD, 4, beyond, second, 64);
        d.compare(TEST, 8, upper, upper);
        d.cmov(E, 4, to, beyond, first);
    }

    /** The bits of one where a mask is set, of the other elsewhere. */
    void bitSelect(int mask, int yes, int no) {
        int maskLow = o.use(mask), maskHigh = o.useHigh(mask);
        operands(yes, no);
        result();
        ints.bitSelect(low, maskLow, aLow, bLow, 8);
        ints.bitSelect(high, maskHigh, aHigh, bHigh, 8);
    }
}
