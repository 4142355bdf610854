package dev.backbench.cranelift.opt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.cranelift.RuleTools;
import dev.backbench.cranelift.Clif;
import dev.backbench.cranelift.interp.Interpreter;
import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.text.Printer;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every rule: proved by the solver, or listed with a reason; tried on functions. */
class RulesTest {
    private static final Path BUILT = Path.of("target", "proofs");

    @TempDir
    static Path classes;
    @TempDir
    Path folder;

    @Test
    void everyRuleIsProvedOrListed() throws IOException {
        List<String> proved = new ArrayList<>(), failed = new ArrayList<>();
        Map<String, String> listed = new LinkedHashMap<>();
        int problems = prove(BUILT.resolve("proofs.txt"), BUILT.resolve("proved.cache"), proved, listed, failed);
        assertEquals(List.of(), failed);
        TreeSet<String> known = new TreeSet<>(proved);
        known.addAll(listed.keySet());
        assertEquals(new TreeSet<>(List.of(Rewrites.NAMES)), known);
        System.out.println("rules: " + proved.size() + " proved (" + problems + " problems), " + listed.size() + " listed, " + known.size() + " in all");
        listed.forEach((rule, reason) -> System.out.println("listed: " + rule + ": " + reason));
    }

    /** @return how many problems there were */
    private static int prove(Path file, Path cache, List<String> proved, Map<String, String> listed, List<String> failed) throws IOException {
        int count = 0;
        TreeSet<String> rules = new TreeSet<>();
        try (Solver solver = new Solver(cache)) {
            for (String entry : Files.readString(file).split("(?m)^@")) {
                if (entry.isBlank()) continue;
                String head = entry.substring(0, entry.indexOf('\n'));
                String[] words = head.split(" ", 3);
                if (words[0].equals("listed")) {
                    listed.put(words[1], words[2]);
                    continue;
                }
                count++;
                rules.add(words[1]);
                String answer = solver.refute(entry.substring(head.length()));
                if (answer != null) failed.add(head + ": " + answer);
            }
        }
        proved.addAll(rules);
        return count;
    }

    /** Each rule has its result on a function that computes its left side, and the function means the same afterwards. */
    @Test
    void everyRuleIsAtWork() throws Exception {
        List<Function> before = Clif.functions(Files.readAllBytes(BUILT.resolve("examples.clif"))), after = Clif.functions(Files.readAllBytes(BUILT.resolve("examples.clif")));
        Optimizer optimizer = new Optimizer();
        long[] hits = new long[Rewrites.NAMES.length];
        optimizer.countHits(hits);
        for (Function f : after) optimizer.run(f);
        for (int rule = 0; rule < hits.length; rule++) assertNotEquals(0, hits[rule], Rewrites.NAMES[rule] + " never had a result");
        Interpreter plain = new Interpreter(before), optimized = new Interpreter(after);
        SplittableRandom random = new SplittableRandom(1);
        for (int n = 0; n < before.size(); n++) {
            for (int round = 0; round < 12; round++) {
                long[] arguments = arguments(before.get(n), random);
                assertArrayEquals(plain.run(n, arguments), optimized.run(n, arguments), Printer.print(before.get(n)));
            }
        }
    }

    private static long[] arguments(Function f, SplittableRandom random) {
        int count = f.pool.length(f.params) / Entities.PARAM_INTS;
        long[] arguments = new long[2 * count];
        for (int i = 0; i < count; i++) {
            int bits = Types.bits(f.pool.get(f.params, i * Entities.PARAM_INTS));
            long low = switch (random.nextInt(4)) {
                case 0 -> random.nextInt(-2, 3);
                case 1 -> 1L << random.nextInt(64);
                default -> random.nextLong();
            };
            arguments[2 * i] = bits < 64 ? low & (1L << bits) - 1 : low;
            arguments[2 * i + 1] = bits == 128 ? random.nextLong() : 0;
        }
        return arguments;
    }

    // ---- the compiler of rule files ----

    private static Method compiler;

    @BeforeAll
    static void buildTheCompiler() throws Exception {
        compiler = RuleTools.compiler(classes, "compile", 3);
    }

    /** @return what is wrong, null where nothing is */
    private String compile(String rules) throws Exception {
        Files.createDirectories(folder.resolve("rules"));
        Files.writeString(folder.resolve("rules/test.rules"), rules);
        return (String) compiler.invoke(null, folder.resolve("rules"), folder.resolve("java"), folder.resolve("proofs"));
    }

    @Test
    void aWrongRuleIsCaught() throws Exception {
        assertNull(compile("""
            (rule right (iadd.T x (ineg.T y)) (isub.T x y))
            (rule wrong-everywhere (isub.T x y) (isub.T y x))
            (rule wrong-when-narrow (uextend.T (iadd.U x y)) (types T i32) (types U i8) (iadd.T (uextend.T x) (uextend.T y)))
            (rule wrong-for-one-constant (udiv.T x (iconst.T c)) (types T i32) (if (u< 0 c)) (ushr.T x (iconst.T (log2 c))))
            """));
        List<String> proved = new ArrayList<>(), failed = new ArrayList<>();
        prove(folder.resolve("proofs/proofs.txt"), folder.resolve("cache"), proved, new LinkedHashMap<>(), failed);
        TreeSet<String> wrong = new TreeSet<>();
        for (String f : failed) wrong.add(f.split(" ")[1]);
        assertEquals(new TreeSet<>(List.of("wrong-everywhere", "wrong-when-narrow", "wrong-for-one-constant")), wrong);
    }

    @Test
    void whatIsWrongWithARuleFileIsSaidWithItsLine() throws Exception {
        assertMessage("(rule a (iadd.T x (iconst.T 0)) x)\n(rule a (isub.T x x) x)", "test.rules:2", "test.rules:1");
        assertMessage("(rule a (frobnicate.T x) x)", "test.rules:1", "frobnicate");
        assertMessage("\n(rule a (iadd.T x y) z)", "test.rules:2", "'z' is not on the left");
        assertMessage("(rule a (iadd x y) x)", "iadd.T");
        assertMessage("(rule a (iadd.T x) x)", "takes 2 operands, here are 1");
        assertMessage("(rule a (iadd.T x y) x)\n(rule b (iadd.T x y) x)", "test.rules:2", "what another rule says");
        assertMessage("(rule a (iadd.T x (iconst.T c)) (iconst.T d))", "no constant 'd'");
        assertMessage("(rule a (iadd.T x y)", "not closed");
    }

    private void assertMessage(String rules, String... parts) throws Exception {
        String message = compile(rules);
        for (String part : parts) assertTrue(message != null && message.contains(part), rules + " gave: " + message);
    }
}
