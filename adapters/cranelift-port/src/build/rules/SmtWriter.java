package rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is to be proved of a rule, in SMT-LIB: for every choice of its types and conditions, that no operands and constants that meet the conditions tell the sides apart. The meaning of the
 * operations on bit vectors is here, written apart from the interpreter and the lowering.
 */
final class SmtWriter implements Expression.Scope {
    static final List<String> CONDITIONS = List.of("eq", "ne", "slt", "sge", "sgt", "sle", "ult", "uge", "ugt", "ule");
    private static final Map<String, String> COMPARE = Map.of("eq", "=", "ne", "distinct", "slt", "bvslt", "sge", "bvsge", "sgt", "bvsgt", "sle", "bvsle", "ult", "bvult", "uge", "bvuge",
            "ugt", "bvugt", "ule", "bvule");
    private static final Map<String, String> INVERSE = Map.of("eq", "ne", "ne", "eq", "slt", "sge", "sge", "slt", "sgt", "sle", "sle", "sgt", "ult", "uge", "uge", "ult", "ugt", "ule", "ule", "ugt");
    private static final Map<String, String> SWAPPED = Map.of("eq", "eq", "ne", "ne", "slt", "sgt", "sgt", "slt", "sle", "sge", "sge", "sle", "ult", "ugt", "ugt", "ult", "ule", "uge", "uge", "ule");
    private static final Map<String, String> SIMPLE = Map.ofEntries(Map.entry("iadd", "bvadd"), Map.entry("isub", "bvsub"), Map.entry("imul", "bvmul"), Map.entry("band", "bvand"),
            Map.entry("bor", "bvor"), Map.entry("bxor", "bvxor"), Map.entry("ineg", "bvneg"), Map.entry("bnot", "bvnot"), Map.entry("udiv", "bvudiv"), Map.entry("sdiv", "bvsdiv"),
            Map.entry("urem", "bvurem"), Map.entry("srem", "bvsrem"));

    private final Rule rule;
    private final Map<String, String> types = new LinkedHashMap<>(), conditions = new LinkedHashMap<>();
    /** By variable its type, a variable or a type. */
    private final Map<String, String> valueTypes = new LinkedHashMap<>(), constantTypes = new LinkedHashMap<>();
    private final Map<String, List<String>> choices = new LinkedHashMap<>();

    private SmtWriter(Rule rule) {
        this.rule = rule;
        choices.putAll(rule.types());
        collect(rule.left());
        for (String type : rule.types().keySet()) if (typesConstantsOnly(type)) choices.put(type, List.of("i64"));
        valueTypes.forEach((variable, type) -> {
            if (type.startsWith("Of-") && countsOnly(variable, rule.left()) && countsOnly(variable, rule.right())) choices.put(type, List.of("i8"));
        });
    }

    /** Whether it is but the type of constants: then the widest says all, for every constant of a narrower one is a constant of that too. */
    private boolean typesConstantsOnly(String type) {
        return !valueTypes.containsValue(type) && constantsOnly(type, rule.left()) && constantsOnly(type, rule.right())
                && rule.conditions().stream().noneMatch(c -> mentions(c, type)) && !mentionedInConstants(type, rule.right());
    }

    private static boolean constantsOnly(String type, Term t) {
        return (t.constant() != null || !type.equals(t.type())) && t.args().stream().allMatch(a -> constantsOnly(type, a));
    }

    private static boolean mentionedInConstants(String type, Term t) {
        return t.constant() != null && mentions(t.constant(), type) || t.args().stream().anyMatch(a -> mentionedInConstants(type, a));
    }

    private static boolean mentions(Sexp s, String word) {
        return s.isWord() ? s.word().equals(word) : s.list().stream().anyMatch(inner -> mentions(inner, word));
    }

    /** Whether it stands only where an amount of a shift does: then its low seven bits say all. */
    private static boolean countsOnly(String variable, Term t) {
        boolean shifts = t.op() != null && List.of("ishl", "ushr", "sshr", "rotl", "rotr").contains(t.op().name());
        for (int k = 0; k < t.args().size(); k++) {
            Term a = t.args().get(k);
            if (!countsOnly(variable, a) || variable.equals(a.name()) && !(shifts && k == 1)) return false;
        }
        return true;
    }

    /** One problem for each choice of types and conditions that can exist: its name, then its text. The text declares, assumes, and asserts that the sides differ. */
    static Map<String, String> write(Rule rule) {
        SmtWriter writer = new SmtWriter(rule);
        Map<String, String> problems = new LinkedHashMap<>();
        writer.choose(new ArrayList<>(writer.choices.keySet()), 0, problems);
        return problems;
    }

    private void collect(Term t) {
        if (t.constant() != null && !Expression.isNumber(t.constant().word())) constantTypes.putIfAbsent(t.constant().word(), t.type());
        if (t.condition() != null && !CONDITIONS.contains(t.condition().word())) choices.putIfAbsent("?" + t.condition().word(), CONDITIONS);
        for (int k = 0; k < t.args().size(); k++) {
            Term a = t.args().get(k);
            String operand = t.op().operands()[k];
            if (!a.isVariable()) collect(a);
            else if (operand.equals("T")) valueTypes.putIfAbsent(a.name(), t.type());
            else if (a.type() != null) valueTypes.putIfAbsent(a.name(), a.type());
            else if (valueTypes.putIfAbsent(a.name(), "Of-" + a.name()) == null) choices.put("Of-" + a.name(), List.of("i8", "i16", "i32", "i64", "i128"));
        }
        for (Map.Entry<String, String> v : valueTypes.entrySet()) {
            String type = v.getValue();
            if (Rule.isTypeVariable(type)) choices.putIfAbsent(type, List.of("i8", "i16", "i32", "i64", "i128"));
        }
    }

    private void choose(List<String> names, int at, Map<String, String> problems) {
        if (at < names.size()) {
            String name = names.get(at);
            Map<String, String> into = name.startsWith("?") ? conditions : types;
            for (String choice : choices.get(name)) {
                into.put(name.startsWith("?") ? name.substring(1) : name, choice);
                choose(names, at + 1, problems);
            }
            return;
        }
        if (!exists(rule.left())) return;
        String name = (types + " " + conditions).replaceAll("[{}]", "").strip();
        if (!exists(rule.right()) && !rule.conditions().isEmpty()) {
            problems.put(name, problem("")); // the conditions must exclude it: nothing may satisfy them
            return;
        }
        String claim = "(assert (distinct " + term(rule.left()) + " " + term(rule.right()) + "))\n";
        if (rule.cases() == null) {
            problems.put(name, problem(claim));
            return;
        }
        for (String value : cases()) {
            problems.put(name + ", " + rule.cases() + "=" + value, problem("(assert (= " + constant(new Sexp(rule.line(), null, null), rule.cases()) + " " + value + "))\n" + claim));
        }
    }

    /** All values that the conditions leave the constant: the powers of two of its type, or what is below a width. */
    private List<String> cases() {
        List<String> values = new ArrayList<>();
        for (Sexp condition : rule.conditions()) {
            if (!condition.get(1).toString().equals(rule.cases()) || !values.isEmpty()) continue;
            if (condition.head().equals("pow2")) {
                for (int k = 0; k < width(constantTypes.get(rule.cases())); k++) values.add(Expression.literal(1L << k));
            } else if (condition.head().equals("u<") && condition.get(2).head().equals("bits")) {
                for (int k = 0; k < width(condition.get(2).get(1).word()); k++) values.add(Expression.literal(k));
            }
        }
        if (values.isEmpty()) throw new RuleException(rule.file(), rule.line(), "(cases " + rule.cases() + ") needs a condition (pow2 " + rule.cases() + ") or (u< " + rule.cases() + " (bits T))");
        return values;
    }

    private String problem(String claim) {
        StringBuilder out = new StringBuilder();
        valueTypes.forEach((v, type) -> out.append("(declare-const ").append(v).append(" (_ BitVec ").append(width(type)).append("))\n"));
        constantTypes.forEach((c, type) -> out.append("(declare-const ").append(c).append(" (_ BitVec ").append(width(type)).append("))\n"));
        for (Sexp condition : rule.conditions()) out.append("(assert ").append(Expression.smt(condition, this)).append(")\n");
        return out.append(claim).toString();
    }

    private int width(String type) {
        return Rule.bits(Rule.isTypeVariable(type) ? types.get(type) : type);
    }

    private boolean exists(Term t) {
        for (Term a : t.args()) if (!exists(a)) return false;
        if (t.isVariable()) return true;
        int operand = t.args().isEmpty() ? 0 : widthOf(t.args().get(0));
        return t.op().allows(width(t.type()), operand);
    }

    private int widthOf(Term t) {
        return width(t.isVariable() ? valueTypes.get(t.name()) : t.valueType());
    }

    private String term(Term t) {
        if (t.isVariable()) return t.name();
        int bits = width(t.type());
        if (t.constant() != null) {
            if (t.constant().isWord() && constantTypes.containsKey(t.constant().word()) && width(constantTypes.get(t.constant().word())) == bits) return t.constant().word();
            return "((_ extract " + (bits - 1) + " 0) " + Expression.smt(t.constant(), this) + ")";
        }
        String a = term(t.args().get(0));
        String b = t.args().size() > 1 ? term(t.args().get(1)) : null;
        String name = t.op().name();
        if (SIMPLE.containsKey(name)) return "(" + SIMPLE.get(name) + " " + a + (b == null ? "" : " " + b) + ")";
        return switch (name) {
            case "icmp" -> "(ite (" + COMPARE.get(resolve(t.condition())) + " " + a + " " + b + ") #x01 #x00)";
            case "select" -> "(ite (distinct " + a + " " + zero(widthOf(t.args().get(0))) + ") " + b + " " + term(t.args().get(2)) + ")";
            case "umin" -> choose("bvult", a, b);
            case "umax" -> choose("bvugt", a, b);
            case "smin" -> choose("bvslt", a, b);
            case "smax" -> choose("bvsgt", a, b);
            case "iabs" -> "(ite (bvslt " + a + " " + zero(bits) + ") (bvneg " + a + ") " + a + ")";
            case "uextend" -> "((_ zero_extend " + (bits - widthOf(t.args().get(0))) + ") " + a + ")";
            case "sextend" -> "((_ sign_extend " + (bits - widthOf(t.args().get(0))) + ") " + a + ")";
            case "ireduce" -> "((_ extract " + (bits - 1) + " 0) " + a + ")";
            case "bmask" -> "(ite (= " + a + " " + zero(widthOf(t.args().get(0))) + ") " + zero(bits) + " (bvnot " + zero(bits) + "))";
            case "umulhi" -> highProduct("zero_extend", bits, a, b);
            case "smulhi" -> highProduct("sign_extend", bits, a, b);
            case "ishl", "ushr", "sshr", "rotl", "rotr" -> shift(name, bits, a, b, widthOf(t.args().get(1)));
            default -> counting(name, bits, a);
        };
    }

    private static String choose(String compare, String a, String b) {
        return "(ite (" + compare + " " + a + " " + b + ") " + a + " " + b + ")";
    }

    private static String zero(int bits) {
        return "(_ bv0 " + bits + ")";
    }

    private static String highProduct(String extend, int bits, String a, String b) {
        String wide = "(_ " + extend + " " + bits + ")";
        return "((_ extract " + (2 * bits - 1) + " " + bits + ") (bvmul (" + wide + " " + a + ") (" + wide + " " + b + ")))";
    }

    /** The amount counts modulo the width, whatever its own type. */
    private static String shift(String name, int bits, String a, String amount, int amountBits) {
        int log = Integer.numberOfTrailingZeros(bits);
        String count = "((_ zero_extend " + (bits - log) + ") ((_ extract " + (log - 1) + " 0) " + amount + "))";
        assert log <= amountBits;
        String back = "(bvsub (_ bv" + bits + " " + bits + ") " + count + ")";
        return switch (name) {
            case "ishl" -> "(bvshl " + a + " " + count + ")";
            case "ushr" -> "(bvlshr " + a + " " + count + ")";
            case "sshr" -> "(bvashr " + a + " " + count + ")";
            case "rotl" -> "(bvor (bvshl " + a + " " + count + ") (bvlshr " + a + " " + back + "))";
            default -> "(bvor (bvlshr " + a + " " + count + ") (bvshl " + a + " " + back + "))";
        };
    }

    private static String counting(String name, int bits, String a) {
        StringBuilder out = new StringBuilder();
        if (name.equals("bswap")) {
            out.append("(concat");
            for (int at = 0; at < bits; at += 8) out.append(" ((_ extract ").append(at + 7).append(' ').append(at).append(") ").append(a).append(')');
            return out.append(')').toString();
        }
        if (name.equals("popcnt")) {
            out.append("(bvadd");
            for (int at = 0; at < bits; at++) out.append(" ((_ zero_extend ").append(bits - 1).append(") ((_ extract ").append(at).append(' ').append(at).append(") ").append(a).append("))");
            return out.append(')').toString();
        }
        if (!name.equals("clz") && !name.equals("ctz")) throw new IllegalArgumentException("no meaning for " + name);
        for (int n = 0; n < bits; n++) {
            int at = name.equals("clz") ? bits - 1 - n : n;
            out.append("(ite (= ((_ extract ").append(at).append(' ').append(at).append(") ").append(a).append(") #b1) (_ bv").append(n).append(' ').append(bits).append(") ");
        }
        return out.append("(_ bv").append(bits).append(' ').append(bits).append(')').append(")".repeat(bits)).toString();
    }

    private String resolve(Sexp condition) {
        if (condition.isWord()) return CONDITIONS.contains(condition.word()) ? condition.word() : conditions.get(condition.word());
        String inner = resolve(condition.get(1));
        return condition.head().equals("invert") ? INVERSE.get(inner) : SWAPPED.get(inner);
    }

    @Override
    public String constant(Sexp where, String name) {
        String type = constantTypes.get(name);
        if (type == null) throw new RuleException(rule.file(), where.line(), "no constant '" + name + "' on the left side");
        int bits = width(type);
        return bits == 64 ? name : "((_ zero_extend " + (64 - bits) + ") " + name + ")";
    }

    @Override
    public String type(Sexp where, String name) {
        return Rule.isTypeVariable(name) ? types.get(name) : name;
    }
}
