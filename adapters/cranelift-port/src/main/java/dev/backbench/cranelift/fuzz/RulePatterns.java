package dev.backbench.cranelift.fuzz;

import dev.backbench.cranelift.fuzz.ClifWriter.Value;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.text.ClifException;
import dev.backbench.cranelift.text.Parser;
import dev.backbench.cranelift.verify.Target;
import dev.backbench.cranelift.verify.Verifier;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The left sides of the mid-end's and of lowering's rules, which the build writes down as functions: random instructions seldom meet them by chance. */
final class RulePatterns {
    private static final Pattern FUNCTION = Pattern.compile("function %(\\w+)_\\d+\\(.*?\\)(?: -> (.*?))? fast \\{.*", Pattern.DOTALL), PARAMETER = Pattern.compile("(v\\d+): (\\w+)");
    private static final Pattern LINE = Pattern.compile("(?:(v\\d+(?:, v\\d+)*) = )?(.*)"), VALUE = Pattern.compile("\\bv\\d+\\b");
    /** The address of an example's slot, which becomes an area of the function; what else the example has for it is left out. */
    private static final String SLOT = "v902";
    private static final Pattern OF_SLOT = Pattern.compile("v90\\d = .*|store notrap v90\\d, .*|ss\\d = .*");
    private static final Pattern ACCESS = Pattern.compile("((?:[us]?load|i?store|atomic_\\w+)\\d*(?:\\.\\w+)?(?: notrap)?) (.*)");
    /** What makes NaNs, and what shows their bits. */
    private static final Pattern ARITHMETIC = Pattern.compile("(fadd|fsub|fmul|fdiv|sqrt|fma|fmin|fmax|ceil|floor|trunc|nearest|fdemote|fpromote)\\b.*");
    private static final Pattern BITWISE = Pattern.compile("(bitcast|fcopysign|band|bor|bxor|bnot|bitselect|store)\\b.*");
    /** Control flow, which random functions have anyway; what depends on the place of the stack; what is refused of 128 bits. */
    private static final Pattern LEFT_OUT = Pattern.compile("(return_|call|func_addr|jump|br|trap |get_|symbol_|debugtrap|nop).*|(fcvt_|[us]div|[us]rem|[us]mulhi).*i128.*");

    /** By rule. */
    private static final List<List<RulePatterns>> MID_END = read("rules/examples.clif"), LOWERING = read("rules/lowering.clif");

    private final List<Value> params = new ArrayList<>(), results = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private final boolean wide;

    /** @param types of the results @param body lines of a function */
    private RulePatterns(String types, List<String> body) {
        for (String line : body.stream().map(String::strip).toList()) {
            if (line.startsWith("block0")) {
                for (Matcher p = PARAMETER.matcher(line); p.find(); ) if (!p.group(1).startsWith("v90")) params.add(value(p.group(1), p.group(2)));
            } else if (line.startsWith("return ")) {
                String[] names = line.substring("return ".length()).split(", *"), typed = types.split(", *");
                for (int i = 0; i < names.length; i++) if (!names[i].startsWith("v90")) results.add(value(names[i], typed[i]));
            } else if (line.contains(" = ") || LINE.matcher(line).matches() && !line.startsWith("return") && !line.startsWith("function") && !line.equals("}")) {
                if (!OF_SLOT.matcher(line).matches()) lines.add(line);
            }
        }
        wide = body.stream().anyMatch(line -> line.contains("i128"));
    }

    private static Value value(String name, String type) {
        byte[] text = type.getBytes(StandardCharsets.US_ASCII);
        return new Value(Integer.parseInt(name.substring(1)), Types.parse(text, 0, text.length));
    }

    private static List<List<RulePatterns>> read(String resource) {
        Map<String, List<RulePatterns>> byRule = new LinkedHashMap<>();
        Verifier verifier = new Verifier();
        for (String text : text(resource).split("(?m)^(?=function)")) {
            Matcher function = FUNCTION.matcher(text);
            if (!function.matches() || !isValid(text, verifier)) continue;
            RulePatterns pattern = new RulePatterns(function.group(2), Arrays.asList(text.strip().split("\n")));
            if (pattern.isMeaningful()) byRule.computeIfAbsent(function.group(1), rule -> new ArrayList<>()).add(pattern);
        }
        if (byRule.isEmpty()) throw new IllegalStateException(resource + " has no examples of rules");
        return List.copyOf(byRule.values());
    }

    private static String text(String resource) {
        try (InputStream in = RulePatterns.class.getResourceAsStream(resource)) {
            if (in == null) throw new IllegalStateException("the build has left out " + resource);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Not every choice of types that an example was made from is one that the language has. */
    private static boolean isValid(String text, Verifier verifier) {
        Function f = new Function();
        try {
            return new Parser(text.getBytes(StandardCharsets.UTF_8)).next(f) && verifier.verify(f, new Target(64, false, true)).isEmpty();
        } catch (ClifException e) {
            return false;
        }
    }

    private static Matcher parts(String line) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) throw new IllegalStateException(line);
        return parts;
    }

    private boolean has(Pattern what) {
        return lines.stream().anyMatch(line -> what.matcher(parts(line).group(2)).matches());
    }

    private boolean hasFloats() {
        return params.stream().anyMatch(p -> ClifWriter.isFloat(p.type())) || lines.stream().anyMatch(line -> line.contains(".f32") || line.contains(".f64"));
    }

    /** Whether it means the same wherever it stands: it shows no bits of a NaN that it computes. */
    private boolean isMeaningful() {
        boolean refused = has(LEFT_OUT) || wide && lines.stream().anyMatch(line -> line.contains("fcvt_"));
        return !lines.isEmpty() && !refused && !(hasFloats() && has(ARITHMETIC) && has(BITWISE));
    }

    /** Writes one of them over values and memory that are there. */
    static void write(ClifWriter to, RandomMemory memory) {
        List<List<RulePatterns>> rules = to.random.nextInt(3) == 0 ? MID_END : LOWERING;
        List<RulePatterns> patterns = rules.get(to.random.nextInt(rules.size()));
        RulePatterns pattern = patterns.get(to.random.nextInt(patterns.size()));
        if (!pattern.wide || to.wide) pattern.over(to, memory);
    }

    private void over(ClifWriter to, RandomMemory memory) {
        Map<String, String> names = new HashMap<>();
        boolean bits = has(BITWISE);
        for (Value p : params) names.put(p.toString(), (bits && ClifWriter.isFloat(p.type()) ? to.settled(p.type()) : to.value(p.type())).toString());
        int area = to.random.nextInt(RandomMemory.AREAS);
        names.put(SLOT, memory.base(area).toString());
        for (String line : lines) instruction(to, line, names, memory.region(area));
        for (Value result : results) to.scope.add(new Value(Integer.parseInt(names.get(result.toString()).substring(1)), result.type()));
    }

    private static void instruction(ClifWriter to, String line, Map<String, String> names, String region) {
        Matcher parts = parts(line);
        String text = VALUE.matcher(parts.group(2)).replaceAll(v -> names.get(v.group()));
        Matcher access = ACCESS.matcher(text);
        if (access.matches()) text = access.group(1) + region + " " + access.group(2);
        List<String> made = new ArrayList<>();
        for (String result : parts.group(1) == null ? new String[0] : parts.group(1).split(", ")) {
            made.add("v" + to.values++);
            names.put(result, made.getLast());
        }
        to.line(String.join(", ", made) + (made.isEmpty() ? "" : " = ") + text);
    }
}
