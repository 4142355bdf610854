package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.asm.X64Address;
import dev.backbench.asm.X64Encoder;
import dev.backbench.cranelift.mach.MachineCode;
import dev.backbench.cranelift.mach.TrapReasons;
import dev.backbench.cranelift.mach.VCode;
import dev.backbench.cranelift.regalloc.Allocation;

/** Single machine instructions, form by form. */
final class EmitInsts {
    private final Emit emit;
    private final X64Encoder e;
    private final Frame frame;
    private final EmitSequences sequences;
    private final EmitAtomics atomics;
    private final X64Address address = new X64Address();
    private VCode code;
    private Allocation places;
    /** Of the instruction being emitted: its first operand, {@code info}. */
    private int first, info;

    EmitInsts(Emit emit, X64Encoder encoder, Frame frame) {
        this.emit = emit;
        this.e = encoder;
        this.frame = frame;
        this.atomics = new EmitAtomics(emit, this, encoder);
        this.sequences = new EmitSequences(emit, this, encoder);
    }

    void begin(VCode vcode, Allocation allocation) {
        code = vcode;
        places = allocation;
    }

    // ---- operands ----

    int place(int operand) {
        return places.place(first + operand);
    }

    /** Its number in the instruction set. */
    int reg(int operand) {
        int place = place(operand);
        assert !Allocation.isSlot(place) : "a register is needed";
        return place & 15;
    }

    boolean isSlot(int operand) {
        return Allocation.isSlot(place(operand));
    }

    private X64Address slot(int place) {
        return address.plain(RBP, frame.spillOffset(place));
    }

    /** The instruction's memory operand, whose registers begin at {@code operand}; its fault is noted. */
    X64Address memory(int inst, int operand) {
        fault();
        return memoryAgain(inst, operand);
    }

    /** The place of the next instruction goes into the trap table, if it has a trap code. */
    void fault() {
        if (Form.trapCode(info) != 0) e.mark(Form.trapCode(info));
    }

    private X64Address memoryAgain(int inst, int operand) {
        int displacement = code.extra(inst), scale = 1 << Form.logScale(info);
        return switch (Form.kind(info)) {
            case Form.BASE -> address.plain(reg(operand), displacement);
            case Form.BASE_INDEX -> address.indexed(reg(operand), reg(operand + 1), scale, displacement);
            case Form.INDEX -> address.indexed(-1, reg(operand), scale, displacement);
            case Form.SLOT -> address.plain(RBP, frame.slotsOffset() + displacement);
            case Form.SLOT_INDEX -> address.indexed(RBP, reg(operand), scale, frame.slotsOffset() + displacement);
            case Form.INCOMING -> address.plain(RBP, Frame.INCOMING + displacement);
            case Form.OUTGOING -> address.plain(RSP, displacement);
            case Form.POOL -> address.symbol(X64Address.POOL, displacement, 0);
            default -> throw new AssertionError("no address");
        };
    }

    X64Address stackTop() {
        return address.plain(RSP, 0);
    }

    // ---- moves ----

    void move(int to, int from) {
        if (to == from) return;
        if (Allocation.isSlot(to)) e.mr(Regs.isFloat(from) ? MOVSD : MOV, 8, slot(to), from & 15);
        else if (Allocation.isSlot(from)) e.rm(Regs.isFloat(to) ? MOVSD : MOV, 8, to & 15, slot(from));
        else if (Regs.isFloat(to)) e.rr(MOVAPS, 16, to & 15, from & 15);
        else e.rr(MOV, 8, to, from);
    }

    /** Rematerialisation: a constant into another register than where it was made. */
    void emitAgain(int inst, int to) {
        info = code.info(inst);
        constantTo(inst, to & 15);
    }

    private void constantTo(int inst, int register) {
        int insn = Form.insn(info);
        if (code.op(inst) == Form.LOAD) e.rm(insn, Form.size(info), register, memoryAgain(inst, 0));
        else if (insn == XORPS) e.rr(XORPS, 16, register, register);
        else e.ri(MOV, Form.size(info), register, code.immediate(inst));
    }

    // ---- forms ----

    void emit(int inst) {
        int op = code.op(inst);
        first = code.firstOperand(inst);
        info = code.info(inst);
        if (op >= Form.CALL) {
            rare(inst, op);
            return;
        }
        int insn = Form.insn(info), size = Form.size(info);
        switch (op) {
            case Form.MOVE -> move(place(0), place(1));
            case Form.CONST -> constant(inst);
            case Form.RR -> registers(insn, size, 2);
            case Form.RI -> e.ri(insn, size, reg(0), code.immediate(inst));
            case Form.RM -> e.rm(insn, size, reg(0), memory(inst, 2));
            case Form.R -> e.r(insn, size, reg(0));
            case Form.UNARY -> registers(insn, size, 1);
            case Form.LOAD -> load(inst, insn, size);
            case Form.COMPARE -> registers(insn, size, 1);
            case Form.COMPARE_I -> compareImmediate(inst, insn, size);
            case Form.COMPARE_M -> e.rm(insn, size, reg(0), memory(inst, 1));
            case Form.STORE -> e.mr(insn, size, memory(inst, 1), reg(0));
            case Form.STORE_I -> e.mi(insn, size, memory(inst, 0), (int) code.immediate(inst));
            case Form.MEMORY -> e.m(insn, size, memory(inst, 0));
            case Form.IMUL_I -> e.multiply(size, reg(0), reg(1), (int) code.immediate(inst));
            case Form.RRR -> threeRegisters(insn, size);
            case Form.RRM -> e.rrm(insn, size, reg(0), reg(1), memory(inst, 2));
            case Form.ROTATE -> e.rotate(size, reg(0), reg(1), (int) code.immediate(inst));
            default -> others(inst, op, insn, size);
        }
    }

    private void others(int inst, int op, int insn, int size) {
        switch (op) {
            case Form.SET -> set(insn);
            case Form.SELECT -> sequences.select(insn, size);
            case Form.WIDE -> wide(inst, insn, size);
            case Form.ROUND -> e.round(size, reg(0), reg(1), (int) code.immediate(inst));
            case Form.SHIFT_DOUBLE -> e.shiftDouble(insn, size, reg(0), reg(2), (int) code.immediate(inst));
            case Form.FUSED -> e.rrr(insn, size, reg(0), reg(2), reg(3));
            case Form.FUNCTION_ADDRESS -> e.address(reg(0), Emit.symbol((int) code.immediate(inst), code.extra(inst)));
            default -> throw new AssertionError("form " + op);
        }
    }

    /** {@code insn operand 0, operand}, which may be a stack slot. */
    private void registers(int insn, int size, int operand) {
        if (isSlot(operand)) e.rm(slotInsn(insn), size, reg(0), slot(place(operand)));
        else if (insn == MOV_FROM_XMM) e.rr(insn, size, reg(operand), reg(0)); // the other way round than all others
        else e.rr(wholeInsn(insn), size, reg(0), reg(operand));
    }

    private void threeRegisters(int insn, int size) {
        if (isSlot(2)) e.rrm(insn, size, reg(0), reg(1), slot(place(2)));
        else e.rrr(insn, size, reg(0), insn >= BLSR && insn <= BLSI ? reg(0) : reg(1), reg(2));
    }

    /** Between registers the whole is copied: that does not wait for the upper part. */
    private static int wholeInsn(int insn) {
        return insn == MOVSS || insn == MOVSD ? MOVAPS : insn;
    }

    private static int slotInsn(int insn) {
        return insn == MOVAPS ? MOVSD : insn == MOV_FROM_XMM ? MOV : insn;
    }

    private void constant(int inst) {
        if (Form.insn(info) == MOV && code.immediate(inst) == 0 && overwritesFlags(inst + 1)) e.rr(XOR, 4, reg(0), reg(0));
        else constantTo(inst, reg(0));
    }

    /** Whether the instruction sets all flags and looks at none, so that one before it may spoil them. */
    private boolean overwritesFlags(int inst) {
        int insn = Form.insn(code.info(inst));
        return switch (code.op(inst)) {
            case Form.RR, Form.RI, Form.RM -> insn <= CMP && insn != ADC && insn != SBB;
            case Form.COMPARE, Form.COMPARE_I, Form.COMPARE_M -> insn != BT;
            case Form.CALL, Form.CALL_R, Form.RETURN, Form.JUMP, Form.WIDE -> true;
            default -> false;
        };
    }

    /** A sum whose target is one of its operands is shorter as an addition; nobody looks at flags across one. */
    private void load(int inst, int insn, int size) {
        if (insn == LEA && Form.kind(info) == Form.BASE && reg(0) == reg(1)) {
            e.ri(ADD, size, reg(0), code.extra(inst));
        } else if (insn == LEA && Form.kind(info) == Form.BASE_INDEX && code.extra(inst) == 0 && Form.logScale(info) == 0 && (reg(0) == reg(1) || reg(0) == reg(2))) {
            e.rr(ADD, size, reg(0), reg(0) == reg(1) ? reg(2) : reg(1));
        } else {
            e.rm(insn, size, reg(0), memory(inst, 1));
        }
    }

    private void compareImmediate(int inst, int insn, int size) {
        if (isSlot(0)) e.mi(insn, size, slot(place(0)), (int) code.immediate(inst));
        else e.ri(insn, size, reg(0), code.immediate(inst));
    }

    private void set(int condition) {
        int to = reg(0);
        if (Conditions.needsTwo(condition)) {
            boolean equal = condition == Conditions.EQUAL_ORDERED;
            e.r(SET + (equal ? E : NE), 1, to);
            e.r(SET + (equal ? NP : P), 1, reg(1));
            e.rr(equal ? AND : OR, 4, to, reg(1));
        } else {
            e.r(SET + condition, 1, to);
        }
        e.rr(MOVZX8, 4, to, to);
    }

    /** The last operand is what rax is multiplied with or divided by. */
    private void wide(int inst, int insn, int size) {
        fault();
        int operand = code.firstOperand(inst + 1) - first - 1;
        if (isSlot(operand)) e.m(insn, size, slot(place(operand)));
        else e.r(insn, size, reg(operand));
    }

    // ---- control ----

    private void rare(int inst, int op) {
        switch (op) {
            case Form.ARGS -> {}
            case Form.CALL, Form.CALL_LIB, Form.CALL_R -> call(inst, op);
            case Form.TAIL, Form.TAIL_R -> tail(inst, op);
            case Form.RETURN -> frame.leave((int) code.immediate(inst));
            case Form.TRAP -> e.trap(TrapReasons.ordinal(code.extra(inst)));
            case Form.TRAP_IF -> trapIf(Form.insn(info), emit.trapLabel(code.extra(inst)));
            case Form.BREAK -> e.plain(INT3);
            case Form.FRAME_POINTER -> e.rr(MOV, 8, reg(0), RBP);
            case Form.STACK_POINTER -> e.rr(MOV, 8, reg(0), RSP);
            case Form.RETURN_ADDRESS -> e.rm(MOV, 8, reg(0), address.plain(RBP, 8));
            default -> {
                if (!atomics.emit(inst, op, info)) sequences.emit(op, info, code.extra(inst), code.immediate(inst));
            }
        }
    }

    /** What the callee took off the stack is made good. */
    private void call(int inst, int op) {
        if (op == Form.CALL_R) e.r(CALL, 8, reg(targetOperand(inst)));
        else e.call(Emit.symbol(op == Form.CALL ? MachineCode.FUNCTION : MachineCode.LIBCALL, code.extra(inst)), 0);
        if (code.immediate(inst) > 0) e.ri(SUB, 8, RSP, code.immediate(inst));
    }

    /** The first use. */
    private int targetOperand(int inst) {
        int operand = 0;
        while (code.isDef(first + operand)) operand++;
        return operand;
    }

    private void tail(int inst, int op) {
        frame.leaveForTail((int) code.immediate(inst));
        if (op == Form.TAIL_R) e.r(JMP, 8, R10);
        else e.tailCall(Emit.symbol(MachineCode.FUNCTION, code.extra(inst)));
    }

    private void trapIf(int condition, int trap) {
        if (condition == Conditions.UNEQUAL_OR_UNORDERED) {
            e.jump(P, trap);
            e.jump(NE, trap);
        } else if (condition == Conditions.EQUAL_ORDERED) {
            int no = emit.newLabel();
            e.jump(P, no);
            e.jump(E, trap);
            e.label(no);
        } else {
            e.jump(condition, trap);
        }
    }

    /** An index beyond the table goes to the default; entries are relative to the table. */
    void table(int inst, int other, int table, int entries) {
        first = code.firstOperand(inst);
        int index = reg(0), base = reg(1), to = reg(2);
        e.rr(MOV, 4, to, index);
        e.ri(CMP, 4, to, entries);
        e.jump(AE, other);
        e.rm(LEA, 8, base, address.symbol(X64Address.LABEL, table, 0));
        e.rm(MOVSX32, 8, to, address.indexed(base, to, 4, 0));
        e.rr(ADD, 8, to, base);
        e.r(JMP, 8, to);
    }
}
