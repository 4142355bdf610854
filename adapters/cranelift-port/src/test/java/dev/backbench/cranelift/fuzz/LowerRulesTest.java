package dev.backbench.cranelift.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.cranelift.Clif;
import dev.backbench.cranelift.Codegen;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.regalloc.FastAllocator;
import dev.backbench.cranelift.regalloc.SplittingAllocator;
import dev.backbench.cranelift.text.ClifException;
import dev.backbench.cranelift.verify.Target;
import dev.backbench.cranelift.verify.Verifier;
import dev.backbench.cranelift.x64.Cpu;
import dev.backbench.cranelift.x64.LowerRules;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Every lowering rule at work: on functions made from its left side, and on those of {@code lowering.clif} for what needs more than one block, against the interpreter. */
class LowerRulesTest {
    private static final int CHUNK = 150, ROUNDS = 6;
    private static final Target X64 = new Target(64, false, true);

    private final Verifier verifier = new Verifier();
    private final Map<String, Integer> refused = new TreeMap<>();

    @Test
    void everyRuleIsAtWork() throws IOException {
        assertNotNull(LowerRules.HITS, "rules are counted where -Dcranelift.lower.count=true");
        Arrays.fill(LowerRules.HITS, 0);
        List<String> functions = new ArrayList<>();
        for (String text : Files.readString(Path.of("target", "proofs", "lowering.clif")).split("(?m)^(?=function)")) if (isValid(text)) functions.add(text);
        assertTrue(functions.size() > LowerRules.NAMES.length, functions.size() + " examples");
        for (int from = 0; from < functions.size(); from += CHUNK) check(String.join("", functions.subList(from, Math.min(functions.size(), from + CHUNK))));
        check(new String(LowerRulesTest.class.getResourceAsStream("lowering.clif").readAllBytes(), StandardCharsets.UTF_8));
        TreeSet<String> never = new TreeSet<>();
        for (int r = 0; r < LowerRules.NAMES.length; r++) if (LowerRules.HITS[r] == 0) never.add(LowerRules.NAMES[r]);
        System.out.println("lowering: " + LowerRules.NAMES.length + " rules, " + functions.size() + " examples, refused " + refused);
        assertEquals(new TreeSet<String>(), never, "never taken");
    }

    /** This processor as if it had all but one of its features. */
    private static Cpu without(RecordComponent feature) {
        return cpu(each -> !each.getName().equals(feature.getName()));
    }

    /** As if it had no other. */
    private static Cpu only(RecordComponent feature) {
        return cpu(each -> each.getName().equals(feature.getName()));
    }

    private static Cpu cpu(Predicate<RecordComponent> has) {
        RecordComponent[] all = Cpu.class.getRecordComponents();
        Object[] values = new Object[all.length];
        Class<?>[] types = new Class<?>[all.length];
        try {
            for (int i = 0; i < all.length; i++) {
                values[i] = has.test(all[i]) && (boolean) all[i].getAccessor().invoke(Cpu.HOST);
                types[i] = all[i].getType();
            }
            return Cpu.class.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private boolean isValid(String text) {
        try {
            List<Function> functions = Clif.functions(text.getBytes(StandardCharsets.UTF_8));
            return functions.size() == 1 && verifier.verify(functions.getFirst(), X64).isEmpty();
        } catch (ClifException e) {
            return false;
        }
    }

    private void check(String text) {
        List<Pipeline> pipelines = new ArrayList<>(List.of(new Pipeline("fast", null, new Codegen(Pipeline.checked(new FastAllocator()))),
            new Pipeline("baseline processor", null, new Codegen(Pipeline.checked(new SplittingAllocator()), Cpu.BASELINE)),
            new Pipeline("splitting", null, new Codegen(Pipeline.checked(new SplittingAllocator())))));
        for (RecordComponent feature : Cpu.class.getRecordComponents()) {
            pipelines.add(new Pipeline("without " + feature.getName(), null, new Codegen(new FastAllocator(), without(feature))));
            pipelines.add(new Pipeline("only " + feature.getName(), null, new Codegen(new FastAllocator(), only(feature))));
        }
        String difference = new ClifOracle(pipelines, ROUNDS, new ClifOracle.Watch() {
            @Override
            public void compiled(Function f) {}

            @Override
            public void outcome(String how) {}

            @Override
            public void refused(String why) {
                refused.merge(why, 1, Integer::sum);
            }
        }).difference(text, 1);
        assertEquals(null, difference, () -> text);
    }
}
