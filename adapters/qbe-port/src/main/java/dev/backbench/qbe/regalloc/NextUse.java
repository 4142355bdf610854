package dev.backbench.qbe.regalloc;

import dev.backbench.qbe.amd64.CallShape;
import dev.backbench.qbe.amd64.Regs;
import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import dev.backbench.qbe.pass.Loops;
import java.util.Arrays;

/**
 * For each temporary live where a block begins: how many instructions away its next use is; and how many registers each block and each loop wants at once.
 *
 * <p>Two descending walks over the blocks: the first sees all but what flows along back edges, the second carries that around each loop once. Leaving a loop and, for a class that
 * no callee saves, crossing a call count as {@link #FAR}: a register is not worth holding for that.
 */
public final class NextUse {
    public static final int FAR = 1 << 20;
    /** No use at all. */
    public static final int DEAD = 1 << 29;

    /** Alongside {@link Live#tmp}. */
    public int[] distance = new int[1024];
    /** By block and, for a loop's header, over the whole loop: registers wanted at once, fixed ones included; general ones first, SSE ones after them. */
    public int[] pressure = new int[128];
    public int[] loopPressure = new int[128];

    private Fn fn;
    private Live live;
    private Loops loops;
    /** By temporary: distance from the open block's end, and the block it belongs to. */
    private int[] out = new int[256];
    private int[] outBlock = new int[256];
    /** By temporary: the first use in the open block. */
    private int[] use = new int[256];
    private int[] useBlock = new int[256];
    private final int[] held = new int[2];

    public void compute(Fn fn, Live live, Loops loops) {
        this.fn = fn;
        this.live = live;
        this.loops = loops;
        reserve();
        int entries = live.start[fn.blocks];
        Arrays.fill(distance, 0, entries, DEAD - 1);
        Arrays.fill(outBlock, 0, fn.temporaries, -1);
        Arrays.fill(useBlock, 0, fn.temporaries, -1);
        Arrays.fill(loopPressure, 0, 2 * fn.blocks, 0);
        boolean anyLoop = false;
        for (int b = fn.blocks - 1; b >= 0; b--) {
            atEnd(b);
            scan(b);
            anyLoop |= loops.depth[b] > 0;
        }
        Arrays.fill(outBlock, 0, fn.temporaries, -1);
        for (int b = fn.blocks - 1; anyLoop && b >= 0; b--) if (loops.depth[b] > 0) again(b);
        for (int b = fn.blocks - 1; b >= 0; b--) spread(b);
    }

    private void reserve() {
        int blocks = fn.blocks, temporaries = fn.temporaries, entries = live.start[blocks];
        if (distance.length < entries) distance = new int[2 * entries];
        if (pressure.length < 2 * blocks) {
            pressure = new int[4 * blocks];
            loopPressure = new int[4 * blocks];
        }
        if (out.length >= temporaries) return;
        int capacity = Integer.highestOneBit(temporaries) << 1;
        out = new int[capacity];
        outBlock = new int[capacity];
        use = new int[capacity];
        useBlock = new int[capacity];
    }

    /** Distances from the end of {@code b}, into {@link #out}; counts what is live there. */
    private void atEnd(int b) {
        held[0] = held[1] = 0;
        if (fn.s1[b] >= 0) into(b, fn.s1[b]);
        if (fn.s2[b] >= 0) into(b, fn.s2[b]);
        for (int s = live.sourceStart[b]; s < live.sourceStart[b + 1]; s++) if (Live.isTemporary(live.sourceRef[s])) reach(Ref.value(live.sourceRef[s]), b, 0);
    }

    private void into(int b, int successor) {
        int leaving = loops.depth[successor] < loops.depth[b] ? FAR : 0;
        for (int at = live.start[successor]; at < live.start[successor + 1]; at++) reach(live.tmp[at], b, Math.min(distance[at] + leaving, DEAD - 1));
    }

    private void reach(int t, int b, int distance) {
        if (outBlock[t] != b) {
            outBlock[t] = b;
            out[t] = distance;
            held[bank(t)]++;
        } else if (distance < out[t]) {
            out[t] = distance;
        }
    }

    private int bank(int t) {
        return fn.tmpClass[t] >> 1;
    }

    /** Walks the block backwards: first uses, the place of its first call, and the most registers wanted at once. */
    private void scan(int b) {
        long fixed = Ref.kind(fn.jumpArg[b]) == Ref.CALL ? CallShape.results(Ref.value(fn.jumpArg[b])) : 0;
        int general = held[0], sse = held[1], from = fn.insStart[b], firstCall = Integer.MAX_VALUE;
        for (int i = fn.insEnd[b] - 1; i >= from; i--) {
            int at = Fn.STRIDE * i, to = fn.ins[at + 1], local = i - from;
            long after = fixed;
            if (Live.isTemporary(to)) {
                int t = Ref.value(to);
                if (useBlock[t] == b || outBlock[t] == b) held[bank(t)]--;
                else if (bank(t) == 0) general = Math.max(general, held[0] + 1 + Long.bitCount(fixed & Regs.GENERAL));
                else sse = Math.max(sse, held[1] + 1 + Long.bitCount(fixed & Regs.SSE));
            }
            fixed = Fixed.before(fn, at, after);
            long busy = Fixed.busy(fn, at, fixed, after);
            if (Fn.op(fn.ins[at]) == Op.CALL) firstCall = local;
            used(fn.ins[at + 2], b, local);
            used(fn.ins[at + 3], b, local);
            general = Math.max(general, held[0] + Long.bitCount(busy & Regs.GENERAL));
            sse = Math.max(sse, held[1] + Long.bitCount(busy & Regs.SSE));
        }
        pressure[2 * b] = general;
        pressure[2 * b + 1] = sse;
        int length = fn.insEnd[b] - from;
        for (int at = live.start[b]; at < live.start[b + 1]; at++) {
            int t = live.tmp[at], near = useBlock[t] == b ? use[t] : Math.min(length + out[t], DEAD - 1);
            distance[at] = bank(t) == 1 && near > firstCall ? Math.min(near + FAR, DEAD - 1) : near;
        }
    }

    private void used(int ref, int b, int local) {
        if (Live.isTemporary(ref)) {
            int t = Ref.value(ref);
            if (useBlock[t] != b) {
                useBlock[t] = b;
                if (outBlock[t] != b) held[bank(t)]++;
            }
            use[t] = local;
        } else if (Ref.kind(ref) == Ref.MEM) {
            used(fn.mem[Fn.STRIDE * Ref.value(ref) + 1], b, local);
            used(fn.mem[Fn.STRIDE * Ref.value(ref) + 2], b, local);
        }
    }

    /** What only flows through the block gets nearer if a back edge leads to a use. */
    private void again(int b) {
        atEnd(b);
        int length = fn.insEnd[b] - fn.insStart[b];
        for (int at = live.start[b]; at < live.start[b + 1]; at++) {
            int t = live.tmp[at];
            if (distance[at] >= FAR && outBlock[t] == b) distance[at] = Math.min(distance[at], crossing(b, t) + length + out[t]);
        }
    }

    /** Whether a call in the block lies before the use behind it. */
    private int crossing(int b, int t) {
        return bank(t) == 1 && pressure[2 * b + 1] >= Long.bitCount(Regs.SSE) ? FAR : 0;
    }

    private void spread(int b) {
        for (int bank = 0; bank < 2; bank++) {
            int header = loops.header[b];
            if (header == b) {
                loopPressure[2 * b + bank] = Math.max(loopPressure[2 * b + bank], pressure[2 * b + bank]);
                header = loops.parent[b];
                if (header >= 0) loopPressure[2 * header + bank] = Math.max(loopPressure[2 * header + bank], loopPressure[2 * b + bank]);
            } else if (header >= 0) {
                loopPressure[2 * header + bank] = Math.max(loopPressure[2 * header + bank], pressure[2 * b + bank]);
            }
        }
    }
}
