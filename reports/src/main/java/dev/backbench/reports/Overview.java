package dev.backbench.reports;

import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Start;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Summary;
import dev.backbench.core.stats.Ranking;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The table of totals that every form shares: a line for each back end, a column for each measure in each regime. */
final class Overview {
    /** @param higher whether higher is better of the absolute figure */
    record Column(Measure measure, String regime, String title, String unit, boolean higher) {}

    /**
     * @param absolute in the column's unit; null where there is no figure
     * @param total where the ratio and interval are; null likewise
     * @param word what to show in its place, such as {@code tiered}; null if there is a figure
     * @param tail of cold starts, such as {@code max 2100}; empty for other measures
     */
    record Entry(Double absolute, Summary.Total total, String word, String tail) {}

    /** @param below why it is shown below the line; null if it is ranked @param wrong programs that it is wrong about, in any measure */
    record Line(String backend, boolean reference, List<Entry> entries, String below, long wrong) {}

    /** Starts from which on a ninetieth percentile is one. */
    private static final int TAIL = 10;

    final String set;
    final List<Column> columns = new ArrayList<>();
    /** Ranked ones by falling code speed, then those below the line in the plan's order. */
    final List<Line> lines = new ArrayList<>();

    /** @param set of programs, see {@link RunData#sets} */
    Overview(RunData data, String set) {
        this.set = set;
        for (Measure measure : data.manifest().plan().measures()) {
            for (String regime : data.regimes(measure)) columns.add(column(measure, regime, data.regimes(measure).size() > 1));
        }
        for (String backend : data.backends()) if (asked(data, backend)) lines.add(line(data, backend));
        lines.sort(Comparator.<Line, Boolean>comparing(line -> line.below != null).thenComparing(line -> line.below != null ? 0.0 : -speed(line)));
    }

    /** A back end that takes none of the set's programs has no place in its table; one that cannot run at all is told in each. */
    private boolean asked(RunData data, String backend) {
        Manifest.BackendEntry entry = data.backend(backend);
        return entry != null && !entry.available() || data.summary().cells().stream().anyMatch(c -> c.backend().equals(backend) && data.member(set, c));
    }

    private static Column column(Measure measure, String regime, boolean several) {
        return switch (measure) {
            case COMPILE -> new Column(measure, regime, "compile, " + regime, "MB/s", true);
            case RUN -> new Column(measure, regime, "speed of code", "x", true);
            case SIZE -> new Column(measure, regime, "code size", "B/B", false);
            case COLD -> new Column(measure, regime, several ? "cold, " + Start.of(regime).words() : "cold start", "ms", false);
            case MEMORY -> new Column(measure, regime, "memory", "MB", false);
        };
    }

    private double speed(Line line) {
        for (int c = 0; c < columns.size(); c++) {
            if (columns.get(c).measure() == Measure.RUN && line.entries.get(c).total() != null && line.entries.get(c).total().geomean() != null) {
                return line.entries.get(c).total().geomean();
            }
        }
        return 0;
    }

    private Line line(RunData data, String backend) {
        List<Entry> entries = new ArrayList<>();
        boolean any = false;
        for (Column column : columns) {
            Entry entry = entry(data, backend, column);
            any |= entry.total != null;
            entries.add(entry);
        }
        return new Line(backend, backend.equals(data.reference(set)), entries, below(data, set, backend, any),
            Ranking.wrong(backend, data.summary().cells()));
    }

    private Entry entry(RunData data, String backend, Column column) {
        Summary.Total total = data.total(set, backend, column.measure, column.regime);
        if (total == null || total.total() == null || total.workloads() == 0) return new Entry(null, null, word(data, set, backend, column), "");
        return new Entry(absolute(column.measure, total), total, null, tail(data, set, backend, column));
    }

    /** Sums of milliseconds and megabytes say little: shown as the mean of a program. */
    private static Double absolute(Measure measure, Summary.Total total) {
        return switch (measure) {
            case RUN, COLD, MEMORY -> total.total() / total.workloads();
            case COMPILE, SIZE -> total.total();
        };
    }

    /** Means over the same programs as the figure's. */
    private static String tail(RunData data, String set, String backend, Column column) {
        if (column.measure != Measure.COLD) return "";
        double p90 = 0, max = 0;
        int programs = 0, fewest = Integer.MAX_VALUE;
        for (Summary.Cell cell : data.summary().cells()) {
            boolean own = cell.backend().equals(backend) && cell.measure() == column.measure && cell.regime().equals(column.regime) && cell.max() != null;
            if (!own || !data.common(set, cell)) continue;
            p90 += cell.p90();
            max += cell.max();
            fewest = Math.min(fewest, cell.startCount());
            programs++;
        }
        return programs == 0 ? "" : tail(p90 / programs, max / programs, fewest);
    }

    /** With few starts the ninetieth percentile is the maximum. */
    static String tail(double p90, double max, int n) {
        return (n < TAIL ? "" : "p90 " + Figures.number(p90) + ", ") + "max " + Figures.number(max);
    }

    /** The status that most explains why there is no figure. */
    private static String word(RunData data, String set, String backend, Column column) {
        String word = "-";
        for (Summary.Cell cell : data.summary().cells()) {
            if (!cell.backend().equals(backend) || cell.measure() != column.measure || !cell.regime().equals(column.regime) || !data.member(set, cell)) continue;
            if (cell.status() == Status.OK) return "none common";
            word = cell.status().label();
            if (cell.status().failure()) return word;
        }
        return word;
    }

    private static String below(RunData data, String set, String backend, boolean any) {
        Manifest.BackendEntry entry = data.backend(backend);
        if (entry != null && !entry.available()) return "unavailable: " + entry.reason() + (entry.fix() == null ? "" : ". Type: " + entry.fix());
        Map<String, Set<String>> reasons = new LinkedHashMap<>();
        for (Summary.Unranked u : data.summary().unranked()) {
            if (!u.backend().equals(backend) || u.set() != null && !u.set().equals(set)) continue;
            reasons.computeIfAbsent(u.reason(), k -> new LinkedHashSet<>()).add(u.words());
        }
        // a measure that was not reached says nothing about the others
        if (any) reasons.keySet().removeIf(Ranking::notReached);
        if (reasons.isEmpty()) return any ? null : "no figures";
        List<String> said = new ArrayList<>();
        reasons.forEach((reason, measures) -> said.add(String.join(", ", measures) + " not ranked: " + reason));
        return String.join("; ", said);
    }

    /** For one column, {@code k of n programs}; null without a figure. */
    String common(int column) {
        for (Line line : lines) {
            Summary.Total total = line.entries.get(column).total();
            if (total != null) return total.workloads() + " of " + total.of();
        }
        return null;
    }
}
