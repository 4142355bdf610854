package dev.backbench.qbe;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.backbench.qbe.amd64.ObjectOutput;
import dev.backbench.qbe.amd64.Output;
import dev.backbench.qbe.il.IlSink;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Parser;
import dev.backbench.qbe.il.Symbols;
import dev.backbench.qbe.il.Types;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A warm compiler allocates nothing per instruction: counted in bytes on functions of two sizes. */
class AllocationTest {
    private static final int FUNCTIONS = 20, SMALL = 20, LARGE = 200;

    private final ThreadMXBean bytes = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Symbols symbols = new Symbols();
    private final Types types = new Types();
    private final Parser parser = new Parser("test.ssa", symbols, types);
    private final Pipeline passes = new Pipeline(types);
    private int instructions;

    /** Parsing and all passes: the same bytes for ten times the instructions. */
    @Test
    void parsingAndPassesAllocateNothingPerInstruction() {
        long small = warm(SMALL, true), before = instructions, large = warm(LARGE, true);
        long more = instructions - before;
        assertTrue(more > 20_000, more + " instructions more");
        assertTrue(large - small < more / 8, () -> large + " bytes against " + small + " for " + more + " instructions more");
    }

    /** With emission: what the object itself takes, in arrays that double. */
    @Test
    void emissionAllocatesTheObject() {
        long small = warm(SMALL, false), before = instructions, large = warm(LARGE, false);
        long more = instructions - before;
        assertTrue(large - small < 32 * more, () -> large + " bytes against " + small + " for " + more + " instructions more");
    }

    /** Bytes of the second compile of the same text. */
    private long warm(int size, boolean passesOnly) {
        byte[] il = il(size);
        compile(il, passesOnly);
        compile(il, passesOnly);
        long start = bytes.getCurrentThreadAllocatedBytes();
        compile(il, passesOnly);
        return bytes.getCurrentThreadAllocatedBytes() - start;
    }

    private void compile(byte[] il, boolean passesOnly) {
        symbols.reset();
        types.reset();
        instructions = 0;
        parser.parse(il, passesOnly ? (IlSink) this::count : new ObjectOutput(symbols, this::count));
    }

    private void count(Fn fn) {
        passes.run(fn);
        instructions += fn.insCount;
    }

    /** Slots, loads, branches, a loop, calls with aggregates and variable arguments, divisions and floats, {@code size} times in each function. */
    private static byte[] il(int size) {
        StringBuilder il = new StringBuilder("type :t = { l, w }\n");
        for (int f = 0; f < FUNCTIONS; f++) {
            il.append("function w $f").append(f).append("(w %x, l %p, d %d) {\n@start\n\t%s =l alloc4 4\n\tstorew %x, %s\n");
            for (int i = 0; i < size; i++) {
                il.append("\t%v =w loadw %s\n\t%v =w add %v, 3\n\tstorew %v, %s\n\t%c =w csltw %v, %x\n\tjnz %c, @a#, @b#\n@a#\n\t%q =l add %p, 8\n\tstorew %v, %q\n\t%v =w div %v, %x\n\tstorew %v, %s\n@b#\n".replace("#", String.valueOf(i)));
                il.append("\t%d =d mul %d, d_1.5\n\t%w =w call $g(l %p, :t %p, ..., d %d)\n\t%x =w add %x, %w\n\tjnz %w, @b#, @e#\n@e#\n".replace("#", String.valueOf(i)));
            }
            il.append("\tret %x\n}\n");
        }
        return il.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
