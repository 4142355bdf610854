package dev.backbench.conformance;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The outcomes of one script, one per command. */
public record FileResult(Path file, List<Outcome> outcomes) {
    public int count(Outcome.Status status) {
        int count = 0;
        for (Outcome outcome : outcomes) if (outcome.status() == status) count++;
        return count;
    }

    /** Skipped commands by feature. */
    public Map<String, Integer> skippedByFeature() {
        Map<String, Integer> counts = new TreeMap<>();
        for (Outcome outcome : outcomes) if (outcome.status() == Outcome.Status.SKIPPED) counts.merge(outcome.feature(), 1, Integer::sum);
        return counts;
    }
}
