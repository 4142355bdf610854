package dev.backbench.cranelift.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.cranelift.Clif;
import dev.backbench.cranelift.Codegen;
import dev.backbench.cranelift.interp.Interpreter;
import dev.backbench.cranelift.interp.Trap;
import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.mach.TrapReasons;
import dev.backbench.cranelift.opt.Optimizer;
import dev.backbench.cranelift.regalloc.FastAllocator;
import dev.backbench.cranelift.regalloc.SplittingAllocator;
import dev.backbench.cranelift.run.CompiledText;
import dev.backbench.cranelift.text.ClifException;
import dev.backbench.cranelift.text.Printer;
import dev.backbench.cranelift.verify.Target;
import dev.backbench.cranelift.verify.Verifier;
import dev.backbench.spi.abi.TrapReason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random functions mean the same before and after each stage. {@code -Dclif.fuzz=N} texts instead of a fixed few. */
class FuzzTest {
    private static final int TEXTS = Integer.getInteger("clif.fuzz", 400), FUNCTIONS = 3, SIZE = 60, CALLS = 4;
    private static final long FIRST_SEED = Long.getLong("clif.seed", 1);
    private static final Target X64 = new Target(64, false, true);

    private final Verifier verifier = new Verifier();
    private final Map<Op, Integer> made = new EnumMap<>(Op.class);
    private final Map<String, Integer> traps = new TreeMap<>();

    @Test
    void theMidEndKeepsTheMeaning() throws Exception {
        Optimizer optimizer = new Optimizer();
        long[] hits = new long[Optimizer.rules().length];
        optimizer.countHits(hits);
        int calls = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + TEXTS; seed++) {
            RandomClif generator = new RandomClif(seed);
            String text = generator.text(FUNCTIONS, SIZE);
            generator.made().forEach((op, n) -> made.merge(op, n, Integer::sum));
            List<Function> before = functions(seed, text), after = functions(seed, text);
            for (Function f : after) {
                optimizer.run(f);
                verify(seed, f);
            }
            Interpreter plain = new Interpreter(before), optimized = new Interpreter(after);
            SplittableRandom random = new SplittableRandom(seed);
            for (int n = 0; n < FUNCTIONS; n++) {
                for (int round = 0; round < CALLS; round++, calls++) {
                    long[] arguments = arguments(before.get(n), random);
                    String expected = outcome(plain, n, arguments, before.get(n)), got = outcome(optimized, n, arguments, after.get(n));
                    traps.merge(expected.startsWith("[") ? "returned" : expected, 1, Integer::sum);
                    String where = "seed " + seed + ", function " + n;
                    assertEquals(expected, got, () -> where + "\n" + text);
                }
            }
        }
        report(calls, hits);
    }

    /** Machine code of both allocators, with and without the mid-end, against the interpreter. */
    @ParameterizedTest
    @CsvSource({"fast,false", "splitting,false", "splitting,true"})
    void compiledCodeKeepsTheMeaning(String allocator, boolean optimize) throws Exception {
        Codegen codegen = new Codegen(allocator.equals("fast") ? new FastAllocator() : new SplittingAllocator());
        Optimizer optimizer = new Optimizer();
        int calls = 0, left = 0;
        Set<String> unsupported = new TreeSet<>();
        for (long seed = FIRST_SEED; seed < FIRST_SEED + TEXTS; seed++) {
            String text = new RandomClif(seed).text(FUNCTIONS, SIZE);
            List<Function> before = functions(seed, text), after = functions(seed, text);
            if (optimize) after.forEach(optimizer::run);
            Interpreter plain = new Interpreter(before);
            SplittableRandom random = new SplittableRandom(seed);
            try (CompiledText compiled = new CompiledText(after, codegen)) {
                for (int n = 0; n < FUNCTIONS; n++) {
                    if (compiled.unsupported(n) != null) {
                        unsupported.add(compiled.unsupported(n));
                        left++;
                        continue;
                    }
                    for (int round = 0; round < CALLS; round++, calls++) {
                        long[] arguments = arguments(before.get(n), random);
                        String where = "seed " + seed + ", function " + n + " of " + Arrays.toString(arguments);
                        assertEquals(outcome(plain, n, arguments, before.get(n)), outcome(compiled, n, arguments, after.get(n)), () -> where + "\n" + text);
                    }
                }
            }
        }
        System.out.println("fuzz: " + calls + " calls of compiled code (" + allocator + (optimize ? ", optimized" : "") + "), " + left + " functions left out: " + unsupported);
        assertTrue(calls > TEXTS, calls + " calls");
    }

    private static String outcome(CompiledText compiled, int function, long[] arguments, Function f) {
        try {
            return show(f, compiled.call(function, arguments));
        } catch (dev.backbench.spi.Trap e) {
            return e.reason().name();
        }
    }

    private void report(int calls, long[] hits) {
        int rules = 0;
        for (long h : hits) if (h > 0) rules++;
        System.out.println("fuzz: " + calls + " calls, " + made.size() + " operations, " + rules + " of " + hits.length + " rules, outcomes " + traps);
        for (Op op : RandomClif.declared()) assertNotEquals(null, made.get(op), () -> op + " was never made");
        assertTrue(traps.getOrDefault("returned", 0) > calls / 4, traps.toString());
        assertTrue(traps.size() >= 5, traps.toString());
    }

    private List<Function> functions(long seed, String text) {
        List<Function> functions;
        try {
            functions = Clif.functions(text.getBytes(StandardCharsets.UTF_8));
        } catch (ClifException e) {
            throw new AssertionError("seed " + seed + ", line '" + text.split("\n")[e.line - 1] + "'", e);
        }
        for (Function f : functions) verify(seed, f);
        return functions;
    }

    private void verify(long seed, Function f) {
        assertEquals(List.of(), verifier.verify(f, X64), () -> "seed " + seed + "\n" + Printer.print(f));
    }

    static long[] arguments(Function f, SplittableRandom random) {
        int count = f.pool.length(f.params) / Entities.PARAM_INTS;
        long[] arguments = new long[2 * count];
        for (int i = 0; i < count; i++) {
            int bits = Types.bits(f.pool.get(f.params, i * Entities.PARAM_INTS));
            long low = switch (random.nextInt(4)) {
                case 0 -> random.nextInt(-3, 4);
                case 1 -> 1L << random.nextInt(64);
                default -> random.nextLong();
            };
            arguments[2 * i] = bits < 64 ? low & (1L << bits) - 1 : low;
            arguments[2 * i + 1] = bits == 128 ? random.nextLong() : 0;
        }
        return arguments;
    }

    private static String outcome(Interpreter interpreter, int function, long[] arguments, Function f) {
        try {
            return show(f, interpreter.run(function, arguments));
        } catch (Trap e) {
            return TrapReason.values()[TrapReasons.ordinal(e.code)].name();
        }
    }

    /** All NaNs of a type look the same. */
    static String show(Function f, long[] results) {
        StringBuilder out = new StringBuilder("[");
        for (int i = 0; 2 * i < results.length; i++) {
            int type = f.pool.get(f.returns, i * Entities.PARAM_INTS);
            boolean nan = type == Types.F32 && Float.isNaN(Float.intBitsToFloat((int) results[2 * i])) || type == Types.F64 && Double.isNaN(Double.longBitsToDouble(results[2 * i]));
            out.append(nan ? "NaN" : Long.toHexString(results[2 * i + 1]) + ":" + Long.toHexString(results[2 * i])).append(' ');
        }
        return out.append(']').toString();
    }
}
