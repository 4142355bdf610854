package dev.backbench.reports;

import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Summary;
import dev.backbench.spi.Ledger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A run that never was, with every kind of outcome in it; the same each time. */
final class Fabricated {
    /** A file name that must not become markup. */
    static final String HOSTILE = "a<script>alert(1)</script>&\"'|`x";
    static final String REFERENCE = "llvm:O2";

    /** @param compile MB/s steady @param speed of the code, reference 1 @param size bytes per byte @param cold ms @param memory MB */
    private record Model(String backend, double compile, double speed, double size, double cold, double memory) {}

    private static final List<Model> MODELS = List.of(new Model("gcc:O0", 0.12, 0.41, 12.1, 420, 61), new Model("gcc:O2", 0.042, 0.97, 4.4, 1150, 92),
        new Model("llvm:O0", 0.33, 0.39, 10.9, 260, 70), new Model("llvm:O2", 0.032, 1, 4.1, 1500, 118), new Model("jvm", 0, 0.31, 0, 800, 240));
    private static final List<String> PROGRAMS = List.of("bz2", "nbody", "sqlite3", "crc", HOSTILE);
    private static final long[] CODE = {90_000, 4_000, 727_000, 3_000, 12_000};

    private final List<Row> rows = new ArrayList<>();
    private final List<Summary.Cell> cells = new ArrayList<>();
    private final List<Summary.Total> totals = new ArrayList<>();

    static RunData run() {
        Fabricated run = new Fabricated();
        for (Model model : MODELS) run.backend(model);
        for (String program : PROGRAMS) run.cells.add(new Summary.Cell("absent", program, Measure.RUN, Regime.STEADY, "ms", null, null, null, 0, Status.UNAVAILABLE, "no such library"));
        Summary summary = new Summary(1, "20260101-000000-abcd", REFERENCE, run.cells, run.totals,
            List.of(new Summary.Dropped(Measure.RUN, Regime.STEADY, "own", "sqlite3", "gcc:O0", Status.TIMEOUT, "over 60 s"),
                new Summary.Dropped(Measure.COMPILE, Regime.STEADY, "own", "crc", null, Status.OK, "the same code as another program")),
            List.of(new Summary.Unranked("jvm", Measure.RUN, "bounds explicit, not guard", null, null)),
            List.of(new Summary.BreakEven("gcc:O0", REFERENCE, Regime.FIRST, "own", 14.2, 11.0, 19.0, 3.1, null), new Summary.BreakEven("gcc:O2", REFERENCE, Regime.FIRST, "own", null, null, null, null, REFERENCE),
                new Summary.BreakEven("llvm:O0", REFERENCE, Regime.FIRST, "own", 9.5, 8.0, null, 2.0, null)));
        return RunData.of(manifest(), summary, run.rows::forEach);
    }

    private void backend(Model m) {
        for (int p = 0; p < PROGRAMS.size(); p++) program(m, p);
        boolean jvm = m.backend.equals("jvm");
        if (!jvm) {
            total(m, Measure.COMPILE, Regime.FIRST, "MB/s", m.compile / 0.032, m.compile * 0.8);
            total(m, Measure.COMPILE, Regime.STEADY, "MB/s", m.compile / 0.032, m.compile);
            total(m, Measure.SIZE, Regime.ANY, "bytes/byte", 4.1 / m.size, m.size);
        }
        total(m, Measure.RUN, Regime.STEADY, "ms", m.speed, 3 * 200 / m.speed);
        total(m, Measure.COLD, Regime.PROCESS_COMPILED, "ms", 1500 / m.cold, 3 * m.cold);
        total(m, Measure.MEMORY, Regime.FIRST, "MB", 118 / m.memory, 3 * m.memory);
    }

    private void total(Model m, Measure measure, String regime, String unit, double ratio, double total) {
        boolean reference = m.backend.equals(REFERENCE);
        totals.add(new Summary.Total(m.backend, measure, regime, "own", unit, ratio, reference ? null : ratio * 0.96, reference ? null : ratio * 1.05, total,
            measure == Measure.COMPILE ? Double.valueOf(2140 / total) : null, 3, 4, null));
        totals.add(new Summary.Total(m.backend, measure, regime, "folder", unit, ratio * 0.9, null, null, total / 4, 1, 1));
    }

    private void program(Model m, int p) {
        boolean jvm = m.backend.equals("jvm");
        boolean timedOut = m.backend.equals("gcc:O0") && PROGRAMS.get(p).equals("sqlite3");
        for (String regime : Measure.COMPILE.regimes()) {
            if (jvm) cells.add(new Summary.Cell(m.backend, PROGRAMS.get(p), Measure.COMPILE, regime, "MB/s", null, null, null, 0, Status.TIERED, "compiles again later"));
            else cell(m, p, Measure.COMPILE, regime, m.compile * (1 + p / 10.0), 4);
        }
        if (timedOut) cells.add(new Summary.Cell(m.backend, "sqlite3", Measure.RUN, Regime.STEADY, "ms", 60000.0, null, null, 1, Status.TIMEOUT, "over 60 s"));
        else cell(m, p, Measure.RUN, Regime.STEADY, (100 + 50 * p) / m.speed, p == 3 ? 1 : 3);
        if (!jvm) cell(m, p, Measure.SIZE, Regime.ANY, m.size, 1);
        cell(m, p, Measure.COLD, Regime.PROCESS_COMPILED, m.cold, 3);
        cell(m, p, Measure.MEMORY, Regime.FIRST, m.memory, 3);
        rows(m, p, jvm);
    }

    private void cell(Model m, int p, Measure measure, String regime, double median, int n) {
        cells.add(new Summary.Cell(m.backend, PROGRAMS.get(p), measure, regime, measure.unit(), median, n < 2 ? null : median * 0.97, n < 2 ? null : median * 1.04,
            measure == Measure.COLD ? median * 1.2 : null, measure == Measure.COLD ? median * 1.3 : null, n, Status.OK, n == 1 ? "one sample" : null));
    }

    private void rows(Model m, int p, boolean jvm) {
        Map<String, Long> cold = new LinkedHashMap<>();
        cold.put("start of the JVM", 60_000_000L);
        cold.put("compile", (long) (m.cold * 0.8e6));
        row(m, p, Measure.COLD, Regime.PROCESS_COMPILED, (long) (m.cold * 1e6), cold);
        if (jvm) return;
        long wall = (long) (CODE[p] / m.compile * 1000);
        Map<String, Long> phases = new LinkedHashMap<>();
        phases.put("translate", wall / 10);
        phases.put("optimise", wall * 4 / 10);
        if (m.backend.startsWith("gcc")) phases.put("assemble", wall / 10);
        phases.put("select+allocate+emit", wall * 3 / 10);
        row(m, p, Measure.COMPILE, Regime.STEADY, wall, phases);
        row(m, p, Measure.SIZE, Regime.ANY, -1, Map.of());
    }

    private void row(Model m, int p, Measure measure, String regime, long wall, Map<String, Long> phases) {
        Row.Code code = measure == Measure.SIZE ? new Row.Code(null, (long) (CODE[p] * m.size * 0.9), (long) (CODE[p] * m.size * 0.1)) : null;
        rows.add(new Row(1, "r", rows.size(), new CellKey(m.backend, PROGRAMS.get(p), measure, regime), 0, 0, false, 0, measure, measure.definition(regime), regime, Status.OK, null,
            new Row.Ns(wall, wall, 0, 0, 0, 0), phases, Row.Counts.UNKNOWN, new Row.Work(CODE[p], CODE[p] * 2, 100, 90, CODE[p] / 2), code, null));
    }

    private static Manifest manifest() {
        List<Manifest.BackendEntry> backends = new ArrayList<>();
        for (Model m : MODELS) backends.add(new Manifest.BackendEntry(m.backend, m.backend.split(":")[0], "1.0", null, null, null, "O", List.of(), "d", true, null, null,
            m.backend.equals("jvm"), m.backend.equals("jvm"), ledger(m)));
        backends.add(new Manifest.BackendEntry("absent", "absent", null, null, null, null, "O2", List.of(), "d", false, "libabsent.so is not there", "./bench setup absent", false,
            false, null));
        List<Manifest.WorkloadEntry> workloads = new ArrayList<>();
        for (int p = 0; p < PROGRAMS.size(); p++) {
            boolean own = p < 4; // the last is named by its file
            workloads.add(new Manifest.WorkloadEntry(PROGRAMS.get(p), "00", "family" + p, "bodies", own ? "own" : "folder", own ? "workloads/" + p : "dir/it's.wasm", "C", "why", 2 * CODE[p],
                CODE[p], 100, CODE[p] / 2, List.of(), true, null));
        }
        List<String> names = backends.stream().map(Manifest.BackendEntry::backend).toList();
        Manifest.PlanEntry plan = new Manifest.PlanEntry("quick", names, PROGRAMS, List.of(Measure.values()), 42, 240L, 3, 2, 2, null, 1, "1", REFERENCE, List.of(), Map.of("run", 60000L), List.of(),
            List.of(), List.of(), "digest");
        Manifest.Machine machine = new Manifest.Machine("salted", "Some CPU @ 3 GHz", "0x1", 2, 25_000_000_000L, "6.1", Map.of(), null, null, null, "madvise", 2, "tsc", Map.of(), "kvm",
            "glibc 2.36");
        return new Manifest(1, "20260101-000000-abcd", 1_767_225_600_000L, List.of(), machine, new Manifest.Jvm("25.0.3", "Eclipse Adoptium", "HotSpot", List.of(), "Serial", "1g", null, List.of(), null),
            new Manifest.Commit("0123abc", true), backends, workloads, plan, List.of("compare", "--preset=quick"), Map.of(), null, Map.of("machine.governor", "no such file"));
    }

    private static Ledger ledger(Model m) {
        boolean gcc = m.backend.startsWith("gcc"), jvm = m.backend.equals("jvm");
        return new Ledger(gcc ? "12.2.0" : jvm ? "1.7.5" : "20.1.7", null, null, gcc ? "in process, with as" : "in process", m.backend, 1, "wasm", jvm ? "explicit" : "guard", false,
            gcc ? "as" : "none", "own", false, "guard page", "native", false, jvm ? "HotSpot" : "none", gcc ? null : "select+allocate+emit", Map.of("volatile", "memory accesses"));
    }

    private Fabricated() {}
}
