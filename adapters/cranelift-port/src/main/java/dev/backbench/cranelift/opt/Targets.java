package dev.backbench.cranelift.opt;

import dev.backbench.cranelift.ir.Effect;
import dev.backbench.cranelift.ir.Function;
import java.util.function.IntUnaryOperator;

/** The arguments that a terminator passes to blocks. */
final class Targets {
    private Targets() {}

    /** Replaces each by what {@code by} gives for it; results and payloads of a {@code try_call} stay. */
    static void map(Function f, int inst, IntUnaryOperator by) {
        int extra = f.extra(inst), length = f.pool.length(extra);
        if (!f.op(inst).is(Effect.CALLS)) {
            for (int i = 0; i < length; i++) call(f, f.pool.get(extra, i), by);
            return;
        }
        call(f, f.pool.get(extra, Function.TRY_NORMAL), by);
        for (int i = Function.TRY_HANDLERS; i < length; i += Function.HANDLER_INTS) {
            int what = f.pool.get(extra, i + 2);
            if (f.pool.get(extra, i) == Function.HANDLER_CONTEXT) f.pool.set(extra, i + 2, by.applyAsInt(what));
            else call(f, what, by);
        }
    }

    private static void call(Function f, int call, IntUnaryOperator by) {
        for (int i = 0, n = f.blockCallArgs(call); i < n; i++) {
            int arg = f.blockCallArg(call, i);
            if (arg >= 0) f.pool.set(call, 1 + i, by.applyAsInt(arg));
        }
    }
}
