package dev.backbench.cranelift.ir;

/** Conditions of {@code fcmp}, as masks of the four outcomes a comparison can have. */
public enum FloatCC {
    ORD(0b0111), UNO(0b1000), EQ(0b0001), NE(0b1110), ONE(0b0110), UEQ(0b1001), LT(0b0010), LE(0b0011), GT(0b0100), GE(0b0101), ULT(0b1010), ULE(0b1011), UGT(0b1100),
    UGE(0b1101);

    /** Bits of {@link #outcomes}. */
    public static final int EQUAL = 1, LESS = 2, GREATER = 4, UNORDERED = 8;
    private static final FloatCC[] ALL = values();
    public final String text = name().toLowerCase();
    public final int outcomes;

    FloatCC(int outcomes) {
        this.outcomes = outcomes;
    }

    public static FloatCC of(int ordinal) {
        return ALL[ordinal];
    }

    /** @return its ordinal, -1 where there is none of that name */
    public static int find(String name) {
        for (FloatCC c : ALL) if (c.text.equals(name)) return c.ordinal();
        return -1;
    }
}
