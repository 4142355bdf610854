package dev.backbench.core.stats;

import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Manifest.BackendEntry;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Programs without an expected output: two unlike back ends must agree. An output that two back ends of unlike ids printed, while no other output has that support,
 * is taken as right and all others are wrong; if there is no such output and more than one was printed, nobody is known to be right and all are wrong.
 */
final class Agreement {
    /** What it means for a cell. @param wrong null if right, or not known to be wrong @param note null, or what the reader should know */
    record Verdict(String wrong, String note) {}

    private Agreement() {}

    /** For the cells of such programs that have an output. */
    static Map<CellKey, Verdict> of(Manifest manifest, SampleTable table) {
        Map<CellKey, Verdict> verdicts = new HashMap<>();
        for (Manifest.WorkloadEntry workload : manifest.workloads()) {
            if (!workload.expectedOutput()) judge(workload.name(), manifest, table, verdicts);
        }
        return verdicts;
    }

    private static void judge(String workload, Manifest manifest, SampleTable table, Map<CellKey, Verdict> verdicts) {
        Map<String, List<BackendEntry>> printers = new LinkedHashMap<>();
        List<CellKey> cells = new ArrayList<>();
        for (CellKey cell : manifest.plan().cells()) {
            boolean runs = cell.measure() == Measure.RUN || cell.measure() == Measure.COLD;
            if (!runs || !cell.workload().equals(workload) || table.cell(cell).outputs().isEmpty()) continue;
            cells.add(cell);
            BackendEntry entry = manifest.backends().stream().filter(b -> b.backend().equals(cell.backend())).findFirst().orElseThrow();
            for (String output : table.cell(cell).outputs()) {
                List<BackendEntry> by = printers.computeIfAbsent(output, o -> new ArrayList<>());
                if (!by.contains(entry)) by.add(entry);
            }
        }
        String right = right(printers);
        for (CellKey cell : cells) verdicts.put(cell, verdict(table.cell(cell).outputs(), printers, right));
    }

    /** The output to believe, or null. */
    private static String right(Map<String, List<BackendEntry>> printers) {
        List<String> supported = printers.keySet().stream().filter(output -> ids(printers.get(output)).size() > 1).toList();
        return supported.size() == 1 ? supported.getFirst() : null;
    }

    private static Set<String> ids(List<BackendEntry> entries) {
        Set<String> ids = new HashSet<>();
        for (BackendEntry entry : entries) ids.add(entry.id());
        return ids;
    }

    private static Verdict verdict(Set<String> own, Map<String, List<BackendEntry>> printers, String right) {
        if (printers.size() == 1) {
            boolean checked = right != null;
            return new Verdict(null, checked ? null : "output unchecked: none is expected, and no unlike back end ran it");
        }
        if (own.size() == 1 && own.contains(right)) return new Verdict(null, null);
        StringBuilder who = new StringBuilder("run: outputs disagree, none is expected:");
        for (List<BackendEntry> group : printers.values()) {
            who.append(who.charAt(who.length() - 1) == ':' ? " " : " against ").append(String.join(" = ", group.stream().map(BackendEntry::backend).toList()));
        }
        return new Verdict(who.toString(), null);
    }

    /** The status that a verdict makes of one. */
    static Status status(Status status, Verdict verdict) {
        return verdict != null && verdict.wrong() != null && status == Status.OK ? Status.WRONG : status;
    }
}
