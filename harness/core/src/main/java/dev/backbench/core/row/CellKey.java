package dev.backbench.core.row;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * One entry of the result: a back end on a workload under a measure and a regime. In files it is the text {@code backend|workload|measure|regime}.
 *
 * @param backend a back end's canonical name, such as {@code llvm:O2}
 */
public record CellKey(String backend, String workload, Measure measure, String regime) implements Comparable<CellKey> {
    @JsonValue
    @Override
    public String toString() {
        return backend + '|' + workload + '|' + measure.label() + '|' + regime;
    }

    /** @throws IllegalArgumentException not such a text */
    @JsonCreator
    public static CellKey parse(String text) {
        String[] part = text.split("\\|", -1);
        if (part.length != 4) throw new IllegalArgumentException("not a cell: " + text);
        return new CellKey(part[0], part[1], Measure.named(part[2]), part[3]);
    }

    @Override
    public int compareTo(CellKey other) {
        return toString().compareTo(other.toString());
    }
}
