package rules;

import java.util.ArrayList;
import java.util.List;

/**
 * One side of a rule: a variable ({@code op} is null), or an operation with its controlling type.
 *
 * @param name of a variable
 * @param type a type variable, a type, or null where it follows from where it stands
 * @param condition of {@code icmp}: a word or {@code (invert w)}, {@code (swap w)}
 * @param constant of {@code iconst}: a number, a variable, or on the right side an expression
 */
record Term(int line, String name, Operation op, String type, Sexp condition, Sexp constant, List<Term> args) {
    boolean isVariable() {
        return op == null;
    }

    static Term parse(String file, Sexp s) {
        if (s.isWord()) {
            String[] parts = split(s.word());
            return new Term(s.line(), parts[0], null, parts[1], null, null, List.of());
        }
        String[] parts = split(s.head());
        Operation op = Operation.find(parts[0]);
        if (op == null) throw new RuleException(file, s.line(), "no operation '" + parts[0] + "' that rules know: see Operation");
        if (parts[1] == null) throw new RuleException(file, s.line(), "'" + parts[0] + "' needs its type: " + parts[0] + ".T");
        boolean compares = op.name().equals("icmp"), constant = op.name().equals("iconst");
        int first = compares ? 2 : 1, expected = constant ? 1 : op.operands().length;
        if (s.size() - first != expected) throw new RuleException(file, s.line(), "'" + op.name() + "' takes " + expected + " operands, here are " + (s.size() - first));
        List<Term> args = new ArrayList<>();
        if (!constant) for (int i = first; i < s.size(); i++) args.add(parse(file, s.get(i)));
        return new Term(s.line(), null, op, parts[1], compares ? s.get(1) : null, constant ? s.get(1) : null, args);
    }

    private static String[] split(String word) {
        int dot = word.indexOf('.');
        return dot < 0 ? new String[] {word, null} : new String[] {word.substring(0, dot), word.substring(dot + 1)};
    }

    /** The type of the value it stands for, where it says so itself. */
    String valueType() {
        return isVariable() ? type : op.result().equals("T") ? type : op.result();
    }
}
