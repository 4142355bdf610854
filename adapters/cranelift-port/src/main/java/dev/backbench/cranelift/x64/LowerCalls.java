package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;
import static dev.backbench.cranelift.mach.VCode.BRANCH;

import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.mach.MachineCode;
import dev.backbench.cranelift.mach.VCode;
import java.util.Arrays;

/** Arguments and results: of this function, of those it calls. */
final class LowerCalls {
    /** Bytes of a structure from which a loop copies it. */
    private static final int LOOP = 256;
    private final Operands o;
    private final Draft d;
    private final LowerInts ints;
    private final Abi own = new Abi(), callee = new Abi();
    private Function f;
    /** Registers that go to fixed places in the next instruction. */
    private int[] vregs = new int[32], registers = new int[32];
    private int fixed;
    /** Where the address of the area for results came in; -1 where there is none. */
    private int area;
    private int outgoingBytes, areaBytes;

    LowerCalls(Operands operands, LowerInts ints) {
        this.o = operands;
        this.d = operands.d;
        this.ints = ints;
    }

    void begin(Function function) {
        f = function;
        own.of(f, f.params, f.returns, f.conv);
        area = own.areaBytes > 0 ? d.newInt() : -1;
        outgoingBytes = areaBytes = 0;
    }

    /** Bytes at the end of the frame for arguments of calls. */
    int outgoingBytes() {
        return outgoingBytes;
    }

    /** Bytes after the stack slots for results of calls. */
    int areaBytes() {
        return areaBytes;
    }

    Abi own() {
        return own;
    }

    private void fix(int vreg, int register) {
        if (fixed == vregs.length) {
            vregs = Arrays.copyOf(vregs, 2 * fixed);
            registers = Arrays.copyOf(registers, 2 * fixed);
        }
        vregs[fixed] = vreg;
        registers[fixed++] = register;
    }

    private void useFixed() {
        for (int i = 0; i < fixed; i++) d.useFixed(vregs[i], registers[i]);
    }

    private void defFixed() {
        for (int i = 0; i < fixed; i++) d.defFixed(vregs[i], registers[i]);
    }

    // ---- of this function ----

    /** The parameters of the entry block. */
    void arguments(int entry) {
        int list = f.blockParams(entry);
        fixed = 0;
        if (area >= 0) fix(area, own.areaRegister);
        for (int i = 0; i < own.parameters(); i++) {
            int value = f.pool.get(list, i);
            if (own.purpose(i) == Entities.PURPOSE_STRUCT || !o.isWanted(value)) continue;
            if (own.parameterPlace(i, 0) < Abi.STACK) fix(o.def(value), own.parameterPlace(i, 0));
            if (Operands.isWide(own.parameterType(i)) && own.parameterPlace(i, 1) < Abi.STACK) fix(o.defHigh(value), own.parameterPlace(i, 1));
        }
        d.code.beginInst(Form.ARGS, 0, 0, 0);
        defFixed();
        for (int i = 0; i < own.parameters(); i++) if (o.isWanted(f.pool.get(list, i))) stackArgument(i, f.pool.get(list, i));
    }

    private void stackArgument(int i, int value) {
        int place = own.parameterPlace(i, 0);
        if (place < Abi.STACK) return;
        d.address.at(Form.INCOMING, place - Abi.STACK);
        if (own.purpose(i) == Entities.PURPOSE_STRUCT) d.lea(8, o.def(value));
        else load(own.parameterType(i), o.def(value));
        if (!Operands.isWide(own.parameterType(i))) return;
        d.address.at(Form.INCOMING, own.parameterPlace(i, 1) - Abi.STACK);
        d.load(MOV, 8, o.defHigh(value));
    }

    private void load(int type, int to) {
        if (type == Types.F32) d.load(MOVSS, 4, to);
        else if (type == Types.F64) d.load(MOVSD, 8, to);
        else d.load(MOV, type == Types.I64 || Operands.isWide(type) ? 8 : 4, to);
    }

    void returns(int inst) {
        fixed = 0;
        for (int i = 0; i < own.results(); i++) {
            int value = f.arg(inst, i), type = own.resultType(i), place = own.resultPlace(i, 0);
            if (place < Abi.STACK) {
                fix(extended(value, type, own.resultExtension(i)), place);
                if (Operands.isWide(type)) fix(o.useHigh(value), own.resultPlace(i, 1));
            } else {
                int low = o.use(value);
                d.address.based(area, place - Abi.STACK);
                store(type, low);
                if (!Operands.isWide(type)) continue;
                d.address.based(area, own.resultPlace(i, 1) - Abi.STACK);
                d.store(MOV, 8, o.useHigh(value));
            }
        }
        int structure = structureParameter();
        if (structure >= 0) fix(o.use(structure), RAX);
        d.code.beginInst(Form.RETURN, 0, 0, own.calleePops ? own.stackBytes : 0);
        d.code.setTraits(BRANCH);
        useFixed();
    }

    /** The address of a structure that is the result comes back too. */
    private int structureParameter() {
        if (own.results() > 0) return -1;
        for (int i = 0; i < own.parameters(); i++) if (own.purpose(i) == Entities.PURPOSE_SRET) return f.pool.get(f.blockParams(f.layout.entry()), i);
        return -1;
    }

    private int extended(int value, int type, int extension) {
        if (extension == Entities.EXT_NONE || !Types.isScalarInt(type) || Types.bits(type) >= 64) return o.use(value);
        boolean signed = extension == Entities.EXT_SEXT;
        int wide = d.newInt(), narrow = o.use(value);
        int insn = type == Types.I8 ? signed ? MOVSX8 : MOVZX8 : type == Types.I16 ? signed ? MOVSX16 : MOVZX16 : signed ? MOVSX32 : MOV;
        d.unary(insn, signed ? 8 : 4, wide, narrow);
        return wide;
    }

    private void store(int type, int register) {
        if (type == Types.F32) d.store(MOVSS, 4, register);
        else if (type == Types.F64) d.store(MOVSD, 8, register);
        else d.store(MOV, 8, register);
    }

    // ---- of others ----

    void call(int inst) {
        int function = f.entity(inst);
        int target = isNear(function) ? -1 : address(function);
        before(inst, f.entities.functions.get(function, Entities.FUNC_SIG), 0, Form.OUTGOING);
        call(inst, target >= 0 ? Form.CALL_R : Form.CALL, function, target);
    }

    void callIndirect(int inst) {
        int target = o.use(f.arg(inst, 0));
        before(inst, f.entity(inst), 1, Form.OUTGOING);
        call(inst, Form.CALL_R, 0, target);
    }

    void tailCall(int inst) {
        int function = f.entity(inst);
        int target = isNear(function) ? -1 : address(function);
        before(inst, f.entities.functions.get(function, Entities.FUNC_SIG), 0, Form.OUTGOING);
        tail(target >= 0 ? Form.TAIL_R : Form.TAIL, function, target);
    }

    void tailCallIndirect(int inst) {
        int target = o.use(f.arg(inst, 0));
        before(inst, f.entity(inst), 1, Form.OUTGOING);
        tail(Form.TAIL_R, 0, target);
    }

    /** The arguments on the stack are moved into place when the frame is gone; the target survives that in r10, which no argument uses. */
    private void tail(int form, int function, int target) {
        if (callee.areaBytes > 0) fix(area, callee.areaRegister);
        d.code.beginInst(form, 0, function, callee.stackBytes);
        d.code.setTraits(BRANCH);
        if (target >= 0) d.useFixed(target, R10);
        useFixed();
    }

    private boolean isNear(int function) {
        return (f.entities.functions.get(function, Entities.FUNC_FLAGS) & Entities.COLOCATED) != 0;
    }

    private int address(int function) {
        int vreg = d.newInt();
        d.code.beginInst(Form.FUNCTION_ADDRESS, 0, function, MachineCode.FUNCTION);
        d.def(vreg);
        return vreg;
    }

    /** Arguments on the stack are stored; those in registers noted. */
    private void before(int inst, int signature, int first, int place) {
        callee.of(f, f.entities.signatures.get(signature, Entities.SIG_PARAMS), f.entities.signatures.get(signature, Entities.SIG_RETURNS),
                f.entities.signatures.get(signature, Entities.SIG_CONV));
        outgoingBytes = Math.max(outgoingBytes, callee.stackBytes);
        for (int i = 0; i < callee.parameters(); i++) {
            if (callee.parameterPlace(i, 0) >= Abi.STACK) storeArgument(i, f.arg(inst, first + i), place);
        }
        fixed = 0;
        for (int i = 0; i < callee.parameters(); i++) {
            if (callee.parameterPlace(i, 0) >= Abi.STACK) continue;
            int value = f.arg(inst, first + i), type = callee.parameterType(i);
            fix(extended(value, type, callee.extension(i)), callee.parameterPlace(i, 0));
            if (Operands.isWide(type)) fix(o.useHigh(value), callee.parameterPlace(i, 1));
        }
    }

    private void storeArgument(int i, int value, int place) {
        int type = callee.parameterType(i), offset = callee.parameterPlace(i, 0) - Abi.STACK;
        if (callee.purpose(i) == Entities.PURPOSE_STRUCT) {
            copyStruct(o.use(value), offset, callee.structBytes(i));
            return;
        }
        if (o.isConstant(value)) {
            long constant = o.constantOf(value);
            if (callee.extension(i) == Entities.EXT_UEXT && Types.bits(type) < 64) constant &= (1L << Types.bits(type)) - 1;
            if (constant == (int) constant) {
                d.address.at(place, offset);
                d.storeImmediate(MOV, 8, (int) constant);
                return;
            }
        }
        int register = extended(value, type, callee.extension(i));
        d.address.at(place, offset);
        store(type, register);
        if (!Operands.isWide(type)) return;
        d.address.at(place, callee.parameterPlace(i, 1) - Abi.STACK);
        d.store(MOV, 8, o.useHigh(value));
    }

    private void copyStruct(int from, int offset, int bytes) {
        int looped = bytes < LOOP ? 0 : bytes & ~7;
        if (looped > 0) {
            d.code.beginInst(Form.COPY, 0, offset, looped);
            d.useLate(from);
            d.temporary(VCode.INT);
            d.temporary(VCode.INT);
        }
        for (int done = looped, size; done < bytes; done += size) {
            size = Integer.highestOneBit(Math.min(8, bytes - done));
            int part = d.newInt();
            d.address.based(from, done);
            d.load(size == 1 ? MOVZX8 : size == 2 ? MOVZX16 : MOV, Math.max(4, size), part);
            d.address.at(Form.OUTGOING, offset + done);
            d.store(MOV, size, part);
        }
    }

    private void call(int inst, int form, int function, int target) {
        if (callee.areaBytes > 0) {
            int start = d.newInt();
            areaBytes = Math.max(areaBytes, callee.areaBytes);
            d.address.at(Form.SLOT, o.slotBytes);
            d.lea(8, start);
            fix(start, callee.areaRegister);
        }
        d.code.beginInst(form, 0, function, callee.calleePops ? callee.stackBytes : 0);
        d.code.setTraits(VCode.CALL);
        int defined = 0;
        for (int i = 0; i < callee.results(); i++) {
            int value = f.result(inst, i);
            if (callee.resultPlace(i, 0) >= Abi.STACK || !o.isWanted(value)) continue;
            d.defFixed(o.def(value), callee.resultPlace(i, 0));
            defined |= 1 << callee.resultPlace(i, 0);
            if (!Operands.isWide(callee.resultType(i))) continue;
            d.defFixed(o.defHigh(value), callee.resultPlace(i, 1));
            defined |= 1 << callee.resultPlace(i, 1);
        }
        if (target >= 0) d.use(target);
        useFixed();
        d.code.setClobbers(Regs.CALLER_SAVED & ~callee.calleeSaved & ~defined);
        for (int i = 0; i < callee.results(); i++) if (callee.resultPlace(i, 0) >= Abi.STACK && o.isWanted(f.result(inst, i))) loadResult(i, f.result(inst, i));
    }

    private void loadResult(int i, int value) {
        d.address.at(Form.SLOT, o.slotBytes + callee.resultPlace(i, 0) - Abi.STACK);
        load(callee.resultType(i), o.def(value));
        if (!Operands.isWide(callee.resultType(i))) return;
        d.address.at(Form.SLOT, o.slotBytes + callee.resultPlace(i, 1) - Abi.STACK);
        d.load(MOV, 8, o.defHigh(value));
    }
}
