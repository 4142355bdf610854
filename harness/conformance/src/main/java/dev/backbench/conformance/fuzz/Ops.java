package dev.backbench.conformance.fuzz;

import static dev.backbench.wasm.Opcode.*;

import dev.backbench.wasm.ValType;
import java.util.Arrays;

/** The numeric and memory operations by type, for drawing from. */
final class Ops {
    static final int[] TYPES = {ValType.I32, ValType.I64, ValType.F32, ValType.F64};

    /** By type. Results that may be a NaN of any bits are those of arithmetic; {@code abs neg copysign}, which only touch the sign, stand apart. */
    private static final int[][] BINARY = {range(I32_ADD, I32_ROTR), range(I64_ADD, I64_ROTR), range(F32_ADD, F32_MAX), range(F64_ADD, F64_MAX)};
    private static final int[][] UNARY = {{I32_CLZ, I32_CTZ, I32_POPCNT, I32_EQZ, I32_EXTEND8_S, I32_EXTEND16_S}, {I64_CLZ, I64_CTZ, I64_POPCNT, I64_EXTEND8_S, I64_EXTEND16_S, I64_EXTEND32_S},
        range(F32_CEIL, F32_SQRT), range(F64_CEIL, F64_SQRT)};
    private static final int[][] COMPARE = {range(I32_EQ, I32_GE_U), range(I64_EQ, I64_GE_U), range(F32_EQ, F32_GE), range(F64_EQ, F64_GE)};
    /** Conversions to a type, each from the type at the same place of {@link #FROM}. */
    private static final int[][] TO = {
        {I32_WRAP_I64, I64_EQZ, I32_TRUNC_F32_S, I32_TRUNC_F32_U, I32_TRUNC_F64_S, I32_TRUNC_F64_U, I32_TRUNC_SAT_F32_S, I32_TRUNC_SAT_F32_U, I32_TRUNC_SAT_F64_S, I32_TRUNC_SAT_F64_U, I32_REINTERPRET_F32},
        {I64_EXTEND_I32_S, I64_EXTEND_I32_U, I64_TRUNC_F32_S, I64_TRUNC_F32_U, I64_TRUNC_F64_S, I64_TRUNC_F64_U, I64_TRUNC_SAT_F32_S, I64_TRUNC_SAT_F32_U, I64_TRUNC_SAT_F64_S, I64_TRUNC_SAT_F64_U,
            I64_REINTERPRET_F64},
        {F32_CONVERT_I32_S, F32_CONVERT_I32_U, F32_CONVERT_I64_S, F32_CONVERT_I64_U, F32_DEMOTE_F64, F32_REINTERPRET_I32},
        {F64_CONVERT_I32_S, F64_CONVERT_I32_U, F64_CONVERT_I64_S, F64_CONVERT_I64_U, F64_PROMOTE_F32, F64_REINTERPRET_I64}};
    private static final int[][] FROM = {types("llffddffddf"), types("iiffddffddd"), types("iilldi"), types("iillfl")};
    private static final int[][] LOADS = {{I32_LOAD, I32_LOAD8_S, I32_LOAD8_U, I32_LOAD16_S, I32_LOAD16_U},
        {I64_LOAD, I64_LOAD8_S, I64_LOAD8_U, I64_LOAD16_S, I64_LOAD16_U, I64_LOAD32_S, I64_LOAD32_U}, {F32_LOAD}, {F64_LOAD}};

    static final int[] STORES = {I32_STORE, I64_STORE, F32_STORE, F64_STORE, I32_STORE8, I32_STORE16, I64_STORE8, I64_STORE16, I64_STORE32};
    static final int[] STORE_TYPES = types("ilfdiilll");

    static final long[] I32_CONSTANTS = {0, 1, 2, 3, 7, 8, 31, 32, 33, 63, 64, 127, 128, 255, 256, 32767, 32768, 65535, 65536, -1, -2, -128, -129, -32768, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFF00FF,
        0x12345678, 1 << 24, (1 << 24) + 1};
    static final long[] I64_CONSTANTS = {0, 1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 255, 32768, 65536, -1, -2, -128, -32768, 0x7FFFFFFFL, 0x80000000L, 0xFFFFFFFFL, 0x100000000L, -0x80000000L,
        -0x80000001L, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1, 0x0123456789ABCDEFL, 1L << 53, (1L << 53) + 1, (1L << 24) + 1};
    /** Bits: zeros, ones, halves (for rounding), limits of the integer types, subnormals, infinities, NaNs of both kinds with payloads. */
    static final long[] F32_CONSTANTS = {0, 0x80000000, 0x3F800000, 0xBF800000, 0x3F000000, 0x3FC00000, 0x40200000, 0xBF000000, 0x4F000000, 0xCF000000, 0x4F800000, 0x4EFFFFFF, 0x4F7FFFFF, 0x5F000000,
        0xDF000000, 0x5F800000, 0x5F7FFFFF, 1, 0x007FFFFF, 0x80000001, 0x00800000, 0x7F7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC00000, 0x7FC00001, 0x7F800001, 0xFFA00000, 0x4B000001, 0x40490FDB};
    static final long[] F64_CONSTANTS = {0, 0x8000000000000000L, 0x3FF0000000000000L, 0xBFF0000000000000L, 0x3FE0000000000000L, 0x3FF8000000000000L, 0x4004000000000000L, 0xBFE0000000000000L,
        0x41DFFFFFFFC00000L, 0x41E0000000000000L, 0xC1E0000000000000L, 0xC1E0000000200000L, 0x41EFFFFFFFE00000L, 0x41F0000000000000L, 0x43E0000000000000L, 0xC3E0000000000000L, 0x43F0000000000000L,
        0x43DFFFFFFFFFFFFFL, 1, 0x000FFFFFFFFFFFFFL, 0x0010000000000000L, 0x7FEFFFFFFFFFFFFFL, 0x7FF0000000000000L, 0xFFF0000000000000L, 0x7FF8000000000000L, 0xFFF8000000000000L,
        0x7FF8000000000001L, 0x7FF0000000000001L, 0xFFF4000000000000L, 0x47EFFFFFF0000000L, 0x3690000000000000L, 0x400921FB54442D18L};

    private Ops() {}

    private static int place(int type) {
        return ValType.I32 - type; // i32 i64 f32 f64 are consecutive, downwards
    }

    static int[] binary(int type) {
        return BINARY[place(type)];
    }

    static int[] unary(int type) {
        return UNARY[place(type)];
    }

    /** Comparisons of two values of the type. */
    static int[] compare(int type) {
        return COMPARE[place(type)];
    }

    static int[] conversions(int type) {
        return TO[place(type)];
    }

    static int[] conversionsFrom(int type) {
        return FROM[place(type)];
    }

    static int[] loads(int type) {
        return LOADS[place(type)];
    }

    /** Zeros, ones, infinities, a NaN of each kind: the values that floating-point rules make exceptions for. */
    private static final long[] F32_SPECIAL = {0, 0x80000000L, 0x3F800000, 0xBF800000L, 0x7F800000, 0xFF800000L, 0x7FC00000, 0xFFC00001L, 0x7F800001};
    private static final long[] F64_SPECIAL = {0, Long.MIN_VALUE, 0x3FF0000000000000L, 0xBFF0000000000000L, 0x7FF0000000000000L, 0xFFF0000000000000L, 0x7FF8000000000000L, 0xFFF8000000000001L,
        0x7FF0000000000001L};

    /** Pairs of operands that an operation of two has a rule for: overflow of division, amounts over the width, sums of signed zeros, opposite infinities. */
    private static final long[][][] PAIRS = {
        {{0x80000000L, 0xFFFFFFFFL}, {0x80000000L, 0x80000000L}, {0xFFFFFFFFL, 0}, {0x80000001L, 32}, {0xFFFFFFFFL, 1}, {1, 0xFFFFFFFFL}, {0x12345678, 33}},
        {{Long.MIN_VALUE, -1}, {Long.MIN_VALUE, Long.MIN_VALUE}, {-1, 0}, {Long.MIN_VALUE + 1, 64}, {-1, 1}, {1, -1}, {0x0123456789ABCDEFL, 65}, {1L << 32, 1L << 32}},
        {{0x80000000L, 0x80000000L}, {0, 0x80000000L}, {0x80000000L, 0}, {0x7F800000, 0xFF800000L}, {0x7FC00000, 0x3F800000}, {0x3F800000, 0x7F800001}, {0, 0}},
        {{Long.MIN_VALUE, Long.MIN_VALUE}, {0, Long.MIN_VALUE}, {Long.MIN_VALUE, 0}, {0x7FF0000000000000L, 0xFFF0000000000000L}, {0x7FF8000000000000L, 0x3FF0000000000000L},
            {0x3FF0000000000000L, 0x7FF0000000000001L}, {0, 0}}};

    static long[] pair(Rng rng, int type) {
        long[][] pairs = PAIRS[place(type)];
        return pairs[rng.below(pairs.length)];
    }

    /** Constants of a type, as the 64 bits of a value. */
    static long constant(Rng rng, int type) {
        if (rng.percent(15)) return type == ValType.I32 || type == ValType.F32 ? rng.next() & 0xFFFFFFFFL : rng.next();
        if (rng.percent(25)) return small(rng, type);
        return switch (type) {
            case ValType.I32 -> rng.of(I32_CONSTANTS) & 0xFFFFFFFFL;
            case ValType.I64 -> rng.of(I64_CONSTANTS);
            case ValType.F32 -> rng.of(rng.percent(40) ? F32_SPECIAL : F32_CONSTANTS) & 0xFFFFFFFFL;
            default -> rng.of(rng.percent(40) ? F64_SPECIAL : F64_CONSTANTS);
        };
    }

    private static long small(Rng rng, int type) {
        int value = rng.between(-20, 100);
        return switch (type) {
            case ValType.I32 -> value & 0xFFFFFFFFL;
            case ValType.I64 -> value;
            case ValType.F32 -> Float.floatToRawIntBits(value / 4f) & 0xFFFFFFFFL;
            default -> Double.doubleToRawLongBits(value / 4.0);
        };
    }

    /** Every operation there is to reach. */
    static int[] all() {
        int[] all = new int[TABLE_FILL + 1];
        int count = 0;
        for (int[] range : new int[][] {{UNREACHABLE, ELSE}, {END, CALL_INDIRECT}, {DROP, SELECT_T}, {LOCAL_GET, TABLE_SET}, {I32_LOAD, I64_EXTEND32_S}, {REF_NULL, REF_FUNC}, {I32_TRUNC_SAT_F32_S, TABLE_FILL}}) {
            for (int op = range[0]; op <= range[1]; op++) all[count++] = op;
        }
        return Arrays.copyOf(all, count);
    }

    /** log2 of the bytes a load or store moves: the greatest alignment it may claim. */
    static int accessLog2(int opcode) {
        return switch (opcode) {
            case I32_LOAD8_S, I32_LOAD8_U, I64_LOAD8_S, I64_LOAD8_U, I32_STORE8, I64_STORE8 -> 0;
            case I32_LOAD16_S, I32_LOAD16_U, I64_LOAD16_S, I64_LOAD16_U, I32_STORE16, I64_STORE16 -> 1;
            case I64_LOAD, F64_LOAD, I64_STORE, F64_STORE -> 3;
            default -> 2;
        };
    }

    private static int[] range(int first, int last) {
        int[] all = new int[last - first + 1];
        for (int i = 0; i < all.length; i++) all[i] = first + i;
        return all;
    }

    private static int[] types(String letters) {
        int[] types = new int[letters.length()];
        for (int i = 0; i < types.length; i++) types[i] = TYPES["ilfd".indexOf(letters.charAt(i))];
        return types;
    }
}
