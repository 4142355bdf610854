package dev.backbench.reports;

import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Summary;
import dev.backbench.core.stats.Ranking;
import dev.backbench.spi.Ledger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tables of a run as grids; how they are written out is the documents'. */
final class Tables {
    private Tables() {}

    /** One line for a terminal: the figure that matters of each measure, with an interval where it is a ratio. */
    static Grid brief(Overview overview) {
        List<String> head = new ArrayList<>(List.of("back end"));
        for (Overview.Column column : overview.columns) head.add(column.title() + (column.unit().equals("x") ? "" : ", " + column.unit()));
        Grid grid = new Grid(1, head.toArray(String[]::new));
        fill(grid, overview, Tables::brief);
        return grid;
    }

    private static String brief(Overview.Column column, Overview.Entry entry) {
        if (entry.word() != null) return entry.word();
        Summary.Total total = entry.total();
        String ratio = Figures.number(total.geomean());
        return switch (column.measure()) {
            case RUN -> ratio + (total.low() == null ? "" : " (" + Figures.interval(total.low(), total.high()) + ")");
            case COMPILE -> Figures.number(entry.absolute()) + (total.geomean() == null ? "" : " (" + ratio + "x)");
            case COLD -> Figures.number(entry.absolute()) + (entry.tail().isEmpty() ? "" : " (" + entry.tail() + ")");
            case SIZE, MEMORY -> Figures.number(entry.absolute());
        };
    }

    /** For pages: the absolute figure, on a second line the ratio to the reference with its interval, on a third what else is known of it. */
    static Grid full(Overview overview) {
        List<String> head = new ArrayList<>(List.of("back end"));
        for (Overview.Column column : overview.columns) head.add(column.measure() == Measure.RUN ? "run, ms" : column.title() + ", " + column.unit());
        Grid grid = new Grid(1, head.toArray(String[]::new));
        fill(grid, overview, (column, entry) -> {
            if (entry.word() != null) return entry.word();
            Summary.Total t = entry.total();
            String interval = Figures.interval(t.low(), t.high());
            String more = t.nsPerOperation() != null ? "\n" + Figures.number(t.nsPerOperation()) + " ns/op" : entry.tail().isEmpty() ? "" : "\n" + entry.tail();
            return Figures.number(entry.absolute()) + (t.geomean() == null ? "" : "\n" + Figures.times(t.geomean()) + (interval.isEmpty() ? "" : " (" + interval + ")")) + more;
        });
        return grid;
    }

    private interface Cells {
        String of(Overview.Column column, Overview.Entry entry);
    }

    private static void fill(Grid grid, Overview overview, Cells cells) {
        boolean lined = false;
        for (Overview.Line line : overview.lines) {
            if (line.below() != null && !lined) {
                grid.line();
                lined = true;
            }
            List<String> row = new ArrayList<>(List.of(line.backend() + (line.reference() ? " (reference)" : "") + mark(line.wrong())));
            for (int c = 0; c < overview.columns.size(); c++) row.add(cells.of(overview.columns.get(c), line.entries().get(c)));
            grid.add(row.toArray(String[]::new));
        }
    }

    /** Beside a back end's name wherever it has figures. */
    private static String mark(long wrong) {
        return wrong == 0 ? "" : " [" + wrong + " wrong]";
    }

    /** What stands under the totals: what they are over, why lines are below, which programs were left out. */
    static List<String> notes(RunData data, Overview overview) {
        List<String> notes = new ArrayList<>();
        Map<String, List<String>> common = new LinkedHashMap<>();
        for (int c = 0; c < overview.columns.size(); c++) {
            String of = overview.common(c);
            if (of != null) common.computeIfAbsent(of, k -> new ArrayList<>()).add(overview.columns.get(c).title());
        }
        String reference = data.reference(overview.set);
        notes.add((reference == null ? "No reference." : "Ratios are speeds against " + reference + ", higher is better, each the geometric mean over families of programs.")
            + (overview.set.endsWith("-clif") ? " Every program is a text of CLIF, read before the clock." : " Every program goes through Wasm"
            + (data.otherLanguages() ? ", but for those in another language." : ".")) + " In brackets: 95% intervals, or a ratio beside its absolute figure.");
        common.forEach((of, titles) -> notes.add("Over " + of + " " + of(overview.set) + ", those that are ok in every ranked back end: " + String.join("; ", titles) + "."));
        perOperation(overview, notes);
        notes.addAll(ColdStarts.notes(data));
        for (Overview.Line line : overview.lines) if (line.below() != null) notes.add("Below the line: " + line.backend() + ": " + line.below());
        for (Overview.Line line : overview.lines) {
            if (line.wrong() > 0) notes.add(line.backend() + ": " + Ranking.distrust(line.backend(), data.summary().cells()) + ", whatever its other figures.");
        }
        notes.addAll(dropped(data, overview.set));
        return notes;
    }

    private static void perOperation(Overview overview, List<String> notes) {
        for (int c = 0; c < overview.columns.size(); c++) {
            List<String> figures = new ArrayList<>();
            for (Overview.Line line : overview.lines) {
                Summary.Total total = line.entries().get(c).total();
                if (total != null && total.nsPerOperation() != null) figures.add(line.backend() + " " + Figures.number(total.nsPerOperation()));
            }
            if (!figures.isEmpty()) notes.add("Nanoseconds per Wasm operation, " + overview.columns.get(c).title() + ": " + String.join(", ", figures) + ".");
        }
    }

    /** Programs that share a fate share a line. */
    private static List<String> dropped(RunData data, String set) {
        Map<String, Map<String, Set<String>>> fates = new LinkedHashMap<>();
        for (Summary.Dropped d : data.summary().dropped()) {
            if (!d.set().equals(set)) continue;
            String why = (d.backend() == null ? "" : d.backend() + " ") + (said(d) ? d.status().label() : "") + (d.reason() == null ? "" : (said(d) ? ", " : "") + d.reason());
            fates.computeIfAbsent(why, k -> new LinkedHashMap<>()).computeIfAbsent(d.workload(), k -> new LinkedHashSet<>())
                .add(d.measure().label() + (d.measure() == Measure.COMPILE ? " " + d.regime() : ""));
        }
        List<String> notes = new ArrayList<>();
        fates.forEach((why, programs) -> {
            Map<Set<String>, List<String>> byMeasures = new LinkedHashMap<>();
            programs.forEach((program, measures) -> byMeasures.computeIfAbsent(measures, k -> new ArrayList<>()).add(program));
            byMeasures.forEach((measures, names) -> notes.add("Left out of the totals: " + String.join(", ", names) + ": " + why + " (" + String.join(", ", measures) + ")"));
        });
        return notes;
    }

    private static String of(String set) {
        return "programs" + (set.equals("own") ? "" : " (" + Summary.setName(set) + ")");
    }

    private static boolean said(Summary.Dropped d) {
        return d.status() != null && d.status() != Status.OK;
    }

    /** Every program under one measure: the median with its interval, or the status. */
    static Grid programs(RunData data, Measure measure, String regime) {
        List<String> head = new ArrayList<>(List.of("program"));
        List<String> backends = new ArrayList<>();
        Set<String> programs = new LinkedHashSet<>();
        for (Summary.Cell cell : data.summary().cells()) {
            if (cell.measure() != measure || !cell.regime().equals(regime)) continue;
            programs.add(cell.workload());
            if (!backends.contains(cell.backend())) backends.add(cell.backend());
        }
        for (String backend : backends) head.add(backend + mark(Ranking.wrong(backend, data.summary().cells())));
        Grid grid = new Grid(1, head.toArray(String[]::new));
        for (String program : programs) {
            List<String> row = new ArrayList<>(List.of(program));
            for (String backend : backends) row.add(cell(data.cell(backend, program, measure, regime)));
            grid.add(row.toArray(String[]::new));
        }
        return grid;
    }

    private static String cell(Summary.Cell cell) {
        if (cell == null) return "";
        if (cell.median() == null) return cell.status().label();
        String interval = Figures.interval(cell.low(), cell.high());
        String figure = Figures.number(cell.median()) + (interval.isEmpty() ? "" : " (" + interval + ")");
        if (cell.status().failure()) return cell.status().label() + (cell.status() == Status.TIMEOUT ? ", over " + figure : "");
        return figure + (cell.max() == null ? "" : ", " + Overview.tail(cell.p90(), cell.max(), cell.startCount())) + (cell.n() == 1 && interval.isEmpty() ? " *" : "");
    }

    static Grid split(RunData.Split split, double scale, String unit) {
        List<String> head = new ArrayList<>(List.of("back end"));
        head.addAll(split.names());
        head.add("in all, " + unit);
        Grid grid = new Grid(1, head.toArray(String[]::new));
        for (String backend : split.parts().keySet()) {
            List<String> row = new ArrayList<>(List.of(backend));
            double whole = split.whole(backend);
            for (String name : split.names()) {
                Double part = split.parts().get(backend).get(name);
                row.add(part == null ? "-" : Figures.number(part / scale) + " (" + Math.round(100 * part / whole) + "%)");
            }
            row.add(Figures.number(whole / scale));
            grid.add(row.toArray(String[]::new));
        }
        return grid;
    }

    static Grid breakEven(RunData data, String set) {
        Grid grid = new Grid(2, "back end", "regime", "pays off after runs", "interval", "in run time of " + data.summary().reference(), "who pays more to compile");
        for (Summary.BreakEven b : data.summary().breakEven()) {
            if (!b.set().equals(set)) continue;
            String low = b.low() == null ? "0" : Figures.number(b.low()), high = b.high() == null ? "∞" : Figures.number(b.high());
            grid.add(b.backend(), b.regime(), b.runs() == null ? "never" : Figures.number(b.runs()), b.low() == null && b.high() == null ? "" : low + "–" + high,
                b.seconds() == null ? "" : Figures.time(b.seconds() * 1e3), b.payer() == null ? "neither" : b.payer());
        }
        return grid;
    }

    /** Field by field, a column for each back end; {@code differ} keeps only the fields in which they differ, or only the others. */
    static Grid ledger(RunData data, Boolean differ) {
        List<Manifest.BackendEntry> entries = data.manifest().backends().stream().filter(e -> e.ledger() != null).toList();
        List<String> head = new ArrayList<>(List.of("field"));
        for (Manifest.BackendEntry entry : entries) head.add(entry.backend());
        Grid grid = new Grid(head.size(), head.toArray(String[]::new));
        Set<String> names = new LinkedHashSet<>();
        for (Manifest.BackendEntry entry : entries) names.addAll(fields(entry.ledger()).keySet());
        for (String name : names) {
            List<String> row = new ArrayList<>(List.of(name));
            for (Manifest.BackendEntry entry : entries) row.add(fields(entry.ledger()).getOrDefault(name, "-"));
            boolean differs = new LinkedHashSet<>(row.subList(1, row.size())).size() > 1;
            if (differ == null || differ == differs) grid.add(row.toArray(String[]::new));
        }
        return grid;
    }

    /** In the order of printing; notes last, by their own names. */
    static Map<String, String> fields(Ledger ledger) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("version", ledger.version());
        fields.put("upstream commit", ledger.upstreamCommit());
        fields.put("process", ledger.process());
        fields.put("level", ledger.level());
        fields.put("threads", Integer.toString(ledger.threads()));
        fields.put("input", ledger.inputForm());
        fields.put("bounds", ledger.bounds());
        fields.put("verifier", ledger.verifier() ? "on" : "off");
        fields.put("assembler", ledger.assembler());
        fields.put("linker", ledger.linker());
        fields.put("NaN canonicalisation", ledger.nanCanonicalisation() ? "on" : "off");
        fields.put("stack check", ledger.stackCheck());
        fields.put("CPU features", ledger.cpuFeatures());
        fields.put("fast math", ledger.fastMath() ? "on" : "off");
        fields.put("tiering", ledger.tiering());
        fields.put("fused phases", ledger.fusedPhases());
        if (ledger.notes() != null) ledger.notes().forEach((name, note) -> fields.put("note: " + name, note));
        fields.replaceAll((name, value) -> value == null || value.isEmpty() ? "-" : value);
        return fields;
    }
}
