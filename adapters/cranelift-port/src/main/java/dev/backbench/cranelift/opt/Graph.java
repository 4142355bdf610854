package dev.backbench.cranelift.opt;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Types;
import java.util.Arrays;

/**
 * An acyclic e-graph over the values of a function. A value stands for its class: the ways known to compute it, each a value defined by an instruction in no block, or one that is defined
 * by a block or an instruction that stays where it is. Classes are complete when they are made (rules run at once, on operands that are), so no class ever changes, and operands
 * are always older than what uses them: nothing is revisited.
 *
 * <p>Rewriting is bounded: {@link #MAX_CLASS} alternatives to a class, {@link #MAX_RESULTS} results of rules to a node, rules on what rules made to a depth of {@link #MAX_DEPTH} and until
 * {@link #MAX_MADE} nodes, new or known, came of one instruction.
 */
final class Graph {
    static final int MAX_CLASS = 6, MAX_RESULTS = 8, MAX_DEPTH = 4, MAX_MADE = 48;

    private final NodeTable nodes = new NodeTable();
    private final Folding folding = new Folding();
    /** How often each rule had a result, null where nobody asks. */
    private long[] hits;
    private Function f;

    private static final int START = 0, SIZE = 1, BEST = 2, COST = 3, NODE = 4, KINDS = 5, ROW = 3;
    /**
     * By value a row: start of its class in {@link #members} and size; the member to compute, its cost; the instruction of a node, -1 for what stays; which of the operations that rules look
     * for are in the class, bits as {@link Rewrites#KINDS} says.
     */
    private int[] rows = new int[512 << ROW];
    private int[] members = new int[1024];
    private int used;

    private int depth;
    /** Nodes that rules asked for on behalf of the instruction under way. */
    private int made;
    /** What the rules gave for the nodes under way: a stack, each node's above {@link #resultBase}. */
    private final int[] results = new int[MAX_RESULTS * (MAX_DEPTH + 2)];
    private int resultBase, resultCount;
    /** What the rule gave that subsumed the node under way last. */
    private int subsumed;

    void begin(Function function) {
        f = function;
        nodes.clear();
        used = 0;
        depth = 0;
        resultBase = resultCount = 0;
        reserve(f.values());
    }

    void countHits(long[] byRule) {
        hits = byRule;
    }

    private void reserve(int values) {
        if (values << ROW > rows.length) rows = Arrays.copyOf(rows, Math.max(values << ROW, 2 * rows.length));
    }

    // ---- classes ----

    /** Makes a class of a value that is computed elsewhere: a parameter, or the result of an instruction that stays. */
    void addFixed(int value) {
        reserve(value + 1);
        single(value, -1, 0);
    }

    private void single(int value, int inst, int price) {
        int[] rows = this.rows;
        int at = value << ROW;
        rows[at + START] = used;
        rows[at + SIZE] = 1;
        rows[at + BEST] = value;
        rows[at + COST] = price;
        rows[at + NODE] = inst;
        rows[at + KINDS] = inst < 0 ? 0 : Rewrites.KINDS[f.op(inst).ordinal()];
        append(value);
    }

    private void append(int member) {
        if (used == members.length) members = Arrays.copyOf(members, 2 * used);
        members[used++] = member;
    }

    /** The member that costs least. */
    int best(int value) {
        return rows[(value << ROW) + BEST];
    }

    /** The instruction that computes a member, -1 where it stays in its block. */
    int node(int value) {
        return rows[(value << ROW) + NODE];
    }

    int kinds(int value) {
        return rows[(value << ROW) + KINDS];
    }

    int classSize(int value) {
        return rows[(value << ROW) + SIZE];
    }

    /** The instruction of the {@code k}th alternative, -1 where there is none to look at. */
    int member(int value, int k) {
        return node(members[rows[(value << ROW) + START] + k]);
    }

    boolean same(int a, int b) {
        return a == b || representative(a) == representative(b);
    }

    /** One number for all values that are known to be the same. */
    int representative(int value) {
        return members[rows[(value << ROW) + START]];
    }

    // ---- what rules look at ----

    Op op(int inst) {
        return f.op(inst);
    }

    int type(int inst) {
        return f.control(inst);
    }

    int arg(int inst, int k) {
        return f.arg(inst, k);
    }

    int typeOf(int value) {
        return f.valueType(value);
    }

    long constant(int inst) {
        return Constants.mask(f.control(inst), f.immediate(inst));
    }

    int condition(int inst) {
        return f.flags(inst);
    }

    /** The constant that a class is, as its instruction; -1 where it is none. */
    private int constantOf(int value) {
        int inst = node(representative(value));
        return inst >= 0 && f.op(inst) == Op.ICONST && f.control(inst) <= Types.I64 ? inst : -1;
    }

    boolean isNonzeroConstant(int value) {
        int inst = constantOf(value);
        return inst >= 0 && constant(inst) != 0;
    }

    boolean isConstant(int value, long is) {
        int inst = constantOf(value);
        return inst >= 0 && constant(inst) == Constants.mask(f.control(inst), is);
    }

    // ---- what rules make ----

    int iconst(int type, long value) {
        int inst = f.newInst(Op.ICONST, type);
        f.setImmediate(inst, Constants.signExtend(type, value));
        return add(inst, type);
    }

    int compare(int type, int condition, int a, int b) {
        int inst = f.newInst(Op.ICMP, type);
        f.setFlags(inst, condition);
        return withArgs(inst, Types.I8, a, b, -1);
    }

    int unary(Op op, int type, int a) {
        return withArgs(f.newInst(op, type), type, a, -1, -1);
    }

    int binary(Op op, int type, int a, int b) {
        return withArgs(f.newInst(op, type), type, a, b, -1);
    }

    int ternary(Op op, int type, int a, int b, int c) {
        return withArgs(f.newInst(op, type), op == Op.ICMP ? Types.I8 : type, a, b, c);
    }

    private int withArgs(int inst, int type, int a, int b, int c) {
        f.pool.begin();
        f.pool.add(a);
        if (b >= 0) f.pool.add(b);
        if (c >= 0) f.pool.add(c);
        f.setArgs(inst, f.pool.end());
        return add(inst, type);
    }

    /** A result of rule {@code rule} for the node under way. */
    void result(int rule, int value) {
        if (hits != null) hits[rule]++;
        if (resultCount - resultBase < MAX_RESULTS) results[resultCount++] = value;
    }

    /** A result that is never worse than the node under way: no other is looked for. @return true */
    boolean subsume(int rule, int value) {
        if (hits != null) hits[rule]++;
        subsumed = value;
        return true;
    }

    // ---- making nodes ----

    private int add(int inst, int type) {
        made++;
        int known = simplify(inst);
        if (known >= 0) return known;
        f.pool.begin();
        int value = f.newValue(type, Function.RESULT, inst);
        f.pool.add(value);
        f.setResults(inst, f.pool.end());
        return finish(inst, value);
    }

    /** Takes in an instruction of the function that only computes, its operands already of the graph. @return the value that stands for its result */
    int insert(int inst) {
        made = 0;
        int value = f.result(inst, 0);
        if (f.op(inst) == Op.ICONST && f.control(inst) <= Types.I64) f.setImmediate(inst, Constants.signExtend(f.control(inst), f.immediate(inst)));
        int known = simplify(inst);
        return known >= 0 ? known : finish(inst, value);
    }

    /** Puts constants to the right and folds them. @return a class that the instruction is found to be, -1 where it is new */
    private int simplify(int inst) {
        Op op = f.op(inst);
        int type = f.control(inst);
        if (type <= Types.I128 && op != Op.ICONST) {
            int count = f.pool.length(f.args(inst));
            if (count == 2) order(inst, op);
            int folded = type > Types.I64 ? -1 : fold(inst, op, type, count);
            if (folded >= 0) return folded;
        }
        if (!NodeTable.isComparable(f, inst)) return -1;
        int same = nodes.findOrAdd(f, inst);
        return same < 0 ? -1 : f.result(same, 0);
    }

    private void order(int inst, Op op) {
        int args = f.args(inst), a = f.pool.get(args, 0), b = f.pool.get(args, 1);
        if (constantOf(a) < 0 || constantOf(b) >= 0) return;
        switch (op) {
            case IADD, IMUL, BAND, BOR, BXOR, UMULHI, SMULHI, UMIN, UMAX, SMIN, SMAX -> {}
            case ICMP -> f.setFlags(inst, Constants.swap(f.flags(inst)));
            default -> {
                return;
            }
        }
        f.pool.set(args, 0, b);
        f.pool.set(args, 1, a);
    }

    private int fold(int inst, Op op, int type, int count) {
        int a = count == 0 ? -1 : constantOf(f.arg(inst, 0));
        if (a < 0) return -1;
        if (op == Op.SELECT) return f.arg(inst, constant(a) != 0 ? 1 : 2);
        int from = f.control(a);
        if (count == 1) return f.pool.length(f.results(inst)) <= 1 && folding.unary(op, type, from, constant(a)) ? iconst(type, folding.result()) : -1;
        int b = count == 2 ? constantOf(f.arg(inst, 1)) : -1;
        if (b < 0) return -1;
        if (op == Op.ICMP) return iconst(Types.I8, Folding.compare(f.flags(inst), type, constant(a), constant(b)) ? 1 : 0);
        return folding.binary(op, type, constant(a), constant(b)) ? iconst(type, folding.result()) : -1;
    }

    /** Runs the rules on a new node and makes its class. @return the value that stands for it: another's where a rule is never worse */
    private int finish(int inst, int value) {
        reserve(f.values());
        single(value, inst, price(inst));
        if (depth >= MAX_DEPTH || made >= MAX_MADE || f.control(inst) > Types.I128) return value;
        int outerBase = resultBase, stands = value;
        resultBase = resultCount;
        depth++;
        boolean subsumes = Rewrites.apply(this, inst);
        depth--;
        if (subsumes) {
            stands = subsumed;
            forward(value, stands);
        } else if (resultCount > resultBase) {
            unite(value);
        }
        resultCount = resultBase;
        resultBase = outerBase;
        return stands;
    }

    /** Makes a value stand for the class of a node of which it is another copy. */
    void addCopy(int value, int of) {
        reserve(value + 1);
        forward(value, of);
    }

    /** The class of {@code value} becomes another's: who finds its node later gets that. */
    private void forward(int value, int to) {
        int at = value << ROW, from = to << ROW;
        rows[at + START] = rows[from + START];
        rows[at + SIZE] = rows[from + SIZE];
        rows[at + BEST] = rows[from + BEST];
        rows[at + COST] = rows[from + COST];
        rows[at + KINDS] = rows[from + KINDS];
    }

    private void unite(int value) {
        int at = value << ROW, first = used;
        append(value);
        for (int r = resultBase; r < resultCount; r++) {
            int from = results[r] << ROW;
            for (int k = 0; k < rows[from + SIZE] && used - first < MAX_CLASS; k++) addMember(first, members[rows[from + START] + k]);
            rows[at + KINDS] |= rows[from + KINDS];
            if (rows[from + COST] < rows[at + COST]) {
                rows[at + COST] = rows[from + COST];
                rows[at + BEST] = rows[from + BEST];
            }
        }
        rows[at + START] = first;
        rows[at + SIZE] = used - first;
    }

    private void addMember(int from, int member) {
        for (int i = from; i < used; i++) if (members[i] == member) return;
        append(member);
    }

    private int price(int inst) {
        int price = Costs.of(f.op(inst)), args = f.args(inst);
        for (int i = 0, n = f.pool.length(args); i < n; i++) price = Math.min(Costs.MAX, price + rows[(f.pool.get(args, i) << ROW) + COST]);
        return price;
    }

    // ---- what may be a node ----

    /** Whether the instruction does nothing but compute one value, so that it may be dropped, shared and moved. */
    boolean isPure(int inst) {
        Op op = f.op(inst);
        if (f.pool.length(f.results(inst)) != 1) return false;
        if (op.flags == 0) return op != Op.GET_EXCEPTION_HANDLER_ADDRESS && op != Op.GET_RETURN_ADDRESS && op != Op.GET_FRAME_POINTER && op != Op.GET_STACK_POINTER;
        switch (op) {
            case LOAD -> {
                int flags = f.flags(inst);
                return MemFlags.trapCode(flags) == 0 && (flags & MemFlags.READONLY) != 0 && (flags & MemFlags.CAN_MOVE) != 0;
            }
            case UDIV, UREM -> {
                return isNonzeroConstant(f.arg(inst, 1));
            }
            case SDIV, SREM -> {
                return isNonzeroConstant(f.arg(inst, 1)) && !isConstant(f.arg(inst, 1), -1);
            }
            default -> {
                return false;
            }
        }
    }

    /** The value of a condition that is known, -1 where it is not. */
    int knownCondition(int value) {
        int inst = constantOf(value);
        return inst < 0 ? -1 : constant(inst) != 0 ? 1 : 0;
    }
}
