package dev.backbench.qbe.regalloc;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Printer;
import dev.backbench.qbe.il.Ref;
import java.util.TreeSet;

/** What the passes before {@link Rega} find out of a block, as comments in a dump. */
public final class Notes {
    private final Live live;
    private final NextUse nextUse;
    private final Spill spill;
    private final Slots slots;

    Notes(Live live, NextUse nextUse, Spill spill, Slots slots) {
        this.live = live;
        this.nextUse = nextUse;
        this.spill = spill;
        this.slots = slots;
    }

    /** Temporaries live where the block begins, without its phis' results, and where it ends, with its successors' phis' arguments. */
    public String live(Fn fn, int b, Printer printer) {
        TreeSet<Integer> in = new TreeSet<>(), out = new TreeSet<>();
        row(b, in);
        if (fn.s1[b] >= 0) row(fn.s1[b], out);
        if (fn.s2[b] >= 0) row(fn.s2[b], out);
        for (int s = live.sourceStart[b]; s < live.sourceStart[b + 1]; s++) if (Live.isTemporary(live.sourceRef[s])) out.add(Ref.value(live.sourceRef[s]));
        return line("live in", in, printer) + line("live out", out, printer);
    }

    private void row(int b, TreeSet<Integer> into) {
        for (int at = live.start[b]; at < live.start[b + 1]; at++) into.add(live.tmp[at]);
    }

    private static String line(String title, Iterable<Integer> temporaries, Printer printer) {
        StringBuilder line = new StringBuilder(title).append(':');
        for (int t : temporaries) line.append(' ').append(printer.ref(Ref.tmp(t)));
        return line.append('\n').toString();
    }

    /** Registers wanted at once, by the block and, of a loop's header, by the loop; how many instructions on the next use of what is live is. */
    public String cost(Fn fn, int b, Printer printer) {
        StringBuilder text = new StringBuilder("registers wanted: ").append(nextUse.pressure[2 * b]).append(" general, ").append(nextUse.pressure[2 * b + 1]).append(" SSE");
        if (nextUse.loopPressure[2 * b] > 0 || nextUse.loopPressure[2 * b + 1] > 0) {
            text.append("; in the loop: ").append(nextUse.loopPressure[2 * b]).append(" general, ").append(nextUse.loopPressure[2 * b + 1]).append(" SSE");
        }
        text.append("\nnext use:");
        for (int at = live.start[b]; at < live.start[b + 1]; at++) {
            int distance = nextUse.distance[at];
            text.append(' ').append(printer.ref(Ref.tmp(live.tmp[at]))).append(' ').append(distance < NextUse.FAR ? String.valueOf(distance) : "far");
        }
        return text.append('\n').toString();
    }

    /** What is in registers where the block begins and ends; what of its own results has a place in the frame, or is made again where it is wanted. */
    public String spill(Fn fn, int b, Printer printer) {
        StringBuilder text = new StringBuilder(line("in registers", members(spill.inStart[b], spill.inEnd[b]), printer)).append(line("at the end", members(spill.outStart[b], spill.outEnd[b]), printer));
        text.append("spilled:");
        for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) place(Ref.value(fn.phi[Fn.STRIDE * p + 1]), printer, text);
        for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
            int at = Fn.STRIDE * i, to = fn.ins[at + 1];
            boolean returns = Fn.op(fn.ins[at]) == Op.LOAD && fn.ins[at + 2] == to;
            if (Live.isTemporary(to) && !returns) place(Ref.value(to), printer, text);
        }
        return text.append('\n').toString();
    }

    private TreeSet<Integer> members(int from, int to) {
        TreeSet<Integer> members = new TreeSet<>();
        for (int m = from; m < to; m++) members.add(spill.members[m]);
        return members;
    }

    private void place(int t, Printer printer, StringBuilder text) {
        if (!spill.spilled[t]) return;
        text.append(' ').append(printer.ref(Ref.tmp(t))).append(' ').append(spill.remakeOp[t] != 0 ? "again " + printer.ref(spill.remake[t]) : printer.ref(slots.ref(t)));
    }
}
