package dev.backbench.cranelift.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.spi.fuzz.Reducer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random functions that show a planted bug become a few lines that still show it, and that are right without the bug. */
class ClifShrinkerTest {
    private static final int TEXTS = 100, MOST_LINES = 60;

    private static final ClifOracle.Watch NOBODY = new ClifOracle.Watch() {
        @Override
        public void compiled(Function f) {}

        @Override
        public void outcome(String how) {}

        @Override
        public void refused(String why) {}
    };

    /** Of bugs that leave valid CLIF: wrong machine code could end this process. */
    @ParameterizedTest
    @EnumSource(names = {"WRONG_CONDITION", "MISSING_TRAP"})
    void aPlantedBugIsLeftInFewLines(PlantedBug bug) throws Exception {
        ClifOracle planted = new ClifOracle(List.of(bug.pipeline()), 4, NOBODY);
        String text = null;
        for (long seed = 1; seed <= TEXTS && text == null; seed++) {
            String random = ClifFuzzer.textOf(seed);
            if (planted.difference(random, seed) != null) text = random;
        }
        assertNotNull(text, "no text shows it");
        long seed = Long.parseLong(text.substring("; seed ".length(), text.indexOf('\n')));
        String small = reduce(text, candidate -> {
            String difference = planted.difference(candidate, seed);
            return difference != null && difference.contains(": expected ");
        });
        assertNotNull(planted.difference(small, seed), small);
        assertTrue(small.lines().count() <= MOST_LINES, () -> bug + ": " + small.lines().count() + " lines:\n" + small);
        assertNull(new ClifFuzzer().open("speed").difference(small), small);
    }

    @Test
    void linesBeforeTheFunctionsAndCallsOfThoseThatAreLeftStay() throws Exception {
        String text = """
            test run
            ; why
            function %a(i32) -> i32 {
            block0(v0: i32):
                v1 = iconst.i32 7
                brif v0, block1(v1), block2
            block1(v2: i32):
                v3 = popcnt v2
                return v3
            block2:
                return v0
            }
            ; run: %a(1) == 3

            function %b(i32) -> i32 {
            block0(v0: i32):
                v1 = clz v0
                return v1
            }
            ; run: %b(1) == 31
            """;
        String small = reduce(text, candidate -> candidate.contains("popcnt"));
        assertEquals("""
            test run
            ; why
            function %a(i32) -> i32 fast {
            block0(v0: i32):
                v1 = iconst.i32 0
                v3 = popcnt v1  ; v1 = 0
                return v3
            }
            ; run: %a(1) == 3
            """, small);
    }

    private interface Fails {
        boolean test(String candidate);
    }

    private static String reduce(String text, Fails fails) throws Exception {
        return new String(new Reducer(new ClifShrinker(), text.getBytes(StandardCharsets.UTF_8), new Reducer.Judge() {
            @Override
            public boolean stillFails(byte[] candidate) {
                return fails.test(new String(candidate, StandardCharsets.UTF_8));
            }

            @Override
            public boolean hasTime() {
                return true;
            }
        }).run(), StandardCharsets.UTF_8);
    }
}
