package dev.backbench.qbe.regalloc;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Ref;

/** The temporaries an instruction reads, in the order first operand, second operand, an address's base before its index. */
final class Operands {
    final int[] tmp = new int[4];
    int count;

    /** @param at of the instruction in {@link Fn#ins} */
    void of(Fn fn, int at) {
        count = 0;
        add(fn, fn.ins[at + 2]);
        add(fn, fn.ins[at + 3]);
    }

    /** The last place of a temporary in the list, -1 if it is not read. */
    int last(int t) {
        for (int n = count - 1; n >= 0; n--) if (tmp[n] == t) return n;
        return -1;
    }

    private void add(Fn fn, int ref) {
        if (Live.isTemporary(ref)) {
            tmp[count++] = Ref.value(ref);
        } else if (Ref.kind(ref) == Ref.MEM) {
            add(fn, fn.mem[Fn.STRIDE * Ref.value(ref) + 1]);
            add(fn, fn.mem[Fn.STRIDE * Ref.value(ref) + 2]);
        }
    }
}
