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
    @ParameterizedTest
    @CsvSource({"little, big", "big, little", "big, big"})
    void updatesAreMadeInTheirByteOrder(String read, String written) throws Exception {
        check(true, "function %f(i64) -> i64 system_v {\n    ss0 = explicit_slot 8\nblock0(v0: i64):\n    v1 = stack_addr.i64 ss0\n    store v0, v1\n    v2 = load.i32 " + read
            + " v1\n    v3 = iconst.i32 0x1ff\n    v4 = iadd v2, v3\n    store " + written + " v4, v1\n    v5 = load.i64 v1\n    return v5\n}\n", 0x1122334455667788L);
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

    /** Values in registers that only this convention keeps, across a function of it that calls one that keeps fewer. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void windowsFunctionsKeepTheirRegisters(boolean fast) throws Exception {
        StringBuilder middle = new StringBuilder("function %middle(i64, f64) -> f64 windows_fastcall {\n    fn0 = %w20(" + "i64, ".repeat(19) + "i64) -> i64 system_v\nblock0(v0: i64, v1: f64):\n");
        middle.append("    v2 = call fn0(").append("v0, ".repeat(19)).append("v0)\n    v3 = fcvt_from_sint.f64 v2\n");
        for (int i = 0; i < 14; i++) middle.append("    v").append(10 + i).append(" = ").append(i % 2 == 0 ? "fadd v" : "fmul v").append(i == 0 ? 3 : 9 + i).append(", v1\n");
        for (int i = 0; i < 14; i++) middle.append("    v").append(30 + i).append(" = fsub v").append(i == 0 ? 1 : 29 + i).append(", v").append(23 - i).append('\n');
        middle.append("    return v43\n}\n");
        StringBuilder main = new StringBuilder("function %main(i64) -> f64, i64 windows_fastcall {\n    fn0 = %middle(i64, f64) -> f64 windows_fastcall\nblock0(v0: i64):\n    v1 = fcvt_from_sint.f64 v0\n    v2 = iadd v0, v0\n");
        for (int i = 0; i < 12; i++) main.append("    v").append(10 + i).append(" = fadd v").append(i == 0 ? 1 : 9 + i).append(", v1\n    v").append(50 + i).append(" = imul v").append(i == 0 ? 2 : 49 + i).append(", v0\n");
        main.append("    v90 = call fn0(v0, v1)\n");
        for (int i = 0; i < 12; i++) {
            main.append("    v").append(30 + i).append(" = fsub v").append(i == 0 ? 90 : 29 + i).append(", v").append(21 - i).append("\n    v").append(70 + i).append(" = isub v").append(i == 0 ? 2 : 69 + i)
                .append(", v").append(61 - i).append('\n');
        }
        check(fast, weigher(20, "system_v") + middle + main + "    return v41, v81\n}\n", 7);
    }

    /** The limit lies in the context, 8 bytes before what it counts from. */
    @ParameterizedTest
    @CsvSource({"0, true", "-17, false", "-4000, false", "9223372036854775807, false"})
    void stackLimitsAreKept(long limit, boolean enough) throws Exception {
        String text = "function %f(i64, i64 vmctx) -> i64 system_v {\n    gv0 = vmctx\n    gv1 = load.i64 notrap aligned gv0+8\n    gv2 = iadd_imm.i64 gv1, 8\n    stack_limit = gv2\n"
            + "    ss0 = explicit_slot 100\nblock0(v0: i64, v1: i64):\n    v2 = stack_addr.i64 ss0\n    store v0, v2\n    v3 = load.i64 v2\n    return v3\n}\n"
            + "function %main(i64) -> i64 system_v {\n    ss0 = explicit_slot 16\n    fn0 = %f(i64, i64 vmctx) -> i64 system_v\nblock0(v0: i64):\n    v1 = stack_addr.i64 ss0\n    store v0, v1+8\n"
            + "    v2 = call fn0(v0, v1)\n    return v2\n}\n";
        for (boolean fast : new boolean[] {true, false}) {
            try (CompiledText compiled = new CompiledText(parse(text), new Codegen(allocator(fast)))) {
                assertEquals(null, compiled.unsupported(1));
                if (enough) assertEquals(limit, compiled.call(1, new long[] {limit, 0})[0]);
                else assertEquals(TrapReason.STACK_EXHAUSTED, assertThrows(Trap.class, () -> compiled.call(1, new long[] {limit, 0})).reason());
            }
        }
    }

    /** Copied by single moves, by a loop, and by both. */
    @ParameterizedTest
    @ValueSource(ints = {8, 100, 256, 1000, 4097})
    void structuresOfAnySizeAreArguments(int bytes) throws Exception {
        String slot = "    ss0 = explicit_slot " + (bytes + 8) + "\n", fill = "";
        for (int at = 0, n = 20; at < bytes; at += Math.max(1, bytes / 9), n += 2) {
            fill += "    v" + n + " = iconst.i64 " + (at * 31L + 5) + "\n    v" + (n + 1) + " = iadd v" + n + ", v0\n    istore8 v" + (n + 1) + ", v1+" + at + "\n";
        }
        String sum = "    v2 = iconst.i64 0\n";
        int last = 2;
        for (int at = 0; at < bytes; at += Math.max(1, bytes / 9)) {
            sum += "    v" + (last + 1) + " = uload8.i64 v0+" + at + "\n    v" + (last + 2) + " = imul v" + last + ", v" + (last + 1) + "\n    v" + (last + 3) + " = iadd v" + (last + 2) + ", v" + (last + 1)
                + "\n    v" + (last + 4) + " = bxor v" + (last + 3) + ", v1\n";
            last += 4;
        }
        String callee = "function %c(i64 sarg(" + bytes + "), i64) -> i64 system_v {\nblock0(v0: i64, v1: i64):\n" + sum + "    return v" + last + "\n}\n";
        String main = "function %main(i64) -> i64, i64 system_v {\n" + slot + "    fn0 = %c(i64 sarg(" + bytes + "), i64) -> i64 system_v\nblock0(v0: i64):\n    v1 = stack_addr.i64 ss0\n" + fill
            + "    v2 = call fn0(v1, v0)\n    v3 = uload8.i64 v1\n    return v2, v3\n}\n";
        List<Function> functions = parse(callee + main);
        try (CompiledText one = new CompiledText(functions, new Codegen(allocator(true))); CompiledText other = new CompiledText(functions, new Codegen(allocator(false)))) {
            assertEquals(null, one.unsupported(1));
            // by reference the callee reads the very same bytes
            long[] expected = new Interpreter(parse(callee.replace("i64 sarg(" + bytes + ")", "i64") + main.replace("i64 sarg(" + bytes + ")", "i64"))).run(1, new long[] {77, 0});
            assertArrayEquals(expected, one.call(1, new long[] {77, 0}));
            assertArrayEquals(expected, other.call(1, new long[] {77, 0}));
        }
    }
}
