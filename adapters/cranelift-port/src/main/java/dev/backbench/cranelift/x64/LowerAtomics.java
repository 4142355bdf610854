package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.RmwOp;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.mach.UnsupportedFeature;
import dev.backbench.cranelift.mach.VCode;

/** Sequentially consistent memory operations. Loads need nothing, stores are exchanges; what has no instruction is a loop around {@code cmpxchg}. */
final class LowerAtomics {
    private final Operands o;
    private final Draft d;
    private final Cpu cpu;
    private Function f;

    LowerAtomics(Operands operands, Cpu cpu) {
        this.o = operands;
        this.d = operands.d;
        this.cpu = cpu;
    }

    void begin(Function function) {
        f = function;
    }

    private void address(int pointer, int type) {
        if (Operands.isWide(type) && !cpu.cmpxchg16b()) throw new UnsupportedFeature("128-bit atomics on a processor without cmpxchg16b");
        o.address(pointer, 0, f.flags(o.inst));
    }

    private int result() {
        return o.def(f.result(o.inst, 0));
    }

    /** 128 bits are read by an exchange of 0 for 0. */
    void load(int pointer, int type) {
        if (Operands.isWide(type)) {
            int zero = o.constant(0, 4);
            address(pointer, type);
            exchangeWide(zero, zero, zero, zero);
            return;
        }
        address(pointer, type);
        int bytes = Types.bytes(type);
        d.load(bytes == 1 ? MOVZX8 : bytes == 2 ? MOVZX16 : MOV, Math.max(4, bytes), result());
    }

    void store(int value, int pointer, int type) {
        if (Operands.isWide(type)) {
            modifyWide(RmwOp.XCHG, pointer, value, -1);
            return;
        }
        int register = o.use(value);
        address(pointer, type);
        exchange(Form.XCHG, XCHG, Types.bytes(type), d.newInt(), register);
    }

    private void exchange(int form, int insn, int size, int result, int value) {
        d.beginMemory(form, insn, size);
        d.defReusing(result, 1);
        d.use(value);
        d.useAddress();
    }

    void fence() {
        d.code.beginInst(Form.FENCE, 0, 0, 0);
    }

    void compareAndSwap(int pointer, int expected, int replacement, int type) {
        int old = o.use(expected), value = o.use(replacement);
        if (Operands.isWide(type)) {
            int oldHigh = o.useHigh(expected), valueHigh = o.useHigh(replacement);
            address(pointer, type);
            exchangeWide(old, oldHigh, value, valueHigh);
            return;
        }
        address(pointer, type);
        d.beginMemory(Form.CMPXCHG, CMPXCHG, Types.bytes(type));
        d.defFixed(result(), RAX);
        d.useFixed(old, RAX);
        d.use(value);
        d.useAddress();
    }

    private void exchangeWide(int old, int oldHigh, int value, int valueHigh) {
        d.beginMemory(Form.CMPXCHG16, CMPXCHG16B, 8);
        d.defFixed(result(), RAX);
        d.defFixed(o.defHigh(f.result(o.inst, 0)), RDX);
        d.useFixed(old, RAX);
        d.useFixed(oldHigh, RDX);
        d.useFixed(value, RBX);
        d.useFixed(valueHigh, RCX);
        d.useAddress();
    }

    void modify(RmwOp op, int pointer, int operand, int type) {
        if (Operands.isWide(type)) {
            modifyWide(op, pointer, operand, f.result(o.inst, 0));
            return;
        }
        int value = o.use(operand), size = Types.bytes(type);
        int insn = inPlace(op);
        if (insn >= 0 && !o.isWanted(f.result(o.inst, 0))) {
            address(pointer, type);
            d.beginMemory(Form.LOCKED, insn, size);
            d.use(value);
            d.useAddress();
        } else if (op == RmwOp.ADD || op == RmwOp.SUB || op == RmwOp.XCHG) {
            int addend = value;
            if (op == RmwOp.SUB) {
                addend = d.newInt();
                d.r(NEG, Math.max(4, size), addend, value);
            }
            address(pointer, type);
            exchange(op == RmwOp.XCHG ? Form.XCHG : Form.XADD, op == RmwOp.XCHG ? XCHG : XADD, size, result(), addend);
        } else {
            address(pointer, type);
            d.beginMemory(Form.RMW_LOOP, op.ordinal(), size);
            d.defFixed(result(), RAX);
            d.useLate(value);
            d.useAddressLate();
            d.temporary(VCode.INT);
        }
    }

    /** What the instruction with a lock prefix is called; -1 where there is none. */
    private static int inPlace(RmwOp op) {
        return switch (op) {
            case ADD -> ADD;
            case SUB -> SUB;
            case AND -> AND;
            case OR -> OR;
            case XOR -> XOR;
            default -> -1;
        };
    }

    /** @param result -1 where there is none */
    private void modifyWide(RmwOp op, int pointer, int operand, int result) {
        int low = o.use(operand), high = o.useHigh(operand);
        address(pointer, Types.I128);
        d.beginMemory(Form.RMW_WIDE, op.ordinal(), 8);
        d.defFixed(result < 0 ? d.newInt() : o.def(result), RAX);
        d.defFixed(result < 0 ? d.newInt() : o.defHigh(result), RDX);
        d.useLate(low);
        d.useLate(high);
        d.useAddressLate();
        d.code.setClobbers(1 << RBX | 1 << RCX);
    }
}
