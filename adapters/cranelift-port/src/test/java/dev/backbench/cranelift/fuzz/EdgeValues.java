package dev.backbench.cranelift.fuzz;

import dev.backbench.cranelift.ir.Types;

/** Operands at which instructions go wrong, two longs each, the low one first. */
final class EdgeValues {
    private static final long[] FLOATS32 = {0, 0x8000_0000L, 0x3F80_0000L, 0xBFC0_0000L, 0x7FC0_0001L, 0x7F80_0001L, 0xFFC1_2345L, 0x7F80_0000L, 0xFF80_0000L, 1, 0x807F_FFFFL, 0x7F7F_FFFFL, 0x3F00_0000L,
        0x4020_0000L, 0x4F00_0000L, 0xCF00_0000L, 0x4EFF_FFFFL, 0x5F00_0000L, 0xDF00_0000L, 0x5F80_0000L, 0x42FE_0000L, 0x7E80_0000L, 0x7F00_0000L, 0xFF00_0000L, 0xC300_8000L, 0xBF7F_FFFFL};
    private static final long[] FLOATS64 = {0, Long.MIN_VALUE, 0x3FF0000000000000L, 0xBFF8000000000000L, 0x7FF8000000000001L, 0x7FF0000000000001L, 0xFFF8123456789ABCL, 0x7FF0000000000000L,
        0xFFF0000000000000L, 1, 0x800FFFFFFFFFFFFFL, 0x7FEFFFFFFFFFFFFFL, 0x3FE0000000000000L, 0x4004000000000000L, 0x41E0000000000000L, 0xC1E0000000200000L, 0x41DFFFFFFFC00000L, 0x43E0000000000000L,
        0xC3E0000000000000L, 0x43F0000000000000L, 0x405FC00000000000L, 0x47E0000000000000L, 0x47F0000000000000L, 0xC7E0000000000000L, 0x47EFFFFFFFFFFFFFL, 0xBFEFFFFFFFFFFFFFL};

    private EdgeValues() {}

    static long[] of(int type) {
        if (type == Types.F32) return pairs(FLOATS32);
        if (type == Types.F64) return pairs(FLOATS64);
        if (type == Types.I128) {
            return new long[] {0, 0, 1, 0, -1, -1, 0, Long.MIN_VALUE, -1, Long.MAX_VALUE, 7, 0, 0, 1, -1, 0, Long.MIN_VALUE, 0, 0x123456789ABCDEFL, 0xFEDCBA987654321L, 0x4000_0000_0000_0401L, 0x80_0000L,
                -3, -1, 100, 0};
        }
        int bits = Types.bits(type);
        long mask = bits == 64 ? -1 : (1L << bits) - 1;
        return pairs(0, 1, mask, 1L << bits - 1, mask >>> 1, 7, bits, 0x9A5A_C381_36E7_42D5L & mask, mask - 1, mask >>> bits / 2);
    }

    private static long[] pairs(long... low) {
        long[] pairs = new long[2 * low.length];
        for (int i = 0; i < low.length; i++) pairs[2 * i] = low[i];
        return pairs;
    }
}
