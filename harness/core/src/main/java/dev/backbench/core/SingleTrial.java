package dev.backbench.core;

import dev.backbench.core.plan.PlanOptions;
import java.io.PrintStream;

/** One cell alone, in the foreground: what a failed cell's command does. */
public final class SingleTrial {
    private SingleTrial() {}

    /**
     * Runs the worker for the one back end, workload and measure of {@code options} with this process's terminal, writing no run folder.
     *
     * @param gdb under the debugger, stopped before the back end is loaded
     * @return the worker's status as an exit code
     */
    public static ExitCode run(PlanOptions options, boolean gdb, PrintStream out) {
        throw new UnsupportedOperationException();
    }
}
