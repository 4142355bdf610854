package dev.backbench.conformance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The parts of a filetest that are not the language: commands at its head, directives in its comments. */
final class ClifFile {
    /** @param words behind {@code test} */
    record Command(int line, List<String> words) {
        String name() {
            return words.getFirst();
        }
    }

    /** A comment, without its semicolons. */
    record Comment(int line, String text) {}

    final List<Command> commands = new ArrayList<>();
    /** Words of each target line. */
    final List<List<String>> targets = new ArrayList<>();
    final List<String> settings = new ArrayList<>();
    final List<Comment> comments = new ArrayList<>();

    ClifFile(byte[] bytes) {
        String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i];
            int comment = commentStart(line);
            if (comment >= 0) comments.add(new Comment(i + 1, line.substring(comment).replaceFirst("^;+", "").strip()));
            List<String> words = List.of((comment < 0 ? line : line.substring(0, comment)).strip().split("\\s+"));
            List<String> rest = words.subList(1, words.size());
            switch (words.getFirst()) {
                case "test" -> commands.add(new Command(i + 1, rest));
                case "target" -> targets.add(rest);
                case "set" -> settings.addAll(rest);
                default -> {}
            }
        }
    }

    private static int commentStart(String line) {
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            if (line.charAt(i) == '"') quoted = !quoted;
            if (line.charAt(i) == ';' && !quoted) return i;
        }
        return -1;
    }

    /** Null where no target is named. */
    String firstTarget() {
        return targets.isEmpty() ? null : targets.getFirst().getFirst();
    }

    /** Comments of lines from {@code from} up to but without {@code to}. */
    List<Comment> between(int from, int to) {
        return comments.stream().filter(c -> c.line >= from && c.line < to).toList();
    }
}
