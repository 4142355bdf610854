package dev.backbench.core.row;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * {@code summary.json}: what follows from the rows, byte for byte the same each time it is computed. Intervals are 95% and null with fewer than three
 * independent samples.
 *
 * @param reference the back end that ratios are against; null if it has nothing to compare
 * @param dropped programs left out of a total, with the reason
 * @param unranked back ends shown below the line
 * @param breakEven of each back end against the reference
 */
public record Summary(int schema, String run, String reference, List<Cell> cells, List<Total> totals, List<Dropped> dropped, List<Unranked> unranked,
        List<BreakEven> breakEven) {

    /** What a total's ratios are to. */
    public String reference(Total total) {
        return total.against() != null ? total.against() : reference;
    }

    /** A set of programs in words, after "of" or "on". */
    public static String setName(String set) {
        return switch (set) {
            case "own" -> "our own programs";
            case "own-js" -> "our own JavaScript programs, another language than Wasm";
            case "own-python" -> "our own Python programs, another language than Wasm";
            case "own-clif" -> "the CLIF of our own programs";
            case "folder-clif" -> "CLIF, of programs named by file or folder";
            case "folder" -> "programs named by file or folder";
            case "fetched" -> "large modules of others";
            case "generated" -> "generated modules";
            default -> set;
        };
    }

    /**
     * @param median in {@code unit}; null without a sample. A timeout's is its bound
     * @param p90 of cold starts, by nearest rank, beside the median; null for other measures
     * @param max likewise
     * @param n independent samples: processes
     * @param starts behind the percentiles where they are not {@code n}: those of a resident process, of which a process has many
     * @param reason why it is not ok, or a note such as {@code micro: …} or {@code one sample}; null if there is nothing to say
     */
    public record Cell(String backend, String workload, Measure measure, String regime, String unit, Double median, Double low, Double high, Double p90, Double max,
            int n, Status status, String reason, @JsonInclude(JsonInclude.Include.NON_NULL) Integer starts) {
        /** In the reason of such a cell. */
        public static final String DISTURBED = "of CPU time";

        public Cell(String backend, String workload, Measure measure, String regime, String unit, Double median, Double low, Double high, int n, Status status, String reason) {
            this(backend, workload, measure, regime, unit, median, low, high, null, null, n, status, reason, null);
        }

        public Cell(String backend, String workload, Measure measure, String regime, String unit, Double median, Double low, Double high, Double p90, Double max, int n,
                Status status, String reason) {
            this(backend, workload, measure, regime, unit, median, low, high, p90, max, n, status, reason, null);
        }

        /** What the percentiles of a cold start are of. */
        public int startCount() {
            return starts == null ? n : starts;
        }

        /** Whether wall and CPU time differ by so much that something else ran, or much was waited for. */
        public boolean disturbed() {
            return reason != null && reason.contains(DISTURBED);
        }

        public CellKey key() {
            return new CellKey(backend, workload, measure, regime);
        }
    }

    /**
     * @param set which programs: {@code own}, {@code folder}, {@code generated} or {@code fetched}; never pooled
     * @param unit of {@code total}
     * @param geomean of paired ratios against the reference over families; higher is better whatever the measure; the reference's own is 1
     * @param total the absolute figure over the same programs: sum of bytes by sum of seconds, or the sum
     * @param nsPerOperation of compile: seconds per Wasm operations of the same programs; null for other measures, or where the operations are not known
     * @param workloads programs that are ok in every ranked back end
     * @param of programs planned for the measure
     * @param against what the ratios are to where the reference does not take these programs; null where they are to the reference
     */
    public record Total(String backend, Measure measure, String regime, String set, String unit, Double geomean, Double low, Double high, Double total,
            Double nsPerOperation, int workloads, int of, @JsonInclude(JsonInclude.Include.NON_NULL) String against) {
        public Total(String backend, Measure measure, String regime, String set, String unit, Double geomean, Double low, Double high, Double total, int workloads, int of) {
            this(backend, measure, regime, set, unit, geomean, low, high, total, null, workloads, of, null);
        }
    }

    /** @param backend on which it failed; null if it is left out for another reason */
    public record Dropped(Measure measure, String regime, String set, String workload, String backend, Status status, String reason) {}

    /**
     * @param reason the ledger's fields that forbid a ranking, a wrong result, or why there is no figure
     * @param regime null where the reason holds in all regimes of the measure
     * @param set null where it holds for all sets of programs
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Unranked(String backend, Measure measure, String reason, String regime, String set) {
        /** The measure, with the regime where it has several. */
        public String words() {
            Start start = regime == null || measure != Measure.COLD ? null : Start.of(regime);
            if (start != null) return measure.label() + " (" + start.words() + ")";
            if (regime == null || measure != Measure.COMPILE) return measure.label();
            return (regime.equals(Regime.FIRST) ? "first " : "steady ") + measure.label();
        }
    }

    /**
     * The number of runs of the common programs after which a slower compile is paid back by faster code. Common are the programs of both totals, of compile in
     * regime {@code first} and of run; both back ends are ranked in both.
     *
     * @param set as in {@link Total}
     * @param payer pays more to compile and less to run; null if one back end wins both
     * @param runs null for never or no answer; {@code low} and {@code high} null where unbounded
     * @param seconds the same in seconds of the reference's run time
     * @param winner of both; null if there is a payer, or no difference at all
     */
    public record BreakEven(String backend, String payer, String regime, String set, Double runs, Double low, Double high, Double seconds, String winner) {}
}
