package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.RmwOp;
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

    void address(int pointer) {
        o.address(pointer, 0, f.flags(o.inst));
    }

    private void addressWide(int pointer) {
        if (!cpu.cmpxchg16b()) throw new UnsupportedFeature("128-bit atomics on a processor without cmpxchg16b");
        address(pointer);
    }

    private RmwOp operation() {
        return RmwOp.of((int) f.immediate(o.inst));
    }

    private int result() {
        return o.def(f.result(o.inst, 0));
    }

    /** 128 bits are read by an exchange of 0 for 0. */
    void loadWide(int pointer) {
        int zero = o.constant(0, 4);
        addressWide(pointer);
        exchangeWide(zero, zero, zero, zero);
    }

    void store(int size, int value) {
        exchange(Form.XCHG, XCHG, size, d.newInt(), value);
    }

    void storeWide(int value, int pointer) {
        modifyWide(RmwOp.XCHG, pointer, value, -1);
    }

    private void exchange(int form, int insn, int size, int result, int value) {
        d.beginMemory(form, insn, size);
        d.defReusing(result, 1);
        d.use(value);
        d.useAddress();
    }

    void compareExchange(int size, int old, int value) {
        d.beginMemory(Form.CMPXCHG, CMPXCHG, size);
        d.defFixed(result(), RAX);
        d.useFixed(old, RAX);
        d.use(value);
        d.useAddress();
    }

    void compareExchangeWide(int pointer, int expected, int replacement) {
        int old = o.use(expected), value = o.use(replacement), oldHigh = o.useHigh(expected), valueHigh = o.useHigh(replacement);
        addressWide(pointer);
        exchangeWide(old, oldHigh, value, valueHigh);
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

    /** Whether nobody wants what was there before, and there is an instruction. */
    boolean isInPlace() {
        return inPlace(operation()) >= 0 && !o.isWanted(f.result(o.inst, 0));
    }

    void locked(int size, int value) {
        d.beginMemory(Form.LOCKED, inPlace(operation()), size);
        d.use(value);
        d.useAddress();
    }

    boolean isExchange() {
        RmwOp op = operation();
        return op == RmwOp.ADD || op == RmwOp.SUB || op == RmwOp.XCHG;
    }

    /** What {@code xadd} adds, or {@code xchg} takes. */
    int addend(int value, int size) {
        if (operation() != RmwOp.SUB) return value;
        int negated = d.newInt();
        d.r(NEG, Math.max(4, size), negated, value);
        return negated;
    }

    void exchange(int size, int value) {
        boolean swaps = operation() == RmwOp.XCHG;
        exchange(swaps ? Form.XCHG : Form.XADD, swaps ? XCHG : XADD, size, result(), value);
    }

    void loop(int size, int value) {
        d.beginMemory(Form.RMW_LOOP, operation().ordinal(), size);
        d.defFixed(result(), RAX);
        d.useLate(value);
        d.useAddressLate();
        d.temporary(VCode.INT);
    }

    void modifyWide(int pointer, int operand) {
        modifyWide(operation(), pointer, operand, f.result(o.inst, 0));
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
        addressWide(pointer);
        d.beginMemory(Form.RMW_WIDE, op.ordinal(), 8);
        d.defFixed(result < 0 ? d.newInt() : o.def(result), RAX);
        d.defFixed(result < 0 ? d.newInt() : o.defHigh(result), RDX);
        d.useLate(low);
        d.useLate(high);
        d.useAddressLate();
        d.code.setClobbers(1 << RBX | 1 << RCX);
    }
}
