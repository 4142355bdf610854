package dev.backbench.cranelift.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backbench.cranelift.Clif;
import dev.backbench.cranelift.ir.Function;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DominatorsTest {
    /** Against the definition: a dominates b where b is not reached once a is taken out. */
    @Test
    void randomGraphs() {
        Random random = new Random(2);
        Cfg cfg = new Cfg();
        Dominators tree = new Dominators();
        for (int round = 0; round < 300; round++) {
            int blocks = 2 + random.nextInt(12);
            Function f = Clif.function(text(blocks, random));
            cfg.compute(f);
            tree.compute(f, cfg);
            boolean[] reached = without(cfg, blocks, -1);
            for (int a = 0; a < blocks; a++) {
                assertEquals(reached[a], tree.isReachable(a));
                boolean[] left = without(cfg, blocks, a);
                for (int b = 0; b < blocks; b++) if (reached[a] && reached[b]) assertEquals(!left[b], tree.dominates(a, b), "block" + a + " and block" + b + " of " + f);
            }
        }
    }

    /** From every block of a long chain to one behind it: links of all lengths are climbed. */
    @Test
    void branchesOutOfALongChain() {
        int last = 3000;
        StringBuilder out = new StringBuilder("function %f(i32) {\nblock0(v0: i32):\n");
        for (int b = 0; b < last; b++) {
            if (b > 0) out.append("block").append(b).append(":\n");
            out.append(" brif v0, block").append(b + 1).append(", block").append(last + (b < 5 ? 1 : 2)).append('\n');
        }
        for (int b = last; b < last + 3; b++) out.append("block").append(b).append(":\n return\n");
        Function f = Clif.function(out.append("}\n").toString());
        Cfg cfg = new Cfg();
        Dominators tree = new Dominators();
        cfg.compute(f);
        tree.compute(f, cfg);
        for (int b = 1; b <= last; b++) assertEquals(b - 1, tree.idom(b));
        assertEquals(0, tree.idom(last + 1));
        assertEquals(5, tree.idom(last + 2));
    }

    private static String text(int blocks, Random random) {
        StringBuilder out = new StringBuilder("function %f(i32) {\nblock0(v0: i32):\n");
        for (int b = 0; b < blocks; b++) {
            if (b > 0) out.append("block").append(b).append(":\n");
            switch (random.nextInt(4)) {
                case 0 -> out.append(" return\n");
                case 1 -> out.append(" jump block").append(1 + random.nextInt(blocks - 1)).append('\n');
                default -> out.append(" brif v0, block").append(1 + random.nextInt(blocks - 1)).append(", block").append(1 + random.nextInt(blocks - 1)).append('\n');
            }
        }
        return out.append("}\n").toString();
    }

    private static boolean[] without(Cfg cfg, int blocks, int removed) {
        boolean[] reached = new boolean[blocks];
        if (removed != 0) walk(cfg, 0, removed, reached);
        return reached;
    }

    private static void walk(Cfg cfg, int block, int removed, boolean[] reached) {
        reached[block] = true;
        for (int i = 0; i < cfg.successorCount(block); i++) {
            int next = cfg.successor(block, i);
            if (next != removed && !reached[next]) walk(cfg, next, removed, reached);
        }
    }
}
