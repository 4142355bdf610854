package dev.backbench.qbe.pass;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.qbe.Pipeline;
import dev.backbench.qbe.Pipeline.Pass;
import dev.backbench.qbe.il.Types;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** All passes that do not know the machine, one after another. */
class MiddleEndTest {
    private final PassHarness harness = new PassHarness();
    private final Pipeline pipeline = new Pipeline(new Types());

    @Test
    void functionsGiveWhatTheyGaveBefore() {
        harness.sameEverywhere(97, 4_000, fn -> pipeline.run(fn, Pass.LOADOPT, Pass.IFCONVERT));
    }

    /** After a function of the same shape, nothing is allocated for another. */
    @Test
    void passesReuseTheirArrays() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        SplittableRandom random = new SplittableRandom(3);
        List<byte[]> functions = new ArrayList<>();
        for (int i = 0; i < 300; i++) functions.add(RandomIl.generate(random).getBytes(StandardCharsets.UTF_8));
        long[] spent = new long[1];
        int[] instructions = new int[1];
        for (int round = 0; round < 3; round++) {
            spent[0] = instructions[0] = 0;
            for (byte[] il : functions) {
                harness.parse(il, fn -> {
                    instructions[0] += fn.insCount;
                    long before = threads.getCurrentThreadAllocatedBytes();
                    pipeline.run(fn, Pass.PROMOTE, Pass.IFCONVERT);
                    spent[0] += threads.getCurrentThreadAllocatedBytes() - before;
                });
            }
        }
        assertTrue(instructions[0] > 5_000, instructions[0] + " instructions");
        assertTrue(spent[0] < 50_000, spent[0] + " bytes for " + instructions[0] + " instructions");
    }
}
