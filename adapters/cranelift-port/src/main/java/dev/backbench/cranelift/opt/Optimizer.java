package dev.backbench.cranelift.opt;

import dev.backbench.cranelift.analysis.Cfg;
import dev.backbench.cranelift.analysis.Dominators;
import dev.backbench.cranelift.analysis.Loops;
import dev.backbench.cranelift.ir.Effect;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.ir.Op;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * The mid-end: an acyclic e-graph with eager rewriting. In dominator order, instructions that only compute leave their blocks for the {@link Graph}, where equal ones are one and rules
 * give alternatives; those with effects stay, and loads and stores that memory's state makes superfluous go. {@link Elaboration} then puts back what is used: the cheapest of each class, as
 * far out of loops as its operands allow. What nobody uses does not come back.
 *
 * <p>Ideas: Fallin, "ægraphs: Acyclic E-graphs for Efficient Optimization in a Production Compiler" (EGRAPHS 2023); code placement after Click, "Global Code Motion, Global Value
 * Numbering" (PLDI 1995).
 */
public final class Optimizer {
    private static final int TRAPS_KEY = -1;

    private final Cfg cfg = new Cfg();
    private final Dominators tree = new Dominators();
    private final Loops loops = new Loops();
    private final Graph graph = new Graph();
    private final LastStores stores = new LastStores();
    private final KnownValues memory = new KnownValues(), computed = new KnownValues();
    private final Elaboration elaboration = new Elaboration();

    private Function f;
    /** By value of the function: the value of the graph that stands for it, plus one; 0 for itself. */
    private int[] stands = new int[256];
    private final IntUnaryOperator standing = this::standsFor;

    /** Rule names by number. */
    public static String[] rules() {
        return Rewrites.NAMES.clone();
    }

    /** Counts from now on what each rule gives. @param byRule as many as {@link #rules} */
    public void countHits(long[] byRule) {
        graph.countHits(byRule);
    }

    /** Rewrites a verified function in place. Blocks that are not reached are taken out. */
    public void run(Function function) {
        f = function;
        cfg.compute(f);
        tree.compute(f, cfg);
        removeUnreachable();
        loops.compute(f, cfg, tree);
        stores.compute(f, cfg, tree, loops);
        graph.begin(f);
        memory.clear();
        computed.clear();
        if (stands.length < f.values()) stands = new int[Math.max(f.values(), 2 * stands.length)];
        else Arrays.fill(stands, 0, f.values(), 0);
        for (int block = f.layout.entry(); block >= 0; block = tree.nextInPreorder(block)) block(block);
        elaboration.run(f, graph, tree, loops);
    }

    private void removeUnreachable() {
        boolean removed = false;
        for (int block = f.layout.entry(), next; block >= 0; block = next) {
            next = f.layout.nextBlock(block);
            if (tree.isReachable(block)) continue;
            f.layout.removeBlock(block);
            removed = true;
        }
        if (removed) cfg.compute(f);
    }

    private void block(int block) {
        int params = f.blockParams(block);
        for (int i = 0, n = f.pool.length(params); i < n; i++) graph.addFixed(f.pool.get(params, i));
        stores.enter(block);
        for (int inst = f.layout.first(block), next; inst >= 0; inst = next) {
            next = f.layout.next(inst);
            rename(inst);
            if (f.op(inst) == Op.NOP) {
                f.layout.remove(inst);
            } else if (graph.isPure(inst)) {
                f.layout.remove(inst);
                int made = f.insts();
                replace(f.result(inst, 0), graph.insert(inst));
                if (f.hasLocations) for (; made < f.insts(); made++) f.setLocation(made, f.location(inst));
            } else if (!isSuperfluous(inst, block)) {
                stay(inst);
                stores.step(inst);
                remember(inst, block);
            }
        }
    }

    private void stay(int inst) {
        int results = f.results(inst);
        for (int i = 0, n = f.pool.length(results); i < n; i++) graph.addFixed(f.pool.get(results, i));
    }

    private void replace(int value, int by) {
        stands[value] = by + 1;
    }

    private int standsFor(int value) {
        int by = value < stands.length ? stands[value] : 0;
        if (by != 0) return by - 1;
        return f.valueKind(value) == Function.ALIAS ? standsFor(f.resolve(value)) : value;
    }

    /** The value that stands for one of the function optimised last: itself, or what it was found to be equal to. */
    public int standing(int value) {
        return standsFor(value);
    }

    private void rename(int inst) {
        int[] data = f.pool.data;
        int args = f.args(inst);
        for (int at = args + 1, end = at + data[args]; at < end; at++) data[at] = standsFor(data[at]);
        if (f.op(inst).is(Effect.BRANCH)) Targets.map(f, inst, standing);
    }

    // ---- instructions with effects ----

    /** Takes out an instruction that changes nothing and whose result is known. */
    private boolean isSuperfluous(int inst, int block) {
        Op op = f.op(inst);
        boolean known = false;
        if (isLoad(inst, op)) known = isKnownLoad(inst, op, block);
        else if (LastStores.isPlainStore(op)) known = isKnownStore(inst, op, block);
        else if (isIdempotent(op)) known = isKnownTrap(inst, op, block);
        if (known) f.layout.remove(inst);
        return known;
    }

    private static boolean isOrdinary(int flags) {
        return (flags & MemFlags.BIG) == 0;
    }

    private boolean isLoad(int inst, Op op) {
        return op.flags == Effect.LOADS && f.pool.length(f.args(inst)) == 1 && f.pool.length(f.results(inst)) == 1 && isOrdinary(f.flags(inst));
    }

    private int version(int inst) {
        return stores.now[LastStores.region(f.flags(inst))];
    }

    private static int shape(Op op, int type) {
        return op.ordinal() << 16 | type;
    }

    private boolean find(int inst, Op op, int type, int address, int block) {
        return memory.find(version(inst), graph.representative(address), (int) f.immediate(inst), shape(op, type)) && tree.dominates(memory.block(), block);
    }

    private boolean isKnownLoad(int inst, Op op, int block) {
        if (!find(inst, op, f.control(inst), f.arg(inst, 0), block)) return false;
        replace(f.result(inst, 0), memory.value());
        return true;
    }

    /** What would be stored is there: the access that made it known did what this one would, its trap included. */
    private boolean isKnownStore(int inst, Op op, int block) {
        if (op != Op.STORE || !isOrdinary(f.flags(inst))) return false;
        int value = f.arg(inst, 0);
        return find(inst, Op.LOAD, f.valueType(value), f.arg(inst, 1), block) && graph.same(memory.value(), value);
    }

    /** A trap that did not happen does not happen again. */
    private static boolean isIdempotent(Op op) {
        return op.flags == Effect.TRAPS;
    }

    private boolean isKnownTrap(int inst, Op op, int block) {
        int count = f.pool.length(f.args(inst));
        if (count == 0 || count > 2) return false;
        if (op == Op.TRAPZ && graph.knownCondition(f.arg(inst, 0)) == 1 || op == Op.TRAPNZ && graph.knownCondition(f.arg(inst, 0)) == 0) return true;
        if (!findComputed(inst, op, count) || !tree.dominates(computed.block(), block)) return false;
        if (f.pool.length(f.results(inst)) == 1) replace(f.result(inst, 0), computed.value());
        return true;
    }

    private boolean findComputed(int inst, Op op, int count) {
        return computed.find(shape(op, f.control(inst)), graph.representative(f.arg(inst, 0)), count == 2 ? graph.representative(f.arg(inst, 1)) : TRAPS_KEY, f.flags(inst));
    }

    /** After {@code inst}: what it makes known. */
    private void remember(int inst, int block) {
        Op op = f.op(inst);
        if (isLoad(inst, op)) {
            put(inst, op, f.control(inst), f.arg(inst, 0), f.result(inst, 0), block);
        } else if (op == Op.STORE && isOrdinary(f.flags(inst))) {
            int value = f.arg(inst, 0);
            put(inst, Op.LOAD, f.valueType(value), f.arg(inst, 1), value, block);
        } else if (isIdempotent(op)) {
            int count = f.pool.length(f.args(inst));
            if (count == 0 || count > 2) return;
            computed.put(shape(op, f.control(inst)), graph.representative(f.arg(inst, 0)), count == 2 ? graph.representative(f.arg(inst, 1)) : TRAPS_KEY, f.flags(inst),
                    f.pool.length(f.results(inst)) == 1 ? f.result(inst, 0) : 0, block);
        }
    }

    private void put(int inst, Op op, int type, int address, int value, int block) {
        if ((int) f.immediate(inst) != f.immediate(inst)) return;
        memory.put(version(inst), graph.representative(address), (int) f.immediate(inst), shape(op, type), value, block);
    }
}
