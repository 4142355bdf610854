package dev.backbench.cranelift.ir;

/** What {@code atomic_rmw} does with the old value and its operand. */
public enum RmwOp {
    ADD, SUB, AND, NAND, OR, XOR, XCHG, UMIN, UMAX, SMIN, SMAX;

    private static final RmwOp[] ALL = values();
    public final String text = name().toLowerCase();

    public static RmwOp of(int ordinal) {
        return ALL[ordinal];
    }

    /** @return its ordinal, -1 where there is none of that name */
    public static int find(String name) {
        for (RmwOp op : ALL) if (op.text.equals(name)) return op.ordinal();
        return -1;
    }
}
