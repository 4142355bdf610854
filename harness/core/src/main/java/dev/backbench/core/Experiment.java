package dev.backbench.core;

import dev.backbench.core.plan.Backends;
import dev.backbench.core.plan.Plan;
import dev.backbench.core.plan.PlanOptions;
import dev.backbench.core.plan.Planner;

/** From what the user asked for to a sealed run folder: plan, schedule, spawn, record, summarise. */
public final class Experiment {
    private Experiment() {}

    /**
     * What {@link #run} would do, for {@code --dry-run}.
     *
     * @throws UsageException an option that cannot be served
     * @throws dev.backbench.workloads.WorkloadException an unknown or unreadable workload
     */
    public static Plan plan(PlanOptions options) {
        return Planner.plan(options, Backends.onClassPath());
    }

    /**
     * Measures. An interrupt of the calling thread, or of the process, keeps what is done and ends with {@link ExitCode#INTERRUPTED}.
     *
     * @throws UsageException an option that cannot be served, or an output folder that cannot be used
     * @throws dev.backbench.workloads.WorkloadException an unknown or unreadable workload
     */
    public static Outcome run(PlanOptions options, ExperimentListener listener) {
        throw new UnsupportedOperationException();
    }
}
