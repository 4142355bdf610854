package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.cranelift.mach.VCode.*;

import dev.backbench.asm.X64Insn;
import dev.backbench.cranelift.mach.VCode;
import java.util.Arrays;

/**
 * Machine instructions while lowering goes backwards: those of one instruction, a segment, in order; segments the other way round. Virtual registers may turn out to be others
 * ({@link #alias}); {@link #name} makes their final numbers.
 */
final class Draft {
    final VCode code = new VCode();
    final Address address = new Address();
    private int[] alias = new int[256], name = new int[256];

    void reset() {
        code.reset();
    }

    int newVreg(int registerClass) {
        int vreg = code.newVreg(registerClass);
        if (vreg >= alias.length) {
            alias = Arrays.copyOf(alias, 2 * vreg);
            name = Arrays.copyOf(name, 2 * vreg);
        }
        alias[vreg] = vreg;
        name[vreg] = -1;
        return vreg;
    }

    int newInt() {
        return newVreg(INT);
    }

    int newFloat() {
        return newVreg(FLOAT);
    }

    /** {@code vreg}, which nothing defines, is {@code other}. */
    void alias(int vreg, int other) {
        alias[vreg] = other;
    }

    private int resolve(int vreg) {
        while (alias[vreg] != vreg) vreg = alias[vreg] = alias[alias[vreg]];
        return vreg;
    }

    /** Its number in {@code to}. */
    int name(int vreg, VCode to) {
        int original = resolve(vreg);
        if (name[original] < 0) name[original] = to.newVreg(code.registerClass(original));
        return name[original];
    }

    void copy(int inst, VCode to) {
        to.beginInst(code.op(inst), code.info(inst), code.extra(inst), code.immediate(inst));
        for (int o = code.firstOperand(inst), end = code.firstOperand(inst + 1); o < end; o++) {
            to.addOperand(name(code.vreg(o), to), code.operandBits(o), code.operandRegister(o));
        }
        to.setClobbers(code.clobbers(inst));
        to.setTraits(code.traits(inst));
    }

    int size() {
        return code.insts();
    }

    // ---- operands of the instruction begun last ----

    void def(int vreg) {
        code.addOperand(vreg, DEF | LATE | REG, 0);
    }

    /** Shares no register with a use. */
    void defEarly(int vreg) {
        code.addOperand(vreg, DEF | EARLY | REG, 0);
    }

    void defFixed(int vreg, int register) {
        code.addOperand(vreg, DEF | LATE | FIXED, register);
    }

    void defReusing(int vreg, int operand) {
        code.addOperand(vreg, DEF | LATE | REUSE, operand);
    }

    void use(int vreg) {
        code.addOperand(vreg, USE | EARLY | REG, 0);
    }

    /** A register or a stack slot. */
    void useAny(int vreg) {
        code.addOperand(vreg, USE | EARLY | ANY, 0);
    }

    void useLate(int vreg) {
        code.addOperand(vreg, USE | LATE | REG, 0);
    }

    void useFixed(int vreg, int register) {
        code.addOperand(vreg, USE | EARLY | FIXED, register);
    }

    void temporary(int registerClass) {
        code.addOperand(newVreg(registerClass), DEF | EARLY | REG, 0);
    }

    void useAddress() {
        if (address.base >= 0) use(address.base);
        if (address.index >= 0) use(address.index);
    }

    void useAddressLate() {
        if (address.base >= 0) useLate(address.base);
        if (address.index >= 0) useLate(address.index);
    }

    // ---- instructions; a memory operand is what is in address ----

    void begin(int form, int insn, int size) {
        code.beginInst(form, Form.info(insn, size), 0, 0);
    }

    void begin(int form, int insn, int size, long immediate) {
        code.beginInst(form, Form.info(insn, size), 0, immediate);
    }

    private void beginMemory(int form, int insn, int size, long immediate) {
        code.beginInst(form, Form.address(Form.info(insn, size), address.kind(), address.logScale, address.trapCode), address.displacement, immediate);
    }

    /** Begins one that has an address; its registers are the last uses. */
    void beginMemory(int form, int insn, int size) {
        beginMemory(form, insn, size, 0);
    }

    void move(int def, int use) {
        begin(Form.MOVE, X64Insn.MOV, 8);
        code.setTraits(MOVE);
        def(def);
        useAny(use);
    }

    void constant(int def, int size, long value) {
        begin(Form.CONST, X64Insn.MOV, size, value);
        code.setTraits(REMATERIALIZABLE);
        def(def);
    }

    void rr(int insn, int size, int def, int first, int second) {
        begin(Form.RR, insn, size);
        defReusing(def, 1);
        use(first);
        useAny(second);
    }

    /** The second operand in a register: what reads 16 bytes where a stack slot has 8. */
    void rrRegister(int insn, int size, int def, int first, int second) {
        begin(Form.RR, insn, size);
        defReusing(def, 1);
        use(first);
        use(second);
    }

    void ri(int insn, int size, int def, int use, long immediate) {
        begin(Form.RI, insn, size, immediate);
        defReusing(def, 1);
        use(use);
    }

    void rm(int insn, int size, int def, int use) {
        beginMemory(Form.RM, insn, size, 0);
        defReusing(def, 1);
        use(use);
        useAddress();
    }

    void r(int insn, int size, int def, int use) {
        begin(Form.R, insn, size);
        defReusing(def, 1);
        use(use);
    }

    void shift(int insn, int size, int def, int use, int count) {
        begin(Form.R, insn, size);
        defReusing(def, 1);
        use(use);
        useFixed(count, RCX);
    }

    void unary(int insn, int size, int def, int use) {
        begin(Form.UNARY, insn, size);
        def(def);
        useAny(use);
    }

    void unaryRegister(int insn, int size, int def, int use) {
        begin(Form.UNARY, insn, size);
        def(def);
        use(use);
    }

    void load(int insn, int size, int def) {
        beginMemory(Form.LOAD, insn, size, 0);
        def(def);
        useAddress();
    }

    void lea(int size, int def) {
        beginMemory(Form.LOAD, X64Insn.LEA, size, 0);
        def(def);
        useAddress();
    }

    void compare(int insn, int size, int first, int second) {
        begin(Form.COMPARE, insn, size);
        use(first);
        if (insn == X64Insn.TEST || insn == X64Insn.BT) use(second);
        else useAny(second);
    }

    void compareImmediate(int insn, int size, int use, long immediate) {
        begin(Form.COMPARE_I, insn, size, immediate);
        useAny(use);
    }

    void compareMemory(int insn, int size, int use) {
        beginMemory(Form.COMPARE_M, insn, size, 0);
        use(use);
        useAddress();
    }

    void store(int insn, int size, int use) {
        beginMemory(Form.STORE, insn, size, 0);
        use(use);
        useAddress();
    }

    void storeImmediate(int insn, int size, int immediate) {
        beginMemory(Form.STORE_I, insn, size, immediate);
        useAddress();
    }

    void memory(int insn, int size) {
        beginMemory(Form.MEMORY, insn, size, 0);
        useAddress();
    }

    void multiply(int size, int def, int use, int immediate) {
        begin(Form.IMUL_I, X64Insn.IMUL, size, immediate);
        def(def);
        use(use);
    }

    void rrr(int insn, int size, int def, int first, int second) {
        begin(Form.RRR, insn, size);
        def(def);
        use(first);
        use(second);
    }

    /** Of floats: the second operand may be in memory. */
    void rrrAny(int insn, int size, int def, int first, int second) {
        begin(Form.RRR, insn, size);
        def(def);
        use(first);
        useAny(second);
    }

    void rrm(int insn, int size, int def, int first) {
        beginMemory(Form.RRM, insn, size, 0);
        def(def);
        use(first);
        useAddress();
    }

    void rotate(int size, int def, int use, int count) {
        begin(Form.ROTATE, X64Insn.RORX, size, count);
        def(def);
        use(use);
    }

    /** 0 or 1 of 64 bits. */
    void set(int condition, int def) {
        begin(Form.SET, condition, 4);
        if (Conditions.needsTwo(condition)) {
            defEarly(def);
            temporary(INT);
        } else {
            def(def);
        }
    }

    /** {@code yes} if the condition holds, else {@code no}. */
    void cmov(int condition, int size, int def, int yes, int no) {
        if (condition == Conditions.EQUAL_ORDERED) {
            cmov(Conditions.UNEQUAL_OR_UNORDERED, size, def, no, yes);
        } else if (condition == Conditions.UNEQUAL_OR_UNORDERED) {
            int either = newInt();
            rr(X64Insn.CMOV + NE, size, either, no, yes);
            rr(X64Insn.CMOV + P, size, def, either, yes);
        } else {
            rr(X64Insn.CMOV + condition, size, def, no, yes);
        }
    }

    void selectFloat(int condition, int size, int def, int yes, int no) {
        begin(Form.SELECT, condition, size);
        defReusing(def, 1);
        use(no);
        useAny(yes);
    }

    /** One without operands. */
    void special(int form) {
        begin(form, 0, 0);
    }

    void special(int form, int def) {
        begin(form, 0, 0);
        def(def);
    }

    void trap(int trapCode) {
        code.beginInst(Form.TRAP, 0, trapCode, 0);
        code.setTraits(BRANCH);
    }

    void trapIf(int condition, int trapCode) {
        code.beginInst(Form.TRAP_IF, Form.info(condition, 0), trapCode, 0);
    }
}
