package dev.backbench.reports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Summary;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DocumentTest {
    private final RunData run = Fabricated.run();

    @Test
    void tableOfTotals() throws Exception {
        Golden.check("table.txt", Document.of(run, Document.Format.TABLE, false, false));
    }

    @Test
    void tableOfPrograms() throws Exception {
        Golden.check("table-verbose.txt", Document.of(run, Document.Format.TABLE, true, false));
    }

    @Test
    void markdown() throws Exception {
        Golden.check("tables.md", Document.of(run, Document.Format.MARKDOWN, true, false));
    }

    @Test
    void csv() throws Exception {
        String csv = Document.of(run, Document.Format.CSV, true, false);
        Golden.check("cells.csv", csv);
        assertEquals(1 + run.summary().cells().size(), csv.lines().count());
        assertTrue(csv.contains("\"" + Fabricated.HOSTILE.replace("\"", "\"\"") + "\""), "a field with quotes is quoted, its quotes doubled");
    }

    @Test
    void pageWithoutCharts() throws Exception {
        String page = new Page(run, List.of("gcc:O0 compiles 3.8x faster than llvm:O2 (3.6–3.9) <b>"), List.of(), "no charts: no fonts").html();
        Golden.check("page.html", page);
        assertFalse(page.contains("<script"), "names are escaped");
        assertFalse(page.contains("<b>"), "sentences are escaped");
    }

    @Test
    void theCommandThatRepeatsACellSurvivesAShell() {
        String timedOut = run.repeat(run.failures().getFirst());
        assertEquals("./bench trial --backend=gcc:O0 --workload=sqlite3 --measure=run", timedOut);
        var hostile = run.summary().cells().stream().filter(c -> c.workload().equals(Fabricated.HOSTILE)).findFirst().orElseThrow();
        assertEquals("./bench trial --backend=gcc:O0 --workload='dir/it'\\''s.wasm' --measure=compile", run.repeat(hostile));
    }

    @Test
    void backEndsOfLikeSpeedAreRankedAndOthersStandBelow() {
        Overview overview = new Overview(run, "own");
        List<String> order = overview.lines.stream().map(Overview.Line::backend).toList();
        assertEquals(List.of("llvm:O2", "gcc:O2", "gcc:O0", "llvm:O0", "jvm", "absent"), order);
        assertEquals("unavailable: libabsent.so is not there. Type: ./bench setup absent", overview.lines.getLast().below());
        assertTrue(overview.lines.get(4).below().contains("bounds explicit"));
    }

    /** Its status elsewhere says nothing here. */
    @Test
    void aBackEndThatIsAskedForNothingOfASetHasNoLineInItsTable() {
        Summary whole = run.summary();
        List<Summary.Cell> cells = whole.cells().stream().filter(c -> !c.backend().equals("jvm") || run.member("own", c)).toList();
        assertTrue(cells.stream().anyMatch(c -> c.backend().equals("jvm")), "a case to test");
        Summary summary = new Summary(whole.schema(), whole.run(), whole.reference(), cells, whole.totals(), whole.dropped(), whole.unranked(), whole.breakEven());
        RunData some = new RunData(run.manifest(), summary, run.phases(), run.cold(), run.size(), run.causes(), run.bare());
        assertTrue(new Overview(some, "own").lines.stream().anyMatch(l -> l.backend().equals("jvm")));
        assertTrue(new Overview(some, "folder").lines.stream().noneMatch(l -> l.backend().equals("jvm")));
        assertTrue(new Overview(some, "folder").lines.stream().anyMatch(l -> l.backend().equals("absent")), "what is unavailable is told everywhere");
    }

    /** A budget that ends before the first modules of fresh processes leaves steady figures as good as they were. */
    @Test
    void whatWasNotReachedInOneRegimeIsRankedInAnother() {
        Summary whole = run.summary();
        assertTrue(run.ranked("gcc:O2", Measure.COMPILE) && !run.ranked("jvm", Measure.RUN));
        List<Summary.Unranked> unranked = new ArrayList<>(whole.unranked());
        unranked.add(new Summary.Unranked("gcc:O2", Measure.COMPILE, dev.backbench.core.stats.Ranking.NOT_REACHED, "first", "own"));
        Summary summary = new Summary(whole.schema(), whole.run(), whole.reference(), whole.cells(), whole.totals(), whole.dropped(), unranked, whole.breakEven());
        assertTrue(new RunData(run.manifest(), summary, run.phases(), run.cold(), run.size(), run.causes(), run.bare()).ranked("gcc:O2", Measure.COMPILE));
    }

    @Test
    void wrongResultsAreToldInEveryTable() {
        Summary whole = run.summary();
        List<Summary.Cell> cells = new ArrayList<>(whole.cells());
        cells.add(new Summary.Cell("gcc:O2", "other", Measure.RUN, Regime.STEADY, "ms", null, null, null, 0, Status.WRONG, "run: standard output differs"));
        Summary summary = new Summary(whole.schema(), whole.run(), whole.reference(), cells, whole.totals(), whole.dropped(), whole.unranked(), whole.breakEven());
        RunData wrong = new RunData(run.manifest(), summary, run.phases(), run.cold(), run.size(), run.causes(), run.bare());
        String note = "gcc:O2: 1 wrong result: its code is not trusted, whatever its other figures.";
        for (Document.Format format : List.of(Document.Format.TABLE, Document.Format.MARKDOWN)) {
            String text = Document.of(wrong, format, true, false);
            long columns = new Overview(wrong, "own").columns.size();
            assertTrue(text.contains(note), text);
            // a line of totals for each set of programs, and the head of each table of programs
            assertEquals(wrong.sets().size() + columns, text.lines().filter(line -> line.contains("gcc:O2 [1 wrong]")).count(), text);
            assertFalse(text.contains("gcc:O0 ["), text);
        }
        String page = new Page(wrong, List.of(), List.of(), "no charts: no fonts").html();
        assertTrue(page.contains(note) && page.contains("gcc:O2 [1 wrong]"), page);
    }

    @Test
    void numbersHaveThreeDigitsAndNoExponents() {
        assertEquals("0.0312", Figures.number(0.03123));
        assertEquals("1230", Figures.number(1234.5));
        assertEquals("1", Figures.number(0.99999));
        assertEquals("0", Figures.number(0.0));
        assertEquals("0.00000123", Figures.number(1.234e-6));
        assertEquals("123000000", Figures.number(1.2345e8));
        assertEquals("-", Figures.number(null));
        assertEquals("-", Figures.number(Double.POSITIVE_INFINITY));
        assertEquals("1.5 s", Figures.time(1500.0));
        assertEquals("20 µs", Figures.time(0.02));
    }

    @Test
    void partsAreOverTheProgramsAllHave() {
        assertEquals(List.of("own", "folder"), run.sets());
        assertEquals(4, run.phases().programs(), "of the first set only");
        assertEquals(List.of("translate", "optimise", "select+allocate+emit", "assemble", "other"), List.copyOf(run.phases().names()));
        assertEquals(1000 / 0.12, run.phases().whole("gcc:O0"), 1, "nanoseconds per byte");
        assertEquals(4.1, run.size().whole("llvm:O2"), 0.01);
        assertFalse(run.size().parts().containsKey("jvm"));
        assertEquals(1500e6, run.cold().get(Regime.PROCESS_COMPILED).whole("llvm:O2"), 1);
    }
}
