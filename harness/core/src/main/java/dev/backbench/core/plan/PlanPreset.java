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
 * @param discardEach whether a discarded run goes before the timed ones of each module even where the code is native; otherwise one a process is enough
 * @param fresh how many of its own programs, when none are named, are started in fresh processes (first compile, cold start, memory)
 * @param budget null for none
 */
public record PlanPreset(String name, int processes, int rounds, int warmup, int nativeWarmup, int runs, boolean discardEach, int fresh, Duration budget) {
    public static final PlanPreset QUICK = new PlanPreset("quick", 3, 1, 5, 0, 1, false, 4, Duration.ofSeconds(285));
    public static final PlanPreset STANDARD = new PlanPreset("standard", 3, 5, 20, 1, 3, true, Integer.MAX_VALUE, Duration.ofMinutes(30));
    public static final PlanPreset PAPER = new PlanPreset("paper", 10, 10, 40, 1, 3, true, Integer.MAX_VALUE, null);

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
