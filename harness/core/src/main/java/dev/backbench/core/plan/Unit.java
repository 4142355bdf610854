package dev.backbench.core.plan;

import dev.backbench.core.row.Start;
import java.util.List;

/**
 * A piece of the schedule: what one worker process does for one back end, if nothing goes wrong.
 *
 * @param workloads names; none for {@link Kind#EMPTY}
 * @param start axes of {@link Kind#START} and {@link Kind#BARE}; otherwise null
 */
public record Unit(Kind kind, String backend, List<String> workloads, Start start) {
    /** Stands for a back end in {@link Kind#BARE}, which has none. */
    public static final String NO_BACKEND = "(bare)";

    public Unit(Kind kind, String backend, List<String> workloads) {
        this(kind, backend, workloads, null);
    }

    public enum Kind {
        /** rounds of compiles over all workloads, then runs of each */
        SWEEP,
        /** one module in a fresh process, from the process's start to the program's first mark: first compile, peak memory, cold start */
        FIRST,
        /** the empty module compiled in a fresh process: what memory is counted from */
        EMPTY,
        /** the modules of {@link #FIRST} once, with the phase clock on */
        PHASES,
        /** cold starts alone, split by cause: of one module in a fresh process or container, or of several in turns in a resident process */
        START,
        /** modules compiled and serialised, for {@link #START} from images; not in the schedule, but done when an image is missing */
        IMAGE,
        /** a process or container that does nothing: what cold starts are seen against */
        BARE;

        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Whether its process lives for one module. */
    public boolean brief() {
        return switch (kind) {
            case FIRST, EMPTY -> true;
            case START -> start.host().fresh();
            default -> false;
        };
    }

    @Override
    public String toString() {
        return (kind.label() + (start == null ? "" : ' ' + start.regime()) + ' ' + backend + ' ' + String.join(" ", workloads)).strip();
    }
}
