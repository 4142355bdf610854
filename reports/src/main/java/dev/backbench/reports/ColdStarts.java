package dev.backbench.reports;

import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Start;
import dev.backbench.core.row.Summary;
import dev.backbench.core.row.Status;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What a report says about cold starts beside their totals. */
final class ColdStarts {
    /** Of the whole of a start, either way. */
    private static final double MOST_UNEXPLAINED = 0.05;
    /** Starts from which on percentiles mean something. */
    private static final int ENOUGH = 30;

    private ColdStarts() {}

    /** Whether more was asked for than the usual start. */
    static boolean inFull(RunData data) {
        List<String> planned = data.manifest().plan().starts();
        return data.manifest().plan().measures().contains(Measure.COLD) && planned != null && !planned.equals(List.of(Start.USUAL.regime()));
    }

    /** How many starts there are, whether the causes explain them, what hosts them, and what a process costs that does nothing. */
    static List<String> notes(RunData data) {
        List<String> notes = new ArrayList<>();
        if (!inFull(data)) return notes;
        counts(data, notes);
        if (data.causes().starts() > 0) {
            double worst = 100 * data.causes().worst();
            boolean holds = data.causes().worst() <= MOST_UNEXPLAINED;
            notes.add(String.format(Locale.ROOT, "Causes: in each of %d starts they add up to the whole within %.1f%%%s", data.causes().starts(), worst,
                holds ? "; 5% is allowed." : ", and 5% is allowed: DO NOT TRUST the split."));
        }
        for (Map.Entry<String, Double> bare : data.bare().entrySet()) {
            notes.add("A bare " + Start.of(bare.getKey()).host().label() + ", one that only says a word, takes " + Figures.number(bare.getValue()) + " ms.");
        }
        hosts(data, notes);
        return notes;
    }

    private static void counts(RunData data, List<String> notes) {
        int fewest = Integer.MAX_VALUE, most = 0;
        for (Summary.Cell cell : data.summary().cells()) {
            if (cell.measure() != Measure.COLD || cell.status() != Status.OK) continue;
            fewest = Math.min(fewest, cell.startCount());
            most = Math.max(most, cell.startCount());
        }
        if (most == 0) return;
        String many = (fewest == most ? "" : fewest + " to ") + most + (most == 1 ? " start" : " starts");
        notes.add("Cold start is of " + many + " by program" + (fewest >= ENOUGH ? "." : ": few, so that percentiles are coarse" + (data.manifest().plan().startsPlanned() < ENOUGH
            ? "; --preset=standard takes " + ENOUGH + "." : ", where " + data.manifest().plan().startsPlanned() + " were planned.")));
    }

    private static void hosts(RunData data, List<String> notes) {
        Set<String> jvm = new LinkedHashSet<>(), own = new LinkedHashSet<>();
        for (Manifest.BackendEntry entry : data.manifest().backends()) {
            if (!entry.available() || entry.hosted()) continue;
            if (entry.startHost() == null) jvm.add(entry.backend());
            else own.add(entry.backend() + " (" + entry.startHost() + ")");
        }
        if (!own.isEmpty()) notes.add("Started without a JVM, in a host of their own: " + String.join(", ", own) + ".");
        boolean cached = data.manifest().jvm() != null && data.manifest().jvm().aotCache() != null;
        if (!jvm.isEmpty()) notes.add("Started in a JVM " + (cached ? "from a start-up (AOT) cache, but without in \"uncached\"" : "without a start-up (AOT) cache, as none could be made") + ": "
            + String.join(", ", jvm) + ".");
    }

    /** Every kind of start of every back end by cause, milliseconds. */
    static Grid causes(RunData data) {
        Set<String> names = new LinkedHashSet<>();
        data.cold().values().forEach(split -> names.addAll(split.names()));
        List<String> causes = Splits.inOrder(names), head = new ArrayList<>(List.of("start, by cause, ms", "back end"));
        head.addAll(causes);
        head.add("in all");
        Grid grid = new Grid(2, head.toArray(String[]::new));
        data.cold().forEach((regime, split) -> {
            for (String backend : split.parts().keySet()) {
                List<String> row = new ArrayList<>(List.of(Start.of(regime).words(), backend));
                for (String cause : causes) {
                    Double part = split.parts().get(backend).get(cause);
                    row.add(part == null ? "" : Figures.number(part / 1e6));
                }
                row.add(Figures.number(split.whole(backend) / 1e6));
                grid.add(row.toArray(String[]::new));
            }
        });
        return grid;
    }
}
