package dev.backbench.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** What a misspelt name may have meant. */
final class NearNames {
    private static final int SHOWN = 4;

    private NearNames() {}

    /** A sentence: the near names, or all of them if they are few, or that there are none. */
    static String hint(String name, Collection<String> known) {
        if (known.isEmpty()) return "There are none.";
        List<String> near = near(name, known);
        if (!near.isEmpty()) return "Did you mean " + String.join(" or ", near) + "?";
        return known.size() <= 12 ? "There are " + String.join(", ", known) + "." : "None of the " + known.size() + " names is near.";
    }

    /** Nearest first: those within a third of the length in edits, or that begin or contain one another. */
    static List<String> near(String name, Collection<String> known) {
        record Scored(String name, int distance) {}
        List<Scored> scored = new ArrayList<>();
        String lower = name.toLowerCase();
        for (String candidate : known) {
            String other = candidate.toLowerCase();
            int distance = distance(lower, other);
            boolean part = lower.length() >= 2 && other.contains(lower) || other.length() >= 2 && lower.contains(other);
            if (part || distance <= Math.max(1, Math.min(lower.length(), other.length()) / 2)) scored.add(new Scored(candidate, part ? 0 : distance));
        }
        scored.sort(Comparator.comparingInt(Scored::distance).thenComparing(Scored::name));
        return scored.stream().limit(SHOWN).map(Scored::name).toList();
    }

    /** Edits (insert, delete, replace, swap of neighbours) from one string to the other. */
    static int distance(String a, String b) {
        int[] before = new int[b.length() + 1], previous = new int[b.length() + 1], current = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) previous[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replace, Math.min(previous[j], current[j - 1]) + 1);
                boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) current[j] = Math.min(current[j], before[j - 2] + 1);
            }
            int[] spare = before;
            before = previous;
            previous = current;
            current = spare;
        }
        return previous[b.length()];
    }
}
