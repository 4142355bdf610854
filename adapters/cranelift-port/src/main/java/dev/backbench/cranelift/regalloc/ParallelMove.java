package dev.backbench.cranelift.regalloc;

import dev.backbench.cranelift.mach.VCode;
import java.util.Arrays;

/**
 * Moves that happen at once, written as moves one after another: one whose target no other still reads goes first; where only cycles are left, one target is saved and read from there. Moves
 * between two slots go through a register that nothing lies in; if there is none, one is saved around them.
 */
final class ParallelMove {
    /** Slots of their own for what a cycle saves and for a register saved: numbers that stand for them until the slots are known. */
    static final int CYCLE = 1 << 30, SAVED = CYCLE + 1;

    final MoveList out = new MoveList();
    private VCode code;
    private int count;
    private int[] from = new int[32], to = new int[32], ready = new int[32];
    /** By place, all zero between two uses: how many pending moves read it; 1 + the pending move to it. */
    private int[] readers = new int[512], writer = new int[512];
    private int busy, point, allocatable;

    /** @param places one more than the greatest number of a place */
    void reserve(VCode code, int allocatable, int places) {
        this.code = code;
        this.allocatable = allocatable;
        out.count = 0;
        for (int i = 0; i < count; i++) { // of a function that was given up
            writer[to[i]] = 0;
            if (from[i] >= 0) readers[from[i]] = 0;
        }
        count = 0;
        if (readers.length >= places) return;
        int size = Math.max(places, 2 * readers.length);
        readers = new int[size];
        writer = new int[size];
    }

    /** @param occupied registers in which something may lie at any time until the moves are done; sources and targets need not be told */
    void begin(int occupied) {
        count = 0;
        busy = occupied;
    }

    /** A second move to a target takes the place of the first: whatever was to lie there was sent elsewhere. */
    void add(int source, int target) {
        if (writer[target] != 0) {
            from[writer[target] - 1] = source;
            return;
        }
        if (source == target) return;
        if (count == from.length) {
            from = Arrays.copyOf(from, 2 * count);
            to = Arrays.copyOf(to, 2 * count);
            ready = Arrays.copyOf(ready, 2 * count);
        }
        from[count] = source;
        to[count++] = target;
        writer[target] = count;
    }

    /** A move by itself. */
    void alone(int point, int source, int target) {
        out.add(point, source, target);
    }

    void resolve(int point, int occupied) {
        if (count == 0) return;
        this.point = point;
        busy |= occupied;
        if (count == 1) {
            writer[to[0]] = 0;
            emit(from[0], to[0]);
            return;
        }
        for (int i = 0; i < count; i++) {
            if (from[i] >= 0) readers[from[i]]++;
            if (from[i] >= 0 && from[i] < VCode.REGISTERS) busy |= 1 << from[i];
            if (to[i] < VCode.REGISTERS) busy |= 1 << to[i];
        }
        int n = 0;
        for (int i = 0; i < count; i++) if (readers[to[i]] == 0) ready[n++] = i;
        acyclic(n);
        for (int i = 0; i < count; i++) if (writer[to[i]] != 0) cycle(i);
    }

    private void acyclic(int n) {
        while (n > 0) {
            int i = ready[--n], source = from[i];
            emit(source, to[i]);
            writer[to[i]] = 0;
            if (source >= 0 && --readers[source] == 0 && writer[source] != 0) ready[n++] = writer[source] - 1;
        }
    }

    /** A register of it is saved, if it has any, as that tells the class. */
    private void cycle(int i) {
        int start = to[i];
        if (from[i] == start) {
            writer[start] = readers[start] = 0;
            return;
        }
        do start = from[writer[start] - 1];
        while (start >= VCode.REGISTERS && start != to[i]);
        int save = scratch(start);
        if (save < 0) save = CYCLE;
        else busy |= 1 << save;
        emit(start, save);
        for (int target = start; ; ) {
            int source = from[writer[target] - 1];
            writer[target] = readers[target] = 0;
            emit(source == start ? save : source, target);
            if (source == start) break;
            target = source;
        }
        if (save < VCode.REGISTERS) busy &= ~(1 << save);
    }

    /** A register that is free, of the class of a register, of any where it is about slots. NONE: -1. */
    private int scratch(int place) {
        int free = allocatable & ~busy;
        if (place >= 0 && place < VCode.REGISTERS) free &= place < 16 ? 0xFFFF : 0xFFFF0000;
        return free == 0 ? -1 : Integer.numberOfTrailingZeros(free);
    }

    private void emit(int source, int target) {
        if (source == target) return;
        boolean through = target >= VCode.REGISTERS && (source < 0 || source >= VCode.REGISTERS);
        if (!through) {
            out.add(point, source, target);
            return;
        }
        int kind = source < 0 ? computedClass(source) : -1, scratch = scratch(kind);
        if (scratch >= 0) {
            out.add(point, source, scratch);
            out.add(point, scratch, target);
            return;
        }
        int victim = Integer.numberOfTrailingZeros(allocatable & (kind == 16 ? 0xFFFF0000 : 0xFFFF));
        out.add(point, victim, SAVED);
        out.add(point, source, victim);
        out.add(point, victim, target);
        out.add(point, SAVED, victim);
    }

    /** A register of the class of what the instruction computes. */
    private int computedClass(int source) {
        return code.registerClass(code.vreg(code.firstOperand(~source))) << 4;
    }
}
