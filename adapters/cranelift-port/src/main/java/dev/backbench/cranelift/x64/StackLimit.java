package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.asm.X64Address;
import dev.backbench.asm.X64Encoder;
import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.ir.Table;
import dev.backbench.cranelift.mach.MachineCode;
import dev.backbench.cranelift.mach.UnsupportedFeature;

/** The check that a function with a stack limit begins with, before it touches the stack: the limit is a global value, computed in r11, which is free there. */
final class StackLimit {
    private static final int RETURN_ADDRESS = 8;
    private final X64Encoder e;
    private final X64Address address = new X64Address();

    StackLimit(X64Encoder encoder) {
        this.e = encoder;
    }

    /** @param bytes that the function takes off the stack @param trap where to go if they are not there */
    void check(Function f, Abi own, int bytes, int trap) {
        Table globals = f.entities.globals;
        int steps = 0;
        for (int gv = f.stackLimit; isStep(globals.get(gv, Entities.GV_KIND)); gv = globals.get(gv, Entities.GV_BASE)) steps++;
        int[] chain = new int[steps + 1];
        for (int i = steps, gv = f.stackLimit; i >= 0; gv = globals.get(gv, Entities.GV_BASE), i--) chain[i] = gv;
        start(f, own, chain[0]);
        for (int i = 1; i <= steps; i++) step(globals, chain[i]);
        e.ri(ADD, 8, R11, bytes);
        e.jump(B, trap);
        e.rr(CMP, 8, RSP, R11);
        e.jump(B, trap);
    }

    private static boolean isStep(int kind) {
        return kind == Entities.GV_LOAD || kind == Entities.GV_IADD_IMM;
    }

    private void start(Function f, Abi own, int gv) {
        int kind = f.entities.globals.get(gv, Entities.GV_KIND);
        if (kind == Entities.GV_SYMBOL) {
            e.address(R11, Emit.symbol(MachineCode.GLOBAL, gv));
            offset(f.entities.globals, gv);
            return;
        }
        int parameter = kind == Entities.GV_VMCTX ? context(own) : -1;
        if (parameter < 0) throw new UnsupportedFeature("a stack limit that is not of the context or a symbol");
        int place = own.parameterPlace(parameter, 0);
        if (place < Abi.STACK) e.rr(MOV, 8, R11, place);
        else e.rm(MOV, 8, R11, address.plain(RSP, RETURN_ADDRESS + place - Abi.STACK));
    }

    private static int context(Abi own) {
        for (int i = 0; i < own.parameters(); i++) if (own.purpose(i) == Entities.PURPOSE_VMCTX) return i;
        return -1;
    }

    private void step(Table globals, int gv) {
        if (globals.get(gv, Entities.GV_KIND) != Entities.GV_LOAD) {
            offset(globals, gv);
            return;
        }
        int trapCode = MemFlags.trapCode(globals.get(gv, Entities.GV_FLAGS));
        if (trapCode != 0) e.mark(trapCode);
        e.rm(MOV, 8, R11, address.plain(R11, globals.get(gv, Entities.GV_OFFSET)));
    }

    private void offset(Table globals, int gv) {
        long offset = globals.getLong(gv, Entities.GV_OFFSET);
        if (offset == 0) return;
        if (offset != (int) offset) throw new UnsupportedFeature("a stack limit with an offset of more than 32 bits");
        e.ri(ADD, 8, R11, offset);
    }
}
