package dev.backbench.cranelift.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.cranelift.Clif;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.text.ClifException;
import dev.backbench.cranelift.text.Parser;
import dev.backbench.cranelift.text.Mutations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A function for each rule, with the line and entity of the complaint. */
class VerifierTest {
    private static final Target X86 = new Target(64, false, false);

    private static String complaint(String text) {
        return String.join("\n", new Verifier().verify(Clif.function(text), X86).stream().map(Complaint::toString).toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        jump block1                    | v2 = iadd v0, v9 / return | v9 = iconst.i32 1 / return       | return | line 5, inst1: `v2 = iadd.i32 v0, v9`: v9 is a result of inst3 in block2, which some path to here does not pass
        brif v0, block1, block3(v0)    | jump block2               | v4 = iadd.i32 v8, v8 / return  | return / block4(v8: i32): / return | v8 is a parameter of block4, which some path to block2 does not pass
        jump block9                    | jump block2               | return                          | return | line 3, inst0: `jump block9`: invalid block reference block9
        jump block0(v0)                | jump block2               | return                          | return | line 3, inst0: `jump block0(v0)`: block0 is the entry block, to which nothing in the function may lead
        jump block1(v0)                | jump block2               | return                          | return | line 3, inst0: `jump block1(v0)`: mismatched argument count for `jump block1(v0)`: got 1, expected 0
        v1 = iadd.i64 v0, v0 / jump block1 | jump block2           | return                          | return | arg 0 (v0) has type i32, expected i64
        v1 = udiv.i32x4 v0, v0 / jump block1 | jump block2         | return                          | return | udiv is not defined for i32x4, only for the types iB
        v1 = iconst.i8 256 / jump block1 | jump block2             | return                          | return | 256 is no i8: -128 to 255 are
        v1 = bitcast.i64 v0 / jump block1 | jump block2            | return                          | return | has a type of 32 bits
        v1 = load.i8 v0 / jump block1  | jump block2               | return                          | return | invalid pointer width (got 32, expected 64) encountered v0
        v1 = uextend.i64 v0 / store readonly v0, v1 / jump block1 | jump block2 | return             | return | stores to memory that its own flag `readonly` declares unchanging
        v1 = uextend.i64 v0 / store region4 v0, v1 / jump block1 | jump block2 | return              | return | undefined alias region region4
        v1 = get_pinned_reg.i64 / jump block1 | jump block2        | return                          | return | must have the setting enable_pinned_reg
        v1 = get_frame_pointer.i64 / jump block1 | jump block2     | return                          | return | must have the setting preserve_frame_pointers
        v1 = splat.i32x4 v0 / v2 = extractlane v1, 4 / jump block1 | jump block2 | return            | return | The lane 4 does not index into the type i32x4
        return v0                      | jump block2               | return                          | return | arguments of return must match function signature
        return_call fn0(v0)            | jump block2               | return                          | return | a callee of calling convention `fast` cannot be tail-called
        call fn0(v0, v0) / jump block1 | jump block2               | return                          | return | got 2, expected 1
        call fn1() / jump block1       | jump block2               | return                          | return | fn1 is patchable but not colocated
        v1 = iadd.i32 v1, v0 / jump block1 | jump block2           | return                          | return | v1 is the instruction's own result
        v1 = iadd v0, v0               | jump block2               | return                          | return | line 2, block0: ends in `v1 = iadd v0, v0`, which is no terminator
        """)
    void rules(String first, String second, String third, String fourth, String message) {
        String text = "function %f(i32) { fn0 = %g(i32) fn1 = patchable %h()\nblock0(v0: i32):\n" + lines(first) + "\nblock1:\n" + lines(second) + "\nblock2:\n" + lines(third)
            + "\nblock3:\n" + lines(fourth) + "\n}\n";
        String told = complaint(text);
        assertTrue(told.contains(message), told);
    }

    private static String lines(String text) {
        return text.replace(" / ", "\n");
    }

    @Test
    void theEntryBlock() {
        assertEquals("line 2, block0: entry block parameters (0) must match function signature (1)", complaint("function %f(i32) {\nblock0:\n return\n}"));
        assertEquals("line 2, block0: entry block cannot be marked as cold", complaint("function %f() {\nblock0 cold:\n return\n}"));
        assertEquals("line 1, function: Parameter at position 0 has invalid extension Sext", complaint("function %f(f32 sext) {\nblock0(v0: f32):\n return\n}"));
    }

    @Test
    void declarations() {
        assertEquals("line 2, gv0: global value cycle: [gv0, gv1]", complaint("function %f() {\n gv0 = load.i64 gv1\n gv1 = load.i64 gv0\nblock0:\n return\n}"));
        assertEquals("line 2, gv0: is the vmctx, but no parameter of the function is: one must be marked `vmctx`", complaint("function %f() {\n gv0 = vmctx\nblock0:\n return\n}"));
        assertTrue(complaint("function %f() {\n region0 = 1 \"a\"\n region1 = 1 \"b\"\nblock0:\n return\n}").startsWith("line 3, region1: duplicate alias region user_id 1"));
        assertTrue(complaint("function %f() {\n const0 = 0x01\nblock0:\n v0 = vconst.i8x16 const0\n return\n}").contains("to have a size of 16 bytes but it has 1"));
    }

    @Test
    void whatIsUnreachableNeedNotBeDominated() {
        assertEquals("", complaint("function %f() {\nblock0:\n return\nblock1:\n v1 = iadd.i32 v2, v2\n jump block2\nblock2:\n v2 = iconst.i32 1\n jump block1\n}"));
    }

    /** Texts that parse, however odd, never make the verifier throw. */
    @Test
    void mutatedTextsAreJudged() throws Exception {
        List<Path> files = Clif.corpus().stream().filter(f -> f.toString().contains("verifier") || f.toString().contains("parser")).toList();
        Random random = new Random(11);
        Verifier verifier = new Verifier();
        Function f = new Function();
        int judged = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] original = files.isEmpty() ? Mutations.SAMPLE : Files.readAllBytes(files.get(i % files.size()));
            try {
                Parser parser = new Parser(Mutations.mutate(original, random));
                while (parser.next(f)) {
                    verifier.verify(f, X86);
                    judged++;
                }
            } catch (ClifException refused) {
                // not CLIF any more
            }
        }
        assertTrue(judged > 1000, judged + " functions judged");
    }
}
