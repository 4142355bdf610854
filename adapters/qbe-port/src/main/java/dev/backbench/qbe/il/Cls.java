package dev.backbench.qbe.il;

/** Classes of temporaries: {@code w l s d}. The numbers fit two bits; {@link #NONE} is "no result". */
public final class Cls {
    public static final int W = 0, L = 1, S = 2, D = 3;
    public static final int NONE = -1;
    /** In sets of classes: a bit each. */
    public static final int SET_WL = 1 << W | 1 << L, SET_SD = 1 << S | 1 << D, SET_ALL = SET_WL | SET_SD;

    private static final String NAMES = "wlsd";

    private Cls() {}

    /** Whether values of the class live in SSE registers. */
    public static boolean isFloat(int cls) {
        return cls >= S;
    }

    /** Whether values take 64 bits. */
    public static boolean isWide(int cls) {
        return (cls & 1) != 0;
    }

    public static char name(int cls) {
        return cls == NONE ? '-' : NAMES.charAt(cls);
    }
}
