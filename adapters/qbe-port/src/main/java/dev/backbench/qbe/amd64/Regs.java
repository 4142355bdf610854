package dev.backbench.qbe.amd64;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Ref;

/** The machine's registers as temporaries, and what System V says of them. A set of registers is a long, a bit each. */
public final class Regs {
    public static final int RAX = 1, RCX = 2, RDX = 3, RSI = 4, RDI = 5, R8 = 6, R9 = 7, R10 = 8, R11 = 9, RBX = 10, R12 = 11, R13 = 12, R14 = 13, R15 = 14;
    public static final int RBP = 15, RSP = 16, XMM0 = 17, XMM15 = 32;
    public static final int COUNT = 33;

    /** Never allocated: frame and stack pointers, and one SSE register that moves between memory and swaps may use. */
    public static final long RESERVED = 1L << RBP | 1L << RSP | 1L << XMM15;
    public static final long GENERAL = (1L << RSP + 1) - 2 & ~RESERVED;
    public static final long SSE = (1L << XMM15 + 1) - (1L << XMM0) & ~RESERVED;
    public static final long CALLEE_SAVED = 1L << RBX | 1L << R12 | 1L << R13 | 1L << R14 | 1L << R15;
    public static final long CALLER_SAVED = (GENERAL | SSE) & ~CALLEE_SAVED;

    static final int[] ARGUMENTS = {RDI, RSI, RDX, RCX, R8, R9};
    static final int SSE_ARGUMENTS = 8;

    /** The number instructions encode. */
    private static final byte[] ENCODING = {0, 0, 1, 2, 6, 7, 8, 9, 10, 11, 3, 12, 13, 14, 15, 5, 4};

    private Regs() {}

    public static int ref(int register) {
        return Ref.tmp(register);
    }

    public static boolean isSse(int register) {
        return register >= XMM0;
    }

    /** The allocatable registers of a class. */
    public static long ofClass(int cls) {
        return Cls.isFloat(cls) ? SSE : GENERAL;
    }

    public static int encoding(int register) {
        return register >= XMM0 ? register - XMM0 : ENCODING[register];
    }
}
