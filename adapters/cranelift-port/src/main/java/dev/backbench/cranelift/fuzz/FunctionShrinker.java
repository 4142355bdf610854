package dev.backbench.cranelift.fuzz;

import dev.backbench.cranelift.analysis.Cfg;
import dev.backbench.cranelift.ir.Effect;
import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Format;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Table;
import dev.backbench.cranelift.ir.Types;
import java.util.ArrayList;
import java.util.List;

/** One function made smaller, step by step; steps are numbered as the layout has their instructions. What cannot be reached any more goes, and what is declared and not used. */
final class FunctionShrinker {
    /** In the order they are worth trying. */
    enum Pass {
        /** Branches to one of their targets, jumps to a return of zeros. */
        BRANCHES,
        /** Blocks into the only one before them. */
        MERGES,
        /** Instructions away, with zeros for what they gave. */
        INSTRUCTIONS,
        /** Instructions away, with the first operand of the same type for what they gave. */
        BYPASSES,
        /** Parameters of blocks, with zeros for them. */
        PARAMETERS
    }

    private record Step(int inst, int which) {}

    private final Function f;
    private final Cfg cfg = new Cfg();
    private int[] uses;

    FunctionShrinker(Function f) {
        this.f = f;
    }

    int steps(Pass pass) {
        return all(pass).size();
    }

    void apply(Pass pass, int from, int to) {
        for (Step step : all(pass).subList(from, to)) {
            switch (pass) {
                case BRANCHES -> branch(step.inst, step.which);
                case MERGES -> merge(step.inst);
                case INSTRUCTIONS -> zero(step.inst);
                case BYPASSES -> bypass(step.inst);
                case PARAMETERS -> parameter(step.inst, step.which);
            }
        }
        removeUnreachable();
        removeUnused();
    }

    private List<Step> all(Pass pass) {
        countUses();
        cfg.compute(f);
        List<Step> steps = new ArrayList<>();
        for (int block = f.layout.entry(); block >= 0; block = f.layout.nextBlock(block)) {
            if (pass == Pass.PARAMETERS && block != f.layout.entry()) parameters(block, steps);
            for (int inst = f.layout.first(block); inst >= 0; inst = f.layout.next(inst)) {
                switch (pass) {
                    case BRANCHES -> branches(inst, steps);
                    case MERGES -> {
                        if (isMergeable(inst)) steps.add(new Step(inst, 0));
                    }
                    case INSTRUCTIONS -> {
                        if (canBeZero(inst)) steps.add(new Step(inst, 0));
                    }
                    case BYPASSES -> {
                        if (sameType(inst) >= 0) steps.add(new Step(inst, 0));
                    }
                    case PARAMETERS -> {}
                }
            }
        }
        return steps;
    }

    // ---- control flow ----

    private void branches(int inst, List<Step> steps) {
        switch (f.op(inst)) {
            case BRIF, BR_TABLE -> {
                for (int i = 0; i < f.pool.length(f.extra(inst)); i++) steps.add(new Step(inst, i));
            }
            case JUMP -> {
                if (returnsScalars()) steps.add(new Step(inst, 0));
            }
            default -> {}
        }
    }

    private boolean returnsScalars() {
        for (int i = 0; i < f.pool.length(f.returns); i += Entities.PARAM_INTS) if (!hasZero(f.pool.get(f.returns, i))) return false;
        return true;
    }

    private void branch(int inst, int which) {
        if (f.layout.block(inst) < 0) return;
        boolean jump = f.op(inst) == Op.JUMP;
        int made = f.newInst(jump ? Op.RETURN : Op.JUMP, Types.NONE);
        if (!jump) f.setExtra(made, f.pool.of(f.pool.get(f.extra(inst), which)));
        f.layout.insertBefore(made, inst);
        if (jump) {
            int count = f.pool.length(f.returns) / Entities.PARAM_INTS;
            int[] zeros = new int[count];
            for (int i = 0; i < count; i++) zeros[i] = zeroBefore(made, f.newValue(f.pool.get(f.returns, i * Entities.PARAM_INTS), Function.RESULT, made));
            f.setArgs(made, f.pool.of(zeros, count));
        }
        f.layout.remove(inst);
    }

    private boolean isMergeable(int inst) {
        if (f.op(inst) != Op.JUMP) return false;
        int target = f.blockCallBlock(f.pool.get(f.extra(inst), 0));
        return f.layout.has(target) && target != f.layout.entry() && target != f.layout.block(inst) && cfg.predecessorCount(target) == 1;
    }

    private void merge(int inst) {
        int block = f.layout.block(inst), call = f.pool.get(f.extra(inst), 0), target = f.blockCallBlock(call);
        for (int i = 0; i < f.blockCallArgs(call); i++) {
            int parameter = f.pool.get(f.blockParams(target), i);
            replace(parameter, f.blockCallArg(call, i));
        }
        f.layout.remove(inst);
        for (int moved = f.layout.first(target); moved >= 0;) {
            int next = f.layout.next(moved);
            f.layout.remove(moved);
            f.layout.append(moved, block);
            moved = next;
        }
        f.layout.removeBlock(target);
    }

    private void removeUnreachable() {
        boolean[] reached = new boolean[f.blocks()];
        cfg.compute(f);
        List<Integer> work = new ArrayList<>(List.of(f.layout.entry()));
        reached[f.layout.entry()] = true;
        while (!work.isEmpty()) {
            int block = work.removeLast();
            for (int i = 0; i < cfg.successorCount(block); i++) {
                int to = cfg.successor(block, i);
                if (!reached[to]) work.add(to);
                reached[to] = true;
            }
        }
        for (int block = f.layout.entry(); block >= 0;) {
            int next = f.layout.nextBlock(block);
            if (!reached[block]) f.layout.removeBlock(block);
            block = next;
        }
    }

    // ---- instructions ----

    private static boolean hasZero(int type) {
        return Types.isScalarInt(type) || type == Types.F32 || type == Types.F64;
    }

    private boolean canBeZero(int inst) {
        Op op = f.op(inst);
        if (op.is(Effect.TERMINATOR)) return false;
        boolean used = false;
        for (int i = 0; i < f.pool.length(f.results(inst)); i++) {
            if (!hasZero(f.valueType(f.result(inst, i)))) return false;
            used |= uses[f.result(inst, i)] > 0;
        }
        return !used || !isZero(inst);
    }

    private boolean isZero(int inst) {
        return switch (f.op(inst)) {
            case ICONST, F32CONST, F64CONST -> f.immediate(inst) == 0;
            case UEXTEND -> {
                int from = f.resolve(f.arg(inst, 0));
                yield f.control(inst) == Types.I128 && f.valueKind(from) == Function.RESULT && f.op(f.valueDefinition(from)) == Op.ICONST && f.immediate(f.valueDefinition(from)) == 0;
            }
            default -> false;
        };
    }

    private void zero(int inst) {
        for (int i = 0; i < f.pool.length(f.results(inst)); i++) if (uses[f.result(inst, i)] > 0) zeroBefore(inst, f.result(inst, i));
        f.layout.remove(inst);
    }

    /** Makes {@code value} a zero of its type. @return the value */
    private int zeroBefore(int at, int value) {
        int type = f.valueType(value);
        boolean wide = type == Types.I128;
        int inst = f.newInst(type == Types.F32 ? Op.F32CONST : type == Types.F64 ? Op.F64CONST : wide ? Op.UEXTEND : Op.ICONST, type >= Types.F16 ? Types.NONE : type);
        if (wide) f.setArgs(inst, f.pool.of(zeroBefore(at, f.newValue(Types.I64, Function.RESULT, inst))));
        f.defineValue(value, type, Function.RESULT, inst);
        f.setResults(inst, f.pool.of(value));
        f.layout.insertBefore(inst, at);
        return value;
    }

    /** @return an operand that can stand for the result, -1 where there is none */
    private int sameType(int inst) {
        if (f.pool.length(f.results(inst)) != 1 || f.op(inst).is(Effect.TERMINATOR) || uses[f.result(inst, 0)] == 0) return -1;
        for (int i = 0; i < f.pool.length(f.args(inst)); i++) if (f.valueType(f.arg(inst, i)) == f.valueType(f.result(inst, 0))) return f.arg(inst, i);
        return -1;
    }

    private void bypass(int inst) {
        replace(f.result(inst, 0), sameType(inst));
        f.layout.remove(inst);
    }

    /** The last first, so that taking one away leaves the others where they are. */
    private void parameters(int block, List<Step> steps) {
        int params = f.blockParams(block);
        for (int i = f.pool.length(params) - 1; i >= 0; i--) if (hasZero(f.valueType(f.pool.get(params, i)))) steps.add(new Step(block, i));
    }

    private void parameter(int block, int which) {
        int params = f.blockParams(block), value = f.pool.get(params, which);
        f.setBlockParams(block, without(params, which));
        for (int b = f.layout.entry(); b >= 0; b = f.layout.nextBlock(b)) {
            int last = f.layout.last(b);
            if (!f.op(last).is(Effect.BRANCH) || f.op(last).is(Effect.CALLS)) continue;
            for (int i = 0; i < f.pool.length(f.extra(last)); i++) {
                int call = f.pool.get(f.extra(last), i);
                if (f.blockCallBlock(call) == block) f.pool.set(f.extra(last), i, without(call, 1 + which));
            }
        }
        if (uses[value] > 0) zeroBefore(f.layout.first(block), value);
    }

    private int without(int list, int which) {
        int length = f.pool.length(list), kept = 0;
        int[] rest = new int[length - 1];
        for (int i = 0; i < length; i++) if (i != which) rest[kept++] = f.pool.get(list, i);
        return f.pool.of(rest, kept);
    }

    // ---- uses ----

    private interface Change {
        int of(int value);
    }

    private void countUses() {
        uses = new int[f.values()];
        change(value -> {
            uses[value]++;
            return value;
        });
    }

    private void replace(int value, int by) {
        int with = f.resolve(by);
        change(used -> used == value ? with : used);
    }

    /** Of everything in the layout. Aliases go: values are named themselves. */
    private void change(Change change) {
        for (int b = f.layout.entry(); b >= 0; b = f.layout.nextBlock(b)) {
            for (int inst = f.layout.first(b); inst >= 0; inst = f.layout.next(inst)) {
                change(f.args(inst), 0, change);
                if (!f.op(inst).is(Effect.BRANCH)) continue;
                boolean calls = f.op(inst).is(Effect.CALLS);
                for (int i = 0; i < f.pool.length(f.extra(inst)); i++) {
                    if (!calls || i == Function.TRY_NORMAL) change(f.pool.get(f.extra(inst), i), 1, change);
                }
            }
        }
    }

    private void change(int list, int from, Change change) {
        for (int i = from; i < f.pool.length(list); i++) {
            int value = f.pool.get(list, i);
            if (value >= 0) f.pool.set(list, i, change.of(f.resolve(value)));
        }
    }

    /** Functions, signatures and slots that no instruction names; nothing where global values could. */
    private void removeUnused() {
        Entities e = f.entities;
        boolean[] functions = new boolean[e.functions.count()], signatures = new boolean[e.signatures.count()], slots = new boolean[e.slots.count()];
        for (int b = f.layout.entry(); b >= 0; b = f.layout.nextBlock(b)) {
            for (int inst = f.layout.first(b); inst >= 0; inst = f.layout.next(inst)) {
                Format format = f.op(inst).format;
                if (format == Format.CALL || format == Format.FUNC_ADDR) functions[f.entity(inst)] = true;
                else if (format == Format.CALL_INDIRECT) signatures[f.entity(inst)] = true;
                else if (format == Format.STACK_ADDR) slots[f.entity(inst)] = true;
                else if (format == Format.TRY_CALL || format == Format.TRY_CALL_INDIRECT) return;
                for (int i = 1; i < f.pool.length(f.stackMap(inst)); i += 3) slots[f.pool.get(f.stackMap(inst), i)] = true;
            }
        }
        for (int i = 0; i < functions.length; i++) if (functions[i]) signatures[e.functions.get(i, Entities.FUNC_SIG)] = true;
        keep(e.functions, functions);
        keep(e.signatures, signatures);
        keep(e.slots, slots);
    }

    private static void keep(Table table, boolean[] used) {
        for (int i = 0; i < used.length; i++) if (!used[i] && table.has(i)) table.undefine(i);
    }
}
