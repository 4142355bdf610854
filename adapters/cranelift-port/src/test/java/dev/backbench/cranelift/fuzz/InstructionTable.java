package dev.backbench.cranelift.fuzz;

import dev.backbench.cranelift.ir.CallConv;
import dev.backbench.cranelift.ir.Constraint;
import dev.backbench.cranelift.ir.Effect;
import dev.backbench.cranelift.ir.FloatCC;
import dev.backbench.cranelift.ir.Format;
import dev.backbench.cranelift.ir.IntCC;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.RmwOp;
import dev.backbench.cranelift.ir.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Every scalar instruction at every type that its declaration allows, with each condition, operation on memory, flag and calling convention, as functions: one where all operands are
 * parameters, others where some are constants. Made from the declarations, so that a new instruction is here by itself or shows as missing.
 */
final class InstructionTable {
    static final int[] TYPES = ClifWriter.TYPES;
    private static final List<Integer> INTS = List.of(Types.I8, Types.I16, Types.I32, Types.I64, Types.I128);
    private static final String[] CONVENTIONS = {"system_v", "fast", "tail", "windows_fastcall"};
    private static final String[] ACCESSES = {"", " notrap aligned", " little", " big"};
    private static final String[] ATOMIC_ACCESSES = {"", " notrap little"};
    private static final int CONSTANTS = 3;

    /** Combinations by name, each with its functions. */
    final Map<String, List<String>> entries = new LinkedHashMap<>();
    private int functions;

    InstructionTable() {
        for (Op op : Op.values()) {
            if (op.control == null || op.format == Format.UNARY_GLOBAL) continue;
            for (int type : TYPES) if (op.control.contains(type)) add(op, type);
        }
        control();
        calls();
    }

    /** Operations that some combination is named after. */
    List<String> operations() {
        return entries.keySet().stream().map(name -> name.split("[. ]")[0]).distinct().toList();
    }

    // ---- writing ----

    /** @param body a line each, parameters v0 and up */
    private void function(String name, List<Integer> params, List<Integer> results, String convention, String declarations, String... body) {
        StringBuilder text = new StringBuilder("function %f").append(functions++).append('(').append(names(params)).append(')');
        if (!results.isEmpty()) text.append(" -> ").append(names(results));
        text.append(' ').append(convention).append(" {\n").append(declarations).append("block0(");
        for (int i = 0; i < params.size(); i++) text.append(i > 0 ? ", v" : "v").append(i).append(": ").append(Types.name(params.get(i)));
        text.append("):\n");
        for (String line : body) text.append(line.startsWith("block") ? "" : "    ").append(line).append('\n');
        entries.computeIfAbsent(name, n -> new ArrayList<>()).add(text.append("}\n").toString());
    }

    private static String names(List<Integer> types) {
        return types.stream().map(Types::name).collect(Collectors.joining(", "));
    }

    private static boolean isOurs(int type) {
        return Arrays.stream(TYPES).anyMatch(t -> t == type);
    }

    // ---- what computes ----

    private void add(Op op, int type) {
        switch (op.format) {
            case UNARY, BINARY, TERNARY, INT_COMPARE, FLOAT_COMPARE, INT_ADD_TRAP -> {
                if ((op.flags & ~Effect.TRAPS) == 0) computing(op, type);
            }
            case LOAD -> {
                if (op.results[0].isControl()) loads(op, type, ACCESSES);
            }
            case STORE -> stores(op, type, ACCESSES, " v2+8");
            case LOAD_NO_OFFSET -> {
                if (op == Op.BITCAST) bitcasts(type);
                else loads(op, type, ATOMIC_ACCESSES);
            }
            case STORE_NO_OFFSET -> stores(op, type, ATOMIC_ACCESSES, " v2");
            case ATOMIC_RMW -> {
                for (RmwOp rmw : RmwOp.values()) for (String flags : ATOMIC_ACCESSES) modify(op, type, rmw, flags);
            }
            case ATOMIC_CAS -> {
                for (String flags : ATOMIC_ACCESSES) exchange(op, type, flags);
            }
            case UNARY_IMM -> constants(op, type);
            case COND_TRAP -> {
                for (String code : List.of("int_ovf", "user7")) conditionalTrap(op, type, code);
            }
            default -> {}
        }
    }

    /** By choice of the operands whose type is free. */
    private void computing(Op op, int type) {
        List<List<Integer>> choices = new ArrayList<>(List.of(List.of()));
        for (Constraint operand : op.operands) {
            List<List<Integer>> longer = new ArrayList<>();
            for (int t : TYPES) {
                if (operand.isFree() ? !operand.allows(type, t) : operand.resolve(type) != t) continue;
                for (List<Integer> before : choices) longer.add(append(before, t));
            }
            choices = longer;
        }
        List<Integer> results = new ArrayList<>();
        for (Constraint result : op.results) results.add(result.resolve(type));
        if (!results.stream().allMatch(InstructionTable::isOurs)) return;
        for (List<Integer> operands : choices) {
            String name = op.text + "." + Types.name(type);
            for (int i = 0; i < operands.size(); i++) if (op.operands[i].isFree()) name += " " + Types.name(operands.get(i));
            for (String condition : conditions(op)) compute(name + condition, op.text + "." + Types.name(type) + condition, operands, results, op.format == Format.INT_ADD_TRAP ? ", user3" : "");
        }
    }

    private static List<Integer> append(List<Integer> list, int type) {
        List<Integer> longer = new ArrayList<>(list);
        longer.add(type);
        return longer;
    }

    private static List<String> conditions(Op op) {
        if (op.format == Format.INT_COMPARE) return Arrays.stream(IntCC.values()).map(c -> " " + c.text).toList();
        if (op.format == Format.FLOAT_COMPARE) return Arrays.stream(FloatCC.values()).map(c -> " " + c.text).toList();
        return List.of("");
    }

    /** All operands parameters; then each of them one constant after the other; then all of them. */
    private void compute(String name, String head, List<Integer> operands, List<Integer> results, String tail) {
        for (int constant = 0; constant <= CONSTANTS * (operands.size() + 1); constant++) {
            int which = constant == 0 ? -1 : (constant - 1) / CONSTANTS, value = (constant - 1) % CONSTANTS;
            List<Integer> params = new ArrayList<>();
            List<String> body = new ArrayList<>(), args = new ArrayList<>();
            for (int i = 0; i < operands.size(); i++) {
                if (i == which || which == operands.size()) {
                    args.add(constant(body, 10 * (i + 1), operands.get(i), value * (2 * i + 1) + i));
                } else {
                    args.add("v" + params.size());
                    params.add(operands.get(i));
                }
            }
            String defined = results.size() == 1 ? "v90" : "v90, v91";
            body.add(defined + " = " + head + " " + String.join(", ", args) + tail);
            body.add("return " + defined);
            function(name, params, results, "fast", "", body.toArray(String[]::new));
        }
    }

    /** Writes what makes the constant, from {@code v<number>} on. @return its name */
    private static String constant(List<String> body, int number, int type, int which) {
        long[] edges = EdgeValues.of(type);
        int at = 2 * (which % (edges.length / 2));
        long low = edges[at], high = edges[at + 1];
        String value = "v" + number;
        switch (type) {
            case Types.I128 -> {
                body.add("v" + (number + 1) + " = iconst.i64 " + low);
                body.add("v" + (number + 2) + " = iconst.i64 " + high);
                body.add(value + " = iconcat.i64 v" + (number + 1) + ", v" + (number + 2));
            }
            case Types.F32, Types.F64 -> body.add(value + " = " + Types.name(type) + "const " + dev.backbench.cranelift.text.Invocation.show(type, low, high));
            default -> body.add(value + " = iconst." + Types.name(type) + " " + (low << 64 - Types.bits(type) >> 64 - Types.bits(type)));
        }
        return value;
    }

    private void constants(Op op, int type) {
        List<String> body = new ArrayList<>();
        for (int i = 0; i < EdgeValues.of(type).length / 2; i++) {
            body.clear();
            String value = constant(body, 10, type, i);
            body.add("return " + value);
            function(op.text + "." + Types.name(type), List.of(), List.of(type), "fast", "", body.toArray(String[]::new));
        }
    }

    private void bitcasts(int type) {
        for (int from : TYPES) {
            if (Types.bits(from) != Types.bits(type)) continue;
            function("bitcast." + Types.name(type) + " " + Types.name(from), List.of(from), List.of(type), "fast", "", "v1 = bitcast." + Types.name(type) + " v0", "return v1");
        }
    }

    // ---- memory ----

    private static final String SLOT = "    ss0 = explicit_slot 64, align = 16\n";

    private void loads(Op op, int type, String[] accesses) {
        String at = op.format == Format.LOAD ? " v1+8" : " v1";
        for (String flags : accesses) {
            String load = "v2 = " + op.text + "." + Types.name(type) + flags + at;
            function(op.text + "." + Types.name(type) + flags, List.of(Types.I128), List.of(type), "fast", SLOT, "v1 = stack_addr.i64 ss0+16", "v3 = iconst.i64 0", "store v3, v1+16",
                "store v0, v1" + (op.format == Format.LOAD ? "+8" : ""), load, "return v2");
            if (type == Types.I128 || !Types.isScalarInt(type)) continue;
            // part of its user
            function(op.text + "." + Types.name(type) + flags, List.of(Types.I128, type), List.of(type, Types.I8), "fast", SLOT, "v11 = stack_addr.i64 ss0+16", "v3 = iconst.i64 0",
                "store v3, v11+16", "store v0, v11" + (op.format == Format.LOAD ? "+8" : ""), load.replace("v1", "v11"), "v5 = iadd v1, v2", load.replace("v2", "v6").replace("v1", "v11"),
                "v7 = icmp ult v1, v6", "return v5, v7");
        }
    }

    private void stores(Op op, int type, String[] accesses, String at) {
        for (String flags : accesses) {
            function(op.text + "." + Types.name(type) + flags, List.of(type), List.of(Types.I128, Types.I128), "fast", SLOT, "v2 = stack_addr.i64 ss0+16", "v3 = iconst.i64 0x5a5a_1234_a5a5_4321",
                "store v3, v2", "store v3, v2+8", "store v3, v2+16", "store v3, v2+24", op.text + "." + Types.name(type) + flags + " v0," + at, "v4 = load.i128 v2", "v5 = load.i128 v2+16",
                "return v4, v5");
        }
    }

    private void modify(Op op, int type, RmwOp rmw, String flags) {
        String t = Types.name(type), change = op.text + "." + t + flags + " " + rmw.text + " v2, v1", name = op.text + "." + t + " " + rmw.text + flags;
        for (boolean old : new boolean[] {true, false}) {
            List<Integer> results = old ? List.of(type, Types.I128) : List.of(Types.I128);
            function(name, List.of(type, type), results, "fast", SLOT, "v2 = stack_addr.i64 ss0+16", "v3 = iconst.i64 -1", "store v3, v2", "store v3, v2+8", "store v0, v2", "v4 = " + change,
                "v5 = load.i128 v2", old ? "return v4, v5" : "return v5");
        }
    }

    private void exchange(Op op, int type, String flags) {
        String t = Types.name(type);
        function(op.text + "." + t + flags, List.of(type, type, type), List.of(type, Types.I128), "fast", SLOT, "v12 = stack_addr.i64 ss0+16", "v3 = iconst.i64 -1", "store v3, v12", "store v3, v12+8",
            "store v0, v12", "v4 = " + op.text + "." + t + flags + " v12, v1, v2", "v5 = load.i128 v12", "return v4, v5");
    }

    // ---- ways through a function ----

    private void conditionalTrap(Op op, int type, String code) {
        String name = op.text + "." + Types.name(type) + " " + code;
        function(name, List.of(type), List.of(type), "fast", "", op.text + " v0, " + code, "return v0");
        if (type != Types.I128) function(name, List.of(type, type), List.of(type), "fast", "", "v2 = icmp sgt v0, v1", op.text + " v2, " + code, "return v0");
    }

    private void control() {
        for (int type : INTS) {
            function("brif." + Types.name(type), List.of(type), List.of(Types.I32), "fast", "", "brif v0, block1, block2", "block1:", "v1 = iconst.i32 1", "return v1", "block2:", "v2 = iconst.i32 2",
                "return v2");
            for (String cc : conditions(Op.ICMP)) {
                function("brif." + Types.name(type) + cc, List.of(type, type), List.of(type), "fast", "", "v2 = icmp" + cc + " v0, v1", "brif v2, block1(v0), block1(v1)",
                    "block1(v3: " + Types.name(type) + "):", "return v3");
            }
        }
        for (int type : TYPES) {
            function("jump." + Types.name(type), List.of(type), List.of(type), "fast", "", "jump block1(v0)", "block1(v1: " + Types.name(type) + "):", "return v1");
            function("return." + Types.name(type), List.of(type, type), List.of(type, type), "fast", "", "return v1, v0");
            if (!ClifWriter.isFloat(type)) continue;
            for (String cc : conditions(Op.FCMP)) {
                function("brif." + Types.name(type) + cc, List.of(type, type), List.of(type), "fast", "", "v2 = fcmp" + cc + " v0, v1", "brif v2, block1(v0), block1(v1)",
                    "block1(v3: " + Types.name(type) + "):", "return v3");
            }
            function(Types.name(type) + "const", List.of(), List.of(type, type), "fast", "", "v0 = " + Types.name(type) + "const 0x1.8p0", "v1 = " + Types.name(type) + "const -0x0.0", "return v0, v1");
        }
        function("br_table", List.of(Types.I32), List.of(Types.I32), "fast", "", "br_table v0, block1, [block2, block3]", "block1:", "return v0", "block2:", "v1 = iconst.i32 7", "return v1",
            "block3:", "v2 = iconst.i32 9", "return v2");
        for (String code : List.of("int_ovf", "int_divz", "bad_toint", "heap_oob", "stk_ovf", "user1", "user9")) function("trap " + code, List.of(), List.of(), "fast", "", "trap " + code);
        for (String plain : List.of("nop", "fence", "sequence_point")) function(plain, List.of(Types.I64), List.of(Types.I64), "fast", "", plain, "return v0");
        function("stack_addr", List.of(Types.I64), List.of(Types.I64), "fast", "    ss0 = explicit_slot 8\n    ss1 = explicit_slot 8\n", "v1 = stack_addr.i64 ss0", "v2 = stack_addr.i64 ss1", "store v0, v1",
            "v3 = bnot v0", "store v3, v2", "v4 = load.i64 v1", "return v4");
        for (int align : new int[] {32, 64, 256, 4096}) {
            function("stack_addr align " + align, List.of(Types.I64), List.of(Types.I64, Types.I64), "fast", "    ss0 = explicit_slot 8, align = " + align + "\n    ss1 = explicit_slot 8\n",
                "v1 = stack_addr.i64 ss0", "v5 = stack_addr.i64 ss1", "store v0, v1", "v6 = iconst.i64 -1", "store v6, v5", "v2 = iconst.i64 " + (align - 1), "v3 = band v1, v2", "v4 = load.i64 v1",
                "return v3, v4");
        }
    }

    // ---- calls ----

    /** Of itself, with one level less: as many arguments of each type as have no register, in turn. */
    private void calls() {
        for (String convention : CONVENTIONS) {
            for (int type : TYPES) {
                String t = Types.name(type), signature = "(i32, " + t + ", " + t + ") -> " + t + " " + convention;
                call("call." + t + " " + convention, signature, convention, type, "v20 = call fn0(v12, v2, v1)", "return v20");
                call("call_indirect." + t + " " + convention, signature, convention, type, "v19 = func_addr.i64 fn0", "v20 = call_indirect sig0, v19(v12, v2, v1)", "return v20");
                if (!CallConv.TAIL.text.equals(convention)) continue;
                call("return_call." + t, signature, convention, type, "return_call fn0(v12, v2, v1)");
                call("return_call_indirect." + t, signature, convention, type, "v19 = func_addr.i64 fn0", "return_call_indirect sig0, v19(v12, v2, v1)");
            }
            mixed(convention);
        }
    }

    private void call(String name, String signature, String convention, int type, String... last) {
        List<String> body = new ArrayList<>(List.of("v10 = iconst.i32 3", "v11 = band v0, v10", "brif v11, block1, block2", "block2:", "return v1", "block1:", "v13 = iconst.i32 -1", "v12 = iadd v11, v13"));
        body.addAll(List.of(last));
        function(name, List.of(Types.I32, type, type), List.of(type), convention, "    sig0 = " + signature + "\n    fn0 = colocated %f" + functions + " sig0\n", body.toArray(String[]::new));
    }

    /** Two of each type and as many again, more than there are registers, handed round; all come back. */
    private void mixed(String convention) {
        for (int results : new int[] {1, 2, 4, 14}) {
            List<Integer> types = new ArrayList<>();
            for (int round = 0; round < 2; round++) for (int t : TYPES) types.add(t);
            List<Integer> back = types.subList(0, results), params = new ArrayList<>(types);
            params.addFirst(Types.I32);
            StringBuilder args = new StringBuilder("v103"), own = new StringBuilder(), called = new StringBuilder();
            for (int i = 1; i < params.size(); i++) args.append(", v").append(i <= TYPES.length ? i + TYPES.length : i - TYPES.length);
            for (int i = 0; i < results; i++) {
                own.append(i > 0 ? ", v" : "v").append(i + 1);
                called.append(i > 0 ? ", v" : "v").append(200 + i);
            }
            function("call of many, " + results + " back " + convention, params, back, convention,
                "    sig0 = (" + names(params) + ") -> " + names(back) + " " + convention + "\n    fn0 = %f" + functions + " sig0\n", "v100 = iconst.i32 3", "v101 = band v0, v100",
                "brif v101, block1, block2", "block2:", "return " + own, "block1:", "v102 = iconst.i32 -1", "v103 = iadd v101, v102", called + " = call fn0(" + args + ")", "return " + called);
        }
    }
}
