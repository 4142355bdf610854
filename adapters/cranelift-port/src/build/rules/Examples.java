package rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A function for each rule and choice of types that computes its left side, as CLIF: parameters for the variables, constants that meet the conditions. Tests run them
 * to see every rule at work.
 */
final class Examples {
    private static final long[] CANDIDATES = {3, 0, 1, 2, 4, 5, 7, 8, 13, 15, 16, 24, 29, 31, 32, 63, 64, 0xff, 0xffff, 0xffff_ffffL, -1, -2};

    private final Rule rule;
    private final Map<String, String> types = new LinkedHashMap<>();
    private final Map<String, Long> constants = new LinkedHashMap<>();
    private final Map<String, String> constantTypes = new LinkedHashMap<>(), variables = new LinkedHashMap<>(), names = new HashMap<>();
    private final StringBuilder body = new StringBuilder();
    private int values;

    private Examples(Rule rule) {
        this.rule = rule;
    }

    /** @return the texts; none where no constants that are tried meet the conditions */
    static List<String> write(Rule rule) {
        List<String> out = new ArrayList<>();
        Examples first = new Examples(rule);
        first.collect(rule.left());
        choose(rule, new ArrayList<>(first.typeVariables()), new LinkedHashMap<>(), out);
        return out;
    }

    private static void choose(Rule rule, List<String> names, Map<String, String> chosen, List<String> out) {
        if (chosen.size() < names.size()) {
            String name = names.get(chosen.size());
            for (String type : rule.types().getOrDefault(name, List.of("i8", "i64"))) {
                Map<String, String> more = new LinkedHashMap<>(chosen);
                more.put(name, type);
                choose(rule, names, more, out);
            }
            return;
        }
        Examples example = new Examples(rule);
        example.types.putAll(chosen);
        example.collect(rule.left());
        if (!example.exists(rule.left()) || !example.findConstants(new ArrayList<>(example.constantTypes.keySet()), 0)) return;
        out.add(example.function(out.size()));
    }

    private List<String> typeVariables() {
        List<String> all = new ArrayList<>(rule.types().keySet());
        for (String type : variables.values()) if (Rule.isTypeVariable(type) && !all.contains(type)) all.add(type);
        return all;
    }

    private void collect(Term t) {
        if (t.constant() != null && !Expression.isNumber(t.constant().word())) constantTypes.putIfAbsent(t.constant().word(), t.type());
        for (int k = 0; k < t.args().size(); k++) {
            Term a = t.args().get(k);
            if (!a.isVariable()) collect(a);
            else if (t.op().operands()[k].equals("T")) variables.putIfAbsent(a.name(), t.type());
            else variables.putIfAbsent(a.name(), a.type() != null ? a.type() : "Of" + a.name());
        }
    }

    private String type(String name) {
        return Rule.isTypeVariable(name) ? types.get(name) : name;
    }

    private String typeOf(Term t) {
        return type(t.isVariable() ? variables.get(t.name()) : t.valueType());
    }

    private boolean exists(Term t) {
        for (Term a : t.args()) if (!exists(a)) return false;
        return t.isVariable() || t.op().allows(Rule.bits(type(t.type())), t.args().isEmpty() ? 0 : Rule.bits(typeOf(t.args().get(0))));
    }

    private boolean findConstants(List<String> names, int at) {
        if (at == names.size()) return rule.conditions().stream().allMatch(c -> Expression.value(c, constants, this::type) != 0);
        String type = type(constantTypes.get(names.get(at)));
        for (long candidate : CANDIDATES) {
            constants.put(names.get(at), Rule.bits(type) == 64 ? candidate : candidate & (1L << Rule.bits(type)) - 1);
            if (findConstants(names, at + 1)) return true;
        }
        return false;
    }

    private String function(int number) {
        StringBuilder params = new StringBuilder(), entry = new StringBuilder();
        variables.forEach((name, type) -> {
            params.append(params.isEmpty() ? "" : ", ").append(type(type));
            entry.append(entry.isEmpty() ? "" : ", ").append('v').append(values).append(": ").append(type(type));
            names.put(name, "v" + values++);
        });
        String result = build(rule.left());
        return "function %" + rule.name().replace('-', '_') + "_" + number + "(" + params + ") -> " + typeOf(rule.left()) + " fast { ; " + rule.name() + "\nblock0(" + entry + "):\n" + body
                + "    return " + result + "\n}\n";
    }

    private String build(Term t) {
        if (t.isVariable()) return names.get(t.name());
        List<String> args = new ArrayList<>();
        for (Term a : t.args()) args.add(build(a));
        String value = "v" + values++, name = t.op().name(), text = name + "." + type(t.type()) + " " + String.join(", ", args);
        if (t.condition() != null) text = "icmp " + (SmtWriter.CONDITIONS.contains(t.condition().word()) ? t.condition().word() : "slt") + " " + String.join(", ", args);
        if (t.constant() != null) text = "iconst." + type(t.type()) + " " + signed(Rule.bits(type(t.type())), Expression.value(t.constant(), constants, this::type));
        body.append("    ").append(value).append(" = ").append(text).append('\n');
        return value;
    }

    private static long signed(int bits, long value) {
        return value << 64 - bits >> 64 - bits;
    }
}
