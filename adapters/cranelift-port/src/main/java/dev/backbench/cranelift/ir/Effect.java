package dev.backbench.cranelift.ir;

/** What an instruction may do besides computing its results, as bits. */
public final class Effect {
    /** Ends its block; goes to blocks of this function. */
    public static final int TERMINATOR = 1, BRANCH = 2;
    public static final int CALLS = 4, RETURNS = 8, LOADS = 16, STORES = 32, TRAPS = 64;
    /** Anything else: it may be neither dropped nor moved. */
    public static final int EFFECTS = 128;

    private Effect() {}
}
