package dev.backbench.wasm;

import java.util.Arrays;

/**
 * Values that blocks take as parameters, and which of them turn out redundant.
 *
 * <p>Elsewhere in the translation a value is an int: not negative, the builder's own; below -1, a parameter made here, by number ({@link #handle}), which may be
 * withdrawn later: whoever hands it to the builder asks {@link #external}. So a withdrawn parameter need not be hunted down where it is stored.
 *
 * <p>A parameter all of whose arguments are one value (or itself) is withdrawn in favour of it; that may make parameters redundant that take it as an argument, so
 * these are looked at again. On reducible graphs, and Wasm's are, this leaves no redundant parameter (Braun et al. 2013).
 */
final class Joins {
    private static final int NONE = -1;

    private IrBuilder builder;
    private IrBuilder.Context context;
    private int count;
    private int[] external = new int[16]; // the builder's parameter
    private int[] instead = new int[16];  // the value it was withdrawn for, or NONE
    private int[] firstArgument = new int[16]; // in arguments, or NONE while they are not known
    private int[] argumentCount = new int[16];
    private int[] users = new int[16];    // the first of a list in userLists
    private int[] arguments = new int[64];
    private int argumentTotal;
    private int[] userLists = new int[32]; // pairs (parameter that takes it, next)
    private int userTotal;
    private int[] work = new int[16];

    void reset(IrBuilder builder, IrBuilder.Context context) {
        this.builder = builder;
        this.context = context;
        count = 0;
        argumentTotal = 0;
        userTotal = 0;
    }

    private static int handle(int number) {
        return -2 - number;
    }

    private static int number(int handle) {
        return -2 - handle;
    }

    /** A new parameter of the builder's {@code block}; its arguments follow by {@link #complete}. */
    int parameter(int block, int type) {
        if (count == external.length) grow();
        external[count] = builder.blockParameter(block, type);
        instead[count] = NONE;
        firstArgument[count] = NONE;
        users[count] = NONE;
        return handle(count++);
    }

    /** What a value is by now. */
    int find(int value) {
        while (value < NONE) {
            int number = number(value), to = instead[number];
            if (to == NONE) return value;
            if (to < NONE && instead[number(to)] != NONE) instead[number] = instead[number(to)]; // halve the path
            value = to;
        }
        return value;
    }

    /** The builder's value for a value. */
    int external(int value) {
        value = find(value);
        return value < NONE ? external[number(value)] : value;
    }

    /**
     * The arguments of a parameter, one per edge in the order of the list that begins at {@code edge}; withdraws it if they are all one value.
     *
     * @param values from index {@code from}
     */
    void complete(int parameter, SsaGraph graph, int edge, int[] values, int from) {
        int only = NONE, number = number(parameter), total = 0;
        boolean redundant = true;
        for (int e = edge; e != NONE; e = graph.older[e]) {
            int value = values[from + total] = find(values[from + total]);
            total++;
            if (value == parameter || value == only) continue;
            if (only != NONE) redundant = false;
            only = value;
        }
        if (redundant) {
            withdraw(parameter, only);
            return;
        }
        if (argumentTotal + total > arguments.length) growArguments(total);
        firstArgument[number] = argumentTotal;
        argumentCount[number] = total;
        for (int e = edge; e != NONE; e = graph.older[e]) {
            int value = values[from++];
            arguments[argumentTotal++] = value;
            builder.edgeArgument(e, external[number], external(value));
            if (value < NONE && value != parameter) use(number(value), number);
        }
    }

    private void use(int number, int by) {
        if (userTotal + 2 > userLists.length) userLists = Arrays.copyOf(userLists, 2 * userLists.length);
        userLists[userTotal] = by;
        userLists[userTotal + 1] = users[number];
        users[number] = userTotal;
        userTotal += 2;
    }

    /** {@code parameter} is always {@code value}; so may others be that have it as an argument. */
    void withdraw(int parameter, int value) {
        int depth = replace(number(parameter), find(value), 0);
        while (depth > 0) {
            int user = work[--depth];
            if (instead[user] != NONE) continue;
            int only = NONE;
            boolean redundant = true;
            for (int i = firstArgument[user], end = i + argumentCount[user]; i < end && redundant; i++) {
                int argument = arguments[i] = find(arguments[i]);
                if (argument == handle(user) || argument == only) continue;
                redundant = only == NONE;
                only = argument;
            }
            if (redundant) depth = replace(user, only, depth);
        }
    }

    /** Withdraws one and puts its users on the work list. They also become users of the parameter that replaces it. */
    private int replace(int number, int value, int depth) {
        instead[number] = value;
        builder.alias(external[number], external(value));
        for (int entry = users[number], next; entry != NONE; entry = next) {
            next = userLists[entry + 1];
            if (depth == work.length) work = Arrays.copyOf(work, 2 * depth);
            work[depth++] = userLists[entry];
            if (value < NONE) {
                userLists[entry + 1] = users[number(value)];
                users[number(value)] = entry;
            }
        }
        users[number] = NONE;
        return depth;
    }

    private void growArguments(int more) {
        if (argumentTotal + more > Limits.OPERANDS_MOVED) {
            throw new WasmException(WasmException.Kind.LIMIT, context.offset(), "the blocks of a function take over " + Limits.OPERANDS_MOVED + " arguments");
        }
        arguments = Arrays.copyOf(arguments, Math.max(argumentTotal + more, 2 * arguments.length));
    }

    private void grow() {
        int size = 2 * count;
        external = Arrays.copyOf(external, size);
        instead = Arrays.copyOf(instead, size);
        firstArgument = Arrays.copyOf(firstArgument, size);
        argumentCount = Arrays.copyOf(argumentCount, size);
        users = Arrays.copyOf(users, size);
    }
}
