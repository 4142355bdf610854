package dev.backbench.cranelift.interp;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.RmwOp;
import dev.backbench.cranelift.ir.Types;
import java.math.BigInteger;

/** Loads, stores and atomics, which one thread needs no care for. Little-endian unless the flags say big. */
final class MemoryOps {
    private final Memory memory;

    MemoryOps(Memory memory) {
        this.memory = memory;
    }

    /** @return false where {@code inst} is not such an instruction */
    boolean run(Frame frame, int inst) throws Trap {
        Function f = frame.f;
        Op op = f.op(inst);
        int flags = f.flags(inst), control = f.control(inst);
        switch (op.format) {
            case LOAD -> load(frame, inst, op, address(frame, inst, 0) + f.immediate(inst), flags);
            case STORE -> store(frame, f.arg(inst, 0), storeType(op, control), address(frame, inst, 1) + f.immediate(inst), flags);
            case LOAD_NO_OFFSET -> frame.set(f.result(inst, 0), read(control, address(frame, inst, 0), flags));
            case STORE_NO_OFFSET -> store(frame, f.arg(inst, 0), control, address(frame, inst, 1), flags);
            case ATOMIC_RMW -> {
                BigInteger old = read(control, address(frame, inst, 0), flags);
                BigInteger changed = apply(RmwOp.of((int) f.immediate(inst)), Types.bits(control), old, frame.get(f.arg(inst, 1)));
                write(control, address(frame, inst, 0), changed, flags);
                frame.set(f.result(inst, 0), old);
            }
            case ATOMIC_CAS -> {
                BigInteger old = read(control, address(frame, inst, 0), flags);
                if (old.equals(frame.get(f.arg(inst, 1)))) write(control, address(frame, inst, 0), frame.get(f.arg(inst, 2)), flags);
                frame.set(f.result(inst, 0), old);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static long address(Frame frame, int inst, int arg) {
        return frame.low(frame.f.arg(inst, arg));
    }

    private static int storeType(Op op, int control) {
        return switch (op) {
            case ISTORE8 -> Types.I8;
            case ISTORE16 -> Types.I16;
            case ISTORE32 -> Types.I32;
            default -> control;
        };
    }

    private void load(Frame frame, int inst, Op op, long address, int flags) throws Trap {
        Function f = frame.f;
        int result = f.result(inst, 0);
        switch (op) {
            case LOAD -> frame.set(result, read(f.control(inst), address, flags));
            case ULOAD8 -> frame.set(result, read(Types.I8, address, flags));
            case ULOAD16 -> frame.set(result, read(Types.I16, address, flags));
            case ULOAD32 -> frame.set(result, read(Types.I32, address, flags));
            case SLOAD8 -> frame.set(result, Ints.signed(read(Types.I8, address, flags), 8));
            case SLOAD16 -> frame.set(result, Ints.signed(read(Types.I16, address, flags), 16));
            case SLOAD32 -> frame.set(result, Ints.signed(read(Types.I32, address, flags), 32));
            default -> frame.set(result, widening(op, f.valueType(result), address, flags));
        }
    }

    private BigInteger widening(Op op, int type, long address, int flags) throws Trap {
        boolean signed = op == Op.SLOAD8X8 || op == Op.SLOAD16X4 || op == Op.SLOAD32X2;
        int bits = Types.laneBits(type) / 2;
        BigInteger out = BigInteger.ZERO;
        for (int i = 0; i < Types.laneCount(type); i++) {
            BigInteger x = read(Types.intOfBits(bits), address + (long) i * bits / 8, flags);
            out = out.or(Ints.wrap(signed ? Ints.signed(x, bits) : x, 2 * bits).shiftLeft(2 * bits * i));
        }
        return out;
    }

    private void store(Frame frame, int value, int type, long address, int flags) throws Trap {
        write(type, address, Ints.wrap(frame.get(value), Types.bits(type)), flags);
    }

    /** Each lane in the byte order of the flags, the lanes in their order. */
    private BigInteger read(int type, long address, int flags) throws Trap {
        if (Types.isDynamic(type) || Types.bits(type) > Frame.MAX_BITS) throw new Unsupported("loads of " + Types.name(type));
        boolean big = (flags & MemFlags.BIG) != 0;
        int lane = Types.bytes(Types.lane(type)), part = Math.min(8, lane);
        memory.load(address, Types.bytes(type) > 8 ? 1 : Types.bytes(type), false, MemFlags.trapCode(flags));
        BigInteger out = BigInteger.ZERO;
        for (int i = 0; i < Types.bytes(type); i += part) {
            long bits = memory.load(address + i, part, big, MemFlags.trapCode(flags));
            int at = big ? i / lane * lane + lane - part - i % lane : i;
            out = out.or(Ints.wrap(BigInteger.valueOf(bits), 8 * part).shiftLeft(8 * at));
        }
        return out;
    }

    private void write(int type, long address, BigInteger value, int flags) throws Trap {
        if (Types.isDynamic(type) || Types.bits(type) > Frame.MAX_BITS) throw new Unsupported("stores of " + Types.name(type));
        boolean big = (flags & MemFlags.BIG) != 0;
        int lane = Types.bytes(Types.lane(type)), part = Math.min(8, lane), bytes = Types.bytes(type);
        memory.load(address + bytes - part, part, false, MemFlags.trapCode(flags));
        for (int i = 0; i < bytes; i += part) {
            int at = big ? i / lane * lane + lane - part - i % lane : i;
            memory.store(address + i, part, value.shiftRight(8 * at).longValue(), big, MemFlags.trapCode(flags));
        }
    }

    private static BigInteger apply(RmwOp op, int bits, BigInteger a, BigInteger b) throws Trap {
        return switch (op) {
            case ADD -> Ints.binary(Op.IADD, bits, a, b);
            case SUB -> Ints.binary(Op.ISUB, bits, a, b);
            case AND -> a.and(b);
            case NAND -> a.and(b).xor(Ints.mask(bits));
            case OR -> a.or(b);
            case XOR -> a.xor(b);
            case XCHG -> b;
            case UMIN -> a.min(b);
            case UMAX -> a.max(b);
            case SMIN -> Ints.binary(Op.SMIN, bits, a, b);
            case SMAX -> Ints.binary(Op.SMAX, bits, a, b);
        };
    }
}
