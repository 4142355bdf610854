package dev.backbench.cranelift.ir;

/** Conditions of {@code icmp}. */
public enum IntCC {
    EQ, NE, SLT, SGE, SGT, SLE, ULT, UGE, UGT, ULE;

    private static final IntCC[] ALL = values();
    public final String text = name().toLowerCase();

    public static IntCC of(int ordinal) {
        return ALL[ordinal];
    }

    /** The condition that holds where this one does not. */
    public IntCC inverted() {
        return switch (this) {
            case EQ -> NE;
            case NE -> EQ;
            case SLT -> SGE;
            case SGE -> SLT;
            case SGT -> SLE;
            case SLE -> SGT;
            case ULT -> UGE;
            case UGE -> ULT;
            case UGT -> ULE;
            case ULE -> UGT;
        };
    }

    /** The same condition with its operands the other way round. */
    public IntCC swapped() {
        return switch (this) {
            case EQ, NE -> this;
            case SLT -> SGT;
            case SGT -> SLT;
            case SGE -> SLE;
            case SLE -> SGE;
            case ULT -> UGT;
            case UGT -> ULT;
            case UGE -> ULE;
            case ULE -> UGE;
        };
    }

    /** @return its ordinal, -1 where there is none of that name */
    public static int find(String name) {
        for (IntCC c : ALL) if (c.text.equals(name)) return c.ordinal();
        return -1;
    }
}
