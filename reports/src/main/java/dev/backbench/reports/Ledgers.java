package dev.backbench.reports;

import dev.backbench.core.row.Manifest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The ledger in a few lines, for under a terminal's table: what all share once, then what each has of its own. Notes and features are the page's. */
final class Ledgers {
    private static final List<String> BRIEF = List.of("version", "process", "threads", "bounds", "verifier", "assembler", "linker", "NaN canonicalisation",
        "stack check", "fast math", "tiering");

    private Ledgers() {}

    static String brief(RunData data) {
        Map<String, Map<String, String>> all = new LinkedHashMap<>();
        for (Manifest.BackendEntry entry : data.manifest().backends()) if (entry.ledger() != null) all.put(entry.backend(), Tables.fields(entry.ledger()));
        if (all.isEmpty()) return "none";
        Map<String, String> shared = new LinkedHashMap<>();
        for (String name : BRIEF) {
            List<String> values = all.values().stream().map(fields -> fields.get(name)).distinct().toList();
            if (values.size() == 1 && all.size() > 1) shared.put(name, values.getFirst());
        }
        StringBuilder text = new StringBuilder(shared.isEmpty() ? "" : "all: " + words(shared));
        Map<String, List<String>> own = new LinkedHashMap<>();
        all.forEach((backend, fields) -> {
            Map<String, String> rest = new LinkedHashMap<>();
            for (String name : BRIEF) if (!shared.containsKey(name)) rest.put(name, fields.get(name));
            own.computeIfAbsent(words(rest), k -> new ArrayList<>()).add(backend);
        });
        own.forEach((words, backends) -> {
            if (!words.isEmpty()) text.append(text.isEmpty() ? "" : "\n  ").append(String.join(", ", backends)).append(": ").append(words);
        });
        return text.toString();
    }

    private static String words(Map<String, String> fields) {
        List<String> words = new ArrayList<>();
        fields.forEach((name, value) -> {
            if (!value.equals("-")) words.add(name.equals("process") ? value : name + " " + value);
        });
        return String.join("; ", words);
    }
}
