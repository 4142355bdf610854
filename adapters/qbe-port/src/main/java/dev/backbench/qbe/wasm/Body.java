package dev.backbench.qbe.wasm;

import static dev.backbench.qbe.il.Cls.D;
import static dev.backbench.qbe.il.Cls.L;
import static dev.backbench.qbe.il.Cls.S;
import static dev.backbench.qbe.il.Cls.W;
import static dev.backbench.qbe.il.Ref.NONE;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.IntCmp;
import dev.backbench.qbe.il.Jump;
import dev.backbench.qbe.il.Linkage;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;
import java.util.Arrays;

/**
 * The function under construction: where instructions go, its blocks, what every function begins with, traps.
 *
 * <p>A value is an operand. An i32 is a {@code w} whose upper half is zero, whatever made it: what comes from outside is declared {@code l} and extended first. So
 * an {@code extuw} of a {@code w} costs nothing ({@code pass.ZeroUpper}).
 */
final class Body {
    final Fn fn;
    /** The block that instructions go to. */
    int block;
    /** The callee's instance; the place for several results, where the signature has them. */
    int instance, resultPointer;
    int memoryBase;
    private boolean usesMemoryBase;
    private int memoryBaseLoad;
    private int area, areaAlloc, areaBytes;
    private int[] parameters = new int[16];
    private final int[] trapBlock = new int[TrapReason.values().length];

    Body(Fn fn) {
        this.fn = fn;
    }

    void begin(int function, FuncType type) {
        fn.reset();
        fn.name = function;
        fn.linkage = Linkage.PRIVATE;
        fn.loadsTrap = fn.wordsZeroExtended = true;
        Arrays.fill(trapBlock, -1);
        block = fn.newBlock(0);
        int[] results = type.results();
        fn.returnKind = results.length == 1 ? Jump.RETW + cls(results[0]) : Jump.RET0;
        instance = incoming(L);
        resultPointer = results.length > 1 ? incoming(L) : NONE;
        int count = type.parameters().length;
        if (parameters.length < count) parameters = new int[2 * count];
        for (int p = 0; p < count; p++) parameters[p] = incoming(type.parameters()[p] == ValType.I32 ? L : cls(type.parameters()[p]));
        for (int p = 0; p < count; p++) if (type.parameters()[p] == ValType.I32) parameters[p] = unary(Op.EXTUW, L, parameters[p]);
        // Both are taken back at the end where nothing has used them
        areaAlloc = fn.insCount;
        areaBytes = 0;
        area = unary(Op.ALLOC16, L, fn.constant(0));
        memoryBaseLoad = fn.insCount;
        usesMemoryBase = false;
        memoryBase = load(Op.LOAD, L, at(instance, InstanceLayout.MEMORY_BASE));
    }

    private int incoming(int cls) {
        int to = temporary(cls);
        fn.emit(Op.PAR, cls, to, NONE, NONE);
        return to;
    }

    int parameter(int index) {
        return parameters[index];
    }

    void end() {
        if (areaBytes == 0) remove(areaAlloc);
        else fn.ins[Fn.STRIDE * areaAlloc + 2] = fn.constant(areaBytes);
        if (!usesMemoryBase) remove(memoryBaseLoad);
    }

    private void remove(int instruction) {
        int at = Fn.STRIDE * instruction;
        fn.ins[at] = Op.NOP;
        fn.ins[at + 1] = fn.ins[at + 2] = fn.ins[at + 3] = NONE;
    }

    int memoryBase() {
        usesMemoryBase = true;
        return memoryBase;
    }

    /** Room for the results of a call. */
    int resultArea(int results) {
        areaBytes = Math.max(areaBytes, results * InstanceLayout.SLOT_BYTES);
        return area;
    }

    static int cls(int type) {
        return switch (type) {
            case ValType.I32 -> W;
            case ValType.F32 -> S;
            case ValType.F64 -> D;
            default -> L;
        };
    }

    // ---- instructions ----

    int temporary(int cls) {
        return Ref.tmp(fn.newTemporary(cls, 0));
    }

    int unary(int op, int cls, int operand) {
        return binary(op, cls, operand, NONE);
    }

    int binary(int op, int cls, int first, int second) {
        int to = temporary(cls);
        fn.emit(op, cls, to, first, second);
        return to;
    }

    int load(int op, int cls, int address) {
        return unary(op, cls, address);
    }

    void store(int op, int value, int address) {
        fn.emit(op, W, NONE, value, address);
    }

    static int storeOf(int cls) {
        return cls == W ? Op.STOREW : cls == L ? Op.STOREL : cls == S ? Op.STORES : Op.STORED;
    }

    /** {@code base + offset}. */
    int at(int base, long offset) {
        return offset == 0 ? base : binary(Op.ADD, L, base, fn.constant(offset));
    }

    /** An i32 as 64 bits. */
    int wide(int word) {
        if (fn.isNumber(word)) return fn.constant(fn.bits(word) & 0xFFFFFFFFL);
        return unary(Op.EXTUW, L, word);
    }

    /** The low half of 64 bits as an i32. */
    int narrow(int wide) {
        if (fn.isNumber(wide)) return fn.constant((int) fn.bits(wide));
        return unary(Op.EXTUW, L, wide);
    }

    int compare(int comparison, int cls, int first, int second) {
        int op = switch (cls) {
            case W -> Op.CEQW;
            case L -> Op.CEQL;
            case S -> Op.CEQS;
            default -> Op.CEQD;
        };
        return binary(op + comparison, W, first, second);
    }

    // ---- blocks ----

    /** Ends the open block; nothing is open then. */
    void close(int jump, int argument, int s1, int s2) {
        fn.insEnd[block] = fn.insCount;
        fn.jump[block] = jump;
        fn.jumpArg[block] = argument;
        fn.s1[block] = s1;
        fn.s2[block] = s2;
    }

    void open(int b) {
        block = b;
        fn.insStart[b] = fn.insEnd[b] = fn.insCount;
    }

    void jump(int target) {
        close(Jump.JMP, NONE, target, -1);
    }

    void branch(int condition, int yes, int no) {
        close(Jump.JNZ, condition, yes, no);
    }

    /** The value of the open block, which has no other phi, by where it was come from. */
    int phi(int cls, int from, int value, int otherFrom, int otherValue) {
        int to = temporary(cls);
        fn.phiStart[block] = fn.phiCount;
        fn.newPhi(cls, to);
        fn.phiArgument(from, value);
        fn.phiArgument(otherFrom, otherValue);
        fn.phiEnd[block] = fn.phiCount;
        return to;
    }

    // ---- traps ----

    /** The block that traps for a reason; one a function. */
    int trapBlock(TrapReason reason) {
        int known = trapBlock[reason.ordinal()];
        if (known >= 0) return known;
        int made = fn.newBlock(0);
        fn.jump[made] = Jump.HLT;
        fn.jumpArg[made] = Ref.integer(reason.ordinal());
        return trapBlock[reason.ordinal()] = made;
    }

    /** Goes on if {@code condition} is not zero. */
    void require(int condition, TrapReason reason) {
        int next = fn.newBlock(0), trap = trapBlock(reason);
        branch(condition, next, trap);
        open(next);
    }

    void trap(TrapReason reason) {
        jump(trapBlock(reason));
    }

    /** Goes on if {@code first < second}, unsigned, both of 64 bits. */
    void requireBelow(int first, int second, TrapReason reason) {
        require(compare(IntCmp.ULT, L, first, second), reason);
    }
}
