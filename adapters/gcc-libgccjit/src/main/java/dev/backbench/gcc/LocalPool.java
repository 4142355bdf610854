package dev.backbench.gcc;

import dev.backbench.wasm.ValType;
import java.util.Arrays;

/** The locals of the function being built. A local {@link #forBlock} is free again when the next block starts. */
final class LocalPool {
    private static final int KINDS = 5, POINTER = 4;

    private final JitContext jit;
    private long function;
    private final long[][] locals = new long[KINDS][16];
    private final int[] made = new int[KINDS], used = new int[KINDS];

    LocalPool(JitContext jit) {
        this.jit = jit;
    }

    void reset(long function) {
        this.function = function;
        Arrays.fill(made, 0);
        Arrays.fill(used, 0);
    }

    void startBlock() {
        Arrays.fill(used, 0);
    }

    /** An lvalue for the whole function. */
    long lasting(int valType) {
        return jit.local(function, jit.typeOf(valType));
    }

    /** An lvalue for the rest of the block. */
    long forBlock(int valType) {
        return forBlock(switch (valType) {
            case ValType.I32 -> 0;
            case ValType.F32 -> 1;
            case ValType.F64 -> 2;
            default -> 3;
        }, jit.typeOf(valType));
    }

    /** The same for a {@link JitContext#bytes}. */
    long pointer() {
        return forBlock(POINTER, jit.bytes);
    }

    private long forBlock(int kind, long type) {
        int i = used[kind]++;
        if (i == made[kind]) {
            if (i == locals[kind].length) locals[kind] = Arrays.copyOf(locals[kind], 2 * i);
            locals[kind][made[kind]++] = jit.local(function, type);
        }
        return locals[kind][i];
    }
}
