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
    static final int TEXTS = 300;

    @Test
    void everyLevelKeepsTheMeaning() {
        try (IrFuzzer.Session session = new ClifFuzzer().open(null)) {
            for (long seed = 1; seed <= TEXTS; seed++) {
                String text = session.text(seed), difference = session.difference(text);
                assertEquals(null, difference, () -> text);
            }
            Map<String, Map<String, Long>> reached = session.reached();
            reached.forEach((group, hits) -> System.out.println("fuzz: " + group + ": " + hits.values().stream().filter(n -> n > 0).count() + " of " + hits.size() + " reached, never " + never(hits)));
            // what is left is rare in so few texts: atomics, above all of 128 bits
            assertTrue(never(reached.get("operations")).size() < 30, "operations never compiled: " + never(reached.get("operations")));
            assertTrue(never(reached.get("mid-end rules")).size() < 40, "rules never hit: " + never(reached.get("mid-end rules")));
            assertTrue(never(reached.get("lowering rules")).size() < 60, "lowering rules never taken: " + never(reached.get("lowering rules")));
            assertTrue(never(reached.get("outcomes")).size() <= 2, "outcomes never seen: " + never(reached.get("outcomes")));
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
