package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;

/** Physical registers as register allocation numbers them: 0 to 15 general, 16 to 31 {@code xmm}. Sets are bits of an int. */
public final class Regs {
    public static final int XMM0 = 16;
    private static final int FLOATS = 0xFFFF0000;

    /** What may hold virtual registers: all but stack and frame pointer. */
    public static final int ALLOCATABLE = ~(1 << RSP | 1 << RBP);
    /** Kept across calls, by System V. */
    public static final int CALLEE_SAVED = 1 << RBX | 1 << R12 | 1 << R13 | 1 << R14 | 1 << R15;
    /** Kept across calls, by Windows: also all of xmm6 to xmm15. */
    public static final int WINDOWS_CALLEE_SAVED = CALLEE_SAVED | 1 << RSI | 1 << RDI | 0x3FF << XMM0 + 6;
    public static final int CALLER_SAVED = FLOATS | 1 << RAX | 1 << RCX | 1 << RDX | 1 << RSI | 1 << RDI | 1 << R8 | 1 << R9 | 1 << R10 | 1 << R11;

    private static final String[] NAMES = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"};

    private Regs() {}

    public static boolean isFloat(int register) {
        return register >= XMM0;
    }

    public static String name(int register) {
        return register >= XMM0 ? "xmm" + (register - XMM0) : register >= R8 ? "r" + register : NAMES[register];
    }
}
