package dev.backbench.cranelift.interp;

import dev.backbench.cranelift.ir.FloatCC;
import dev.backbench.cranelift.ir.Format;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.IntCC;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Types;
import java.math.BigInteger;

/** Instructions that only compute: lane by lane, a scalar being a vector of one. */
final class Evaluator {
    private final Shapes shapes = new Shapes();
    /** See {@link Interpreter#likeUpstream}. */
    boolean signedFirst;

    /** @return false where {@code inst} is not such an instruction */
    boolean run(Frame frame, int inst) throws Trap {
        Function f = frame.f;
        Op op = f.op(inst);
        int control = f.control(inst);
        switch (op.format) {
            case UNARY_IMM -> frame.set(f.result(inst, 0), f.immediate(inst), f.immediate(inst) >> 63);
            case UNARY_F16, UNARY_F32, UNARY_F64 -> frame.set(f.result(inst, 0), f.immediate(inst), 0);
            case INT_COMPARE, FLOAT_COMPARE -> compare(frame, inst, op, control);
            case UNARY -> {
                if (!unary(frame, inst, op, control)) return shapes.run(frame, inst);
            }
            case BINARY -> {
                if (!binary(frame, inst, op, control)) return shapes.run(frame, inst);
            }
            case INT_ADD_TRAP -> {
                if (overflowing(frame, inst, op, control)) throw new Trap(f.flags(inst));
            }
            case TERNARY -> {
                return ternary(frame, inst, op, control);
            }
            case UNARY_CONST, BINARY_IMM8, TERNARY_IMM8, SHUFFLE, LOAD_NO_OFFSET -> {
                return shapes.run(frame, inst);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean unary(Frame frame, int inst, Op op, int control) throws Trap {
        Function f = frame.f;
        int arg = f.arg(inst, 0), result = f.result(inst, 0);
        if (result < 0) return false;
        BigInteger a = frame.get(arg);
        int type = f.valueType(arg), bits = Types.laneBits(control);
        switch (op) {
            case UEXTEND, IREDUCE -> frame.set(result, Ints.wrap(a, bits));
            case SEXTEND -> frame.set(result, Ints.wrap(Ints.signed(a, Types.bits(type)), bits));
            case BMASK -> frame.set(result, a.signum() == 0 ? a : Ints.mask(bits));
            case ISPLIT -> {
                frame.set(result, a);
                frame.set(f.result(inst, 1), a.shiftRight(bits / 2));
            }
            case FPROMOTE, FDEMOTE -> frame.set(result, resize(type, control, a.longValue()), 0);
            case FCVT_TO_UINT, FCVT_TO_SINT, FCVT_TO_UINT_SAT, FCVT_TO_SINT_SAT, FCVT_FROM_UINT, FCVT_FROM_SINT -> convert(frame, inst, op, control);
            default -> {
                return lanewise(frame, inst, op, control, a);
            }
        }
        return true;
    }

    static long resize(int from, int to, long bits) {
        if (from == to) return bits;
        if (from == Types.F32 && to == Types.F64) return Floats.promote(bits);
        if (from == Types.F64 && to == Types.F32) return Floats.demote(bits);
        throw new Unsupported("conversion from " + Types.name(from) + " to " + Types.name(to));
    }

    private boolean lanewise(Frame frame, int inst, Op op, int control, BigInteger a) {
        int lane = Types.lane(control), bits = Types.laneBits(control), lanes = Types.laneCount(control);
        boolean floating = op.control == null ? false : isFloatOperation(op);
        if (!floating && Ints.unary(op, bits, BigInteger.ZERO) == null) return false;
        if (Types.isDynamic(control)) throw new Unsupported("dynamic vectors");
        BigInteger out = BigInteger.ZERO;
        for (int i = 0; i < lanes; i++) {
            BigInteger x = Frame.lane(a, bits, i);
            BigInteger r = floating ? floatUnary(op, lane, x) : Ints.unary(op, bits, x);
            out = out.or(r.shiftLeft(i * bits));
        }
        frame.set(frame.f.result(inst, 0), out);
        return true;
    }

    private static boolean isFloatOperation(Op op) {
        return switch (op) {
            case SQRT, FNEG, FABS, CEIL, FLOOR, TRUNC, NEAREST, FADD, FSUB, FMUL, FDIV, FCOPYSIGN, FMIN, FMAX -> true;
            default -> false;
        };
    }

    private static BigInteger floatUnary(Op op, int lane, BigInteger x) {
        int sign = Types.laneBits(lane) - 1;
        if (op == Op.FNEG) return x.flipBit(sign);
        if (op == Op.FABS) return x.clearBit(sign);
        return unsigned(Floats.unary(op, lane, x.longValue()));
    }

    static BigInteger unsigned(long bits) {
        return Ints.wrap(BigInteger.valueOf(bits), 64);
    }

    private void convert(Frame frame, int inst, Op op, int control) throws Trap {
        Function f = frame.f;
        int type = f.valueType(f.arg(inst, 0)), from = Types.lane(type), to = Types.lane(control);
        int fromBits = Types.laneBits(from), toBits = Types.laneBits(to), lanes = Types.laneCount(control);
        boolean signed = op == Op.FCVT_TO_SINT || op == Op.FCVT_TO_SINT_SAT || op == Op.FCVT_FROM_SINT;
        boolean saturate = op == Op.FCVT_TO_SINT_SAT || op == Op.FCVT_TO_UINT_SAT;
        BigInteger a = frame.get(f.arg(inst, 0)), out = BigInteger.ZERO;
        for (int i = 0; i < lanes; i++) {
            BigInteger x = Frame.lane(a, fromBits, i);
            BigInteger r = Types.isFloatLane(to) ? unsigned(Floats.fromInt(to, signed ? Ints.signed(x, fromBits) : x))
                : Floats.toInt(from, x.longValue(), toBits, signed, saturate, signedFirst);
            out = out.or(r.shiftLeft(i * toBits));
        }
        frame.set(f.result(inst, 0), out);
    }

    private boolean binary(Frame frame, int inst, Op op, int control) throws Trap {
        Function f = frame.f;
        if (overflowTold(op)) {
            overflowing(frame, inst, op, control);
            return true;
        }
        int bits = Types.laneBits(control), lane = Types.lane(control);
        BigInteger a = frame.get(f.arg(inst, 0)), b = frame.get(f.arg(inst, 1));
        if (op == Op.ICONCAT) {
            frame.set(f.result(inst, 0), a.or(b.shiftLeft(bits)));
            return true;
        }
        boolean floating = isFloatOperation(op), shift = isShift(op);
        if (!floating && !shift && Ints.binary(op, 64, Ints.ONE, Ints.ONE) == null) return false;
        BigInteger out = BigInteger.ZERO;
        for (int i = 0; i < Types.laneCount(control); i++) {
            BigInteger x = Frame.lane(a, bits, i), y = shift ? b : Frame.lane(b, bits, i);
            BigInteger r = floating ? floatBinary(op, lane, x, y) : shift ? Ints.shift(op, bits, x, y) : Ints.binary(op, bits, x, y);
            out = out.or(r.shiftLeft(i * bits));
        }
        frame.set(f.result(inst, 0), out);
        return true;
    }

    private static BigInteger floatBinary(Op op, int lane, BigInteger x, BigInteger y) {
        int sign = Types.laneBits(lane) - 1;
        if (op == Op.FCOPYSIGN) return y.testBit(sign) ? x.setBit(sign) : x.clearBit(sign);
        return Ints.wrap(unsigned(Floats.binary(op, lane, x.longValue(), y.longValue())), sign + 1);
    }

    private static boolean isShift(Op op) {
        return op == Op.ISHL || op == Op.USHR || op == Op.SSHR || op == Op.ROTL || op == Op.ROTR;
    }

    private static boolean overflowTold(Op op) {
        return switch (op) {
            case UADD_OVERFLOW, SADD_OVERFLOW, USUB_OVERFLOW, SSUB_OVERFLOW, UMUL_OVERFLOW, SMUL_OVERFLOW -> true;
            default -> false;
        };
    }

    /** Sets the result, and the flag where there is one. @return the flag */
    private static boolean overflowing(Frame frame, int inst, Op op, int control) {
        Function f = frame.f;
        int bits = Types.bits(control);
        BigInteger carry = op.format == Format.TERNARY ? frame.get(f.arg(inst, 2)) : null;
        BigInteger exact = Ints.exact(op, bits, frame.get(f.arg(inst, 0)), frame.get(f.arg(inst, 1)), carry);
        boolean overflow = Ints.overflows(op, bits, exact);
        frame.set(f.result(inst, 0), Ints.wrap(exact, bits));
        if (f.pool.length(f.results(inst)) > 1) frame.set(f.result(inst, 1), overflow ? 1 : 0, 0);
        return overflow;
    }

    private boolean ternary(Frame frame, int inst, Op op, int control) {
        Function f = frame.f;
        int a = f.arg(inst, 0), b = f.arg(inst, 1), c = f.arg(inst, 2), result = f.pool.length(f.results(inst)) > 0 ? f.result(inst, 0) : -1;
        switch (op) {
            case SELECT, SELECT_SPECTRE_GUARD -> {
                int chosen = frame.isTrue(a) ? b : c;
                frame.set(result, frame.low(chosen), frame.high(chosen));
            }
            case BITSELECT -> frame.set(result, frame.low(a) & frame.low(b) | ~frame.low(a) & frame.low(c), frame.high(a) & frame.high(b) | ~frame.high(a) & frame.high(c));
            case UADD_OVERFLOW_CIN, SADD_OVERFLOW_CIN, USUB_OVERFLOW_BIN, SSUB_OVERFLOW_BIN -> overflowing(frame, inst, op, control);
            case FMA -> {
                int lane = Types.lane(control), bits = Types.laneBits(control);
                BigInteger x = frame.get(a), y = frame.get(b), z = frame.get(c), out = BigInteger.ZERO;
                for (int i = 0; i < Types.laneCount(control); i++) {
                    long r = Floats.fma(lane, Frame.lane(x, bits, i).longValue(), Frame.lane(y, bits, i).longValue(), Frame.lane(z, bits, i).longValue());
                    out = out.or(Ints.wrap(BigInteger.valueOf(r), bits).shiftLeft(i * bits));
                }
                frame.set(result, out);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void compare(Frame frame, int inst, Op op, int control) {
        Function f = frame.f;
        int bits = Types.laneBits(control), lane = Types.lane(control);
        boolean vector = Types.isVector(control);
        BigInteger a = frame.get(f.arg(inst, 0)), b = frame.get(f.arg(inst, 1)), out = BigInteger.ZERO;
        for (int i = 0; i < Types.laneCount(control); i++) {
            BigInteger x = Frame.lane(a, bits, i), y = Frame.lane(b, bits, i);
            boolean holds = op == Op.ICMP ? Ints.compare(IntCC.of(f.flags(inst)), bits, x, y) : Floats.compare(FloatCC.of(f.flags(inst)), lane, x.longValue(), y.longValue());
            if (holds) out = out.or(vector ? Ints.mask(bits).shiftLeft(i * bits) : Ints.ONE);
        }
        frame.set(f.result(inst, 0), out);
    }
}
