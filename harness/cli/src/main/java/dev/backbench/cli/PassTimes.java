package dev.backbench.cli;

import com.sun.management.ThreadMXBean;
import dev.backbench.reports.Grid;
import dev.backbench.spi.Artifact;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Map;

/** Where the time of a compile goes: its phases, of the fastest of some compiles of a module or of one function. */
final class PassTimes {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final long instructions;
    private final int rounds;
    private PhaseClock fastest;
    private long whole = Long.MAX_VALUE, allocated;

    /** @param function -1 for all, with linking */
    PassTimes(Compiler compiler, byte[] input, int function, int rounds) {
        this.rounds = Math.max(1, rounds);
        instructions = compiler.instructions(input, function);
        for (int i = 0; i < this.rounds; i++) round(compiler, input, function);
    }

    private void round(Compiler compiler, byte[] input, int function) {
        compiler.prepare(input);
        PhaseClock clock = PhaseClock.counting(THREADS::getCurrentThreadAllocatedBytes);
        long before = THREADS.getCurrentThreadAllocatedBytes(), begin = System.nanoTime();
        if (function >= 0) {
            compiler.compileFunction(input, function, clock);
        } else {
            Artifact artifact = compiler.compile(input, clock);
            compiler.link(artifact, clock).close();
        }
        clock.leave();
        long took = System.nanoTime() - begin;
        if (took >= whole) return;
        whole = took;
        allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        fastest = clock;
    }

    String table(String backend, String file) {
        Grid grid = instructions > 0 ? new Grid(1, backend, "ms", "ns/instruction", "allocated, B", "B/instruction") : new Grid(1, backend, "ms", "allocated, B");
        Map<String, Long> bytes = fastest.counts();
        long told = 0, toldBytes = 0;
        for (Map.Entry<String, Long> phase : fastest.nanos().entrySet()) {
            row(grid, phase.getKey(), phase.getValue(), bytes.get(phase.getKey()));
            told += phase.getValue();
            toldBytes += bytes.get(phase.getKey());
        }
        row(grid, "other", whole - told, allocated - toldBytes);
        row(grid, "in all", whole, allocated);
        return grid.text() + file + (instructions > 0 ? ": " + instructions + " instructions" : "") + (rounds > 1 ? ", the fastest of " + rounds : ", in this fresh process") + System.lineSeparator();
    }

    private void row(Grid grid, String phase, long nanos, long bytes) {
        String time = String.format(Locale.ROOT, "%.3f", nanos / 1e6);
        if (instructions > 0) grid.add(phase, time, String.format(Locale.ROOT, "%.1f", (double) nanos / instructions), String.valueOf(bytes), String.format(Locale.ROOT, "%.1f", (double) bytes / instructions));
        else grid.add(phase, time, String.valueOf(bytes));
    }
}
