package dev.backbench.qbe.amd64;

import static dev.backbench.qbe.il.Cls.L;
import static dev.backbench.qbe.il.Cls.W;
import static dev.backbench.qbe.il.Ref.NONE;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Jump;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import dev.backbench.qbe.il.Types;
import java.util.Arrays;

/**
 * Makes parameters, calls, returns and variadic access explicit in registers and memory as System V has them. Sub-word values are passed as words whose upper bits mean
 * nothing, so their operations become the plain ones.
 *
 * <p>Aggregates that come in registers are stored to a slot of the first block. Variadic access splits blocks: those made are the last ones, out of the usual order. Linear.
 */
public final class Abi {
    /** Where a caller's stack arguments begin, from the frame pointer: behind the return address and the saved frame pointer. */
    static final int STACK_ARGUMENTS = 16;

    private final AbiBuilder code;
    private final AbiCalls calls;
    private final VarArgs varArgs;
    private Fn fn;
    /** Address to which an aggregate in memory is returned. */
    private int returnPointer;
    /** Aggregates that came in registers: quadruples (result, type, first part, second part). */
    private int[] parts = new int[32];
    private int partCount;

    public Abi(Types types) {
        code = new AbiBuilder(types);
        calls = new AbiCalls(code);
        varArgs = new VarArgs(code);
    }

    public void run(Fn fn) {
        this.fn = fn;
        code.reset(fn);
        returnPointer = fn.returnKind == Jump.RETC ? code.temporary(L) : NONE;
        int before = fn.blocks;
        for (int b = 0; b < before; b++) block(b);
        code.prependSlots();
        fn.compact();
    }

    private void block(int b) {
        int from = fn.insStart[b], to = fn.insEnd[b], jump = fn.jump[b], argument = fn.jumpArg[b], s1 = fn.s1[b], s2 = fn.s2[b];
        code.open = b;
        fn.insStart[b] = fn.insCount;
        int i = b == 0 ? parameters(from, to) : from;
        while (i < to) i = instruction(i);
        if (Jump.isReturn(jump)) giveBack(jump, argument);
        else VarArgs.setJump(fn, code.open, jump, argument, s1, s2);
        fn.insEnd[code.open] = fn.insCount;
        if (code.open != b) renamePredecessor(fn, b, code.open, s1, s2);
    }

    /** The arguments of successors' phis come from another block now. */
    static void renamePredecessor(Fn fn, int was, int is, int s1, int s2) {
        for (int way = 0; way < 2; way++) {
            int target = way == 0 ? s1 : s2;
            if (target < 0) continue;
            for (int p = fn.phiStart[target]; p < fn.phiEnd[target]; p++) {
                int at = Fn.STRIDE * p;
                for (int a = fn.phi[at + 2], end = a + 2 * fn.phi[at + 3]; a < end; a += 2) if (fn.phiArg[a] == was) fn.phiArg[a] = is;
            }
        }
    }

    /** @return the next instruction */
    private int instruction(int i) {
        int at = Fn.STRIDE * i, word = fn.ins[at], op = Fn.op(word), cls = Fn.cls(word), to = fn.ins[at + 1], first = fn.ins[at + 2], second = fn.ins[at + 3];
        if (Op.isArgument(op) || op == Op.CALL) {
            int call = i;
            while (Fn.op(fn.ins[Fn.STRIDE * call]) != Op.CALL) call++;
            calls.call(i, call);
            return call + 1;
        }
        if (op == Op.VASTART) varArgs.start(first);
        else if (op == Op.VAARG) varArgs.next(cls, to, first);
        else if (op != Op.NOP) code.emit(op, cls, to, first, second);
        return i + 1;
    }

    // ---- parameters ----

    /** Registers are read first, all of them, before anything may overwrite one. @return the first instruction that is no parameter */
    private int parameters(int from, int to) {
        int end = from;
        code.generalParameters = code.sseParameters = partCount = 0;
        code.stackParameterBytes = STACK_ARGUMENTS;
        if (fn.returnKind == Jump.RETC && code.passing(fn.returnType).inMemory()) code.copy(L, returnPointer, Regs.ref(Regs.ARGUMENTS[code.generalParameters++]));
        for (; end < to && Op.isParameter(Fn.op(fn.ins[Fn.STRIDE * end])); end++) {
            int at = Fn.STRIDE * end, op = Fn.op(fn.ins[at]), cls = Fn.cls(fn.ins[at]), name = fn.ins[at + 1];
            if (op == Op.PARE) code.copy(L, name, Regs.ref(Regs.RAX));
            else if (op == Op.PARC) aggregate(name, Ref.value(fn.ins[at + 2]));
            else if (Cls.isFloat(cls)) scalar(cls, name, code.sseParameters < Regs.SSE_ARGUMENTS ? Regs.XMM0 + code.sseParameters++ : 0);
            else scalar(cls, name, code.generalParameters < Regs.ARGUMENTS.length ? Regs.ARGUMENTS[code.generalParameters++] : 0);
        }
        for (int p = 0; p < partCount; p += 4) {
            Aggregates.Passing passing = code.passing(parts[p + 1]);
            code.slot(parts[p], passing);
            for (int e = 0; e < passing.eightbytes(); e++) code.storePart(passing, e, parts[p + 2 + e], parts[p]);
        }
        return end;
    }

    /** @param register 0 for the stack */
    private void scalar(int cls, int name, int register) {
        if (register != 0) {
            code.copy(cls, name, Regs.ref(register));
        } else {
            code.emit(Op.LOAD, cls, name, Ref.slot(-code.stackParameterBytes / 4), NONE);
            code.stackParameterBytes += 8;
        }
    }

    private void aggregate(int name, int type) {
        Aggregates.Passing passing = code.passing(type);
        if (!passing.fits(code.generalParameters, code.sseParameters)) {
            if (passing.align() > 8) code.stackParameterBytes = code.stackParameterBytes + 15 & -16;
            code.emit(Op.ADDR, L, name, Ref.slot(-code.stackParameterBytes / 4), NONE);
            code.stackParameterBytes += passing.stackBytes();
            return;
        }
        if (partCount + 4 > parts.length) parts = Arrays.copyOf(parts, 2 * parts.length);
        parts[partCount] = name;
        parts[partCount + 1] = type;
        for (int e = 0; e < passing.eightbytes(); e++) {
            int cls = passing.cls(e), part = code.temporary(cls);
            code.copy(cls, part, Regs.ref(cls == L ? Regs.ARGUMENTS[code.generalParameters++] : Regs.XMM0 + code.sseParameters++));
            parts[partCount + 2 + e] = part;
        }
        partCount += 4;
    }

    // ---- returns ----

    private void giveBack(int jump, int value) {
        int general = 0, sse = 0;
        if (jump == Jump.RETC) {
            Aggregates.Passing passing = code.passing(fn.returnType);
            if (passing.inMemory()) {
                code.blit(value, returnPointer, passing.size());
                code.copy(L, Regs.ref(Regs.RAX), returnPointer);
                general = 1;
            } else {
                int first = code.loadPart(passing, 0, value), second = passing.eightbytes() > 1 ? code.loadPart(passing, 1, value) : NONE;
                for (int e = 0; e < passing.eightbytes(); e++) {
                    int part = e == 0 ? first : second, cls = code.classOf(part);
                    code.copy(cls, AbiBuilder.resultRegister(cls, general, sse), part);
                    if (cls == L) general++;
                    else sse++;
                }
            }
        } else if (jump != Jump.RET0) {
            int cls = jump <= Jump.RETD ? jump - Jump.RETW : W;
            code.copy(cls, AbiBuilder.resultRegister(cls, 0, 0), value);
            if (Cls.isFloat(cls)) sse++;
            else general++;
        }
        VarArgs.setJump(fn, code.open, Jump.RET0, Ref.call(CallShape.pack(0, 0, general, sse, false)), -1, -1);
    }
}
