package dev.backbench.qbe.amd64;

import static dev.backbench.asm.X64Insn.*;

import dev.backbench.asm.X64;
import dev.backbench.asm.X64Address;
import dev.backbench.asm.X64Sink;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;

/** Where a function's frame holds what, how it is entered and left. */
final class Frame {
    private static final int PAGE = 4096;
    private final X64Sink sink;
    private final X64Address address = new X64Address();
    /** Distance of slot 0 below the frame pointer; of all that is fixed, saved registers included. */
    private int slotBase, fixed;
    private long saved;
    private boolean dynamic;

    Frame(X64Sink sink) {
        this.sink = sink;
    }

    /** A slot's place from the frame pointer; negative numbers are the caller's arguments. */
    int offset(int slot) {
        if (slot == VarArgs.SAVED_REGISTERS) return -VarArgs.SAVE_AREA;
        return slot < 0 ? -4 * slot : 4 * slot - slotBase;
    }

    /** @param label free for use */
    void enter(Fn fn, int label) {
        scan(fn);
        slotBase = (fn.variadic ? VarArgs.SAVE_AREA : 0) + (4 * fn.slots + 15 & -16);
        int registers = 8 * Long.bitCount(saved), padding = fn.leaf && fn.slots == 0 && !fn.variadic ? 0 : registers & 8;
        fixed = slotBase + padding + registers;
        sink.r(PUSH, 8, X64.RBP);
        sink.rr(MOV, 8, X64.RBP, X64.RSP);
        if (fn.loadsTrap) probe(slotBase + padding);
        if (slotBase + padding > 0) sink.ri(SUB, 8, X64.RSP, slotBase + padding);
        if (fn.variadic) saveArguments(label);
        for (long s = saved; s != 0; s &= s - 1) sink.r(PUSH, 8, Regs.encoding(Long.numberOfTrailingZeros(s)));
    }

    /** Touches a large frame page by page, in order, so that it cannot reach over the guard below the stack. */
    private void probe(int bytes) {
        for (int page = PAGE; page <= bytes; page += PAGE) sink.mi(CMP, 4, address.plain(X64.RSP, -page), 0);
    }

    /** Finds the callee-saved registers that the function writes, and whether its stack pointer moves for good. */
    private void scan(Fn fn) {
        int[] ins = fn.ins;
        long written = 0, moved = 0;
        dynamic = false;
        for (int b = 0; b < fn.blocks; b++) {
            for (int at = Fn.STRIDE * fn.insStart[b], end = Fn.STRIDE * fn.insEnd[b]; at < end; at += Fn.STRIDE) {
                int to = ins[at + 1], op = Fn.op(ins[at]);
                if (Ref.isRegister(to)) written |= 1L << Ref.value(to);
                if (op == Op.SWAP) written |= register(ins[at + 2]) | register(ins[at + 3]);
                if (op != Op.SALLOC) continue;
                if (fn.isNumber(ins[at + 2])) moved += fn.bits(ins[at + 2]);
                else dynamic = true;
            }
        }
        dynamic |= moved != 0;
        saved = written & Regs.CALLEE_SAVED;
    }

    private static long register(int ref) {
        return Ref.isRegister(ref) ? 1L << Ref.value(ref) : 0;
    }

    private void saveArguments(int label) {
        for (int i = 0; i < Regs.ARGUMENTS.length; i++) {
            sink.mr(MOV, 8, address.plain(X64.RBP, 8 * i - VarArgs.SAVE_AREA), Regs.encoding(Regs.ARGUMENTS[i]));
        }
        sink.rr(TEST, 1, X64.RAX, X64.RAX);
        sink.jump(X64.E, label);
        for (int i = 0; i < Regs.SSE_ARGUMENTS; i++) sink.mr(MOVAPS, 16, address.plain(X64.RBP, VarArgs.GENERAL_BYTES + 16 * i - VarArgs.SAVE_AREA), i);
        sink.label(label);
    }

    void leave() {
        if (dynamic && saved != 0) sink.rm(LEA, 8, X64.RSP, address.plain(X64.RBP, -fixed));
        for (long s = saved; s != 0;) {
            int last = 63 - Long.numberOfLeadingZeros(s);
            sink.r(POP, 8, Regs.encoding(last));
            s &= ~(1L << last);
        }
        if (slotBase == 0 && !dynamic && fixed == 8 * Long.bitCount(saved)) sink.r(POP, 8, X64.RBP);
        else sink.plain(LEAVE);
        sink.plain(RET);
    }
}
