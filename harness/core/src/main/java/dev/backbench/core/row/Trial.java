package dev.backbench.core.row;

import java.util.List;

/**
 * One worker process; one line of {@code trials.jsonl}.
 *
 * @param trial number in the run, from 0
 * @param attempt 0, then one more by each {@code --resume}
 * @param order position in the attempt's execution order
 * @param kind of a {@link dev.backbench.core.plan.Unit}
 * @param workloads in the order given to the worker
 * @param cpu the cores it was pinned to, as a list; null if it could not be
 * @param layoutSeed drew the size of the environment and the code's base offset
 * @param start milliseconds since the epoch
 * @param millis how long it lived
 * @param exit exit code; null if a signal ended it or it never started
 * @param signal number; null unless a signal ended it
 * @param peakRss bytes; -1 unknown
 * @param load one-minute load average at the start and at the end
 * @param stealTicks of all cores during the trial, in clock ticks; -1 unknown
 * @param canary nanoseconds of the fixed loop before and after; less than two entries if the worker died
 * @param log file in the run folder
 */
public record Trial(int schema, String run, int trial, int attempt, int order, String kind, String backend, List<String> workloads, List<String> argv, String cpu,
        long layoutSeed, long start, long millis, Integer exit, Integer signal, long peakRss, List<Double> load, long stealTicks, List<Long> canary, Status status,
        String reason, String log) {}
