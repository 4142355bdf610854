package dev.backbench.cranelift.mach;

/** Routines that compiled code may call by itself; the symbol is one of the library routines of {@code docs/abi.md}. */
public enum Libcall {
    CEILF, CEIL, FLOORF, FLOOR, TRUNCF, TRUNC, NEARBYINTF, NEARBYINT, MEMCPY;

    private static final Libcall[] ALL = values();
    public final String symbol = name().toLowerCase();

    public static Libcall of(int ordinal) {
        return ALL[ordinal];
    }
}
