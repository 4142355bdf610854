package dev.backbench.qbe.wasm;

import static dev.backbench.qbe.il.Cls.D;
import static dev.backbench.qbe.il.Cls.L;
import static dev.backbench.qbe.il.Cls.S;
import static dev.backbench.qbe.il.Cls.W;
import static dev.backbench.qbe.il.Ref.NONE;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Jump;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import dev.backbench.qbe.il.Symbols;
import dev.backbench.spi.abi.TrapReason;

/**
 * Replaces the operations that only the port has by those of QBE's language: short sequences, and calls of functions in IL ({@link #functions}) and of
 * {@link #routines} of one machine instruction each.
 */
final class PublicIl {
    /** What is one machine instruction, for the assembler: by operation from {@link Op#CLZ}. */
    private static final String[] INSTRUCTIONS = {"lzcnt", "tzcnt", "popcnt", "sqrt", "round", "round", "round", "round"};
    private static final int ROUND_QUIETLY = 8;
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
    private static String trap(int reason) {
        return "trap." + reason;
    }

    /** What functions call that IL has no words for, for the assembler: operations that are one instruction, and trap sites ({@code docs/abi.md}), since IL cannot say why a program stops. */
    static String routines() {
        StringBuilder text = new StringBuilder("\t.text\n");
        for (TrapReason reason : TrapReason.values()) {
            routine(text, trap(reason.ordinal()), ".byte 0x67, 0x0f, 0xb9, 0x40, " + reason.ordinal());
        }
        for (int op = Op.CLZ; op <= Op.TRUNC; op++) {
            boolean integer = op < Op.SQRT;
            String instruction = INSTRUCTIONS[op - Op.CLZ];
            for (int cls = integer ? W : S; cls <= (integer ? L : D); cls++) {
                String operands = integer ? cls == W ? " %edi, %eax" : " %rdi, %rax" : "s" + Cls.name(cls) + (op == Op.SQRT ? " " : " $" + (ROUND_QUIETLY + op - Op.NEAREST) + ", ") + "%xmm0, %xmm0";
                routine(text, name(op, cls), instruction + operands);
            }
        }
        return text.append("\t.section .note.GNU-stack,\"\",@progbits\n").toString();
    }

    private static void routine(StringBuilder text, String name, String instruction) {
        text.append("\t.globl ").append(name).append('\n').append(name).append(":\n\t").append(instruction).append("\n\tret\n");
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
            case Op.CLZ, Op.CTZ, Op.POPCNT, Op.SQRT, Op.NEAREST, Op.FLOOR, Op.CEIL, Op.TRUNC, Op.MIN, Op.MAX -> call(op, cls, to, first, second);
            default -> fn.emit(fn.ins, at);
        }
    }

    private int function(String name) {
        return fn.address(false, symbols.intern(name), 0);
    }

    private static String name(int op, int cls) {
        return Op.name(op) + '.' + Cls.name(cls);
    }

    private void call(int op, int cls, int to, int first, int second) {
        fn.emit(Op.ARG, cls, NONE, first, NONE);
        if (second != NONE) fn.emit(Op.ARG, cls, NONE, second, NONE);
        fn.emit(Op.CALL, cls, to, function(name(op, cls)), NONE);
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
}
