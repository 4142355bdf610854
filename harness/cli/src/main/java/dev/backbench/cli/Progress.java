package dev.backbench.cli;

import dev.backbench.core.ExperimentListener;
import dev.backbench.core.plan.Plan;
import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/** Tells on standard error how an experiment goes: one line rewritten in place on a terminal, a plain line now and then elsewhere. */
final class Progress implements ExperimentListener {
    private static final long PLAIN_EVERY = 10_000_000_000L, LIVE_EVERY = 100_000_000L;

    private final Console console;
    private final int width;
    private final Set<String> told = new HashSet<>();
    private long last = Long.MIN_VALUE;
    private boolean lineOpen;

    Progress(Console console) {
        this.console = console;
        int columns = 100;
        try {
            columns = Integer.parseInt(System.getenv().getOrDefault("COLUMNS", "100"));
        } catch (NumberFormatException odd) {
            // keep the usual width
        }
        width = Math.max(40, columns) - 1;
    }

    @Override
    public void planned(Plan plan, Path folder) {
        console.say(plan.backends().size() + " back ends x " + plan.workloads().size() + " programs, " + plan.cells().size() + " cells, seed " + plan.seed()
            + (plan.budget() == null ? ", no budget" : ", at most " + Times.show(plan.budget())) + ", results in " + folder);
    }

    @Override
    public void progress(ExperimentListener.Progress p) {
        if (console.isQuiet()) return;
        long now = System.nanoTime();
        if (last != Long.MIN_VALUE && now - last < (console.live ? LIVE_EVERY : PLAIN_EVERY)) return;
        last = now;
        String line = "[" + p.cellsDone() + "/" + p.cellsTotal() + "] " + p.what() + ", " + p.samples() + " samples, " + Times.show(p.elapsed()) + left(p.left());
        if (!console.live) {
            console.err.println("bench: " + line);
            return;
        }
        console.err.print("\r" + (line.length() > width ? line.substring(0, width - 1) + "…" : line) + "\033[K");
        console.err.flush();
        lineOpen = true;
    }

    private static String left(Duration left) {
        return left == null ? "" : ", about " + Times.show(left) + " left";
    }

    @Override
    public void cellEnded(CellKey cell, Status status, String reason) {
        // a program that cannot be compiled fails in every measure for the one reason
        if (!status.failure() || !told.add(cell.backend() + '\n' + cell.workload() + '\n' + reason)) return;
        close();
        String name = cell.backend() + " " + cell.measure().label() + " " + cell.workload();
        String word = console.colorOnErr() ? "\033[31m" + status.label() + "\033[0m" : status.label();
        console.warn(name + ": " + word + (reason == null ? "" : ": " + reason));
    }

    @Override
    public void note(String line) {
        close();
        console.say(line);
    }

    /** Ends the live line, so that other text starts on its own. */
    void close() {
        if (lineOpen) console.err.print("\r\033[K");
        lineOpen = false;
    }
}
