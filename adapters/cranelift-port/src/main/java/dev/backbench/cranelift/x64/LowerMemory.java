package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64Insn.*;

import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.ir.Op;
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

    // ---- big-endian: the bytes are turned round in a register ----

    boolean isBig() {
        return (f.flags(o.inst) & MemFlags.BIG) != 0;
    }

    private void bigAddress(int pointer) {
        o.address(pointer, f.immediate(o.inst), f.flags(o.inst) & ~MemFlags.BIG);
    }

    /** @param bytes of the number in memory @param size of the result */
    void loadBig(int bytes, int size, int to, int pointer) {
        boolean signed = f.op(o.inst) == Op.SLOAD8 || f.op(o.inst) == Op.SLOAD16 || f.op(o.inst) == Op.SLOAD32;
        bigAddress(pointer);
        if (bytes == 1) {
            d.load(signed ? MOVSX8 : MOVZX8, signed ? size : 4, to);
            return;
        }
        int read = d.newInt(), turned = signed ? d.newInt() : to;
        d.load(bytes == 2 ? MOVZX16 : MOV, Math.max(4, bytes), read);
        turn(bytes, turned, read);
        if (signed) d.unary(bytes == 2 ? MOVSX16 : MOVSX32, size, to, turned);
    }

    /** The upper half comes first. */
    void loadBigWide(int pointer) {
        int upper = d.newInt(), lower = d.newInt(), value = f.result(o.inst, 0);
        bigAddress(pointer);
        d.load(MOV, 8, upper);
        d.address.displacement += 8;
        d.load(MOV, 8, lower);
        turn(8, o.defHigh(value), upper);
        turn(8, o.def(value), lower);
    }

    void storeBig(int bytes, int value, int pointer) {
        int turned = d.newInt();
        turn(bytes, turned, value);
        bigAddress(pointer);
        d.store(MOV, bytes, turned);
    }

    void storeBigWide(int value, int pointer) {
        int low = o.use(value), high = o.useHigh(value), upper = d.newInt(), lower = d.newInt();
        turn(8, upper, high);
        turn(8, lower, low);
        bigAddress(pointer);
        d.store(MOV, 8, upper);
        d.address.displacement += 8;
        d.store(MOV, 8, lower);
    }

    private void turn(int bytes, int to, int from) {
        if (bytes == 1) d.move(to, from);
        else if (bytes == 2) d.ri(ROL, 2, to, from, 8);
        else d.r(BSWAP, bytes, to, from);
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
        int slot = f.entity(o.inst), mask = o.slotMask(slot);
        if (mask != 0) {
            alignedAddress(slot, mask, offset);
            return;
        }
        boolean near = Operands.isNear(offset);
        d.address.at(Form.SLOT, o.slotOffset(slot) + (near ? (int) offset : 0));
        if (near) {
            d.lea(8, result());
            return;
        }
        int start = d.newInt(), far = o.constant(offset, 8);
        d.lea(8, start);
        d.rr(ADD, 8, result(), start, far);
    }

    private void alignedAddress(int slot, int mask, long offset) {
        int last = d.newInt(), start = d.newInt(), far = o.constant(offset, 8);
        d.address.at(Form.SLOT, o.slotOffset(slot) + mask);
        d.lea(8, last);
        d.ri(AND, 8, start, last, ~(long) mask);
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
