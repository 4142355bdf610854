package rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a lowering rule matches. */
sealed interface LowerPattern {
    int line();

    /** Any value. @param name {@code _} for none; one that occurs again is the same value @param types null for any */
    record Variable(int line, String name, Set<String> types) implements LowerPattern {}

    /** What is no value: a condition, an immediate, an instruction. @param literal what it must be, null where {@code name} stands for it */
    record Attribute(int line, String type, String name, String literal) implements LowerPattern {}

    /** Where an instruction may stand for a rule to look into it: used only here and in the same block; in the same block; anywhere. */
    enum Where { ONCE, HERE, ANYWHERE }

    /**
     * A value by what computes it; as the root, the instruction or term that is lowered.
     *
     * @param extractor null for the plain instruction @param types of its control; null for any @param name of the value, null for none
     */
    record Producer(int line, String op, LowerLanguage.Extractor extractor, Where where, Set<String> types, String name, List<LowerPattern> args) implements LowerPattern {}

    /** Reads the root of a rule; a term's parameters that are no values are attributes. */
    static Producer root(LowerLanguage language, String file, Sexp s) {
        String[] head = split(s.head());
        LowerLanguage.Constructor term = language.constructors.get(head[0]);
        if (term == null || !term.hasRules()) {
            if (!language.ops.containsKey(head[0])) throw new RuleException(file, s.line(), "no instruction and no term '" + head[0] + "'");
            return (Producer) parse(language, file, s);
        }
        List<LowerPattern> args = new ArrayList<>();
        List<String> parameters = term.arguments();
        expect(file, s, head[0], parameters.size());
        for (int i = 0; i < parameters.size(); i++) {
            args.add(parameters.get(i).equals("value") ? parse(language, file, s.get(i + 1)) : attribute(file, s.get(i + 1), parameters.get(i)));
        }
        return new Producer(s.line(), head[0], null, Where.ONCE, null, null, args);
    }

    static LowerPattern parse(LowerLanguage language, String file, Sexp s) {
        if (s.isWord()) {
            String[] parts = split(s.word());
            return new Variable(s.line(), parts[0], parts[1] == null ? null : language.typesOf(file, s, parts[1]));
        }
        if (s.head().equals("is")) return named((Producer) parse(language, file, s.get(2)), s.get(1).word(), null);
        if (s.head().equals("here")) return named((Producer) parse(language, file, s.get(1)), null, Where.HERE);
        if (s.head().equals("anywhere")) return named((Producer) parse(language, file, s.get(1)), null, Where.ANYWHERE);
        String[] head = split(s.head());
        LowerLanguage.Extractor extractor = language.extractors.get(head[0]);
        List<LowerPattern> args = new ArrayList<>();
        if (extractor != null) {
            expect(file, s, head[0], extractor.types().size());
            for (int i = 0; i < extractor.types().size(); i++) args.add(attribute(file, s.get(i + 1), extractor.types().get(i)));
            return new Producer(s.line(), extractor.op(), extractor, Where.ANYWHERE, head[1] == null ? null : language.typesOf(file, s, head[1]), null, args);
        }
        LowerLanguage.Op op = language.ops.get(head[0]);
        if (op == null) throw new RuleException(file, s.line(), "no instruction and no extractor '" + head[0] + "'");
        int conditions = op.condition() == null ? 0 : 1;
        expect(file, s, head[0], op.operands().size() + conditions);
        if (conditions > 0) args.add(attribute(file, s.get(1), op.condition()));
        for (int i = 0; i < op.operands().size(); i++) args.add(parse(language, file, s.get(1 + conditions + i)));
        return new Producer(s.line(), op.name(), null, Where.ONCE, head[1] == null ? null : language.typesOf(file, s, head[1]), null, args);
    }

    private static Producer named(Producer p, String name, Where where) {
        return new Producer(p.line, p.op, p.extractor, where == null ? p.where : where, p.types, name == null ? p.name : name, p.args);
    }

    private static void expect(String file, Sexp s, String name, int count) {
        if (s.size() - 1 != count) throw new RuleException(file, s.line(), "'" + name + "' takes " + count + " operands, here are " + (s.size() - 1));
    }

    private static Attribute attribute(String file, Sexp s, String type) {
        if (!s.isWord()) throw new RuleException(file, s.line(), "here stands a name, a number or a condition, not " + s);
        boolean literal = Expression.isNumber(s.word()) || type.equals("cc") && SmtWriter.CONDITIONS.contains(s.word()) || Character.isUpperCase(s.word().charAt(0));
        return new Attribute(s.line(), type, literal ? null : s.word(), literal ? s.word() : null);
    }

    private static String[] split(String word) {
        int dot = word.indexOf('.');
        return dot < 0 ? new String[] {word, null} : new String[] {word.substring(0, dot), word.substring(dot + 1)};
    }

    /** The same with its first two values exchanged. */
    static Producer mirrored(Producer p) {
        List<LowerPattern> args = new ArrayList<>(p.args);
        int first = args.size() - 2;
        while (first > 0 && args.get(first) instanceof Attribute) first--;
        LowerPattern a = args.get(first);
        args.set(first, args.get(first + 1));
        args.set(first + 1, a);
        return new Producer(p.line, p.op, p.extractor, p.where, p.types, p.name, args);
    }

    // ---- how patterns relate ----

    /** Whether no instruction matches both. */
    static boolean areDisjoint(LowerLanguage language, LowerPattern a, LowerPattern b) {
        if (a instanceof Attribute x && b instanceof Attribute y) return x.literal != null && y.literal != null && !sameLiteral(x.literal, y.literal);
        if (a instanceof Variable x && b instanceof Variable y) return apart(x.types, y.types);
        if (!(a instanceof Producer x) || !(b instanceof Producer y)) return false;
        if (!x.op.equals(y.op) || apart(x.types, y.types)) return true;
        if (x.extractor != y.extractor) return x.extractor != null && y.extractor != null && language.areDisjoint(x.extractor, y.extractor) || literalsDiffer(x, y);
        for (int i = 0; i < x.args.size(); i++) if (areDisjoint(language, x.args.get(i), y.args.get(i))) return true;
        return false;
    }

    /** Two extractors of one number each, with different numbers, mean different constants. */
    private static boolean literalsDiffer(Producer x, Producer y) {
        return x.extractor != null && y.extractor != null && x.extractor.getters().equals(y.extractor.getters()) && x.args.size() == 1 && x.args.getFirst() instanceof Attribute a
            && y.args.getFirst() instanceof Attribute b && a.literal != null && b.literal != null && !sameLiteral(a.literal, b.literal);
    }

    private static boolean sameLiteral(String a, String b) {
        return Expression.isNumber(a) && Expression.isNumber(b) ? Long.decode(a).equals(Long.decode(b)) : a.equals(b);
    }

    private static boolean apart(Set<String> a, Set<String> b) {
        return a != null && b != null && a.stream().noneMatch(b::contains);
    }

    /** Whether {@code general} matches whatever {@code special} does, types of the root aside. @param bound what {@code general}'s names stand for so far */
    static boolean covers(LowerLanguage language, LowerPattern general, LowerPattern special, Map<String, LowerPattern> bound, boolean root) {
        switch (general) {
            case Variable v -> {
                if (v.types != null && !(special instanceof Variable s && s.types != null && v.types.containsAll(s.types))) return false;
                LowerPattern before = v.name.equals("_") ? null : bound.putIfAbsent(v.name, special);
                return before == null || before instanceof Variable x && special instanceof Variable y && x.name.equals(y.name) && !x.name.equals("_");
            }
            case Attribute a -> {
                return special instanceof Attribute s && (a.literal == null || s.literal != null && sameLiteral(a.literal, s.literal));
            }
            case Producer p -> {
                if (!(special instanceof Producer s) || !p.op.equals(s.op) || !root && p.where.ordinal() < s.where.ordinal()) return false;
                if (!root && p.types != null && (s.types == null || !p.types.containsAll(s.types))) return false;
                if (p.extractor != s.extractor && (p.extractor == null || s.extractor == null || !language.isWithin(s.extractor, p.extractor))) return false;
                if (p.args.size() != s.args.size()) return p.args.stream().allMatch(a -> a instanceof Attribute x && x.literal == null);
                for (int i = 0; i < p.args.size(); i++) if (!covers(language, p.args.get(i), s.args.get(i), bound, false)) return false;
                return true;
            }
        }
    }

    static Map<String, LowerPattern> noNames() {
        return new HashMap<>();
    }
}
