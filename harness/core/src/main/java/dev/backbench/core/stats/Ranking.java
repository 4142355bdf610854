package dev.backbench.core.stats;

import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Manifest.BackendEntry;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Start;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Summary.Cell;
import dev.backbench.spi.Ledger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Which back ends may stand in one table: those whose ledgers agree with the reference's in every field that blocks the measure. All other fields are noted
 * under the table and block nothing.
 */
public final class Ranking {
    /** A field of the ledger with its name for people. */
    public record Field(String name, Function<Ledger, Object> value) {}

    private static final Field THREADS = new Field("threads", Ledger::threads), INPUT = new Field("input form", Ledger::inputForm),
            TIERING = new Field("tiering", Ledger::tiering), BOUNDS = new Field("bounds", Ledger::bounds),
            NAN = new Field("NaN canonicalisation", Ledger::nanCanonicalisation), FEATURES = new Field("CPU features", Ledger::cpuFeatures),
            FAST_MATH = new Field("fast-math", Ledger::fastMath);
    private static final Map<Measure, List<Field>> BLOCKING = Map.of(
            Measure.COMPILE, List.of(THREADS, INPUT, TIERING),
            Measure.RUN, List.of(BOUNDS, NAN, FEATURES, FAST_MATH),
            Measure.SIZE, List.of(BOUNDS, NAN, FEATURES, FAST_MATH),
            Measure.COLD, List.of(THREADS, INPUT, TIERING, BOUNDS),
            Measure.MEMORY, List.of(THREADS, INPUT, TIERING));

    /** Neither for nor against the back end. */
    public static final String NOT_REACHED = "no program was reached";
    private static final String NONE_OK = "no program is ok", REST = " not reached";

    private Ranking() {}

    /** Fields that forbid a ranking under a measure. */
    public static List<Field> blocking(Measure measure) {
        return BLOCKING.get(measure);
    }

    /**
     * Why a back end is not ranked under a measure and regime, or null if it is.
     *
     * @param cells of the back end, measure and regime in one set of programs
     * @param all of the run: a back end that is wrong about a program of one set is not believed about another set
     * @param modules whether the programs are modules; those of another form say themselves how they check bounds, and come to each back end in that form
     */
    static String obstacle(BackendEntry backend, BackendEntry reference, Measure measure, List<Cell> cells, List<Cell> all, boolean modules) {
        if (!backend.available()) return "unavailable: " + backend.reason();
        for (Cell cell : all) {
            boolean own = cell.backend().equals(backend.backend()) && cell.measure() == measure;
            if (own && cell.status() == Status.WRONG) return "wrong result on " + cell.workload();
        }
        if (cells.stream().anyMatch(c -> c.status() == Status.TIERED)) return "tiered: its compile time is paid later as well";
        // one failure before the others were reached says nothing about them
        if (cells.stream().noneMatch(c -> c.status() == Status.OK)) return none(cells);
        boolean charged = measure == Measure.COLD && backend.hosted() && cells.stream().allMatch(c -> Start.of(c.regime()).host().fresh());
        if (charged) return backend.startHost();
        if (reference == null || backend == reference || backend.ledger() == null || reference.ledger() == null) return null;
        List<String> differences = new ArrayList<>();
        for (Field field : BLOCKING.get(measure)) {
            if (!modules && (field == INPUT || field == BOUNDS)) continue;
            Object own = field.value().apply(backend.ledger()), other = field.value().apply(reference.ledger());
            if (!Objects.equals(own, other)) differences.add(field.name() + " is " + own + ", " + reference.backend() + "'s is " + other);
        }
        return differences.isEmpty() ? null : "not alike: " + String.join("; ", differences);
    }

    /** "no program was reached", "no program is ok: 1 crash, 2 not reached", or "no program is ok". */
    private static String none(List<Cell> cells) {
        long pending = cells.stream().filter(c -> c.status().pending()).count();
        if (pending == cells.size()) return NOT_REACHED;
        if (pending == 0) return NONE_OK;
        Map<String, Integer> failed = new LinkedHashMap<>();
        for (Cell cell : cells) if (!cell.status().pending()) failed.merge(cell.status().label(), 1, Integer::sum);
        StringBuilder text = new StringBuilder(NONE_OK).append(": ");
        failed.forEach((status, count) -> text.append(count).append(' ').append(status).append(", "));
        return text.append(pending).append(REST).toString();
    }

    /** Whether a reason that forbids a ranking is that not all was measured. */
    public static boolean notReached(String reason) {
        return reason.equals(NOT_REACHED) || reason.endsWith(REST);
    }

    /** Programs that a back end is wrong about, in words; null if there is none. Said beside its figures of other measures, which are ranked all the same. */
    public static String distrust(String backend, List<Cell> cells) {
        long wrong = wrong(backend, cells);
        return wrong == 0 ? null : wrong + (wrong == 1 ? " wrong result" : " wrong results") + ": its code is not trusted";
    }

    /** How many programs a back end is wrong about. */
    public static long wrong(String backend, List<Cell> cells) {
        return cells.stream().filter(c -> c.backend().equals(backend) && c.status() == Status.WRONG).map(Cell::workload).distinct().count();
    }

    static BackendEntry entry(Manifest manifest, String backend) {
        return manifest.backends().stream().filter(b -> b.backend().equals(backend)).findFirst().orElse(null);
    }
}
