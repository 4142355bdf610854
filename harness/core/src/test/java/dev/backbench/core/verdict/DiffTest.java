package dev.backbench.core.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.core.ExitCode;
import dev.backbench.core.fake.Synthetic;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Status;
import dev.backbench.core.store.RunFolder;
import dev.backbench.core.verdict.Diff.Verdict;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiffTest {
    @TempDir Path temp;
    private int folders;

    private Diff.Result diff(Synthetic older, Synthetic newer) {
        RunFolder before = older.write(temp.resolve("r" + folders++)), after = newer.write(temp.resolve("r" + folders++));
        return Diff.of(before, after);
    }

    private static Synthetic run(double... millis) {
        return new Synthetic().backend("a:O2").workload("p", 1000).samples("a:O2", "p", Measure.RUN, millis);
    }

    private static Diff.CellDiff only(Diff.Result result) {
        assertEquals(1, result.cells().size(), result.toString());
        return result.cells().getFirst();
    }

    @Test
    void clearChangesHaveVerdicts() {
        Diff.Result worse = diff(run(100, 101, 99, 100), run(120, 121, 119, 120));
        assertEquals(Verdict.WORSE, only(worse).verdict(), worse.toString());
        assertEquals(100 / 120.0, only(worse).ratio(), 1e-6);
        assertEquals(ExitCode.REGRESSION, worse.exit());
        Diff.Result better = diff(run(120, 121, 119, 120), run(100, 101, 99, 100));
        assertEquals(Verdict.BETTER, only(better).verdict());
        assertEquals(ExitCode.OK, better.exit());
        Diff.Result same = diff(run(100, 100.1, 99.9, 100), run(100, 100.2, 99.8, 100));
        assertEquals(Verdict.SAME, only(same).verdict());
        assertEquals(ExitCode.OK, same.exit());
    }

    @Test
    void noiseAndFewSamplesAreUnsureAndSayWhatTheyCouldHaveSeen() {
        Diff.Result noisy = diff(run(100, 140, 80), run(110, 150, 90));
        assertEquals(Verdict.UNSURE, only(noisy).verdict());
        assertEquals(ExitCode.UNSURE, noisy.exit());
        assertTrue(only(noisy).smallest() > 0.2, only(noisy).toString());
        assertEquals(Verdict.UNSURE, only(diff(run(100), run(200))).verdict());
    }

    @Test
    void aMachineThatChangedItsSpeedIsNoRegression() {
        Synthetic slowed = run(110, 110.5, 109.5, 110).machine("m1", 1_100_000);
        assertEquals(Verdict.UNSURE, only(diff(run(100, 100.5, 99.5, 100), slowed)).verdict());
    }

    @Test
    void whatDoesNotMeanTheSameIsNotCompared() {
        Diff.CellDiff machine = only(diff(run(100, 100), run(200, 200).machine("m2", 1_000_000)));
        assertEquals(Verdict.NOT_COMPARABLE, machine.verdict());
        assertEquals("not comparable: machine differs", machine.reason());
        Diff.Result other = diff(run(100, 100), new Synthetic().backend("b:O2").workload("p", 1000).samples("b:O2", "p", Measure.RUN, 1, 1));
        assertEquals("not in the older run", other.cells().get(0).reason());
        assertEquals("was ok, not in the newer run", other.cells().get(1).reason());
        assertEquals(ExitCode.UNSURE, other.exit());
    }

    /** The same module, given more to do, is no slower for it. */
    @Test
    void otherWorkIsNotCompared() {
        Diff.CellDiff called = only(diff(run(100, 101, 99), run(200, 201, 199).arguments("more")));
        assertEquals(Diff.Verdict.NOT_COMPARABLE, called.verdict());
        assertTrue(called.reason().endsWith("workload arguments differ"), called.reason());
        Synthetic other = new Synthetic().backend("a:O2").workload("p", 1000);
        for (int process = 0; process < 3; process++) other.sample("a:O2", "p", Measure.RUN, process, 200 + process, "1".repeat(64), 0);
        Diff.CellDiff printed = only(diff(run(100, 101, 99), other));
        assertEquals(Diff.Verdict.NOT_COMPARABLE, printed.verdict());
        assertTrue(printed.reason().endsWith("outputs differ"), printed.reason());
    }

    @Test
    void aPeakBelowTheEmptyProgramsTellsNoSpread() {
        Synthetic older = new Synthetic().backend("a:O2").workload("p", 1000).empty("a:O2", 50).samples("a:O2", "p", Measure.MEMORY, 60, 60.1, 60.2);
        Synthetic newer = new Synthetic().backend("a:O2").workload("p", 1000).empty("a:O2", 50).samples("a:O2", "p", Measure.MEMORY, 49, 65, 66);
        Diff.CellDiff memory = only(diff(older, newer));
        assertEquals(Diff.Verdict.UNSURE, memory.verdict());
        assertEquals("too few samples for an interval", memory.reason());
    }

    @Test
    void aCellThatFailsNowIsWorse() {
        Synthetic broken = new Synthetic().backend("a:O2").workload("p", 1000).failure("a:O2", "p", Measure.RUN, Status.CRASH, "run: killed by SIGSEGV", -1);
        Diff.Result result = diff(run(100, 100, 100), broken);
        assertEquals(Verdict.WORSE, only(result).verdict());
        assertTrue(only(result).reason().contains("SIGSEGV"));
        assertEquals(ExitCode.REGRESSION, result.exit());
    }

    @Test
    void aCellThatIsLostIsWorseOrUnsure() {
        for (Status lost : List.of(Status.UNSUPPORTED, Status.UNAVAILABLE, Status.TIERED)) {
            Synthetic newer = new Synthetic().backend("a:O2").workload("p", 1000).failure("a:O2", "p", Measure.RUN, lost, "why", -1);
            Diff.Result result = diff(run(100, 100, 100), newer);
            assertEquals(Verdict.WORSE, only(result).verdict(), lost.label());
            assertEquals("was ok, now " + lost.label() + ": why", only(result).reason());
            assertEquals(ExitCode.REGRESSION, result.exit());
        }
        Synthetic both = run(100, 100, 100).workload("q", 1000).samples("a:O2", "q", Measure.RUN, 5, 5, 5);
        Synthetic stopped = run(100, 100, 100).workload("q", 1000).failure("a:O2", "q", Measure.RUN, Status.BUDGET, "the budget ended", -1);
        for (Synthetic newer : List.of(stopped, run(100, 100, 100))) {
            Diff.Result result = diff(both, newer);
            assertEquals(List.of(Verdict.SAME, Verdict.UNSURE), result.cells().stream().map(Diff.CellDiff::verdict).toList());
            assertEquals(ExitCode.UNSURE, result.exit());
        }
        Diff.Result never = diff(stopped, run(100, 100, 100));
        assertEquals(Verdict.NOT_COMPARABLE, never.cells().getLast().verdict(), "it never was");
        assertEquals(ExitCode.OK, never.exit());
    }

    /** Over 3% and certainly some change is not certainly over 3%. */
    @Test
    void theWholeIntervalMustLieBeyondTheMargin() {
        Diff.Result slower = diff(run(100, 101, 99, 100), run(104, 105, 103, 104)), clear = diff(run(100, 101, 99, 100), run(107, 108, 106, 107));
        assertTrue(only(slower).high() < 1 && only(slower).ratio() < 1 - Diff.MARGIN, slower.toString());
        assertEquals(Verdict.UNSURE, only(slower).verdict());
        assertEquals(Verdict.WORSE, only(clear).verdict(), clear.toString());
        assertTrue(only(slower).smallest() > 0.04 && only(clear).smallest() < 0.07, slower + " " + clear);
    }

    /** Phases come before or after the timed compiles, as the seed has it. */
    @Test
    void phasesHaveNoSayInWhatACellMeans() {
        double[] rates = {1, 1.001, 0.999, 1};
        Synthetic before = new Synthetic().backend("a:O2").workload("p", 1000).phases("a:O2", "p").samples("a:O2", "p", Measure.COMPILE, rates);
        Synthetic after = new Synthetic().backend("a:O2").workload("p", 1000).samples("a:O2", "p", Measure.COMPILE, rates).phases("a:O2", "p");
        assertEquals(Verdict.SAME, only(diff(before, after)).verdict());
    }

    @Test
    void aFailureElsewhereIsNoRegression() {
        Synthetic broken = new Synthetic().backend("a:O2").workload("p", 1000).failure("a:O2", "p", Measure.RUN, Status.CRASH, "run: killed by SIGSEGV", -1).machine("m2", 1_000_000);
        Diff.Result result = diff(run(100, 100, 100), broken);
        assertEquals(Verdict.NOT_COMPARABLE, only(result).verdict());
        assertEquals(ExitCode.UNSURE, result.exit());
    }

    /** Fifty unchanged cells at once, many times over: hardly ever a verdict of change. */
    @Test
    void doesNotCryWolf() {
        Random random = new Random(5);
        int alarms = 0, repeats = 10;
        for (int i = 0; i < repeats; i++) {
            Synthetic older = new Synthetic().backend("a:O2"), newer = new Synthetic().backend("a:O2");
            for (int w = 0; w < 50; w++) {
                older.workload("w" + w, 1000).samples("a:O2", "w" + w, Measure.RUN, noise(random));
                newer.workload("w" + w, 1000).samples("a:O2", "w" + w, Measure.RUN, noise(random));
            }
            Diff.Result result = diff(older, newer);
            if (result.cells().stream().anyMatch(c -> c.verdict() == Verdict.WORSE || c.verdict() == Verdict.BETTER)) alarms++;
        }
        assertTrue(alarms <= 2, alarms + " of " + repeats + " comparisons cried wolf");
    }

    private static double[] noise(Random random) {
        double[] values = new double[4];
        for (int i = 0; i < values.length; i++) values[i] = 100 * Math.exp(0.03 * random.nextGaussian());
        return values;
    }
}
