package dev.backbench.core.row;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What became of a cell, or of one sample of it. Every planned cell ends in exactly one. */
public enum Status {
    OK,
    /** ran, but printed or returned something else than expected */
    WRONG,
    /** the worker died, or the back end failed in a way that it does not name */
    CRASH,
    /** over the cell's limit: a bound on its figure, not an absence */
    TIMEOUT,
    /** out of memory */
    OOM,
    /** the back end says that it cannot do this module or measure */
    UNSUPPORTED,
    /** the back end is not on this machine */
    UNAVAILABLE,
    /** compile time is paid lazily or again later, so that one figure would mislead */
    TIERED,
    /** the run was stopped before the cell had a sample */
    INTERRUPTED,
    /** the budget ended before the cell had a sample */
    BUDGET;

    /** Whether it makes the experiment's exit code 1. */
    public boolean failure() {
        return this == WRONG || this == CRASH || this == TIMEOUT || this == OOM;
    }

    /** Whether a later attempt takes the cell up again. */
    public boolean pending() {
        return this == INTERRUPTED || this == BUDGET;
    }

    /** As in the files. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    public static Status named(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
