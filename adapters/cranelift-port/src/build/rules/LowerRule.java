package rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code (rule NAME PRIORITY? commute? LEFT (if CONDITION)… (let NAME TERM)… RESULT)}: of the rules that match, that of the highest priority is taken.
 *
 * @param mirrored whether it is the other order of a rule that commutes, which is tried after all of that priority as they are written
 * @param conditions as written, and with the places of its variables for their names, to compare with those of other rules
 */
record LowerRule(String file, int line, String name, int priority, boolean mirrored, LowerPattern.Producer left, List<Sexp> conditions, Set<String> canonical, List<Sexp> lets, Sexp result) {
    /** @return one rule, or the two orders of one */
    static List<LowerRule> parse(LowerLanguage language, String file, Sexp s) {
        if (!s.head().equals("rule") || s.size() < 4) throw new RuleException(file, s.line(), "expected (rule NAME PRIORITY? commute? LEFT … RESULT)");
        int at = 2, priority = 0;
        if (s.get(at).isWord() && Expression.isNumber(s.get(at).word())) priority = Integer.parseInt(s.get(at++).word());
        boolean commutes = s.get(at).isWord() && s.get(at).word().equals("commute");
        if (commutes) at++;
        LowerPattern.Producer left = LowerPattern.root(language, file, s.get(at++));
        List<Sexp> conditions = new ArrayList<>(), lets = new ArrayList<>();
        for (; at < s.size() - 1; at++) {
            Sexp clause = s.get(at);
            if (clause.head().equals("if")) conditions.add(clause.get(1));
            else if (clause.head().equals("let") || clause.head().equals("do")) lets.add(clause);
            else throw new RuleException(file, clause.line(), "expected (if …), (let NAME TERM) or (do TERM), not " + clause);
        }
        List<LowerRule> rules = new ArrayList<>();
        Sexp result = s.get(s.size() - 1);
        String name = s.get(1).word();
        rules.add(new LowerRule(file, s.line(), name, priority, false, left, conditions, canonical(left, conditions), lets, result));
        if (!commutes) return rules;
        LowerPattern.Producer other = LowerPattern.mirrored(left);
        rules.add(new LowerRule(file, s.line(), name, priority, true, other, conditions, canonical(other, conditions), lets, result));
        return rules;
    }

    private static Set<String> canonical(LowerPattern left, List<Sexp> conditions) {
        Map<String, String> places = new HashMap<>();
        places(left, "$", places);
        Set<String> all = new TreeSet<>();
        for (Sexp c : conditions) all.add(rename(c, places));
        return all;
    }

    private static void places(LowerPattern p, String at, Map<String, String> places) {
        if (p instanceof LowerPattern.Variable v) places.putIfAbsent(v.name(), at);
        if (p instanceof LowerPattern.Attribute a && a.name() != null) places.putIfAbsent(a.name(), at);
        if (p instanceof LowerPattern.Producer producer) {
            if (producer.name() != null) places.putIfAbsent(producer.name(), at);
            for (int i = 0; i < producer.args().size(); i++) places(producer.args().get(i), at + i, places);
        }
    }

    private static String rename(Sexp s, Map<String, String> places) {
        if (s.isWord()) return places.getOrDefault(s.word(), s.word());
        StringBuilder out = new StringBuilder("(");
        for (Sexp part : s.list()) out.append(out.length() > 1 ? " " : "").append(rename(part, places));
        return out.append(')').toString();
    }

    String where() {
        return file + ":" + line;
    }

    // ---- checks of all rules of one root ----

    /** Rules of equal priority that match one instruction, and rules that others leave nothing to, are errors. @param rules all of one root */
    static void check(LowerLanguage language, List<LowerRule> rules) {
        for (int i = 0; i < rules.size(); i++) {
            LowerRule a = rules.get(i);
            for (int j = 0; j < i; j++) {
                LowerRule b = rules.get(j);
                if (a.priority == b.priority && a.mirrored == b.mirrored && a.overlaps(language, b)) {
                    throw new RuleException(a.file, a.line, "'" + a.name + "' and '" + b.name + "' at " + b.where() + " can match one instruction and have the same priority");
                }
            }
            a.checkReachable(language, rules);
        }
    }

    private boolean overlaps(LowerLanguage language, LowerRule other) {
        for (String c : canonical) if (other.canonical.contains("(not " + c + ")") || c.startsWith("(not ") && other.canonical.contains(c.substring(5, c.length() - 1))) return false;
        return !LowerPattern.areDisjoint(language, left, other.left);
    }

    private void checkReachable(LowerLanguage language, List<LowerRule> rules) {
        if (mirrored) return;
        Set<String> types = new TreeSet<>(types());
        String above = "";
        for (LowerRule other : rules) {
            if (other.priority <= priority || !canonical.containsAll(other.canonical) || !LowerPattern.covers(language, other.left, left, LowerPattern.noNames(), true)) continue;
            if (types.removeAll(other.types())) above += (above.isEmpty() ? "'" : ", '") + other.name + "' at " + other.where();
        }
        if (types.isEmpty()) throw new RuleException(file, line, "'" + name + "' is never reached: " + above + " has a higher priority and matches all that this does");
    }

    /** Of the root's control. */
    Set<String> types() {
        return left.types() == null ? Set.copyOf(LowerLanguage.TYPES) : left.types();
    }
}
