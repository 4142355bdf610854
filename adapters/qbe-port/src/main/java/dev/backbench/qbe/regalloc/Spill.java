package dev.backbench.qbe.regalloc;

import dev.backbench.qbe.amd64.CallShape;
import dev.backbench.qbe.amd64.Regs;
import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import dev.backbench.qbe.pass.Cfg;
import dev.backbench.qbe.pass.Loops;
import java.util.Arrays;

/**
 * Decides what is in a register where, without saying in which: afterwards at no point more values want registers than there are, fixed registers and those a call clobbers taken
 * out.
 *
 * <p>Forwards through the blocks in reverse postorder with a set of values in registers (Braun and Hack, "Register spilling and live-range splitting for SSA-form programs", 2009). Where there
 * is no room the value with the farthest next use leaves, remade constants before others. A value that comes back is stored once, behind its definition, so that leaving costs nothing;
 * or made again, if it is a number or an address. At a loop's entry values that the loop uses come first; those it only carries stay where the loop leaves room.
 *
 * <p>The new instructions say {@code load t, t} for a return to a register, {@code nop t} for leaving one; {@link #kills}, {@link #busy} and {@link #after} tell the next passes
 * what was found out on the way.
 */
public final class Spill {
    /** In {@link #kills}: bit n for the last use of the n-th temporary that an instruction reads ({@link Operands}); {@code n + LEAVES} if it only leaves its register. */
    static final int LEAVES = 4;
    /** In {@link #kills}: a result without use. */
    static final int DEAD_RESULT = 1 << 8;

    /** By new instruction. */
    short[] kills = new short[1024];
    long[] busy = new long[1024];
    long[] after = new long[1024];
    /** In registers where block b begins, phi results included: {@code in[inStart[b] .. inEnd[b])}; and where it ends. */
    int[] inStart = new int[64], inEnd = new int[64], outStart = new int[64], outEnd = new int[64];
    int[] members = new int[1024];
    /** By temporary: whether it needs a place in memory (or is made again). */
    boolean[] spilled = new boolean[256];
    /** By temporary: the operation that makes it again ({@link Op#COPY} or {@link Op#ADDR}), 0 for none, and its operand. */
    byte[] remakeOp = new byte[256];
    int[] remake = new int[256];
    /** By temporary: registers that something else wants while it lives. */
    long[] avoid = new long[256];

    private final Live live;
    private final NextUse nextUse;
    private final Operands operands = new Operands();
    private Fn fn;
    private Cfg cfg;
    private Loops loops;
    private int memberCount;

    /** Values in registers, by bank: general, SSE. */
    private final int[][] held = new int[2][40];
    private final int[] count = new int[2];
    /** By temporary: place in {@link #held} plus one, 0 for none; position of the next use in the open block. */
    private int[] place = new int[256];
    private int[] next = new int[256];
    /** By temporary: what the walk backwards saw last, and in which block. */
    private int[] seen = new int[256];
    private int[] seenBlock = new int[256];
    /** By old instruction of the open block: next uses of result and operands; busy and live fixed registers. */
    private int[] following = new int[2048];
    private long[] oldBusy = new long[256], oldBefore = new long[256], oldAfter = new long[256];
    private int[] stamp = new int[256];
    private int stamps;

    /** Candidates for registers at a block's entry. */
    private final int[][] chosen = new int[2][16];
    private final int[][] chosenNext = new int[2][16];
    private final int[] chosenCount = new int[2];

    Spill(Live live, NextUse nextUse) {
        this.live = live;
        this.nextUse = nextUse;
    }

    void run(Fn fn, Cfg cfg, Loops loops) {
        this.fn = fn;
        this.cfg = cfg;
        this.loops = loops;
        reserve();
        memberCount = 0;
        for (int b = 0; b < fn.blocks; b++) remakes(b);
        for (int b = 0; b < fn.blocks; b++) block(b);
        for (int b = 0; b < fn.blocks; b++) edges(b);
    }

    private void reserve() {
        int blocks = fn.blocks, temporaries = fn.temporaries;
        if (inStart.length < blocks) {
            int capacity = Integer.highestOneBit(blocks) << 1;
            inStart = new int[capacity];
            inEnd = new int[capacity];
            outStart = new int[capacity];
            outEnd = new int[capacity];
        }
        if (place.length < temporaries) {
            int capacity = Integer.highestOneBit(temporaries) << 1;
            spilled = new boolean[capacity];
            remakeOp = new byte[capacity];
            remake = new int[capacity];
            avoid = new long[capacity];
            place = new int[capacity];
            next = new int[capacity];
            seen = new int[capacity];
            seenBlock = new int[capacity];
            stamp = new int[capacity];
        }
        Arrays.fill(spilled, 0, temporaries, false);
        Arrays.fill(remakeOp, 0, temporaries, (byte) 0);
        Arrays.fill(avoid, 0, temporaries, 0);
        Arrays.fill(place, 0, temporaries, 0);
        Arrays.fill(seenBlock, 0, temporaries, -1);
        Arrays.fill(stamp, 0, temporaries, 0);
        stamps = 0;
    }

    private int bank(int t) {
        return fn.tmpClass[t] >> 1;
    }

    /** Numbers and addresses are made again where they are wanted. */
    private void remakes(int b) {
        for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
            int at = Fn.STRIDE * i, op = Fn.op(fn.ins[at]), to = fn.ins[at + 1], first = fn.ins[at + 2];
            if (!Live.isTemporary(to) || Cls.isFloat(Fn.cls(fn.ins[at]))) continue;
            if (op == Op.COPY && fn.isNumber(first) || op == Op.ADDR && (Ref.isCon(first) || Ref.kind(first) == Ref.SLOT)) {
                remakeOp[Ref.value(to)] = (byte) op;
                remake[Ref.value(to)] = first;
            }
        }
    }

    // ---- one block ----

    private void block(int b) {
        backwards(b);
        enter(b);
        int from = fn.insStart[b], to = fn.insEnd[b], start = fn.insCount;
        for (int i = from; i < to; i++) instruction(i, i - from);
        fn.insStart[b] = start;
        fn.insEnd[b] = fn.insCount;
        outStart[b] = memberCount;
        for (int bank = 0; bank < 2; bank++) {
            for (int n = 0; n < count[bank]; n++) {
                place[held[bank][n]] = 0;
                member(held[bank][n]);
            }
            count[bank] = 0;
        }
        outEnd[b] = memberCount;
    }

    private void member(int t) {
        if (memberCount == members.length) members = Arrays.copyOf(members, 2 * memberCount);
        members[memberCount++] = t;
    }

    /** Notes at each operand where its next use is, and at each instruction which registers are taken. */
    private void backwards(int b) {
        int from = fn.insStart[b], length = fn.insEnd[b] - from;
        if (oldBusy.length < length) {
            oldBusy = new long[2 * length];
            oldBefore = new long[2 * length];
            oldAfter = new long[2 * length];
            following = new int[16 * length];
        }
        if (fn.s1[b] >= 0) seeRow(b, fn.s1[b], length);
        if (fn.s2[b] >= 0) seeRow(b, fn.s2[b], length);
        for (int s = live.sourceStart[b]; s < live.sourceStart[b + 1]; s++) if (Live.isTemporary(live.sourceRef[s])) see(Ref.value(live.sourceRef[s]), b, length);
        long fixed = Ref.kind(fn.jumpArg[b]) == Ref.CALL ? CallShape.results(Ref.value(fn.jumpArg[b])) : 0;
        for (int local = length - 1; local >= 0; local--) {
            int at = Fn.STRIDE * (from + local), to = fn.ins[at + 1];
            if (Live.isTemporary(to)) following[8 * local] = nextOf(Ref.value(to), b);
            operands.of(fn, at);
            for (int n = 0; n < operands.count; n++) following[8 * local + 1 + n] = nextOf(operands.tmp[n], b);
            for (int n = 0; n < operands.count; n++) {
                seen[operands.tmp[n]] = local;
                seenBlock[operands.tmp[n]] = b;
            }
            oldAfter[local] = fixed;
            oldBefore[local] = fixed = Fixed.before(fn, at, fixed);
            oldBusy[local] = Fixed.busy(fn, at, fixed, oldAfter[local]);
        }
    }

    private void seeRow(int b, int successor, int length) {
        int leaving = loops.depth[successor] < loops.depth[b] ? NextUse.FAR : 0;
        for (int at = live.start[successor]; at < live.start[successor + 1]; at++) see(live.tmp[at], b, Math.min(length + leaving + nextUse.distance[at], NextUse.DEAD - 1));
    }

    private void see(int t, int b, int position) {
        if (seenBlock[t] == b && seen[t] <= position) return;
        seenBlock[t] = b;
        seen[t] = position;
    }

    private int nextOf(int t, int b) {
        return seenBlock[t] == b ? seen[t] : NextUse.DEAD;
    }

    private void instruction(int i, int local) {
        int at = Fn.STRIDE * i, word = fn.ins[at], op = Fn.op(word), to = fn.ins[at + 1], first = fn.ins[at + 2];
        operands.of(fn, at);
        if (op == Op.COPY && Ref.isRegister(to) && Live.isTemporary(first) && place[Ref.value(first)] == 0) {
            fill(local, word, to, first);
            return;
        }
        int stamp = ++stamps;
        int[] wanted = operands.tmp, missing = this.missing;
        int missingCount = 0;
        missing[0] = missing[1] = 0;
        for (int n = 0; n < operands.count; n++) {
            int t = wanted[n];
            if (this.stamp[t] == stamp) continue;
            this.stamp[t] = stamp;
            if (place[t] == 0) missing[bank(t)]++;
        }
        for (int bank = 0; bank < 2; bank++) limit(bank, oldBusy[local], oldBefore[local], missing[bank], stamp);
        for (int n = 0; n < operands.count; n++) if (place[wanted[n]] == 0) reload(wanted[n], oldBefore[local]);
        int dead = 0;
        for (int n = 0; n < operands.count; n++) {
            int t = wanted[n];
            next[t] = following[8 * local + 1 + n];
            if (next[t] == NextUse.DEAD) dead |= 1 << n;
        }
        for (int n = 0; n < operands.count; n++) if ((dead >> n & 1) != 0 && place[wanted[n]] != 0) remove(wanted[n]);
        if (oldBusy[local] != 0) cross(oldBusy[local]);
        if (Live.isTemporary(to)) dead |= result(Ref.value(to), following[8 * local], oldBusy[local], oldBefore[local]);
        emit(op, Fn.cls(word), to, first, fn.ins[at + 3], dead, oldBusy[local], oldAfter[local]);
    }

    private final int[] missing = new int[2];

    /** A copy to a fixed register from memory. */
    private void fill(int local, int word, int to, int first) {
        int t = Ref.value(first);
        spilled[t] = true;
        next[t] = following[8 * local + 1];
        for (int bank = 0; bank < 2; bank++) limit(bank, oldBusy[local], oldBefore[local], 0, -1);
        cross(oldBusy[local]);
        emit(Op.LOAD, Fn.cls(word), to, first, Ref.NONE, next[t] == NextUse.DEAD ? 1 : 0, oldBusy[local], oldAfter[local]);
    }

    /** Makes room for the result. @return bits of {@link #kills} */
    private int result(int t, int use, long busy, long before) {
        int bank = bank(t);
        int room = Long.bitCount((bank == 0 ? Regs.GENERAL : Regs.SSE) & ~busy), leaving = 0;
        while (count[bank] >= room && count[bank] > 0) {
            int out = farthest(bank, -1), n = operands.last(out);
            remove(out);
            if (n >= 0) leaving |= 1 << n + LEAVES;
            else emit(Op.NOP, fn.tmpClass[out], Ref.NONE, Ref.tmp(out), Ref.NONE, 0, before, before);
        }
        if (use == NextUse.DEAD) return leaving | DEAD_RESULT;
        next[t] = use;
        add(t);
        return leaving;
    }

    private void cross(long busy) {
        for (int bank = 0; bank < 2; bank++) for (int n = 0; n < count[bank]; n++) avoid[held[bank][n]] |= busy;
    }

    private void emit(int op, int cls, int to, int first, int second, int dead, long busy, long after) {
        int n = fn.insCount;
        if (n >= kills.length) grow(n);
        kills[n] = (short) dead;
        this.busy[n] = busy;
        this.after[n] = after;
        fn.emit(op, cls, to, first, second);
    }

    private void grow(int n) {
        kills = Arrays.copyOf(kills, 2 * n);
        busy = Arrays.copyOf(busy, 2 * n);
        after = Arrays.copyOf(after, 2 * n);
    }

    // ---- the set of values in registers ----

    private void add(int t) {
        int bank = bank(t);
        held[bank][count[bank]++] = t;
        place[t] = count[bank];
    }

    private void remove(int t) {
        int bank = bank(t), at = place[t] - 1, last = held[bank][--count[bank]];
        held[bank][at] = last;
        place[last] = at + 1;
        place[t] = 0;
    }

    private void reload(int t, long before) {
        spilled[t] = true;
        emit(Op.LOAD, fn.tmpClass[t], Ref.tmp(t), Ref.tmp(t), Ref.NONE, 0, before, before);
        add(t);
    }

    /** Lets values leave until {@code more} fit beside the registers in {@code busy}; those stamped stay. */
    private void limit(int bank, long busy, long before, int more, int stamp) {
        int room = bank == 0 ? Long.bitCount(Regs.GENERAL & ~busy) : Long.bitCount(Regs.SSE & ~busy);
        while (count[bank] + more > room) {
            int t = farthest(bank, stamp);
            if (t == 0) return;
            remove(t);
            emit(Op.NOP, fn.tmpClass[t], Ref.NONE, Ref.tmp(t), Ref.NONE, 0, before, before);
        }
    }

    private int farthest(int bank, int stamp) {
        int best = 0, farthest = -1;
        int[] held = this.held[bank];
        for (int n = 0; n < count[bank]; n++) {
            int t = held[n], distance = next[t] + (remakeOp[t] != 0 ? 64 : 0);
            if (distance > farthest && this.stamp[t] != stamp) {
                farthest = distance;
                best = t;
            }
        }
        return best;
    }

    // ---- entries ----

    /** Chooses what is in registers where {@code b} begins. */
    private void enter(int b) {
        chosenCount[0] = chosenCount[1] = 0;
        int preds = cfg.predCount(b);
        boolean heads = preds > 0 && loops.header[b] == b, retreating = heads;
        for (int p = cfg.predStart[b]; p < cfg.predStart[b + 1]; p++) retreating |= cfg.pred[p] >= b;
        if (retreating) candidatesOfLoop(b);
        else candidatesOfPredecessors(b);
        for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
            int t = Ref.value(fn.phi[Fn.STRIDE * p + 1]);
            int use = nextOf(t, b);
            if (use != NextUse.DEAD) choose(t, use, Regs.ofClass(fn.tmpClass[t]));
        }
        inStart[b] = memberCount;
        for (int bank = 0; bank < 2; bank++) {
            for (int n = 0; n < chosenCount[bank]; n++) {
                int t = chosen[bank][n];
                next[t] = chosenNext[bank][n];
                add(t);
                member(t);
            }
        }
        inEnd[b] = memberCount;
        for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
            int t = Ref.value(fn.phi[Fn.STRIDE * p + 1]);
            if (place[t] == 0 && nextOf(t, b) != NextUse.DEAD) spilled[t] = true;
        }
    }

    private void candidatesOfLoop(int b) {
        int far0 = room(b, 0), far1 = room(b, 1);
        for (int at = live.start[b]; at < live.start[b + 1]; at++) {
            int t = live.tmp[at], distance = nextUse.distance[at];
            if (distance < NextUse.FAR) choose(t, nextOf(t, b), Regs.ofClass(fn.tmpClass[t]));
            else if (bank(t) == 0 ? far0-- > 0 : far1-- > 0) choose(t, nextOf(t, b), Regs.ofClass(fn.tmpClass[t]));
        }
    }

    /** How many values that the loop does not use fit beside those it uses. */
    private int room(int b, int bank) {
        int through = 0, all = Long.bitCount(bank == 0 ? Regs.GENERAL : Regs.SSE);
        int pressure = loops.header[b] == b ? nextUse.loopPressure[2 * b + bank] : all + 1;
        if (pressure <= all) return Integer.MAX_VALUE;
        for (int at = live.start[b]; at < live.start[b + 1]; at++) if (bank(live.tmp[at]) == bank && nextUse.distance[at] >= NextUse.FAR) through++;
        return all - (pressure - through);
    }

    /** What any predecessor has in a register where it ends. */
    private void candidatesOfPredecessors(int b) {
        int needed = ++stamps;
        for (int at = live.start[b]; at < live.start[b + 1]; at++) stamp[live.tmp[at]] = needed;
        for (int p = cfg.predStart[b]; p < cfg.predStart[b + 1]; p++) {
            int source = cfg.pred[p];
            for (int m = outStart[source]; m < outEnd[source]; m++) {
                int t = members[m];
                if (stamp[t] != needed) continue;
                stamp[t] = 0;
                choose(t, nextOf(t, b), Regs.ofClass(fn.tmpClass[t]));
            }
        }
    }

    /** Keeps the nearest of those offered, as many as there are registers. */
    private void choose(int t, int use, long registers) {
        int bank = bank(t), size = chosenCount[bank], limit = Long.bitCount(registers);
        int[] tmp = chosen[bank], next = chosenNext[bank];
        if (size == limit && next[size - 1] <= use) return;
        int at = size < limit ? chosenCount[bank]++ : size - 1;
        for (; at > 0 && next[at - 1] > use; at--) {
            tmp[at] = tmp[at - 1];
            next[at] = next[at - 1];
        }
        tmp[at] = t;
        next[at] = use;
    }

    // ---- edges ----

    /** What a successor wants in a register and the block does not end with comes from memory. */
    private void edges(int b) {
        int kept = ++stamps;
        for (int m = outStart[b]; m < outEnd[b]; m++) stamp[members[m]] = kept;
        if (fn.s1[b] >= 0) edge(b, fn.s1[b], kept);
        if (fn.s2[b] >= 0) edge(b, fn.s2[b], kept);
        for (int s = live.sourceStart[b]; s < live.sourceStart[b + 1]; s++) {
            int ref = live.sourceRef[s];
            if (Live.isTemporary(ref) && stamp[Ref.value(ref)] != kept) spilled[Ref.value(ref)] = true;
        }
    }

    private void edge(int b, int successor, int kept) {
        for (int m = inStart[successor]; m < inEnd[successor]; m++) {
            int t = members[m];
            if (stamp[t] != kept && live.defBlock[t] != successor) spilled[t] = true; // of its own block's, only phis are there
        }
    }
}
