package dev.backbench.qbe.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The passes up to SSA form, held against the definition of that form and, by the interpreter, against what the function did before. */
class SsaTest {
    private final PassHarness harness = new PassHarness();

    @Test
    void functionsGiveWhatTheyGaveBefore() {
        harness.sameEverywhere(20_26, 3_000, fn -> { });
    }

    /** Where phis would be more work than is allowed, everything that crosses a block goes through memory. */
    @Test
    void functionsGiveTheSameWhereVariablesGoToMemory() {
        PassHarness bounded = new PassHarness(new Ssa(0, 0));
        int[] found = new int[1];
        bounded.sameEverywhere(20_27, 3_000, fn -> {
            if (bounded.print(fn).contains("alloc")) found[0]++;
        });
        assertTrue(found[0] > 1_000, found[0] + " functions with slots");
    }

    @Test
    void upstreamsFunctionsReachSsaForm() {
        int[] checked = new int[1];
        for (byte[] file : PassHarness.corpus()) {
            harness.parse(file, fn -> {
                harness.toSsa(fn);
                harness.check(fn, harness.print(fn));
                checked[0]++;
            });
        }
        assertTrue(checked[0] > 90, checked[0] + " functions");
    }

    @Test
    void loopsNestByHeader() {
        Loops loops = new Loops();
        String il = "function $f(w %x) {\n@a\n@outer\n@inner\n\tjnz %x, @inner, @latch\n@latch\n\tjnz %x, @outer, @out\n@out\n\tret\n}\n";
        harness.after(il, fn -> {
            loops.compute(fn, harness.cfg, harness.dominators);
            StringBuilder found = new StringBuilder();
            for (int b = 0; b < fn.blocks; b++) found.append(loops.header[b]).append('/').append(loops.parent[b]).append('/').append(loops.depth[b]).append(' ');
            assertEquals("-1/-1/0 1/-1/1 2/1/2 1/1/1 -1/-1/0 ", found.toString());
        });
    }
}
