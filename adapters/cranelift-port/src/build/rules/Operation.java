package rules;

import java.util.Map;

/**
 * An operation that rules may name: the types of its operands and of its result in terms of its controlling type, each {@code T} (the same), {@code *} (any integer) or a type.
 * What it means, as a bit-vector term, is in {@link SmtWriter}.
 *
 * @param constructor null, or for what only right sides may name the Java method that makes it: of the graph, the type and the operands, constants as what they are. The solver knows none of
 *     these: a rule with one is listed.
 */
record Operation(String name, String[] operands, String result, String constructor) {
    private static final Map<String, Operation> ALL = new java.util.LinkedHashMap<>();

    static {
        for (String name : "iadd isub imul umulhi smulhi band bor bxor umin umax smin smax udiv sdiv urem srem".split(" ")) add(name, "T", "T T");
        for (String name : "ineg iabs bnot clz ctz popcnt bswap".split(" ")) add(name, "T", "T");
        for (String name : "ishl ushr sshr rotl rotr".split(" ")) add(name, "T", "T *");
        for (String name : "uextend sextend ireduce bmask".split(" ")) add(name, "T", "*");
        add("icmp", "i8", "T T");
        add("select", "T", "* T T");
        add("iconst", "T", "");
        ALL.put("unsigned-quotient", new Operation("unsigned-quotient", new String[] {"T", "T"}, "T", "Division.unsigned"));
        ALL.put("signed-quotient", new Operation("signed-quotient", new String[] {"T", "T"}, "T", "Division.signed"));
    }

    private static void add(String name, String result, String operands) {
        ALL.put(name, new Operation(name, operands.isEmpty() ? new String[0] : operands.split(" "), result, null));
    }

    static Operation find(String name) {
        return ALL.get(name);
    }

    /** Whether such a node can exist with result (or controlling) type of {@code control} bits and an operand of {@code operand} bits. */
    boolean allows(int control, int operand) {
        return switch (name) {
            case "uextend", "sextend" -> operand < control;
            case "ireduce" -> operand > control;
            case "bswap" -> control >= 16;
            case "iconst" -> control <= 64;
            default -> true;
        };
    }
}
