package dev.backbench.core.plan;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param processes worker processes that each cell of run, memory and first compile should have
 * @param rounds steady compiles of each module in a process
 * @param warmup discarded rounds before them where the compiler is JVM-hosted, at most: they end when the JVM's own compilers have come to rest
 * @param nativeWarmup the same for native compilers; one module is always compiled and discarded first
 * @param runs timed runs of each module in a process
 * @param discardEach whether a discarded run goes before the timed ones of each module even where the code is native; otherwise one a process is enough
 * @param fresh how many of its own programs, when none are named, are started in fresh processes (first compile, cold start, memory)
 * @param budget null for none
 * @param starts that each cell of cold start should have
 * @param started the same as {@code fresh} for cold start
 */
public record PlanPreset(String name, int processes, int rounds, int warmup, int nativeWarmup, int runs, boolean discardEach, int fresh, Duration budget, int starts,
        int started) {
    public static final PlanPreset QUICK = new PlanPreset("quick", 3, 1, 8, 0, 1, false, 4, Duration.ofSeconds(285), 3, 4);
    public static final PlanPreset STANDARD = new PlanPreset("standard", 3, 5, 40, 1, 3, true, Integer.MAX_VALUE, Duration.ofMinutes(30), 30, 4);
    public static final PlanPreset PAPER = new PlanPreset("paper", 10, 10, 80, 1, 3, true, Integer.MAX_VALUE, null, 30,
            Integer.MAX_VALUE);

    /** With as many cold starts, and of as many programs, as other fresh processes. */
    public PlanPreset(String name, int processes, int rounds, int warmup, int nativeWarmup, int runs, boolean discardEach, int fresh, Duration budget) {
        this(name, processes, rounds, warmup, nativeWarmup, runs, discardEach, fresh, budget, processes, fresh);
    }

    /** Starts in each resident process, so that all of them together make {@link #starts}. */
    public int startsInProcess() {
        return Math.ceilDiv(starts, processes);
    }

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
