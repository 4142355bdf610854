package rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Functions that compute a lowering rule's left side, as CLIF: parameters for the variables, a stack slot that parameters were stored to for addresses, for each choice of types and some
 * constants. Not all of them are valid: the types that an instruction can have are for the verifier to say.
 */
final class LowerExamples {
    private static final long[] CANDIDATES = {5, 0x1234_5678_9abc_def0L, 0, 1L << 40, 8, -1};
    private static final int MOST = 40;

    private final LowerLanguage language;
    private final LowerRule rule;
    /** What was chosen so far, and how many ways each choice had: all are gone through like the digits of a number. */
    private final List<Integer> choices, ways;
    private int next;
    private final Map<String, Long> constants = new HashMap<>();
    private final Map<String, String> values = new HashMap<>(), typeOf = new HashMap<>();
    private final StringBuilder body = new StringBuilder(), parameters = new StringBuilder(), entry = new StringBuilder();
    private int count;
    private boolean usesSlot;

    private LowerExamples(LowerLanguage language, LowerRule rule, List<Integer> choices, List<Integer> ways) {
        this.language = language;
        this.rule = rule;
        this.choices = choices;
        this.ways = ways;
    }

    static void write(LowerLanguage language, LowerRule rule, StringBuilder out) {
        LowerPattern.Producer root = rule.left();
        if (language.ops.get(root.op()) == null && language.constructors.get(root.op()).example() == null) return;
        List<Integer> choices = new ArrayList<>(), ways = new ArrayList<>();
        for (int made = 0, tried = 0; made < MOST && tried < 40 * MOST; tried++) {
            LowerExamples example = new LowerExamples(language, rule, choices, ways);
            String text = example.function(made);
            if (text != null) {
                out.append(text);
                made++;
            }
            int digit = ways.size() - 1;
            while (digit >= 0 && choices.get(digit) + 1 == ways.get(digit)) digit--;
            if (digit < 0) return;
            choices.set(digit, choices.get(digit) + 1);
            choices.subList(digit + 1, choices.size()).clear();
            ways.subList(digit + 1, ways.size()).clear();
        }
    }

    private int choose(int count) {
        if (next == choices.size()) {
            choices.add(0);
            ways.add(count);
        }
        return choices.get(next++);
    }

    private String choose(List<String> from) {
        return from.get(choose(from.size()));
    }

    /** @return null where these choices do not fit */
    private String function(int number) {
        LowerPattern.Producer root = rule.left();
        LowerLanguage.Constructor term = language.ops.containsKey(root.op()) ? null : language.constructors.get(root.op());
        List<String> results = new ArrayList<>(), types = new ArrayList<>();
        try {
            LowerPattern.Producer made = term == null ? root : (LowerPattern.Producer) replaced(LowerPattern.parse(language, rule.file(), term.example()), root.args());
            LowerLanguage.Op op = language.ops.get(made.op());
            String control = choose(made.types() == null ? LowerLanguage.TYPES : List.copyOf(new LinkedHashSet<>(ordered(made.types()))));
            String first = instruction(made, control);
            for (int i = 0; i < op.results().size(); i++) {
                results.add(i == 0 ? first : "v" + (count - op.results().size() + i));
                types.add(type(op.results().get(i), control));
            }
            for (Sexp c : rule.conditions()) if (isKnown(c) && Expression.value(c, constants, t -> control) == 0) return null;
        } catch (DoesNotFit e) {
            return null;
        }
        StringBuilder text = new StringBuilder("function %").append(LowerTerms.method(rule.name())).append('_').append(number).append('(').append(parameters);
        if (usesSlot) {
            text.append(parameters.isEmpty() ? "" : ", ").append("i64, i64");
            entry.append(entry.isEmpty() ? "" : ", ").append("v900: i64, v901: i64");
            body.insert(0, "    v902 = stack_addr.i64 ss0\n    store notrap v900, v902\n    store notrap v901, v902+8\n    store notrap v901, v902+16\n    store notrap v900, v902+24\n");
            body.append("    v903 = load.i64 notrap v902\n    v904 = load.i64 notrap v902+8\n");
            results.add("v903");
            results.add("v904");
            types.add("i64");
            types.add("i64");
        }
        text.append(") -> ").append(String.join(", ", types)).append(" fast { ; ").append(rule.name()).append('\n');
        if (types.isEmpty()) text.delete(text.lastIndexOf(" -> "), text.length()).append(" fast { ; ").append(rule.name()).append('\n');
        if (usesSlot) text.append("    ss0 = explicit_slot 32, align = 16\n");
        text.append("block0(").append(entry).append("):\n").append(body).append("    return ").append(String.join(", ", results)).append("\n}\n");
        return text.toString();
    }

    /** Whether it is a condition on constants that were chosen. */
    private boolean isKnown(Sexp c) {
        if (c.isWord()) return Expression.isNumber(c.word()) || constants.containsKey(c.word());
        if (!LowerTerms.OPERATORS.contains(c.head()) && !c.head().equals("not")) return false;
        return c.list().subList(1, c.size()).stream().allMatch(this::isKnown);
    }

    private static List<String> ordered(Set<String> types) {
        return LowerLanguage.TYPES.stream().filter(types::contains).toList();
    }

    /** The pattern of a term's example with the rule's own operands for the numbers. */
    private static LowerPattern replaced(LowerPattern p, List<LowerPattern> args) {
        if (p instanceof LowerPattern.Variable v && Expression.isNumber(v.name())) return args.get(Integer.parseInt(v.name()));
        if (p instanceof LowerPattern.Attribute a && a.literal() != null && Expression.isNumber(a.literal()) && !a.type().equals("imm")) return args.get(Integer.parseInt(a.literal()));
        if (!(p instanceof LowerPattern.Producer producer)) return p;
        return new LowerPattern.Producer(p.line(), producer.op(), producer.extractor(), producer.where(), producer.types(), producer.name(),
            producer.args().stream().map(a -> replaced(a, args)).toList());
    }

    /** @return the first result */
    private String instruction(LowerPattern.Producer p, String control) {
        LowerLanguage.Op op = language.ops.get(p.op());
        if (p.name() != null && values.containsKey(p.name())) return values.get(p.name());
        if (op.name().equals("iconst")) return constant(p, control);
        List<String> args = new ArrayList<>();
        String text = op.name(), suffix = control.equals("none") ? "" : "." + control;
        int k = 0;
        for (LowerPattern arg : p.args()) {
            if (arg instanceof LowerPattern.Attribute a) {
                if (p.extractor() != null) continue;
                text += " " + condition(a);
                suffix = "";
            } else {
                args.add(value(arg, op.operands().get(k++), control));
            }
        }
        if (p.extractor() != null) for (String operand : op.operands()) args.add(value(new LowerPattern.Variable(p.line(), "_", null), operand, control));
        String memory = op.name().contains("load") || op.name().contains("store") ? op.name().startsWith("atomic") ? "" : " notrap" : "";
        if (op.name().equals("atomic_rmw")) memory = " " + choose(List.of("add", "and", "smax", "xchg"));
        if (op.name().contains("store") || op.name().startsWith("trap")) suffix = "";
        String trap = op.name().equals("trapz") || op.name().equals("trapnz") || op.name().endsWith("_trap") ? ", user1" : "";
        StringBuilder results = new StringBuilder();
        int first = count;
        for (int i = 0; i < op.results().size(); i++) results.append(i > 0 ? ", v" : "v").append(count++);
        body.append("    ").append(results).append(results.isEmpty() ? "" : " = ").append(text.replaceFirst(op.name(), op.name() + suffix)).append(memory)
            .append(p.args().isEmpty() && args.isEmpty() ? "" : " ").append(String.join(", ", args)).append(trap).append('\n');
        if (p.name() != null) values.put(p.name(), "v" + first);
        return "v" + first;
    }

    private String condition(LowerPattern.Attribute a) {
        String literal = a.literal() != null ? a.literal() : choose(a.type().equals("cc") ? List.of("slt", "eq", "uge") : List.of("lt", "eq", "ne", "uge", "ord"));
        return literal.toLowerCase();
    }

    private String constant(LowerPattern.Producer p, String type) {
        if (!type.startsWith("i") || type.equals("i128")) throw new DoesNotFit();
        long value;
        if (!p.args().isEmpty() && p.args().getFirst() instanceof LowerPattern.Attribute a && a.literal() != null) {
            value = Long.decode(a.literal());
        } else {
            value = CANDIDATES[choose(CANDIDATES.length)];
            String name = p.args().isEmpty() ? null : ((LowerPattern.Attribute) p.args().getFirst()).name();
            if (name != null && constants.containsKey(name)) value = constants.get(name);
            int bits = Rule.bits(type);
            value = value << 64 - bits >> 64 - bits;
            if (name != null) constants.put(name, value);
        }
        body.append("    v").append(count).append(" = iconst.").append(type).append(' ').append(value).append('\n');
        return "v" + count++;
    }

    private String floatConstant(String op, boolean fits) {
        if (!fits) throw new DoesNotFit();
        body.append("    v").append(count).append(" = ").append(op).append(' ').append(choose(List.of("0x1.8", "0.0", "-0x1.0p3"))).append('\n');
        return "v" + count++;
    }

    private String value(LowerPattern p, String constraint, String control) {
        List<String> types = types(constraint, control);
        if (p instanceof LowerPattern.Variable v) {
            if (values.containsKey(v.name())) return values.get(v.name());
            if (constraint.equals(":iAddr")) {
                usesSlot = true;
                return "v902";
            }
            List<String> allowed = v.types() == null ? types : types.stream().filter(v.types()::contains).toList();
            if (allowed.isEmpty()) throw new DoesNotFit();
            String type = choose(allowed), name = "v" + count++;
            parameters.append(parameters.isEmpty() ? "" : ", ").append(type);
            entry.append(entry.isEmpty() ? "" : ", ").append(name).append(": ").append(type);
            if (!v.name().equals("_")) values.put(v.name(), name);
            return name;
        }
        LowerPattern.Producer producer = (LowerPattern.Producer) p;
        LowerLanguage.Op op = language.ops.get(producer.op());
        String result = op.results().getFirst();
        if (result.startsWith("f")) return floatConstant(op.name(), types.contains(result));
        List<String> controls = new ArrayList<>();
        for (String t : LowerLanguage.TYPES) if (types.contains(type(result, t)) && (producer.types() == null || producer.types().contains(t)) && !t.equals("none")) controls.add(t);
        if (controls.isEmpty()) throw new DoesNotFit();
        return instruction(producer, choose(controls));
    }

    /** Types that a constraint allows. */
    private static List<String> types(String constraint, String control) {
        List<String> ints = LowerLanguage.TYPES.subList(0, 5), floats = LowerLanguage.TYPES.subList(5, 7);
        boolean isFloat = control.startsWith("f");
        int at = (isFloat ? floats : ints).indexOf(control);
        return switch (constraint) {
            case "narrower(T)" -> at <= 0 ? List.of() : (isFloat ? floats : ints).subList(0, at);
            case "wider(T)" -> at < 0 ? List.of() : (isFloat ? floats : ints).subList(at + 1, (isFloat ? floats : ints).size());
            case ":iB", ":IntFixed" -> ints;
            case ":iAddr" -> List.of("i64");
            case ":FloatScalar", ":Float" -> floats;
            case ":Mem" -> LowerLanguage.TYPES.subList(0, 7);
            default -> List.of(type(constraint, control));
        };
    }

    private static String type(String constraint, String control) {
        int at = LowerLanguage.TYPES.indexOf(control);
        return switch (constraint) {
            case "T" -> control;
            case "truthy(T)" -> "i8";
            case "half(T)" -> at > 0 && at < 5 ? LowerLanguage.TYPES.get(at - 1) : "none";
            case "double(T)" -> at < 4 ? LowerLanguage.TYPES.get(at + 1) : "none";
            default -> constraint;
        };
    }

    /** Types that exclude each other. */
    private static final class DoesNotFit extends RuntimeException {
        private static final long serialVersionUID = 1;
    }
}
