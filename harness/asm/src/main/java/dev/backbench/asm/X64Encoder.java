package dev.backbench.asm;

import dev.backbench.kit.CodeBuffer;
import java.util.Arrays;

/**
 * Machine code of one function after another. Jumps are held back and get their shortest forms at the end of the function ({@link Relaxer}); what only a linker knows becomes
 * a relocation.
 */
public class X64Encoder implements X64Sink {
    /** Kinds of relocations: of 64 bits; of 32 bits relative to their own place, the same of a call, relative to the thread pointer. The numbers are those of the ELF supplement. */
    public static final int ABS64 = 1, PC32 = 2, PLT32 = 4, TPOFF32 = 23;

    private final CodeBuffer code = new CodeBuffer(4096);
    private final Relaxer relaxer = new Relaxer();
    /** Four ints each: place, kind, address kind and symbol ({@code kind << 28 | symbol}), addend. */
    private int[] relocations = new int[64];
    private int relocationCount;

    public void reset() {
        code.reset();
        relaxer.reset();
        relocationCount = 0;
    }

    /** Ends the function: appends its code to {@code to} and its relocations, with places in {@code to}. The encoder is empty again. */
    public void finish(CodeBuffer to, RelocationSink sink) {
        relaxer.relax(code.size());
        int start = to.size(), jumps = 0, expanded = 0;
        for (int i = 0; i < relocationCount; i += 4) {
            int place = relocations[i];
            while (jumps < relaxer.jumps() && relaxer.place(jumps) <= place) expanded += relaxer.length(jumps++);
            int addressKind = relocations[i + 2] >>> 28, symbol = relocations[i + 2] & (1 << 28) - 1, addend = relocations[i + 3];
            switch (addressKind) {
                case X64Address.MARK -> sink.mark(start + place + expanded, symbol);
                case X64Address.LABEL -> code.set32(place, relaxer.offset(symbol) + addend - (place + expanded));
                case X64Address.DISTANCE -> code.set32(place, relaxer.offset(symbol) - relaxer.offset(addend));
                default -> sink.relocation(start + place + expanded, relocations[i + 1], addressKind, symbol, addend);
            }
        }
        relaxer.write(code, to);
        reset();
    }

    /** Takes the relocations of a function: @see X64Address for what a symbol numbers. */
    public interface RelocationSink {
        void relocation(int place, int kind, int addressKind, int symbol, int addend);

        /** Where {@link X64Encoder#mark} was called. */
        default void mark(int place, int value) {}
    }

    /** The place of the next instruction, which is no jump to a label, is told to the sink. */
    public void mark(int value) {
        addRelocation(0, X64Address.MARK, value, 0);
    }

    private void addRelocation(int kind, int addressKind, int symbol, int addend) {
        if (relocationCount + 4 > relocations.length) relocations = Arrays.copyOf(relocations, 2 * relocations.length);
        relocations[relocationCount++] = code.size();
        relocations[relocationCount++] = kind;
        relocations[relocationCount++] = addressKind << 28 | symbol;
        relocations[relocationCount++] = addend;
    }

    private void relocate(int kind, int addressKind, int symbol, int addend) {
        addRelocation(kind, addressKind, symbol, addend);
        code.put32(0);
    }

    // ---- prefixes and opcodes ----

    private static boolean lowByte(int size, int register) {
        return size == 1 && register >= X64.RSP;
    }

    /** Prefixes and opcode; byte operands take the opcode one below. {@code reg} may be a digit, then {@code regSize} is 0. */
    private void start(int insn, int size, int opcode, int reg, int regSize, int rmSize, int index, int base) {
        code.reserve();
        if (size == 2) code.put8(0x66);
        if (X64Insn.PREFIX[insn] != X64Insn.NO_PREFIX) code.put8(X64Insn.PREFIX[insn]);
        int rex = (size == 8 ? 8 : 0) | reg >> 3 << 2 | index >> 3 << 1 | base >> 3;
        if (rex != 0 || lowByte(regSize, reg) || lowByte(rmSize, base)) code.put8(0x40 | rex);
        if (opcode > 0xFF) code.put8(opcode >> 8);
        code.put8(size == 1 && (opcode < 0x100 || insn == X64Insn.CMPXCHG || insn == X64Insn.XADD) ? opcode & ~1 : opcode);
    }

    private void direct(int insn, int size, int opcode, int reg, int regSize, int rm, int rmSize) {
        start(insn, size, opcode, reg, regSize, rmSize, 0, rm);
        code.put8(0xC0 | (reg & 7) << 3 | rm & 7);
    }

    /** @param behind bytes of immediate that follow the address */
    private void memory(int insn, int size, int opcode, int reg, int regSize, X64Address a, int behind) {
        code.reserve();
        if (a.fs) code.put8(0x64);
        start(insn, size, opcode, reg, regSize, 0, Math.max(a.index, 0), Math.max(a.base, 0));
        operand((reg & 7) << 3, a, behind);
    }

    /** @param middle the bits of the register operand @param behind bytes of immediate that follow the address */
    private void operand(int middle, X64Address a, int behind) {
        if (a.kind == X64Address.GLOBAL || a.kind == X64Address.POOL || a.kind == X64Address.LABEL) {
            code.put8(middle | 5);
            relocate(PC32, a.kind, a.symbol, a.displacement - 4 - behind);
        } else if (a.kind == X64Address.THREAD || a.base < 0) {
            code.put8(middle | 4);
            code.put8((a.index < 0 ? 4 << 3 : scale(a) | (a.index & 7) << 3) | 5);
            if (a.kind == X64Address.THREAD) relocate(TPOFF32, a.kind, a.symbol, a.displacement);
            else code.put32(a.displacement);
        } else {
            based(middle, a);
        }
    }

    private void based(int middle, X64Address a) {
        int low = a.base & 7, displacement = a.displacement;
        int mode = a.kind == X64Address.THREAD_OFFSET ? 0x80 : displacement == 0 && low != X64.RBP ? 0 : displacement == (byte) displacement ? 0x40 : 0x80;
        if (a.index >= 0 || low == X64.RSP) {
            code.put8(mode | middle | 4);
            code.put8((a.index < 0 ? 4 << 3 : scale(a) | (a.index & 7) << 3) | low);
        } else {
            code.put8(mode | middle | low);
        }
        if (a.kind == X64Address.THREAD_OFFSET) relocate(TPOFF32, X64Address.THREAD, a.symbol, displacement);
        else if (mode == 0x40) code.put8(displacement);
        else if (mode == 0x80) code.put32(displacement);
    }

    private static int scale(X64Address a) {
        assert a.index != X64.RSP : "rsp cannot be an index";
        return Integer.numberOfTrailingZeros(a.scale) << 6;
    }

    // ---- forms ----

    @Override
    public void rr(int insn, int size, int reg, int rm) {
        if (insn == X64Insn.XCHG && size >= 4 && reg != rm && (reg == X64.RAX || rm == X64.RAX)) {
            start(insn, size, 0x90 | (reg + rm) & 7, 0, 0, 0, 0, reg + rm);
            return;
        }
        int opcode = X64Insn.OPCODE[insn];
        if (opcode == 0) opcode = X64Insn.STORE[insn];
        direct(insn, operandSize(insn, size), opcode, reg, X64Insn.regSize(insn, size), rm, X64Insn.rmSize(insn, size));
    }

    /** Where the suffix or the register says the size, there is no operand-size prefix: SSE instructions take only the 64-bit one, of their general operand. */
    private static int operandSize(int insn, int size) {
        if (X64Insn.regSize(insn, size) == 16 && X64Insn.rmSize(insn, size) == 16) return 4;
        return size;
    }

    @Override
    public void rm(int insn, int size, int reg, X64Address address) {
        memory(insn, operandSize(insn, size), X64Insn.OPCODE[insn], reg, X64Insn.regSize(insn, size), address, 0);
    }

    @Override
    public void mr(int insn, int size, X64Address address, int reg) {
        memory(insn, operandSize(insn, size), X64Insn.STORE[insn], reg, X64Insn.regSize(insn, size), address, 0);
    }

    @Override
    public void ri(int insn, int size, int reg, long immediate) {
        if (insn == X64Insn.MOV) {
            move(size, reg, immediate);
            return;
        }
        int value = (int) immediate, digit = X64Insn.DIGIT[insn];
        boolean shift = insn >= X64Insn.ROL && insn <= X64Insn.SAR;
        if (shift && value == 1) {
            direct(insn, size, 0xD1, digit, 0, reg, size);
        } else if (shift || insn == X64Insn.BT) {
            direct(insn, size, shift ? 0xC1 : X64Insn.GROUP[insn], digit, 0, reg, size);
            code.put8(value);
        } else if (insn == X64Insn.IMUL) {
            multiply(size, reg, reg, value);
        } else {
            boolean small = insn <= X64Insn.CMP && value == (byte) value && size != 1;
            if (!small && reg == X64.RAX) accumulator(insn, size);
            else direct(insn, size, small ? 0x83 : X64Insn.GROUP[insn], digit, 0, reg, size);
            immediate(small ? 1 : size, value);
        }
    }

    /** The forms of {@code al}, {@code ax}, {@code eax}, {@code rax}, a byte shorter. */
    private void accumulator(int insn, int size) {
        start(insn, size, insn == X64Insn.TEST ? 0xA9 : insn << 3 | 5, 0, 0, 0, 0, 0);
    }

    private void immediate(int size, int value) {
        if (size == 1) code.put8(value);
        else if (size == 2) code.put16(value);
        else code.put32(value);
    }

    private void move(int size, int reg, long value) {
        code.reserve();
        int rex = reg >> 3;
        long wanted = size == 4 ? value & 0xFFFFFFFFL : value;
        if (wanted == (wanted & 0xFFFFFFFFL)) {
            if (rex != 0) code.put8(0x40 | rex);
            code.put8(0xB8 | reg & 7);
            code.put32((int) wanted);
        } else if (wanted == (int) wanted) {
            direct(X64Insn.MOV, 8, 0xC7, 0, 0, reg, 8);
            code.put32((int) wanted);
        } else {
            code.put8(0x48 | rex);
            code.put8(0xB8 | reg & 7);
            code.put64(wanted);
        }
    }

    @Override
    public void mi(int insn, int size, X64Address address, int immediate) {
        boolean shift = insn >= X64Insn.ROL && insn <= X64Insn.SAR;
        boolean small = insn <= X64Insn.CMP && immediate == (byte) immediate && size != 1;
        int width = small || shift ? 1 : Math.min(size, 4);
        memory(insn, size, small ? 0x83 : X64Insn.GROUP[insn], X64Insn.DIGIT[insn], 0, address, width);
        immediate(width, immediate);
    }

    @Override
    public void multiply(int size, int reg, int rm, int immediate) {
        boolean small = immediate == (byte) immediate;
        direct(X64Insn.IMUL, size, small ? 0x6B : 0x69, reg, size, rm, size);
        immediate(small ? 1 : size, immediate);
    }

    @Override
    public void r(int insn, int size, int reg) {
        if (insn == X64Insn.PUSH || insn == X64Insn.POP) {
            code.reserve();
            if (reg >= X64.R8) code.put8(0x41);
            code.put8((insn == X64Insn.PUSH ? 0x50 : 0x58) | reg & 7);
            return;
        }
        if (insn == X64Insn.BSWAP) {
            start(insn, size, 0x0FC8 | reg & 7, 0, 0, 0, 0, reg);
            return;
        }
        boolean shift = insn >= X64Insn.ROL && insn <= X64Insn.SAR, narrow = insn == X64Insn.CALL || insn == X64Insn.JMP;
        direct(insn, narrow ? 4 : size, shift ? 0xD3 : X64Insn.GROUP[insn], X64Insn.DIGIT[insn], 0, reg, X64Insn.rmSize(insn, size));
    }

    @Override
    public void m(int insn, int size, X64Address address) {
        boolean shift = insn >= X64Insn.ROL && insn <= X64Insn.SAR;
        boolean narrow = insn >= X64Insn.PUSH && insn <= X64Insn.JMP;
        memory(insn, narrow ? 4 : size, shift ? 0xD3 : X64Insn.GROUP[insn], X64Insn.DIGIT[insn], 0, address, 0);
    }

    @Override
    public void plain(int insn) {
        code.reserve();
        int opcode = X64Insn.OPCODE[insn];
        if (opcode > 0xFF) code.put8(opcode >> 8);
        code.put8(opcode);
    }

    @Override
    public void round(int size, int reg, int rm, int mode) {
        code.reserve();
        code.put8(0x66);
        int rex = reg >> 3 << 2 | rm >> 3;
        if (rex != 0) code.put8(0x40 | rex);
        code.put8(0x0F);
        code.put8(0x3A);
        code.put8(size == 8 ? 0x0B : 0x0A);
        code.put8(0xC0 | (reg & 7) << 3 | rm & 7);
        code.put8(mode | 8);
    }

    @Override
    public void rrr(int insn, int size, int reg, int second, int rm) {
        boolean lowest = insn >= X64Insn.BLSR && insn <= X64Insn.BLSI;
        vex(insn, size, lowest ? X64Insn.DIGIT[insn] : reg, second, rm);
    }

    @Override
    public void rrm(int insn, int size, int reg, int second, X64Address a) {
        code.reserve();
        if (a.fs) code.put8(0x64);
        startVex(insn, size, reg, second, Math.max(a.index, 0), Math.max(a.base, 0));
        operand((reg & 7) << 3, a, 0);
    }

    @Override
    public void rotate(int size, int reg, int rm, int count) {
        vex(X64Insn.RORX, size, reg, 0, rm);
        code.put8(count);
    }

    private void vex(int insn, int size, int reg, int second, int rm) {
        code.reserve();
        startVex(insn, size, reg, second, 0, rm);
        code.put8(0xC0 | (reg & 7) << 3 | rm & 7);
    }

    /** The prefix, of two bytes where that has room for all, and the opcode; register bits are inverted. */
    private void startVex(int insn, int size, int reg, int second, int index, int base) {
        int opcode = X64Insn.OPCODE[insn], map = opcode >> 8, low = (~second & 15) << 3 | X64Insn.PREFIX[insn], high = reg < 8 ? 0x80 : 0;
        boolean wide = X64Insn.isVexWide(insn, size);
        if (map == 1 && !wide && index < 8 && base < 8) {
            code.put8(0xC5);
            code.put8(high | low);
        } else {
            code.put8(0xC4);
            code.put8(high | (index < 8 ? 0x40 : 0) | (base < 8 ? 0x20 : 0) | map);
            code.put8((wide ? 0x80 : 0) | low);
        }
        code.put8(opcode);
    }

    @Override
    public void shiftDouble(int insn, int size, int to, int from, int count) {
        int opcode = X64Insn.STORE[insn];
        direct(insn, size, count < 0 ? opcode : opcode & ~1, from, size, to, size);
        if (count >= 0) code.put8(count);
    }

    @Override
    public void lock() {
        code.reserve();
        code.put8(0xF0);
    }

    @Override
    public void trap(int reason) {
        code.reserve();
        code.put8(0x67);
        code.put8(0x0F);
        code.put8(0xB9);
        code.put8(0x40);
        code.put8(reason);
    }

    // ---- control ----

    @Override
    public void label(int label) {
        relaxer.bind(label, code.size());
    }

    @Override
    public void jump(int label) {
        relaxer.jump(code.size(), Relaxer.ALWAYS, label);
    }

    @Override
    public void jump(int condition, int label) {
        relaxer.jump(code.size(), condition, label);
    }

    @Override
    public void call(int symbol, int offset) {
        code.reserve();
        code.put8(0xE8);
        relocate(offset == 0 ? PLT32 : PC32, X64Address.GLOBAL, symbol, offset - 4);
    }

    @Override
    public void returnPopping(int bytes) {
        code.reserve();
        code.put8(0xC2);
        code.put16(bytes);
    }

    @Override
    public void tailCall(int symbol) {
        code.reserve();
        code.put8(0xE9);
        relocate(PLT32, X64Address.GLOBAL, symbol, -4);
    }

    @Override
    public void address(int reg, int symbol) {
        code.reserve();
        code.put8(0x48 | reg >> 3);
        code.put8(0xB8 | reg & 7);
        relocate(ABS64, X64Address.GLOBAL, symbol, 0);
        code.put32(0);
    }

    @Override
    public void distance(int label, int from) {
        code.reserve();
        relocate(0, X64Address.DISTANCE, label, from);
    }

    @Override
    public void location(int line, int column) {}
}
