package dev.backbench.qbe.amd64;

import static dev.backbench.qbe.il.Cls.L;
import static dev.backbench.qbe.il.Cls.W;
import static dev.backbench.qbe.il.Ref.NONE;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/**
 * The calling side of {@link Abi}. A call becomes: {@code salloc} of the stack arguments and stores into them, loads of the parts of aggregates, copies into argument registers,
 * the call with its {@link CallShape}, copies out of result registers, {@code salloc} of minus the size.
 */
final class AbiCalls {
    /** In {@link #place}: not among the register arguments. */
    private static final int NOWHERE = 0, ON_STACK = -1;

    private final AbiBuilder code;
    private Fn fn;
    /** By argument: two registers, or {@link #ON_STACK} and the offset. */
    private int[] place = new int[64];
    /** Register moves to be done together: triples (class, register, value). */
    private int[] moves = new int[48];
    private int moveCount;
    private int general, sse, stack, environment;
    private boolean variadic;

    AbiCalls(AbiBuilder code) {
        this.code = code;
    }

    /** @param from the first of its arguments, which the call follows */
    void call(int from, int call) {
        fn = code.fn;
        int at = Fn.STRIDE * call, cls = Fn.cls(fn.ins[at]), to = fn.ins[at + 1], callee = fn.ins[at + 2], returned = fn.ins[at + 3];
        Aggregates.Passing result = Ref.kind(returned) == Ref.TYPE ? code.passing(Ref.value(returned)) : null;
        boolean inMemory = result != null && result.inMemory();
        int slot = result == null ? NONE : code.slot(result);
        assign(from, call - from, inMemory ? 1 : 0);
        if (stack > 0) stackArguments(from, call - from);
        registerArguments(from, call - from);
        if (inMemory) move(L, Regs.RDI, slot);
        if (environment != NONE) move(L, Regs.RAX, environment);
        else if (variadic) move(W, Regs.RAX, fn.constant(sse));
        for (int m = 0; m < moveCount; m += 3) code.copy(moves[m], Regs.ref(moves[m + 1]), moves[m + 2]);
        int generalResults = result == null ? to == NONE || Cls.isFloat(cls) ? 0 : 1 : inMemory ? 1 : result.general();
        int sseResults = result == null ? to != NONE && Cls.isFloat(cls) ? 1 : 0 : inMemory ? 0 : result.sse();
        fn.leaf = false;
        code.emit(Op.CALL, W, NONE, callee, Ref.call(CallShape.pack(general, sse, generalResults, sseResults, environment != NONE || variadic)));
        results(result, cls, to, slot);
        if (stack > 0) code.emit(Op.SALLOC, L, NONE, fn.constant(-stack), NONE);
    }

    /** Decides each argument's place. */
    private void assign(int from, int count, int firstGeneral) {
        general = firstGeneral;
        sse = stack = moveCount = 0;
        variadic = false;
        environment = NONE;
        if (place.length < 2 * count) place = new int[4 * count];
        for (int n = 0; n < count; n++) {
            int at = Fn.STRIDE * (from + n), op = Fn.op(fn.ins[at]), cls = Fn.cls(fn.ins[at]);
            place[2 * n] = place[2 * n + 1] = NOWHERE;
            if (op == Op.ARGV) variadic = true;
            else if (op == Op.ARGE) environment = fn.ins[at + 2];
            else if (op == Op.ARGC) aggregate(n, code.passing(Ref.value(fn.ins[at + 2])));
            else if (Cls.isFloat(cls) && sse < Regs.SSE_ARGUMENTS) place[2 * n] = Regs.XMM0 + sse++;
            else if (!Cls.isFloat(cls) && general < Regs.ARGUMENTS.length) place[2 * n] = Regs.ARGUMENTS[general++];
            else onStack(n, 8);
        }
        stack = stack + 15 & -16;
    }

    private void aggregate(int n, Aggregates.Passing passing) {
        if (!passing.fits(general, sse)) {
            if (passing.align() > 8) stack = stack + 15 & -16;
            onStack(n, passing.stackBytes());
            return;
        }
        for (int e = 0; e < passing.eightbytes(); e++) place[2 * n + e] = passing.cls(e) == L ? Regs.ARGUMENTS[general++] : Regs.XMM0 + sse++;
    }

    private void onStack(int n, int bytes) {
        place[2 * n] = ON_STACK;
        place[2 * n + 1] = stack;
        stack += bytes;
    }

    private void stackArguments(int from, int count) {
        int area = code.temporary(L);
        code.emit(Op.SALLOC, L, area, fn.constant(stack), NONE);
        for (int n = 0; n < count; n++) {
            if (place[2 * n] != ON_STACK) continue;
            int at = Fn.STRIDE * (from + n), target = code.plus(area, place[2 * n + 1]);
            if (Fn.op(fn.ins[at]) == Op.ARGC) code.blit(fn.ins[at + 3], target, code.passing(Ref.value(fn.ins[at + 2])).size());
            else code.store(Fn.cls(fn.ins[at]), fn.ins[at + 2], target);
        }
    }

    /** Loads the parts of aggregates that go into registers, and notes all moves. */
    private void registerArguments(int from, int count) {
        for (int n = 0; n < count; n++) {
            if (place[2 * n] <= NOWHERE) continue;
            int at = Fn.STRIDE * (from + n);
            if (Fn.op(fn.ins[at]) != Op.ARGC) {
                move(Fn.cls(fn.ins[at]), place[2 * n], fn.ins[at + 2]);
                continue;
            }
            Aggregates.Passing passing = code.passing(Ref.value(fn.ins[at + 2]));
            int pointer = fn.ins[at + 3];
            for (int e = 0; e < passing.eightbytes(); e++) {
                int part = code.loadPart(passing, e, pointer);
                move(code.classOf(part), place[2 * n + e], part);
            }
        }
    }

    private void move(int cls, int register, int value) {
        if (moveCount + 3 > moves.length) moves = Arrays.copyOf(moves, 2 * moves.length);
        moves[moveCount++] = cls;
        moves[moveCount++] = register;
        moves[moveCount++] = value;
    }

    private void results(Aggregates.Passing result, int cls, int to, int slot) {
        if (result == null) {
            if (to != NONE) code.copy(cls, to, AbiBuilder.resultRegister(cls, 0, 0));
            return;
        }
        if (!result.inMemory()) {
            int first = code.temporary(result.cls(0)), second = NONE;
            code.copy(result.cls(0), first, AbiBuilder.resultRegister(result.cls(0), 0, 0));
            if (result.eightbytes() > 1) {
                second = code.temporary(result.cls(1));
                boolean same = result.cls(0) == result.cls(1);
                code.copy(result.cls(1), second, AbiBuilder.resultRegister(result.cls(1), same ? 1 : 0, same ? 1 : 0));
            }
            for (int e = 0; e < result.eightbytes(); e++) code.storePart(result, e, e == 0 ? first : second, slot);
        }
        if (to != NONE) code.copy(L, to, slot);
    }
}
