package dev.backbench.workloads;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Near names for a mistyped one, and unique names for programs of several folders. */
public final class Names {
    private static final int SHOWN = 4;

    private Names() {}

    /** Known words at an edit distance up to a third of the typed one's length (two letters from a length of four: a swap), or that contain it, nearest first. */
    public static List<String> near(String typed, List<String> known) {
        String wanted = typed.toLowerCase(java.util.Locale.ROOT);
        int limit = Math.max(wanted.length() < 4 ? 1 : 2, wanted.length() / 3);
        record Near(String word, int distance) {}
        List<Near> near = new ArrayList<>();
        for (String word : known) {
            int distance = distance(wanted, word);
            boolean inside = wanted.length() >= 3 && (word.contains(wanted) || wanted.contains(word) && word.length() >= 3);
            if (distance <= limit || inside) near.add(new Near(word, inside ? Math.min(distance, limit) : distance));
        }
        near.sort(Comparator.comparingInt(Near::distance));
        return near.stream().limit(SHOWN).map(Near::word).toList();
    }

    /** Levenshtein's, in one row. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) row[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }

    /** The same workloads; those that share a name are told apart by their folders' names, and failing that by number. */
    static List<Workload> unique(List<Workload> workloads) {
        Map<String, Integer> count = new HashMap<>();
        for (Workload workload : workloads) count.merge(workload.name(), 1, Integer::sum);
        Set<String> taken = new HashSet<>();
        List<Workload> named = new ArrayList<>();
        for (Workload workload : workloads) {
            String name = workload.name();
            if (count.get(name) > 1 && workload.origin() == Origin.FOLDER) name = FolderLayout.parentName(workload.wasm()) + "/" + name;
            String base = name;
            for (int n = 2; !taken.add(name); n++) name = base + "." + n;
            named.add(name.equals(workload.name()) ? workload : workload.named(name));
        }
        return named;
    }
}
