package dev.backbench.reports;

import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Summary;
import dev.backbench.core.stats.Summaries;
import java.nio.charset.StandardCharsets;

/** A run as one text. */
public final class Document {
    /** Forms of the document. */
    public enum Format { TABLE, JSON, MARKDOWN, CSV }

    private Document() {}

    /** @param programs the tables of each program too, where the form can hold them */
    public static String of(RunData data, Format format, boolean programs, boolean color) {
        return switch (format) {
            case TABLE -> table(data, programs, color);
            case JSON -> new String(Summaries.text(data.summary()), StandardCharsets.UTF_8);
            case MARKDOWN -> markdown(data, programs);
            case CSV -> csv(data);
        };
    }

    private static String table(RunData data, boolean programs, boolean color) {
        StringBuilder text = new StringBuilder();
        for (String set : data.sets()) {
            Overview overview = new Overview(data, set);
            if (programs && text.isEmpty()) {
                for (Overview.Column column : overview.columns) {
                    Grid grid = Tables.programs(data, column.measure(), column.regime());
                    if (grid.size() > 0) text.append(heading(column)).append('\n').append(grid.text()).append('\n');
                }
            }
            if (data.sets().size() > 1) text.append(Summary.setName(set)).append(":\n");
            text.append(paint(Tables.brief(overview).text(), color)).append('\n');
            for (String note : Tables.notes(data, overview)) text.append(note).append('\n');
            if (data.sets().size() > 1) text.append('\n');
        }
        if (ColdStarts.inFull(data) && !data.cold().isEmpty()) text.append('\n').append(ColdStarts.causes(data).text()).append('\n');
        text.append("Ledger: ").append(Ledgers.brief(data)).append('\n');
        return text.toString();
    }

    static String heading(Overview.Column column) {
        String what = column.measure() == Measure.RUN ? "run" : column.title();
        return what + ", " + column.measure().unit() + (column.measure().higherIsBetter() ? " (higher is better)" : " (lower is better)") + "; * one sample";
    }

    /** The head bold, what is below the line dim. */
    private static String paint(String table, boolean color) {
        if (!color) return table;
        String[] lines = table.split("\n");
        StringBuilder painted = new StringBuilder();
        boolean below = false;
        for (int i = 0; i < lines.length; i++) {
            below |= i > 0 && lines[i].startsWith("---");
            painted.append(i == 0 ? "\033[1m" : below ? "\033[2m" : "").append(lines[i]).append(i == 0 || below ? "\033[0m" : "").append('\n');
        }
        return painted.toString();
    }

    private static String markdown(RunData data, boolean programs) {
        StringBuilder text = new StringBuilder("# Run ").append(data.manifest().run()).append('\n');
        for (String set : data.sets()) {
            Overview overview = new Overview(data, set);
            text.append("\n## Totals of ").append(Summary.setName(set)).append("\n\n").append(Tables.full(overview).markdown()).append('\n');
            for (String note : Tables.notes(data, overview)) text.append("- ").append(note).append('\n');
            Grid breakEven = Tables.breakEven(data, set);
            if (breakEven.size() > 0) text.append("\n### Break-even\n\n").append(breakEven.markdown());
        }
        if (!data.cold().isEmpty()) text.append("\n## Cold start by cause\n\n").append(ColdStarts.causes(data).markdown());
        if (programs) {
            for (Overview.Column column : new Overview(data, data.sets().getFirst()).columns) {
                Grid grid = Tables.programs(data, column.measure(), column.regime());
                if (grid.size() > 0) text.append("\n## ").append(heading(column)).append("\n\n").append(grid.markdown());
            }
        }
        return text.append("\n## Ledger\n\n").append(Tables.ledger(data, null).markdown()).toString();
    }

    /** Every cell of the summary, unrounded. */
    private static String csv(RunData data) {
        StringBuilder text = new StringBuilder("run,backend,workload,measure,regime,unit,median,low,high,p90,max,n,status,reason\n");
        for (Summary.Cell c : data.summary().cells()) {
            Object[] fields = {data.summary().run(), c.backend(), c.workload(), c.measure().label(), c.regime(), c.unit(), c.median(), c.low(), c.high(), c.p90(), c.max(), c.n(),
                c.status().label(), c.reason()};
            for (int i = 0; i < fields.length; i++) text.append(i == 0 ? "" : ",").append(quoted(fields[i]));
            text.append('\n');
        }
        return text.toString();
    }

    /** As RFC 4180 asks. */
    private static String quoted(Object field) {
        String text = field == null ? "" : field.toString();
        boolean special = text.indexOf(',') >= 0 || text.indexOf('"') >= 0 || text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0;
        return special ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}
