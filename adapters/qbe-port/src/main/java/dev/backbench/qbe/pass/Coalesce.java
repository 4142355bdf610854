package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/**
 * Lets private slots of the first block ({@link Alias}) share their place in the frame where they are never live together, after it has removed stores that nobody reads and
 * slots that nobody uses.
 *
 * <p>Liveness is by byte for slots of up to 64 bytes, by slot for larger ones, and found one slot after another, upwards from its reads; a slot that takes more than its part of
 * {@link #WORK_PER_BLOCK} keeps a place of its own. A slot's live blocks become one interval in the order of the code; intervals are given places by linear scan (Poletto
 * and Sarkar, 1999), one pool of free places per power of two. Needs {@link Cfg} and SSA form, keeps it.
 */
public final class Coalesce {
    private static final int WORK_PER_BLOCK = 32, MAX_SLOT = 1 << 20;

    private Fn fn;
    private Cfg cfg;
    private Alias alias;

    /** Slots by number: temporary, defining instruction, bytes, first and last access, interval, representative. */
    private int[] slotOf = new int[256]; // by temporary
    private int[] site = new int[32], size = new int[32], first = new int[32], last = new int[32], low = new int[32], high = new int[32], leader = new int[32];
    private int slots;

    /** Accesses: instruction, block, whether it writes, bytes as a mask, the slot's next one. Code order. */
    private int[] accessSite = new int[128], accessBlock = new int[128], accessNext = new int[128];
    private long[] accessMask = new long[128];
    private boolean[] accessWrites = new boolean[128];
    private int accesses;

    /** By block, valid where {@link #seenBy} is the slot's number + 1: bytes read before written, bytes written, live at the end; where the block begins in code order. */
    private long[] read = new long[64], written = new long[64], out = new long[64];
    private int[] seenBy = new int[64], position = new int[65], touched = new int[64], work = new int[64];
    private boolean[] queued = new boolean[64];
    private int touchedCount, budget;

    private long[] starts = new long[32], ends = new long[32];
    private final int[] free = new int[32];
    private int[] nextFree = new int[32];

    public void run(Fn fn, Cfg cfg, Alias alias) {
        this.fn = fn;
        this.cfg = cfg;
        this.alias = alias;
        findSlots();
        if (slots == 0) return;
        collect();
        reserveBlocks();
        int kept = 0;
        for (int s = 0; s < slots; s++) {
            if (size[s] <= 0) continue;
            boolean known = live(s);
            if (known) removeDeadStores(s);
            if (!interval(s, known)) removeSlot(s);
            else if (known) kept++;
            else size[s] = 0;
        }
        if (kept > 1) share(kept);
    }

    // ---- slots and accesses ----

    private void findSlots() {
        if (slotOf.length < fn.temporaries) slotOf = new int[2 * fn.temporaries];
        Arrays.fill(slotOf, 0, fn.temporaries, -1);
        slots = 0;
        for (int i = fn.insStart[0]; i < fn.insEnd[0]; i++) {
            int at = Fn.STRIDE * i;
            if (!Op.isAlloc(Fn.op(fn.ins[at])) || !fn.isNumber(fn.ins[at + 2])) continue;
            int t = Ref.value(fn.ins[at + 1]);
            long bytes = fn.bits(fn.ins[at + 2]);
            if (!alias.isPrivate(t) || bytes <= 0 || bytes > MAX_SLOT) continue;
            if (slots == site.length) growSlots();
            slotOf[t] = slots;
            site[slots] = i;
            size[slots] = (int) bytes;
            first[slots] = last[slots] = -1;
            leader[slots] = slots;
            slots++;
        }
    }

    private void growSlots() {
        int capacity = 2 * slots;
        site = Arrays.copyOf(site, capacity);
        size = Arrays.copyOf(size, capacity);
        first = Arrays.copyOf(first, capacity);
        last = Arrays.copyOf(last, capacity);
        low = Arrays.copyOf(low, capacity);
        high = Arrays.copyOf(high, capacity);
        leader = Arrays.copyOf(leader, capacity);
        starts = new long[capacity];
        ends = new long[capacity];
        nextFree = new int[capacity];
    }

    private void collect() {
        accesses = 0;
        for (int b = 0; b < fn.blocks; b++) {
            for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
                int at = Fn.STRIDE * i, op = Fn.op(fn.ins[at]);
                if (Op.isLoad(op)) {
                    access(fn.ins[at + 2], Op.width(op, Fn.cls(fn.ins[at])), b, i, false);
                } else if (Op.isStore(op)) {
                    access(fn.ins[at + 3], Op.width(op, Cls.W), b, i, true);
                } else if (op == Op.BLIT0) {
                    int bytes = Ref.value(fn.ins[at + Fn.STRIDE + 2]);
                    access(fn.ins[at + 2], bytes, b, i, false);
                    access(fn.ins[at + 3], bytes, b, i, true);
                }
            }
        }
    }

    private void access(int address, int bytes, int b, int i, boolean writes) {
        alias.locate(fn, address);
        int s = alias.kind == Alias.SLOT ? slotOf[alias.base] : -1;
        if (s < 0) return;
        long from = alias.offset;
        if (from < 0 || bytes > size[s] - from) size[s] = 0; // reaches beyond its end: left alone
        if (accesses == accessSite.length) growAccesses();
        accessSite[accesses] = i;
        accessBlock[accesses] = b;
        accessWrites[accesses] = writes;
        accessMask[accesses] = size[s] > 64 ? writes ? 0 : -1 : bytes <= 0 ? 0 : -1L >>> 64 - bytes << from;
        accessNext[accesses] = -1;
        if (first[s] < 0) first[s] = accesses;
        else accessNext[last[s]] = accesses;
        last[s] = accesses++;
    }

    private void growAccesses() {
        int capacity = 2 * accesses;
        accessSite = Arrays.copyOf(accessSite, capacity);
        accessBlock = Arrays.copyOf(accessBlock, capacity);
        accessNext = Arrays.copyOf(accessNext, capacity);
        accessMask = Arrays.copyOf(accessMask, capacity);
        accessWrites = Arrays.copyOf(accessWrites, capacity);
    }

    private void reserveBlocks() {
        int blocks = fn.blocks;
        if (read.length < blocks) {
            int capacity = 2 * blocks;
            read = new long[capacity];
            written = new long[capacity];
            out = new long[capacity];
            seenBy = new int[capacity];
            position = new int[capacity + 1];
            touched = new int[capacity];
            work = new int[capacity];
            queued = new boolean[capacity];
        }
        Arrays.fill(seenBy, 0, blocks, 0);
        for (int b = 0; b < blocks; b++) position[b + 1] = position[b] + fn.insEnd[b] - fn.insStart[b] + 1;
        budget = WORK_PER_BLOCK * (blocks + accesses);
    }

    // ---- liveness ----

    private void see(int b, int s) {
        if (seenBy[b] == s + 1) return;
        seenBy[b] = s + 1;
        read[b] = written[b] = out[b] = 0;
        queued[b] = false;
        touched[touchedCount++] = b;
    }

    /** Bytes of the slot live at the end of every block seen. @return false if it took too long */
    private boolean live(int s) {
        touchedCount = 0;
        int count = 0;
        for (int a = first[s]; a >= 0; a = accessNext[a]) {
            int b = accessBlock[a];
            see(b, s);
            if (!accessWrites[a]) read[b] |= accessMask[a] & ~written[b];
            else if (!blitsItself(a)) written[b] |= accessMask[a];
            if (read[b] != 0 && !queued[b]) {
                queued[b] = true;
                work[count++] = b;
            }
        }
        while (count > 0) {
            int b = work[--count];
            queued[b] = false;
            long in = read[b] | out[b] & ~written[b];
            if (b == 0 || in == 0) continue;
            for (int p = cfg.predStart[b]; p < cfg.predStart[b + 1]; p++) {
                if (--budget < 0) return false;
                int source = cfg.pred[p];
                see(source, s);
                if ((in & ~out[source]) == 0) continue;
                out[source] |= in;
                if (queued[source]) continue;
                queued[source] = true;
                work[count++] = source;
            }
        }
        return true;
    }

    /** Whether the access is the writing half of a blit within one slot, whose reading half stands before it. */
    private boolean blitsItself(int access) {
        return access > 0 && accessSite[access - 1] == accessSite[access] && accessNext[access - 1] == access;
    }

    /** Takes out stores of which no byte is read any more: the accesses of a block backwards, from what is live at its end. */
    private void removeDeadStores(int s) {
        for (int a = first[s]; a >= 0; ) {
            int b = accessBlock[a], count = 0;
            for (; a >= 0 && accessBlock[a] == b; a = accessNext[a]) {
                if (count == work.length) work = Arrays.copyOf(work, 2 * count);
                work[count++] = a;
            }
            long live = out[b];
            while (count > 0) {
                int access = work[--count], at = Fn.STRIDE * accessSite[access];
                boolean large = size[s] > 64;
                if (!accessWrites[access]) {
                    if (Fn.op(fn.ins[at]) != Op.NOP) live |= accessMask[access];
                } else if (large ? live == 0 : (live & accessMask[access]) == 0) {
                    if (Fn.op(fn.ins[at]) == Op.BLIT0) Promote.nop(fn, at + Fn.STRIDE);
                    Promote.nop(fn, at);
                } else {
                    live &= ~accessMask[access];
                }
            }
        }
    }

    /** Finds where in the code the slot is live, or touched. @return false if it is used nowhere */
    private boolean interval(int s, boolean known) {
        low[s] = known ? Integer.MAX_VALUE : 0;
        high[s] = known ? -1 : Integer.MAX_VALUE;
        for (int t = 0; known && t < touchedCount; t++) {
            int b = touched[t];
            if (b > 0 && (read[b] | out[b] & ~written[b]) != 0) low[s] = Math.min(low[s], position[b]);
            if (out[b] != 0) high[s] = Math.max(high[s], position[b + 1] - 1);
        }
        boolean used = false;
        for (int a = first[s]; a >= 0; a = accessNext[a]) {
            if (Fn.op(fn.ins[Fn.STRIDE * accessSite[a]]) == Op.NOP) continue;
            used = true;
            int at = position[accessBlock[a]] + accessSite[a] - fn.insStart[accessBlock[a]];
            low[s] = Math.min(low[s], at);
            high[s] = Math.max(high[s], at);
        }
        return used;
    }

    private void removeSlot(int s) {
        int at = Fn.STRIDE * site[s];
        fn.ins[at] = Op.COPY | Cls.L << 16; // address arithmetic may be left over
        fn.ins[at + 2] = Ref.UNDEFINED;
        size[s] = 0;
    }

    // ---- places ----

    /** Linear scan over the intervals; slots of one place become copies of the one that is allocated first. */
    private void share(int kept) {
        int count = 0;
        for (int s = 0; s < slots; s++) {
            if (size[s] <= 0) continue;
            starts[count] = (long) low[s] << 32 | s;
            ends[count++] = (long) high[s] << 32 | s;
        }
        Arrays.sort(starts, 0, kept);
        Arrays.sort(ends, 0, kept);
        Arrays.fill(free, -1);
        int ended = 0;
        for (int n = 0; n < kept; n++) {
            int s = (int) starts[n];
            for (; ends[ended] >> 32 < low[s]; ended++) release(leader[(int) ends[ended]]);
            take(s);
        }
        for (int s = 0; s < slots; s++) if (size[s] > 0 && leader[s] != s) substitute(s, leader[s]);
    }

    private static int sizeClass(int bytes) {
        return 32 - Integer.numberOfLeadingZeros(bytes - 1);
    }

    private void release(int place) {
        int c = sizeClass(size[place]);
        nextFree[place] = free[c];
        free[c] = place;
    }

    /** Gives the slot the free place of the next size, the largest smaller one, or one of its own. A place is known by the slot that opened it. */
    private void take(int s) {
        int c = sizeClass(size[s]);
        while (c < 32 && free[c] < 0) c++;
        if (c == 32) {
            c = sizeClass(size[s]);
            while (c >= 0 && free[c] < 0) c--;
        }
        if (c < 0) return;
        int place = free[c];
        free[c] = nextFree[place];
        leader[s] = place;
        size[place] = Math.max(size[place], size[s]);
    }

    /** The earlier of the two allocations serves both, with the larger alignment and size. */
    private void substitute(int s, int place) {
        int mine = Fn.STRIDE * site[s], other = Fn.STRIDE * site[place];
        int op = Math.max(Fn.op(fn.ins[mine]), Fn.op(fn.ins[other]));
        int keep = Math.min(mine, other), drop = Math.max(mine, other);
        site[place] = keep / Fn.STRIDE;
        fn.ins[keep] = op | Cls.L << 16;
        fn.ins[keep + 2] = fn.constant(size[place]);
        fn.ins[drop] = Op.COPY | Cls.L << 16;
        fn.ins[drop + 2] = fn.ins[keep + 1];
    }
}
