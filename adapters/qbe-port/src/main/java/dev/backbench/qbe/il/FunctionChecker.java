package dev.backbench.qbe.il;

import java.util.Arrays;

/** The rules a parsed function must keep before any pass sees it; see {@link #check}. Linear in the function. */
final class FunctionChecker {
    private final Lexer lexer;
    private Fn fn;
    /** Predecessors in rows: those of block b are {@code pred[predStart[b] .. predStart[b + 1])}, each source once. */
    private int[] predStart = new int[65];
    private int[] pred = new int[128];
    private int[] seen = new int[64];

    FunctionChecker(Lexer lexer) {
        this.lexer = lexer;
    }

    /**
     * Every temporary is defined, every operand has the class its operation wants (a long may stand for a word), no block jumps to the first one, and every phi names each
     * predecessor once.
     *
     * @param insAt source position by instruction @param jumpAt by block @param phiAt by phi @param tmpAt by temporary
     */
    void check(Fn fn, int[] insAt, int[] jumpAt, int[] phiAt, int[] tmpAt) {
        this.fn = fn;
        for (int t = Ref.FIRST_TEMPORARY; t < fn.temporaries; t++) {
            if (fn.tmpClass[t] < 0) throw lexer.error(tmpAt[t], "%" + lexer.name(fn.tmpName[t]) + " is never defined");
        }
        for (int i = 0; i < fn.insCount; i++) instruction(i, insAt[i]);
        for (int b = 0; b < fn.blocks; b++) jump(b, jumpAt[b]);
        if (fn.phiCount > 0) phis(phiAt);
    }

    private void instruction(int i, int at) {
        int[] ins = fn.ins;
        int word = ins[Fn.STRIDE * i], op = Fn.op(word), cls = Fn.cls(word);
        int first = ins[Fn.STRIDE * i + 2], second = ins[Fn.STRIDE * i + 3];
        if (op == Op.BLIT1 || op == Op.DBGLOC || op == Op.ARGV) return;
        if (op == Op.VASTART && !fn.variadic) throw lexer.error(at, "vastart stands in a function without ...");
        if (op == Op.CALL) {
            operand(first, Cls.L, at, "call");
        } else if (op == Op.ARGC) {
            operand(second, Cls.L, at, "an aggregate argument");
        } else if (Op.isArgument(op)) {
            operand(first, op == Op.ARGE ? Cls.L : cls, at, "an argument");
        } else if (!Op.isParameter(op)) {
            operand(first, Op.operand(op, cls, 0), at, Op.name(op));
            if (Op.operand(op, cls, 1) != Cls.NONE) operand(second, Op.operand(op, cls, 1), at, Op.name(op));
        }
    }

    private void operand(int ref, int wanted, int at, String user) {
        if (!Ref.isTmp(ref)) return;
        int cls = fn.tmpClass[Ref.value(ref)];
        if (cls == wanted || wanted == Cls.W && cls == Cls.L) return;
        throw lexer.error(at, user + " wants " + Cls.name(wanted) + " but %" + lexer.name(fn.tmpName[Ref.value(ref)]) + " is " + Cls.name(cls));
    }

    private void jump(int b, int at) {
        int jump = fn.jump[b];
        if (jump == Jump.JNZ) operand(fn.jumpArg[b], Cls.W, at, "jnz");
        else if (jump >= Jump.RETW && jump <= Jump.RETD) operand(fn.jumpArg[b], jump - Jump.RETW, at, "ret");
        else if (jump >= Jump.RETSB && jump <= Jump.RETUH) operand(fn.jumpArg[b], Cls.W, at, "ret");
        else if (jump == Jump.RETC) operand(fn.jumpArg[b], Cls.L, at, "ret");
        if (fn.s1[b] == 0 || fn.s2[b] == 0) throw lexer.error(at, "the first block is no target of a jump");
    }

    private void phis(int[] phiAt) {
        predecessors();
        for (int b = 0; b < fn.blocks; b++) {
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) phi(b, p, phiAt[p]);
        }
    }

    private void phi(int block, int p, int at) {
        int cls = fn.phi[Fn.STRIDE * p], from = fn.phi[Fn.STRIDE * p + 2], count = fn.phi[Fn.STRIDE * p + 3];
        int preds = predStart[block + 1] - predStart[block];
        for (int a = from; a < from + 2 * count; a += 2) {
            operand(fn.phiArg[a + 1], cls, at, "phi");
            seen[fn.phiArg[a]] = p + 1;
        }
        boolean all = count == preds;
        for (int i = predStart[block]; i < predStart[block + 1]; i++) all &= seen[pred[i]] == p + 1;
        if (!all) throw lexer.error(at, "the phi of %" + lexer.name(fn.tmpName[Ref.value(fn.phi[Fn.STRIDE * p + 1])]) + " does not name each predecessor of @" + lexer.name(fn.blockName[block]) + " once");
    }

    private void predecessors() {
        int blocks = fn.blocks;
        if (predStart.length < blocks + 2) predStart = new int[2 * blocks + 2];
        if (pred.length < 2 * blocks) pred = new int[4 * blocks];
        if (seen.length < blocks) seen = new int[2 * blocks];
        Arrays.fill(predStart, 0, blocks + 2, 0);
        Arrays.fill(seen, 0, blocks, 0);
        for (int b = 0; b < blocks; b++) {
            if (fn.s1[b] >= 0) predStart[fn.s1[b] + 2]++;
            if (fn.s2[b] >= 0 && fn.s2[b] != fn.s1[b]) predStart[fn.s2[b] + 2]++;
        }
        for (int b = 2; b <= blocks; b++) predStart[b] += predStart[b - 1];
        for (int b = 0; b < blocks; b++) {
            if (fn.s1[b] >= 0) pred[predStart[fn.s1[b] + 1]++] = b;
            if (fn.s2[b] >= 0 && fn.s2[b] != fn.s1[b]) pred[predStart[fn.s2[b] + 1]++] = b;
        }
    }
}
