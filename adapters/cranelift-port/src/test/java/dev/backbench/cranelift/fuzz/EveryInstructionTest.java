package dev.backbench.cranelift.fuzz;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.cranelift.Clif;
import dev.backbench.cranelift.interp.Interpreter;
import dev.backbench.cranelift.interp.Trap;
import dev.backbench.cranelift.interp.Unsupported;
import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.mach.TrapReasons;
import dev.backbench.cranelift.opt.Optimizer;
import dev.backbench.cranelift.run.CompiledText;
import dev.backbench.cranelift.verify.Target;
import dev.backbench.cranelift.verify.Verifier;
import dev.backbench.spi.abi.TrapReason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Every scalar instruction, see {@link InstructionTable}, compiled at every level and without the extensions of the processor, against the interpreter on operands at which instructions go wrong. */
class EveryInstructionTest {
    private static final int CHUNK = 200, CALLS = 40, STRIDE = 7;
    private static final int LEAST_COMBINATIONS = 1000;
    private static final Target X64 = new Target(64, false, true);

    /** Operations that the table does not have, by reason. */
    private static final Map<String, String> ELSEWHERE = elsewhere();
    /** How many combinations are refused, by reason: two instructions of vectors that are declared for scalars too, where upstream has nothing for them on this machine either. */
    private static final Map<String, Integer> REFUSED = Map.ofEntries(entry("blendv.i8", 1), entry("blendv.i16", 1), entry("blendv.i32", 1), entry("blendv.i64", 1), entry("blendv.i128", 1),
        entry("blendv.f32", 1), entry("blendv.f64", 1), entry("x86_cvtt2dq.i8", 2), entry("x86_cvtt2dq.i16", 2), entry("x86_cvtt2dq.i32", 2), entry("x86_cvtt2dq.i64", 2), entry("x86_cvtt2dq.i128", 2));

    private final Map<String, Set<String>> refused = new TreeMap<>();
    private final Set<String> uninterpreted = new TreeSet<>();
    private final Verifier verifier = new Verifier();
    private int functions, calls, traps, checks;

    private static Map<String, String> elsewhere() {
        Map<String, String> all = new TreeMap<>();
        for (String op : ("splat swizzle x86_pshufb insertlane extractlane avg_round uadd_sat sadd_sat usub_sat ssub_sat uload8x8 sload8x8 uload16x4 sload16x4 uload32x2 sload32x2 vconst shuffle vany_true "
            + "vall_true vhigh_bits sqmul_round_sat x86_pmulhrsw scalar_to_vector snarrow unarrow uunarrow swiden_low swiden_high uwiden_low uwiden_high iadd_pairwise x86_pmaddubsw fvdemote "
            + "fvpromote_low extract_vector dynamic_stack_addr").split(" ")) all.put(op, "vectors only");
        for (String op : List.of("f16const", "f128const")) all.put(op, "f16 and f128");
        for (String op : List.of("try_call", "try_call_indirect", "get_exception_handler_address")) all.put(op, "exceptions");
        for (String op : List.of("get_frame_pointer", "get_stack_pointer", "get_return_address", "symbol_value", "tls_value", "debugtrap", "stack_switch", "get_pinned_reg", "set_pinned_reg")) {
            all.put(op, "the interpreter has none");
        }
        return all;
    }

    @Test
    void everyInstructionIsInTheTable() {
        Set<String> there = new TreeSet<>(new InstructionTable().operations()), missing = new TreeSet<>();
        there.add("func_addr");
        for (Op op : Op.values()) if (!there.contains(op.text) && !ELSEWHERE.containsKey(op.text)) missing.add(op.text);
        assertEquals(Set.of(), missing);
        for (String op : ELSEWHERE.keySet()) assertTrue(!there.contains(op) && Op.find(op.getBytes(StandardCharsets.US_ASCII), 0, op.length()) != null, op);
    }

    @Test
    void everyInstructionMeansWhatItMeans() throws Exception {
        InstructionTable table = new InstructionTable();
        List<String> texts = new ArrayList<>(), names = new ArrayList<>();
        table.entries.forEach((name, functions) -> {
            for (String text : functions) {
                texts.add(text);
                names.add(name);
            }
        });
        List<Pipeline> pipelines = Pipeline.of(null, true, new long[Optimizer.rules().length]);
        for (int from = 0; from < texts.size(); from += CHUNK) {
            int to = Math.min(texts.size(), from + CHUNK);
            check(texts.subList(from, to), names.subList(from, to), pipelines);
        }
        System.out.println("instructions: " + table.entries.size() + " combinations in " + functions + " functions, " + calls + " calls, " + traps + " of them traps, " + checks + " compared; refused: "
            + refused.values().stream().mapToInt(Set::size).sum() + " " + refused);
        assertTrue(table.entries.size() >= LEAST_COMBINATIONS && calls > 10 * functions && checks > 3L * calls, "too few");
        Map<String, Integer> got = new TreeMap<>();
        refused.forEach((why, which) -> got.put(why, which.size()));
        assertEquals(new TreeMap<>(REFUSED), got, () -> "what is refused: " + refused);
        assertTrue(uninterpreted.stream().allMatch(name -> refused.values().stream().anyMatch(which -> which.contains(name))), () -> "compiled and not interpreted: " + uninterpreted);
    }

    private void check(List<String> texts, List<String> names, List<Pipeline> pipelines) throws Exception {
        byte[] text = String.join("", texts).getBytes(StandardCharsets.UTF_8);
        List<Function> plain = Clif.functions(text);
        assertEquals(texts.size(), plain.size());
        Interpreter interpreter = new Interpreter(plain);
        long[][][] arguments = new long[plain.size()][][];
        String[][] expected = new String[plain.size()][];
        for (int n = 0; n < expected.length; n++) {
            Function f = plain.get(n);
            assertEquals(List.of(), verifier.verify(f, X64), texts.get(n));
            arguments[n] = arguments(f);
            expected[n] = new String[arguments[n].length];
            for (int call = 0; call < expected[n].length; call++) expected[n][call] = interpret(interpreter, n, f, arguments[n][call], names.get(n));
            functions++;
        }
        for (Pipeline pipeline : pipelines) {
            List<Function> ours = Clif.functions(text);
            if (pipeline.optimizes()) ours.forEach(pipeline::optimize);
            try (CompiledText compiled = new CompiledText(ours, pipeline.codegen())) {
                for (int n = 0; n < expected.length; n++) compare(pipeline, compiled, n, ours.get(n), arguments[n], expected[n], names.get(n), texts.get(n));
            }
        }
    }

    private String interpret(Interpreter interpreter, int n, Function f, long[] arguments, String name) {
        calls++;
        try {
            return show(f, interpreter.run(n, arguments));
        } catch (Trap e) {
            traps++;
            return TrapReason.values()[TrapReasons.ordinal(e.code)].name();
        } catch (Unsupported e) {
            uninterpreted.add(name);
            return null;
        }
    }

    private void compare(Pipeline pipeline, CompiledText compiled, int n, Function f, long[][] arguments, String[] expected, String name, String text) {
        if (compiled.unsupported(n) != null) {
            // what a lesser processor lacks is not of the language
            if (Pipeline.LEVELS.contains(pipeline.name())) refused.computeIfAbsent(compiled.unsupported(n).replace("unsupported feature: ", ""), why -> new TreeSet<>()).add(name);
            return;
        }
        for (int call = 0; call < expected.length; call++) {
            if (expected[call] == null) continue;
            String got;
            try {
                got = show(f, compiled.call(n, arguments[call]));
            } catch (dev.backbench.spi.Trap e) {
                got = e.reason().name();
            }
            checks++;
            if (!got.equals(expected[call])) assertEquals(expected[call], got, pipeline.name() + ": " + name + " of " + hex(arguments[call]) + "\n" + text);
        }
    }

    private static String hex(long[] values) {
        return Arrays.stream(values).mapToObj(Long::toHexString).toList().toString();
    }

    /** All choices of edge values where they are few, else as many of them, evenly. */
    private static long[][] arguments(Function f) {
        int count = f.pool.length(f.params) / Entities.PARAM_INTS;
        long[][] edges = new long[count][];
        long all = 1;
        for (int i = 0; i < count; i++) {
            edges[i] = EdgeValues.of(f.pool.get(f.params, i * Entities.PARAM_INTS));
            all = Math.min(1 << 20, all * (edges[i].length / 2));
        }
        int calls = (int) Math.min(CALLS, all);
        long[][] arguments = new long[calls][2 * count];
        for (int call = 0; call < calls; call++) {
            long choice = all > CALLS ? call * STRIDE * (all / CALLS | 1) % all : call;
            for (int i = 0; i < count; i++) {
                int which = (int) (count > 4 ? (call + i * STRIDE) % (edges[i].length / 2) : choice % (edges[i].length / 2));
                choice /= edges[i].length / 2;
                arguments[call][2 * i] = edges[i][2 * which];
                arguments[call][2 * i + 1] = edges[i][2 * which + 1];
            }
        }
        return arguments;
    }

    /** Hardware may differ in the bits of a NaN that arithmetic gives; what only moves bits moves all of them, which the integers beside them show. */
    private static String show(Function f, long[] results) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; 2 * i < results.length; i++) {
            int type = f.pool.get(f.returns, i * Entities.PARAM_INTS);
            boolean nan = type == Types.F32 && Float.isNaN(Float.intBitsToFloat((int) results[2 * i])) || type == Types.F64 && Double.isNaN(Double.longBitsToDouble(results[2 * i]));
            out.append(i > 0 ? ", " : "").append(nan ? "NaN" : Long.toHexString(results[2 * i + 1]) + ":" + Long.toHexString(results[2 * i]));
        }
        return out.toString();
    }
}
