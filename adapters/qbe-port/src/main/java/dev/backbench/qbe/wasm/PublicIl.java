package dev.backbench.qbe.wasm;

import static dev.backbench.qbe.il.Cls.L;
import static dev.backbench.qbe.il.Cls.S;
import static dev.backbench.qbe.il.Cls.W;
import static dev.backbench.qbe.il.Ref.NONE;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.IntCmp;
import dev.backbench.qbe.il.Jump;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import dev.backbench.qbe.il.Symbols;

/**
 * Replaces the operations that only the port has by those of QBE's language: short sequences, calls of functions in IL ({@link #functions}) and of library routines, and
 * functions that trap for their reason.
 */
final class PublicIl {
    private static final long[] HALVES = {0x5555555555555555L, 0x3333333333333333L, 0x0F0F0F0F0F0F0F0FL, 0x0101010101010101L};
    /** By operation from {@link Op#SQRT}: libm's names, which add an f for singles. */
    private static final String[] ROUTINES = {"sqrt", "rint", "floor", "ceil", "trunc"};
    /** {@code %z} is for equal values, of which only zeros differ. */
    private static final String CHOICE = """
            function %3$s $%1$s.%3$s(%3$s %%a, %3$s %%b) {
            @start
            	%%less =w c%2$s%3$s %%a, %%b
            	jnz %%less, @first, @other
            @first
            	ret %%a
            @other
            	%%more =w c%2$s%3$s %%b, %%a
            	jnz %%more, @second, @equal
            @second
            	ret %%b
            @equal
            	%%nan =w cuo%3$s %%a, %%b
            	jnz %%nan, @sum, @zeros
            @sum
            	%%s =%3$s add %%a, %%b
            	ret %%s
            @zeros
            	%%x =%4$s cast %%a
            	%%y =%4$s cast %%b
            	%%z =%4$s %5$s %%x, %%y
            	%%r =%3$s cast %%z
            	ret %%r
            }
            """;

    private final Symbols symbols;
    private Fn fn;

    PublicIl(Symbols symbols) {
        this.symbols = symbols;
    }

    /** The name of the function that traps for a reason. */
    static String trap(int reason) {
        return "trap." + reason;
    }

    /** The functions in IL that others call. */
    String functions() {
        StringBuilder text = new StringBuilder();
        for (char cls : new char[] {'s', 'd'}) {
            char bits = cls == 's' ? 'w' : 'l';
            text.append(String.format(CHOICE, "min", "lt", cls, bits, "or")).append(String.format(CHOICE, "max", "gt", cls, bits, "and"));
        }
        return text.toString();
    }

    void run(Fn fn) {
        this.fn = fn;
        for (int b = 0; b < fn.blocks; b++) {
            int from = fn.insStart[b], to = fn.insEnd[b], start = fn.insCount;
            for (int i = from; i < to; i++) if (Fn.op(fn.ins[Fn.STRIDE * i]) != Op.NOP) instruction(Fn.STRIDE * i);
            if (fn.jump[b] == Jump.HLT && fn.jumpArg[b] != NONE) {
                fn.emit(Op.CALL, W, NONE, function(trap(Ref.value(fn.jumpArg[b]))), NONE);
                fn.jumpArg[b] = NONE;
            }
            fn.insStart[b] = start;
            fn.insEnd[b] = fn.insCount;
        }
    }

    private void instruction(int at) {
        int op = Fn.op(fn.ins[at]), cls = Fn.cls(fn.ins[at]), to = fn.ins[at + 1], first = fn.ins[at + 2], second = fn.ins[at + 3];
        switch (op) {
            case Op.ROTL, Op.ROTR -> rotate(op, cls, to, first, second);
            case Op.CLZ -> leadingZeros(cls, to, first);
            case Op.CTZ -> trailingZeros(cls, to, first);
            case Op.POPCNT -> bitCount(cls, to, first);
            case Op.SQRT, Op.NEAREST, Op.FLOOR, Op.CEIL, Op.TRUNC -> call(ROUTINES[op - Op.SQRT] + (cls == S ? "f" : ""), cls, to, first, NONE);
            case Op.MIN, Op.MAX -> call((op == Op.MIN ? "min." : "max.") + Cls.name(cls), cls, to, first, second);
            default -> fn.emit(fn.ins, at);
        }
    }

    private int function(String name) {
        return fn.address(false, symbols.intern(name), 0);
    }

    private void call(String name, int cls, int to, int first, int second) {
        fn.emit(Op.ARG, cls, NONE, first, NONE);
        if (second != NONE) fn.emit(Op.ARG, cls, NONE, second, NONE);
        fn.emit(Op.CALL, cls, to, function(name), NONE);
    }

    /** A routine of an l that gives a C int. */
    private void call(String routine, int to, int value) {
        fn.emit(Op.ARG, L, NONE, value, NONE);
        fn.emit(Op.CALL, fn.tmpClass[Ref.value(to)], to, function(routine), NONE);
    }

    private int make(int op, int cls, int first, int second) {
        int to = Ref.tmp(fn.newTemporary(cls, 0));
        fn.emit(op, cls, to, first, second);
        return to;
    }

    private void rotate(int op, int cls, int to, int value, int count) {
        int width = Cls.isWide(cls) ? 64 : 32, there = op == Op.ROTL ? Op.SHL : Op.SHR, back = op == Op.ROTL ? Op.SHR : Op.SHL, rest;
        if (fn.isNumber(count)) {
            int known = (int) fn.bits(count) & width - 1;
            count = fn.constant(known);
            rest = fn.constant(-known & width - 1);
        } else {
            rest = make(Op.SUB, W, fn.constant(0), count);
        }
        fn.emit(Op.OR, cls, to, make(there, cls, value, count), make(back, cls, value, rest));
    }

    /** The routine counts in 64 bits and not for zero: a word is shifted left by one over a one; of a long the lowest bit is set, which matters for zero only. */
    private void leadingZeros(int cls, int to, int value) {
        int one = fn.constant(1);
        if (cls == L) {
            counted("__clzdi2", to, value, one);
            return;
        }
        int shifted = make(Op.SHL, L, make(Op.EXTUW, L, value, NONE), one), zeros = Ref.tmp(fn.newTemporary(L, 0));
        call("__clzdi2", zeros, make(Op.OR, L, shifted, one));
        fn.emit(Op.SUB, W, to, zeros, fn.constant(31));
    }

    private void trailingZeros(int cls, int to, int value) {
        if (cls == L) counted("__ctzdi2", to, value, fn.constant(Long.MIN_VALUE));
        else call("__ctzdi2", to, make(Op.OR, L, make(Op.EXTUW, L, value, NONE), fn.constant(1L << 32)));
    }

    /** What the routine counts before the bit that stops it, and one more for zero. */
    private void counted(String routine, int to, int value, int stop) {
        int zero = make(Op.CEQL + IntCmp.EQ, L, value, fn.constant(0)), zeros = Ref.tmp(fn.newTemporary(L, 0));
        call(routine, zeros, make(Op.OR, L, value, stop));
        fn.emit(Op.ADD, L, to, make(Op.EXTUW, L, zeros, NONE), zero);
    }

    /** Sums of neighbouring fields, each time twice as wide; the last sum by a multiplication. */
    private void bitCount(int cls, int to, int value) {
        int width = Cls.isWide(cls) ? 64 : 32, pairs = make(Op.SUB, cls, value, masked(cls, make(Op.SHR, cls, value, fn.constant(1)), 0));
        int fours = make(Op.ADD, cls, masked(cls, pairs, 1), masked(cls, make(Op.SHR, cls, pairs, fn.constant(2)), 1));
        int bytes = masked(cls, make(Op.ADD, cls, fours, make(Op.SHR, cls, fours, fn.constant(4))), 2);
        fn.emit(Op.SHR, cls, to, make(Op.MUL, cls, bytes, fn.constant(mask(cls, 3))), fn.constant(width - 8));
    }

    private int masked(int cls, int value, int which) {
        return make(Op.AND, cls, value, fn.constant(mask(cls, which)));
    }

    private static long mask(int cls, int which) {
        return cls == L ? HALVES[which] : (int) HALVES[which];
    }
}
