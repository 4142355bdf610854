package dev.backbench.qbe.il;

/** Integer comparisons, in the order of their operations. */
public final class IntCmp {
    public static final int EQ = 0, NE = 1, SGE = 2, SGT = 3, SLE = 4, SLT = 5, UGE = 6, UGT = 7, ULE = 8, ULT = 9;
    public static final int COUNT = 10;

    private static final String[] NAMES = {"eq", "ne", "sge", "sgt", "sle", "slt", "uge", "ugt", "ule", "ult"};
    private static final byte[] NEGATED = {NE, EQ, SLT, SLE, SGT, SGE, ULT, ULE, UGT, UGE};
    private static final byte[] SWAPPED = {EQ, NE, SLE, SLT, SGE, SGT, ULE, ULT, UGE, UGT};

    private IntCmp() {}

    public static String name(int cmp) {
        return NAMES[cmp];
    }

    /** {@code !(a cmp b)}. */
    public static int negated(int cmp) {
        return NEGATED[cmp];
    }

    /** {@code b cmp a}. */
    public static int swapped(int cmp) {
        return SWAPPED[cmp];
    }
}
