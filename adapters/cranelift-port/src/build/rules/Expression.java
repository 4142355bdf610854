package rules;

import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Arithmetic on constants, 64 bits wide and wrapping; a constant of a narrower type is zero-extended. The same expression becomes Java and a bit-vector term, so that what is proved is
 * what runs. Numbers, names, {@code (bits T)}, {@code (sext T a)}, {@code (mask T a)} and the operators below; conditions are {@code = != u< u<= s< s<= and or not pow2}.
 */
final class Expression {
    private static final Map<String, String[]> BINARY = Map.ofEntries(
            op("+", "(%s + %s)", "bvadd"), op("-", "(%s - %s)", "bvsub"), op("*", "(%s * %s)", "bvmul"), op("&", "(%s & %s)", "bvand"), op("|", "(%s | %s)", "bvor"),
            op("^", "(%s ^ %s)", "bvxor"), op("<<", "Constants.shiftLeft(%s, %s)", "bvshl"), op(">>u", "Constants.shiftRight(%s, %s)", "bvlshr"),
            op("udiv", "Constants.divide(%s, %s)", "bvudiv"), op("urem", "Constants.remainder(%s, %s)", "bvurem"),
            op("=", "(%s == %s)", "="), op("!=", "(%s != %s)", "distinct"), op("u<", "(Long.compareUnsigned(%s, %s) < 0)", "bvult"),
            op("u<=", "(Long.compareUnsigned(%s, %s) <= 0)", "bvule"), op("s<", "(%s < %s)", "bvslt"), op("s<=", "(%s <= %s)", "bvsle"), op("and", "(%s && %s)", "and"),
            op("or", "(%s || %s)", "or"));

    private Expression() {}

    private static Map.Entry<String, String[]> op(String name, String java, String smt) {
        return Map.entry(name, new String[] {java, smt});
    }

    /** What names stand for: Java expressions or bit-vector terms. */
    interface Scope {
        String constant(Sexp where, String name);

        /** A type as a Java expression, or its name. */
        String type(Sexp where, String name);
    }

    static String java(Sexp s, Scope scope) {
        if (s.isWord()) return isNumber(s.word()) ? Long.decode(s.word()) + "L" : scope.constant(s, s.word());
        String head = s.head();
        if (BINARY.containsKey(head)) return BINARY.get(head)[0].formatted(java(s.get(1), scope), java(s.get(2), scope));
        return switch (head) {
            case "bits" -> "Constants.bits(" + scope.type(s, s.get(1).word()) + ")";
            case "sext" -> "Constants.signExtend(" + scope.type(s, s.get(1).word()) + ", " + java(s.get(2), scope) + ")";
            case "mask" -> "Constants.mask(" + scope.type(s, s.get(1).word()) + ", " + java(s.get(2), scope) + ")";
            case "not" -> "!" + java(s.get(1), scope);
            case "pow2" -> "(Long.bitCount(" + java(s.get(1), scope) + ") == 1)";
            case "log2" -> "(long) Long.numberOfTrailingZeros(" + java(s.get(1), scope) + ")";
            default -> throw new IllegalArgumentException("line " + s.line() + ": no expression " + s);
        };
    }

    static String smt(Sexp s, Scope scope) {
        if (s.isWord()) return isNumber(s.word()) ? literal(Long.decode(s.word())) : scope.constant(s, s.word());
        String head = s.head();
        if (BINARY.containsKey(head)) return "(" + BINARY.get(head)[1] + " " + smt(s.get(1), scope) + " " + smt(s.get(2), scope) + ")";
        return switch (head) {
            case "bits" -> literal(Rule.bits(scope.type(s, s.get(1).word())));
            case "sext" -> extend("sign_extend", Rule.bits(scope.type(s, s.get(1).word())), smt(s.get(2), scope));
            case "mask" -> extend("zero_extend", Rule.bits(scope.type(s, s.get(1).word())), smt(s.get(2), scope));
            case "not" -> "(not " + smt(s.get(1), scope) + ")";
            case "pow2" -> powerOfTwo(smt(s.get(1), scope));
            case "log2" -> log2(smt(s.get(1), scope));
            default -> throw new IllegalArgumentException("line " + s.line() + ": no expression " + s);
        };
    }

    /** What it gives for these constants; a condition gives 1 or 0. @param type by type variable the type */
    static long value(Sexp s, Map<String, Long> constants, UnaryOperator<String> type) {
        if (s.isWord()) return isNumber(s.word()) ? Long.decode(s.word()) : constants.get(s.word());
        String head = s.head();
        if (head.equals("bits")) return Rule.bits(type.apply(s.get(1).word()));
        if (head.equals("sext") || head.equals("mask")) {
            int unused = 64 - Rule.bits(type.apply(s.get(1).word()));
            long shifted = value(s.get(2), constants, type) << unused;
            return head.equals("sext") ? shifted >> unused : shifted >>> unused;
        }
        long a = value(s.get(1), constants, type), b = s.size() > 2 ? value(s.get(2), constants, type) : 0;
        return switch (head) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "&" -> a & b;
            case "|" -> a | b;
            case "^" -> a ^ b;
            case "<<" -> b >= 0 && b < 64 ? a << b : 0;
            case ">>u" -> b >= 0 && b < 64 ? a >>> b : 0;
            case "udiv" -> b == 0 ? -1 : Long.divideUnsigned(a, b);
            case "urem" -> b == 0 ? a : Long.remainderUnsigned(a, b);
            case "=" -> truth(a == b);
            case "!=" -> truth(a != b);
            case "u<" -> truth(Long.compareUnsigned(a, b) < 0);
            case "u<=" -> truth(Long.compareUnsigned(a, b) <= 0);
            case "s<" -> truth(a < b);
            case "s<=" -> truth(a <= b);
            case "and" -> a & b;
            case "or" -> a | b;
            case "not" -> 1 - a;
            case "pow2" -> truth(Long.bitCount(a) == 1);
            case "log2" -> Long.numberOfTrailingZeros(a);
            default -> throw new IllegalArgumentException("line " + s.line() + ": no expression " + s);
        };
    }

    private static long truth(boolean is) {
        return is ? 1 : 0;
    }

    private static String extend(String how, int bits, String term) {
        return bits == 64 ? term : "((_ " + how + " " + (64 - bits) + ") ((_ extract " + (bits - 1) + " 0) " + term + "))";
    }

    private static String powerOfTwo(String term) {
        return "(and (distinct " + term + " " + literal(0) + ") (= (bvand " + term + " (bvsub " + term + " " + literal(1) + ")) " + literal(0) + "))";
    }

    private static String log2(String term) {
        StringBuilder out = new StringBuilder();
        for (int bit = 0; bit < 63; bit++) out.append("(ite (= ((_ extract ").append(bit).append(' ').append(bit).append(") ").append(term).append(") #b1) ").append(literal(bit)).append(' ');
        return out.append(literal(63)).append(")".repeat(63)).toString();
    }

    static String literal(long value) {
        return "#x" + String.format("%016x", value);
    }

    static boolean isNumber(String word) {
        return word.matches("-?(0x[0-9a-fA-F]+|[0-9]+)");
    }
}
