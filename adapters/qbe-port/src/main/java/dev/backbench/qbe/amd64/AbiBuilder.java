package dev.backbench.qbe.amd64;

import static dev.backbench.qbe.il.Cls.D;
import static dev.backbench.qbe.il.Cls.L;
import static dev.backbench.qbe.il.Cls.S;
import static dev.backbench.qbe.il.Cls.W;
import static dev.backbench.qbe.il.Ref.NONE;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import dev.backbench.qbe.il.Types;
import java.util.Arrays;

/** What the parts of the {@link Abi} pass share: the function, its open block, instructions appended to it, slots wanted in the first block, moves of aggregates' eightbytes. */
final class AbiBuilder {
    private final Aggregates aggregates;
    Fn fn;
    /** The block that receives what is emitted; changes when variadic access splits one. */
    int open;
    /** Argument registers that parameters take, and where the stack's variadic arguments begin, from the frame pointer. */
    int generalParameters, sseParameters, stackParameterBytes;
    /** Slots for the first block: triples (temporary, alloc operation, size). */
    private int[] slots = new int[48];
    private int slotCount;

    AbiBuilder(Types types) {
        aggregates = new Aggregates(types);
    }

    void reset(Fn fn) {
        this.fn = fn;
        slotCount = 0;
    }

    void emit(int op, int cls, int to, int first, int second) {
        fn.emit(op, cls, to, first, second);
    }

    int temporary(int cls) {
        return Ref.tmp(fn.newTemporary(cls, 0));
    }

    Aggregates.Passing passing(int type) {
        return aggregates.passing(type);
    }

    /** A temporary for the address of a slot that holds the aggregate, whole eightbytes. */
    int slot(Aggregates.Passing passing) {
        int pointer = temporary(L);
        slot(pointer, passing);
        return pointer;
    }

    void slot(int pointer, Aggregates.Passing passing) {
        if (slotCount + 3 > slots.length) slots = Arrays.copyOf(slots, 2 * slots.length);
        slots[slotCount++] = pointer;
        slots[slotCount++] = passing.align() > 8 ? Op.ALLOC16 : Op.ALLOC8;
        slots[slotCount++] = (int) Math.max(8, passing.size() + 7 & -8);
    }

    void prependSlots() {
        if (slotCount == 0) return;
        int from = fn.insStart[0], to = fn.insEnd[0];
        fn.insStart[0] = fn.insCount;
        for (int s = 0; s < slotCount; s += 3) emit(slots[s + 1], L, slots[s], fn.constant(slots[s + 2]), NONE);
        fn.append(from, to);
        fn.insEnd[0] = fn.insCount;
    }

    /** {@code base + offset}. */
    int plus(int base, long offset) {
        return offset == 0 ? base : binary(Op.ADD, base, fn.constant(offset));
    }

    int binary(int op, int first, int second) {
        int result = temporary(L);
        emit(op, L, result, first, second);
        return result;
    }

    int load(int op, int cls, int address) {
        int value = temporary(cls);
        emit(op, cls, value, address, NONE);
        return value;
    }

    void store(int cls, int value, int address) {
        emit(cls == W ? Op.STOREW : cls == L ? Op.STOREL : cls == S ? Op.STORES : Op.STORED, W, NONE, value, address);
    }

    void copy(int cls, int to, int from) {
        emit(Op.COPY, cls, to, from, NONE);
    }

    void blit(int from, int to, long size) {
        emit(Op.BLIT0, W, NONE, from, to);
        emit(Op.BLIT1, W, NONE, Ref.integer((int) size), NONE);
    }

    /** Loads an eightbyte and nothing beyond the aggregate, whose end may be that of a page: a lone float comes as a single. */
    int loadPart(Aggregates.Passing passing, int part, int pointer) {
        long at = 8L * part, rest = passing.size() - at;
        int cls = passing.cls(part);
        if (rest >= 8) return load(Op.LOAD, cls, plus(pointer, at));
        if (cls == D) return load(Op.LOAD, S, plus(pointer, at));
        int value = NONE;
        for (int width = 4, done = 0; width > 0; width /= 2) {
            if ((rest & width) == 0) continue;
            int piece = load(width == 4 ? Op.LOADUW : width == 2 ? Op.LOADUH : Op.LOADUB, L, plus(pointer, at + done));
            value = done == 0 ? piece : binary(Op.OR, value, binary(Op.SHL, piece, fn.constant(8L * done)));
            done += width;
        }
        return value;
    }

    /** Stores eightbytes into a slot of whole ones. */
    void storePart(Aggregates.Passing passing, int part, int value, int slot) {
        store(passing.cls(part), value, plus(slot, 8L * part));
    }

    int classOf(int temporary) {
        return fn.tmpClass[Ref.value(temporary)];
    }

    static int resultRegister(int cls, int general, int sse) {
        return Regs.ref(Cls.isFloat(cls) ? Regs.XMM0 + sse : general == 0 ? Regs.RAX : Regs.RDX);
    }
}
