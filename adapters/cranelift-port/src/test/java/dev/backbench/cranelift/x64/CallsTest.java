package dev.backbench.cranelift.x64;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backbench.cranelift.Clif;
import dev.backbench.cranelift.Codegen;
import dev.backbench.cranelift.interp.Interpreter;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.regalloc.Allocator;
import dev.backbench.cranelift.regalloc.FastAllocator;
import dev.backbench.cranelift.regalloc.SplittingAllocator;
import dev.backbench.cranelift.run.CompiledText;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where arguments, results and frames lie: calls of the last function of a text, compiled, against the interpreter. */
class CallsTest {
    private static Allocator allocator(boolean fast) {
        return fast ? new FastAllocator() : new SplittingAllocator();
    }

    private static List<Function> parse(String text) throws Exception {
        return Clif.functions(text.getBytes(StandardCharsets.UTF_8));
    }

    /** @param arguments low halves */
    private static void check(boolean fast, String text, long... arguments) throws Exception {
        List<Function> functions = parse(text);
        long[] pairs = new long[2 * arguments.length];
        for (int i = 0; i < arguments.length; i++) pairs[2 * i] = arguments[i];
        int last = functions.size() - 1;
        try (CompiledText compiled = new CompiledText(functions, new Codegen(allocator(fast)))) {
            assertEquals(null, compiled.unsupported(last));
            assertArrayEquals(new Interpreter(parse(text)).run(last, pairs), compiled.call(last, pairs));
        }
    }

    private static String list(int from, int to, String before, String after) {
        StringBuilder out = new StringBuilder();
        for (int i = from; i < to; i++) out.append(i > from ? ", " : "").append(before).append(i).append(after);
        return out.toString();
    }

    /** Sums its parameters with weights, so that a swapped pair shows. */
    private static String weigher(int parameters, String conv) {
        StringBuilder text = new StringBuilder("function %w").append(parameters).append('(').append(list(0, parameters, "i64 ", "").replaceAll("i64 \\d+", "i64")).append(") -> i64 ")
            .append(conv).append(" {\nblock0(").append(list(0, parameters, "v", ": i64")).append("):\n    v100 = iconst.i64 0\n");
        for (int i = 0; i < parameters; i++) {
            text.append("    v").append(200 + i).append(" = iconst.i64 ").append(3 * i + 1).append("\n    v").append(300 + i).append(" = imul v").append(i).append(", v").append(200 + i);
            text.append("\n    v").append(101 + i).append(" = iadd v").append(100 + i).append(", v").append(300 + i).append('\n');
        }
        return text.append("    return v").append(100 + parameters).append("\n}\n").toString();
    }

    /** The callee reads all of the slot, as one compiled from C may. */
    @ParameterizedTest
    @CsvSource({"i8 uext, 255", "i8 sext, -1", "i16 uext, 65535", "i32 uext, 4294967295", "i32 sext, -1"})
    void constantsOnTheStackAreExtended(String type, long expected) throws Exception {
        String text = "function %whole(i64, i64, i64, i64, i64, i64, i64) -> i64 system_v {\nblock0(" + list(0, 7, "v", ": i64") + "):\n    return v6\n}\n"
            + "function %caller() -> i64 system_v {\n    fn0 = %whole(i64, i64, i64, i64, i64, i64, " + type + ") -> i64 system_v\nblock0:\n    v0 = iconst.i64 0\n    v1 = iconst."
            + type.split(" ")[0] + " -1\n    v2 = call fn0(v0, v0, v0, v0, v0, v0, v1)\n    return v2\n}\n";
        try (CompiledText compiled = new CompiledText(parse(text), new Codegen(allocator(true)))) {
            assertEquals(expected, compiled.call(1, new long[0])[0]);
        }
    }

    /** Not an addition in memory the other way round. */
    @Test
    void bigEndianStoresAreRefusedAlsoAsUpdates() throws Exception {
        String text = "function %f(i64) system_v {\nblock0(v0: i64):\n    v1 = load.i32 little v0\n    v2 = iconst.i32 1\n    v3 = iadd v1, v2\n    store big v3, v0\n    return\n}\n";
        try (CompiledText compiled = new CompiledText(parse(text), new Codegen(allocator(true)))) {
            assertEquals("unsupported feature: big-endian memory access", compiled.unsupported(0));
        }
    }

    /** From few to many arguments on the stack and back, in a loop, so that a stack pointer that drifts is found. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tailCallsMoveOverlappingArguments(boolean fast) throws Exception {
        for (int mine : new int[] {1, 7, 9, 14}) {
            for (int theirs : new int[] {1, 8, 11, 20}) {
                String i64s = "i64" + ", i64".repeat(mine - 1), their = "i64" + ", i64".repeat(theirs - 1);
                String arguments = "v0";
                for (int i = 1; i < theirs; i++) arguments += ", v" + (theirs - i) % mine;
                String between = "function %between(" + i64s + ") -> i64 tail {\n    fn0 = colocated %w" + theirs + "(" + their + ") -> i64 tail\nblock0(" + list(0, mine, "v", ": i64")
                    + "):\n    return_call fn0(" + arguments + ")\n}\n";
                String main = "function %main(i64) -> i64 {\n    fn0 = colocated %between(" + i64s + ") -> i64 tail\nblock0(v50: i64):\n    v51 = iconst.i64 0\n    jump block1(v50, v51)\n"
                    + "block1(v52: i64, v53: i64):\n    v54 = iadd v52, v53\n";
                String passed = "v54";
                for (int i = 1; i < mine; i++) passed += i % 2 == 0 ? ", v52" : ", v53";
                main += "    v55 = call fn0(" + passed + ")\n    v56 = bxor v55, v53\n    v57 = iconst.i64 -1\n    v58 = iadd v52, v57\n    brif v58, block1(v58, v56), block2\nblock2:\n"
                    + "    return v56\n}\n";
                check(fast, weigher(theirs, "tail") + between + main, 1000);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void argumentsOnTheStackAreAligned(boolean fast) throws Exception {
        String types = "i8, i128, f32, i64, i128, i16, i128, f64, i32, i128";
        String callee = "function %c(" + types + ") -> i128 system_v {\nblock0(v0: i8, v1: i128, v2: f32, v3: i64, v4: i128, v5: i16, v6: i128, v7: f64, v8: i32, v9: i128):\n"
            + "    v10 = uextend.i128 v0\n    v11 = isub v10, v1\n    v12 = bxor v11, v4\n    v13 = iadd v12, v6\n    v14 = isub v13, v9\n    v15 = uextend.i128 v8\n    v16 = iadd v14, v15\n"
            + "    return v16\n}\n";
        check(fast, callee + "function %main(i64, i64) -> i128 {\n    fn0 = %c(" + types + ") -> i128 system_v\nblock0(v0: i64, v1: i64):\n    v2 = iconcat v0, v1\n    v3 = iconcat v1, v0\n"
            + "    v4 = ireduce.i8 v0\n    v5 = ireduce.i16 v1\n    v6 = ireduce.i32 v0\n    v7 = f32const 0x1.0\n    v8 = f64const 0x1.8\n"
            + "    v9 = call fn0(v4, v2, v7, v0, v3, v5, v2, v8, v6, v3)\n    return v9\n}\n", 0x123456789abcdefL, -77);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void resultsBeyondTheRegistersLieInAnArea(boolean fast) throws Exception {
        for (String conv : new String[] {"system_v", "fast", "tail"}) {
            String types = "i64, i32, i128, f64, i8, i128, f32, i64, i64, i64";
            String callee = "function %c(i64) -> " + types + " " + conv + " {\nblock0(v0: i64):\n    v1 = ireduce.i32 v0\n    v2 = iconst.i64 5\n    v3 = iadd v0, v2\n    v4 = iconcat v0, v3\n"
                + "    v5 = f64const 0x1.4\n    v6 = ireduce.i8 v3\n    v7 = iconcat v3, v2\n    v8 = f32const -0x1.0\n    return v0, v1, v4, v5, v6, v7, v8, v3, v2, v0\n}\n";
            check(fast, callee + "function %main(i64) -> " + types + " {\n    fn0 = %c(i64) -> " + types + " " + conv + "\nblock0(v0: i64):\n"
                + "    v1, v2, v3, v4, v5, v6, v7, v8, v9, v10 = call fn0(v0)\n    v11, v12, v13, v14, v15, v16, v17, v18, v19, v20 = call fn0(v8)\n"
                + "    return v1, v12, v3, v14, v5, v16, v7, v18, v9, v20\n}\n", 0xfedcba9876543210L);
        }
    }

    /** Frames of many pages, with values kept across: probes change nothing, and recursion ends in a trap. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bigFramesTouchEveryPage(boolean fast) throws Exception {
        for (int bytes : new int[] {4000, 4096, 9000, 40_000, 300_000}) {
            String big = "function %big(i64, i64) -> i64 {\n    ss0 = explicit_slot " + bytes + "\nblock0(v0: i64, v1: i64):\n    v2 = stack_addr.i64 ss0\n    store v0, v2\n    v3 = stack_addr.i64 ss0+"
                + (bytes - 8) + "\n    store v1, v3\n    v4 = load.i64 v2\n    v5 = load.i64 v3\n    v6 = isub v4, v5\n    return v6\n}\n";
            check(fast, big, 12, 5);
        }
        String deep = "function %deep(i64) -> i64 {\n    ss0 = explicit_slot 2000000\n    fn0 = colocated %deep(i64) -> i64\nblock0(v0: i64):\n    v1 = call fn0(v0)\n    v2 = iadd v1, v0\n    return v2\n}\n";
        try (CompiledText compiled = new CompiledText(parse(deep), new Codegen(allocator(fast)))) {
            assertEquals(TrapReason.STACK_EXHAUSTED, assertThrows(Trap.class, () -> compiled.call(0, new long[] {1, 0})).reason());
        }
    }
}
