package dev.backbench.qbe.amd64;

import static dev.backbench.qbe.il.Cls.W;
import static dev.backbench.qbe.il.Ref.NONE;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.FltCmp;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.IntCmp;
import dev.backbench.qbe.il.Jump;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import dev.backbench.qbe.pass.Uses;

/** The part of {@link Isel} that sets flags and reads them: comparisons, jumps, selections. Emits backwards, so that what reads comes first. */
final class Conditions {
    private final Isel isel;
    private final Uses uses;

    Conditions(Isel isel, Uses uses) {
        this.isel = isel;
        this.uses = uses;
    }

    /** Equality of floats asks two flags: the one of equality is also set where an operand is a NaN. */
    void compare(int op, int cls, int to, int first, int second) {
        boolean swap = swapped(op, first, second);
        int condition = condition(op, swap), float0 = condition - IntCmp.COUNT;
        if (float0 == FltCmp.EQ || float0 == FltCmp.NE) {
            int equal = isel.temporary(W), ordered = isel.temporary(W);
            isel.emit(float0 == FltCmp.EQ ? Op.AND : Op.OR, W, to, equal, ordered);
            isel.emit(Op.FLAG + IntCmp.COUNT + (float0 == FltCmp.EQ ? FltCmp.O : FltCmp.UO), W, ordered, NONE, NONE);
            isel.emit(Op.FLAG + (float0 == FltCmp.EQ ? IntCmp.EQ : IntCmp.NE), W, equal, NONE, NONE);
        } else {
            isel.emit(Op.FLAG + condition, cls, to, NONE, NONE);
        }
        flags(op, swap ? second : first, swap ? first : second);
    }

    private void flags(int op, int first, int second) {
        int cls = Op.comparedClass(op), mark = isel.backCount;
        if (!Cls.isFloat(cls) && (isel.encodable(cls, second) || Ref.isTmp(second) && isel.slotOf(second) < 0) && isel.loads(cls, first)) {
            isel.emit(Op.XCMP, cls, NONE, NONE, second);
            isel.back[4 * mark + 2] = isel.takeLoad(first);
        } else {
            isel.binary(Op.XCMP, cls, NONE, first, second);
        }
    }

    /** Whether the operands change places: a number must come second, and a float comparison must ask for "above", which is false for unordered operands. */
    private static boolean swapped(int op, int first, int second) {
        if (Op.isIntCmp(op)) return Ref.isCon(first) && !Ref.isCon(second);
        int cmp = Op.comparison(op) - IntCmp.COUNT;
        return cmp == FltCmp.LT || cmp == FltCmp.LE;
    }

    private static int condition(int op, boolean swap) {
        int cmp = Op.comparison(op);
        if (!swap) return cmp;
        return cmp < IntCmp.COUNT ? IntCmp.swapped(cmp) : IntCmp.COUNT + FltCmp.swapped(cmp - IntCmp.COUNT);
    }

    /**
     * Sets flags for a word that is tested at the end of block {@code b}, or anywhere if -1: by the comparison that made it, if nothing else uses that.
     *
     * @return the condition under which the word is not zero, numbered as {@link Op#FLAG}
     */
    private int test(int word, int b) {
        int def = isel.definition(word);
        boolean own = def >= 0 && isel.left[Ref.value(word)] == 1 && (b < 0 || uses.defBlock[Ref.value(word)] == b);
        int op = own ? Uses.op(isel.fn, def) : Op.NOP;
        if (Op.isIntCmp(op) || Op.isFltCmp(op) || op == Op.AND) {
            int first = isel.fn.ins[Fn.STRIDE * def + 2], second = isel.fn.ins[Fn.STRIDE * def + 3];
            isel.drop(word);
            isel.keep(first);
            isel.keep(second);
            if (op == Op.AND) {
                boolean swap = Ref.isCon(first);
                isel.emit(Op.XTEST, W, NONE, isel.value(W, swap ? second : first), isel.second(W, swap ? first : second));
                isel.flush();
                return IntCmp.NE;
            }
            boolean swap = swapped(op, first, second);
            flags(op, swap ? second : first, swap ? first : second);
            return condition(op, swap);
        }
        int tested = isel.value(W, word);
        isel.emit(Op.XTEST, W, NONE, tested, tested);
        isel.flush();
        return IntCmp.NE;
    }

    void jump(int b) {
        if (isel.fn.jump[b] != Jump.JNZ) return;
        int word = isel.fn.jumpArg[b];
        isel.fn.jumpArg[b] = NONE;
        if (isel.fn.isNumber(word)) {
            boolean yes = (int) isel.fn.bits(word) != 0;
            if (isel.fn.s1[b] != isel.fn.s2[b]) withdraw(b, yes ? isel.fn.s2[b] : isel.fn.s1[b]);
            if (!yes) isel.fn.s1[b] = isel.fn.s2[b];
            isel.fn.s2[b] = -1;
            isel.fn.jump[b] = Jump.JMP;
        } else {
            isel.fn.jump[b] = Jump.FLAG + test(word, b);
        }
    }

    /** Takes back what the phis of {@code target} get from {@code b}. */
    private void withdraw(int b, int target) {
        for (int at = Fn.STRIDE * isel.fn.phiStart[target]; at < Fn.STRIDE * isel.fn.phiEnd[target]; at += Fn.STRIDE) {
            int from = isel.fn.phi[at + 2], kept = from;
            for (int a = from, end = from + 2 * isel.fn.phi[at + 3]; a < end; a += 2) {
                if (isel.fn.phiArg[a] == b) {
                    isel.drop(isel.fn.phiArg[a + 1]);
                    continue;
                }
                isel.fn.phiArg[kept] = isel.fn.phiArg[a];
                isel.fn.phiArg[kept + 1] = isel.fn.phiArg[a + 1];
                kept += 2;
            }
            isel.fn.phi[at + 3] = (kept - from) / 2;
        }
    }

    /** {@code sel0 c} and the {@code sel1 a, b} behind it, which all choose a where c is not zero. @return the index of the {@code sel0} */
    int choose(int last) {
        int head = last;
        while (Fn.op(isel.fn.ins[Fn.STRIDE * head]) != Op.SEL0) head--;
        int mark = isel.backCount;
        for (int i = last; i > head; i--) {
            int at = Fn.STRIDE * i, cls = Fn.cls(isel.fn.ins[at]);
            if (isel.dead(Op.COPY, isel.fn.ins[at + 1])) {
                isel.drop(isel.fn.ins[at + 2]);
                isel.drop(isel.fn.ins[at + 3]);
                continue;
            }
            isel.emit(Op.XSEL, cls, isel.fn.ins[at + 1], isel.fn.ins[at + 2], isel.fn.ins[at + 3]);
        }
        int end = isel.backCount;
        int condition = test(isel.fn.ins[Fn.STRIDE * head + 2], -1);
        for (int n = mark; n < end; n++) {
            int cls = Fn.cls(isel.back[4 * n]);
            isel.back[4 * n] = Op.XSEL + condition | cls << 16;
            isel.back[4 * n + 2] = isel.value(cls, isel.back[4 * n + 2]);
            isel.back[4 * n + 3] = isel.value(cls, isel.back[4 * n + 3]);
            isel.flush();
        }
        return head;
    }
}
