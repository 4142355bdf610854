package dev.backbench.qbe.amd64;

/** Which registers a call takes and gives, packed into the number of a {@link dev.backbench.qbe.il.Ref#CALL} operand; of a return, what it gives. */
public final class CallShape {
    private CallShape() {}

    /** @param general, sse argument registers used, in System V's order @param variadic whether {@code rax} holds the number of SSE ones, or the environment */
    public static int pack(int general, int sse, int generalResults, int sseResults, boolean rax) {
        return general | sse << 4 | generalResults << 8 | sseResults << 10 | (rax ? 1 << 12 : 0);
    }

    /** Registers the call reads. */
    public static long arguments(int shape) {
        long set = 0;
        for (int i = 0; i < (shape & 15); i++) set |= 1L << Regs.ARGUMENTS[i];
        set |= (1L << (shape >> 4 & 15)) - 1 << Regs.XMM0;
        return (shape >> 12 & 1) != 0 ? set | 1L << Regs.RAX : set;
    }

    /** Registers the call, or the return, leaves a result in. */
    public static long results(int shape) {
        int general = shape >> 8 & 3, sse = shape >> 10 & 3;
        long set = general == 0 ? 0 : general == 1 ? 1L << Regs.RAX : 1L << Regs.RAX | 1L << Regs.RDX;
        return set | (1L << sse) - 1 << Regs.XMM0;
    }
}
