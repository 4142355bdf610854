package dev.backbench.qbe.regalloc;

import dev.backbench.qbe.amd64.CallShape;
import dev.backbench.qbe.amd64.Regs;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Jump;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds an allocated function against what it was before, on all paths: an abstract interpretation whose state says of each location (register, place in the frame) which
 * temporaries and fixed registers of the original it surely holds. Knows the instructions' form and nothing of the allocator.
 *
 * <p>The original's copies and the allocation's moves only change that state. All other instructions must agree one by one, with operands in locations that hold the original's.
 */
final class Checker {
    /** An instruction, with addresses taken apart: op, class, result, operands; {@link Ref#MEM} becomes four more operands. */
    private record Instruction(int op, int cls, int to, int first, int second, int[] memory) {}

    /** A function as it was at some moment. */
    static final class Copy {
        private final List<List<Instruction>> blocks = new ArrayList<>();
        private final List<Map<Integer, Map<Integer, Integer>>> phis = new ArrayList<>();
        private final int[] jump, s1, s2, jumpArg;
        private final Map<Integer, Instruction> constants = new HashMap<>();

        Copy(Fn fn) {
            jump = fn.jump.clone();
            s1 = fn.s1.clone();
            s2 = fn.s2.clone();
            jumpArg = fn.jumpArg.clone();
            for (int b = 0; b < fn.blocks; b++) {
                List<Instruction> list = new ArrayList<>();
                for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
                    int at = Fn.STRIDE * i;
                    int[] memory = null;
                    for (int n = 2; n < 4; n++) {
                        int m = Fn.STRIDE * Ref.value(fn.ins[at + n]);
                        if (Ref.kind(fn.ins[at + n]) == Ref.MEM) memory = new int[] {fn.mem[m], fn.mem[m + 1], fn.mem[m + 2], fn.mem[m + 3]};
                    }
                    Instruction made = new Instruction(Fn.op(fn.ins[at]), Fn.cls(fn.ins[at]), fn.ins[at + 1], plain(fn.ins[at + 2]), plain(fn.ins[at + 3]), memory);
                    list.add(made);
                    if ((made.op == Op.COPY || made.op == Op.ADDR) && !Ref.isTmp(made.first) && made.memory == null && Live.isTemporary(made.to)) constants.put(Ref.value(made.to), made);
                }
                blocks.add(list);
                Map<Integer, Map<Integer, Integer>> own = new HashMap<>();
                for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
                    int at = Fn.STRIDE * p;
                    Map<Integer, Integer> arguments = new HashMap<>();
                    for (int a = fn.phi[at + 2]; a < fn.phi[at + 2] + 2 * fn.phi[at + 3]; a += 2) arguments.put(fn.phiArg[a], fn.phiArg[a + 1]);
                    own.put(Ref.value(fn.phi[at + 1]), arguments);
                }
                phis.add(own);
            }
        }

        private static int plain(int ref) {
            return Ref.kind(ref) == Ref.MEM ? Ref.MEM : ref;
        }
    }

    /** By location (an operand): what it holds: temporaries and registers by number, constants as {@code ~operand}. */
    private static final class State extends HashMap<Integer, Set<Integer>> {
        private static final long serialVersionUID = 1;

        Set<Integer> at(int location) {
            return getOrDefault(location, Set.of());
        }

        void forget(int symbol) {
            for (Set<Integer> held : values()) held.remove(symbol);
        }

        void join(int symbol, int like) {
            for (Set<Integer> held : values()) if (held.contains(like)) held.add(symbol);
        }

        State copy() {
            State made = new State();
            forEach((location, held) -> made.put(location, new HashSet<>(held)));
            return made;
        }

        /** Keeps what both say. @return whether this changed */
        boolean meet(State other) {
            boolean changed = false;
            for (Map.Entry<Integer, Set<Integer>> entry : entrySet()) changed |= entry.getValue().retainAll(other.at(entry.getKey()));
            return changed;
        }
    }

    private final Copy before, after;
    private final State[] entry;
    private final String text;
    /** What the constants of the original are called here. */
    private State state;

    private Checker(Copy before, Copy after, String text) {
        this.before = before;
        this.after = after;
        this.text = text;
        entry = new State[before.blocks.size()];
    }

    /** @param text printed with a difference */
    static void check(Copy before, Fn allocated, String text) {
        new Checker(before, new Copy(allocated), text).run();
    }

    private void run() {
        ArrayDeque<Integer> work = new ArrayDeque<>();
        entry[0] = new State();
        for (int r = 1; r < Regs.COUNT; r++) entry[0].computeIfAbsent(Ref.tmp(r), key -> new HashSet<>()).add(r);
        work.add(0);
        while (!work.isEmpty()) {
            int b = work.remove();
            state = entry[b].copy();
            block(b, before.blocks.get(b), after.blocks.get(b));
            if (before.jump[b] != after.jump[b]) fail(b, "jumps differ");
            if (Ref.kind(before.jumpArg[b]) == Ref.CALL) results(b, CallShape.results(Ref.value(before.jumpArg[b])));
            State end = state;
            edge(b, before.s1[b], after.s1[b], end, work);
            edge(b, before.s2[b], after.s2[b], end, work);
        }
    }

    private void results(int b, long set) {
        for (int r = 1; r < Regs.COUNT; r++) if ((set >> r & 1) != 0 && !state.at(Ref.tmp(r)).contains(r)) fail(b, "result not in register " + r);
    }

    private void edge(int b, int target, int way, State end, ArrayDeque<Integer> work) {
        if (target < 0) {
            if (way >= 0) fail(b, "a way too many");
            return;
        }
        state = end.copy();
        if (way >= before.blocks.size()) {
            for (Instruction move : after.blocks.get(way)) if (!move(move)) fail(b, "no move on an edge: " + move);
            way = after.s1[way];
        }
        if (way != target) fail(b, "goes to " + way + " instead of " + target);
        Map<Integer, Map<Integer, Integer>> phis = before.phis.get(target);
        State was = state.copy();
        for (int phi : phis.keySet()) state.forget(phi);
        phis.forEach((phi, arguments) -> {
            int argument = arguments.get(b);
            for (Map.Entry<Integer, Set<Integer>> held : was.entrySet()) if (holds(held.getValue(), argument)) state.get(held.getKey()).add(phi);
        });
        if (entry[target] == null) {
            entry[target] = state;
            work.add(target);
        } else if (entry[target].meet(state)) {
            work.add(target);
        }
    }

    private boolean holds(Set<Integer> held, int ref) {
        if (ref == Ref.UNDEFINED) return true;
        if (!Ref.isTmp(ref)) return held.contains(~ref);
        if (held.contains(Ref.value(ref))) return true;
        Instruction constant = before.constants.get(Ref.value(ref));
        return constant != null && held.contains(~constant.first);
    }

    private void block(int b, List<Instruction> originals, List<Instruction> made) {
        int at = 0;
        pending.clear();
        before.phis.get(b).forEach((phi, arguments) -> {
            if (arguments.size() == 1) awaited(phi, arguments.values().iterator().next());
        });
        for (Instruction original : originals) {
            if (isCopy(original)) {
                copy(original);
                continue;
            }
            if (original.op == Op.NOP) continue;
            while (at < made.size() && !same(original, made.get(at)) && move(made.get(at))) at++;
            if (at == made.size() || !same(original, made.get(at))) fail(b, "is missing: " + original + (at < made.size() ? ", there is " + made.get(at) : ""));
            step(b, original, made.get(at++));
        }
        for (; at < made.size(); at++) if (!move(made.get(at))) fail(b, "is too many: " + made.get(at));
    }

    private static boolean isCopy(Instruction i) {
        return i.op == Op.COPY || i.op == Op.ADDR && i.memory == null;
    }

    private void copy(Instruction i) {
        if (i.to == Ref.NONE) return;
        int to = Ref.value(i.to);
        state.forget(to);
        pending.remove(to);
        Instruction constant = Ref.isTmp(i.first) ? before.constants.get(Ref.value(i.first)) : i;
        if (constant != null) {
            state.join(to, ~constant.first);
            pending.put(to, ~constant.first);
        }
        if (Ref.isTmp(i.first)) {
            state.join(to, Ref.value(i.first));
            if (pending.containsKey(Ref.value(i.first))) pending.put(to, pending.get(Ref.value(i.first)));
        }
    }

    /** Fixed registers that the original has set to a constant which the allocation has yet to make. */
    private final Map<Integer, Integer> pending = new HashMap<>();

    /** The moves of an edge may stand behind it, in a block that has no other. */
    private void awaited(int phi, int argument) {
        Instruction constant = Ref.isTmp(argument) ? before.constants.get(Ref.value(argument)) : null;
        if (constant != null) pending.put(phi, ~constant.first);
        else if (!Ref.isTmp(argument)) pending.put(phi, ~argument);
    }

    /** The same operation and, where they are not temporaries, operands. */
    private static boolean same(Instruction a, Instruction b) {
        boolean slots = b.op == Op.LOAD && Ref.kind(b.first) == Ref.SLOT && Ref.kind(a.first) != Ref.SLOT || Op.isStore(b.op) && Ref.kind(b.second) == Ref.SLOT && Ref.kind(a.second) != Ref.SLOT;
        if (slots || a.op != b.op || a.cls != b.cls || Ref.kind(a.first) != Ref.kind(b.first) || Ref.kind(a.second) != Ref.kind(b.second)) return false;
        boolean equal = (Ref.isTmp(a.first) || a.first == b.first) && (Ref.isTmp(a.second) || a.second == b.second) && (a.memory == null) == (b.memory == null);
        if (equal && a.memory != null) equal = a.memory[0] == b.memory[0] && a.memory[3] == b.memory[3];
        return equal && (Ref.isTmp(a.to) == Ref.isTmp(b.to));
    }

    /** Plays a move of the allocation. @return false if it is none */
    private boolean move(Instruction i) {
        switch (i.op) {
            case Op.COPY -> set(i.to, i.first);
            case Op.ADDR -> {
                if (i.memory != null) return false;
                state.remove(i.first);
                set(i.to, i.first);
            }
            case Op.LOAD -> {
                if (Ref.kind(i.first) != Ref.SLOT) return false;
                set(i.to, i.first);
            }
            case Op.STOREW -> {
                // A phi of longs may read a word's place, whose upper half must then be the register's
                if (Ref.kind(i.second) != Ref.SLOT || Ref.isTmp(i.first)) return false;
                set(i.second, i.first);
            }
            case Op.STOREL, Op.STORES, Op.STORED -> {
                if (Ref.kind(i.second) != Ref.SLOT) return false;
                set(i.second, i.first);
            }
            case Op.SWAP -> {
                Set<Integer> first = state.at(i.first);
                state.put(i.first, state.at(i.second));
                state.put(i.second, first);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void set(int to, int from) {
        Set<Integer> held = new HashSet<>();
        if (Ref.isTmp(from) || Ref.kind(from) == Ref.SLOT && state.containsKey(from)) held.addAll(state.at(from));
        else held.add(~from);
        for (Map.Entry<Integer, Integer> waiting : pending.entrySet()) if (held.contains(waiting.getValue())) held.add(waiting.getKey());
        state.put(to, held);
    }

    private void step(int b, Instruction original, Instruction made) {
        reads(b, original, original.first, made.first);
        reads(b, original, original.second, made.second);
        if (original.memory != null) {
            reads(b, original, original.memory[1], made.memory[1]);
            reads(b, original, original.memory[2], made.memory[2]);
        }
        if (original.op == Op.CALL) call(b, Ref.value(original.second));
        if (original.to == Ref.NONE) return;
        if (Ref.isRegister(original.to) && original.to != made.to) fail(b, "another register is written by " + made);
        state.forget(Ref.value(original.to));
        pending.remove(Ref.value(original.to));
        state.put(made.to, new HashSet<>(Set.of(Ref.value(original.to))));
    }

    private void reads(int b, Instruction i, int original, int made) {
        if (!Ref.isTmp(original)) {
            if (original != made) fail(b, "another operand in " + i);
        } else if (Ref.isRegister(original) && made != original || !Ref.isRegister(made) || !holds(state.at(made), original)) {
            fail(b, "register " + Ref.value(made) + " holds " + state.at(made) + " and not " + Ref.value(original) + " at " + i);
        }
    }

    private void call(int b, int shape) {
        results(b, CallShape.arguments(shape));
        for (int r = 1; r < Regs.COUNT; r++) {
            if (((Regs.CALLER_SAVED | 1L << Regs.XMM15) >> r & 1) == 0) continue;
            state.forget(r);
            pending.remove(r);
            state.put(Ref.tmp(r), new HashSet<>((CallShape.results(shape) >> r & 1) != 0 ? Set.of(r) : Set.of()));
        }
    }

    private void fail(int block, String what) {
        throw new AssertionError("block " + block + ": " + what + "\n" + text);
    }
}
