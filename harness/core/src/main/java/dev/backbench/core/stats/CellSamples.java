package dev.backbench.core.stats;

import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the rows say about one cell: its samples by process, and what became of it. Values are in the summary's unit, as stored rows cannot be. */
final class CellSamples {
    private final Map<Integer, List<Double>> byProcess = new LinkedHashMap<>();
    private final Set<String> outputs = new LinkedHashSet<>();
    private final List<Double> hostShares = new ArrayList<>(), wallShares = new ArrayList<>(), causeShares = new ArrayList<>();
    private Row failure, note;
    private boolean anySample;

    void add(Row row) {
        if (row.outputSha256() != null && row.status() != Status.WRONG) outputs.add(row.outputSha256());
        if (row.status().failure()) {
            // the first failure is the cell's: what came after it may be its consequence
            if (failure == null) failure = row;
            return;
        }
        double value = value(row);
        if (row.status() != Status.OK) note = row;
        // without a value: a status only, or a row of another definition such as phases
        if (Double.isNaN(value) || row.warmup()) return;
        anySample = true;
        byProcess.computeIfAbsent(row.trial(), t -> new ArrayList<>()).add(value);
        if (row.measure() == Measure.RUN && row.ns().host() >= 0) hostShares.add((double) row.ns().host() / row.ns().wall());
        if (row.measure() == Measure.COLD && !row.phasesNs().isEmpty()) causeShares.add((double) row.phasesNs().values().stream().mapToLong(Long::longValue).sum() / row.ns().wall());
        boolean timed = row.measure() == Measure.COMPILE || row.measure() == Measure.RUN;
        if (timed && row.ns().cpu() > 0) wallShares.add((double) row.ns().wall() / row.ns().cpu());
    }

    /** A row's figure in {@link Measure#unit}; not a number if it has none. Memory's is the peak, from which the empty program's is yet to be taken. */
    static double value(Row row) {
        if (!row.measure().defines(row.def())) return Double.NaN;
        return switch (row.measure()) {
            case COMPILE -> row.ns().cpu() > 0 ? row.work().codeSectionBytes() * 1e3 / row.ns().cpu() : Double.NaN;
            case RUN, COLD -> row.ns().wall() > 0 ? row.ns().wall() / 1e6 : Double.NaN;
            case SIZE -> row.code() == null || row.code().bytes() < 0 || row.work().codeSectionBytes() <= 0 ? Double.NaN
                    : (double) (row.code().bytes() + Math.max(0, row.code().constantBytes())) / row.work().codeSectionBytes();
            case MEMORY -> row.counts().peakRss() > 0 ? row.counts().peakRss() / 1e6 : Double.NaN;
        };
    }

    /** The samples, one array per process, in the order of the rows. */
    double[][] processes() {
        return byProcess.values().stream().map(list -> list.stream().mapToDouble(Double::doubleValue).toArray()).toArray(double[][]::new);
    }

    /** The processes in that order, by the numbers of their trials. */
    List<Integer> trials() {
        return List.copyOf(byProcess.keySet());
    }

    int processCount() {
        return byProcess.size();
    }

    int sampleCount() {
        return byProcess.values().stream().mapToInt(List::size).sum();
    }

    /** The row of the failure that decided, or null. */
    Row failure() {
        return failure;
    }

    /** Without a failure: {@code tiered} and the like, or null for ok. A cell without anything is interrupted. */
    Status status() {
        if (failure != null) return failure.status();
        if (note != null && (!anySample || note.status() == Status.TIERED)) return note.status();
        return anySample ? Status.OK : Status.INTERRUPTED;
    }

    String reason() {
        if (failure != null) return failure.reason();
        if (note != null && status() == note.status()) return note.reason();
        return anySample ? null : "the run ended before it";
    }

    /** Hashes of right or unchecked outputs. */
    Set<String> outputs() {
        return outputs;
    }

    /** Median share of the region spent in host functions; 0 if unknown. */
    double hostShare() {
        return hostShares.isEmpty() ? 0 : Intervals.median(hostShares.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** Median share of a cold start that its causes add up to; 1 if unknown. */
    double causes() {
        return causeShares.isEmpty() ? 1 : Intervals.median(causeShares.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** Median of wall by CPU time; 1 if unknown. */
    double wallByCpu() {
        return wallShares.isEmpty() ? 1 : Intervals.median(wallShares.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
