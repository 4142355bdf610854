package dev.backbench.cranelift.fuzz;

import dev.backbench.cranelift.fuzz.ClifWriter.Value;
import dev.backbench.cranelift.ir.Types;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The left sides of the mid-end's rules, which the build writes down as functions: rewriting seldom meets them by chance. */
final class RulePatterns {
    private static final Pattern FUNCTION = Pattern.compile("function %\\S+\\((.*?)\\) -> (\\w+) .*"), LINE = Pattern.compile("v(\\d+) = (.*)"), VALUE = Pattern.compile("\\bv(\\d+)\\b");
    private static final List<RulePatterns> ALL = read();

    private final List<Integer> params;
    private final int result;
    private final List<String> lines = new ArrayList<>();
    private boolean wide;

    private RulePatterns(List<Integer> params, int result) {
        this.params = params;
        this.result = result;
        wide = result == Types.I128 || params.contains(Types.I128);
    }

    private static List<RulePatterns> read() {
        List<RulePatterns> all = new ArrayList<>();
        try (InputStream in = RulePatterns.class.getResourceAsStream("examples.clif")) {
            if (in == null) throw new IllegalStateException("the build has left out examples.clif");
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                Matcher function = FUNCTION.matcher(line);
                if (function.matches()) all.add(new RulePatterns(Arrays.stream(function.group(1).split(", *")).filter(p -> !p.isEmpty()).map(RulePatterns::type).toList(), type(function.group(2))));
                else if (LINE.matcher(line.strip()).matches()) all.getLast().add(line.strip());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    private void add(String line) {
        lines.add(line);
        wide |= line.contains("i128");
    }

    private static int type(String name) {
        byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        return Types.parse(text, 0, text.length);
    }

    /** Writes one of them over values that are there. */
    static void write(ClifWriter to) {
        RulePatterns pattern = ALL.get(to.random.nextInt(ALL.size()));
        if (!pattern.wide || to.wide) pattern.over(to);
    }

    private void over(ClifWriter to) {
        Map<String, Value> names = new HashMap<>();
        for (int i = 0; i < params.size(); i++) names.put(String.valueOf(i), to.value(params.get(i)));
        for (int i = 0; i < lines.size(); i++) {
            Matcher line = LINE.matcher(lines.get(i));
            if (!line.matches()) throw new IllegalStateException(lines.get(i));
            String text = VALUE.matcher(line.group(2)).replaceAll(v -> names.get(v.group(1)).toString());
            names.put(line.group(1), i < lines.size() - 1 ? to.hidden(Types.NONE, text) : to.define(result, text));
        }
    }
}
