package dev.backbench.qbe.il;

/** How a block ends. Returns say what of: a class, a sub-word, an aggregate ({@code C}), nothing. */
public final class Jump {
    public static final int NONE = 0, RETW = 1, RETL = 2, RETS = 3, RETD = 4, RETSB = 5, RETUB = 6, RETSH = 7, RETUH = 8, RETC = 9, RET0 = 10;
    public static final int JMP = 11, JNZ = 12, HLT = 13;
    /** By the flags: {@code FLAG + c}, numbered as {@link Op#FLAG}. Only after instruction selection. */
    public static final int FLAG = 16;

    private static final String[] NAMES = {"none", "retw", "retl", "rets", "retd", "retsb", "retub", "retsh", "retuh", "retc", "ret", "jmp", "jnz", "hlt"};

    private Jump() {}

    public static boolean isReturn(int jump) {
        return jump >= RETW && jump <= RET0;
    }

    public static String name(int jump) {
        if (jump < FLAG) return NAMES[jump];
        int cmp = jump - FLAG;
        return "j" + (cmp < IntCmp.COUNT ? "i" + IntCmp.name(cmp) : "f" + FltCmp.name(cmp - IntCmp.COUNT));
    }
}
