package rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lowering rules as a Java class: a switch on the instruction, one on its type, then the rules in order of priority, tests common to neighbours once. Each of these is a method, and so is what
 * a rule makes, all small enough for the compiler of the JVM.
 */
final class LowerWriter {
    private static final String IN = "    ", NO_TYPE = "none";
    private static final Pattern CONSTANT_TEST = Pattern.compile("(\\w+) == ((?:Op|IntCC|FloatCC)\\.\\w+|-?\\d+L?)");
    private final LowerLanguage language;
    private final Map<String, List<LowerRule>> roots;
    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    private final StringBuilder methods = new StringBuilder();

    LowerWriter(LowerLanguage language, Map<String, List<LowerRule>> roots) {
        this.language = language;
        this.roots = roots;
        for (List<LowerRule> rules : roots.values()) for (LowerRule r : rules) numbers.putIfAbsent(r.name(), numbers.size());
    }

    String write(String packageName, String className) {
        StringBuilder out = new StringBuilder("package " + packageName + ";\n\nimport static dev.backbench.asm.X64.*;\nimport static dev.backbench.asm.X64Insn.*;\n\n"
            + "import dev.backbench.cranelift.ir.FloatCC;\nimport dev.backbench.cranelift.ir.IntCC;\nimport dev.backbench.cranelift.ir.Op;\nimport dev.backbench.cranelift.ir.TrapCode;\n"
            + "import dev.backbench.cranelift.ir.Types;\n\n/** Generated from the rule files: lowers instructions. */\npublic final class " + className + " extends LowerContext {\n");
        out.append(IN).append("/** How often each rule was taken, by number; null unless the property {@code cranelift.lower.count} is set when this class is loaded. */\n");
        out.append(IN).append("public static final long[] HITS = Boolean.getBoolean(\"cranelift.lower.count\") ? new long[").append(numbers.size()).append("] : null;\n");
        out.append(IN).append("/** By number of a rule. */\n").append(IN).append("public static final String[] NAMES = {\n");
        for (String name : numbers.keySet()) out.append(IN.repeat(2)).append('"').append(name).append("\",\n");
        out.append(IN).append("};\n\n").append(IN).append(className).append("(Cpu cpu, Lower blocks) {\n").append(IN.repeat(2)).append("super(cpu, blocks);\n").append(IN).append("}\n\n");
        out.append(IN).append("/** @return false where no rule matches */\n").append(IN).append("boolean lower(int inst, Op op) {\n").append(IN.repeat(2)).append("return switch (op) {\n");
        for (String root : roots.keySet()) if (language.ops.containsKey(root)) out.append(IN.repeat(3)).append("case ").append(root.toUpperCase()).append(" -> op_").append(root).append("(inst);\n");
        out.append(IN.repeat(3)).append("default -> false;\n").append(IN.repeat(2)).append("};\n").append(IN).append("}\n");
        roots.forEach(this::root);
        for (List<LowerRule> rules : roots.values()) for (LowerRule r : rules) if (!r.mirrored()) result(r);
        return out.append(methods).append("}\n").toString();
    }

    // ---- one instruction or term ----

    private void root(String name, List<LowerRule> rules) {
        LowerLanguage.Constructor term = language.ops.containsKey(name) ? null : language.constructors.get(name);
        if (term != null) {
            StringBuilder parameters = new StringBuilder();
            int value = 0, other = 0;
            for (String p : term.parameters()) {
                String java = p.equals("def") ? "int def" : language.javaTypes.get(p) + (p.equals("value") ? " a" + value++ : " c" + other++);
                parameters.append(parameters.isEmpty() ? "" : ", ").append(java);
            }
            String result = term.result().equals("none") ? "void" : language.javaTypes.get(term.result());
            methods.append('\n').append(IN).append(result).append(' ').append(LowerTerms.method(name)).append('(').append(parameters).append(") {\n").append(group(rules, term)).append(IN).append("}\n");
            return;
        }
        Map<List<LowerRule>, List<String>> groups = new LinkedHashMap<>();
        for (String type : LowerLanguage.TYPES) groups.computeIfAbsent(rules.stream().filter(r -> r.types().contains(type)).toList(), k -> new ArrayList<>()).add(type);
        if (groups.size() == 1) {
            methods.append('\n').append(IN).append("private boolean op_").append(name).append("(int inst) {\n").append(IN.repeat(2)).append("int type = f.control(inst);\n").append(group(rules, null)).append(IN).append("}\n");
            return;
        }
        StringBuilder cases = new StringBuilder();
        String otherwise = "false";
        int number = 0;
        for (var g : groups.entrySet()) {
            if (g.getKey().isEmpty()) continue;
            String method = "op_" + name + number++;
            List<String> types = new ArrayList<>(g.getValue());
            if (types.remove(NO_TYPE)) otherwise = method + "(inst, type)";
            if (!types.isEmpty()) cases.append(IN.repeat(3)).append("case Types.").append(String.join(", Types.", types).toUpperCase().replace("TYPES", "Types")).append(" -> ").append(method).append("(inst, type);\n");
            methods.append('\n').append(IN).append("private boolean ").append(method).append("(int inst, int type) {\n").append(group(g.getKey(), null)).append(IN).append("}\n");
        }
        methods.append('\n').append(IN).append("private boolean op_").append(name).append("(int inst) {\n").append(IN.repeat(2)).append("int type = f.control(inst);\n").append(IN.repeat(2)).append("return switch (type) {\n").append(cases)
            .append(IN.repeat(3)).append("default -> ").append(otherwise).append(";\n").append(IN.repeat(2)).append("};\n").append(IN).append("}\n");
    }

    /** The rules that one method tries. */
    private String group(List<LowerRule> rules, LowerLanguage.Constructor term) {
        Step all = new Step('L', "");
        Set<String> producers = new TreeSet<>();
        for (LowerRule r : rules) new Steps(r, all, producers).add(term);
        StringBuilder out = new StringBuilder();
        int values = 0;
        for (LowerPattern p : rules.getFirst().left().args()) if (!(p instanceof LowerPattern.Attribute)) values++;
        String in = IN.repeat(2);
        for (int i = 0; term == null && i < values; i++) out.append(in).append("int a").append(i).append(" = f.resolve(f.arg(inst, ").append(i).append("));\n");
        for (int i = 0; term != null && i < values; i++) out.append(in).append("a").append(i).append(" = f.resolve(a").append(i).append(");\n");
        for (String p : producers) out.append(in).append("int i").append(p).append(" = o.producer(a").append(p).append(");\n").append(in).append("Op k").append(p).append(" = o.operation(i").append(p).append(");\n");
        if (language.ops.containsKey(rules.getFirst().left().op()) && language.ops.get(rules.getFirst().left().op()).condition() != null) {
            String cc = language.javaTypes.get(language.ops.get(rules.getFirst().left().op()).condition());
            out.append(in).append(cc).append(" c = ").append(cc).append(".of(f.flags(inst));\n");
        }
        boolean ends = children(all, 2, out);
        if (!ends && term == null) out.append(in).append("return false;\n");
        if (!ends && term != null) out.append(in).append("throw new AssertionError(\"no rule of ").append(term.name()).append("\");\n");
        return out.toString();
    }

    /** A test, a line that declares a name, or a rule that is taken ({@code E}); and what may follow, in order. */
    private record Step(char kind, String text, List<Step> next) {
        Step(char kind, String text) {
            this(kind, text, new ArrayList<>());
        }
    }

    /** @return whether control never comes to the end */
    private boolean children(Step parent, int depth, StringBuilder out) {
        String in = IN.repeat(depth);
        for (int n = 0; n < parent.next.size(); n++) {
            Step s = parent.next.get(n);
            boolean last = n == parent.next.size() - 1;
            switch (s.kind) {
                case 'E' -> {
                    out.append(in).append(s.text.replace("\n", "\n" + in)).append('\n');
                    return true;
                }
                case 'L' -> {
                    if (!last) out.append(in).append("{\n");
                    out.append(last ? in : in + IN).append(s.text).append('\n');
                    if (children(s, last ? depth : depth + 1, out)) {
                        if (!last) out.append(in).append("}\n");
                        return true;
                    }
                    if (!last) out.append(in).append("}\n");
                }
                default -> {
                    StringBuilder test = new StringBuilder(s.text);
                    for (; s.next.size() == 1 && s.next.getFirst().kind == 'C'; s = s.next.getFirst()) test.append(" && ").append(s.next.getFirst().text);
                    out.append(in).append("if (").append(test).append(") {\n");
                    children(s, depth + 1, out);
                    out.append(in).append("}\n");
                }
            }
        }
        return false;
    }

    /** The steps of one rule, put behind those of the rules before. Names follow from places in the pattern, so that equal steps are equal text. */
    private final class Steps {
        private final LowerRule rule;
        private final Set<String> producers;
        private final LowerTerms terms;
        private final Map<String, String> names = new LinkedHashMap<>(), types = new LinkedHashMap<>();
        private Step at;

        Steps(LowerRule rule, Step root, Set<String> producers) {
            this.rule = rule;
            this.at = root;
            this.producers = producers;
            this.terms = new LowerTerms(language, rule);
        }

        void add(LowerLanguage.Constructor term) {
            int value = 0, other = 0;
            Map<LowerPattern.Attribute, String> attributes = new LinkedHashMap<>();
            for (LowerPattern p : rule.left().args()) {
                if (p instanceof LowerPattern.Attribute a) attributes.put(a, term == null ? "c" : "c" + other++);
                else value(p, "" + value++);
            }
            attributes.forEach(this::attribute);
            names.forEach((name, java) -> terms.bind(name, types.get(name), java));
            for (Sexp condition : rule.conditions()) then('C', terms.condition(condition));
            StringBuilder call = new StringBuilder("rule").append(numbers.get(rule.name())).append('(');
            call.append(term == null ? "inst, type" : term.parameters().contains("def") ? "def" : "");
            for (String name : variables(rule).keySet()) call.append(call.charAt(call.length() - 1) == '(' ? "" : ", ").append(names.get(name));
            call.append(");");
            if (term == null) call.append("\n").append("return true;");
            else if (term.result().equals("none")) call.append(" return;");
            else call.insert(0, "return ");
            then('E', call.toString());
        }

        /** Goes on with a step that is there already, if only steps that exclude this one come after it. */
        private void then(char kind, String text) {
            for (Step s : at.next.reversed()) {
                if (s.kind == kind && s.text.equals(text)) {
                    at = s;
                    return;
                }
                if (s.kind != 'C' || kind != 'C' || !areExclusive(s.text, text)) break;
            }
            Step step = new Step(kind, text);
            at.next.add(step);
            at = step;
        }

        /** Whether both compare one name with a constant, and not with the same. */
        private static boolean areExclusive(String a, String b) {
            Matcher first = CONSTANT_TEST.matcher(a), second = CONSTANT_TEST.matcher(b);
            return first.matches() && second.matches() && first.group(1).equals(second.group(1)) && !first.group(2).equals(second.group(2));
        }

        private void bind(String name, String type, String java) {
            String before = names.putIfAbsent(name, java);
            if (before != null) then('C', java + " == " + before);
            else types.put(name, type);
        }

        private void value(LowerPattern p, String path) {
            if (p instanceof LowerPattern.Variable v) {
                if (v.types() != null) then('C', isOneOf("f.valueType(a" + path + ")", v.types()));
                if (!v.name().equals("_")) bind(v.name(), "value", "a" + path);
                return;
            }
            LowerPattern.Producer producer = (LowerPattern.Producer) p;
            if (path.length() == 1) {
                producers.add(path);
            } else {
                then('L', "int i" + path + " = o.producer(a" + path + ");");
                then('L', "Op k" + path + " = o.operation(i" + path + ");");
            }
            then('C', "k" + path + " == Op." + producer.op().toUpperCase());
            if (producer.where() != LowerPattern.Where.ANYWHERE) then('C', producer.where() == LowerPattern.Where.ONCE ? "o.isOnce(a" + path + ", i" + path + ")" : "o.isHere(i" + path + ")");
            if (producer.types() != null) then('C', isOneOf("f.control(i" + path + ")", producer.types()));
            if (producer.extractor() != null && producer.extractor().test() != null) then('C', producer.extractor().test() + "(i" + path + ")");
            if (producer.name() != null) bind(producer.name(), "value", "a" + path);
            int k = 0, x = 0;
            for (LowerPattern arg : producer.args()) {
                if (arg instanceof LowerPattern.Attribute a) {
                    String name = "x" + path + x, java = language.javaTypes.get(a.type());
                    String getter = producer.extractor() != null ? producer.extractor().getters().get(x) + "(i" + path + ")" : java + ".of(f.flags(i" + path + "))";
                    x++;
                    if (a.literal() == null && a.name().equals("_")) continue;
                    then('L', java + " " + name + " = " + getter + ";");
                    attribute(a, name);
                } else {
                    String inner = path + k;
                    if (!(arg instanceof LowerPattern.Variable v && v.name().equals("_") && v.types() == null)) then('L', "int a" + inner + " = f.resolve(f.arg(i" + path + ", " + k + "));");
                    value(arg, inner);
                    k++;
                }
            }
        }

        private void attribute(LowerPattern.Attribute a, String java) {
            if (a.literal() == null) {
                if (!a.name().equals("_")) bind(a.name(), a.type(), java);
                return;
            }
            String literal = Expression.isNumber(a.literal()) ? Long.decode(a.literal()) + (language.javaTypes.get(a.type()).equals("long") ? "L" : "")
                : a.type().equals("cc") || a.type().equals("fcc") ? language.javaTypes.get(a.type()) + "." + a.literal().toUpperCase() : a.literal();
            then('C', java + " == " + literal);
        }

        private String isOneOf(String type, Set<String> types) {
            StringBuilder mask = new StringBuilder();
            for (String t : new TreeSet<>(types)) mask.append(mask.isEmpty() ? "" : " | ").append("1 << Types.").append(t.toUpperCase());
            return "Operands.isOneOf(" + type + ", " + mask + ")";
        }
    }

    // ---- what a rule makes ----

    /** By name the type; in an order that both orders of a rule share. */
    private Map<String, String> variables(LowerRule rule) {
        Map<String, String> all = new TreeMap<>();
        for (LowerPattern p : rule.left().args()) collect(p, all);
        return all;
    }

    private static void collect(LowerPattern p, Map<String, String> all) {
        if (p instanceof LowerPattern.Variable v && !v.name().equals("_")) all.putIfAbsent(v.name(), "value");
        if (p instanceof LowerPattern.Attribute a && a.name() != null && !a.name().equals("_")) all.putIfAbsent(a.name(), a.type());
        if (p instanceof LowerPattern.Producer producer) {
            if (producer.name() != null) all.putIfAbsent(producer.name(), "value");
            for (LowerPattern arg : producer.args()) collect(arg, all);
        }
    }

    private void result(LowerRule rule) {
        LowerLanguage.Constructor term = language.ops.containsKey(rule.left().op()) ? null : language.constructors.get(rule.left().op());
        LowerTerms terms = new LowerTerms(language, rule);
        int number = numbers.get(rule.name());
        StringBuilder parameters = new StringBuilder(term == null ? "int inst, int type" : term.parameters().contains("def") ? "int def" : "");
        variables(rule).forEach((name, type) -> {
            String java = "v_" + LowerTerms.method(name);
            parameters.append(parameters.isEmpty() ? "" : ", ").append(language.javaTypes.get(type)).append(' ').append(java);
            terms.bind(name, type, java);
        });
        String result = term == null || term.result().equals("none") ? "void" : language.javaTypes.get(term.result()), in = IN.repeat(2);
        methods.append('\n').append(IN).append("/** ").append(rule.name()).append(", ").append(rule.where()).append(". */\n").append(IN).append("private ").append(result).append(" rule").append(number)
            .append('(').append(parameters).append(") {\n").append(in).append("if (HITS != null) HITS[").append(number).append("]++;\n");
        for (String line : terms.body(term).split("\n")) methods.append(in).append(line).append('\n');
        methods.append(IN).append("}\n");
    }
}
