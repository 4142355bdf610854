package dev.backbench.qbe.regalloc;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Printer;
import dev.backbench.qbe.il.Symbols;
import dev.backbench.qbe.il.Types;
import dev.backbench.qbe.pass.Cfg;
import dev.backbench.qbe.pass.Dominators;
import dev.backbench.qbe.pass.Loops;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Register allocation of random functions, each checked symbolically on all paths. */
class AllocatorTest {
    private final Cfg cfg = new Cfg();
    private final Dominators dominators = new Dominators();
    private final Loops loops = new Loops();
    private Allocator allocator = new Allocator();
    private final Fn fn = new Fn();

    private String text() {
        Symbols symbols = new Symbols();
        for (String name : new String[] {"f", "g"}) symbols.intern(name.getBytes(StandardCharsets.UTF_8), 0, 1);
        return new Printer(symbols, new Types(), name -> "").print(fn);
    }

    private void run() {
        cfg.compute(fn);
        dominators.compute(fn, cfg);
        loops.compute(fn, cfg, dominators);
        allocator.live(fn, cfg);
        allocator.cost(fn, loops);
        allocator.spill(fn, cfg, loops);
        allocator.rega(fn, cfg);
    }

    private void allocate(String seed) {
        cfg.compute(fn);
        Checker.Copy before = new Checker.Copy(fn);
        String text = text();
        try {
            run();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(seed + "\n" + text, e);
        }
        Checker.check(before, fn, seed + "\n" + text + "\nbecame\n" + text());
    }

    private void many(int rounds, int blocks, int length, int window, long salt) {
        for (int round = 0; round < rounds; round++) {
            SplittableRandom random = new SplittableRandom(salt + round);
            new RandomFunction(random).into(fn, 1 + random.nextInt(blocks), 1 + random.nextInt(length), window);
            allocate("round " + round);
        }
    }

    @Test
    void smallFunctions() {
        many(800, 4, 6, 4, 1_000_000);
    }

    @Test
    void functionsOfHighPressure() {
        many(250, 10, 40, 40, 2_000_000);
    }

    @Test
    void graphsOfAnyForm() {
        many(250, 30, 8, 12, 3_000_000);
    }

    /** Functions with more liveness than allowed: all that crosses blocks goes by memory. */
    @Test
    void valuesCrossBlocksInMemory() {
        allocator = new Allocator(0, 0);
        many(400, 10, 20, 20, 4_000_000);
        many(200, 30, 8, 12, 5_000_000);
    }

    /** Exchanging two registers in one instruction of a right allocation must be seen. */
    @Test
    void theCheckerSeesAWrongRegister() {
        int seen = 0, tried = 0;
        for (int round = 0; round < 60; round++) {
            SplittableRandom random = new SplittableRandom(round);
            new RandomFunction(random).into(fn, 1 + random.nextInt(4), 20, 8);
            cfg.compute(fn);
            Checker.Copy before = new Checker.Copy(fn);
            run();
            int at = -1;
            for (int i = 0; i < fn.insCount; i++) if (Fn.op(fn.ins[Fn.STRIDE * i]) == Op.SUB && fn.ins[Fn.STRIDE * i + 2] != fn.ins[Fn.STRIDE * i + 3]) at = Fn.STRIDE * i;
            if (at < 0) continue;
            tried++;
            int first = fn.ins[at + 2];
            fn.ins[at + 2] = fn.ins[at + 3];
            fn.ins[at + 3] = first;
            try {
                Checker.check(before, fn, "");
            } catch (AssertionError expected) {
                seen++;
            }
        }
        assertTrue(tried > 20 && seen > tried * 9 / 10, seen + " of " + tried); // both may hold the same value
    }

    /** What a second allocation of the same function takes from the heap does not grow with it. */
    @Test
    void allocatesNothingPerInstruction() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] bytes = new long[2];
        for (int round = 0; round < 6; round++) {
            new RandomFunction(new SplittableRandom(7)).into(fn, 200, 40, 20);
            long start = threads.getThreadAllocatedBytes(Thread.currentThread().threadId());
            run();
            bytes[round % 2] = threads.getThreadAllocatedBytes(Thread.currentThread().threadId()) - start;
        }
        assertTrue(bytes[1] < 4096, bytes[1] + " bytes");
    }
}
