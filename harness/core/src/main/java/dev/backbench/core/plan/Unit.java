package dev.backbench.core.plan;

import java.util.List;

/**
 * A piece of the schedule: what one worker process does for one back end, if nothing goes wrong.
 *
 * @param workloads names; none for {@link Kind#EMPTY}
 */
public record Unit(Kind kind, String backend, List<String> workloads) {
    public enum Kind {
        /** rounds of compiles over all workloads, then runs of each */
        SWEEP,
        /** one module in a fresh process, from the process's start to the program's first mark: first compile, peak memory, cold start */
        FIRST,
        /** the empty module compiled in a fresh process: what memory is counted from */
        EMPTY,
        /** the modules of {@link #FIRST} once, with the phase clock on */
        PHASES;

        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    @Override
    public String toString() {
        return (kind.label() + ' ' + backend + ' ' + String.join(" ", workloads)).strip();
    }
}
