package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64Insn.*;

import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.mach.MachineCode;

/** Memory operands, accesses of 128 bits, addresses of what has one. */
final class LowerMemory {
    private final Operands o;
    private final Draft d;
    private Function f;

    LowerMemory(Operands operands) {
        this.o = operands;
        this.d = operands.d;
    }

    void begin(Function function) {
        f = function;
    }

    private int result() {
        return o.def(f.result(o.inst, 0));
    }

    void address(int pointer) {
        o.address(pointer, f.immediate(o.inst), f.flags(o.inst));
    }

    void loadWide(int pointer) {
        address(pointer);
        d.load(MOV, 8, result());
        d.address.displacement += 8;
        d.load(MOV, 8, o.defHigh(f.result(o.inst, 0)));
    }

    void storeWide(int value, int pointer) {
        int low = o.use(value), high = o.useHigh(value);
        address(pointer);
        d.store(MOV, 8, low);
        d.address.displacement += 8;
        d.store(MOV, 8, high);
    }

    /** Whether the load is of the address of the current store of {@code bytes}, trapping alike. */
    boolean updates(int load, int pointer, int bytes) {
        return o.loadedBytes(load) == bytes && f.resolve(f.arg(load, 0)) == f.resolve(pointer) && f.immediate(load) == f.immediate(o.inst)
            && MemFlags.trapCode(f.flags(load)) == MemFlags.trapCode(f.flags(o.inst)) && (f.flags(o.inst) & MemFlags.BIG) == 0;
    }

    void stackAddress() {
        long offset = f.immediate(o.inst);
        boolean near = Operands.isNear(offset);
        d.address.at(Form.SLOT, o.slotOffset(f.entity(o.inst)) + (near ? (int) offset : 0));
        if (near) {
            d.lea(8, result());
            return;
        }
        int start = d.newInt(), far = o.constant(offset, 8);
        d.lea(8, start);
        d.rr(ADD, 8, result(), start, far);
    }

    void functionAddress() {
        d.code.beginInst(Form.FUNCTION_ADDRESS, 0, f.entity(o.inst), MachineCode.FUNCTION);
        d.def(result());
    }

    void symbol() {
        int global = f.entity(o.inst);
        d.code.beginInst(Form.FUNCTION_ADDRESS, 0, global, MachineCode.GLOBAL);
        int offset = f.entities.globals.get(global, Entities.GV_OFFSET);
        if (offset == 0) {
            d.def(result());
            return;
        }
        int base = d.newInt();
        d.def(base);
        d.address.based(base, offset);
        d.lea(8, result());
    }
}
