package dev.backbench.core.verdict;

import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Summary;
import dev.backbench.core.row.Summary.BreakEven;
import dev.backbench.core.row.Summary.Dropped;
import dev.backbench.core.row.Summary.Total;
import dev.backbench.core.row.Summary.Unranked;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * What a summary says in words: each back end against the reference, one set of programs at a time. A difference that the interval does not bear out is called
 * none, and a figure without an interval says that it has none.
 */
public final class Sentences {
    private final Summary summary;

    private Sentences(Summary summary) {
        this.summary = summary;
    }

    /** One line each, the reference's competitors in the order of the summary; never claims what the intervals do not hold. */
    public static List<String> of(Summary summary) {
        return new Sentences(summary).all();
    }

    private List<String> all() {
        Set<String> sets = new LinkedHashSet<>(), backends = new LinkedHashSet<>();
        for (Total total : summary.totals()) {
            sets.add(total.set());
            if (!total.backend().equals(summary.reference())) backends.add(total.backend());
        }
        List<String> lines = new ArrayList<>();
        for (String set : sets) {
            for (String backend : backends) {
                String line = compared(backend, set);
                if (line != null) lines.add((sets.size() > 1 ? "On " + set + " programs, " : "") + line);
            }
        }
        for (Unranked unranked : summary.unranked()) {
            boolean plain = unranked.reason().startsWith("unavailable") || unranked.reason().startsWith("no program");
            lines.add(unranked.backend() + (plain ? " has no " + unranked.measure().label() + " figure: " : " is not ranked for " + unranked.measure().label() + ": ")
                    + unranked.reason());
        }
        return List.copyOf(new LinkedHashSet<>(lines));
    }

    private String compared(String backend, String set) {
        List<String> clauses = new ArrayList<>();
        Total steady = total(backend, Measure.COMPILE, Regime.STEADY, set), first = total(backend, Measure.COMPILE, Regime.FIRST, set);
        if (steady != null) clauses.add(compile(steady, first));
        else if (first != null) clauses.add(compile(first, null) + " as the first module of a process");
        Total run = total(backend, Measure.RUN, Regime.STEADY, set);
        if (run != null) clauses.add(run(run, clauses.isEmpty()));
        BreakEven breakEven = find(backend, set);
        if (breakEven != null && first != null && run != null) clauses.add(breakEven(breakEven));
        if (clauses.isEmpty()) clauses.addAll(others(backend, set));
        if (clauses.isEmpty()) return null;
        return backend + ' ' + String.join(", ", clauses) + "; " + common(backend, set);
    }

    /** "compiles 31x faster than llvm:O2 (29–33; 25x as the first module of a process)". */
    private String compile(Total total, Total first) {
        String beside = first == null ? "" : factor(first.geomean() < 1 ? 1 / first.geomean() : first.geomean()) + "x "
                + (first.geomean() < 1 == total.geomean() < 1 ? "" : first.geomean() < 1 ? "slower " : "faster ") + "as the first module of a process";
        return "compiles " + times(total, beside, "faster", "slower", "as fast as");
    }

    /** "its code runs at 0.84 of the speed (0.82–0.86)". */
    private String run(Total total, boolean alone) {
        String subject = alone ? "runs " : "its code runs ";
        String speed = "at " + factor(total.geomean()) + " of the speed" + (alone ? " of " + summary.reference() + "'s" : "");
        return subject + speed + ' ' + bracket(total.low(), total.high(), "");
    }

    private List<String> others(String backend, String set) {
        List<String> clauses = new ArrayList<>();
        for (Total total : summary.totals()) {
            if (!total.backend().equals(backend) || !total.set().equals(set) || total.geomean() == null) continue;
            switch (total.measure()) {
                case COLD -> clauses.add("starts " + times(total, "", "faster", "slower", "as fast as"));
                case SIZE -> clauses.add("makes code " + times(total, "", "smaller", "larger", "as large as"));
                case MEMORY -> clauses.add("takes memory " + times(total, "", "less", "more", "as much as"));
                default -> { }
            }
        }
        return clauses;
    }

    private String times(Total total, String beside, String better, String worse, String same) {
        double ratio = total.geomean();
        boolean known = total.low() != null && total.high() != null;
        if (known && total.low() <= 1 && total.high() >= 1) return "about " + same + ' ' + summary.reference() + ' ' + bracket(total.low(), total.high(), beside);
        boolean up = ratio >= 1;
        Double low = !known ? null : up ? total.low() : Double.valueOf(1 / total.high()), high = !known ? null : up ? total.high() : Double.valueOf(1 / total.low());
        return factor(up ? ratio : 1 / ratio) + "x " + (up ? better : worse) + " than " + summary.reference() + ' ' + bracket(low, high, beside);
    }

    private String breakEven(BreakEven b) {
        if (b.payer() == null) return "so " + cheaper(b) + " wins from the first run on";
        String interval = b.low() == null && b.high() == null ? "no interval" : b.high() == null ? "at least " + runs(b.low()) + ", perhaps never"
                : runs(b.low()) + "–" + runs(b.high());
        return b.payer() + " pays off after " + runs(b.runs()) + " runs (" + interval + ")";
    }

    /** Of two back ends of which one is ahead in compiling and in running. */
    private String cheaper(BreakEven b) {
        Total first = summary.totals().stream().filter(t -> t.backend().equals(b.backend()) && t.measure() == Measure.COMPILE && t.regime().equals(Regime.FIRST)
                && t.set().equals(b.set())).findFirst().orElseThrow();
        return first.geomean() >= 1 ? b.backend() : summary.reference();
    }

    private String common(String backend, String set) {
        int common = Integer.MAX_VALUE, of = 0;
        for (Total total : summary.totals()) {
            if (!total.backend().equals(backend) || !total.set().equals(set)) continue;
            common = Math.min(common, total.workloads());
            of = Math.max(of, total.of());
        }
        Set<String> reasons = new LinkedHashSet<>();
        for (Dropped d : summary.dropped()) if (d.set().equals(set)) reasons.add(d.workload() + ' ' + why(d));
        return common + " of " + of + " programs common" + (reasons.isEmpty() ? "" : ": " + String.join(", ", reasons));
    }

    private static String why(Dropped d) {
        String on = " on " + d.backend();
        return switch (d.status()) {
            case OK -> "(" + d.measure().label() + ") left out: " + d.reason();
            case TIMEOUT -> "timed out" + on;
            case CRASH -> "crashed" + on;
            case WRONG -> "was wrong" + on;
            case OOM -> "ran out of memory" + on;
            case UNSUPPORTED -> "is unsupported" + on;
            case INTERRUPTED, BUDGET -> "was not reached" + on;
            case UNAVAILABLE, TIERED -> "has no " + d.measure().label() + " figure" + on;
        };
    }

    private Total total(String backend, Measure measure, String regime, String set) {
        return summary.totals().stream().filter(t -> t.backend().equals(backend) && t.measure() == measure && t.regime().equals(regime) && t.set().equals(set)
                && t.geomean() != null).findFirst().orElse(null);
    }

    private BreakEven find(String backend, String set) {
        return summary.breakEven().stream().filter(b -> b.backend().equals(backend) && Objects.equals(b.set(), set)).findFirst().orElse(null);
    }

    private static String bracket(Double low, Double high, String beside) {
        String interval = low == null || high == null ? "no interval: too few samples" : factor(low) + "–" + factor(high);
        return "(" + interval + (beside.isEmpty() ? "" : "; " + beside) + ")";
    }

    /** Two significant digits at least, no more than two decimals. */
    static String factor(double value) {
        return String.format(Locale.ROOT, value >= 9.95 ? "%.0f" : value >= 2 ? "%.1f" : value >= 0.1 ? "%.2f" : "%.2g", value);
    }

    private static String runs(double runs) {
        return runs < 9.95 ? String.format(Locale.ROOT, "%.1f", runs) : String.format(Locale.ROOT, "%,.0f", runs);
    }
}
