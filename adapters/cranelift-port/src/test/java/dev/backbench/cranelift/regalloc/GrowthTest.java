package dev.backbench.cranelift.regalloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.backbench.cranelift.mach.VCode;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shapes that grow in one direction: what comes out, and the steps counted, grow with them and no faster; a second run allocates nothing. */
class GrowthTest {
    private static final int ALLOCATABLE = 0xFFFFFFCF, DEF = VCode.DEF | VCode.LATE, USE = VCode.USE;

    enum Shape { INSTRUCTIONS, BLOCKS, LIVE_AT_ONCE, LIVE_THROUGH_BLOCKS, PARAMETERS, CALL_ARGUMENTS, LOOPS_IN_LOOPS }

    private final VCode code = new VCode();
    private final Allocation allocation = new Allocation();

    @ParameterizedTest
    @EnumSource(Shape.class)
    void isLinear(Shape shape) {
        SplittingAllocator splitting = new SplittingAllocator();
        FastAllocator fast = new FastAllocator();
        long[] size = new long[2], visits = new long[2], moves = new long[2], fastMoves = new long[2];
        for (int i = 0; i < 2; i++) {
            build(shape, i == 0 ? 250 : 1000);
            size[i] = code.operands() + code.insts() + code.blocks();
            run(fast, i == 0);
            fastMoves[i] = allocation.moves();
            run(splitting, i == 0);
            moves[i] = allocation.moves();
            visits[i] = splitting.visits();
        }
        double growth = (double) size[1] / size[0];
        assertTrue(growth > 3, "the shape grows");
        assertTrue(fastMoves[1] <= 1.2 * growth * fastMoves[0] + 50, "moves of the fast one: " + fastMoves[0] + " to " + fastMoves[1]);
        assertTrue(moves[1] <= 1.2 * growth * moves[0] + 50, "moves: " + moves[0] + " to " + moves[1]);
        assertTrue(visits[1] <= 200 * size[1] + 1_000_000, "visits: " + visits[1] + " for " + size[1]);
        if (shape != Shape.LIVE_THROUGH_BLOCKS) assertTrue(visits[1] <= 1.2 * growth * visits[0] + 50, "visits: " + visits[0] + " to " + visits[1]);
    }

    private void run(Allocator allocator, boolean check) {
        allocator.run(code, ALLOCATABLE, allocation);
        if (check) assertNull(Checker.check(code, ALLOCATABLE, allocation));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        allocator.run(code, ALLOCATABLE, allocation);
        assertEquals(0, (threads.getCurrentThreadAllocatedBytes() - before) / 4096, "pages allocated by a second run");
    }

    // ---- shapes ----

    private void build(Shape shape, int n) {
        code.reset();
        code.beginBlock(0);
        int[] argument = {code.newVreg(VCode.INT)};
        inst().addOperand(argument[0], DEF | VCode.FIXED, 7);
        switch (shape) {
            case INSTRUCTIONS -> {
                int a = argument[0], b = a;
                for (int i = 0; i < n; i++) {
                    int next = add(a, b);
                    a = b;
                    b = next;
                }
            }
            case BLOCKS -> {
                for (int i = 0; i < n; i++) next(add(argument[0], argument[0]), 0);
            }
            case LIVE_AT_ONCE -> useAll(values(n, argument[0]));
            case LIVE_THROUGH_BLOCKS -> {
                int[] values = values(n, argument[0]);
                for (int i = 0; i < n; i++) next(argument[0], 0);
                useAll(values);
            }
            case PARAMETERS -> parameters(values(n, argument[0]));
            case CALL_ARGUMENTS -> {
                inst();
                for (int i = 0; i < n; i++) code.addOperand(argument[0], USE | VCode.ANY, 0);
                code.setClobbers(RandomVCode.CALLER_SAVED);
                useAll(argument);
            }
            case LOOPS_IN_LOOPS -> loops(n, argument[0]);
        }
        inst().addOperand(argument[0], USE | VCode.FIXED, 0);
        code.finish();
    }

    private VCode inst() {
        code.beginInst(0, 0, 0, 0);
        return code;
    }

    private int add(int a, int b) {
        int result = code.newVreg(VCode.INT);
        inst().addOperand(result, DEF | VCode.REUSE, 1);
        code.addOperand(a, USE | VCode.REG, 0);
        code.addOperand(b, USE | VCode.ANY, 0);
        return result;
    }

    private int[] values(int n, int from) {
        int[] values = new int[n];
        for (int i = 0; i < n; i++) values[i] = add(from, from);
        return values;
    }

    private void useAll(int[] values) {
        for (int value : values) inst().addOperand(value, USE | VCode.REG, 0);
    }

    /** Ends the block by a jump to the next. */
    private void next(int used, int depth) {
        inst().addOperand(used, USE | VCode.REG, 0);
        inst();
        code.addSuccessor(code.blocks());
        code.beginBlock(depth);
    }

    /** A loop that turns its parameters around by one. */
    private void parameters(int[] values) {
        int head = code.blocks();
        inst();
        code.addSuccessor(head);
        for (int value : values) code.addArgument(value);
        code.beginBlock(1);
        int[] parameters = new int[values.length];
        for (int i = 0; i < values.length; i++) code.addParameter(parameters[i] = code.newVreg(VCode.INT));
        inst().addOperand(parameters[0], USE | VCode.REG, 0);
        code.addSuccessor(head + 1);
        code.addSuccessor(head + 2);
        code.beginBlock(1);
        inst();
        code.addSuccessor(head);
        for (int i = 0; i < values.length; i++) code.addArgument(parameters[(i + 1) % values.length]);
        code.beginBlock(0);
    }

    /** Heads first, then their ends from the inside out; each loop uses the same value. */
    private void loops(int n, int value) {
        int head = code.blocks();
        for (int i = 0; i < n; i++) next(value, i + 1);
        for (int i = 0; i < n; i++) {
            int here = code.blocks();
            inst().addOperand(value, USE | VCode.REG, 0);
            code.addSuccessor(here);
            code.addSuccessor(here + 1);
            code.beginBlock(n - i);
            inst();
            code.addSuccessor(head + n - 1 - i);
            code.beginBlock(n - i - 1);
        }
    }
}
