package dev.backbench.core.plan;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param processes worker processes that each cell of run, cold, memory and first compile should have
 * @param rounds steady compiles of each module in a process
 * @param warmup discarded rounds before them where the compiler is JVM-hosted
 * @param nativeWarmup the same for native compilers; one module is always compiled and discarded first
 * @param runs timed runs of each module in a process
 * @param budget null for none
 */
public record PlanPreset(String name, int processes, int rounds, int warmup, int nativeWarmup, int runs, Duration budget) {
    public static final PlanPreset QUICK = new PlanPreset("quick", 3, 2, 5, 0, 2, Duration.ofSeconds(240));
    public static final PlanPreset STANDARD = new PlanPreset("standard", 3, 5, 20, 1, 3, Duration.ofMinutes(30));
    public static final PlanPreset PAPER = new PlanPreset("paper", 10, 10, 40, 1, 3, null);

    /** @return null if there is no such preset */
    public static PlanPreset named(String name) {
        return switch (name) {
            case "quick" -> QUICK;
            case "standard" -> STANDARD;
            case "paper" -> PAPER;
            default -> null;
        };
    }
}
