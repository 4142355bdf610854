package dev.backbench.cranelift.opt;

import dev.backbench.cranelift.analysis.Dominators;
import dev.backbench.cranelift.analysis.Loops;
import dev.backbench.cranelift.ir.Effect;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Op;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * Puts the nodes of a {@link Graph} that are used back into blocks: of each class the cheapest, before the instruction that needs it, or at the end of the block before the outermost loop in
 * which its operands do not change. A node needed where no copy of it has been passed is copied; constants are copied into every block that needs them.
 */
final class Elaboration {
    private static final int NOWHERE = -1;

    private Function f;
    private Graph graph;
    private Dominators tree;
    private Loops loops;

    /** By instruction of a node: the value that its newest copy computes, and the block of that; -1 where there is none. */
    private int[] copy = new int[256], copyBlock = new int[256];
    /** By value: the block that computes it. */
    private int[] home = new int[256];
    /** Nodes under way, an operand of each below it. */
    private int[] stack = new int[64];
    private int block, before;
    private final int[] operands = new int[3], result = new int[1];
    private final IntUnaryOperator need = this::need;

    void run(Function function, Graph nodes, Dominators dominators, Loops nest) {
        f = function;
        graph = nodes;
        tree = dominators;
        loops = nest;
        if (copy.length < f.insts()) {
            copy = new int[2 * f.insts()];
            copyBlock = new int[2 * f.insts()];
        }
        Arrays.fill(copy, 0, f.insts(), NOWHERE);
        if (home.length < f.values()) home = new int[2 * f.values()];
        for (int b = f.layout.entry(); b >= 0; b = tree.nextInPreorder(b)) block(b);
    }

    private void block(int b) {
        block = b;
        setHome(f.blockParams(b));
        for (int inst = f.layout.first(b); inst >= 0; inst = f.layout.next(inst)) {
            before = inst;
            int args = f.args(inst);
            for (int i = 0, n = f.pool.length(args); i < n; i++) f.pool.set(args, i, need(f.pool.get(args, i)));
            if (f.op(inst).is(Effect.BRANCH)) Targets.map(f, inst, need);
            setHome(f.results(inst));
        }
    }

    private void setHome(int values) {
        for (int i = 0, n = f.pool.length(values); i < n; i++) home[f.pool.get(values, i)] = block;
    }

    /** @return a value of the class that is there at the current place */
    private int need(int value) {
        int ready = ready(value);
        if (ready >= 0) return ready;
        int depth = 0;
        stack[depth++] = value;
        while (depth > 0) {
            int top = stack[depth - 1], inst = graph.node(graph.best(top)), missing = missing(inst);
            if (missing < 0) {
                if (ready(top) < 0) place(inst);
                depth--;
                continue;
            }
            if (depth == stack.length) stack = Arrays.copyOf(stack, 2 * depth);
            stack[depth++] = missing;
        }
        return ready(value);
    }

    /** An operand that is not there yet, -1 where all are. */
    private int missing(int inst) {
        int args = f.args(inst);
        for (int i = 0, n = f.pool.length(args); i < n; i++) if (ready(f.pool.get(args, i)) < 0) return f.pool.get(args, i);
        return -1;
    }

    /** The value that computes the class at the current place, -1 where none does. */
    private int ready(int value) {
        int chosen = graph.best(value), inst = graph.node(chosen);
        if (inst < 0) return chosen;
        if (copy[inst] < 0) return -1;
        boolean here = isConstant(f.op(inst)) ? copyBlock[inst] == block : tree.dominates(copyBlock[inst], block);
        return here ? copy[inst] : -1;
    }

    private static boolean isConstant(Op op) {
        return op == Op.ICONST || op == Op.F32CONST || op == Op.F64CONST;
    }

    /** Puts a copy of a node, whose operands are there, into a block. Constants that it needs elsewhere are copied to there. */
    private void place(int inst) {
        int target = block, args = f.args(inst), count = f.pool.length(args);
        if (!isConstant(f.op(inst)) && loops.loopOf(block) != Loops.NONE) target = loops.outside(block, latest(args, count));
        for (int i = 0; i < count; i++) {
            int arg = f.pool.get(args, i);
            operands[i] = target != block && isConstantNode(arg) ? insert(graph.node(graph.best(arg)), 0, target) : ready(arg);
        }
        copy[inst] = copy[inst] == NOWHERE ? move(inst, args, count, target) : insert(inst, f.pool.of(operands, count), target);
        copyBlock[inst] = target;
    }

    /** The first copy is the node's instruction itself. What its operands become is of the same classes. @return its value */
    private int move(int inst, int args, int count, int target) {
        for (int i = 0; i < count; i++) f.pool.set(args, i, operands[i]);
        int value = f.result(inst, 0);
        home[value] = target;
        f.layout.insertBefore(inst, target == block ? before : f.layout.last(target));
        return value;
    }

    /** @return the value that a new instruction like {@code inst} with those operands computes */
    private int insert(int inst, int args, int target) {
        int placed = f.newInst(f.op(inst), f.control(inst));
        f.setFlags(placed, f.flags(inst));
        f.setEntity(placed, f.entity(inst));
        f.setExtra(placed, f.extra(inst));
        f.setImmediate(placed, f.immediate(inst));
        f.setLine(placed, f.line(inst));
        f.setLocation(placed, f.location(inst));
        f.setArgs(placed, args);
        int value = f.newValue(f.valueType(f.result(inst, 0)), Function.RESULT, placed);
        result[0] = value;
        f.setResults(placed, f.pool.of(result, 1));
        if (value >= home.length) home = Arrays.copyOf(home, 2 * value);
        home[value] = target;
        graph.addCopy(value, f.result(inst, 0));
        f.layout.insertBefore(placed, target == block ? before : f.layout.last(target));
        return value;
    }

    /** The block from which on all operands are there: they dominate the current place, hence each other. Constants do not count. */
    private int latest(int args, int count) {
        int latest = f.layout.entry();
        for (int i = 0; i < count; i++) {
            int value = f.pool.get(args, i);
            if (isConstantNode(value)) continue;
            int block = home[ready(value)];
            if (tree.dominates(latest, block)) latest = block;
        }
        return latest;
    }

    private boolean isConstantNode(int value) {
        int inst = graph.node(graph.best(value));
        return inst >= 0 && isConstant(f.op(inst));
    }
}
