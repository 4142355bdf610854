package dev.backbench.core.stats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.core.fake.Synthetic;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Summary;
import dev.backbench.core.store.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SummariesTest {
    private static final String ONE = "1".repeat(64), TWO = "2".repeat(64);
    /** Run with -Dgolden.update=true to write it anew; the difference is for a person to read. */
    private static final Path GOLDEN = Path.of("src/test/resources/golden/1");

    @TempDir Path temp;

    private Summary summary(Synthetic run) {
        return run.write(temp.resolve("run")).summary();
    }

    private static Summary.Cell cell(Summary summary, String backend, String workload, Measure measure) {
        return summary.cells().stream().filter(c -> c.backend().equals(backend) && c.workload().equals(workload) && c.measure() == measure).findFirst().orElseThrow();
    }

    private static Summary.Total total(Summary summary, String backend, Measure measure) {
        return summary.totals().stream().filter(t -> t.backend().equals(backend) && t.measure() == measure).findFirst().orElse(null);
    }

    private static Synthetic two() {
        return new Synthetic().backend("ref:O2").backend("new:O1").workload("a", 1000).workload("b", 3000);
    }

    @Test
    void unitsAreThoseOfTheContract() {
        Summary s = summary(two().samples("ref:O2", "a", Measure.COMPILE, 0.5, 0.5, 0.5).samples("ref:O2", "a", Measure.RUN, 7, 7, 7).samples("ref:O2", "a", Measure.SIZE, 4)
                .samples("ref:O2", "a", Measure.COLD, 9).empty("ref:O2", 50).samples("ref:O2", "a", Measure.MEMORY, 62));
        assertEquals(0.5, cell(s, "ref:O2", "a", Measure.COMPILE).median(), 1e-9);
        assertEquals(7, cell(s, "ref:O2", "a", Measure.RUN).median(), 1e-9);
        assertEquals(4, cell(s, "ref:O2", "a", Measure.SIZE).median(), 1e-9);
        assertEquals(12, cell(s, "ref:O2", "a", Measure.MEMORY).median(), 1e-9);
        assertEquals("one sample", cell(s, "ref:O2", "a", Measure.COLD).reason());
        assertNull(cell(s, "ref:O2", "a", Measure.COLD).low());
    }

    @Test
    void totalsAreGeometricMeansOfPairedRatios() {
        Synthetic run = two();
        for (String w : List.of("a", "b")) run.samples("ref:O2", w, Measure.RUN, 10, 10, 10);
        run.samples("new:O1", "a", Measure.RUN, 5, 5, 5).samples("new:O1", "b", Measure.RUN, 40, 40, 40);
        Summary s = summary(run);
        Summary.Total total = total(s, "new:O1", Measure.RUN);
        assertEquals(Math.sqrt(2 * 0.25), total.geomean(), 1e-9);
        assertEquals(45, total.total(), 1e-9);
        assertEquals(2, total.workloads());
        assertEquals(1, total(s, "ref:O2", Measure.RUN).geomean(), 1e-12);
    }

    @Test
    void compileTotalsAreBytesBySeconds() {
        Summary s = summary(two().samples("ref:O2", "a", Measure.COMPILE, 1, 1).samples("ref:O2", "b", Measure.COMPILE, 3, 3).samples("new:O1", "a", Measure.COMPILE, 2, 2)
                .samples("new:O1", "b", Measure.COMPILE, 6, 6));
        assertEquals(2, total(s, "new:O1", Measure.COMPILE).geomean(), 1e-6);
        // 4000 bytes in 1000/1 + 3000/3 microseconds
        assertEquals(2, total(s, "ref:O2", Measure.COMPILE).total(), 1e-6);
        // and in 1500 operations, of which each program has half as many as bytes
        assertEquals(2e6 / 2000, total(s, "ref:O2", Measure.COMPILE).nsPerOperation(), 1e-3);
    }

    @Test
    void coldStartsHaveTheirTail() {
        double[] starts = java.util.stream.IntStream.rangeClosed(1, 20).mapToDouble(i -> i).toArray();
        Summary.Cell cell = cell(summary(two().samples("ref:O2", "a", Measure.COLD, starts).samples("ref:O2", "b", Measure.RUN, 1, 2, 3)), "ref:O2", "a", Measure.COLD);
        assertEquals(List.of(10.5, 18.0, 20.0), List.of(cell.median(), cell.p90(), cell.max()));
    }

    @Test
    void aFamilyHasOneVote() {
        Synthetic run = new Synthetic().backend("ref:O2").backend("new:O1").workload("a", "f", 1000, true).workload("b", "f", 1000, true).workload("c", "g", 1000, true);
        for (String w : List.of("a", "b", "c")) run.samples("ref:O2", w, Measure.RUN, 10);
        run.samples("new:O1", "a", Measure.RUN, 5).samples("new:O1", "b", Measure.RUN, 5).samples("new:O1", "c", Measure.RUN, 20);
        assertEquals(1, total(summary(run), "new:O1", Measure.RUN).geomean(), 1e-9, "2 and 2 of one family against 1/2 of the other");
    }

    @Test
    void programsThatFailAnywhereLeaveTheTotalsByName() {
        Synthetic run = two();
        run.samples("ref:O2", "a", Measure.RUN, 10, 10).samples("ref:O2", "b", Measure.RUN, 10, 10).samples("new:O1", "a", Measure.RUN, 5, 5);
        run.failure("new:O1", "b", Measure.RUN, Status.TIMEOUT, "run: over the limit of 60 s", 60_000_000_000L);
        Summary s = summary(run);
        assertEquals(1, total(s, "new:O1", Measure.RUN).workloads());
        assertEquals(2, total(s, "new:O1", Measure.RUN).of());
        assertEquals(10, total(s, "ref:O2", Measure.RUN).total(), 1e-9, "of the common programs only");
        Summary.Dropped dropped = s.dropped().getFirst();
        assertEquals("b", dropped.workload());
        assertEquals("new:O1", dropped.backend());
        assertEquals(60_000, cell(s, "new:O1", "b", Measure.RUN).median(), 1e-9, "the bound");
    }

    @Test
    void aWrongResultTakesTheRankForTheMeasure() {
        Synthetic run = two();
        for (String b : List.of("ref:O2", "new:O1")) run.samples(b, "a", Measure.RUN, 10, 10).samples(b, "a", Measure.COLD, 10, 10);
        run.samples("ref:O2", "b", Measure.RUN, 10, 10).failure("new:O1", "b", Measure.RUN, Status.WRONG, "run: standard output differs", -1);
        Summary s = summary(run);
        assertNull(total(s, "new:O1", Measure.RUN));
        assertEquals("wrong result on b", s.unranked().getFirst().reason());
        assertEquals(2, total(s, "ref:O2", Measure.RUN).workloads(), "and does not drop programs for the others");
        assertTrue(total(s, "new:O1", Measure.COLD) != null);
    }

    @Test
    void andInEverySetOfPrograms() {
        Synthetic run = two().workload("theirs", "theirs", 1000, true, "folder");
        for (String b : List.of("ref:O2", "new:O1")) run.samples(b, "a", Measure.RUN, 10, 10).samples(b, "b", Measure.RUN, 10, 10);
        run.samples("ref:O2", "theirs", Measure.RUN, 10, 10).failure("new:O1", "theirs", Measure.RUN, Status.WRONG, "run: standard output differs", -1);
        Summary s = summary(run);
        assertTrue(s.totals().stream().noneMatch(t -> t.backend().equals("new:O1") && t.measure() == Measure.RUN), s.totals().toString());
        assertEquals(2, s.totals().stream().filter(t -> t.backend().equals("ref:O2") && t.measure() == Measure.RUN).count());
    }

    @Test
    void withoutTheEmptyProgramMemoryHasItsStatus() {
        Synthetic run = two();
        for (String b : List.of("ref:O2", "new:O1")) run.samples(b, "a", Measure.MEMORY, 30, 31);
        run.empty("ref:O2", 20).failure("new:O1", "(empty)", Measure.MEMORY, Status.BUDGET, "the budget ended", -1);
        Summary s = summary(run);
        assertEquals(Status.OK, cell(s, "ref:O2", "a", Measure.MEMORY).status());
        assertEquals(Status.BUDGET, cell(s, "new:O1", "a", Measure.MEMORY).status());
    }

    @Test
    void unlikeLedgersAreNotRankedWhereItMatters() {
        Synthetic run = new Synthetic().backend("ref:O2").backend("explicit:O2", Synthetic.ledger(1, "explicit")).backend("threads:O2", Synthetic.ledger(4, "guard")).workload("a", 1000);
        for (String b : List.of("ref:O2", "explicit:O2", "threads:O2")) run.samples(b, "a", Measure.RUN, 10, 10).samples(b, "a", Measure.COMPILE, 1, 1);
        Summary s = summary(run);
        assertNull(total(s, "explicit:O2", Measure.RUN));
        assertTrue(total(s, "explicit:O2", Measure.COMPILE) != null);
        assertNull(total(s, "threads:O2", Measure.COMPILE));
        assertTrue(total(s, "threads:O2", Measure.RUN) != null);
        assertEquals(List.of("not alike: threads is 4, ref:O2's is 1", "not alike: bounds is explicit, ref:O2's is guard"), s.unranked().stream().map(Summary.Unranked::reason).sorted((x, y) -> y.compareTo(x)).toList());
    }

    @Test
    void hostTimeAndTinyRegionsLeaveTheQualityTotal() {
        Synthetic run = two().workload("c", 1000);
        for (String b : List.of("ref:O2", "new:O1")) run.samples(b, "a", Measure.RUN, 10, 10).samples(b, "b", Measure.RUN, 0.1, 0.1).sample(b, "c", Measure.RUN, 0, 10, ONE, 0.03);
        Summary s = summary(run);
        assertEquals(1, total(s, "new:O1", Measure.RUN).workloads());
        assertEquals(List.of("micro: its region is too short to time", "3.0% of its region is in host functions"), s.dropped().stream().map(Summary.Dropped::reason).toList());
        assertTrue(cell(s, "new:O1", "b", Measure.RUN).reason().contains("micro"));
    }

    @Test
    void disagreementWithoutExpectationIsSaid() {
        Synthetic run = new Synthetic().backend("x:O0").backend("x:O2").backend("y:O2").backend("z:O2").workload("agreed", "f", 1000, false).workload("alone", "g", 1000, false)
                .workload("split", "h", 1000, false);
        for (String b : List.of("x:O0", "x:O2", "y:O2")) run.sample(b, "agreed", Measure.RUN, 0, 10, ONE, 0);
        run.sample("z:O2", "agreed", Measure.RUN, 0, 10, TWO, 0);
        run.sample("x:O0", "alone", Measure.RUN, 0, 10, ONE, 0).sample("x:O2", "alone", Measure.RUN, 0, 10, ONE, 0);
        run.sample("x:O0", "split", Measure.RUN, 0, 10, ONE, 0).sample("x:O2", "split", Measure.RUN, 0, 10, ONE, 0).sample("y:O2", "split", Measure.RUN, 0, 10, TWO, 0);
        Summary s = summary(run);
        assertEquals(Status.OK, cell(s, "y:O2", "agreed", Measure.RUN).status());
        assertEquals(Status.WRONG, cell(s, "z:O2", "agreed", Measure.RUN).status());
        assertTrue(cell(s, "z:O2", "agreed", Measure.RUN).reason().contains("x:O0 = x:O2 = y:O2 against z:O2"));
        assertTrue(cell(s, "x:O2", "alone", Measure.RUN).reason().contains("unchecked"), "two levels of one compiler are not unlike");
        for (String b : List.of("x:O0", "x:O2", "y:O2")) assertEquals(Status.WRONG, cell(s, b, "split", Measure.RUN).status());
    }

    @Test
    void breakEvenIsWhereTheLinesCross() {
        Synthetic run = new Synthetic().backend("ref:O2").backend("fast:O0").backend("best:O0").workload("a", 1_000_000);
        // seconds to compile: 10, 1, 1; to run: 1, 2, 0.5
        run.samples("ref:O2", "a", Measure.COMPILE, 0.1, 0.1, 0.1).samples("ref:O2", "a", Measure.RUN, 1000, 1000, 1000);
        run.samples("fast:O0", "a", Measure.COMPILE, 1, 1, 1).samples("fast:O0", "a", Measure.RUN, 2000, 2000, 2000);
        run.samples("best:O0", "a", Measure.COMPILE, 1, 1, 1).samples("best:O0", "a", Measure.RUN, 500, 500, 500);
        List<Summary.BreakEven> found = summary(run).breakEven();
        assertEquals(9, found.get(0).runs(), 1e-6);
        assertEquals(9, found.get(0).seconds(), 1e-6);
        assertEquals("ref:O2", found.get(0).payer());
        assertNull(found.get(1).payer());
        assertNull(found.get(1).runs());
        assertNull(found.get(0).winner());
        assertEquals("best:O0", found.get(1).winner());
    }

    @Test
    void breakEvenIsOverTheTotalsProgramsAndBackEnds() {
        Synthetic run = new Synthetic().backend("ref:O2").backend("fast:O0").backend("third:O0").backend("liar:O0").backend("explicit:O0", Synthetic.ledger(1, "explicit"));
        run.workload("a", 1_000_000).workload("b", 1_000_000).workload("tiny", 1_000_000);
        for (String w : List.of("a", "b", "tiny")) {
            boolean a = w.equals("a"), tiny = w.equals("tiny");
            for (String b : List.of("ref:O2", "fast:O0", "third:O0", "liar:O0", "explicit:O0")) run.samples(b, w, Measure.COMPILE, b.equals("ref:O2") ? 0.1 : 1);
            run.samples("ref:O2", w, Measure.RUN, tiny ? 0.1 : 1000).samples("fast:O0", w, Measure.RUN, tiny ? 0.3 : a ? 2000 : 9000).samples("explicit:O0", w, Measure.RUN, 2000);
            if (a || tiny) run.samples("third:O0", w, Measure.RUN, 500);
            else run.failure("third:O0", w, Measure.RUN, Status.TIMEOUT, "run: over the limit of 60 s", 60_000_000_000L);
            if (a || tiny) run.samples("liar:O0", w, Measure.RUN, 2000);
            else run.failure("liar:O0", w, Measure.RUN, Status.WRONG, "run: standard output differs", -1);
        }
        Summary s = summary(run);
        assertEquals(List.of("fast:O0", "third:O0"), s.breakEven().stream().map(Summary.BreakEven::backend).toList(), "what is not ranked pays nothing back");
        // over a alone: b is not ok in third:O0, tiny too short to time
        assertEquals(1, total(s, "fast:O0", Measure.RUN).workloads());
        assertEquals(9, s.breakEven().getFirst().runs(), 1e-6);
        assertEquals("third:O0", s.breakEven().getLast().winner());
    }

    @Test
    void breakEvenIsUnboundedWhereItMayNeverCome() {
        Synthetic run = new Synthetic().backend("ref:O2").backend("fast:O0").workload("a", 1_000_000);
        run.samples("ref:O2", "a", Measure.COMPILE, 0.1, 0.1, 0.1).samples("ref:O2", "a", Measure.RUN, 990, 1000, 1010);
        run.samples("fast:O0", "a", Measure.COMPILE, 1, 1, 1).samples("fast:O0", "a", Measure.RUN, 1000, 1002, 1030);
        Summary.BreakEven found = summary(run).breakEven().getFirst();
        assertTrue(found.low() > 0);
        assertNull(found.high());
    }

    @Test
    void otherDefinitionsAndWarmUpAreNoSamples() {
        Summary s = summary(two().samples("ref:O2", "a", Measure.RUN, 10, 20));
        assertEquals(2, cell(s, "ref:O2", "a", Measure.RUN).n());
        assertEquals(Regime.STEADY, cell(s, "ref:O2", "a", Measure.RUN).regime());
    }

    @Test
    void theGoldenRunOfVersionOneIsReadAndRecomputedByteForByte() throws IOException {
        if (Boolean.getBoolean("golden.update")) golden();
        RunFolder golden = RunFolder.open(GOLDEN);
        assertEquals(List.of(), golden.verify());
        assertArrayEquals(Files.readAllBytes(GOLDEN.resolve(RunFolder.SUMMARY)), Summaries.text(Summaries.compute(golden)));
        assertNotEquals(0, golden.summary().totals().size());
    }

    private static void golden() throws IOException {
        if (Files.exists(GOLDEN)) {
            try (Stream<Path> files = Files.walk(GOLDEN)) {
                for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) Files.delete(file);
            }
        }
        Synthetic run = new Synthetic().backend("llvm:O2").backend("gcc:O0").backend("explicit:O2", Synthetic.ledger(1, "explicit")).workload("a", 1000).workload("b", "b", 3000, false)
                .workload("c", 500);
        double factor = 1;
        for (String b : List.of("llvm:O2", "gcc:O0", "explicit:O2")) {
            run.empty(b, 60);
            for (String w : List.of("a", "b", "c")) {
                run.samples(b, w, Measure.COMPILE, 0.03 * factor, 0.031 * factor, 0.029 * factor).samples(b, w, Measure.COLD, 300 / factor, 310 / factor, 290 / factor)
                        .samples(b, w, Measure.SIZE, 3 + factor).samples(b, w, Measure.MEMORY, 70 + factor, 71 + factor, 72 + factor);
                if (factor != 2 || !w.equals("c")) run.samples(b, w, Measure.RUN, 100 * factor, 101 * factor, 99 * factor, 102 * factor, 98 * factor, 100.5 * factor);
            }
            factor++;
        }
        run.failure("gcc:O0", "c", Measure.RUN, Status.CRASH, "run: killed by SIGSEGV", -1);
        run.write(GOLDEN);
    }
}
