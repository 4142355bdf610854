package dev.backbench.qbe.amd64;

import static dev.backbench.qbe.il.Cls.L;
import static dev.backbench.qbe.il.Ref.NONE;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;

/** Builds machine addresses for {@link Isel}: follows single definitions through additions and scalings by 2, 4, 8, as long as base, index, scale and a 32-bit offset hold it. */
final class Addresses {
    /** Definitions followed one behind the other. */
    static final int DEPTH = 4;

    private final Isel isel;
    private int base, index, scale, symbol;
    private long offset;

    Addresses(Isel isel) {
        this.isel = isel;
    }

    /** The operand of a load or store at a pointer: a slot, a symbol, or a {@link Ref#MEM}. Its user is emitted already; what it needs comes before that in the code. */
    int of(int pointer) {
        reset();
        if (!add(pointer, 1, 0)) {
            base = isel.value(L, pointer);
            isel.flush();
            return isel.fn.memory(NONE, base, NONE, 1);
        }
        isel.drop(pointer);
        return operand();
    }

    /** The address that instruction {@code i}, an addition, computes, if it has at least three parts or a scale; else none, with nothing done. */
    int ofSum(int i) {
        Fn fn = isel.fn;
        reset();
        int first = fn.ins[Fn.STRIDE * i + 2], second = fn.ins[Fn.STRIDE * i + 3];
        if (!add(first, 1, 1) || !add(second, 1, 1) || symbol != NONE) return NONE;
        boolean parts = base != NONE && index != NONE && (offset != 0 || scale != 1);
        if (!parts) return NONE;
        isel.drop(first);
        isel.drop(second);
        return operand();
    }

    private void reset() {
        base = index = symbol = NONE;
        scale = 1;
        offset = 0;
    }

    /** Adds {@code factor * ref}; false, with nothing changed but what the caller restores, if it does not fit. */
    private boolean add(int ref, int factor, int depth) {
        if (Ref.isCon(ref)) return constant(ref, factor);
        boolean slot = isel.slotOf(ref) >= 0;
        if (depth < DEPTH && !slot && expand(ref, factor, depth)) return true;
        if (slot) {
            if (factor != 1 || base != NONE && (index != NONE || isel.slotOf(base) >= 0) || symbol != NONE) return false;
            index = base != NONE ? base : index;
            base = ref;
        } else if (factor == 1 && base == NONE) {
            base = ref;
        } else if (index == NONE) {
            index = ref;
            scale = factor;
        } else {
            return false;
        }
        return true;
    }

    private boolean constant(int con, int factor) {
        Fn fn = isel.fn;
        if (fn.isNumber(con)) {
            long sum = offset + factor * fn.bits(con);
            if (fn.bits(con) != (int) fn.bits(con) || sum != (int) sum) return false;
            offset = sum;
            return true;
        }
        // a slot is found from the frame pointer, which leaves no room for a symbol
        if (factor != 1 || symbol != NONE || base != NONE && isel.slotOf(base) >= 0 || fn.conKind[Ref.value(con)] == Fn.CON_UNDEFINED) return false;
        symbol = con;
        return true;
    }

    /** Takes apart the addition or scaling that made {@code ref}. */
    private boolean expand(int ref, int factor, int depth) {
        Fn fn = isel.fn;
        int def = isel.definition(ref);
        if (def < 0) return false;
        int at = Fn.STRIDE * def, word = fn.ins[at], first = fn.ins[at + 2], second = fn.ins[at + 3];
        if (Fn.cls(word) != L || Ref.isRegister(first) || Ref.isRegister(second)) return false;
        int b = base, x = index, s = scale, y = symbol;
        long o = offset;
        boolean fits = switch (Fn.op(word)) {
            case Op.ADD -> add(first, factor, depth + 1) && add(second, factor, depth + 1);
            case Op.SHL -> factor == 1 && fn.isNumber(second) && fn.bits(second) >= 0 && fn.bits(second) <= 3 && add(first, 1 << fn.bits(second), depth + 1);
            case Op.COPY -> Ref.kind(first) == Ref.TMP && add(first, factor, depth + 1);
            default -> false;
        };
        if (fits) return true;
        base = b;
        index = x;
        scale = s;
        symbol = y;
        offset = o;
        return false;
    }

    private int operand() {
        Fn fn = isel.fn;
        isel.keep(base);
        isel.keep(index);
        if (base == NONE && scale == 2) {
            // Without a base, an address is four bytes longer
            base = index;
            scale = 1;
        }
        int where = offset == 0 ? NONE : fn.constant(offset);
        if (symbol != NONE) {
            int con = Ref.value(symbol);
            long sum = fn.conBits[con] + offset;
            boolean thread = fn.conKind[con] == Fn.CON_THREAD_ADDRESS, near = sum == (int) sum;
            if (base == NONE && index == NONE && near) return fn.address(thread, fn.conSymbol[con], sum);
            // Position-independent code reaches a symbol from the instruction pointer alone
            int pointer = isel.temporary(L);
            if (base != NONE && index != NONE) {
                int total = isel.temporary(L);
                isel.emit(Op.ADD, L, total, pointer, base);
                isel.emit(Op.ADDR, L, pointer, near ? fn.address(thread, fn.conSymbol[con], sum) : symbol, NONE);
                return fn.memory(near ? NONE : where, total, index, scale);
            }
            isel.emit(Op.ADDR, L, pointer, near ? fn.address(thread, fn.conSymbol[con], sum) : symbol, NONE);
            if (near) where = NONE;
            if (base != NONE) return fn.memory(where, pointer, base, 1);
            return fn.memory(where, pointer, index, scale);
        }
        if (base == NONE && index == NONE) return fn.memory(fn.constant(offset), NONE, NONE, 1);
        boolean slot = isel.slotOf(base) >= 0;
        if (slot && index == NONE && where == NONE) return Ref.slot(isel.slotOf(base));
        return fn.memory(where, slot ? Ref.slot(isel.slotOf(base)) : base, index, scale);
    }
}
