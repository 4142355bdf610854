package dev.backbench.qbe.il;

/** Float comparisons, in the order of their operations. All but {@code ne} and {@code uo} are false where an operand is a NaN. */
public final class FltCmp {
    public static final int EQ = 0, GE = 1, GT = 2, LE = 3, LT = 4, NE = 5, O = 6, UO = 7;
    public static final int COUNT = 8;

    private static final String[] NAMES = {"eq", "ge", "gt", "le", "lt", "ne", "o", "uo"};
    private static final byte[] SWAPPED = {EQ, LE, LT, GE, GT, NE, O, UO};

    private FltCmp() {}

    public static String name(int cmp) {
        return NAMES[cmp];
    }

    public static int swapped(int cmp) {
        return SWAPPED[cmp];
    }

    static boolean symmetric(int cmp) {
        return SWAPPED[cmp] == cmp;
    }
}
