package dev.backbench.core.row;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;

/**
 * One sample as it was taken, in integers; one line of {@code rows.jsonl}. Units are nanoseconds and bytes; -1 is unknown.
 *
 * @param row position among the run's rows, from 0
 * @param trial {@link Trial#trial} of the process it is from
 * @param iteration position among the cell's samples of that process, from 0
 * @param warmup taken, stored and never used in a figure
 * @param time milliseconds since the epoch, when the sample was complete
 * @param def {@link Measure#definition}
 * @param reason what {@code status} is owed to; null if ok
 * @param phasesNs by phase name, only where phases were asked for or a cold start is split; otherwise empty
 * @param start the axes of a cold start; null for other measures, and of rows written before there was more than one
 * @param outputSha256 of standard output, then standard error; null where nothing ran
 */
public record Row(int schema, String run, long row, CellKey cell, int trial, int iteration, boolean warmup, long time, Measure measure, String def, String regime,
        Status status, String reason, Ns ns, Map<String, Long> phasesNs, Counts counts, Work work, Code code, String outputSha256,
        @JsonInclude(JsonInclude.Include.NON_NULL) Started start) {
    /** Of anything but a cold start. */
    public Row(int schema, String run, long row, CellKey cell, int trial, int iteration, boolean warmup, long time, Measure measure, String def, String regime, Status status,
            String reason, Ns ns, Map<String, Long> phasesNs, Counts counts, Work work, Code code, String outputSha256) {
        this(schema, run, row, cell, trial, iteration, warmup, time, measure, def, regime, status, reason, ns, phasesNs, counts, work, code, outputSha256, null);
    }

    /**
     * How a cold start was made.
     *
     * @param runtime what hosts the back end in the process that is started: {@code jvm}, or a {@link dev.backbench.spi.StartHost}'s kind
     * @param startCache whether a JVM started from a start-up cache; null where none is started
     */
    public record Started(Start.Host host, Start.Code code, String runtime, Boolean startCache) {}

    /**
     * @param wall of a run, the marked region; of a compile, compile and link; of a cold start, to the first mark
     * @param cpu of the worker and its children together in that time
     * @param children the part of {@code cpu} in child processes that have ended
     * @param gc the part of {@code cpu} in the JVM's collector and VM threads
     * @param jit the part of {@code cpu} in the JVM's compiler threads
     * @param host time in host functions between the marks
     */
    public record Ns(long wall, long cpu, long children, long gc, long jit, long host) {
        public static final Ns UNKNOWN = new Ns(-1, -1, -1, -1, -1, -1);
    }

    /**
     * @param faults page faults, minor and major
     * @param switches context switches, voluntary and not; like {@code collections} and {@code allocated} not known in regime {@code first}, where asking would warm
     *        the JVM up for what is timed
     * @param allocated bytes that all live threads allocated on the Java heap
     * @param hostCalls host functions called between the marks
     * @param hostFaults page faults in them
     * @param peakRss high-water mark of the worker's resident set at the end of the sample
     */
    public record Counts(long faults, long switches, long collections, long allocated, long instructions, long hostCalls, long hostFaults, long peakRss) {
        public static final Counts UNKNOWN = new Counts(-1, -1, -1, -1, -1, -1, -1, -1);
    }

    /** What there was to do. @param operations Wasm operations in all bodies */
    public record Work(long codeSectionBytes, long fileBytes, long functions, long functionsEmitted, long operations) {}

    /** What came of it. @param sha256 of the machine code, relocated fields zeroed: the name of a blob; null if unknown */
    public record Code(String sha256, long bytes, long constantBytes) {}
}
