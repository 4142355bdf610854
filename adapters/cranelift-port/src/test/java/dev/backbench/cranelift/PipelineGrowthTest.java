package dev.backbench.cranelift;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.mach.MachineCode;
import dev.backbench.cranelift.opt.Optimizer;
import dev.backbench.cranelift.regalloc.FastAllocator;
import dev.backbench.cranelift.regalloc.SplittingAllocator;
import dev.backbench.cranelift.text.ClifException;
import dev.backbench.cranelift.text.Parser;
import dev.backbench.spi.PhaseClock;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** From text to machine code: what is allocated and what comes out grow with the function and no faster; once warm, nothing is allocated at any level. */
class PipelineGrowthTest {
    enum Shape { INSTRUCTIONS, CONSTANTS, BLOCKS, PARAMETERS, CALLS, CALL_ARGUMENTS, SWITCH_ARMS, LOOPS_IN_LOOPS, STORES, LIVE_THROUGH_BLOCKS, PREDECESSORS, FULL_LOOPS_IN_LOOPS }

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int SMALL = 1000, FACTOR = 4, ROUNDS = 12;

    private static Function parse(String text) {
        Function f = new Function();
        try {
            new Parser(text.getBytes(StandardCharsets.UTF_8)).next(f);
        } catch (ClifException e) {
            throw new AssertionError(e);
        }
        return f;
    }

    /** Everything new, so that whatever a pass works in is allocated: bytes are its size, and without noise. */
    @ParameterizedTest
    @EnumSource(Shape.class)
    void isLinear(Shape shape) {
        long[] bytes = new long[2], code = new long[2], inserted = new long[2];
        for (int i = 0; i < 2; i++) {
            String text = text(shape, i == 0 ? SMALL : SMALL * FACTOR);
            compile(text, new long[2]); // classes are loaded
            long[] sizes = new long[2];
            long before = THREADS.getCurrentThreadAllocatedBytes();
            compile(text, sizes);
            bytes[i] = THREADS.getCurrentThreadAllocatedBytes() - before;
            code[i] = sizes[0];
            inserted[i] = sizes[1];
        }
        // arrays that double may be twice what is needed
        assertTrue(bytes[1] <= 2L * FACTOR * bytes[0], "allocated: " + bytes[0] + ", then " + bytes[1]);
        assertTrue(code[1] <= 1.3 * FACTOR * code[0] && code[1] > code[0], "code: " + code[0] + ", then " + code[1]);
        assertTrue(inserted[1] <= 1.3 * FACTOR * inserted[0], "values once optimized: " + inserted[0] + ", then " + inserted[1]);
    }

    /** @param sizes bytes of code, values after the mid-end */
    private static void compile(String text, long[] sizes) {
        MachineCode made = new MachineCode();
        new Codegen(new FastAllocator()).compile(parse(text), made, PhaseClock.OFF);
        sizes[0] += made.code.size();
        Function f = parse(text);
        new Optimizer().run(f);
        sizes[1] = f.values();
        new Codegen(new SplittingAllocator()).compile(f, made, PhaseClock.OFF);
        sizes[0] += made.code.size();
    }

    @ParameterizedTest
    @CsvSource({"fast,false", "splitting,false", "splitting,true"})
    void nothingIsAllocatedOnceWarm(String allocator, boolean optimize) {
        Codegen codegen = new Codegen(allocator.equals("fast") ? new FastAllocator() : new SplittingAllocator());
        Optimizer optimizer = new Optimizer();
        MachineCode made = new MachineCode();
        for (Shape shape : Shape.values()) {
            Function[] fresh = new Function[ROUNDS]; // the mid-end changes them
            for (int size : new int[] {SMALL * FACTOR, SMALL}) {
                String text = text(shape, size);
                long least = Long.MAX_VALUE;
                for (int i = 0; i < ROUNDS; i++) fresh[i] = parse(text);
                for (Function f : fresh) {
                    if (optimize) optimizer.run(f); // what it adds to the function is the function's
                    long before = THREADS.getCurrentThreadAllocatedBytes();
                    codegen.compile(f, made, PhaseClock.OFF);
                    least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
                }
                assertTrue(least < 4096, shape + " of " + size + ": " + least + " bytes");
            }
        }
    }

    @Test
    void theMidEndAllocatesOnlyWhatItAdds() {
        Optimizer optimizer = new Optimizer();
        Function f = new Function();
        byte[] text = text(Shape.STORES, SMALL).getBytes(StandardCharsets.UTF_8);
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            f.reset();
            try {
                new Parser(text).next(f);
            } catch (ClifException e) {
                throw new AssertionError(e);
            }
            long before = THREADS.getCurrentThreadAllocatedBytes();
            optimizer.run(f); // into arrays that the function has from the last time
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(least < 4096, least + " bytes");
    }

    // ---- shapes ----

    private static String text(Shape shape, int n) {
        StringBuilder b = new StringBuilder("function %f(i64, i32) -> i64 fast {\n    fn0 = %g(").append(names("i64", shape == Shape.CALL_ARGUMENTS ? n : 1)).append(") -> i64 system_v\nblock0(v0: i64, v1: i32):\n");
        switch (shape) {
            case INSTRUCTIONS -> straight(b, n, "imul.i64 v%d, v0");
            case CALLS -> straight(b, n, "call fn0(v%d)");
            case CALL_ARGUMENTS -> b.append("    v2 = call fn0(").append(names("v0", n)).append(")\n    return v2\n");
            case CONSTANTS -> {
                int last = 0;
                for (int i = 2; i < 2 * n; i += 2, last = i - 1) b.append("    v").append(i).append(" = iconst.i64 ").append(7L * i + (1L << 40)).append("\n    v").append(i + 1).append(" = iadd.i64 v").append(last).append(", v").append(i).append('\n');
                b.append("    return v").append(last).append('\n');
            }
            case STORES -> {
                for (int i = 0; i < n; i++) b.append("    store v0, v0+").append(8 * i).append("\n    v").append(i + 2).append(" = load.i64 v0+").append(4 * i).append('\n');
                b.append("    return v").append(n + 1).append('\n');
            }
            case BLOCKS -> {
                for (int i = 1; i <= n; i++) b.append("    brif v1, block").append(i).append(", block").append(n + 1).append("\nblock").append(i).append(":\n");
                b.append("    return v0\nblock").append(n + 1).append(":\n    return v0\n");
            }
            case PARAMETERS -> parameters(b, n);
            case SWITCH_ARMS -> {
                b.append("    br_table v1, block1, [");
                for (int i = 0; i < n; i++) b.append(i > 0 ? ", block" : "block").append(i + 2);
                b.append("]\nblock1:\n    return v0\n");
                for (int i = 0; i < n; i++) b.append("block").append(i + 2).append(":\n    v").append(i + 2).append(" = iconst.i64 ").append(i).append("\n    return v").append(i + 2).append('\n');
            }
            case LIVE_THROUGH_BLOCKS -> {
                for (int i = 0; i < n; i++) b.append("    v").append(i + 2).append(" = imul.i64 v0, v").append(i == 0 ? 0 : i + 1).append('\n');
                for (int i = 1; i <= 20; i++) b.append("    brif v1, block").append(i).append(", block21\nblock").append(i).append(":\n    store v0, v0\n");
                b.append("    jump block21\nblock21:\n");
                for (int i = 0; i < n; i++) b.append("    store v").append(i + 2).append(", v0\n");
                b.append("    return v0\n");
            }
            case PREDECESSORS -> predecessors(b, n);
            case FULL_LOOPS_IN_LOOPS -> {
                for (int i = 2; i < 42; i++) b.append("    v").append(i).append(" = imul.i64 v0, v").append(i == 2 ? 0 : i - 1).append('\n');
                for (int i = 1; i <= n; i++) b.append("    jump block").append(i).append("\nblock").append(i).append(":\n    store v").append(2 + 3 * i % 40).append(", v").append(2 + 7 * i % 40).append('\n');
                b.append("    jump block").append(n + 1).append('\n');
                for (int i = 1; i <= n; i++) b.append("block").append(n + i).append(":\n    brif v1, block").append(n + 1 - i).append(i == n ? ", block" : ", block").append(n + i + 1).append('\n');
                b.append("block").append(2 * n + 1).append(":\n    return v41\n");
            }
            case LOOPS_IN_LOOPS -> {
                for (int i = 1; i <= n; i++) b.append("    jump block").append(i).append("\nblock").append(i).append(":\n");
                b.append("    jump block").append(n + 1).append('\n');
                for (int i = 1; i <= n; i++) b.append("block").append(n + i).append(":\n    brif v1, block").append(n + 1 - i).append(i == n ? ", block" : ", block").append(n + i + 1).append('\n');
                b.append("block").append(2 * n + 1).append(":\n    return v0\n");
            }
        }
        return b.append("}\n").toString().replace("block0\n", "block1\n").replace("block0,", "block1,");
    }

    private static String names(String name, int n) {
        return String.join(", ", Collections.nCopies(n, name));
    }

    private static void straight(StringBuilder b, int n, String operation) {
        for (int i = 0; i < n; i++) b.append("    v").append(i + 2).append(" = ").append(operation.formatted(i == 0 ? 0 : i + 1)).append('\n');
        b.append("    return v").append(n + 1).append('\n');
    }

    /** Forty parameters passed from everywhere. */
    private static void predecessors(StringBuilder b, int n) {
        StringBuilder arguments = new StringBuilder(), parameters = new StringBuilder();
        for (int i = 2; i < 42; i++) {
            b.append("    v").append(i).append(" = imul.i64 v0, v").append(i == 2 ? 0 : i - 1).append('\n');
            arguments.append(i > 2 ? ", v" : "v").append(i);
            parameters.append(i > 2 ? ", v" : "v").append(i + 40).append(": i64");
        }
        b.append("    br_table v1, block1, [");
        for (int i = 2; i <= n; i++) b.append(i > 2 ? ", block" : "block").append(i);
        b.append("]\n");
        for (int i = 1; i <= n; i++) b.append("block").append(i).append(":\n    store v0, v0+").append(i).append("\n    jump block").append(n + 1).append('(').append(i % 2 == 0 ? arguments : "v41, v2" + ", v3".repeat(38)).append(")\n");
        b.append("block").append(n + 1).append('(').append(parameters).append("):\n");
        for (int i = 42; i < 82; i++) b.append("    store v").append(i).append(", v0\n");
        b.append("    return v0\n");
    }

    /** A loop that turns its parameters round by one. */
    private static void parameters(StringBuilder b, int n) {
        StringBuilder arguments = new StringBuilder(), parameters = new StringBuilder(), turned = new StringBuilder();
        for (int i = 0; i < n; i++) {
            b.append("    v").append(i + 2).append(" = imul.i64 v0, v").append(i == 0 ? 0 : i + 1).append('\n');
            arguments.append(i > 0 ? ", v" : "v").append(i + 2);
            parameters.append(i > 0 ? ", v" : "v").append(n + 2 + i).append(": i64");
            turned.append(i > 0 ? ", v" : "v").append(n + 2 + (i + 1) % n);
        }
        b.append("    jump block1(").append(arguments).append(")\nblock1(").append(parameters).append("):\n    brif v1, block1(").append(turned).append("), block2\nblock2:\n    return v").append(n + 2).append('\n');
    }
}
