package dev.backbench.cranelift.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backbench.cranelift.Clif;
import dev.backbench.cranelift.ir.Function;
import org.junit.jupiter.api.Test;

class LoopsTest {
    private final Cfg cfg = new Cfg();
    private final Dominators tree = new Dominators();
    private final Loops loops = new Loops();

    private void compute(String text) {
        Function f = Clif.function(text);
        cfg.compute(f);
        tree.compute(f, cfg);
        loops.compute(f, cfg, tree);
    }

    /** Block 1 to {@code depth} are headers, each of a loop in the one before; after them their latches, inner first. */
    private static String nest(int depth) {
        StringBuilder b = new StringBuilder("function %f(i32) fast {\nblock0(v0: i32):\n    jump block1\n");
        for (int h = 1; h <= depth; h++) b.append("block").append(h).append(":\n    jump block").append(h + 1).append('\n');
        for (int h = depth; h >= 1; h--) {
            int latch = 2 * depth + 1 - h;
            b.append("block").append(latch).append(":\n    brif v0, block").append(h).append(", block").append(latch + 1).append('\n');
        }
        return b.append("block").append(2 * depth + 1).append(":\n    return\n}\n").toString();
    }

    /** From each header, for what is computed in any other around it: before the loop inside the one where that is. */
    @Test
    void theWayOutOfADeepNestIsFound() {
        int depth = 300;
        compute(nest(depth));
        assertEquals(depth, loops.count());
        for (int block = 1; block <= depth; block++) {
            assertEquals(block, loops.depth(block));
            for (int from = 0; from < block; from++) assertEquals(from, loops.outside(block, from));
            assertEquals(block, loops.outside(block, block));
        }
    }

    /** Loops that follow each other without a block between: before each is what is before the first. */
    @Test
    void thePreheaderLiesInNoLoopThatIsPassed() {
        int count = 100;
        StringBuilder b = new StringBuilder("function %f(i32) fast {\nblock0(v0: i32):\n    jump block1\n");
        for (int h = 1; h <= count; h++) b.append("block").append(h).append(":\n    brif v0, block").append(h).append(", block").append(h + 1).append('\n');
        compute(b.append("block").append(count + 1).append(":\n    return\n}\n").toString());
        assertEquals(count, loops.count());
        for (int loop = 0; loop < count; loop++) assertEquals(0, loops.preheader(loop));
        assertEquals(count, loops.outside(count, 1), "what the first loop computes stays where it is needed");
    }
}
