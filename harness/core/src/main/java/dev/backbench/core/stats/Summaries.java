package dev.backbench.core.stats;

import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Summary;
import dev.backbench.core.row.Summary.Cell;
import dev.backbench.core.store.Json;
import dev.backbench.core.store.RunFolder;
import java.util.List;

/** The figures that follow from a run's rows. */
public final class Summaries {
    private Summaries() {}

    /** The same for the same rows, to the last bit. */
    public static Summary compute(RunFolder run) {
        Manifest manifest = run.manifest();
        SampleTable table = new SampleTable();
        run.rows(table::add);
        List<Cell> cells = SummaryCells.of(manifest, table);
        Totals totals = new Totals(manifest, table, cells);
        return totals.with(BreakEvens.of(manifest, table, cells, totals), Json.SCHEMA);
    }

    /** Its one textual form, UTF-8: what {@code summary.json} holds. */
    public static byte[] text(Summary summary) {
        return Json.text(summary);
    }
}
