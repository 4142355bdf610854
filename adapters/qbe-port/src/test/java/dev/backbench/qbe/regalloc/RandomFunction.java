package dev.backbench.qbe.regalloc;

import static dev.backbench.qbe.il.Ref.NONE;

import dev.backbench.qbe.amd64.CallShape;
import dev.backbench.qbe.amd64.Regs;
import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Jump;
import dev.backbench.qbe.il.Linkage;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import dev.backbench.qbe.pass.Cfg;
import dev.backbench.qbe.pass.Dominators;
import java.util.SplittableRandom;

/** Functions in the form that instruction selection leaves: any graph, SSA form, fixed registers around shifts, divisions, calls and the return. */
final class RandomFunction {
    private final SplittableRandom random;
    private final Cfg cfg = new Cfg();
    private final Dominators dominators = new Dominators();
    private Fn fn;
    /** By block: the temporaries it defines, and how many. */
    private int[][] defined;
    private int[] definedCount;
    private int window;

    RandomFunction(SplittableRandom random) {
        this.random = random;
    }

    /** @param blocks about so many @param length instructions a block at most @param window how far back operands are taken from: the pressure */
    void into(Fn fn, int blocks, int length, int window) {
        this.fn = fn;
        this.window = window;
        fn.reset();
        fn.linkage = Linkage.PRIVATE;
        fn.slots = 4;
        for (int b = 0; b < blocks; b++) fn.newBlock(0);
        for (int b = 0; b < blocks; b++) {
            int kind = b == blocks - 1 ? 2 : random.nextInt(8);
            if (kind < 5 && blocks > 2) branch(b, 1 + random.nextInt(blocks - 1), 1 + random.nextInt(blocks - 1));
            else if (kind < 7 && b < blocks - 1) jump(b, b + 1);
            else fn.jump[b] = Jump.RET0;
        }
        cfg.compute(fn);
        dominators.compute(fn, cfg);
        defined = new int[fn.blocks][length + 40];
        definedCount = new int[fn.blocks];
        for (int b = 0; b < fn.blocks; b++) body(b, length);
        for (int b = 0; b < fn.blocks; b++) arguments(b);
    }

    private void branch(int b, int s1, int s2) {
        if (s1 == s2) {
            jump(b, s1);
            return;
        }
        fn.jump[b] = Jump.FLAG + random.nextInt(10);
        fn.s1[b] = s1;
        fn.s2[b] = s2;
    }

    private void jump(int b, int target) {
        fn.jump[b] = Jump.JMP;
        fn.s1[b] = target;
    }

    private void body(int b, int length) {
        fn.phiStart[b] = fn.phiCount;
        int preds = cfg.predCount(b);
        for (int n = random.nextInt(1 + Math.min(window, 20)); b > 0 && preds > 0 && n > 0; n--) {
            int cls = cls();
            fn.newPhi(cls, define(b, cls));
            for (int p = cfg.predStart[b]; p < cfg.predStart[b + 1]; p++) fn.phiArgument(cfg.pred[p], Ref.UNDEFINED);
        }
        fn.phiEnd[b] = fn.phiCount;
        fn.insStart[b] = fn.insCount;
        if (b == 0) {
            for (int r = 0; r < 6; r++) fn.emit(Op.COPY, Cls.L, define(b, Cls.L), Regs.ref(new int[] {Regs.RDI, Regs.RSI, Regs.RDX, Regs.RCX, Regs.R8, Regs.R9}[r]), NONE);
            for (int r = 0; r < 3; r++) fn.emit(Op.COPY, Cls.D, define(b, Cls.D), Regs.ref(Regs.XMM0 + r), NONE);
        }
        for (int n = random.nextInt(length + 1); n > 0; n--) instruction(b);
        if (fn.jump[b] >= Jump.FLAG) fn.emit(Op.XCMP, Cls.L, NONE, value(b, Cls.L), value(b, Cls.L));
        if (fn.jump[b] == Jump.RET0) {
            fn.emit(Op.COPY, Cls.L, Regs.ref(Regs.RAX), value(b, Cls.L), NONE);
            fn.emit(Op.COPY, Cls.D, Regs.ref(Regs.XMM0), value(b, Cls.D), NONE);
            fn.jumpArg[b] = Ref.call(CallShape.pack(0, 0, 1, 1, false));
        }
        fn.insEnd[b] = fn.insCount;
    }

    private void arguments(int b) {
        for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
            int at = Fn.STRIDE * p;
            for (int a = fn.phi[at + 2]; a < fn.phi[at + 2] + 2 * fn.phi[at + 3]; a += 2) {
                boolean constant = random.nextInt(6) == 0;
                fn.phiArg[a + 1] = constant ? fn.constant(random.nextInt(3) == 0 ? random.nextInt(1 << 30) : random.nextInt(4)) : value(fn.phiArg[a], fn.phi[at]);
            }
        }
    }

    private int cls() {
        return random.nextInt(3) == 0 ? Cls.S + random.nextInt(2) : random.nextInt(2);
    }

    private int define(int b, int cls) {
        int t = fn.newTemporary(cls, 0);
        if (definedCount[b] < defined[b].length) defined[b][definedCount[b]++] = t;
        return Ref.tmp(t);
    }

    /** A value of the class's bank that is defined on every way to here. */
    private int value(int b, int cls) {
        for (int tries = 0; tries < 30; tries++) {
            int block = b;
            while (block > 0 && (definedCount[block] == 0 || random.nextInt(3) == 0)) block = dominators.idom[block];
            int count = definedCount[block];
            if (count == 0) continue;
            int t = defined[block][Math.max(0, count - 1 - random.nextInt(Math.min(count, window)))];
            if (fn.tmpClass[t] >> 1 == cls >> 1) return Ref.tmp(t);
        }
        return Ref.tmp(defined[0][cls < Cls.S ? 0 : 6]);
    }

    private void instruction(int b) {
        switch (random.nextInt(16)) {
            case 0 -> call(b);
            case 1 -> {
                int value = value(b, Cls.L), amount = value(b, Cls.W);
                fn.emit(Op.COPY, Cls.W, Regs.ref(Regs.RCX), amount, NONE);
                fn.emit(Op.SHL, Cls.L, define(b, Cls.L), value, Regs.ref(Regs.RCX));
                fn.emit(Op.COPY, Cls.W, NONE, Regs.ref(Regs.RCX), NONE);
            }
            case 2 -> divide(b);
            case 3 -> {
                int value = value(b, Cls.L), base = value(b, Cls.L), index = value(b, Cls.L);
                fn.emit(Op.STOREL, Cls.W, NONE, value, fn.memory(NONE, base, index, 4));
            }
            case 4 -> {
                int address = fn.memory(fn.constant(8), value(b, Cls.L), NONE, 1), cls = cls();
                fn.emit(Op.LOAD, cls, define(b, cls), address, NONE);
            }
            case 5 -> fn.emit(Op.COPY, Cls.L, define(b, Cls.L), fn.constant(random.nextInt(5)), NONE);
            case 6 -> fn.emit(Op.ADDR, Cls.L, define(b, Cls.L), Ref.slot(0), NONE);
            case 7 -> {
                int a = value(b, Cls.L), c = value(b, Cls.L);
                fn.emit(Op.XCMP, Cls.L, NONE, a, c);
                fn.emit(Op.FLAG + random.nextInt(10), Cls.W, define(b, Cls.W), NONE, NONE);
            }
            default -> {
                int cls = cls(), a = value(b, cls), c = value(b, cls);
                fn.emit(random.nextBoolean() ? Op.ADD : Op.SUB, cls, define(b, cls), a, c);
            }
        }
    }

    private void divide(int b) {
        int dividend = value(b, Cls.L), divisor = value(b, Cls.L), rax = Regs.ref(Regs.RAX), rdx = Regs.ref(Regs.RDX);
        boolean remainder = random.nextBoolean();
        fn.emit(Op.COPY, Cls.L, rax, dividend, NONE);
        fn.emit(Op.SIGN, Cls.L, rdx, rax, NONE);
        fn.emit(Op.XIDIV, Cls.L, NONE, divisor, NONE);
        fn.emit(Op.COPY, Cls.L, NONE, remainder ? rax : rdx, NONE);
        fn.emit(Op.COPY, Cls.L, define(b, Cls.L), remainder ? rdx : rax, NONE);
    }

    private void call(int b) {
        int general = random.nextInt(7), sse = random.nextInt(5), result = random.nextInt(3);
        int[] registers = {Regs.RDI, Regs.RSI, Regs.RDX, Regs.RCX, Regs.R8, Regs.R9};
        int callee = random.nextBoolean() ? value(b, Cls.L) : fn.address(false, 1, 0);
        for (int r = 0; r < general; r++) {
            int value = random.nextInt(5) == 0 ? fn.constant(r) : value(b, Cls.L);
            fn.emit(Op.COPY, Cls.L, Regs.ref(registers[r]), value, NONE);
        }
        for (int r = 0; r < sse; r++) fn.emit(Op.COPY, Cls.D, Regs.ref(Regs.XMM0 + r), value(b, Cls.D), NONE);
        fn.emit(Op.CALL, Cls.W, NONE, callee, Ref.call(CallShape.pack(general, sse, result == 1 ? 1 : 0, result == 2 ? 1 : 0, false)));
        if (result == 1) fn.emit(Op.COPY, Cls.L, define(b, Cls.L), Regs.ref(Regs.RAX), NONE);
        if (result == 2) fn.emit(Op.COPY, Cls.D, define(b, Cls.D), Regs.ref(Regs.XMM0), NONE);
    }
}
