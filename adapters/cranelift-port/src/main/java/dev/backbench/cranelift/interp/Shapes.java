package dev.backbench.cranelift.interp;

import static dev.backbench.cranelift.ir.Entities.CONST_BYTES;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Types;
import java.math.BigInteger;

/** Instructions that take vectors apart, put them together, or see bits as another type. */
final class Shapes {
    private static final int BYTES = 16, SELECTOR = 15;

    /** @return false where {@code inst} is not such an instruction */
    boolean run(Frame frame, int inst) {
        Function f = frame.f;
        Op op = f.op(inst);
        int control = f.control(inst);
        BigInteger result = switch (op.format) {
            case UNARY_CONST -> constant(f, f.entity(inst));
            case UNARY -> unary(op, control, f.valueType(f.arg(inst, 0)), frame.get(f.arg(inst, 0)));
            case BINARY -> binary(op, control, frame.get(f.arg(inst, 0)), frame.get(f.arg(inst, 1)));
            case SHUFFLE -> shuffle(frame, inst);
            case BINARY_IMM8 -> {
                if (op == Op.EXTRACT_VECTOR) throw new Unsupported("dynamic vectors");
                yield Frame.lane(frame.get(f.arg(inst, 0)), Types.laneBits(control), (int) f.immediate(inst));
            }
            case TERNARY_IMM8 -> {
                int bits = Types.laneBits(control), at = (int) f.immediate(inst) * bits;
                yield frame.get(f.arg(inst, 0)).andNot(Ints.mask(bits).shiftLeft(at)).or(frame.get(f.arg(inst, 1)).shiftLeft(at));
            }
            case LOAD_NO_OFFSET -> op == Op.BITCAST ? bitcast(f, inst, frame.get(f.arg(inst, 0))) : null;
            default -> null;
        };
        if (result == null) return false;
        frame.set(f.result(inst, 0), result);
        return true;
    }

    static BigInteger constant(Function f, int constant) {
        int string = f.entities.constants.get(constant, CONST_BYTES);
        BigInteger out = BigInteger.ZERO;
        for (int i = f.text.length(string) - 1; i >= 0; i--) out = out.shiftLeft(8).or(BigInteger.valueOf(f.text.at(string, i) & 0xff));
        return out;
    }

    /** Lanes of another number are seen in the order that the flag's byte order puts them in memory. */
    private static BigInteger bitcast(Function f, int inst, BigInteger a) {
        int from = f.valueType(f.arg(inst, 0)), to = f.control(inst);
        if ((f.flags(inst) & MemFlags.BIG) == 0 || Types.logLanes(from) == Types.logLanes(to)) return a;
        return reverseLanes(reverseLanes(a, from), to);
    }

    private static BigInteger reverseLanes(BigInteger a, int type) {
        int bits = Types.laneBits(type), lanes = Types.laneCount(type);
        BigInteger out = BigInteger.ZERO;
        for (int i = 0; i < lanes; i++) out = out.shiftLeft(bits).or(Frame.lane(a, bits, i));
        return out;
    }

    private static BigInteger unary(Op op, int control, int type, BigInteger a) {
        int bits = Types.laneBits(type), lanes = Types.laneCount(type);
        return switch (op) {
            case SPLAT -> {
                if (Types.isDynamic(control)) throw new Unsupported("dynamic vectors");
                BigInteger out = BigInteger.ZERO;
                for (int i = 0; i < Types.laneCount(control); i++) out = out.or(a.shiftLeft(i * bits));
                yield out;
            }
            case SCALAR_TO_VECTOR -> a;
            case VANY_TRUE -> a.signum() == 0 ? BigInteger.ZERO : BigInteger.ONE;
            case VALL_TRUE -> {
                boolean all = true;
                for (int i = 0; i < lanes; i++) all &= Frame.lane(a, bits, i).signum() != 0;
                yield all ? BigInteger.ONE : BigInteger.ZERO;
            }
            case VHIGH_BITS -> {
                BigInteger out = BigInteger.ZERO;
                for (int i = 0; i < lanes; i++) if (a.testBit(i * bits + bits - 1)) out = out.setBit(i);
                yield Ints.wrap(out, Types.bits(control));
            }
            case SWIDEN_LOW, UWIDEN_LOW -> widen(op == Op.SWIDEN_LOW, bits, lanes, 0, a);
            case SWIDEN_HIGH, UWIDEN_HIGH -> widen(op == Op.SWIDEN_HIGH, bits, lanes, lanes / 2, a);
            case FVPROMOTE_LOW -> twoLanes(Floats.promote(Frame.lane(a, 32, 0).longValue()), Floats.promote(Frame.lane(a, 32, 1).longValue()), 64);
            case FVDEMOTE -> twoLanes(Floats.demote(Frame.lane(a, 64, 0).longValue()), Floats.demote(Frame.lane(a, 64, 1).longValue()), 32);
            default -> null;
        };
    }

    private static BigInteger twoLanes(long first, long second, int bits) {
        return Ints.wrap(BigInteger.valueOf(first), bits).or(Ints.wrap(BigInteger.valueOf(second), bits).shiftLeft(bits));
    }

    private static BigInteger widen(boolean signed, int bits, int lanes, int from, BigInteger a) {
        BigInteger out = BigInteger.ZERO;
        for (int i = 0; i < lanes / 2; i++) {
            BigInteger x = Frame.lane(a, bits, from + i);
            out = out.or(Ints.wrap(signed ? Ints.signed(x, bits) : x, 2 * bits).shiftLeft(2 * bits * i));
        }
        return out;
    }

    private static BigInteger binary(Op op, int control, BigInteger a, BigInteger b) {
        int bits = Types.laneBits(control), lanes = Types.laneCount(control);
        return switch (op) {
            case SWIZZLE, X86_PSHUFB -> swizzle(op == Op.X86_PSHUFB, a, b);
            case SNARROW, UNARROW, UUNARROW -> {
                BigInteger out = BigInteger.ZERO;
                for (int i = 0; i < 2 * lanes; i++) out = out.or(narrow(op, bits, Frame.lane(i < lanes ? a : b, bits, i % lanes)).shiftLeft(bits / 2 * i));
                yield out;
            }
            case IADD_PAIRWISE -> {
                BigInteger out = BigInteger.ZERO;
                for (int i = 0; i < lanes; i++) {
                    BigInteger from = i < lanes / 2 ? a : b;
                    int at = 2 * (i % (lanes / 2));
                    out = out.or(Ints.wrap(Frame.lane(from, bits, at).add(Frame.lane(from, bits, at + 1)), bits).shiftLeft(i * bits));
                }
                yield out;
            }
            case X86_PMADDUBSW -> multiplyAddBytes(a, b);
            default -> null;
        };
    }

    private static BigInteger narrow(Op op, int bits, BigInteger x) {
        return switch (op) {
            case SNARROW -> Ints.clampSigned(Ints.signed(x, bits), bits / 2);
            case UNARROW -> Ints.clampUnsigned(Ints.signed(x, bits), bits / 2);
            default -> Ints.clampUnsigned(x, bits / 2);
        };
    }

    /** An index past the end gives zero; x86's instruction looks at the top bit only and takes the rest modulo 16. */
    private static BigInteger swizzle(boolean x86, BigInteger a, BigInteger b) {
        BigInteger out = BigInteger.ZERO;
        for (int i = 0; i < BYTES; i++) {
            int index = Frame.lane(b, 8, i).intValue();
            boolean zero = x86 ? index > 127 : index >= BYTES;
            if (!zero) out = out.or(Frame.lane(a, 8, index & SELECTOR).shiftLeft(8 * i));
        }
        return out;
    }

    private static BigInteger multiplyAddBytes(BigInteger a, BigInteger b) {
        BigInteger out = BigInteger.ZERO;
        for (int i = 0; i < BYTES / 2; i++) {
            BigInteger sum = BigInteger.ZERO;
            for (int k = 2 * i; k < 2 * i + 2; k++) sum = sum.add(Frame.lane(a, 8, k).multiply(Ints.signed(Frame.lane(b, 8, k), 8)));
            out = out.or(Ints.clampSigned(sum, 16).shiftLeft(16 * i));
        }
        return out;
    }

    private static BigInteger shuffle(Frame frame, int inst) {
        Function f = frame.f;
        BigInteger both = frame.get(f.arg(inst, 0)).or(frame.get(f.arg(inst, 1)).shiftLeft(8 * BYTES)), out = BigInteger.ZERO;
        for (int i = 0; i < BYTES; i++) out = out.or(Frame.lane(both, 8, f.pool.get(f.extra(inst), i)).shiftLeft(8 * i));
        return out;
    }
}
