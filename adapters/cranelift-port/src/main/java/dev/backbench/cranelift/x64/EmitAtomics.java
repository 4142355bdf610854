package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.asm.X64Address;
import dev.backbench.asm.X64Encoder;
import dev.backbench.cranelift.ir.RmwOp;

/** Locked instructions, and loops that try again until nobody else has written in between. */
final class EmitAtomics {
    private final Emit emit;
    private final EmitInsts at;
    private final X64Encoder e;

    EmitAtomics(Emit emit, EmitInsts insts, X64Encoder encoder) {
        this.emit = emit;
        this.at = insts;
        this.e = encoder;
    }

    /** @return false where the form is another */
    boolean emit(int inst, int op, int info) {
        int size = Form.size(info), insn = Form.insn(info);
        switch (op) {
            case Form.CMPXCHG -> locked(inst, CMPXCHG, size, at.reg(2), 3);
            case Form.XADD -> locked(inst, XADD, size, at.reg(0), 2);
            case Form.LOCKED -> locked(inst, insn, size, at.reg(0), 1);
            case Form.XCHG -> e.mr(XCHG, size, at.memory(inst, 2), at.reg(0));
            case Form.CMPXCHG16 -> {
                X64Address address = at.memory(inst, 6);
                e.lock();
                e.m(CMPXCHG16B, 8, address);
            }
            case Form.RMW_LOOP -> loop(inst, RmwOp.of(insn), size, info);
            case Form.RMW_WIDE -> wideLoop(inst, RmwOp.of(insn));
            case Form.FENCE -> {
                e.lock();
                e.mi(OR, 4, at.stackTop(), 0);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void locked(int inst, int insn, int size, int register, int addressOperand) {
        X64Address address = at.memory(inst, addressOperand);
        e.lock();
        e.mr(insn, size, address, register);
    }

    /** The old value in rax, the new one in the temporary. */
    private void loop(int inst, RmwOp op, int size, int info) {
        int again = emit.newLabel(), operand = at.reg(1), next = at.reg(2 + Form.addressOperands(Form.kind(info)));
        e.rm(size == 1 ? MOVZX8 : size == 2 ? MOVZX16 : MOV, Math.max(4, size), RAX, at.memory(inst, 2));
        e.label(again);
        e.rr(MOV, 8, next, operand);
        switch (op) {
            case AND, NAND -> e.rr(AND, 8, next, RAX);
            case OR -> e.rr(OR, 8, next, RAX);
            case XOR -> e.rr(XOR, 8, next, RAX);
            default -> {
                e.rr(CMP, size, RAX, operand);
                e.rr(CMOV + keepsOld(op), 8, next, RAX);
            }
        }
        if (op == RmwOp.NAND) e.r(NOT, 8, next);
        locked(inst, CMPXCHG, size, next, 2);
        e.jump(NE, again);
    }

    /** The condition of the old value compared with the operand under which it stays. */
    private static int keepsOld(RmwOp op) {
        return switch (op) {
            case UMIN -> B;
            case UMAX -> A;
            case SMIN -> L;
            case SMAX -> G;
            default -> throw new AssertionError(op);
        };
    }

    /** The old value in rdx and rax, the new one in rcx and rbx. */
    private void wideLoop(int inst, RmwOp op) {
        int again = emit.newLabel(), low = at.reg(2), high = at.reg(3);
        X64Address address = at.memory(inst, 4);
        e.rm(MOV, 8, RAX, address);
        address.displacement += 8;
        e.rm(MOV, 8, RDX, address);
        e.label(again);
        e.rr(MOV, 8, RBX, low);
        e.rr(MOV, 8, RCX, high);
        switch (op) {
            case XCHG -> {}
            case ADD -> halves(ADD, ADC);
            case AND, NAND -> halves(AND, AND);
            case OR -> halves(OR, OR);
            case XOR -> halves(XOR, XOR);
            case SUB -> {
                e.rr(MOV, 8, RBX, RAX);
                e.rr(MOV, 8, RCX, RDX);
                e.rr(SUB, 8, RBX, low);
                e.rr(SBB, 8, RCX, high);
            }
            default -> compareWide(op, low, high);
        }
        if (op == RmwOp.NAND) {
            e.r(NOT, 8, RBX);
            e.r(NOT, 8, RCX);
        }
        address = at.memory(inst, 4);
        e.lock();
        e.m(CMPXCHG16B, 8, address);
        e.jump(NE, again);
    }

    private void halves(int lower, int upper) {
        e.rr(lower, 8, RBX, RAX);
        e.rr(upper, 8, RCX, RDX);
    }

    /** By the borrow of old minus operand; rcx is free for the difference. */
    private void compareWide(RmwOp op, int low, int high) {
        e.rr(MOV, 8, RCX, RDX);
        e.rr(CMP, 8, RAX, low);
        e.rr(SBB, 8, RCX, high);
        e.rr(MOV, 8, RBX, low);
        e.rr(MOV, 8, RCX, high);
        int keeps = op == RmwOp.UMIN ? B : op == RmwOp.UMAX ? AE : op == RmwOp.SMIN ? L : GE;
        e.rr(CMOV + keeps, 8, RBX, RAX);
        e.rr(CMOV + keeps, 8, RCX, RDX);
    }
}
