package dev.backbench.core.plan;

/** Turns what the user asked for into a plan. */
public final class Planner {
    private Planner() {}

    /**
     * @throws dev.backbench.core.UsageException an option that cannot be served
     * @throws dev.backbench.workloads.WorkloadException an unknown or unreadable workload
     */
    public static Plan plan(PlanOptions options, Backends backends) {
        throw new UnsupportedOperationException();
    }
}
