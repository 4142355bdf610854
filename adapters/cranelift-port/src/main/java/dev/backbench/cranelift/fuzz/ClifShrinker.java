package dev.backbench.cranelift.fuzz;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.text.ClifException;
import dev.backbench.cranelift.text.Invocation;
import dev.backbench.cranelift.text.Parser;
import dev.backbench.cranelift.text.Printer;
import dev.backbench.cranelift.verify.Target;
import dev.backbench.cranelift.verify.Verifier;
import dev.backbench.spi.fuzz.Shrinker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** CLIF made smaller: functions, branches, block parameters, instructions. Lines before the first function stay, and of other comments those that call a function that is still there. */
public final class ClifShrinker implements Shrinker {
    private static final Target X64 = new Target(64, true, true);
    private static final String FUNCTIONS = "functions";

    @Override
    public String form() {
        return "clif";
    }

    @Override
    public List<String> passes() {
        List<String> passes = new ArrayList<>(List.of(FUNCTIONS));
        for (FunctionShrinker.Pass pass : FunctionShrinker.Pass.values()) passes.add(pass.name().toLowerCase());
        return passes;
    }

    @Override
    public int steps(String pass, byte[] input) {
        List<Function> functions = read(input);
        if (functions == null) return 0;
        if (pass.equals(FUNCTIONS)) return functions.size() > 1 ? functions.size() : 0;
        int steps = 0;
        for (Function f : functions) steps += new FunctionShrinker(f).steps(pass(pass));
        return steps;
    }

    @Override
    public byte[] apply(String pass, byte[] input, int from, int to) {
        List<Function> functions = read(input), kept = new ArrayList<>();
        if (functions == null) return null;
        int before = 0;
        for (int i = 0; i < functions.size(); i++) {
            if (pass.equals(FUNCTIONS)) {
                if (i < from || i >= to) kept.add(functions.get(i));
                continue;
            }
            FunctionShrinker shrinker = new FunctionShrinker(functions.get(i));
            int steps = shrinker.steps(pass(pass));
            if (from < before + steps && to > before) shrinker.apply(pass(pass), Math.max(0, from - before), Math.min(steps, to - before));
            before += steps;
            kept.add(functions.get(i));
        }
        if (kept.isEmpty()) return null;
        byte[] output = print(input, kept);
        return Arrays.equals(input, output) || read(output) == null ? null : output;
    }

    private static FunctionShrinker.Pass pass(String name) {
        return FunctionShrinker.Pass.valueOf(name.toUpperCase());
    }

    /** @return null where a function cannot be read or is not valid */
    private static List<Function> read(byte[] text) {
        List<Function> functions = new ArrayList<>();
        Verifier verifier = new Verifier();
        try {
            Parser parser = new Parser(text);
            for (Function f = new Function(); parser.next(f); f = new Function()) {
                if (!verifier.verify(f, X64).isEmpty()) return null;
                functions.add(f);
            }
        } catch (ClifException e) {
            return null;
        }
        return functions;
    }

    private static byte[] print(byte[] input, List<Function> functions) {
        StringBuilder text = new StringBuilder(), calls = new StringBuilder();
        boolean head = true;
        for (String line : new String(input, StandardCharsets.UTF_8).split("\n")) {
            head &= !line.startsWith("function");
            if (head) text.append(line).append('\n');
            else if (ClifOracle.invocation(line) != null && isOfOneOf(functions, ClifOracle.invocation(line))) calls.append(line).append('\n');
        }
        for (int i = 0; i < functions.size(); i++) text.append(i > 0 ? "\n" : "").append(Printer.print(functions.get(i)));
        return text.append(calls).toString().getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isOfOneOf(List<Function> functions, String call) {
        try {
            String name = "%" + Invocation.name(call);
            return functions.stream().anyMatch(f -> ClifOracle.name(f).equals(name));
        } catch (ClifException e) {
            return false;
        }
    }
}
