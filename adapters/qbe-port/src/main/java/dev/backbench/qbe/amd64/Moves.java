package dev.backbench.qbe.amd64;

import static dev.backbench.asm.X64Insn.*;

import dev.backbench.asm.X64Address;
import dev.backbench.asm.X64Sink;
import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Ref;

/** Copies, casts and addresses between any two of registers, memory and constants. None of them changes the flags. */
final class Moves {
    private final X64Sink sink;
    private final Emit.Pool pool;
    private final Emit emit;
    private final X64Address address = new X64Address();

    Moves(X64Sink sink, Emit.Pool pool, Emit emit) {
        this.sink = sink;
        this.pool = pool;
        this.emit = emit;
    }

    private static boolean isSse(int ref) {
        return Regs.isSse(Ref.value(ref));
    }

    void move(int cls, int to, int from) {
        Fn fn = emit.fn();
        if (to == from || to == Ref.NONE || from == Ref.NONE || from == Ref.UNDEFINED) return;
        if (!Ref.isRegister(to)) {
            toMemory(cls, to, from);
        } else if (Ref.isRegister(from)) {
            between(cls, to, from);
        } else if (fn.isNumber(from)) {
            number(cls, to, fn.bits(from));
        } else if (Ref.isCon(from)) {
            address(to, from);
        } else if (isSse(to)) {
            sink.rm(MOVSS + (cls & 1), Emit.size(cls), Emit.hard(to), emit.at(from));
        } else {
            sink.rm(MOV, Emit.size(cls), Emit.hard(to), emit.at(from));
        }
    }

    private void between(int cls, int to, int from) {
        if (isSse(to) != isSse(from)) cast(isSse(to) ? cls | 2 : cls & 1, to, from);
        else if (isSse(to)) sink.rr(MOVAPS, 16, Emit.hard(to), Emit.hard(from));
        else sink.rr(MOV, Emit.size(cls), Emit.hard(to), Emit.hard(from));
    }

    private void number(int cls, int to, long bits) {
        if (!isSse(to)) sink.ri(MOV, Emit.size(cls), Emit.hard(to), cls == Cls.L ? bits : bits & 0xFFFFFFFFL);
        else if (bits == 0) sink.rr(XORPS, 16, Emit.hard(to), Emit.hard(to));
        else sink.rm(MOVSS + (cls & 1), Emit.size(cls), Emit.hard(to), address.symbol(X64Address.POOL, pool.constant(Emit.size(cls), bits), 0));
    }

    private void toMemory(int cls, int to, int from) {
        Fn fn = emit.fn();
        int size = Emit.size(cls), scratch = Regs.encoding(Emit.SCRATCH);
        if (Ref.isRegister(from)) {
            if (isSse(from)) sink.mr(MOVSS + (cls & 1), size, emit.at(to), Emit.hard(from));
            else sink.mr(MOV, size, emit.at(to), Emit.hard(from));
        } else if (fn.isNumber(from)) {
            long bits = fn.bits(from);
            boolean small = size == 4 || bits == (int) bits;
            sink.mi(MOV, small ? size : 4, emit.at(to), (int) bits);
            if (small) return;
            X64Address upper = emit.at(to);
            upper.displacement += 4;
            sink.mi(MOV, 4, upper, (int) (bits >> 32));
        } else if (Ref.isCon(from)) {
            // Only a general register can take an address; slots are found from rbp, so that the push moves none
            int register = Ref.kind(to) == Ref.SLOT ? Regs.RAX : Regs.R11;
            sink.r(PUSH, 8, Regs.encoding(register));
            address(Regs.ref(register), from);
            sink.mr(MOV, size, emit.at(to), Regs.encoding(register));
            sink.r(POP, 8, Regs.encoding(register));
        } else {
            sink.rm(MOVSS + (cls & 1), size, scratch, emit.at(from));
            sink.mr(MOVSS + (cls & 1), size, emit.at(to), scratch);
        }
    }

    /** The address of a slot, a symbol or a machine address. */
    void address(int to, int from) {
        Fn fn = emit.fn();
        boolean thread = Ref.isCon(from) && fn.conKind[Ref.value(from)] == Fn.CON_THREAD_ADDRESS;
        int register = Emit.hard(to);
        if (thread) {
            address.plain(-1, 0).fs = true;
            sink.rm(MOV, 8, register, address);
            address.plain(register, (int) fn.bits(from));
            address.kind = X64Address.THREAD_OFFSET;
            address.symbol = fn.conSymbol[Ref.value(from)];
            sink.rm(LEA, 8, register, address);
        } else {
            sink.rm(LEA, 8, register, emit.at(from));
        }
    }

    void cast(int cls, int to, int from) {
        int size = Emit.size(cls);
        if (!Ref.isRegister(from) || isSse(to) == isSse(from)) move(isSse(to) ? cls | 2 : cls & 1, to, from);
        else if (isSse(to)) sink.rr(MOV_TO_XMM, size, Emit.hard(to), Emit.hard(from));
        else sink.rr(MOV_FROM_XMM, size, Emit.hard(from), Emit.hard(to));
    }
}
