package dev.backbench.qbe.amd64;

import static dev.backbench.qbe.il.Ref.NONE;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import dev.backbench.qbe.pass.Cfg;
import dev.backbench.qbe.pass.Dominators;
import dev.backbench.qbe.pass.Promote;
import dev.backbench.qbe.pass.Ssa;
import dev.backbench.qbe.pass.Uses;
import dev.backbench.qbe.il.Types;
import java.util.SplittableRandom;

/**
 * The target's passes with the simplest allocation there is: every temporary lives in memory, and its value passes through a register for one instruction. Results get
 * a register of their own or, at random, that of an operand, so that emission meets all of its cases. So the target is tested without the allocator.
 */
final class NaiveAllocator implements Output.Passes {
    private static final int[] GENERAL = {Regs.RBX, Regs.R12, Regs.R15}, SSE = {Regs.XMM0 + 8, Regs.XMM0 + 9, Regs.XMM0 + 10};

    private final SplittableRandom random;
    private final Cfg cfg = new Cfg();
    private final Uses uses = new Uses();
    private final Dominators dominators = new Dominators();
    private final Promote promote = new Promote();
    private final Ssa ssa = new Ssa();
    private final Abi abi;
    private final Simpl simpl = new Simpl();
    private final Isel isel = new Isel(uses);
    private Fn fn;
    private int[] incoming;

    NaiveAllocator(Types types, long seed) {
        abi = new Abi(types);
        random = new SplittableRandom(seed);
    }

    @Override
    public void run(Fn fn) {
        cfg.compute(fn);
        if (random.nextBoolean()) promote.run(fn);
        dominators.compute(fn, cfg);
        ssa.run(fn, cfg, dominators);
        abi.run(fn);
        simpl.run(fn);
        cfg.compute(fn);
        uses.compute(fn);
        isel.run(fn);
        allocate(fn);
    }

    private void allocate(Fn fn) {
        this.fn = fn;
        fn.slots = fn.slots + 1 & -2;
        int[] slots = new int[fn.temporaries];
        for (int t = Ref.FIRST_TEMPORARY; t < fn.temporaries; t++, fn.slots += 2) slots[t] = fn.slots;
        incoming = new int[fn.phiCount];
        for (int p = 0; p < fn.phiCount; p++, fn.slots += 2) incoming[p] = fn.slots;
        for (int b = 0; b < fn.blocks; b++) {
            int from = fn.insStart[b], to = fn.insEnd[b];
            fn.insStart[b] = fn.insCount;
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
                int t = Ref.value(fn.phi[Fn.STRIDE * p + 1]);
                fn.emit(Op.COPY, fn.tmpClass[t], Ref.slot(slots[t]), Ref.slot(incoming[p]), NONE);
            }
            for (int i = from; i < to; i++) instruction(Fn.STRIDE * i, slots);
            phis(b, fn.s1[b], slots);
            if (fn.s2[b] != fn.s1[b]) phis(b, fn.s2[b], slots);
            fn.insEnd[b] = fn.insCount;
        }
        for (int b = 0; b < fn.blocks; b++) fn.phiStart[b] = fn.phiEnd[b] = 0;
    }

    private void phis(int b, int target, int[] slots) {
        if (target < 0) return;
        for (int p = fn.phiStart[target]; p < fn.phiEnd[target]; p++) {
            int at = Fn.STRIDE * p;
            for (int a = fn.phi[at + 2], end = a + 2 * fn.phi[at + 3]; a < end; a += 2) {
                if (fn.phiArg[a] != b) continue;
                int argument = fn.phiArg[a + 1];
                if (Ref.isTmp(argument)) argument = Ref.slot(slots[Ref.value(argument)]);
                fn.emit(Op.COPY, fn.phi[at], Ref.slot(incoming[p]), argument, NONE);
            }
        }
    }

    private static boolean isTemporary(int ref) {
        return Ref.isTmp(ref) && !Ref.isRegister(ref);
    }

    private int read(int ref, int n, int[] slots) {
        if (Ref.kind(ref) == Ref.MEM) {
            int at = Fn.STRIDE * Ref.value(ref);
            if (isTemporary(fn.mem[at + 1])) fn.mem[at + 1] = fetch(fn.mem[at + 1], Regs.R13, slots);
            if (isTemporary(fn.mem[at + 2])) fn.mem[at + 2] = fetch(fn.mem[at + 2], Regs.R14, slots);
            return ref;
        }
        if (!isTemporary(ref)) return ref;
        return fetch(ref, (Cls.isFloat(fn.tmpClass[Ref.value(ref)]) ? SSE : GENERAL)[n], slots);
    }

    private int fetch(int ref, int register, int[] slots) {
        fn.emit(Op.COPY, fn.tmpClass[Ref.value(ref)], Regs.ref(register), Ref.slot(slots[Ref.value(ref)]), NONE);
        return Regs.ref(register);
    }

    private void instruction(int at, int[] slots) {
        int word = fn.ins[at], to = fn.ins[at + 1], first = fn.ins[at + 2], second = fn.ins[at + 3];
        int a = read(first, 0, slots), b = first == second ? a : read(second, 1, slots), result = to;
        if (isTemporary(to)) {
            int[] file = Cls.isFloat(fn.tmpClass[Ref.value(to)]) ? SSE : GENERAL;
            result = Regs.ref(file[random.nextInt(3)]);
            if (file == GENERAL && Ref.kind(b) == Ref.MEM && Ref.isRegister(fn.mem[Fn.STRIDE * Ref.value(b) + 1]) && random.nextBoolean()) result = fn.mem[Fn.STRIDE * Ref.value(b) + 1];
        }
        fn.emit(Fn.op(word), Fn.cls(word), result, a, b);
        if (result != to) fn.emit(Op.COPY, fn.tmpClass[Ref.value(to)], Ref.slot(slots[Ref.value(to)]), result, NONE);
    }
}
