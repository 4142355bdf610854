package rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code (rule NAME [subsume] LEFT (if CONDITION)… (types T TYPE…)… (cases C) (listed "reason") RIGHT)}.
 *
 * @param subsumes whether the right side is never worse, so that the left need not be kept
 * @param types by type variable the types it ranges over
 * @param cases a constant whose values the proof takes one by one: powers of two, or amounts of a shift; null for none
 * @param listed why the solver is not asked, null where it is
 */
record Rule(String file, int line, String name, boolean subsumes, Term left, List<Sexp> conditions, Map<String, List<String>> types, String cases, String listed, Term right) {
    private static final List<String> NARROW = List.of("i8", "i16", "i32", "i64"), ALL = List.of("i8", "i16", "i32", "i64", "i128");
    private static final Set<String> CLAUSES = Set.of("if", "types", "cases", "listed");

    static Rule parse(String file, Sexp s) {
        if (!s.head().equals("rule") || s.size() < 4) throw new RuleException(file, s.line(), "expected (rule NAME [subsume] LEFT … RIGHT)");
        int at = 2;
        boolean subsumes = s.get(at).isWord() && s.get(at).word().equals("subsume");
        if (subsumes) at++;
        Term left = Term.parse(file, s.get(at++)), right = Term.parse(file, s.get(s.size() - 1));
        if (left.isVariable()) throw new RuleException(file, s.line(), "the left side is a variable: it would match everything");
        List<Sexp> conditions = new ArrayList<>();
        Map<String, List<String>> types = new LinkedHashMap<>();
        String cases = null, listed = null;
        for (; at < s.size() - 1; at++) {
            Sexp clause = s.get(at);
            if (!CLAUSES.contains(clause.head())) throw new RuleException(file, clause.line(), "expected (if …), (types …), (cases …) or (listed …), not " + clause);
            if (clause.head().equals("if")) conditions.add(clause.get(1));
            else if (clause.head().equals("cases")) cases = clause.get(1).word();
            else if (clause.head().equals("listed")) listed = clause.get(1).word();
            else types.put(clause.get(1).word(), clause.list().subList(2, clause.size()).stream().map(Sexp::word).toList());
        }
        if (constructs(left)) throw new RuleException(file, s.line(), "what a Java method constructs cannot be matched: it belongs on the right side");
        if (constructs(right) && listed == null) throw new RuleException(file, s.line(), "the solver does not know what a Java method constructs: say (listed \"why it is right\")");
        Set<String> constants = new LinkedHashSet<>();
        collectTypes(left, types, constants);
        collectTypes(right, new LinkedHashMap<>(), constants);
        for (String t : constants) types.computeIfPresent(t, (k, v) -> v == ALL ? NARROW : v);
        return new Rule(file, s.line(), s.get(1).word(), subsumes, left, conditions, types, cases, listed, right);
    }

    private static boolean constructs(Term t) {
        return t.op() != null && t.op().constructor() != null || t.args().stream().anyMatch(Rule::constructs);
    }

    private static void collectTypes(Term t, Map<String, List<String>> types, Set<String> constants) {
        if (t.type() != null && isTypeVariable(t.type())) types.putIfAbsent(t.type(), ALL);
        if (t.constant() != null) constants.add(t.type());
        for (Term a : t.args()) collectTypes(a, types, constants);
    }

    static boolean isTypeVariable(String type) {
        return Character.isUpperCase(type.charAt(0));
    }

    static int bits(String type) {
        return Integer.parseInt(type.substring(1));
    }
}
