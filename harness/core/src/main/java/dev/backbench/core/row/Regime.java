package dev.backbench.core.row;

/** Under which circumstances a sample was taken. */
public final class Regime {
    /** Fresh process, first module. */
    public static final String FIRST = "first";
    /** Compile: round-robin over at least ten modules in one process. Run: a fresh instance after one discarded run in that process. */
    public static final String STEADY = "steady";
    /** As steady, with too few modules to keep them from warming the compiler for themselves; never a headline. */
    public static final String SELF_WARM = "self-warm";
    /** Cold start as it is measured unless more is asked for; for the others see {@link Start}. */
    public static final String PROCESS_COMPILED = Start.USUAL.regime();
    /** The figure does not depend on it. */
    public static final String ANY = "any";

    private Regime() {}

    /** Whether each sample takes a process of its own, of a program that need not be among those for cold start. */
    public static boolean fresh(Measure measure, String regime) {
        return measure == Measure.MEMORY || regime.equals(FIRST);
    }
}
