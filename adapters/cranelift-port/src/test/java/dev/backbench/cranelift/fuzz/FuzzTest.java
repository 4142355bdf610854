package dev.backbench.cranelift.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.spi.fuzz.IrFuzzer;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Random functions mean the same at every level as in the interpreter: {@code bench fuzz} with a fixed budget. */
class FuzzTest {
    private static final int TEXTS = 200;

    @Test
    void everyLevelKeepsTheMeaning() {
        try (IrFuzzer.Session session = new ClifFuzzer().open(null)) {
            for (long seed = 1; seed <= TEXTS; seed++) {
                String text = session.text(seed), difference = session.difference(text);
                assertEquals(null, difference, () -> text);
            }
            Map<String, Map<String, Long>> reached = session.reached();
            reached.forEach((group, hits) -> System.out.println("fuzz: " + group + ": " + hits.values().stream().filter(n -> n > 0).count() + " of " + hits.size() + " reached, never " + never(hits)));
            assertTrue(never(reached.get("operations")).size() < 40, "operations never compiled: " + never(reached.get("operations")));
            assertTrue(never(reached.get("outcomes")).isEmpty(), "outcomes never seen: " + never(reached.get("outcomes")));
        }
    }

    private static Set<String> never(Map<String, Long> hits) {
        Set<String> never = new TreeSet<>();
        hits.forEach((name, n) -> {
            if (n == 0) never.add(name);
        });
        return never;
    }
}
