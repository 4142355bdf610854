package dev.backbench.qbe.regalloc;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.IntCmp;
import dev.backbench.qbe.il.Jump;
import dev.backbench.qbe.pass.Cfg;
import dev.backbench.qbe.pass.Loops;
import java.util.Arrays;

/**
 * Leads jumps past blocks that hold nothing but a jump, and puts the blocks into the order of the code: reverse postorder, where the way that stays in a loop follows its branch. Afterwards
 * a block's number is its place in the code.
 */
public final class SimplJmp {
    private int[] target = new int[64];
    private int[] path = new int[64];

    /** @param loops nesting before register allocation, which numbers the blocks it adds behind the others */
    public void run(Fn fn, Cfg cfg, Loops loops) {
        if (target.length < fn.blocks) {
            target = new int[2 * fn.blocks];
            path = new int[2 * fn.blocks];
        }
        Arrays.fill(target, 0, fn.blocks, -1);
        for (int b = 0; b < fn.blocks; b++) {
            if (fn.s1[b] >= 0) fn.s1[b] = finalTarget(fn, fn.s1[b]);
            if (fn.s2[b] >= 0) fn.s2[b] = finalTarget(fn, fn.s2[b]);
            if (fn.jump[b] >= Jump.FLAG && fn.s1[b] == fn.s2[b]) {
                fn.jump[b] = Jump.JMP;
                fn.s2[b] = -1;
            }
            int cmp = fn.jump[b] - Jump.FLAG;
            if (cmp >= 0 && cmp < IntCmp.COUNT && depth(fn, loops, fn.s1[b]) < depth(fn, loops, fn.s2[b])) {
                fn.jump[b] = Jump.FLAG + IntCmp.negated(cmp);
                int s1 = fn.s1[b];
                fn.s1[b] = fn.s2[b];
                fn.s2[b] = s1;
            }
        }
        cfg.compute(fn);
    }

    private static int depth(Fn fn, Loops loops, int b) {
        return loops.depth[b < loops.blocks ? b : Math.min(fn.s1[b], loops.blocks - 1)];
    }

    /** The block where the way through empty ones ends; an empty cycle ends anywhere in it. */
    private int finalTarget(Fn fn, int b) {
        int length = 0;
        while (target[b] < 0 && fn.jump[b] == Jump.JMP && fn.insStart[b] == fn.insEnd[b]) {
            target[b] = b;
            path[length++] = b;
            b = fn.s1[b];
        }
        int end = target[b] < 0 ? b : target[b];
        while (length > 0) target[path[--length]] = end;
        return end;
    }
}
