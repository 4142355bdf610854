package dev.backbench.qbe.amd64;

import static dev.backbench.qbe.il.Cls.L;
import static dev.backbench.qbe.il.Cls.W;
import static dev.backbench.qbe.il.Ref.NONE;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.IntCmp;
import dev.backbench.qbe.il.Jump;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;

/** Variadic access of {@link Abi}: a {@code va_list} holds two offsets into the save area, the address of the next stack argument, and that of the save area. */
final class VarArgs {
    /** Bytes that a variadic function's prologue saves its argument registers in: six general, eight SSE. */
    static final int GENERAL_BYTES = 6 * 8, SAVE_AREA = GENERAL_BYTES + 8 * 16;
    /** A slot number beyond any other: the save area, right below the frame pointer. */
    static final int SAVED_REGISTERS = (1 << 28) - 1;
    private static final int SSE_OFFSET = 4, OVERFLOW = 8, SAVED = 16;

    private final AbiBuilder code;

    VarArgs(AbiBuilder code) {
        this.code = code;
    }

    static void setJump(Fn fn, int b, int jump, int argument, int s1, int s2) {
        fn.jump[b] = jump;
        fn.jumpArg[b] = argument;
        fn.s1[b] = s1;
        fn.s2[b] = s2;
    }

    void start(int list) {
        Fn fn = code.fn;
        if (!fn.variadic) return;
        int overflow = code.temporary(L), saved = code.temporary(L);
        code.store(W, fn.constant(8L * code.generalParameters), list);
        code.store(W, fn.constant(GENERAL_BYTES + 16L * code.sseParameters), code.plus(list, SSE_OFFSET));
        code.emit(Op.ADDR, L, overflow, Ref.slot(-code.stackParameterBytes / 4), NONE);
        code.store(L, overflow, code.plus(list, OVERFLOW));
        code.emit(Op.ADDR, L, saved, Ref.slot(SAVED_REGISTERS), NONE);
        code.store(L, saved, code.plus(list, SAVED));
    }

    /** Takes the next argument: from the save area while its offset is below the area's end, otherwise from the stack. Splits the open block in four. */
    void next(int cls, int to, int list) {
        Fn fn = code.fn;
        boolean sse = Cls.isFloat(cls);
        int offsetAddress = sse ? code.plus(list, SSE_OFFSET) : list, offset = code.load(Op.LOAD, W, offsetAddress), fits = code.temporary(W);
        code.emit(Op.CEQW + IntCmp.ULT, W, fits, offset, fn.constant(sse ? SAVE_AREA : GENERAL_BYTES));
        int saved = fn.newBlock(0), overflow = fn.newBlock(0), join = fn.newBlock(0);
        fn.insEnd[code.open] = fn.insCount;
        setJump(fn, code.open, Jump.JNZ, fits, saved, overflow);

        fn.insStart[saved] = fn.insCount;
        int area = code.load(Op.LOAD, L, code.plus(list, SAVED)), wide = code.temporary(L), beyond = code.temporary(W);
        code.emit(Op.EXTUW, L, wide, offset, NONE);
        int fromSaved = code.binary(Op.ADD, area, wide);
        code.emit(Op.ADD, W, beyond, offset, fn.constant(sse ? 16 : 8));
        code.store(W, beyond, offsetAddress);
        fn.insEnd[saved] = fn.insCount;
        setJump(fn, saved, Jump.JMP, NONE, join, -1);

        fn.insStart[overflow] = fn.insCount;
        int cell = code.plus(list, OVERFLOW), fromStack = code.load(Op.LOAD, L, cell);
        code.store(L, code.plus(fromStack, 8), cell);
        fn.insEnd[overflow] = fn.insCount;
        setJump(fn, overflow, Jump.JMP, NONE, join, -1);

        int address = code.temporary(L);
        fn.phiStart[join] = fn.phiCount;
        fn.newPhi(L, address);
        fn.phiArgument(saved, fromSaved);
        fn.phiArgument(overflow, fromStack);
        fn.phiEnd[join] = fn.phiCount;
        fn.insStart[join] = fn.insCount;
        code.open = join;
        code.emit(Op.LOAD, cls, to, address, NONE);
    }
}
