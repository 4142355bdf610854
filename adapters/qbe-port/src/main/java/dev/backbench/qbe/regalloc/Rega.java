package dev.backbench.qbe.regalloc;

import static dev.backbench.qbe.il.Cls.W;
import static dev.backbench.qbe.il.Ref.NONE;

import dev.backbench.qbe.amd64.Regs;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Jump;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import dev.backbench.qbe.pass.Cfg;
import dev.backbench.qbe.pass.Loops;
import java.util.Arrays;

/**
 * Gives registers to what {@link Spill} keeps in them: forwards through each block, the most deeply nested blocks first, so that the moves which repair a disagreement on an edge
 * fall on the colder side. A result takes, in this order, the register that a hint names, the one its temporary had elsewhere, that of an operand that ends here, one that
 * nothing wants while it lives.
 *
 * <p>A value in a register that an instruction needs moves out of the way before it. A run of copies into fixed registers (a call's arguments) is one parallel move.
 */
final class Rega {
    private final Spill spill;
    private final Slots slots;
    private final Live live;
    private final Hints hints;
    private final ParallelMoves moves = new ParallelMoves();
    private final Operands operands = new Operands();
    private Fn fn;
    private Cfg cfg;

    /** The open block: which temporary each register holds, 0 for none; registers that hold none. */
    private final int[] holder = new int[Regs.COUNT];
    private long free;
    /** By temporary: its register now if {@link #holder} agrees, else the one it had last; 0 for none yet. */
    private int[] register = new int[256];
    /** Pairs (temporary, register) at each block's entry and end: {@code [start, end)} in {@link #pairs}. */
    private int[] pairs = new int[2048];
    private int pairCount;
    private int[] entryStart = new int[64], entryEnd = new int[64], exitStart = new int[64], exitEnd = new int[64];
    /** Callee-saved registers that the function writes. */
    long used;

    Rega(Spill spill, Slots slots, Live live, Hints hints) {
        this.spill = spill;
        this.slots = slots;
        this.live = live;
        this.hints = hints;
    }

    /** @param order the blocks, those that cost most first */
    void run(Fn fn, Cfg cfg, int[] order) {
        this.fn = fn;
        this.cfg = cfg;
        reserve();
        pairCount = 0;
        used = 0;
        Arrays.fill(register, 0, fn.temporaries, 0);
        Arrays.fill(exitEnd, 0, fn.blocks, -1);
        for (int n = 0; n < fn.blocks; n++) block(order[n]);
        int blocks = fn.blocks;
        for (int b = 0; b < blocks; b++) edges(b);
        for (int b = 0; b < fn.blocks; b++) fn.phiEnd[b] = fn.phiStart[b];
    }

    private void reserve() {
        if (entryStart.length < fn.blocks) {
            int capacity = Integer.highestOneBit(fn.blocks) << 1;
            entryStart = new int[capacity];
            entryEnd = new int[capacity];
            exitStart = new int[capacity];
            exitEnd = new int[capacity];
        }
        if (register.length < fn.temporaries) register = new int[Integer.highestOneBit(fn.temporaries) << 1];
    }

    // ---- registers ----

    private boolean inRegister(int t) {
        return holder[register[t]] == t;
    }

    private void give(int t, int r) {
        assert holder[r] == 0 : "two values in one register";
        holder[r] = t;
        register[t] = r;
        free &= ~(1L << r);
        used |= 1L << r;
        hints.took(t, r, spill.avoid[t]);
    }

    private void release(int t) {
        int r = register[t];
        if (holder[r] != t) return;
        holder[r] = 0;
        free |= 1L << r;
    }

    /** The register for a value out of {@code allowed}, which must hold one of its class. */
    private int pick(int t, long allowed) {
        allowed &= Regs.ofClass(fn.tmpClass[t]);
        if (allowed == 0) throw new IllegalStateException("no register left for temporary " + t);
        long calm = allowed & ~spill.avoid[t];
        int hint = hints.of(t);
        if (hint != 0 && (calm >> hint & 1) != 0) return hint;
        if (register[t] != 0 && (calm >> register[t] & 1) != 0) return register[t];
        if (calm == 0) return Long.numberOfTrailingZeros(allowed);
        long known = calm & (Regs.CALLER_SAVED | used);
        long untouched = known & ~hints.wanted;
        return Long.numberOfTrailingZeros(untouched != 0 ? untouched : known != 0 ? known : calm);
    }

    // ---- one block ----

    private void block(int b) {
        Arrays.fill(holder, 0);
        free = Regs.GENERAL | Regs.SSE;
        enter(b);
        int from = fn.insStart[b], to = fn.insEnd[b], start = fn.insCount;
        for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
            int t = Ref.value(fn.phi[Fn.STRIDE * p + 1]);
            if (inRegister(t)) store(t);
        }
        int i = from;
        while (i < to) i = fillsFixed(i) ? fixedRun(i, to) : instruction(i);
        fn.insStart[b] = start;
        fn.insEnd[b] = fn.insCount;
        exitStart[b] = pairCount;
        note();
        exitEnd[b] = pairCount;
    }

    private void note() {
        if (pairCount + 2 * Regs.COUNT > pairs.length) pairs = Arrays.copyOf(pairs, 2 * pairs.length);
        for (long taken = (Regs.GENERAL | Regs.SSE) & ~free; taken != 0; taken &= taken - 1) {
            int r = Long.numberOfTrailingZeros(taken);
            pairs[pairCount++] = holder[r];
            pairs[pairCount++] = r;
        }
    }

    /** Puts what is in registers at the entry where a finished predecessor has it, the rest by hints. */
    private void enter(int b) {
        int best = -1;
        for (int p = cfg.predStart[b]; p < cfg.predStart[b + 1]; p++) if (exitEnd[cfg.pred[p]] >= 0) best = cfg.pred[p];
        if (best >= 0) {
            for (int at = exitStart[best]; at < exitEnd[best]; at += 2) register[pairs[at]] = pairs[at + 1];
            for (int s = live.sourceStart[best]; s < live.sourceStart[best + 1]; s++) {
                int phi = live.sourcePhi[s], ref = live.sourceRef[s];
                if (live.phiBlock[phi] == b && Live.isTemporary(ref)) register[Ref.value(fn.phi[Fn.STRIDE * phi + 1])] = register[Ref.value(ref)];
            }
        }
        // Those that keep their register first, then the others
        for (int round = 0; round < 2; round++) {
            for (int m = spill.inStart[b]; m < spill.inEnd[b]; m++) {
                int t = spill.members[m];
                if (inRegister(t)) continue;
                int r = register[t];
                if (round == 0 && (r == 0 || (free >> r & 1) == 0 || best < 0 && (spill.avoid[t] >> r & 1) != 0)) continue;
                give(t, round == 0 ? r : pick(t, free));
            }
        }
        entryStart[b] = pairCount;
        note();
        entryEnd[b] = pairCount;
    }

    /** Whether the instruction sets a fixed register to a value or a constant. */
    private boolean fillsFixed(int i) {
        int at = Fn.STRIDE * i, op = Fn.op(fn.ins[at]), to = fn.ins[at + 1], first = fn.ins[at + 2];
        if (!Ref.isRegister(to) || Fixed.bit(to) == 0) return false;
        if (op == Op.COPY) return Live.isTemporary(first) || Ref.isCon(first) && Ref.value(to) < Regs.XMM0;
        return op == Op.LOAD && Live.isTemporary(first) || op == Op.ADDR && Ref.kind(first) != Ref.MEM;
    }

    /** @return the first instruction behind the run */
    private int fixedRun(int from, int end) {
        long busy = 0, set = 0;
        int to = from;
        // Which end here is settled before any register is given again
        for (; to < end; to++) {
            int at = Fn.STRIDE * to;
            boolean leaves = Fn.op(fn.ins[at]) == Op.NOP && fn.ins[at + 2] != NONE;
            if (!leaves && (!fillsFixed(to) || (set & Fixed.bit(fn.ins[at + 1])) != 0)) break;
            busy |= spill.busy[to];
            set |= Fixed.bit(fn.ins[at + 1]);
            if (!leaves) sources(to);
        }
        for (int i = from; i < to; i++) endings(i);
        long evicted = busy & ~free & (Regs.GENERAL | Regs.SSE);
        for (; evicted != 0; evicted &= evicted - 1) {
            int r = Long.numberOfTrailingZeros(evicted), t = holder[r];
            if (t == 0) continue;
            release(t);
            int better = pick(t, free & ~busy);
            moves.add(better, r, fn.tmpClass[t]);
            give(t, better);
        }
        moves.emit(fn, slots);
        return to;
    }

    private void sources(int i) {
        int at = Fn.STRIDE * i, op = Fn.op(fn.ins[at]), cls = Fn.cls(fn.ins[at]), to = Ref.value(fn.ins[at + 1]), first = fn.ins[at + 2];
        if (op == Op.COPY && Live.isTemporary(first)) moves.add(to, register[Ref.value(first)], cls);
        else if (op == Op.LOAD) fetch(Ref.value(first), to, cls);
        else moves.addConstant(to, op, first, cls);
    }

    /** Adds to the moves that a register gets a value which is not in one. */
    private void fetch(int t, int to, int cls) {
        if (spill.remakeOp[t] != 0) moves.addConstant(to, spill.remakeOp[t], spill.remake[t], cls);
        else moves.add(to, ParallelMoves.place(slots.ref(t)), cls);
    }

    /** Releases the registers of what ends, or leaves its register, at the instruction. */
    private void endings(int i) {
        int at = Fn.STRIDE * i, kills = spill.kills[i];
        if (Fn.op(fn.ins[at]) == Op.NOP) {
            if (Live.isTemporary(fn.ins[at + 2])) release(Ref.value(fn.ins[at + 2]));
            return;
        }
        operands.of(fn, at);
        end(kills);
    }

    private void end(int kills) {
        int gone = kills | kills >> Spill.LEAVES;
        for (int n = 0; n < operands.count; n++) if ((gone >> n & 1) != 0) release(operands.tmp[n]);
    }

    /** @return the next instruction */
    private int instruction(int i) {
        int at = Fn.STRIDE * i, word = fn.ins[at], op = Fn.op(word), cls = Fn.cls(word), to = fn.ins[at + 1], first = fn.ins[at + 2], second = fn.ins[at + 3];
        if (op == Op.NOP) {
            endings(i);
            return i + 1;
        }
        if (op == Op.LOAD && Live.isTemporary(first)) {
            returned(Ref.value(to), cls, i);
            return i + 1;
        }
        if (op == Op.COPY && to == NONE) return i + 1;
        if (spill.busy[i] != 0) makeWay(i);
        operands.of(fn, at); // before addresses are rewritten
        int a = rewritten(first), c = rewritten(second);
        end(spill.kills[i]);
        int target = to;
        if (Live.isTemporary(to)) target = result(i, Ref.value(to), op, a, c);
        if (op != Op.COPY || target != a) fn.emit(op, cls, target, a, c);
        if (Live.isTemporary(to)) {
            store(Ref.value(to));
            if ((spill.kills[i] & Spill.DEAD_RESULT) != 0) release(Ref.value(to));
        }
        return i + 1;
    }

    private void returned(int t, int cls, int i) {
        give(t, pick(t, free & ~spill.busy[i]));
        fetch(t, register[t], cls);
        moves.emit(fn, slots);
    }

    /** Moves out what lives across the instruction and is in a register that it takes. */
    private void makeWay(int i) {
        long busy = spill.busy[i];
        int gone = spill.kills[i] | spill.kills[i] >> Spill.LEAVES;
        operands.of(fn, Fn.STRIDE * i);
        for (long taken = busy & ~free & (Regs.GENERAL | Regs.SSE); taken != 0; taken &= taken - 1) {
            int r = Long.numberOfTrailingZeros(taken), t = holder[r];
            if (t == 0) continue;
            int n = operands.last(t);
            if (n >= 0 && (gone >> n & 1) != 0) continue;
            int better = pick(t, free & ~busy);
            release(t);
            give(t, better);
            moves.add(better, r, fn.tmpClass[t]);
        }
        if (!moves.isEmpty()) moves.emit(fn, slots);
    }

    /** The operand with registers for temporaries. */
    private int rewritten(int ref) {
        if (Live.isTemporary(ref)) {
            assert inRegister(Ref.value(ref)) : "a value read from no register";
            return Ref.tmp(register[Ref.value(ref)]);
        }
        if (Ref.kind(ref) == Ref.MEM) {
            int at = Fn.STRIDE * Ref.value(ref);
            fn.mem[at + 1] = rewritten(fn.mem[at + 1]);
            fn.mem[at + 2] = rewritten(fn.mem[at + 2]);
        }
        return ref;
    }

    /** Chooses the register of a result; after that of an ending first operand, since most instructions write over it. */
    private int result(int i, int t, int op, int a, int c) {
        long allowed = free & ~spill.after[i], calm = allowed & ~spill.avoid[t] & Regs.ofClass(fn.tmpClass[t]);
        int hint = hints.of(t), chosen;
        if (hint != 0 && (calm >> hint & 1) != 0) {
            chosen = hint;
        } else if (Ref.isRegister(a) && (calm >> Ref.value(a) & 1) != 0) {
            chosen = Ref.value(a);
        } else {
            long apart = Ref.isRegister(c) && !Op.commutes(op) ? allowed & ~(1L << Ref.value(c)) : allowed;
            chosen = pick(t, (apart & Regs.ofClass(fn.tmpClass[t])) != 0 ? apart : allowed);
        }
        give(t, chosen);
        return Ref.tmp(chosen);
    }

    /** A value that is ever wanted from memory is stored once, where it is made. */
    private void store(int t) {
        if (!spill.spilled[t] || spill.remakeOp[t] != 0) return;
        fn.emit(ParallelMoves.store(fn.tmpClass[t]), W, NONE, Ref.tmp(register[t]), slots.ref(t));
    }

    // ---- edges ----

    private void edges(int b) {
        Arrays.fill(holder, 0);
        for (int at = exitStart[b]; at < exitEnd[b]; at += 2) {
            register[pairs[at]] = pairs[at + 1];
            holder[pairs[at + 1]] = pairs[at];
        }
        int s1 = fn.s1[b], s2 = fn.s2[b];
        if (s1 >= 0) edge(b, s1, false);
        if (s2 >= 0) edge(b, s2, true);
    }

    private void edge(int b, int successor, boolean second) {
        int ownPhis = fn.phiEnd[successor] - fn.phiStart[successor];
        for (int at = entryStart[successor]; at < entryEnd[successor]; at += 2) {
            int t = pairs[at], r = pairs[at + 1];
            if (ownPhis > 0 && live.defBlock[t] == successor) continue;
            if (inRegister(t)) moves.add(r, register[t], fn.tmpClass[t]);
            else fetch(t, r, fn.tmpClass[t]);
        }
        if (ownPhis > 0) phis(b, successor);
        if (!moves.isEmpty()) place(b, successor, second);
    }

    private void phis(int b, int successor) {
        hints.entries(pairs, entryStart[successor], entryEnd[successor]);
        for (int s = live.sourceStart[b]; s < live.sourceStart[b + 1]; s++) {
            int phi = live.sourcePhi[s], ref = live.sourceRef[s], t = Ref.value(fn.phi[Fn.STRIDE * phi + 1]);
            if (live.phiBlock[phi] != successor) continue;
            int target = hints.entry(t), cls = fn.tmpClass[t];
            if (target == 0) {
                if (slots.place[t] < 0) continue; // never used
                target = ParallelMoves.place(slots.ref(t));
            }
            if (!Live.isTemporary(ref)) moves.addConstant(target, Op.COPY, ref, cls);
            else if (inRegister(Ref.value(ref))) moves.add(target, register[Ref.value(ref)], cls);
            else fetch(Ref.value(ref), target, cls);
        }
    }

    /** Puts the moves where only this edge passes: the block's end, the successor's beginning, or a block of their own. */
    private void place(int b, int successor, boolean second) {
        if (fn.s2[b] < 0) {
            copy(b);
            moves.emit(fn, slots);
            fn.insEnd[b] = fn.insCount;
        } else if (cfg.predCount(successor) == 1) {
            int start = fn.insCount, from = fn.insStart[successor], to = fn.insEnd[successor];
            moves.emit(fn, slots);
            fn.append(from, to);
            fn.insStart[successor] = start;
            fn.insEnd[successor] = fn.insCount;
        } else {
            int between = fn.newBlock(0);
            moves.emit(fn, slots);
            fn.insEnd[between] = fn.insCount;
            fn.jump[between] = Jump.JMP;
            fn.s1[between] = successor;
            if (second) fn.s2[b] = between;
            else fn.s1[b] = between;
        }
    }

    private void copy(int b) {
        int start = fn.insCount;
        fn.append(fn.insStart[b], fn.insEnd[b]);
        fn.insStart[b] = start;
    }
}
