package dev.backbench.asm;

import dev.backbench.kit.CodeBuffer;
import java.util.Arrays;

/**
 * Encoder of x86-64 instructions with labels. Registers are their hardware numbers, 0 to 15, of either class; operands are in Intel order, destination first.
 * A memory operand is {@code base, displacement}. Method names carry the operand size: {@code mov32} writes a zero-extended 32-bit register.
 *
 * <p>Jumps to labels are always the 32-bit form. Encodings after the Intel SDM, volume 2.
 */
public final class X64 {
    public static final int RAX = 0, RCX = 1, RDX = 2, RBX = 3, RSP = 4, RBP = 5, RSI = 6, RDI = 7, R8 = 8, R9 = 9, R10 = 10, R11 = 11, R12 = 12, R13 = 13,
            R14 = 14, R15 = 15;

    /** Condition codes of jcc, setcc and cmovcc. */
    public static final int O = 0, NO = 1, B = 2, AE = 3, E = 4, NE = 5, BE = 6, A = 7, S = 8, NS = 9, P = 10, NP = 11, L = 12, GE = 13, LE = 14, G = 15;

    /** Two-operand integer instructions; the value is the one of the {@code r, r/m} form's opcode and, divided by 8, the digit of the immediate form. */
    public enum Alu {
        ADD, OR, ADC, SBB, AND, SUB, XOR, CMP
    }

    /** Shifts and rotates by {@code cl} or an immediate, in the order of the opcode's digit. */
    public enum Shift {
        ROL, ROR, RCL, RCR, SHL, SHR, SAL, SAR
    }

    private final CodeBuffer code;
    private int[] labels = new int[16]; // offset, or -1 while unbound
    private int labelCount;
    private int[] fixups = new int[32]; // pairs: offset of a 32-bit field, label
    private int fixupCount;

    public X64(CodeBuffer code) {
        this.code = code;
    }

    public X64() {
        this(new CodeBuffer(256));
    }

    /** Offset of the next instruction. */
    public int offset() {
        return code.size();
    }

    // --- labels ---

    public int label() {
        if (labelCount == labels.length) labels = Arrays.copyOf(labels, 2 * labelCount);
        labels[labelCount] = -1;
        return labelCount++;
    }

    /** The label is here. */
    public void bind(int label) {
        assert labels[label] < 0 : "label bound twice";
        labels[label] = code.size();
    }

    /** A label bound here. */
    public int here() {
        int label = label();
        bind(label);
        return label;
    }

    public int offsetOf(int label) {
        assert labels[label] >= 0 : "label not bound";
        return labels[label];
    }

    /** Resolves all labels and returns the code; the assembler may go on. */
    public byte[] finish() {
        for (int i = 0; i < fixupCount; i += 2) {
            int at = fixups[i];
            code.set32(at, offsetOf(fixups[i + 1]) - (at + 4));
        }
        fixupCount = 0;
        return code.toArray();
    }

    /** A 32-bit field relative to its own end, the last of its instruction. */
    private void labelField(int label) {
        if (fixupCount == fixups.length) fixups = Arrays.copyOf(fixups, 2 * fixupCount);
        fixups[fixupCount++] = code.size();
        fixups[fixupCount++] = label;
        code.put32(0);
    }

    // --- moves ---

    public void mov64(int to, int from) {
        rr(1, 0x8B, to, from);
    }

    public void mov32(int to, int from) {
        rr(0, 0x8B, to, from);
    }

    public void load64(int to, int base, int displacement) {
        rm(1, 0x8B, to, base, displacement);
    }

    public void load32(int to, int base, int displacement) {
        rm(0, 0x8B, to, base, displacement);
    }

    public void store64(int base, int displacement, int from) {
        rm(1, 0x89, from, base, displacement);
    }

    public void store32(int base, int displacement, int from) {
        rm(0, 0x89, from, base, displacement);
    }

    public void store8(int base, int displacement, int from) {
        code.reserve();
        int rex = rex(0, from, base);
        if (from >= RSP && rex == 0) rex = 0x40; // spl, bpl, sil, dil
        if (rex != 0) code.put8(rex);
        code.put8(0x88);
        memory(from, base, displacement);
    }

    /** {@code mov qword [base + displacement], imm} with the immediate sign-extended. */
    public void store64Immediate(int base, int displacement, int immediate) {
        rm(1, 0xC7, 0, base, displacement);
        code.put32(immediate);
    }

    /** {@code mov r32, [base + index + displacement]}. */
    public void load32Indexed(int to, int base, int index, int displacement) {
        indexed(0x8B, to, base, index, displacement);
    }

    public void store32Indexed(int base, int index, int displacement, int from) {
        indexed(0x89, from, base, index, displacement);
    }

    /** The shortest move of any 64-bit constant that leaves the flags alone. */
    public void movImmediate(int to, long value) {
        code.reserve();
        int rex = rex(0, 0, to);
        if (value == (value & 0xFFFFFFFFL)) {
            if (rex != 0) code.put8(rex);
            code.put8(0xB8 | to & 7);
            code.put32((int) value);
        } else if (value == (int) value) {
            code.put8(rex | 0x48);
            code.put8(0xC7);
            code.put8(0xC0 | to & 7);
            code.put32((int) value);
        } else {
            code.put8(rex | 0x48);
            code.put8(0xB8 | to & 7);
            code.put64(value);
        }
    }

    public void lea(int to, int base, int displacement) {
        rm(1, 0x8D, to, base, displacement);
    }

    /** The label's address. */
    public void lea(int to, int label) {
        ripRelative(0x8D, to, label);
    }

    /** The 64 bits at the label. */
    public void loadLabel(int to, int label) {
        ripRelative(0x8B, to, label);
    }

    private void ripRelative(int opcode, int reg, int label) {
        code.reserve();
        code.put8(rex(1, reg, 0));
        code.put8(opcode);
        code.put8((reg & 7) << 3 | 5);
        labelField(label);
    }

    // --- integer arithmetic ---

    public void alu64(Alu operation, int to, int from) {
        rr(1, operation.ordinal() << 3 | 3, to, from);
    }

    public void alu32(Alu operation, int to, int from) {
        rr(0, operation.ordinal() << 3 | 3, to, from);
    }

    public void aluMemory64(Alu operation, int to, int base, int displacement) {
        rm(1, operation.ordinal() << 3 | 3, to, base, displacement);
    }

    public void aluImmediate64(Alu operation, int to, int immediate) {
        aluImmediate(1, operation, to, immediate);
    }

    public void aluImmediate32(Alu operation, int to, int immediate) {
        aluImmediate(0, operation, to, immediate);
    }

    private void aluImmediate(int wide, Alu operation, int to, int immediate) {
        boolean small = immediate == (byte) immediate;
        rr(wide, small ? 0x83 : 0x81, operation.ordinal(), to);
        if (small) code.put8(immediate);
        else code.put32(immediate);
    }

    /** Compares the 64 bits in memory with a sign-extended immediate. */
    public void cmpMemoryImmediate64(int base, int displacement, int immediate) {
        rm(1, 0x81, Alu.CMP.ordinal(), base, displacement);
        code.put32(immediate);
    }

    public void test64(int a, int b) {
        rr(1, 0x85, b, a);
    }

    public void test32(int a, int b) {
        rr(0, 0x85, b, a);
    }

    public void imul64(int to, int from) {
        rr(1, 0x0FAF, to, from);
    }

    /** {@code rdx:rax / from}; SIGFPE on zero or overflow. */
    public void idiv64(int from) {
        rr(1, 0xF7, 7, from);
    }

    public void idiv32(int from) {
        rr(0, 0xF7, 7, from);
    }

    /** Sign of rax into rdx. */
    public void cqo() {
        code.reserve();
        code.put16(0x9948);
    }

    /** Sign of eax into edx. */
    public void cdq() {
        code.reserve();
        code.put8(0x99);
    }

    public void shift64(Shift operation, int to, int count) {
        rr(1, 0xC1, operation.ordinal(), to);
        code.put8(count);
    }

    public void bsr64(int to, int from) {
        rr(1, 0x0FBD, to, from);
    }

    public void bsf64(int to, int from) {
        rr(1, 0x0FBC, to, from);
    }

    public void popcnt64(int to, int from) {
        code.reserve();
        code.put8(0xF3);
        plainRr(1, 0x0FB8, to, from);
    }

    public void popcnt32(int to, int from) {
        code.reserve();
        code.put8(0xF3);
        plainRr(0, 0x0FB8, to, from);
    }

    // --- scalar floats: between an xmm register and memory, or a general register ---

    public void loadDouble(int xmm, int base, int displacement) {
        prefixed(0xF2, 0, 0x0F10, xmm, base, displacement);
    }

    public void storeDouble(int base, int displacement, int xmm) {
        prefixed(0xF2, 0, 0x0F11, xmm, base, displacement);
    }

    public void loadFloat(int xmm, int base, int displacement) {
        prefixed(0xF3, 0, 0x0F10, xmm, base, displacement);
    }

    public void storeFloat(int base, int displacement, int xmm) {
        prefixed(0xF3, 0, 0x0F11, xmm, base, displacement);
    }

    /** The 32 bits of a float to a general register, zero-extended. */
    public void movFloatBits(int to, int xmm) {
        code.reserve();
        code.put8(0x66);
        plainRr(0, 0x0F7E, xmm, to);
    }

    public void addDouble(int to, int from) {
        code.reserve();
        code.put8(0xF2);
        plainRr(0, 0x0F58, to, from);
    }

    public void addFloat(int to, int from) {
        code.reserve();
        code.put8(0xF3);
        plainRr(0, 0x0F58, to, from);
    }

    public void vzeroupper() {
        code.reserve();
        code.putLow(0x77F8C5, 3);
    }

    // --- control ---

    public void push(int register) {
        code.reserve();
        if (register >= R8) code.put8(0x41);
        code.put8(0x50 | register & 7);
    }

    public void pop(int register) {
        code.reserve();
        if (register >= R8) code.put8(0x41);
        code.put8(0x58 | register & 7);
    }

    public void pushMemory(int base, int displacement) {
        rm(0, 0xFF, 6, base, displacement);
    }

    public void popMemory(int base, int displacement) {
        rm(0, 0x8F, 0, base, displacement);
    }

    public void jmp(int label) {
        code.reserve();
        code.put8(0xE9);
        labelField(label);
    }

    public void jcc(int condition, int label) {
        code.reserve();
        code.put16(0x800F | condition << 8);
        labelField(label);
    }

    public void call(int label) {
        code.reserve();
        code.put8(0xE8);
        labelField(label);
    }

    public void callRegister(int register) {
        rr(0, 0xFF, 2, register);
    }

    public void jmpRegister(int register) {
        rr(0, 0xFF, 4, register);
    }

    public void callMemory(int base, int displacement) {
        rm(0, 0xFF, 2, base, displacement);
    }

    public void jmpMemory(int base, int displacement) {
        rm(0, 0xFF, 4, base, displacement);
    }

    /** Jumps to the address stored at the label. */
    public void jmpMemory(int label) {
        code.reserve();
        code.put16(0x25FF);
        labelField(label);
    }

    /** {@code jmp [table + index * 8]}. */
    public void jmpTable(int table, int index) {
        code.reserve();
        int rex = 0x40 | index >> 3 << 1 | table >> 3;
        if (rex != 0x40) code.put8(rex);
        code.put8(0xFF);
        code.put8(0x44 | 4 << 3);
        code.put8(3 << 6 | (index & 7) << 3 | table & 7);
        code.put8(0);
    }

    public void ret() {
        code.reserve();
        code.put8(0xC3);
    }

    public void cld() {
        code.reserve();
        code.put8(0xFC);
    }

    /** A trap site of docs/abi.md: {@code ud1 eax, [eax + reason]} with the 32-bit address prefix. */
    public void trap(int reason) {
        code.reserve();
        code.put32(0x40B90F67);
        code.put8(reason);
    }

    // --- data ---

    public void align(int alignment) {
        code.align(alignment, 0xCC);
    }

    public void data64(long value) {
        code.reserve();
        code.put64(value);
    }

    // --- encoding ---

    /** [rex] opcode modrm, both operands registers; a two-byte opcode is written {@code 0x0Fxx}. */
    private void rr(int wide, int opcode, int reg, int rm) {
        code.reserve();
        plainRr(wide, opcode, reg, rm);
    }

    private void plainRr(int wide, int opcode, int reg, int rm) {
        int rex = rex(wide, reg, rm);
        if (rex != 0) code.put8(rex);
        opcode(opcode);
        code.put8(0xC0 | (reg & 7) << 3 | rm & 7);
    }

    private void rm(int wide, int opcode, int reg, int base, int displacement) {
        code.reserve();
        int rex = rex(wide, reg, base);
        if (rex != 0) code.put8(rex);
        opcode(opcode);
        memory(reg, base, displacement);
    }

    private void prefixed(int prefix, int wide, int opcode, int reg, int base, int displacement) {
        code.reserve();
        code.put8(prefix);
        rm(wide, opcode, reg, base, displacement);
    }

    private void opcode(int opcode) {
        if (opcode > 0xFF) code.put8(opcode >> 8);
        code.put8(opcode);
    }

    /** modrm, sib where the base needs one, displacement. */
    private void memory(int reg, int base, int displacement) {
        int middle = (reg & 7) << 3, low = base & 7;
        int mode = displacement == 0 && low != RBP ? 0 : displacement == (byte) displacement ? 0x40 : 0x80;
        code.put8(mode | middle | low);
        if (low == RSP) code.put8(0x24);
        displacement(mode, displacement);
    }

    private void indexed(int opcode, int reg, int base, int index, int displacement) {
        assert index != RSP : "rsp cannot be an index";
        code.reserve();
        int rex = 0x40 | reg >> 3 << 2 | index >> 3 << 1 | base >> 3;
        if (rex != 0x40) code.put8(rex);
        code.put8(opcode);
        int mode = displacement == 0 && (base & 7) != RBP ? 0 : displacement == (byte) displacement ? 0x40 : 0x80;
        code.put8(mode | (reg & 7) << 3 | 4);
        code.put8((index & 7) << 3 | base & 7);
        displacement(mode, displacement);
    }

    private void displacement(int mode, int displacement) {
        if (mode == 0x40) code.put8(displacement);
        else if (mode == 0x80) code.put32(displacement);
    }

    /** 0 if none is needed. */
    private static int rex(int wide, int reg, int rm) {
        int rex = wide << 3 | reg >> 3 << 2 | rm >> 3;
        return rex == 0 ? 0 : 0x40 | rex;
    }
}
