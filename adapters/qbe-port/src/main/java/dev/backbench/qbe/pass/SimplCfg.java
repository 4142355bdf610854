package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Jump;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/**
 * Simplifies control flow: jumps to empty blocks go where those go, a branch both of whose ways lead there becomes a jump, and a block entered by one jump is joined to the block
 * that jumps. Blocks are in reverse postorder again afterwards.
 *
 * <p>A block is empty if it has neither phis nor instructions and ends in a plain jump. It is skipped where its target has no phis, or the phis can take the same values from the
 * block that jumps instead: that is if only one block enters the empty one, and does not enter the target already. Linear: instructions move once, into the place of their chain.
 */
public final class SimplCfg {
    private Fn fn;
    private Cfg cfg;
    /** By block: where a jump to it leads in the end; the one block it is joined to, its own number if none. */
    private int[] target = new int[64], joined = new int[64];
    private int[] path = new int[64];

    public void run(Fn fn, Cfg cfg) {
        this.fn = fn;
        this.cfg = cfg;
        if (target.length < fn.blocks) {
            target = new int[2 * fn.blocks];
            joined = new int[2 * fn.blocks];
            path = new int[2 * fn.blocks];
        }
        for (int b = 0; b < fn.blocks; b++) removeNops(b);
        if (skipEmpty()) cfg.compute(fn);
        if (renamePredecessors()) cfg.compute(fn);
        if (join()) cfg.compute(fn);
    }

    private void removeNops(int b) {
        int kept = fn.insStart[b];
        for (int i = kept; i < fn.insEnd[b]; i++) {
            if (Fn.op(fn.ins[Fn.STRIDE * i]) == Op.NOP) continue;
            if (i > kept) System.arraycopy(fn.ins, Fn.STRIDE * i, fn.ins, Fn.STRIDE * kept, Fn.STRIDE);
            kept++;
        }
        fn.insEnd[b] = kept;
    }

    // ---- empty blocks ----

    private boolean isEmpty(int b) {
        return b > 0 && fn.jump[b] == Jump.JMP && fn.insStart[b] == fn.insEnd[b] && fn.phiStart[b] == fn.phiEnd[b] && fn.s1[b] != b;
    }

    private boolean hasPhis(int b) {
        return fn.phiStart[b] < fn.phiEnd[b];
    }

    /** Lets jumps to empty blocks whose target has no phis go there at once. */
    private boolean skipEmpty() {
        boolean any = false;
        Arrays.fill(target, 0, fn.blocks, -1);
        for (int b = 0; b < fn.blocks; b++) {
            if (fn.s1[b] >= 0) {
                int to = last(fn.s1[b]);
                any |= to != fn.s1[b];
                fn.s1[b] = to;
            }
            if (fn.s2[b] >= 0) {
                int to = last(fn.s2[b]);
                any |= to != fn.s2[b];
                fn.s2[b] = to;
            }
        }
        return any;
    }

    /** The end of a chain of empty blocks; a ring of them stays as it is. */
    private int last(int b) {
        int length = 0;
        while (target[b] < 0 && isEmpty(b) && !hasPhis(fn.s1[b])) {
            target[b] = b; // ends a ring
            path[length++] = b;
            b = fn.s1[b];
        }
        int end = target[b] < 0 ? b : target[b];
        while (length > 0) target[path[--length]] = end;
        return end;
    }

    /** An empty block with one way in, before phis: the block before it takes its place in the phis. */
    private boolean renamePredecessors() {
        boolean any = false;
        for (int b = 1; b < fn.blocks; b++) {
            if (!isEmpty(b) || cfg.predCount(b) != 1 || !hasPhis(fn.s1[b])) continue;
            int before = cfg.pred[cfg.predStart[b]], after = fn.s1[b];
            if (fn.s1[before] == after || fn.s2[before] == after || fn.s1[before] != b && fn.s2[before] != b) continue;
            if (fn.s1[before] == b) fn.s1[before] = after;
            else fn.s2[before] = after;
            fn.jump[b] = Jump.HLT; // out of the way, until the next numbering drops it
            fn.s1[b] = -1;
            int index = cfg.edge1[b] - cfg.predStart[after];
            for (int p = fn.phiStart[after]; p < fn.phiEnd[after]; p++) fn.phiArg[fn.phi[Fn.STRIDE * p + 2] + 2 * index] = before;
            any = true;
        }
        return any;
    }

    // ---- chains ----

    /** Joins blocks that follow each other and nothing else, whole chains at once. */
    private boolean join() {
        boolean any = false;
        for (int b = 0; b < fn.blocks; b++) joined[b] = b;
        for (int b = 0; b < fn.blocks; b++) {
            if (joined[b] != b || !isJoined(b)) continue;
            any = true;
            int from = fn.insStart[b], end = fn.insEnd[b], next = b;
            fn.insStart[b] = fn.insCount;
            append(from, end);
            while (isJoined(next)) {
                next = fn.s1[next];
                joined[next] = b;
                append(fn.insStart[next], fn.insEnd[next]);
            }
            fn.insEnd[b] = fn.insCount;
            takeEnd(b, next);
        }
        if (any) renameArguments();
        return any;
    }

    /** Whether the block's only way leads to a block with no other way in, and no phis. */
    private boolean isJoined(int b) {
        int next = fn.s1[b];
        return fn.jump[b] == Jump.JMP && next > b && cfg.predCount(next) == 1 && !hasPhis(next);
    }

    private void append(int from, int end) {
        for (int i = from; i < end; i++) fn.emit(fn.ins, Fn.STRIDE * i);
    }

    private void takeEnd(int b, int last) {
        fn.jump[b] = fn.jump[last];
        fn.jumpArg[b] = fn.jumpArg[last];
        fn.s1[b] = fn.s1[last];
        fn.s2[b] = fn.s2[last];
        fn.jump[last] = Jump.HLT;
        fn.jumpArg[last] = Ref.NONE;
        fn.s1[last] = fn.s2[last] = -1;
    }

    private void renameArguments() {
        for (int b = 0; b < fn.blocks; b++) {
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
                for (int a = fn.phi[Fn.STRIDE * p + 2], end = a + 2 * fn.phi[Fn.STRIDE * p + 3]; a < end; a += 2) fn.phiArg[a] = joined[fn.phiArg[a]];
            }
        }
    }
}
