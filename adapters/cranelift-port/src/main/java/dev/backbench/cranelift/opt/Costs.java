package dev.backbench.cranelift.opt;

import dev.backbench.cranelift.ir.Op;

/** What a node costs, about in cycles; the sum over a tree decides between alternatives. */
final class Costs {
    /** More than any tree is said to cost. */
    static final int MAX = 1 << 28;
    private static final byte[] BY_OP = new byte[Op.values().length];

    static {
        for (Op op : Op.values()) BY_OP[op.ordinal()] = (byte) cost(op);
    }

    private Costs() {}

    private static int cost(Op op) {
        return switch (op) {
            case ICONST, F32CONST, F64CONST, F16CONST, UEXTEND, IREDUCE -> 1;
            case IADD, ISUB, INEG, BAND, BOR, BXOR, BNOT, ISHL, USHR, SSHR, ROTL, ROTR, SEXTEND, ICMP, STACK_ADDR -> 2;
            case SELECT, UMIN, UMAX, SMIN, SMAX, BMASK, IABS, BSWAP, CLZ, CTZ, POPCNT -> 4;
            case IMUL -> 5;
            case UMULHI, SMULHI, LOAD, FADD, FSUB, FMUL -> 6;
            case UDIV, SDIV, UREM, SREM, FDIV, SQRT -> 40;
            default -> 4;
        };
    }

    static int of(Op op) {
        return BY_OP[op.ordinal()];
    }
}
