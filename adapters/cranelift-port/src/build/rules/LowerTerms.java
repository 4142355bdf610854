package rules;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Terms of one rule as Java statements. Arguments are computed before the instruction that takes them is begun; what sets the flags and what fills in the address come last, so that nothing
 * comes between.
 */
final class LowerTerms implements Expression.Scope {
    private static final Set<String> LATE = Set.of("cond", "mem");
    static final Set<String> OPERATORS = Set.of("+", "-", "*", "&", "|", "^", "=", "!=", "u<", "u<=", "s<", "s<=", "and", "or", "pow2", "log2");

    private record Bound(String type, String java) {}

    private final LowerLanguage language;
    private final LowerRule rule;
    private final Map<String, Bound> bound = new HashMap<>();
    private final StringBuilder out = new StringBuilder();
    private int locals;

    LowerTerms(LowerLanguage language, LowerRule rule) {
        this.language = language;
        this.rule = rule;
    }

    void bind(String name, String type, String java) {
        bound.put(name, new Bound(type, java));
    }

    private RuleException error(Sexp s, String what) {
        return new RuleException(rule.file(), s.line(), what);
    }

    // ---- conditions: nothing is emitted ----

    String condition(Sexp s) {
        if (s.head().equals("not")) return "!" + condition(s.get(1));
        LowerLanguage.Constructor predicate = language.constructors.get(s.isWord() ? s.word() : s.head());
        if (predicate == null) {
            if (OPERATORS.contains(s.head())) return Expression.java(s, this);
            throw error(s, "no predicate and no condition " + s);
        }
        if (!predicate.result().equals("bool")) throw error(s, "'" + predicate.name() + "' is no predicate");
        return call(predicate, s, null);
    }

    // ---- results ----

    /** @return the body of the method: what becomes of an instruction, or of a term with {@code result} type */
    String body(LowerLanguage.Constructor term) {
        for (Sexp clause : rule.lets()) {
            if (clause.head().equals("do")) {
                String java = expression(clause.get(1), "none", null);
                if (!java.isEmpty()) out.append(java).append(";\n");
                continue;
            }
            Sexp value = clause.get(2);
            String type = typeOf(value), java = expression(value, type, null), local = "t" + locals++;
            out.append(javaType(type)).append(' ').append(local).append(" = ").append(java).append(";\n");
            bind(clause.get(1).word(), type, local);
        }
        if (term != null) termResult(term);
        else result();
        return out.toString();
    }

    private void result() {
        Sexp s = rule.result();
        String type = typeOf(s);
        if (type.equals("none")) {
            out.append(expression(s, type, null)).append(";\n");
            return;
        }
        if (type.equals("value")) type = "gpr";
        if (!language.registers.containsKey(type)) throw error(s, "an instruction becomes a register or nothing, not '" + type + "'");
        LowerLanguage.Constructor c = s.isWord() ? null : language.constructors.get(s.head());
        String java = expression(s, type, c != null && c.parameters().contains("def") ? "result()" : null);
        if (c == null || !c.parameters().contains("def")) out.append("o.alias(f.result(inst, 0), ").append(java).append(");\n");
    }

    private void termResult(LowerLanguage.Constructor term) {
        boolean def = term.parameters().contains("def");
        String java = expression(rule.result(), term.result(), def ? "def" : null);
        if (term.result().equals("none")) out.append(java).append(";\n");
        else if (!def) out.append("return ").append(java).append(";\n");
        else out.append(java.equals("def") ? "return def;\n" : "d.move(def, " + java + ");\nreturn def;\n");
    }

    private String javaType(String type) {
        return language.javaTypes.get(type);
    }

    private String typeOf(Sexp s) {
        if (s.isWord()) {
            if (bound.containsKey(s.word())) return bound.get(s.word()).type;
            if (language.words.containsKey(s.word())) return language.words.get(s.word()).type();
            return Expression.isNumber(s.word()) ? "imm" : "int";
        }
        LowerLanguage.Constructor c = language.constructors.get(s.head());
        if (c != null) return c.result();
        if (OPERATORS.contains(s.head())) return "imm";
        throw error(s, "no constructor, term or operator '" + s.head() + "'");
    }

    /** @param target the register to define, null for a new one @return the Java expression; nothing where its effect is all */
    private String expression(Sexp s, String expected, String target) {
        if (s.isWord()) return word(s, expected);
        LowerLanguage.Constructor c = language.constructors.get(s.head());
        if (c == null && OPERATORS.contains(s.head())) return converted(s, Expression.java(s, this), "imm", expected);
        if (c == null) throw error(s, "no constructor, term or operator '" + s.head() + "'");
        return converted(s, call(c, s, target), c.result(), expected);
    }

    private String word(Sexp s, String expected) {
        String word = s.word();
        if (bound.containsKey(word)) return converted(s, bound.get(word).java, bound.get(word).type, expected);
        if (language.words.containsKey(word)) return converted(s, language.words.get(word).java(), language.words.get(word).type(), expected);
        if (Expression.isNumber(word)) return javaType(expected).equals("long") ? Long.decode(word) + "L" : "" + Math.toIntExact(Long.decode(word));
        if (expected.equals("cc") && SmtWriter.CONDITIONS.contains(word)) return "IntCC." + word.toUpperCase();
        if (Character.isUpperCase(word.charAt(0)) && "int".equals(javaType(expected))) return word;
        LowerLanguage.Constructor c = language.constructors.get(word);
        if (c != null && c.arguments().isEmpty()) return converted(s, call(c, s, null), c.result(), expected);
        throw error(s, "'" + word + "' is nothing that the rule has, nor a '" + expected + "'");
    }

    private String converted(Sexp s, String java, String type, String expected) {
        if (type.equals(expected)) return java;
        String how = language.conversion(type, expected);
        if (how == null) throw error(s, "'" + s + "' is of type '" + type + "', wanted is '" + expected + "'");
        return how + "(" + java + ")";
    }

    private String call(LowerLanguage.Constructor c, Sexp s, String target) {
        List<String> parameters = c.arguments();
        int given = s.isWord() ? 0 : s.size() - 1;
        if (given != parameters.size()) throw error(s, "'" + c.name() + "' takes " + parameters.size() + " arguments, here are " + given);
        boolean late = parameters.stream().anyMatch(LATE::contains);
        boolean nested = !c.result().equals("bool") && s.list() != null && s.list().stream().anyMatch(a -> !a.isWord());
        String[] java = new String[given];
        for (int i = 0; i < given; i++) if (!LATE.contains(parameters.get(i))) java[i] = argument(s.get(i + 1), parameters.get(i), late || nested);
        for (int i = 0; i < given; i++) if (LATE.contains(parameters.get(i))) java[i] = argument(s.get(i + 1), parameters.get(i), nested);
        StringBuilder args = new StringBuilder();
        String register = target;
        for (int i = 0, next = 0; i < c.parameters().size(); i++) {
            String parameter = c.parameters().get(i), arg;
            if (parameter.equals("def")) {
                if (register == null) {
                    register = "t" + locals++;
                    out.append("int ").append(register).append(" = ").append(language.registers.get(c.result())).append("();\n");
                }
                arg = register;
            } else {
                arg = java[next++];
                if (parameter.equals("mem")) continue;
            }
            args.append(args.isEmpty() ? "" : ", ").append(arg);
        }
        String name = c.hasRules() ? method(c.name()) : c.java(), call = c.hasRules() || c.java().indexOf('(') < 0 ? name + "(" + args + ")" : name;
        if (!c.parameters().contains("def")) return statementOf(c, call);
        out.append(call).append(";\n");
        return register;
    }

    /** What fills in the address is done at once. */
    private String statementOf(LowerLanguage.Constructor c, String call) {
        if (!c.result().equals("mem")) return call;
        out.append(call).append(";\n");
        return "";
    }

    private String argument(Sexp s, String type, boolean local) {
        String java = expression(s, type, null);
        if (type.equals("mem")) {
            if (!java.isEmpty()) out.append(java).append(";\n");
            return "";
        }
        if (!local || java.indexOf('(') < 0) return java;
        String name = "t" + locals++;
        out.append(javaType(type)).append(' ').append(name).append(" = ").append(java).append(";\n");
        return name;
    }

    static String method(String name) {
        return name.replace('-', '_');
    }

    // ---- names in expressions ----

    @Override
    public String constant(Sexp where, String name) {
        Bound b = bound.get(name);
        if (b != null && (javaTypeIs(b.type, "long") || javaTypeIs(b.type, "int") && !b.type.equals("value"))) return b.java;
        if (language.words.containsKey(name)) return language.words.get(name).java();
        throw error(where, "no number '" + name + "' here");
    }

    private boolean javaTypeIs(String type, String java) {
        return java.equals(javaType(type));
    }

    @Override
    public String type(Sexp where, String name) {
        throw error(where, "types are no numbers here");
    }
}
