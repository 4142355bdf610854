package dev.backbench.core.verdict;

import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Start;
import dev.backbench.core.row.Summary;
import dev.backbench.core.row.Summary.BreakEven;
import dev.backbench.core.row.Summary.Cell;
import dev.backbench.core.row.Summary.Dropped;
import dev.backbench.core.row.Summary.Total;
import dev.backbench.core.row.Summary.Unranked;
import dev.backbench.core.stats.Ranking;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What a summary says in words: each back end against the reference, one set of programs at a time. A difference that the interval does not bear out is called
 * none, and a figure without an interval says that it has none.
 */
public final class Sentences {
    /** Programs of one fate that are named; more are counted. */
    private static final int MOST_NAMED = 3;

    /** One cell in so many may be disturbed without a word. */
    private static final int DISTURBED_PART = 10;

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
            if (!total.backend().equals(summary.reference(total))) backends.add(total.backend());
        }
        List<String> lines = new ArrayList<>();
        for (String set : sets) {
            List<String> compared = new ArrayList<>();
            for (String backend : backends) {
                String line = compared(backend, set);
                if (line != null) compared.add(line);
            }
            if (compared.isEmpty()) continue;
            // what all lines of a set share is said once
            if (compared.size() == 1) compared.set(0, compared.getFirst() + "; " + common(set));
            else compared.add(common(set));
            for (String line : compared) lines.add((sets.size() > 1 ? "On " + Summary.setName(set) + ", " : "") + line);
        }
        unranked(lines);
        distrusted(lines);
        quiet(lines);
        return List.copyOf(lines);
    }

    /** Where many runs waited for something else, no ratio of run times deserves belief. */
    private void quiet(List<String> lines) {
        long ran = summary.cells().stream().filter(c -> c.measure() == Measure.RUN && c.median() != null).count();
        long disturbed = summary.cells().stream().filter(c -> c.measure() == Measure.RUN && c.disturbed()).count();
        if (disturbed * DISTURBED_PART <= ran) return;
        lines.add("The machine was not quiet: in " + disturbed + " of " + ran + " run cells wall time, which counts, is over 5% from CPU time; repeat the run when nothing else runs");
    }

    /** Fast code that is wrong is not fast, nor small, nor quickly made. */
    private void distrusted(List<String> lines) {
        Set<String> backends = new LinkedHashSet<>();
        for (Cell cell : summary.cells()) backends.add(cell.backend());
        for (String backend : backends) {
            String distrust = Ranking.distrust(backend, summary.cells());
            if (distrust != null) lines.add(backend + " has " + distrust + ", whatever its other figures");
        }
    }

    /** Measures that share a reason share a line. */
    private void unranked(List<String> lines) {
        Map<String, Set<String>> measures = new LinkedHashMap<>();
        for (Unranked u : summary.unranked()) measures.computeIfAbsent(u.backend() + '\n' + u.reason(), k -> new LinkedHashSet<>()).add(lacking(u));
        measures.forEach((key, labels) -> {
            String[] part = key.split("\n", 2);
            boolean plain = part[1].startsWith("unavailable") || part[1].startsWith("no program");
            lines.add(part[0] + (plain ? " has no " + listed(labels) + " figure: " : " is not ranked for " + listed(labels) + ": ") + part[1]);
        });
    }

    /** What a back end has no figure or no rank of. */
    private static String lacking(Unranked u) {
        return u.words() + (u.set() == null ? "" : " (" + Summary.setName(u.set()) + ")");
    }

    private static String listed(Collection<String> words) {
        List<String> all = List.copyOf(words);
        if (all.size() == 1) return all.getFirst();
        return String.join(", ", all.subList(0, all.size() - 1)) + " or " + all.getLast();
    }

    private String compared(String backend, String set) {
        List<String> clauses = new ArrayList<>();
        Total steady = total(backend, Measure.COMPILE, Regime.STEADY, set), first = total(backend, Measure.COMPILE, Regime.FIRST, set);
        if (steady != null) clauses.add(compile(steady, first));
        else if (first != null) clauses.add(compile(first, null) + " as the first module of a process");
        Total run = total(backend, Measure.RUN, Regime.STEADY, set);
        if (run != null) clauses.add(run(run, clauses.isEmpty()));
        BreakEven breakEven = find(backend, set);
        // where code is as fast as the reference's, as far as is known, nothing pays off
        if (breakEven != null && (breakEven.payer() != null || breakEven.winner() != null) && run != null && !unsure(run)) clauses.add(breakEven(breakEven));
        if (clauses.isEmpty()) clauses.addAll(others(backend, set));
        if (clauses.isEmpty()) return null;
        boolean code = steady == null && first == null && run != null;
        return backend + (code ? "'s code " : " ") + String.join(", ", clauses);
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
        if (even(total)) return subject + "about as fast" + (alone ? " as " + summary.reference(total) + "'s" : "") + ' ' + bracket(total.low(), total.high(), "");
        String speed = "at " + factor(total.geomean()) + " of the speed" + (alone ? " of " + summary.reference(total) + "'s" : "") + (unsure(total) ? ", unsure" : "");
        return subject + speed + ' ' + bracket(total.low(), total.high(), "");
    }

    /** Whether the interval tells that there is no difference worth a word. */
    private static boolean even(Total total) {
        return unsure(total) && total.low() >= 1 - Diff.MARGIN && total.high() <= 1 + Diff.MARGIN;
    }

    /** Whether the interval leaves open which of the two is ahead. */
    private static boolean unsure(Total total) {
        return total.low() != null && total.high() != null && total.low() <= 1 && total.high() >= 1;
    }

    private List<String> others(String backend, String set) {
        List<String> clauses = new ArrayList<>();
        for (Total total : summary.totals()) {
            if (!total.backend().equals(backend) || !total.set().equals(set) || !isRatio(total)) continue;
            switch (total.measure()) {
                case COLD -> clauses.add("starts " + axes(total) + times(total, "", "faster", "slower", "as fast as"));
                case SIZE -> clauses.add("makes code " + times(total, "", "smaller", "larger", "as large as"));
                case MEMORY -> clauses.add("takes memory " + times(total, "", "less", "more", "as much as"));
                default -> { }
            }
        }
        return clauses;
    }

    /** Where there is more than one kind of cold start. */
    private String axes(Total total) {
        boolean several = summary.totals().stream().anyMatch(t -> t.measure() == Measure.COLD && !t.regime().equals(total.regime()));
        return several ? "(" + Start.of(total.regime()).words() + ") " : "";
    }

    private String times(Total total, String beside, String better, String worse, String same) {
        double ratio = total.geomean();
        boolean known = total.low() != null && total.high() != null;
        if (even(total)) return "about " + same + ' ' + summary.reference(total) + ' ' + bracket(total.low(), total.high(), beside);
        boolean up = ratio >= 1;
        if (unsure(total)) return factor(up ? ratio : 1 / ratio) + "x " + (up ? better : worse) + " than " + summary.reference(total) + ", unsure " + bracket(total.low(), total.high(), beside);
        Double low = !known ? null : up ? total.low() : Double.valueOf(1 / total.high()), high = !known ? null : up ? total.high() : Double.valueOf(1 / total.low());
        return factor(up ? ratio : 1 / ratio) + "x " + (up ? better : worse) + " than " + summary.reference(total) + ' ' + bracket(low, high, beside);
    }

    private String breakEven(BreakEven b) {
        if (b.payer() == null) return "so " + b.winner() + " wins from the first run on";
        String interval = b.low() == null && b.high() == null ? "no interval" : b.high() == null ? "at least " + runs(b.low()) + ", perhaps never"
                : runs(b.low()) + "–" + runs(b.high());
        return b.payer() + " pays off after " + runs(b.runs()) + " runs (" + interval + ")";
    }

    /** "11 of 15 programs common: sqlite3 timed out on gcc:O2; 3 not reached", of what the sentences are about. */
    private String common(String set) {
        boolean main = summary.totals().stream().anyMatch(t -> t.set().equals(set) && headline(t.measure(), t.regime()));
        int common = Integer.MAX_VALUE, of = 0, fresh = Integer.MAX_VALUE;
        for (Total total : summary.totals()) {
            if (!total.set().equals(set)) continue;
            if (main && !headline(total.measure(), total.regime())) {
                if (total.regime().equals(Regime.FIRST)) fresh = Math.min(fresh, total.workloads());
                continue;
            }
            common = Math.min(common, total.workloads());
            of = Math.max(of, total.of());
        }
        String text = common + " of " + of + " programs common" + (fresh < common ? " (" + fresh + " for first modules and pay-off)" : "");
        List<String> reasons = reasons(set, main);
        return text + (reasons.isEmpty() ? "" : ": " + String.join("; ", reasons));
    }

    /** Compiles of a warmed-up process and runs: what a pair's sentence begins with where there are any. */
    private static boolean headline(Measure measure, String regime) {
        return measure == Measure.RUN || measure == Measure.COMPILE && !regime.equals(Regime.FIRST);
    }

    /** Why programs are missing; those of one kind are counted where they are many. */
    private List<String> reasons(String set, boolean main) {
        Map<String, Set<String>> programs = new LinkedHashMap<>();
        for (Dropped d : summary.dropped()) {
            boolean meant = d.set().equals(set) && (!main || headline(d.measure(), d.regime()));
            if (meant) programs.computeIfAbsent(why(d), k -> new LinkedHashSet<>()).add(d.workload());
        }
        List<String> reasons = new ArrayList<>();
        programs.forEach((why, names) -> reasons.add((names.size() > MOST_NAMED ? Integer.toString(names.size()) : String.join(", ", names)) + ' ' + why));
        return reasons;
    }

    private static String why(Dropped d) {
        String on = " on " + d.backend();
        return switch (d.status()) {
            case OK -> "left out of " + d.measure().label() + ": " + d.reason();
            case TIMEOUT -> "timed out" + on;
            case CRASH -> "crashed" + on;
            case WRONG -> "wrong" + on;
            case OOM -> "ran out of memory" + on;
            case UNSUPPORTED -> "unsupported" + on;
            case INTERRUPTED, BUDGET -> "not reached";
            case UNAVAILABLE, TIERED -> "without a " + d.measure().label() + " figure" + on;
        };
    }

    private Total total(String backend, Measure measure, String regime, String set) {
        return summary.totals().stream().filter(t -> t.backend().equals(backend) && t.measure() == measure && t.regime().equals(regime) && t.set().equals(set)
                && isRatio(t)).findFirst().orElse(null);
    }

    private boolean isRatio(Total total) {
        return total.geomean() != null && !total.backend().equals(summary.reference(total));
    }

    private BreakEven find(String backend, String set) {
        return summary.breakEven().stream().filter(b -> b.backend().equals(backend) && Objects.equals(b.set(), set)).findFirst().orElse(null);
    }

    private static String bracket(Double low, Double high, String beside) {
        String interval = low == null || high == null ? "too few samples for an interval" : factor(low) + "–" + factor(high);
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
