package dev.backbench.conformance;

import java.util.ArrayList;
import java.util.List;

/**
 * What the comments of one of QBE's tests say.
 *
 * @param driver a program in C that calls the functions; null: they are a program by themselves @param output what the program writes; null: nothing is said
 * @param skips targets on which the test does not run
 */
public record SsaTest(String driver, String output, List<String> skips) {
    public static SsaTest read(String text) {
        List<String> skips = new ArrayList<>();
        text.lines().filter(line -> line.startsWith("# skip ")).forEach(line -> skips.addAll(List.of(line.substring(7).trim().split("\\s+"))));
        return new SsaTest(section(text, "driver"), section(text, "output"), skips);
    }

    /** The comment between {@code # >>> NAME} and {@code # <<<}, or null; a hash at a line's end only shows where it ends. */
    private static String section(String text, String name) {
        StringBuilder found = null;
        for (String line : text.split("\n", -1)) {
            if (found == null) {
                if (line.equals("# >>> " + name)) found = new StringBuilder();
            } else if (line.equals("# <<<")) {
                return found.toString();
            } else {
                String kept = line.startsWith("# ") ? line.substring(2) : line.startsWith("#") ? line.substring(1) : line;
                found.append(kept.endsWith("#") ? kept.substring(0, kept.length() - 1) : kept).append('\n');
            }
        }
        return null;
    }
}
