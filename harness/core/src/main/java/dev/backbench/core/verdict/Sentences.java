package dev.backbench.core.verdict;

import dev.backbench.core.row.Summary;
import java.util.List;

/** What a summary says in words: each back end against the reference. */
public final class Sentences {
    private Sentences() {}

    /** One line each, the reference's competitors in the order of the summary; never claims what the intervals do not hold. */
    public static List<String> of(Summary summary) {
        throw new UnsupportedOperationException();
    }
}
