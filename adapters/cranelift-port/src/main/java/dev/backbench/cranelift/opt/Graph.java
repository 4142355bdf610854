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
 * {@link #MAX_MADE} nodes, new or known, came of one instruction (in a chain of additions of constants each depth would multiply them).
 */
final class Graph {
    static final int MAX_CLASS = 6, MAX_RESULTS = 8, MAX_DEPTH = 4, MAX_MADE = 48;
    private static final int NO_RULE = -1;

    private final NodeTable nodes = new NodeTable();
    private final Folding folding = new Folding();
    /** How often each rule had a result, null where nobody asks. */
    private long[] hits;
    private Function f;

    /** By value: start of its class in {@link #members} and size; the member to compute, its cost; the instruction of a node, -1 for what stays. */
    private int[] start = new int[512], size = new int[512], best = new int[512], cost = new int[512], node = new int[512];
    private int[] members = new int[1024];
    private int used;

    private int depth;
    /** Nodes that rules asked for on behalf of the instruction under way. */
    private int made;
    /** What the rules gave for the nodes under way: a stack, each node's above {@link #resultBase}. */
    private final int[] results = new int[MAX_RESULTS * (MAX_DEPTH + 2)];
    private int resultBase, resultCount;
    private int subsumed;

    void begin(Function function) {
        f = function;
        nodes.clear();
        used = 0;
        depth = 0;
        resultBase = resultCount = 0;
        subsumed = NO_RULE;
        reserve(f.values());
    }

    void countHits(long[] byRule) {
        hits = byRule;
    }

    private void reserve(int values) {
        if (values <= start.length) return;
        int length = Math.max(values, 2 * start.length);
        start = Arrays.copyOf(start, length);
        size = Arrays.copyOf(size, length);
        best = Arrays.copyOf(best, length);
        cost = Arrays.copyOf(cost, length);
        node = Arrays.copyOf(node, length);
    }

    // ---- classes ----

    /** Makes a class of a value that is computed elsewhere: a parameter, or the result of an instruction that stays. */
    void addFixed(int value) {
        reserve(value + 1);
        single(value, -1, 0);
    }

    private void single(int value, int inst, int price) {
        node[value] = inst;
        start[value] = used;
        size[value] = 1;
        best[value] = value;
        cost[value] = price;
        append(value);
    }

    private void append(int member) {
        if (used == members.length) members = Arrays.copyOf(members, 2 * used);
        members[used++] = member;
    }

    /** The member that costs least. */
    int best(int value) {
        return best[value];
    }

    /** The instruction that computes a member, -1 where it stays in its block. */
    int node(int value) {
        return node[value];
    }

    int classSize(int value) {
        return size[value];
    }

    /** The instruction of the {@code k}th alternative, -1 where there is none to look at. */
    int member(int value, int k) {
        return node[members[start[value] + k]];
    }

    boolean same(int a, int b) {
        return a == b || members[start[a]] == members[start[b]];
    }

    /** One number for all values that are known to be the same. */
    int representative(int value) {
        return members[start[value]];
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
        int inst = node[members[start[value]]];
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
    void result(int rule, boolean subsumes, int value) {
        if (hits != null) hits[rule]++;
        if (subsumes && subsumed < 0) subsumed = value;
        else if (resultCount - resultBase < MAX_RESULTS) results[resultCount++] = value;
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
        int outerBase = resultBase, outerCount = resultCount, outerSubsumed = subsumed;
        resultBase = resultCount;
        subsumed = NO_RULE;
        depth++;
        Rewrites.apply(this, inst);
        depth--;
        int stands = subsumed >= 0 ? subsumed : value;
        if (subsumed < 0 && resultCount > resultBase) unite(value);
        else if (subsumed >= 0) forward(value, subsumed);
        resultBase = outerBase;
        resultCount = outerCount;
        subsumed = outerSubsumed;
        return stands;
    }

    /** Makes a value stand for the class of a node of which it is another copy. */
    void addCopy(int value, int of) {
        reserve(value + 1);
        forward(value, of);
    }

    /** The class of {@code value} becomes another's: who finds its node later gets that. */
    private void forward(int value, int to) {
        start[value] = start[to];
        size[value] = size[to];
        best[value] = best[to];
        cost[value] = cost[to];
    }

    private void unite(int value) {
        int from = used;
        append(value);
        for (int r = resultBase; r < resultCount; r++) {
            int other = results[r];
            for (int k = 0; k < size[other] && used - from < MAX_CLASS; k++) addMember(from, members[start[other] + k]);
            if (cost[other] < cost[value]) {
                cost[value] = cost[other];
                best[value] = best[other];
            }
        }
        start[value] = from;
        size[value] = used - from;
    }

    private void addMember(int from, int member) {
        for (int i = from; i < used; i++) if (members[i] == member) return;
        append(member);
    }

    private int price(int inst) {
        int price = Costs.of(f.op(inst)), args = f.args(inst);
        for (int i = 0, n = f.pool.length(args); i < n; i++) price = Math.min(Costs.MAX, price + cost[f.pool.get(args, i)]);
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
