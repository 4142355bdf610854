package dev.backbench.core.stats;

import dev.backbench.core.row.Summary;
import dev.backbench.core.store.RunFolder;

/** The figures that follow from a run's rows. */
public final class Summaries {
    private Summaries() {}

    /** The same for the same rows, to the last bit. */
    public static Summary compute(RunFolder run) {
        throw new UnsupportedOperationException();
    }

    /** Its one textual form, UTF-8: what {@code summary.json} holds. */
    public static byte[] text(Summary summary) {
        throw new UnsupportedOperationException();
    }
}
