package dev.backbench.cranelift.opt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.cranelift.Clif;
import dev.backbench.cranelift.interp.Interpreter;
import dev.backbench.cranelift.interp.Trap;
import dev.backbench.cranelift.interp.Unsupported;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.text.ClifException;
import dev.backbench.cranelift.text.Invocation;
import dev.backbench.cranelift.text.Printer;
import dev.backbench.cranelift.verify.Target;
import dev.backbench.cranelift.verify.Verifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class OptimizerTest {
    private static final Target X64 = new Target(64, false, true);
    private static final Pattern RUN = Pattern.compile("(?m)^; ?(?:run|print): (%.*)$");

    private final Optimizer optimizer = new Optimizer();
    private final Verifier verifier = new Verifier();

    private String optimized(String text) {
        Function f = Clif.function(text);
        assertEquals(List.of(), verifier.verify(f, X64));
        optimizer.run(f);
        assertEquals(List.of(), verifier.verify(f, X64), () -> Printer.print(f));
        return Printer.print(f);
    }

    private static int count(String text, String what) {
        return text.split(Pattern.quote(what), -1).length - 1;
    }

    @Test
    void whatIsComputedTwiceIsComputedOnceOnEachPath() {
        String out = optimized("""
            function %f(i32, i32) -> i32 {
            block0(v0: i32, v1: i32):
                v2 = imul v0, v1
                brif v0, block1, block2
            block1:
                v3 = imul v0, v1
                v4 = imul v0, v1
                v5 = bxor v3, v2
                v6 = iadd v5, v4
                return v6
            block2:
                return v2
            }
            """);
        assertEquals(2, count(out, "imul"), out);
        assertEquals(0, count(out, "bxor"), out);
        assertTrue(out.indexOf("brif") < out.indexOf("imul"), out);
    }

    @Test
    void whatDoesNotChangeLeavesTheLoop() {
        String out = optimized("""
            function %f(i32, i32) -> i32 {
            block0(v0: i32, v1: i32):
                v2 = iconst.i32 0
                jump block1(v2, v2)
            block1(v3: i32, v4: i32):
                v5 = imul v0, v1
                v6 = imul v5, v0
                v7 = iadd v3, v6
                v8 = iconst.i32 1
                v9 = iadd v4, v8
                v10 = icmp ult v9, v1
                brif v10, block1(v7, v9), block2
            block2:
                return v7
            }
            """);
        assertTrue(out.indexOf("imul") < out.indexOf("block1("), out);
        assertTrue(out.lastIndexOf("imul") < out.indexOf("block1("), out);
    }

    /** What an outer loop writes after an inner one does not hide from the inner one what was loaded before it in the same round. */
    @Test
    void loadsAreForwardedIntoInnerLoopsThatWriteNothing() {
        String out = optimized("""
            function %f(i64, i32) -> i32 {
            block0(v0: i64, v1: i32):
                jump block1(v1)
            block1(v2: i32):
                v3 = load.i32 v0
                jump block2(v2)
            block2(v4: i32):
                v5 = load.i32 v0
                v6 = iadd v4, v5
                brif v6, block2(v6), block3
            block3:
                v7 = load.i32 v0
                store v6, v0
                v8 = isub v6, v7
                brif v8, block1(v8), block4
            block4:
                v9 = load.i32 v0
                v10 = iadd v8, v9
                return v10
            }
            """);
        assertEquals(1, count(out, "load"), out);
    }

    /** A cycle with two ways in is no loop: what is known before it is not known in it. */
    @Test
    void loadsStayInCyclesThatWriteAndAreEnteredInTheMiddle() {
        String out = optimized("""
            function %f(i64, i32) -> i32 {
            block0(v0: i64, v1: i32):
                v2 = load.i32 v0
                brif v1, block1, block2
            block1:
                v3 = load.i32 v0
                v4 = iadd v3, v1
                store v4, v0
                jump block2
            block2:
                v5 = load.i32 v0
                v6 = iadd v5, v2
                brif v6, block1, block3
            block3:
                return v6
            }
            """);
        assertEquals(3, count(out, "load"), out);
    }

    /** The second loop's header follows the first loop's block at once: what both leave unchanged goes before both, and what the first computes does not go into it. */
    @Test
    void whatLeavesALoopDoesNotEnterTheLoopBefore() {
        String out = optimized("""
            function %f(i32, i32) -> i32 {
            block0(v0: i32, v1: i32):
                jump block1(v0)
            block1(v2: i32):
                v3 = isub v2, v1
                brif v3, block1(v3), block2(v1)
            block2(v4: i32):
                v5 = imul v0, v1
                v6 = bxor v3, v0
                v7 = iadd v4, v5
                v8 = iadd v7, v6
                brif v8, block2(v8), block3
            block3:
                return v8
            }
            """);
        assertTrue(out.indexOf("imul") < out.indexOf("block1("), out);
        assertTrue(out.indexOf("bxor") > out.indexOf("\nblock2("), out);
    }

    @Test
    void loadsAreForwardedUnlessSomethingMayHaveWritten() {
        String out = optimized("""
            function %f(i64, i64, i32) -> i32, i32, i32 {
            block0(v0: i64, v1: i64, v2: i32):
                store v2, v0+8
                v3 = load.i32 v0+8
                v4 = load.i32 v0+12
                v5 = load.i32 v0+12
                store v2, v1
                v6 = load.i32 v0+12
                v7 = iadd v3, v4
                v8 = iadd v5, v6
                return v7, v8, v3
            }
            """);
        assertEquals(2, count(out, "load"), out);
        assertEquals(2, count(out, "store"), out);
    }

    @Test
    void aStoreOfWhatIsThereGoes() {
        String out = optimized("""
            function %f(i64, i32) {
            block0(v0: i64, v1: i32):
                v2 = load.i32 v0
                store v2, v0
                store v1, v0
                store v1, v0
                return
            }
            """);
        assertEquals(1, count(out, "store"), out);
    }

    @Test
    void trapsStay() {
        String out = optimized("""
            function %f(i32, i32) {
            block0(v0: i32, v1: i32):
                v2 = udiv v0, v1
                v3 = udiv v0, v1
                v4 = iconst.i32 0
                v5 = udiv v0, v4
                v6 = iconst.i32 8
                v7 = udiv v0, v6
                trapz v1, user1
                return
            }
            """);
        assertEquals(2, count(out, "udiv"), out);
        assertEquals(1, count(out, "trapz"), out);
    }

    /** Each of a chain is the first value and one constant, and few nodes are made on the way. */
    @Test
    void chainsOfConstantsMakeFewNodes() {
        for (String op : List.of("iadd", "band", "bxor", "imul")) {
            int links = 300;
            StringBuilder text = new StringBuilder("function %f(i64, i64) -> i64 {\nblock0(v0: i64, v1: i64):\n");
            for (int i = 0; i < links; i++) {
                text.append("    v").append(10 + 2 * i).append(" = iconst.i64 ").append(12345 + i).append('\n');
                text.append("    v").append(11 + 2 * i).append(" = ").append(op).append(" v").append(i == 0 ? 0 : 9 + 2 * i).append(", v").append(10 + 2 * i).append('\n');
                text.append("    store v").append(11 + 2 * i).append(", v1+").append(8 * i).append('\n');
            }
            Function f = Clif.function(text + "    return v0\n}\n");
            int before = f.insts();
            optimizer.run(f);
            assertTrue(f.insts() <= 2 * before, op + ": of " + before + " instructions came " + f.insts());
            String out = Printer.print(f);
            if (op.equals("iadd")) assertEquals(links, count(out, "iadd v0, "), out);
        }
    }

    /** Functions of the corpus compute the same afterwards, and verify. */
    @Test
    void corpusMeansTheSame() throws Exception {
        List<Path> files = Clif.corpus();
        assumeTrue(!files.isEmpty(), "no corpus: see -Dcorpus");
        int compared = 0, functions = 0;
        for (Path file : files) {
            byte[] text = Files.readAllBytes(file);
            List<Function> before, after;
            try {
                before = Clif.functions(text);
                after = Clif.functions(text);
            } catch (ClifException e) {
                continue; // a text that tests ask to be refused
            }
            if (before.stream().anyMatch(f -> !verifier.verify(f, X64).isEmpty())) continue;
            for (Function f : after) {
                optimizer.run(f);
                assertEquals(List.of(), verifier.verify(f, X64), () -> file + "\n" + Printer.print(f));
                functions++;
            }
            compared += compare(file, new String(text, StandardCharsets.UTF_8), before, after);
        }
        assertTrue(functions > 1200, functions + " functions");
        assertTrue(compared > 2500, compared + " calls");
    }

    private static int compare(Path file, String text, List<Function> before, List<Function> after) throws ClifException {
        Interpreter plain = new Interpreter(before), optimized = new Interpreter(after);
        int compared = 0;
        for (Matcher run = RUN.matcher(text); run.find();) {
            int called = plain.find(Invocation.name(run.group(1)));
            if (called < 0) continue;
            long[] arguments = Invocation.parse(run.group(1), before.get(called)).arguments();
            String expected = outcome(plain, called, arguments);
            if (expected.startsWith("unsupported")) continue;
            assertEquals(expected, outcome(optimized, called, arguments), () -> file + " " + run.group(1) + "\n" + Printer.print(after.get(called)));
            compared++;
        }
        return compared;
    }

    private static String outcome(Interpreter interpreter, int function, long[] arguments) {
        try {
            return Arrays.toString(interpreter.run(function, arguments));
        } catch (Trap e) {
            return e.getMessage();
        } catch (Unsupported e) {
            return "unsupported " + e.getMessage();
        }
    }
}
