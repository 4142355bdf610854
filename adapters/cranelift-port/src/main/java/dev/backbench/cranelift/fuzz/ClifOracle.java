package dev.backbench.cranelift.fuzz;

import dev.backbench.cranelift.interp.Interpreter;
import dev.backbench.cranelift.interp.Trap;
import dev.backbench.cranelift.interp.Unsupported;
import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.mach.TrapReasons;
import dev.backbench.cranelift.run.CompiledText;
import dev.backbench.cranelift.text.ClifException;
import dev.backbench.cranelift.text.Invocation;
import dev.backbench.cranelift.text.Parser;
import dev.backbench.cranelift.text.Printer;
import dev.backbench.cranelift.verify.Target;
import dev.backbench.cranelift.verify.Verifier;
import dev.backbench.spi.abi.TrapReason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One text under the interpreter and under pipelines: what each of its functions gives for a few arguments, results or trap. All NaNs of a type are the same. */
final class ClifOracle {
    private static final Target X64 = new Target(64, false, true);
    private static final long[] FLOATS64 = {0, Long.MIN_VALUE, 0x3FF0000000000000L, 0x7FF8000000000000L, 0x7FF0000000000001L, 0x7FF0000000000000L, 0xFFF0000000000000L, 1, 0xFFF8000000000000L,
        0x000FFFFFFFFFFFFFL, 0x41E0000000000000L, 0x43E0000000000000L, 0xC3E0000000000000L, 0x7FEFFFFFFFFFFFFFL};
    private static final int[] FLOATS32 = {0, Integer.MIN_VALUE, 0x3F800000, 0x7FC00000, 0x7F800001, 0x7F800000, 0xFF800000, 1, 0xFFC00000, 0x007FFFFF, 0x4F000000, 0x5F000000, 0xDF000000, 0x7F7FFFFF};

    private static final Pattern INVOCATION = Pattern.compile(";+\\s*(?:run|print):\\s*(%.*)");

    /** Of one call, in the interpreter; one that takes more is not compared. */
    private static final long INSTRUCTIONS = 100_000;
    private static final int MOVED = 0x5C730;

    /** What a run of a text showed. */
    interface Watch {
        /** A function went through the pipeline and was called. */
        void compiled(Function f);

        /** A call by the interpreter returned ({@code "returned"}) or trapped. */
        void outcome(String how);

        /** A function that a pipeline refused, and why. */
        void refused(String why);
    }

    private final List<Pipeline> pipelines;
    private final int rounds;
    private final Watch watch;
    private final Verifier verifier = new Verifier();

    ClifOracle(List<Pipeline> pipelines, int rounds, Watch watch) {
        this.pipelines = pipelines;
        this.rounds = rounds;
        this.watch = watch;
    }

    /** @return what differs or broke first, null where nothing does */
    String difference(String text, long seed) {
        String where = "the interpreter";
        try {
            List<Function> plain = read(text);
            Interpreter interpreter = new Interpreter(plain, INSTRUCTIONS);
            long[][][] arguments = new long[plain.size()][][];
            String[][] expected = new String[plain.size()][];
            for (int n = 0; n < expected.length; n++) expect(interpreter, n, plain.get(n), given(text, plain.get(n)), new SplittableRandom(seed + n), arguments, expected);
            for (Pipeline pipeline : pipelines) {
                where = pipeline.name();
                String difference = compare(pipeline, text, arguments, expected);
                if (difference != null) return where + ": " + difference;
            }
            return null;
        } catch (ClifException e) {
            return "the generator: " + e.getMessage() + " in '" + text.split("\n", -1)[e.line - 1].strip() + "'";
        } catch (RuntimeException | AssertionError | StackOverflowError e) {
            StackTraceElement[] at = e.getStackTrace();
            return where + ": " + e + (at.length == 0 ? "" : " at " + at[0]);
        }
    }

    private List<Function> read(String text) throws ClifException {
        List<Function> functions = new ArrayList<>();
        Parser parser = new Parser(text.getBytes(StandardCharsets.UTF_8));
        for (Function f = new Function(); parser.next(f); f = new Function()) functions.add(f);
        for (Function f : functions) verify(f);
        return functions;
    }

    private void verify(Function f) {
        List<?> complaints = verifier.verify(f, X64);
        if (!complaints.isEmpty()) throw new AssertionError("the verifier: " + complaints.getFirst());
    }

    private void expect(Interpreter interpreter, int n, Function f, List<long[]> given, SplittableRandom random, long[][][] arguments, String[][] expected) {
        if (isInner(f)) return;
        arguments[n] = new long[rounds + given.size()][];
        expected[n] = new String[rounds + given.size()];
        for (int round = 0; round < expected[n].length; round++) {
            arguments[n][round] = round < rounds ? arguments(f, random) : given.get(round - rounds);
            try {
                expected[n][round] = show(f, interpreter.run(n, arguments[n][round]));
                watch.outcome("returned");
            } catch (Trap e) {
                expected[n][round] = TrapReason.values()[TrapReasons.ordinal(e.code)].name();
                watch.outcome(expected[n][round]);
            } catch (Unsupported e) {
                watch.refused(e.getMessage());
            }
        }
    }

    /** Whether only other functions can call it. */
    private static boolean isInner(Function f) {
        return name(f).startsWith("%g");
    }

    static String name(Function f) {
        StringBuilder name = new StringBuilder();
        Printer.name(f, f.name, name, true);
        return name.toString();
    }

    /** @return the call in a comment that has one ({@code ; run: %f(1, 2) == 3}), null in other lines */
    static String invocation(String line) {
        Matcher call = INVOCATION.matcher(line);
        return call.matches() ? call.group(1) : null;
    }

    /** Arguments that the text's comments give a function. */
    private static List<long[]> given(String text, Function f) {
        List<long[]> given = new ArrayList<>();
        for (String line : text.split("\n")) {
            String call = invocation(line);
            if (call == null) continue;
            try {
                if (name(f).equals("%" + Invocation.name(call))) given.add(Invocation.parse(call, f).arguments());
            } catch (ClifException e) {
                // it was written for a function with other parameters
            }
        }
        return given;
    }

    private String compare(Pipeline pipeline, String text, long[][][] arguments, String[][] expected) throws ClifException {
        List<Function> functions = read(text);
        if (pipeline.optimizes()) {
            for (Function f : functions) {
                pipeline.optimize(f);
                verify(f);
            }
        }
        try (CompiledText compiled = new CompiledText(functions, pipeline.codegen())) {
            for (int n = 0; n < expected.length; n++) {
                if (compiled.unsupported(n) != null) {
                    watch.refused(compiled.unsupported(n));
                    continue;
                }
                watch.compiled(functions.get(n));
                for (int round = 0; expected[n] != null && round < expected[n].length; round++) {
                    if (expected[n][round] == null) continue;
                    String got = outcome(compiled, n, functions.get(n), arguments[n][round]);
                    if (got.equals(expected[n][round]) || isUndefined(text, n, arguments[n][round], expected[n][round])) continue;
                    return "function " + n + " of " + Arrays.toString(arguments[n][round]) + ": expected " + expected[n][round] + ", got " + got;
                }
            }
        }
        return null;
    }

    /** Whether the result is another one where the stack is elsewhere or has other bytes: then it means nothing. */
    private boolean isUndefined(String text, int n, long[] arguments, String expected) throws ClifException {
        List<Function> functions = read(text);
        Interpreter moved = new Interpreter(functions, INSTRUCTIONS);
        try {
            moved.moveStack(MOVED);
            return !show(functions.get(n), moved.run(n, arguments)).equals(expected);
        } catch (Trap e) {
            return !TrapReason.values()[TrapReasons.ordinal(e.code)].name().equals(expected);
        }
    }

    private static String outcome(CompiledText compiled, int n, Function f, long[] arguments) {
        try {
            return show(f, compiled.call(n, arguments));
        } catch (dev.backbench.spi.Trap e) {
            return e.reason().name();
        }
    }

    private static long[] arguments(Function f, SplittableRandom random) {
        int count = f.pool.length(f.params) / Entities.PARAM_INTS;
        long[] arguments = new long[2 * count];
        for (int i = 0; i < count; i++) {
            int type = f.pool.get(f.params, i * Entities.PARAM_INTS), bits = Types.bits(type);
            long low = ClifWriter.isFloat(type) && random.nextInt(3) > 0 ? real(type, random) : integer(random);
            arguments[2 * i] = bits < 64 ? low & (1L << bits) - 1 : low;
            arguments[2 * i + 1] = bits == 128 ? integer(random) : 0;
        }
        return arguments;
    }

    private static long integer(SplittableRandom random) {
        return switch (random.nextInt(5)) {
            case 0 -> random.nextInt(-3, 4);
            case 1 -> 1L << random.nextInt(64);
            case 2 -> (1L << random.nextInt(64)) - 1;
            default -> random.nextLong();
        };
    }

    private static long real(int type, SplittableRandom random) {
        if (random.nextInt(3) > 0) return type == Types.F32 ? FLOATS32[random.nextInt(FLOATS32.length)] : FLOATS64[random.nextInt(FLOATS64.length)];
        double value = random.nextInt(-100, 100) / 4.0;
        return type == Types.F32 ? Float.floatToRawIntBits((float) value) : Double.doubleToRawLongBits(value);
    }

    private static String show(Function f, long[] results) {
        StringBuilder out = new StringBuilder("[");
        for (int i = 0; 2 * i < results.length; i++) {
            int type = f.pool.get(f.returns, i * Entities.PARAM_INTS);
            boolean nan = type == Types.F32 && Float.isNaN(Float.intBitsToFloat((int) results[2 * i])) || type == Types.F64 && Double.isNaN(Double.longBitsToDouble(results[2 * i]));
            out.append(i > 0 ? ", " : "");
            if (nan) out.append("NaN");
            else out.append(results[2 * i + 1] == 0 ? "" : Long.toHexString(results[2 * i + 1]) + ":").append(Long.toHexString(results[2 * i]));
        }
        return out.append(']').toString();
    }
}
