package dev.backbench.cranelift.ir;

/** Conditions of {@code icmp}. */
public enum IntCC {
    EQ, NE, SLT, SGE, SGT, SLE, ULT, UGE, UGT, ULE;

    private static final IntCC[] ALL = values();
    public final String text = name().toLowerCase();

    public static IntCC of(int ordinal) {
        return ALL[ordinal];
    }

    /** @return its ordinal, -1 where there is none of that name */
    public static int find(String name) {
        for (IntCC c : ALL) if (c.text.equals(name)) return c.ordinal();
        return -1;
    }
}
