package dev.backbench.qbe.regalloc;

import dev.backbench.qbe.amd64.CallShape;
import dev.backbench.qbe.amd64.Regs;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;

/** Machine registers that instruction selection named: which of them hold something around an instruction. Sets are longs, a bit each ({@link Regs}); reserved registers never show. */
final class Fixed {
    private Fixed() {}

    /** Registers that hold something before the instruction. @param at of the instruction in {@link Fn#ins} @param after those that hold something after it */
    static long before(Fn fn, int at, long after) {
        long live = after & ~bit(fn.ins[at + 1]);
        if (Fn.op(fn.ins[at]) == Op.CALL) {
            int shape = Ref.value(fn.ins[at + 3]);
            return live & ~CallShape.results(shape) | CallShape.arguments(shape) | read(fn, fn.ins[at + 2]);
        }
        return live | read(fn, fn.ins[at + 2]) | read(fn, fn.ins[at + 3]);
    }

    /** Registers that nothing which lives across the instruction can be in. */
    static long busy(Fn fn, int at, long before, long after) {
        return before | after | bit(fn.ins[at + 1]) | (Fn.op(fn.ins[at]) == Op.CALL ? Regs.CALLER_SAVED : 0);
    }

    static long bit(int ref) {
        return Ref.isRegister(ref) ? 1L << Ref.value(ref) & ~Regs.RESERVED : 0;
    }

    private static long read(Fn fn, int ref) {
        if (Ref.kind(ref) == Ref.MEM) return bit(fn.mem[Fn.STRIDE * Ref.value(ref) + 1]) | bit(fn.mem[Fn.STRIDE * Ref.value(ref) + 2]);
        return bit(ref);
    }
}
