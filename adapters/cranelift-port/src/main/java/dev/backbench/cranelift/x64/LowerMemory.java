package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64Insn.*;

import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.mach.MachineCode;

/** Loads, stores, addresses. */
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

    private void address(int pointer) {
        o.address(pointer, f.immediate(o.inst), f.flags(o.inst));
    }

    void load(int pointer, int type) {
        address(pointer);
        switch (type) {
            case Types.I8 -> d.load(MOVZX8, 4, result());
            case Types.I16 -> d.load(MOVZX16, 4, result());
            case Types.I32 -> d.load(MOV, 4, result());
            case Types.I64 -> d.load(MOV, 8, result());
            case Types.F32 -> d.load(MOVSS, 4, result());
            case Types.I128 -> {
                d.load(MOV, 8, result());
                d.address.displacement += 8;
                d.load(MOV, 8, o.defHigh(f.result(o.inst, 0)));
            }
            default -> {
                Operands.registerClass(type);
                d.load(MOVSD, 8, result());
            }
        }
    }

    void loadExtending(int pointer, int type, int bytes, boolean signed) {
        address(pointer);
        int insn = bytes == 1 ? signed ? MOVSX8 : MOVZX8 : bytes == 2 ? signed ? MOVSX16 : MOVZX16 : signed ? MOVSX32 : MOV;
        d.load(insn, signed ? Math.max(4, Types.bytes(type)) : 4, result());
    }

    void store(int value, int pointer, int type) {
        if (Operands.isWide(type)) {
            int low = o.use(value), high = o.useHigh(value);
            address(pointer);
            d.store(MOV, 8, low);
            d.address.displacement += 8;
            d.store(MOV, 8, high);
        } else if (Abi.isFloat(type)) {
            int register = o.use(value);
            address(pointer);
            d.store(type == Types.F32 ? MOVSS : MOVSD, Types.bytes(type), register);
        } else {
            storeInt(value, pointer, Types.bytes(type));
        }
    }

    void storeInt(int value, int pointer, int bytes) {
        Operands.registerClass(o.type(value));
        if (o.isConstant(value) && (bytes < 8 || o.isImmediate(value))) {
            address(pointer);
            d.storeImmediate(MOV, bytes, (int) o.constantOf(value));
            return;
        }
        if (update(value, pointer, bytes)) return;
        int narrowed = o.matched(value, Op.IREDUCE), register = o.use(narrowed >= 0 ? f.arg(narrowed, 0) : value);
        address(pointer);
        d.store(MOV, bytes, register);
    }

    /** A load, an operation and a store back to the same place as one instruction. */
    private boolean update(int value, int pointer, int bytes) {
        int definition = o.definition(value);
        if (definition < 0 || o.matched(value, f.op(definition)) < 0 || Types.bytes(o.type(value)) != bytes) return false;
        int insn = switch (f.op(definition)) {
            case IADD -> ADD;
            case ISUB -> SUB;
            case BAND -> AND;
            case BOR -> OR;
            case BXOR -> XOR;
            default -> -1;
        };
        if (insn < 0) return false;
        int a = f.arg(definition, 0), b = f.arg(definition, 1);
        if (insn != SUB && !isOfPlace(a, pointer, bytes)) {
            int swap = a;
            a = b;
            b = swap;
        }
        if (!isOfPlace(a, pointer, bytes)) return false;
        if (o.isImmediate(b)) {
            o.sinkLoad(a, bytes);
            d.storeImmediate(insn, bytes, (int) o.constantOf(b));
        } else {
            int register = o.use(b);
            o.sinkLoad(a, bytes);
            d.store(insn, bytes, register);
        }
        return true;
    }

    /** Whether the value is a load that can sink here, of the address of the current store, trapping alike. */
    private boolean isOfPlace(int value, int pointer, int bytes) {
        if (!o.canSink(value, bytes)) return false;
        int load = o.definition(value);
        return f.resolve(f.arg(load, 0)) == f.resolve(pointer) && f.immediate(load) == f.immediate(o.inst) && (f.flags(load) & 0xFF) == (f.flags(o.inst) & 0xFF);
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
