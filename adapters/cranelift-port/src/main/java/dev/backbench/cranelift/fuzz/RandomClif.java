package dev.backbench.cranelift.fuzz;

import dev.backbench.cranelift.fuzz.ClifWriter.Value;
import dev.backbench.cranelift.ir.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random scalar functions as text. Each calls those before it only, and loops count down, so that all end. Functions whose name begins with {@code g} take the address of an area of memory first,
 * and only other functions can call them.
 */
final class RandomClif {
    private static final int MAX_DEPTH = 3, MANY = 24;
    private static final String TAIL = "tail";
    private static final String[] CONVENTIONS = {"system_v", "fast", "fast", TAIL};

    /** @param address whether the first parameter is one, which {@code params} leaves out */
    private record Signature(String name, boolean address, List<Integer> params, List<Integer> results, String convention) {
        String types() {
            String types = ClifWriter.names(params);
            return (address ? "(i64" + (types.isEmpty() ? "" : ", ") : "(") + types + ")" + (results.isEmpty() ? "" : " -> " + ClifWriter.names(results)) + " " + convention;
        }
    }

    private final SplittableRandom random;
    private final ClifWriter to;
    private final RandomCompute compute;
    private final RandomMemory memory;
    private final List<Signature> signatures = new ArrayList<>();

    private RandomClif(long seed) {
        random = new SplittableRandom(seed);
        to = new ClifWriter(random);
        compute = new RandomCompute(to);
        memory = new RandomMemory(to);
    }

    /** A text of {@code count} functions, each with about {@code size} instructions. */
    static String text(long seed, int count, int size) {
        RandomClif maker = new RandomClif(seed);
        for (int i = 0; i < count; i++) maker.function(i, i == count - 1, size);
        return maker.to.out.toString();
    }

    // ---- functions ----

    private Signature signature(int index, boolean last) {
        boolean address = !last && random.nextInt(3) == 0;
        List<Integer> params = to.types(address ? 0 : 1, random.nextInt(8) == 0 ? MANY : 5), results = to.types(random.nextInt(8) == 0 ? 0 : 1, random.nextInt(12) == 0 ? 12 : 4);
        String convention = CONVENTIONS[random.nextInt(CONVENTIONS.length)];
        if (convention.equals(TAIL)) for (Signature s : signatures) if (s.convention.equals(TAIL) && random.nextInt(3) > 0) results = s.results;
        if (!convention.equals(TAIL) && random.nextInt(4) > 0) results.addFirst(Types.I64);
        return new Signature((address ? "g" : "f") + index, address, params, results, convention);
    }

    private void function(int index, boolean last, int size) {
        Signature s = signature(index, last);
        to.beginFunction(size);
        to.out.append("function %").append(s.name).append(s.types()).append(" {\n").append(RandomMemory.declarations());
        for (int i = 0; i < signatures.size(); i++) {
            Signature callee = signatures.get(i);
            to.out.append("    sig").append(i).append(" = ").append(callee.types()).append("\n    fn").append(i).append(random.nextInt(3) > 0 ? " = colocated %" : " = %").append(callee.name).append(" sig")
                .append(i).append('\n');
        }
        Value area = null;
        to.out.append("block0(");
        if (s.address) {
            area = new Value(to.values++, Types.I64);
            to.out.append(area).append(": i64").append(s.params.isEmpty() ? "" : ", ");
        }
        to.out.append(to.newParams(s.params)).append("):\n");
        to.blocks = 1;
        memory.begin(area);
        statements(0);
        end(s);
        to.out.append("}\n\n");
        signatures.add(s);
    }

    private void end(Signature s) {
        int callee = random.nextInt(Math.max(1, signatures.size()));
        boolean tail = s.convention.equals(TAIL) && callee < signatures.size() && signatures.get(callee).convention.equals(TAIL) && signatures.get(callee).results.equals(s.results);
        // an area of this function's frame is gone before the call
        if (tail && !(signatures.get(callee).address && !s.address)) {
            String arguments = callArguments(signatures.get(callee));
            if (random.nextBoolean()) to.line("return_call fn" + callee + "(" + arguments + ")");
            else to.line("return_call_indirect sig" + callee + ", " + to.hidden(Types.I64, "func_addr.i64 fn" + callee) + "(" + arguments + ")");
            return;
        }
        if (!s.results.isEmpty() && s.results.getFirst() == Types.I64 && random.nextInt(4) > 0) {
            String digest = memory.digest(digest()).toString(), rest = to.arguments(s.results.subList(1, s.results.size()));
            to.line("return " + digest + (rest.isEmpty() ? "" : ", " + rest));
            return;
        }
        to.line("return " + to.arguments(s.results));
    }

    /** Of the integers there are, so that a wrong one shows; not always, since all of them live to the end for it. */
    private Value digest() {
        Value sum = to.fixed(Types.I64, random.nextLong());
        int most = random.nextInt(2, 30);
        for (int i = to.scope.size() - 2; i >= 0 && most > 0; i--, most--) {
            Value v = to.scope.get(i);
            if (ClifWriter.isFloat(v.type()) || v.type() == Types.I128) continue;
            Value wide = v.type() == Types.I64 ? v : to.hidden(Types.I64, (random.nextBoolean() ? "uextend" : "sextend") + ".i64 " + v);
            sum = mix(to, sum, wide);
        }
        return sum;
    }

    static Value mix(ClifWriter to, Value sum, Value with) {
        Value by = to.hidden(Types.I32, "iconst.i32 13"), turned = to.hidden(Types.I64, "rotl.i64 " + sum + ", " + by);
        return to.hidden(Types.I64, (to.random.nextBoolean() ? "iadd" : "bxor") + ".i64 " + turned + ", " + with);
    }

    private String callArguments(Signature s) {
        String rest = to.arguments(s.params);
        return s.address ? memory.pass() + (rest.isEmpty() ? "" : ", " + rest) : rest;
    }

    private void call() {
        int callee = random.nextInt(signatures.size());
        Signature s = signatures.get(callee);
        String arguments = callArguments(s);
        String indirect = random.nextInt(3) == 0 ? to.hidden(Types.I64, "func_addr.i64 fn" + callee).toString() : null;
        StringBuilder results = new StringBuilder();
        List<Value> made = new ArrayList<>();
        for (int t : s.results) {
            made.add(new Value(to.values++, t));
            results.append(results.isEmpty() ? "" : ", ").append(made.getLast());
        }
        to.line(results + (made.isEmpty() ? "" : " = ") + (indirect == null ? "call fn" + callee : "call_indirect sig" + callee + ", " + indirect) + "(" + arguments + ")");
        to.left -= 5;
        to.scope.addAll(made);
    }

    // ---- statements ----

    private void statements(int depth) {
        int count = random.nextInt(3, 14);
        while (count-- > 0 && to.left > 0) {
            int kind = random.nextInt(44);
            if (kind < 21) compute.instruction();
            else if (kind < 24) RulePatterns.write(to, memory);
            else if (kind < 32) memory.access();
            else if (kind < 33) trap();
            else if (kind < 34 && !signatures.isEmpty()) call();
            else if (kind < 35) to.line(random.nextBoolean() ? "nop" : "sequence_point");
            else if (depth >= MAX_DEPTH) continue;
            else if (kind < 39) branch(depth);
            else if (kind < 41) table(depth);
            else if (kind < 43) loop(depth);
            else tangle(depth);
        }
    }

    private String code() {
        String[] named = {"int_ovf", "int_divz", "bad_toint", "heap_oob", "stk_ovf"};
        int which = random.nextInt(20);
        return which < named.length ? named[which] : "user" + random.nextInt(1, 12);
    }

    private void trap() {
        boolean zero = random.nextBoolean();
        Value condition = random.nextBoolean() ? to.value(to.intType()) : comparison();
        if (random.nextInt(2) > 0) return;
        to.line((zero ? "trapz " : "trapnz ") + condition + ", " + code());
    }

    private Value comparison() {
        String[] conditions = {"eq", "ne", "slt", "sge", "sgt", "sle", "ult", "uge", "ugt", "ule"}, ordered = {"eq", "ne", "lt", "le", "gt", "ge", "ord", "uno", "ueq", "one", "ult", "ule", "ugt", "uge"};
        int type = to.type();
        String name = Types.name(type);
        if (!ClifWriter.isFloat(type) && type != Types.I128 && random.nextInt(3) == 0) {
            Value few = to.hidden(type, "band." + name + " " + to.value(type) + ", " + to.fixed(type, 3)); // often equal
            return to.define(Types.I8, "icmp." + name + " " + conditions[random.nextInt(conditions.length)] + " " + few + ", " + to.fixed(type, random.nextInt(4)));
        }
        if (ClifWriter.isFloat(type)) return to.define(Types.I8, "fcmp." + name + " " + ordered[random.nextInt(ordered.length)] + " " + to.value(type) + ", " + to.value(type));
        return to.define(Types.I8, "icmp." + name + " " + conditions[random.nextInt(conditions.length)] + " " + to.value(type) + ", " + (random.nextBoolean() ? to.value(type) : to.constant(type)));
    }

    // ---- control flow ----

    private void label(int block) {
        to.out.append("block").append(block).append(random.nextInt(20) == 0 ? " cold:\n" : ":\n");
    }

    /** Runs as a block that ends in a jump to {@code join}, or sometimes traps; what it defines is forgotten. */
    private void arm(int block, int join, List<Integer> types, int depth) {
        List<Value> outside = new ArrayList<>(to.scope);
        label(block);
        statements(depth + 1);
        if (random.nextInt(15) == 0) to.line("trap " + code());
        else to.line("jump " + call(join, to.arguments(types)));
        to.scope = outside;
    }

    private static String call(int block, String arguments) {
        return "block" + block + (arguments.isEmpty() ? "" : "(" + arguments + ")");
    }

    private void branch(int depth) {
        Value condition = random.nextBoolean() ? comparison() : to.value(to.intType());
        int yes = to.blocks++, no = to.blocks++, join = to.blocks++;
        List<Integer> types = to.types(0, 3);
        boolean direct = random.nextInt(3) == 0;
        String other = direct ? call(join, to.arguments(types)) : "block" + no;
        boolean turned = random.nextInt(3) == 0;
        to.line("brif " + condition + ", " + (turned ? other + ", block" + yes : "block" + yes + ", " + other));
        arm(yes, join, types, depth);
        if (!direct) arm(no, join, types, depth);
        to.out.append("block").append(join).append('(').append(to.newParams(types)).append("):\n");
    }

    private void table(int depth) {
        Value index = to.value(Types.I32);
        if (random.nextBoolean()) index = to.define(Types.I32, "urem.i32 " + index + ", " + to.fixed(Types.I32, 5));
        int arms = random.nextInt(1, 5), first = to.blocks, join = first + arms;
        to.blocks = join + 1;
        List<Integer> types = to.types(0, 2);
        List<String> targets = new ArrayList<>();
        for (int n = random.nextInt(0, 7); n > 0; n--) targets.add(random.nextInt(5) == 0 ? call(join, to.arguments(types)) : "block" + (first + random.nextInt(arms)));
        for (int a = 1; a < arms; a++) targets.add("block" + (first + a));
        to.line("br_table " + index + ", block" + first + ", [" + String.join(", ", targets) + "]");
        for (int a = 0; a < arms; a++) arm(first + a, join, types, depth);
        to.out.append("block").append(join).append('(').append(to.newParams(types)).append("):\n");
    }

    /** Counts down from a small number. */
    private void loop(int depth) {
        List<Integer> types = to.types(0, 3), params = new ArrayList<>(List.of(Types.I32));
        params.addAll(types);
        Value start = to.fixed(Types.I32, random.nextInt(1, 4));
        String entering = to.arguments(types);
        int head = to.blocks++, exit = to.blocks++;
        to.line("jump " + call(head, start + (types.isEmpty() ? "" : ", " + entering)));
        List<Value> outside = new ArrayList<>(to.scope);
        Value counter = new Value(to.values, Types.I32);
        to.out.append("block").append(head).append('(').append(to.newParams(params)).append("):\n");
        statements(depth + 1);
        String again = to.arguments(types);
        Value next = to.define(Types.I32, "iadd.i32 " + counter + ", " + to.fixed(Types.I32, -1));
        to.line("brif " + next + ", " + call(head, next + (types.isEmpty() ? "" : ", " + again)) + ", block" + exit);
        to.scope = random.nextBoolean() ? outside : to.scope;
        label(exit);
    }

    /** Blocks that branch among each other in any way, until their fuel is used up. */
    private void tangle(int depth) {
        int count = random.nextInt(2, 5), first = to.blocks, exit = first + 2 * count;
        to.blocks = exit + 1;
        List<Integer> types = to.types(0, 2), params = new ArrayList<>(List.of(Types.I32));
        params.addAll(types);
        Value fuel = to.fixed(Types.I32, random.nextInt(1, 7));
        to.line("brif " + to.value(Types.I32) + ", " + into(first, fuel, types) + ", " + into(first + count - 1, fuel, types));
        List<Value> outside = new ArrayList<>(to.scope);
        for (int b = 0; b < count; b++) {
            to.scope = new ArrayList<>(outside);
            Value left = new Value(to.values, Types.I32);
            to.out.append("block").append(first + b).append('(').append(to.newParams(params)).append("):\n");
            statements(depth + 2);
            Value next = to.define(Types.I32, "iadd.i32 " + left + ", " + to.fixed(Types.I32, -1));
            to.line("brif " + next + ", block" + (first + count + b) + ", " + call(exit, to.arguments(types)));
            label(first + count + b);
            leave(first, count, next, types);
        }
        to.scope = outside;
        to.out.append("block").append(exit).append('(').append(to.newParams(types)).append("):\n");
    }

    private void leave(int first, int count, Value fuel, List<Integer> types) {
        List<String> targets = new ArrayList<>();
        for (int n = random.nextInt(2, 5); n > 0; n--) targets.add(into(first + random.nextInt(count), fuel, types));
        if (targets.size() == 2) to.line("brif " + to.value(to.intType()) + ", " + targets.get(0) + ", " + targets.get(1));
        else to.line("br_table " + to.value(Types.I32) + ", " + targets.getFirst() + ", [" + String.join(", ", targets.subList(1, targets.size())) + "]");
    }

    private String into(int block, Value fuel, List<Integer> types) {
        return call(block, fuel + (types.isEmpty() ? "" : ", " + to.arguments(types)));
    }
}
