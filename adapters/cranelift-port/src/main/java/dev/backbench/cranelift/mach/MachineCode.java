package dev.backbench.cranelift.mach;

import dev.backbench.kit.CodeBuffer;
import java.util.Arrays;

/**
 * One compiled function: instructions, behind them its constants, reached from the instruction pointer. Position-independent; to be placed at a multiple of {@link #ALIGNMENT}.
 * Reused: {@link #reset} keeps the arrays.
 */
public final class MachineCode {
    public static final int ALIGNMENT = 16;

    /** Kinds of relocations. S the symbol's address, A the addend, P the field's place. CALL32: 32 bits of S + A - P, of a call or jump. ABS64: 64 bits of S + A. */
    public static final int CALL32 = 0, ABS64 = 1;
    /** What a relocation's symbol numbers: an external function {@code fnN} of the {@code ir.Function}; a global value {@code gvN} of it that is a symbol; a {@link Libcall}. */
    public static final int FUNCTION = 0, GLOBAL = 1, LIBCALL = 2;

    /** Instructions first. */
    public final CodeBuffer code = new CodeBuffer(1 << 12);
    private int instructionBytes;
    private int frameBytes;

    private int relocations;
    private int[] relocation = new int[5 * 16];
    private int traps;
    private int[] trap = new int[2 * 16];

    public void reset() {
        code.reset();
        instructionBytes = frameBytes = relocations = traps = 0;
    }

    /** Code without the constants. */
    public int instructionBytes() {
        return instructionBytes;
    }

    public void setInstructionBytes(int bytes) {
        instructionBytes = bytes;
    }

    /** What a call of it takes on the stack, return address included. */
    public int frameBytes() {
        return frameBytes;
    }

    public void setFrameBytes(int bytes) {
        frameBytes = bytes;
    }

    // ---- relocations, by ascending offset ----

    public void addRelocation(int offset, int kind, int target, int symbol, int addend) {
        if (5 * relocations == relocation.length) relocation = Arrays.copyOf(relocation, 10 * relocations);
        int at = 5 * relocations++;
        relocation[at] = offset;
        relocation[at + 1] = kind;
        relocation[at + 2] = target;
        relocation[at + 3] = symbol;
        relocation[at + 4] = addend;
    }

    public int relocations() {
        return relocations;
    }

    public int relocationOffset(int i) {
        return relocation[5 * i];
    }

    /** CALL32 or ABS64. */
    public int relocationKind(int i) {
        return relocation[5 * i + 1];
    }

    /** FUNCTION, GLOBAL or LIBCALL. */
    public int relocationTarget(int i) {
        return relocation[5 * i + 2];
    }

    public int relocationSymbol(int i) {
        return relocation[5 * i + 3];
    }

    public int relocationAddend(int i) {
        return relocation[5 * i + 4];
    }

    // ---- instructions that trap by a hardware fault, by ascending offset; a trap instruction carries its reason itself ----

    public void addTrap(int offset, int trapCode) {
        if (2 * traps == trap.length) trap = Arrays.copyOf(trap, 4 * traps);
        trap[2 * traps] = offset;
        trap[2 * traps++ + 1] = trapCode;
    }

    public int traps() {
        return traps;
    }

    public int trapOffset(int i) {
        return trap[2 * i];
    }

    /** A {@link dev.backbench.cranelift.ir.TrapCode}; {@link TrapReasons} says what the runtime calls it. */
    public int trapCode(int i) {
        return trap[2 * i + 1];
    }
}
