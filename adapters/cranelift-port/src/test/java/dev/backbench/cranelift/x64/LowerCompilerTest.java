package dev.backbench.cranelift.x64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.cranelift.RuleTools;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the compiler of lowering rules refuses, and where it says it is. */
class LowerCompilerTest {
    private static final String DECLARATIONS = """
        (type value int) (type gpr int d.newInt) (type imm long) (type int int) (type cc IntCC) (type bool boolean)
        (convert value gpr o.use)
        (class int i8 i16 i32 i64) (class word i32 i64) (class small i8 i16)
        (extractor iconst iconst (imm f.immediate))
        (extractor imm32 iconst (imm f.immediate) (if o.holdsImmediate) (within iconst))
        (predicate bmi1 () cpu.bmi1)
        (predicate fits (imm) Operands.isSmall)
        (constructor rr (int int def gpr gpr) gpr d.rr) (constructor ri (int int def gpr imm) gpr d.ri)
        """;
    private static final int LINES = (int) DECLARATIONS.lines().count();

    @TempDir
    static Path classes;
    @TempDir
    Path folder;
    private static Method compiler;

    @BeforeAll
    static void buildTheCompiler() throws Exception {
        compiler = RuleTools.compiler(classes, "compileLowering", 4);
    }

    /** @return what is wrong, null where nothing is */
    private String compile(String rules) throws Exception {
        Files.writeString(Files.createDirectories(folder.resolve("rules")).resolve("test.lower"), DECLARATIONS + rules);
        return (String) compiler.invoke(null, folder.resolve("rules"), Path.of("src/main/java/dev/backbench/cranelift/ir/Op.java"), folder.resolve("java"), folder.resolve("proofs"));
    }

    private void refuses(String rules, int line, String... parts) throws Exception {
        String message = compile(rules);
        assertTrue(message != null && message.startsWith("test.lower:" + (LINES + line) + ": "), rules + " gave: " + message);
        for (String part : parts) assertTrue(message.contains(part), rules + " gave: " + message);
    }

    private void accepts(String rules) throws Exception {
        assertNull(compile(rules), rules);
    }

    @Test
    void twoRulesOfOnePriorityForOneInstruction() throws Exception {
        refuses("(rule a (iadd.int x y) (rr 0 4 x y))\n(rule b (iadd.i32 x y) (rr 1 4 x y))", 2, "'b' and 'a' at test.lower:" + (LINES + 1), "same priority");
        refuses("(rule a (iadd.int x (iconst c)) (ri 0 4 x c))\n(rule b (iadd.int (ineg x) y) (rr 0 4 y x))", 2, "same priority");
        refuses("(rule a (iadd.int x (imm32 c)) (ri 0 4 x c))\n(rule b (iadd.int x (iconst c)) (if bmi1) (ri 0 4 x c))", 2, "same priority");
        refuses("(rule a (icmp cc x y) (rr 0 4 x y))\n(rule b (icmp eq x y) (rr 0 4 x y))", 2, "same priority");
        refuses("(rule a (iadd.int x y) (if (fits 5)) (rr 0 4 x y))\n(rule b (iadd.int x y) (if bmi1) (rr 0 4 x y))", 2, "same priority");
        refuses("(rule a (iadd.int x x) (rr 0 4 x x))\n(rule b (iadd.int x y) (rr 0 4 x y))", 2, "same priority");
        refuses("(term t (value) gpr)\n(rule a (t x) x)\n(rule b (t (ineg x)) x)", 3, "same priority");
    }

    @Test
    void whatExcludesEachOtherMayHaveOnePriority() throws Exception {
        accepts("(rule a (iadd.small x y) (rr 0 4 x y))\n(rule b (iadd.word x y) (rr 1 4 x y))");
        accepts("(rule a (iadd.int (ineg x) y) (rr 0 4 x y))\n(rule b (iadd.int (bnot x) y) (rr 1 4 x y))");
        accepts("(rule a (iadd.int x (iconst 1)) (rr 0 4 x x))\n(rule b (iadd.int x (imm32 2)) (rr 1 4 x x))");
        accepts("(rule a (iadd.int x y) (if bmi1) (rr 0 4 x y))\n(rule b (iadd.int x y) (if (not bmi1)) (rr 1 4 x y))");
        accepts("(rule a (iadd.int x (iconst c)) (if (fits c)) (ri 0 4 x c))\n(rule b (iadd.int y (iconst d)) (if (not (fits d))) (ri 1 4 y d))");
        accepts("(rule a (icmp ne x y) (rr 0 4 x y))\n(rule b (icmp eq x y) (rr 0 4 x y))");
        accepts("(rule a (uextend.i32 x.i8) (rr 0 4 x x))\n(rule b (uextend.i32 x.i16) (rr 0 4 x x))");
        accepts("(rule a commute (iadd.int x (iconst 1)) (rr 0 4 x x))\n(rule b commute (iadd.int x (iconst 2)) (rr 0 4 x x))\n(rule c -1 (iadd.int x y) (rr 0 4 x y))");
    }

    @Test
    void aRuleThatOthersLeaveNothingTo() throws Exception {
        refuses("(rule a 1 (iadd.int x y) (rr 0 4 x y))\n(rule b (iadd.int x (imm32 c)) (ri 1 4 x c))", 2, "'b' is never reached", "'a' at test.lower:" + (LINES + 1));
        refuses("(rule a 1 (iadd.int x (iconst c)) (ri 0 4 x c))\n(rule b (iadd.i32 (ineg x) (imm32 c)) (ri 1 4 x c))", 2, "never reached");
        refuses("(rule a 2 (iadd.small x y) (rr 0 4 x y))\n(rule b 1 (iadd.word x y) (rr 0 4 x y))\n(rule c (iadd.int (ineg x) y) (rr 1 4 x y))", 3, "'a'", "'b'");
        refuses("(rule a 1 (iadd.int x y) (if bmi1) (rr 0 4 x y))\n(rule b (iadd.int x (iconst 3)) (if bmi1) (rr 1 4 x x))", 2, "never reached");
        accepts("(rule a 1 (iadd.int x y) (if bmi1) (rr 0 4 x y))\n(rule b (iadd.int x y) (rr 1 4 x y))");
        accepts("(rule a 1 (iadd.int x x) (rr 0 4 x x))\n(rule b (iadd.int x y) (rr 1 4 x y))");
        accepts("(rule a 1 (iadd.int (ineg x) y) (rr 0 4 x y))\n(rule b (iadd.int (here (ineg x)) y) (rr 1 4 x y))");
    }

    @Test
    void whatTermsDoNotFit() throws Exception {
        refuses("(rule a (frobnicate x) x)", 1, "no instruction and no term 'frobnicate'");
        refuses("(rule a (iadd.int x) (rr 0 4 x x))", 1, "takes 2 operands, here are 1");
        refuses("(rule a (iadd.number x y) (rr 0 4 x y))", 1, "no type or class of types 'number'");
        refuses("(rule a (iadd.int x (iconst c)) (rr 0 4 x c))", 1, "'c' is of type 'imm', wanted is 'gpr'");
        refuses("(rule a (iadd.int x y) (rr 0 4 x z))", 1, "'z'");
        refuses("(rule a (iadd.int x y) (rr 0 x y))", 1, "takes 4 arguments, here are 3");
        refuses("(rule a (iadd.int x y) (if bmi2) (rr 0 4 x y))", 1, "no predicate and no condition bmi2");
        refuses("(rule a (iadd.int x y) (rr 0 4 x y))\n(rule a (isub.int x y) (rr 0 4 x y))", 2, "a rule 'a' is at test.lower:" + (LINES + 1));
        refuses("(constructor z (flags) gpr d.z)", 1, "no type of terms 'flags'");
        assertTrue(compile("(term t (value) gpr)").contains("'t' has no rules"));
    }
}
