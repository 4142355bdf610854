package dev.backbench.cranelift.fuzz;

import dev.backbench.cranelift.ir.Constraint;
import dev.backbench.cranelift.ir.Effect;
import dev.backbench.cranelift.ir.FloatCC;
import dev.backbench.cranelift.ir.Format;
import dev.backbench.cranelift.ir.IntCC;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Random scalar functions as text: every operation that the language declares on scalars, from its declaration; branches, switches, loops that end, stack memory, traps,
 * and calls of the functions before. Bits of a NaN and places of the stack are left open by the language: no float becomes an integer but by conversion, memory is read as what was written, addresses only address.
 */
final class RandomClif {
    private static final int[] TYPES = {Types.I8, Types.I16, Types.I32, Types.I64, Types.I128, Types.F32, Types.F64};
    private static final int[] WEIGHTS = {2, 2, 6, 6, 2, 2, 3};
    /** Not from their declaration: they need more than values, or are not scalar. */
    private static final Set<Op> LEFT_OUT = EnumSet.of(Op.NOP, Op.BITCAST, Op.SPLAT, Op.BLENDV, Op.VANY_TRUE, Op.GET_FRAME_POINTER, Op.GET_STACK_POINTER, Op.GET_RETURN_ADDRESS, Op.SELECT_SPECTRE_GUARD,
        Op.BITSELECT, Op.GET_PINNED_REG, Op.SET_PINNED_REG, Op.X86_CVTT2DQ, Op.FVDEMOTE, Op.FVPROMOTE_LOW, Op.VHIGH_BITS, Op.VALL_TRUE);
    private static final Set<Format> COMPUTING = EnumSet.of(Format.UNARY, Format.BINARY, Format.TERNARY, Format.INT_COMPARE, Format.FLOAT_COMPARE, Format.INT_ADD_TRAP);
    private static final int SLOT_BYTES = 64, MAX_DEPTH = 3;

    /** An operation at a controlling type. */
    private record Choice(Op op, int type) {}

    private record Signature(String name, List<Integer> params, List<Integer> results) {}

    private record Value(int number, int type) {}

    private static final List<Choice> CHOICES = choices();

    private final SplittableRandom random;
    /** Whether there are values of 128 bits. */
    private final boolean wide;
    private final Map<Op, Integer> made = new EnumMap<>(Op.class);
    private final List<Signature> signatures = new ArrayList<>();
    private final List<String> conventions = new ArrayList<>();
    private final StringBuilder out = new StringBuilder();
    private List<Value> scope = new ArrayList<>();
    private int values, blocks, left;
    /** By slot, eight bytes each: the type that was stored last on every way here, 0 for none. */
    private int[] stored = new int[SLOT_BYTES / 8];

    RandomClif(long seed) {
        random = new SplittableRandom(seed);
        wide = random.nextInt(3) == 0;
    }

    private static List<Choice> choices() {
        List<Choice> all = new ArrayList<>();
        for (Op op : Op.values()) {
            if (!COMPUTING.contains(op.format) || LEFT_OUT.contains(op) || (op.flags & ~Effect.TRAPS) != 0 || op.control == null) continue;
            for (int type : TYPES) if (op.control.contains(type) && isScalar(op, type)) all.add(new Choice(op, type));
        }
        return all;
    }

    private static boolean isScalar(Op op, int type) {
        for (Constraint c : op.operands) if (!c.isFree() && !isOurs(c.resolve(type))) return false;
        for (Constraint c : op.results) if (c.isFree() || !isOurs(c.resolve(type))) return false;
        return true;
    }

    private static boolean isOurs(int type) {
        for (int t : TYPES) if (t == type) return true;
        return false;
    }

    /** How often each operation was put into a text. */
    Map<Op, Integer> made() {
        return made;
    }

    /** The operations that are made from their declaration. */
    static Set<Op> declared() {
        Set<Op> all = EnumSet.noneOf(Op.class);
        for (Choice c : CHOICES) all.add(c.op);
        return all;
    }

    /** A text of {@code count} functions, each with about {@code size} instructions. */
    String text(int count, int size) {
        out.setLength(0);
        signatures.clear();
        conventions.clear();
        for (int i = 0; i < count; i++) function(i, size);
        return out.toString();
    }

    private int type() {
        int at = random.nextInt(23);
        for (int i = 0; i < TYPES.length; i++) if ((at -= WEIGHTS[i]) < 0) return TYPES[i] == Types.I128 && !wide ? Types.I64 : TYPES[i];
        throw new AssertionError();
    }

    private List<Integer> types(int least, int most) {
        List<Integer> types = new ArrayList<>();
        for (int n = random.nextInt(least, most + 1); n > 0; n--) types.add(type());
        return types;
    }

    private void function(int index, int size) {
        Signature s = new Signature("f" + index, types(1, random.nextInt(8) == 0 ? 14 : 5), types(1, 4));
        values = blocks = 0;
        left = size;
        scope = new ArrayList<>();
        Arrays.fill(stored, 0);
        String conv = random.nextInt(3) == 0 ? "system_v" : "fast";
        out.append("function %").append(s.name).append('(').append(names(s.params)).append(") -> ").append(names(s.results)).append(' ').append(conv).append(" {\n");
        out.append("    ss0 = explicit_slot ").append(SLOT_BYTES).append(", align = 16\n");
        for (int i = 0; i < signatures.size(); i++) {
            Signature callee = signatures.get(i);
            out.append("    fn").append(i).append(" = colocated %").append(callee.name).append('(').append(names(callee.params)).append(") -> ").append(names(callee.results)).append(' ')
                .append(conventions.get(i)).append('\n');
        }
        out.append("block0(").append(newParams(s.params)).append("):\n");
        blocks = 1;
        statements(0);
        String results = arguments(s.results);
        out.append("    return ").append(results).append("\n}\n\n");
        signatures.add(s);
        conventions.add(conv);
    }

    private static String names(List<Integer> types) {
        StringBuilder out = new StringBuilder();
        for (int t : types) out.append(out.isEmpty() ? "" : ", ").append(Types.name(t));
        return out.toString();
    }

    private String newParams(List<Integer> types) {
        StringBuilder text = new StringBuilder();
        for (int t : types) {
            text.append(text.isEmpty() ? "" : ", ").append('v').append(values).append(": ").append(Types.name(t));
            scope.add(new Value(values++, t));
        }
        return text.toString();
    }

    /** Values of those types, separated by commas. */
    private String arguments(List<Integer> types) {
        List<String> all = new ArrayList<>();
        for (int t : types) all.add(value(t));
        return String.join(", ", all);
    }

    // ---- statements ----

    private void statements(int depth) {
        int count = random.nextInt(3, 14);
        while (count-- > 0 && left > 0) {
            int kind = random.nextInt(40);
            if (kind < 28) compute();
            else if (kind < 31) memory();
            else if (kind < 32) trap();
            else if (kind < 33 && !signatures.isEmpty()) call();
            else if (depth < MAX_DEPTH && kind < 36) branch(depth);
            else if (depth < MAX_DEPTH && kind < 37) table(depth);
            else if (depth < MAX_DEPTH && kind < 38) loop(depth);
        }
    }

    private int define(int type, String text) {
        out.append("    v").append(values).append(" = ").append(text).append('\n');
        left--;
        scope.add(new Value(values, type));
        return values++;
    }

    /** A value of that type: mostly one of the newest there are, else a constant. */
    private String value(int type) {
        for (int tries = 0; tries < 6 && !scope.isEmpty(); tries++) {
            int back = random.nextInt(4) == 0 ? random.nextInt(scope.size()) : random.nextInt(Math.min(8, scope.size()));
            Value v = scope.get(scope.size() - 1 - back);
            if (v.type == type) return "v" + v.number;
        }
        for (int i = scope.size() - 1; i >= 0; i--) if (scope.get(i).type == type && random.nextInt(3) > 0) return "v" + scope.get(i).number;
        return "v" + constant(type);
    }

    private int constant(int type) {
        if (type == Types.I128) {
            String low = "v" + constant(Types.I64), high = "v" + constant(Types.I64);
            count(Op.ICONCAT);
            return define(type, "iconcat " + low + ", " + high);
        }
        if (type == Types.F32 || type == Types.F64) {
            String[] some = {"0x0.0", "-0x0.0", "0x1.0", "-0x1.8", "+NaN", "+Inf", "-Inf", "0x1.fffffep30", "-0x1.0p31", "0x1.0p63", "0x1.0p-126", "0x1.8p-140"};
            count(type == Types.F32 ? Op.F32CONST : Op.F64CONST);
            return define(type, Types.name(type) + "const " + some[random.nextInt(some.length)]);
        }
        int bits = Types.bits(type);
        long value = switch (random.nextInt(5)) {
            case 0 -> random.nextInt(-2, 3);
            case 1 -> 1L << random.nextInt(bits);
            case 2 -> (1L << random.nextInt(bits)) - 1;
            case 3 -> random.nextInt(bits + 1);
            default -> random.nextLong();
        };
        count(Op.ICONST);
        return define(type, "iconst." + Types.name(type) + " " + (value << 64 - bits >> 64 - bits));
    }

    private void count(Op op) {
        made.merge(op, 1, Integer::sum);
    }

    private void compute() {
        Choice c = CHOICES.get(random.nextInt(CHOICES.size()));
        Op op = c.op;
        if (op.is(Effect.TRAPS) && random.nextInt(3) > 0 || !wide && isWide(c)) return;
        List<String> args = new ArrayList<>();
        for (Constraint operand : op.operands) {
            int type = operand.isFree() ? freeType(operand, c.type) : operand.resolve(c.type);
            if (type == Types.NONE) return;
            args.add(value(type));
        }
        count(op);
        String text = op.text + "." + Types.name(c.type) + " ";
        if (op == Op.ICMP) text += IntCC.values()[random.nextInt(IntCC.values().length)].text + " ";
        if (op == Op.FCMP) text += FloatCC.values()[random.nextInt(FloatCC.values().length)].text + " ";
        text += String.join(", ", args) + (op.format == Format.INT_ADD_TRAP ? ", user9" : "");
        if (op.results.length == 1) {
            define(op.results[0].resolve(c.type), text);
            return;
        }
        out.append("    v").append(values).append(", v").append(values + 1).append(" = ").append(text).append('\n');
        left--;
        for (Constraint result : op.results) scope.add(new Value(values++, result.resolve(c.type)));
    }

    private static boolean isWide(Choice c) {
        if (c.type == Types.I128) return true;
        for (Constraint operand : c.op.operands) if (operand.resolve(c.type) == Types.I128) return true;
        for (Constraint result : c.op.results) if (result.resolve(c.type) == Types.I128) return true;
        return false;
    }

    private int freeType(Constraint operand, int control) {
        int start = random.nextInt(TYPES.length);
        for (int i = 0; i < TYPES.length; i++) {
            int type = TYPES[(start + i) % TYPES.length];
            if (operand.allows(control, type) && (wide || type != Types.I128)) return type;
        }
        return Types.NONE;
    }

    private void memory() {
        int slot = random.nextInt(stored.length), type = stored[slot], offset = 8 * slot;
        boolean sub = random.nextBoolean();
        String address = "v" + define(Types.I64, "stack_addr.i64 ss0" + (sub ? "" : "+" + offset)), at = address + (sub && offset > 0 ? "+" + offset : "");
        scope.removeLast(); // no result may depend on where the stack is
        count(Op.STACK_ADDR);
        if (type != 0 && random.nextInt(3) > 0) {
            if (type == Types.I64 && random.nextBoolean()) {
                Op[] narrow = {Op.ULOAD8, Op.SLOAD8, Op.ULOAD16, Op.SLOAD16, Op.ULOAD32, Op.SLOAD32};
                Op op = narrow[random.nextInt(narrow.length)];
                count(op);
                define(Types.I64, op.text + ".i64 " + at);
            } else {
                count(Op.LOAD);
                define(type, "load." + Types.name(type) + " " + at);
            }
            return;
        }
        int next = random.nextBoolean() ? Types.I64 : type();
        if (Types.bits(next) > 64) return;
        String value = value(next);
        out.append("    store ").append(random.nextBoolean() ? "notrap " : "").append(value).append(", ").append(at).append('\n');
        count(Op.STORE);
        stored[slot] = next;
    }

    private void trap() {
        String condition = value(Types.I32);
        Op op = random.nextBoolean() ? Op.TRAPZ : Op.TRAPNZ;
        if (op == Op.TRAPNZ) condition = "v" + define(Types.I8, "icmp.i32 ugt " + condition + ", v" + constant(Types.I32));
        if (random.nextInt(4) > 0) return;
        count(op);
        out.append("    ").append(op.text).append(' ').append(condition).append(", user").append(1 + random.nextInt(9)).append('\n');
    }

    private void call() {
        int callee = random.nextInt(signatures.size());
        Signature s = signatures.get(callee);
        String args = arguments(s.params);
        StringBuilder results = new StringBuilder();
        List<Value> made = new ArrayList<>();
        for (int t : s.results) {
            results.append(results.isEmpty() ? "" : ", ").append('v').append(values);
            made.add(new Value(values++, t));
        }
        count(Op.CALL);
        out.append("    ").append(results).append(" = call fn").append(callee).append('(').append(args).append(")\n");
        left -= 5;
        scope.addAll(made);
    }

    // ---- control flow ----

    /** Runs {@code body} as a block that ends in a jump to {@code join}; what it defines is forgotten. */
    private void arm(int block, int join, List<Integer> types, int depth) {
        List<Value> outside = new ArrayList<>(scope);
        int[] before = stored.clone();
        out.append("block").append(block).append(":\n");
        statements(depth + 1);
        String args = arguments(types);
        out.append("    jump block").append(join).append('(').append(args).append(")\n");
        scope = outside;
        for (int i = 0; i < before.length; i++) before[i] = before[i] == stored[i] ? before[i] : 0;
        stored = before;
    }

    private void branch(int depth) {
        String condition = value(random.nextInt(3) == 0 ? Types.I8 : Types.I32);
        if (random.nextBoolean()) condition = "v" + define(Types.I8, "icmp.i64 slt " + value(Types.I64) + ", " + value(Types.I64));
        int yes = blocks++, no = blocks++, join = blocks++;
        List<Integer> types = types(0, 3);
        boolean direct = random.nextInt(3) == 0;
        String args = direct ? arguments(types) : null;
        count(Op.BRIF);
        out.append("    brif ").append(condition).append(", block").append(yes).append(", block").append(direct ? join + "(" + args + ")" : String.valueOf(no)).append('\n');
        arm(yes, join, types, depth);
        if (!direct) arm(no, join, types, depth);
        else stored = new int[stored.length];
        out.append("block").append(join).append('(').append(newParams(types)).append("):\n");
    }

    private void table(int depth) {
        String index = value(Types.I32);
        if (random.nextBoolean()) index = "v" + define(Types.I32, "urem.i32 " + index + ", v" + fixed(Types.I32, 5));
        int arms = random.nextInt(1, 5), first = blocks, join = first + arms;
        blocks = join + 1;
        List<Integer> types = types(0, 2);
        StringBuilder targets = new StringBuilder();
        for (int n = random.nextInt(1, 7); n > 0; n--) targets.append(targets.isEmpty() ? "" : ", ").append("block").append(first + random.nextInt(arms));
        for (int a = 1; a < arms; a++) targets.append(", block").append(first + a);
        count(Op.BR_TABLE);
        out.append("    br_table ").append(index).append(", block").append(first).append(", [").append(targets).append("]\n");
        for (int a = 0; a < arms; a++) arm(first + a, join, types, depth);
        out.append("block").append(join).append('(').append(newParams(types)).append("):\n");
    }

    private int fixed(int type, long value) {
        count(Op.ICONST);
        return define(type, "iconst." + Types.name(type) + " " + value);
    }

    /** Counts down from a small number. */
    private void loop(int depth) {
        List<Integer> types = types(0, 3);
        String start = "v" + fixed(Types.I32, random.nextInt(1, 4)), entering = arguments(types);
        int head = blocks++, exit = blocks++;
        out.append("    jump block").append(head).append('(').append(start).append(types.isEmpty() ? "" : ", ").append(entering).append(")\n");
        List<Value> outside = new ArrayList<>(scope);
        stored = new int[stored.length];
        int counter = values++;
        String params = newParams(types);
        out.append("block").append(head).append("(v").append(counter).append(": i32").append(types.isEmpty() ? "" : ", ").append(params).append("):\n");
        statements(depth + 1);
        String again = arguments(types), one = "v" + fixed(Types.I32, -1);
        int next = define(Types.I32, "iadd.i32 v" + counter + ", " + one);
        out.append("    brif v").append(next).append(", block").append(head).append("(v").append(next).append(types.isEmpty() ? "" : ", ").append(again).append("), block").append(exit).append('\n');
        List<Value> inside = scope;
        scope = random.nextBoolean() ? outside : inside;
        out.append("block").append(exit).append(":\n");
    }
}
