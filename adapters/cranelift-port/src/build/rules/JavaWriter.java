package rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rules as a Java class. The matching steps of all rules with the same root operation form a trie, so that a step common to several is taken once; each choice of an
 * operand's operation is a method of its own, small enough for the compiler of the JVM. Rules that subsume come first, in a trie of their own: one result of theirs ends the search. A bit for
 * each operation that some rule looks for below the root tells, of a class as a whole, whether any member is worth a look.
 */
final class JavaWriter {
    private static final String IN = "    ";
    private static final int KINDS = 32;
    private static final String SUBSUME = "if (g.subsume(";
    private final StringBuilder methods = new StringBuilder();
    private int methodCount;
    /** Operations below a root, in the order of their bits. */
    private final List<String> kinds = new ArrayList<>();

    /** A step and what may follow it. A line always succeeds; a check may fail; a loop tries the alternatives of an operand. */
    private record Step(char kind, String text, String path, Map<String, Step> next) {}

    static String write(String packageName, String className, List<Rule> rules) {
        return new JavaWriter().all(packageName, className, rules);
    }

    private String all(String packageName, String className, List<Rule> rules) {
        Map<String, Step> subsuming = tries(rules, true), others = tries(rules, false);
        Set<String> roots = new LinkedHashSet<>(subsuming.keySet());
        roots.addAll(others.keySet());
        StringBuilder out = new StringBuilder("package " + packageName + ";\n\nimport dev.backbench.cranelift.ir.IntCC;\nimport dev.backbench.cranelift.ir.Op;\n"
                + "import dev.backbench.cranelift.ir.Types;\n\n/** Generated from the rule files: tries every rule on an instruction. */\nfinal class " + className + " {\n");
        out.append(IN).append("/** By number of a rule. */\n").append(IN).append("static final String[] NAMES = {\n");
        for (Rule r : rules) out.append(IN.repeat(2)).append('"').append(r.name()).append("\",\n");
        out.append(IN).append("};\n\n").append(IN).append("private ").append(className).append("() {}\n\n");
        StringBuilder matchers = new StringBuilder();
        for (String root : roots) {
            matchers.append('\n').append(IN).append("private static boolean ").append(root).append("(Graph g, int i, int t) {\n");
            for (Map<String, Step> tries : List.of(subsuming, others)) {
                if (tries.containsKey(root)) matchers.append(children(tries.get(root), List.of("int i", "int t"), 2));
                if (tries == subsuming && tries.containsKey(root) && others.containsKey(root)) {
                    matchers.append(IN.repeat(2)).append("return ").append(root).append("Others(g, i, t);\n").append(IN).append("}\n\n");
                    matchers.append(IN).append("private static boolean ").append(root).append("Others(Graph g, int i, int t) {\n");
                }
            }
            matchers.append(IN.repeat(2)).append("return false;\n").append(IN).append("}\n");
        }
        out.append(kinds());
        out.append(IN).append("/** @return whether a rule that subsumes had a result */\n").append(IN).append("static boolean apply(Graph g, int i) {\n").append(IN.repeat(2)).append("return switch (g.op(i)) {\n");
        for (String op : roots) out.append(IN.repeat(3)).append("case ").append(op.toUpperCase()).append(" -> ").append(op).append("(g, i, g.type(i));\n");
        out.append(IN.repeat(3)).append("default -> false;\n").append(IN.repeat(2)).append("};\n").append(IN).append("}\n");
        return out.append(matchers).append(methods).append("}\n").toString();
    }

    private static Map<String, Step> tries(List<Rule> rules, boolean subsuming) {
        Map<String, Step> roots = new LinkedHashMap<>();
        for (int n = 0; n < rules.size(); n++) {
            Rule rule = rules.get(n);
            if (rule.subsumes() == subsuming) new Steps(rule, n, roots.computeIfAbsent(rule.left().op().name(), k -> step('L', "", ""))).add();
        }
        return roots;
    }

    private String kinds() {
        StringBuilder out = new StringBuilder(IN + "/** By operation: its bit among those that rules look for below the root, 0 for others. */\n");
        out.append(IN).append("static final int[] KINDS = new int[Op.values().length];\n\n").append(IN).append("static {\n");
        for (int k = 0; k < kinds.size(); k++) out.append(IN.repeat(2)).append("KINDS[Op.").append(kinds.get(k).toUpperCase()).append(".ordinal()] = 1 << ").append(k).append(";\n");
        return out.append(IN).append("}\n\n").toString();
    }

    private int kind(String op) {
        if (!kinds.contains(op)) kinds.add(op);
        if (kinds.size() > KINDS) throw new IllegalStateException("rules look for more than " + KINDS + " operations below their roots: a class's kinds no longer fit an int");
        return 1 << kinds.indexOf(op);
    }

    private static Step step(char kind, String text, String path) {
        return new Step(kind, text, path, new LinkedHashMap<>());
    }

    /** The rest of a block after {@code parent}. */
    private String children(Step parent, List<String> scope, int depth) {
        StringBuilder out = new StringBuilder();
        Map<String, List<Step>> loops = new LinkedHashMap<>();
        String in = IN.repeat(depth);
        for (Step s : parent.next.values()) {
            switch (s.kind) {
                case 'L' -> {
                    List<String> inner = new ArrayList<>(scope);
                    inner.add(s.text.substring(0, s.text.indexOf(" =")));
                    out.append(in).append("{\n").append(in).append(IN).append(s.text).append('\n').append(children(s, inner, depth + 1)).append(in).append("}\n");
                }
                case 'C' -> out.append(in).append("if (").append(s.text).append(") {\n").append(children(s, scope, depth + 1)).append(in).append("}\n");
                case 'E' -> out.append(in).append(s.text).append('\n');
                default -> loops.computeIfAbsent(s.path, k -> new ArrayList<>()).add(s);
            }
        }
        loops.forEach((path, steps) -> out.append(loop(path, steps, scope, in)));
        return out.toString();
    }

    private String loop(String path, List<Step> steps, List<String> scope, String in) {
        StringBuilder out = new StringBuilder(), cases = new StringBuilder();
        List<String> inner = new ArrayList<>(scope);
        inner.add("int i" + path);
        int wanted = 0;
        for (Step s : steps) {
            String name = "m" + methodCount++;
            wanted |= kind(s.text);
            cases.append(in).append(IN.repeat(3)).append("case ").append(s.text.toUpperCase()).append(" -> {\n").append(in).append(IN.repeat(4)).append("if (").append(name).append("(g");
            for (String v : inner) cases.append(", ").append(v.substring(v.indexOf(' ') + 1));
            cases.append(")) return true;\n").append(in).append(IN.repeat(3)).append("}\n");
            String body = children(s, inner, 2);
            methods.append('\n').append(IN).append("private static boolean ").append(name).append("(Graph g");
            for (String v : inner) methods.append(", ").append(v);
            methods.append(") {\n").append(body).append(IN.repeat(2)).append("return false;\n").append(IN).append("}\n");
        }
        out.append(in).append("if ((g.kinds(v").append(path).append(") & 0x").append(Integer.toHexString(wanted)).append(") != 0) {\n");
        out.append(in).append(IN).append("for (int k = 0, n = g.classSize(v").append(path).append("); k < n; k++) {\n");
        out.append(in).append(IN.repeat(2)).append("int i").append(path).append(" = g.member(v").append(path).append(", k);\n");
        out.append(in).append(IN.repeat(2)).append("if (i").append(path).append(" < 0) continue;\n").append(in).append(IN.repeat(2)).append("switch (g.op(i").append(path).append(")) {\n");
        return out.append(cases).append(in).append(IN.repeat(3)).append("default -> {}\n").append(in).append(IN.repeat(2)).append("}\n").append(in).append(IN).append("}\n").append(in).append("}\n").toString();
    }

    /** The steps of one rule, put into the trie. Names follow from the place in the pattern, so that equal steps of two rules are equal text. */
    private static final class Steps implements Expression.Scope {
        private final Rule rule;
        private final int number;
        private Step at;
        /** By variable: the Java expression of its value; of a constant; of a condition; of a type. */
        private final Map<String, String> values = new HashMap<>(), constants = new HashMap<>(), conditions = new HashMap<>(), types = new HashMap<>();

        Steps(Rule rule, int number, Step root) {
            this.rule = rule;
            this.number = number;
            at = root;
        }

        void add() {
            node(rule.left(), "", false);
            for (var condition : rule.conditions()) then('C', Expression.java(condition, this), "");
            String result = ", " + build(rule.right()) + (rule.subsumes() ? ")) return true;" : ");");
            for (Step s : at.next.values()) {
                if (s.kind == 'E' && s.text.endsWith(result)) throw new RuleException(rule.file(), rule.line(), "'" + rule.name() + "' says what another rule says");
            }
            then('E', (rule.subsumes() ? SUBSUME : "g.result(") + number + result, "");
        }

        private void then(char kind, String text, String path) {
            String key = kind == 'E' ? "E" + number : kind + path + " " + text;
            at = at.next.computeIfAbsent(key, k -> step(kind, text, path));
        }

        private void node(Term t, String path, boolean typeIsKnown) {
            String inst = "i" + path;
            if (!typeIsKnown) bindType(t.type(), "t" + path, path.isEmpty() ? null : "g.type(" + inst + ")", t.line());
            if (t.condition() != null) condition(t.condition(), inst, path);
            if (t.constant() != null) constant(t, inst, path);
            for (int k = 0; k < t.args().size(); k++) {
                Term arg = t.args().get(k);
                String value = "v" + path + k, operand = t.op().operands()[k];
                then('L', "int " + value + " = g.arg(" + inst + ", " + k + ");", "");
                if (!arg.isVariable()) continue;
                String bound = values.putIfAbsent(arg.name(), value);
                if (bound != null) then('C', "g.same(" + value + ", " + bound + ")", "");
                else if (arg.type() != null && operand.equals("*")) bindType(arg.type(), "t" + path + k, "g.typeOf(" + value + ")", arg.line());
            }
            for (int k = 0; k < t.args().size(); k++) {
                Term arg = t.args().get(k);
                if (arg.isVariable()) continue;
                then('S', arg.op().name(), path + k);
                node(arg, path + k, t.op().operands()[k].equals("T") && arg.op().result().equals("T") && arg.type().equals(t.type()));
            }
        }

        /** @param source null where {@code name} is declared already */
        private void bindType(String type, String name, String source, int line) {
            if (!Rule.isTypeVariable(type)) {
                then('C', (source == null ? name : source) + " == Types." + type.toUpperCase(), "");
                return;
            }
            String bound = types.get(type);
            if (bound != null) {
                then('C', (source == null ? name : source) + " == " + bound, "");
                return;
            }
            if (source != null) then('L', "int " + name + " = " + source + ";", "");
            types.put(type, name);
            int mask = 0;
            for (String t : rule.types().getOrDefault(type, List.of())) mask |= 1 << 31 - Integer.numberOfLeadingZeros(Rule.bits(t)) - 2;
            if (mask == 0) throw new RuleException(rule.file(), line, "the type " + type + " ranges over nothing");
            then('C', "Constants.isOneOf(" + name + ", " + mask + ")", "");
        }

        private void condition(Sexp condition, String inst, String path) {
            String word = condition.word();
            if (SmtWriter.CONDITIONS.contains(word)) {
                then('C', "g.condition(" + inst + ") == IntCC." + word.toUpperCase() + ".ordinal()", "");
                return;
            }
            then('L', "int q" + path + " = g.condition(" + inst + ");", "");
            String bound = conditions.putIfAbsent(word, "q" + path);
            if (bound != null) then('C', "q" + path + " == " + bound, "");
        }

        private void constant(Term t, String inst, String path) {
            then('L', "long c" + path + " = g.constant(" + inst + ");", "");
            String word = t.constant().word();
            if (word == null) throw new RuleException(rule.file(), t.line(), "on the left a constant is a number or a name; conditions say the rest");
            if (Expression.isNumber(word)) {
                then('C', "c" + path + " == " + type(t.constant(), t.type(), Long.decode(word)), "");
                return;
            }
            String bound = constants.putIfAbsent(word, "c" + path);
            if (bound != null) then('C', "c" + path + " == " + bound, "");
        }

        private String type(Sexp where, String type, long value) {
            return "Constants.mask(" + type(where, type) + ", " + value + "L)";
        }

        private String build(Term t) {
            if (t.isVariable()) {
                String value = values.get(t.name());
                if (value == null) throw new RuleException(rule.file(), t.line(), "'" + t.name() + "' is not on the left side");
                return value;
            }
            String type = type(new Sexp(t.line(), t.type(), null), t.type());
            if (t.constant() != null) return "g.iconst(" + type + ", " + Expression.java(t.constant(), this) + ")";
            StringBuilder args = new StringBuilder();
            boolean constructs = t.op().constructor() != null;
            for (Term a : t.args()) args.append(", ").append(constructs && a.constant() != null ? Expression.java(a.constant(), this) : build(a));
            if (constructs) return t.op().constructor() + "(g, " + type + args + ")";
            if (t.condition() != null) return "g.compare(" + type + ", " + buildCondition(t.condition()) + args + ")";
            String how = switch (t.args().size()) {
                case 1 -> "unary";
                case 2 -> "binary";
                default -> "ternary";
            };
            return "g." + how + "(Op." + t.op().name().toUpperCase() + ", " + type + args + ")";
        }

        private String buildCondition(Sexp condition) {
            if (condition.isWord()) {
                if (SmtWriter.CONDITIONS.contains(condition.word())) return "IntCC." + condition.word().toUpperCase() + ".ordinal()";
                String bound = conditions.get(condition.word());
                if (bound == null) throw new RuleException(rule.file(), condition.line(), "no condition " + condition.word());
                return bound;
            }
            return "Constants." + condition.head() + "(" + buildCondition(condition.get(1)) + ")";
        }

        @Override
        public String constant(Sexp where, String name) {
            String bound = constants.get(name);
            if (bound == null) throw new RuleException(rule.file(), where.line(), "no constant '" + name + "' on the left side");
            return bound;
        }

        @Override
        public String type(Sexp where, String name) {
            if (!Rule.isTypeVariable(name)) return "Types." + name.toUpperCase();
            String bound = types.get(name);
            if (bound == null) throw new RuleException(rule.file(), where.line(), "no type '" + name + "' on the left side");
            return bound;
        }
    }
}
