package dev.backbench.core.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.core.fake.Synthetic;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Summary;
import dev.backbench.core.stats.Ranking;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentencesTest {
    @TempDir Path temp;

    private List<String> sentences(Synthetic run) {
        return Sentences.of(run.write(temp.resolve("run")).summary());
    }

    private static Synthetic run(double compile, double... run) {
        Synthetic synthetic = new Synthetic().backend("llvm:O2").backend("a:O1");
        for (String w : List.of("p", "q")) {
            synthetic.workload(w, 100_000).samples("llvm:O2", w, Measure.COMPILE, 0.1, 0.101, 0.099).samples("llvm:O2", w, Measure.RUN, 100, 101, 99)
                    .samples("a:O1", w, Measure.COMPILE, 0.1 * compile, 0.102 * compile, 0.098 * compile).samples("a:O1", w, Measure.RUN, run);
        }
        return synthetic;
    }

    @Test
    void sayWhatTheIntervalsHold() {
        Synthetic run = run(31, 119, 120, 118).workload("sqlite3", 1000).samples("llvm:O2", "sqlite3", Measure.RUN, 5);
        run.failure("a:O1", "sqlite3", Measure.RUN, Status.TIMEOUT, "run: over the limit of 60 s", 60_000_000_000L);
        String line = sentences(run).getFirst();
        assertTrue(line.matches("a:O1 compiles 31x faster than llvm:O2 \\(29–3\\d\\) as the first module of a process, its code runs at 0\\.84 of the speed \\(0\\.8\\d–0\\.8\\d\\), "
                + "llvm:O2 pays off after \\d\\d runs \\(\\d\\d–\\d\\d+\\); 2 of 3 programs common: sqlite3 timed out on a:O1"), line);
    }

    @Test
    void aDifferenceWithinTheIntervalIsNone() {
        String line = sentences(run(1.003, 120, 121, 122)).getFirst();
        assertTrue(line.startsWith("a:O1 compiles 1.00x faster than llvm:O2, unsure (0.9"), line);
    }

    @Test
    void aWideIntervalThatHoldsBothIsUnsure() {
        String line = sentences(run(1.003, 120, 90, 160)).getFirst();
        assertTrue(line.matches(".*its code runs at [01]\\.\\d+ of the speed, unsure \\(0\\.\\d+–1\\.\\d+\\).*"), line);
        assertTrue(!line.contains("pays off") && !line.contains("wins"), line);
    }

    @Test
    void slowerIsSaidAsSlower() {
        String line = sentences(run(0.5, 90, 91, 89)).getFirst();
        assertTrue(line.matches("a:O1 compiles 2\\.0x slower than llvm:O2 \\((1\\.9\\d|2\\.0)–2\\.[01]\\).*a:O1 pays off after .*"), line);
    }

    @Test
    void withoutAnIntervalThatIsSaid() {
        String line = sentences(run(2, 80)).getFirst();
        assertTrue(line.contains("1.25 of the speed (too few samples for an interval)"), line);
        assertTrue(line.contains("so a:O1 wins from the first run on"), line);
    }

    @Test
    void whatPairsShareIsSaidOnce() {
        Synthetic run = new Synthetic().backend("llvm:O2").backend("a:O1").backend("b:O1");
        for (String b : List.of("llvm:O2", "a:O1", "b:O1")) {
            for (int i = 0; i < 9; i++) {
                String program = "p" + i;
                if (b.equals("llvm:O2")) run.workload(program, 1000);
                if (i < 4 || b.equals("llvm:O2")) run.samples(b, program, Measure.RUN, 100, 100.5, 99.5);
                else if (i == 4) run.failure(b, program, Measure.RUN, Status.TIMEOUT, "run: over the limit of 60 s", 60_000_000_000L);
                else run.failure(b, program, Measure.RUN, Status.BUDGET, "the budget ended", -1);
                run.failure(b, program, Measure.COLD, Status.CRASH, "compile: killed by SIGSEGV", -1);
            }
        }
        List<String> lines = sentences(run);
        assertEquals("4 of 9 programs common: p4 timed out on a:O1; 4 not reached", lines.get(2));
        assertTrue(lines.getFirst().startsWith("a:O1's code runs about as fast as llvm:O2's ("), lines.toString());
        assertEquals(6, lines.size(), lines.toString());
    }

    @Test
    void theUnrankedAreNamedWithTheReason() {
        Synthetic run = new Synthetic().backend("llvm:O2").backend("x:O2", Synthetic.ledger(1, "explicit")).workload("p", 1000);
        for (String b : List.of("llvm:O2", "x:O2")) run.samples(b, "p", Measure.RUN, 10, 10, 10);
        assertEquals(List.of("x:O2 is not ranked for run: not alike: bounds is explicit, llvm:O2's is guard"), sentences(run));
    }

    /** A run whose budget ends between the regimes lacks one only, and perhaps the programs of one set. */
    @Test
    void whatWasNotReachedIsNamedByItsRegimeAndSet() {
        Synthetic run = run(2, 80, 81, 79);
        for (String p : List.of("p", "q")) {
            run.unreached("a:O1", p, Measure.COMPILE, Regime.STEADY).unreached("a:O1", p, Measure.COLD, Regime.PROCESS_COMPILED);
        }
        assertEquals("a:O1 has no steady compile or cold figure: no program was reached", sentences(run).getLast());
        Summary.Unranked size = new Summary.Unranked("a:O1", Measure.SIZE, Ranking.NOT_REACHED, null, "folder");
        List<String> lines = Sentences.of(new Summary(1, "run", "llvm:O2", List.of(), List.of(), List.of(), List.of(size), List.of()));
        assertEquals("a:O1 has no size (" + Summary.setName("folder") + ") figure: no program was reached", lines.getLast());
    }

    @Test
    void oneFailureBeforeTheOthersWereReachedIsNotAllThatAreNotOk() {
        Synthetic run = run(2, 80, 81, 79);
        run.failure("a:O1", "p", Measure.COLD, Status.CRASH, "compile: killed by SIGKILL", -1).failure("a:O1", "q", Measure.COLD, Status.BUDGET, "the budget ended", -1);
        assertEquals("a:O1 has no cold figure: no program is ok: 1 crash, 1 not reached", sentences(run).getLast());
    }

    @Test
    void whoIsWrongIsNotTrustedUnderOtherMeasuresEither() {
        Synthetic run = new Synthetic().backend("llvm:O2").backend("a:O1");
        for (String w : List.of("p", "q", "r")) {
            run.workload(w, 1000);
            for (String b : List.of("llvm:O2", "a:O1")) run.samples(b, w, Measure.COMPILE, 1, 1.01, 0.99);
            run.samples("llvm:O2", w, Measure.RUN, 10, 10.1, 9.9);
        }
        run.samples("a:O1", "p", Measure.RUN, 10, 10.1, 9.9).failure("a:O1", "q", Measure.RUN, Status.WRONG, "run: standard output differs", -1)
                .failure("a:O1", "r", Measure.RUN, Status.WRONG, "run: standard output differs", -1);
        List<String> lines = sentences(run);
        assertTrue(lines.getFirst().startsWith("a:O1 compiles "), lines.toString());
        assertEquals(List.of("a:O1 has 2 wrong results: its code is not trusted, whatever its other figures"), lines.stream().filter(l -> l.contains("trusted")).toList());
    }

    @Test
    void withoutARankedReferenceThereIsNothingToCompare() {
        Synthetic run = new Synthetic().backend("llvm:O2").backend("x:O2").workload("p", 1000).samples("x:O2", "p", Measure.COLD, 10, 10, 10);
        run.failure("llvm:O2", "p", Measure.COLD, Status.CRASH, "compile: killed by SIGSEGV", -1);
        assertEquals(List.of("llvm:O2 has no cold figure: no program is ok"), sentences(run));
    }
}
