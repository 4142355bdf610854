package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Jump;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/**
 * Turns small branches without effects into selections: where both ways of a branch meet again at once, in a diamond or a triangle, their instructions are computed always and
 * each phi becomes {@code sel0 condition; result =class sel1 a, b}, which is a where the condition is not zero.
 *
 * <p>Only for at most {@link #MAX_INSTRUCTIONS} cheap computations that cannot trap, and {@link #MAX_PHIS} phis of integers: more costs more than a mispredicted branch may. The blocks
 * left over cannot be reached and go with the next {@link Cfg}; inner branches are met first, so that nested ones are converted from the inside. Linear.
 */
public final class IfConvert {
    private static final int MAX_INSTRUCTIONS = 2, MAX_PHIS = 2;

    private Fn fn;
    private Cfg cfg;
    /** What a block has grown by, not yet moved together: pieces as triples (first instruction, end, next piece or -1). */
    private int[] piece = new int[96];
    private int pieces;
    /** By block: its first piece behind its own range, -1 for none. */
    private int[] more = new int[64];

    public void run(Fn fn, Cfg cfg) {
        this.fn = fn;
        this.cfg = cfg;
        if (more.length < fn.blocks) more = new int[2 * fn.blocks];
        Arrays.fill(more, 0, fn.blocks, -1);
        pieces = 0;
        for (int b = fn.blocks - 1; b >= 0; b--) if (fn.jump[b] == Jump.JNZ) convert(b);
        if (pieces == 0) return;
        for (int b = 0; b < fn.blocks; b++) if (more[b] >= 0) gather(b);
        cfg.compute(fn);
    }

    private void gather(int b) {
        int start = fn.insCount;
        append(fn.insStart[b], fn.insEnd[b]);
        for (int m = more[b]; m >= 0; m = piece[m + 2]) append(piece[m], piece[m + 1]);
        fn.insStart[b] = start;
        fn.insEnd[b] = fn.insCount;
    }

    private void convert(int b) {
        int yes = fn.s1[b], no = fn.s2[b], join;
        boolean yesSide = isSide(yes), noSide = isSide(no);
        if (yesSide && noSide && fn.s1[yes] == fn.s1[no]) join = fn.s1[yes];
        else if (yesSide && fn.s1[yes] == no) join = no;
        else if (noSide && fn.s1[no] == yes) join = yes;
        else return;
        if (join == b || cfg.predCount(join) != 2 || !phisFit(join)) return;
        boolean diamond = join != yes && join != no;
        int cost = (join == yes ? 0 : cost(yes)) + (join == no ? 0 : cost(no));
        if (cost > MAX_INSTRUCTIONS || diamond && fn.phiStart[join] == fn.phiEnd[join]) return;
        merge(b, join == yes ? -1 : yes, join == no ? -1 : no, join);
    }

    /** A block with one way in and a plain jump out. */
    private boolean isSide(int b) {
        return cfg.predCount(b) == 1 && fn.jump[b] == Jump.JMP && fn.phiStart[b] == fn.phiEnd[b];
    }

    private boolean phisFit(int join) {
        int count = fn.phiEnd[join] - fn.phiStart[join];
        if (count == 0 || count > MAX_PHIS) return false;
        for (int p = fn.phiStart[join]; p < fn.phiEnd[join]; p++) if (Cls.isFloat(fn.phi[Fn.STRIDE * p])) return false;
        return true;
    }

    /** Instructions of a side, more than allowed if there is one that must not be computed for nothing. */
    private int cost(int b) {
        if (more[b] >= 0) return MAX_INSTRUCTIONS + 1;
        int count = 0;
        for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
            int op = Fn.op(fn.ins[Fn.STRIDE * i]);
            if (op == Op.NOP || op == Op.DBGLOC) continue;
            boolean cheap = !fn.isPinned(Fn.STRIDE * i) && (op < Op.DIV || op > Op.MUL) && !Cls.isFloat(Fn.cls(fn.ins[Fn.STRIDE * i]));
            if (!cheap || Op.isFltCmp(op) || ++count > MAX_INSTRUCTIONS) return MAX_INSTRUCTIONS + 1;
        }
        return count;
    }

    /** Appends the sides and the selections to {@code b}. @param yes @param no -1 where the branch leads to {@code join} at once */
    private void merge(int b, int yes, int no, int join) {
        int start = fn.insCount, condition = fn.jumpArg[b];
        if (yes >= 0) append(fn.insStart[yes], fn.insEnd[yes]);
        if (no >= 0) append(fn.insStart[no], fn.insEnd[no]);
        fn.emit(Op.SEL0, Cls.W, Ref.NONE, condition, Ref.NONE);
        int first = cfg.edge1[yes < 0 ? b : yes] - cfg.predStart[join];
        if (yes < 0) first = (fn.s1[b] == join ? cfg.edge1[b] : cfg.edge2[b]) - cfg.predStart[join];
        for (int p = fn.phiStart[join]; p < fn.phiEnd[join]; p++) {
            int at = Fn.STRIDE * p, argument = fn.phi[at + 2];
            fn.emit(Op.SEL1, fn.phi[at], fn.phi[at + 1], fn.phiArg[argument + 2 * first + 1], fn.phiArg[argument + 2 * (1 - first) + 1]);
        }
        fn.phiStart[join] = fn.phiEnd[join] = 0;
        more[b] = piece(start, fn.insCount, piece(fn.insStart[join], fn.insEnd[join], more[join]));
        more[join] = -1;
        takeEnd(b, join);
        if (yes >= 0) leave(yes);
        if (no >= 0) leave(no);
    }

    private int piece(int from, int end, int next) {
        if (pieces + 3 > piece.length) piece = Arrays.copyOf(piece, 2 * piece.length);
        piece[pieces] = from;
        piece[pieces + 1] = end;
        piece[pieces + 2] = next;
        pieces += 3;
        return pieces - 3;
    }

    private void append(int from, int end) {
        for (int i = from; i < end; i++) if (Fn.op(fn.ins[Fn.STRIDE * i]) != Op.NOP) fn.emit(fn.ins, Fn.STRIDE * i);
    }

    /** The block ends as {@code join} did, whose successors see it come from there. */
    private void takeEnd(int b, int join) {
        fn.jump[b] = fn.jump[join];
        fn.jumpArg[b] = fn.jumpArg[join];
        fn.s1[b] = fn.s1[join];
        fn.s2[b] = fn.s2[join];
        cfg.edge1[b] = cfg.edge1[join];
        cfg.edge2[b] = cfg.edge2[join];
        if (fn.s1[b] >= 0) rename(fn.s1[b], cfg.edge1[b], b);
        if (fn.s2[b] >= 0) rename(fn.s2[b], cfg.edge2[b], b);
        leave(join);
    }

    private void rename(int target, int edge, int b) {
        cfg.pred[edge] = b;
        int index = edge - cfg.predStart[target];
        for (int p = fn.phiStart[target]; p < fn.phiEnd[target]; p++) fn.phiArg[fn.phi[Fn.STRIDE * p + 2] + 2 * index] = b;
    }

    private void leave(int b) {
        fn.jump[b] = Jump.HLT;
        fn.jumpArg[b] = Ref.NONE;
        fn.s1[b] = fn.s2[b] = -1;
    }
}
