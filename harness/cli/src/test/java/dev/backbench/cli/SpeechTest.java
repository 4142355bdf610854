package dev.backbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.core.ExitCode;
import dev.backbench.core.ExperimentListener;
import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Status;
import dev.backbench.core.verdict.Diff;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said on the way, and how two runs are told against each other. */
class SpeechTest {
    private static final CellKey CELL = new CellKey("llvm:O2", "crc", Measure.RUN, Regime.STEADY);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(), err = new ByteArrayOutputStream();

    private Console console(boolean terminal) {
        return new Console(new PrintStream(out), new PrintStream(err), terminal, terminal);
    }

    private static ExperimentListener.Progress at(int done) {
        return new ExperimentListener.Progress("llvm:O2 run crc", done, 40, 3 * done, Duration.ofSeconds(10), Duration.ofSeconds(75));
    }

    @Test
    void withoutATerminalProgressIsAPlainLineNowAndThen() {
        Progress progress = new Progress(console(false));
        for (int i = 0; i < 50; i++) progress.progress(at(i));
        progress.close();
        assertEquals("bench: [0/40] llvm:O2 run crc, 0 samples, 10s, about 1m15s left\n", err.toString());
        assertEquals("", out.toString());
    }

    @Test
    void onATerminalTheLineIsRewrittenAndClearedBeforeOthers() {
        Progress progress = new Progress(console(true));
        progress.progress(at(1));
        progress.cellEnded(CELL, Status.TIMEOUT, "over 60 s");
        String text = err.toString();
        assertTrue(text.startsWith("\r[1/40] llvm:O2 run crc"), text);
        assertTrue(text.contains("\r\033[Kbench: llvm:O2 run crc: "), text);
        assertTrue(text.endsWith("over 60 s\n"), text);
    }

    @Test
    void quietLeavesFailuresOnly() {
        Console console = console(false);
        console.quiet();
        Progress progress = new Progress(console);
        progress.progress(at(1));
        progress.note("no pinning");
        progress.cellEnded(CELL, Status.OK, null);
        assertEquals("", err.toString());
        progress.cellEnded(CELL, Status.WRONG, "stdout differs at byte 3");
        progress.cellEnded(new CellKey("llvm:O2", "crc", Measure.COLD, Regime.PROCESS_COMPILED), Status.WRONG, "stdout differs at byte 3");
        assertEquals("bench: llvm:O2 run crc: wrong: stdout differs at byte 3\n", err.toString(), "each reason once");
    }

    @Test
    void noColourWhereItIsNotWanted() {
        Console console = console(true);
        console.noColor();
        assertFalse(console.colorOnOut());
        new Progress(console).cellEnded(CELL, Status.CRASH, "SIGSEGV");
        assertFalse(err.toString().contains("\033["), err.toString());
    }

    @Test
    void changesThatCannotBeSeenAreNotGivenInThousandsOfPerCent() {
        assertEquals(List.of("2.5%", "45%", "4.3x", "100x"), java.util.stream.Stream.of(0.025, 0.45, 3.29, 5350.0).map(Diff::change).toList());
    }

    @Test
    void aDifferenceOfRuns() {
        List<Diff.CellDiff> cells = List.of(new Diff.CellDiff(CELL, Diff.Verdict.WORSE, 0.9, 0.88, 0.92, 0.02, null),
            new Diff.CellDiff(new CellKey("gcc:O2", "crc", Measure.RUN, Regime.STEADY), Diff.Verdict.NOT_COMPARABLE, null, null, null, null, "workload hash differs"));
        String text = DiffTable.text(new Diff.Result("old", "new", cells, ExitCode.REGRESSION), false);
        assertEquals("""
            new new against old old (speed of the new by the old: above 1 is better)
            back end  program  measure     verdict  ratio  95% interval  could show
            llvm:O2   crc      run steady  worse      0.9     0.88–0.92   over 2.0%
            not comparable: workload hash differs (1 cell)
            1 worse, 1 not comparable
            """, text);
    }
}
