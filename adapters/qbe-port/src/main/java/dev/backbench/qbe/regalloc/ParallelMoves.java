package dev.backbench.qbe.regalloc;

import static dev.backbench.qbe.il.Cls.D;
import static dev.backbench.qbe.il.Cls.L;
import static dev.backbench.qbe.il.Cls.W;
import static dev.backbench.qbe.il.Ref.NONE;

import dev.backbench.qbe.amd64.Regs;
import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/**
 * Moves that happen all at once, put into an order. A move whose target nothing reads any more goes first; what remains are cycles: of general registers by exchanges, of SSE registers
 * through the reserved one, of anything with memory in it through a place in the frame. Constants come last, since they read nothing. Linear in the moves. No move touches the flags.
 */
final class ParallelMoves {
    /** Locations are registers by number and, from here on, places in the frame by half their unit. */
    private static final int PLACES = 64;

    private int count;
    private int[] to = new int[64], from = new int[64], cls = new int[64];
    private int constants;
    private int[] constant = new int[64];
    /** By location: the move that writes it plus one; how many waiting moves read it. */
    private int[] writer = new int[256];
    private int[] readers = new int[256];
    private int[] ready = new int[64];
    private int readyCount;
    private Fn fn;
    private Slots slots;

    static int place(int slotRef) {
        return PLACES + (Ref.value(slotRef) >> 1);
    }

    boolean isEmpty() {
        return count == 0 && constants == 0;
    }

    /** Moves a value between locations; each is the target of one move at most. */
    void add(int to, int from, int cls) {
        if (to == from) return;
        if (count == this.to.length) {
            this.to = Arrays.copyOf(this.to, 2 * count);
            this.from = Arrays.copyOf(this.from, 2 * count);
            this.cls = Arrays.copyOf(this.cls, 2 * count);
        }
        this.to[count] = to;
        this.from[count] = from;
        this.cls[count++] = cls;
    }

    /** Sets a location to a constant. @param op {@link Op#COPY} of a number or {@link Op#ADDR} of an address */
    void addConstant(int to, int op, int ref, int cls) {
        if (4 * constants + 4 > constant.length) constant = Arrays.copyOf(constant, 2 * constant.length);
        constant[4 * constants] = to;
        constant[4 * constants + 1] = op;
        constant[4 * constants + 2] = ref;
        constant[4 * constants++ + 3] = cls;
    }

    /** Appends the moves to the function's instructions and forgets them. */
    void emit(Fn fn, Slots slots) {
        this.fn = fn;
        this.slots = slots;
        index();
        readyCount = 0;
        for (int m = 0; m < count; m++) if (readers[to[m]] == 0) ready[readyCount++] = m;
        drain();
        for (int m = 0; m < count; m++) if (writer[to[m]] == m + 1) cycle(m);
        for (int m = 0; m < count; m++) readers[from[m]] = 0;
        for (int c = 0; c < constants; c++) constant(4 * c);
        count = constants = 0;
    }

    private void index() {
        int highest = 0;
        for (int m = 0; m < count; m++) highest = Math.max(highest, Math.max(to[m], from[m]));
        if (writer.length <= highest) {
            writer = new int[2 * highest];
            readers = new int[2 * highest];
        }
        if (ready.length < count) ready = new int[2 * count];
        for (int m = 0; m < count; m++) {
            assert writer[to[m]] == 0 : "two moves to one place";
            writer[to[m]] = m + 1;
            readers[from[m]]++;
        }
    }

    private void drain() {
        while (readyCount > 0) {
            int m = ready[--readyCount], source = from[m];
            move(to[m], source, cls[m]);
            writer[to[m]] = 0;
            if (--readers[source] == 0 && writer[source] != 0) ready[readyCount++] = writer[source] - 1;
        }
    }

    /** Every location of what is left is written once and read once. */
    private void cycle(int start) {
        boolean general = true, sse = true;
        int m = start;
        do {
            general &= to[m] < Regs.XMM0;
            sse &= to[m] >= Regs.XMM0 && to[m] < PLACES;
            m = writer[from[m]] - 1;
        } while (m != start);
        if (general) {
            exchange(start);
            return;
        }
        int held = sse ? Regs.XMM15 : place(slots.scratch(fn));
        // The first target's old content waits elsewhere, for the one move that reads it
        int first = to[start], reader = start;
        while (from[reader] != first) reader = writer[from[reader]] - 1;
        move(held, first, first < Regs.XMM0 ? L : D);
        for (m = start; m != reader; m = writer[from[m]] - 1) move(to[m], from[m], cls[m]);
        move(to[reader], held, cls[reader]);
        forget(start, reader);
    }

    private void forget(int start, int reader) {
        for (int m = start; m != reader; ) {
            int before = writer[from[m]] - 1;
            writer[to[m]] = 0;
            m = before;
        }
        writer[to[reader]] = 0;
    }

    /** After {@code swap to, from} the target is right, and what it held is where the next move's source was. */
    private void exchange(int start) {
        int m = start, first = to[start];
        while (from[m] != first) {
            fn.emit(Op.SWAP, L, NONE, Ref.tmp(to[m]), Ref.tmp(from[m]));
            writer[to[m]] = 0;
            m = writer[from[m]] - 1;
        }
        writer[to[m]] = 0;
    }

    private void move(int to, int from, int cls) {
        if (from < PLACES && to < PLACES) {
            fn.emit(Op.COPY, cls, Ref.tmp(to), Ref.tmp(from), NONE);
        } else if (to < PLACES) {
            fn.emit(Op.LOAD, cls, Ref.tmp(to), slot(from), NONE);
        } else if (from < PLACES) {
            fn.emit(store(from >= Regs.XMM0 && !Cls.isFloat(cls) ? D : cls), W, NONE, Ref.tmp(from), slot(to));
        } else {
            fn.emit(Op.LOAD, D, Regs.ref(Regs.XMM15), slot(from), NONE);
            fn.emit(Op.STORED, W, NONE, Regs.ref(Regs.XMM15), slot(to));
        }
    }

    private static int slot(int location) {
        return Ref.slot(location - PLACES << 1);
    }

    /** The operation that stores a class in its place: words as wide as their register, since a word may be read as a long that it was shown to be. */
    static int store(int cls) {
        return Cls.isFloat(cls) ? Op.STORES + cls - Cls.S : Op.STOREL;
    }

    private void constant(int at) {
        int to = constant[at], op = constant[at + 1], ref = constant[at + 2], cls = constant[at + 3];
        if (to >= PLACES) constantToMemory(slot(to), op, ref, cls);
        else if (to < Regs.XMM0) {
            if (ref != Ref.UNDEFINED) fn.emit(isAddress(ref) ? Op.ADDR : op, cls, Ref.tmp(to), ref, NONE);
        }
        else if (op == Op.COPY && fn.conKind[Ref.value(ref)] <= Fn.CON_BITS) {
            if (ref != Ref.UNDEFINED) fn.emit(Op.COPY, cls, Ref.tmp(to), ref, NONE);
        } else if (ref != Ref.UNDEFINED) {
            address(Op.COPY, L, Ref.tmp(to), ref);
        }
    }

    /** An address that goes where none can be computed is computed in rax, whose content waits in the register that is nobody's. */
    private void address(int op, int cls, int to, int ref) {
        int rax = Regs.ref(Regs.RAX), held = Regs.ref(Regs.XMM15);
        fn.emit(Op.COPY, L, held, rax, NONE);
        fn.emit(Op.ADDR, L, rax, ref, NONE);
        if (op == Op.STOREL) fn.emit(op, cls, NONE, rax, to);
        else fn.emit(op, cls, to, rax, NONE);
        fn.emit(Op.COPY, L, rax, held, NONE);
    }

    private boolean isAddress(int ref) {
        return Ref.isCon(ref) && fn.conKind[Ref.value(ref)] > Fn.CON_BITS;
    }

    private void constantToMemory(int slot, int op, int ref, int cls) {
        if (ref == Ref.UNDEFINED) return;
        if (op == Op.ADDR || isAddress(ref)) {
            address(Op.STOREL, W, slot, ref);
            return;
        }
        long bits = Cls.isWide(cls) ? fn.bits(ref) : fn.bits(ref) & 0xFFFFFFFFL;
        if (bits == (int) bits) {
            fn.emit(Op.STOREL, W, NONE, fn.constant(bits), slot);
        } else {
            fn.emit(Op.STOREW, W, NONE, fn.constant((int) bits), slot);
            fn.emit(Op.STOREW, W, NONE, fn.constant((int) (bits >> 32)), Ref.slot(Ref.value(slot) + 1));
        }
    }
}
