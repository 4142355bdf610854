package dev.backbench.gcc;

import dev.backbench.wasm.ValType;

import static dev.backbench.wasm.Opcode.*;

/**
 * Wasm's numeric operations as libgccjit expressions over operand expressions, each used exactly once; what needs more is left to {@link Expansions}.
 * Comparisons and {@code eqz} give {@link JitContext#bool}, everything else the Wasm type.
 */
final class Numeric {
    private static final byte[] RESULT = results();

    private final JitContext jit;
    private final long[] builtins = new long[Builtin.values().length];

    private enum Builtin {
        CLZ("clzll"), CTZ("ctzll"), POPCOUNT32("popcount"), POPCOUNT64("popcountll"), CEIL32("ceilf"), FLOOR32("floorf"), TRUNC32("truncf"), RINT32("rintf"), SQRT32("sqrtf"),
        COPYSIGN32("copysignf"), CEIL64("ceil"), FLOOR64("floor"), TRUNC64("trunc"), RINT64("rint"), SQRT64("sqrt"), COPYSIGN64("copysign");

        final String function;

        Builtin(String name) {
            function = "__builtin_" + name;
        }
    }

    Numeric(JitContext jit) {
        this.jit = jit;
    }

    /** The Wasm type of a numeric operation's or load's result. */
    static int resultType(int opcode) {
        return RESULT[opcode] & 0xff;
    }

    private static byte[] results() {
        byte[] table = new byte[I64_TRUNC_SAT_F64_U + 1];
        int[][] ranges = {{I32_LOAD, I32_LOAD, ValType.I32}, {I64_LOAD, I64_LOAD, ValType.I64}, {F32_LOAD, F32_LOAD, ValType.F32}, {F64_LOAD, F64_LOAD, ValType.F64},
            {I32_LOAD8_S, I32_LOAD16_U, ValType.I32}, {I64_LOAD8_S, I64_LOAD32_U, ValType.I64}, {I32_EQZ, I32_ROTR, ValType.I32}, {I64_CLZ, I64_ROTR, ValType.I64},
            {F32_ABS, F32_COPYSIGN, ValType.F32}, {F64_ABS, F64_COPYSIGN, ValType.F64}, {I32_WRAP_I64, I32_TRUNC_F64_U, ValType.I32},
            {I64_EXTEND_I32_S, I64_TRUNC_F64_U, ValType.I64}, {F32_CONVERT_I32_S, F32_DEMOTE_F64, ValType.F32}, {F64_CONVERT_I32_S, F64_PROMOTE_F32, ValType.F64},
            {I32_REINTERPRET_F32, I32_REINTERPRET_F32, ValType.I32}, {I64_REINTERPRET_F64, I64_REINTERPRET_F64, ValType.I64},
            {F32_REINTERPRET_I32, F32_REINTERPRET_I32, ValType.F32}, {F64_REINTERPRET_I64, F64_REINTERPRET_I64, ValType.F64}, {I32_EXTEND8_S, I32_EXTEND16_S, ValType.I32},
            {I64_EXTEND8_S, I64_EXTEND32_S, ValType.I64}, {I32_TRUNC_SAT_F32_S, I32_TRUNC_SAT_F64_U, ValType.I32}, {I64_TRUNC_SAT_F32_S, I64_TRUNC_SAT_F64_U, ValType.I64}};
        for (int[] range : ranges) for (int op = range[0]; op <= range[1]; op++) table[op] = (byte) range[2];
        return table;
    }

    /** Whether the expression is {@link JitContext#bool}. */
    static boolean givesBool(int opcode) {
        return opcode >= I32_EQZ && opcode <= F64_GE;
    }

    long unary(int opcode, long x) {
        JitContext j = jit;
        return switch (opcode) {
            case I32_EQZ -> j.compare(Jit.EQ, x, j.zero32);
            case I64_EQZ -> j.compare(Jit.EQ, x, j.zero64);
            // Setting the bit past the last one keeps the builtins away from zero, for which they are undefined.
            case I32_CLZ -> j.cast(j.binary(Jit.SUBTRACT, j.i32, builtin(Builtin.CLZ, j.binary(Jit.OR, j.u64,
                    j.binary(Jit.SHIFT_LEFT, j.u64, j.cast(x, j.u64), j.u64(1)), j.u64(1))), j.i32(31)), j.u32);
            case I32_CTZ -> j.cast(builtin(Builtin.CTZ, j.binary(Jit.OR, j.u64, j.cast(x, j.u64), j.u64(1L << 32))), j.u32);
            case I32_POPCNT -> j.cast(builtin(Builtin.POPCOUNT32, x), j.u32);
            case I64_POPCNT -> j.cast(builtin(Builtin.POPCOUNT64, x), j.u64);
            case I32_EXTEND8_S -> j.cast(j.cast(x, j.i8), j.u32);
            case I32_EXTEND16_S -> j.cast(j.cast(x, j.i16), j.u32);
            case I64_EXTEND8_S -> j.cast(j.cast(x, j.i8), j.u64);
            case I64_EXTEND16_S -> j.cast(j.cast(x, j.i16), j.u64);
            case I64_EXTEND32_S, I64_EXTEND_I32_S -> j.cast(j.cast(x, j.i32), j.u64);
            case I64_EXTEND_I32_U -> j.cast(x, j.u64);
            case I32_WRAP_I64 -> j.cast(x, j.u32);
            case I32_REINTERPRET_F32 -> j.bitcast(x, j.u32);
            case I64_REINTERPRET_F64 -> j.bitcast(x, j.u64);
            case F32_REINTERPRET_I32 -> j.bitcast(x, j.f32);
            case F64_REINTERPRET_I64 -> j.bitcast(x, j.f64);
            default -> floating(opcode, x);
        };
    }

    private long floating(int opcode, long x) {
        JitContext j = jit;
        return switch (opcode) {
            case F32_ABS -> j.unary(Jit.ABS, j.f32, x);
            case F64_ABS -> j.unary(Jit.ABS, j.f64, x);
            case F32_NEG -> j.unary(Jit.MINUS, j.f32, x);
            case F64_NEG -> j.unary(Jit.MINUS, j.f64, x);
            case F32_CEIL -> builtin(Builtin.CEIL32, x);
            case F32_FLOOR -> builtin(Builtin.FLOOR32, x);
            case F32_TRUNC -> builtin(Builtin.TRUNC32, x);
            case F32_NEAREST -> builtin(Builtin.RINT32, x);
            case F32_SQRT -> builtin(Builtin.SQRT32, x);
            case F64_CEIL -> builtin(Builtin.CEIL64, x);
            case F64_FLOOR -> builtin(Builtin.FLOOR64, x);
            case F64_TRUNC -> builtin(Builtin.TRUNC64, x);
            case F64_NEAREST -> builtin(Builtin.RINT64, x);
            case F64_SQRT -> builtin(Builtin.SQRT64, x);
            case F32_CONVERT_I32_S -> j.cast(j.cast(x, j.i32), j.f32);
            case F32_CONVERT_I64_S -> j.cast(j.cast(x, j.i64), j.f32);
            case F64_CONVERT_I32_S -> j.cast(j.cast(x, j.i32), j.f64);
            case F64_CONVERT_I64_S -> j.cast(j.cast(x, j.i64), j.f64);
            case F32_CONVERT_I32_U, F32_CONVERT_I64_U -> j.cast(x, j.f32);
            case F64_CONVERT_I32_U, F64_CONVERT_I64_U, F64_PROMOTE_F32 -> j.cast(x, j.f64);
            default -> throw new AssertionError("unary operation 0x" + Integer.toHexString(opcode));
        };
    }

    /** @param constant whether the right operand is a constant, {@code bits} */
    long binary(int opcode, long left, long right, boolean constant, long bits) {
        if (opcode <= F64_GE) return comparison(opcode, left, right, constant, bits);
        if (opcode <= I32_ROTR) return integer(opcode - I32_ADD, true, left, right, constant, bits);
        if (opcode <= I64_ROTR) return integer(opcode - I64_ADD, false, left, right, constant, bits);
        boolean narrow = opcode <= F32_COPYSIGN;
        long type = narrow ? jit.f32 : jit.f64;
        return switch (narrow ? opcode - F32_ADD : opcode - F64_ADD) {
            case 0 -> jit.binary(Jit.ADD, type, left, right);
            case 1 -> jit.binary(Jit.SUBTRACT, type, left, right);
            case 2 -> jit.binary(Jit.MULTIPLY, type, left, right);
            case 3 -> jit.binary(Jit.DIVIDE, type, left, right);
            default -> builtin(narrow ? Builtin.COPYSIGN32 : Builtin.COPYSIGN64, left, right);
        };
    }

    private long comparison(int opcode, long left, long right, boolean constant, long bits) {
        if (opcode >= F32_EQ) {
            return jit.compare(switch (opcode >= F64_EQ ? opcode - F64_EQ : opcode - F32_EQ) {
                case 0 -> Jit.EQ;
                case 1 -> Jit.NE;
                case 2 -> Jit.LT;
                case 3 -> Jit.GT;
                case 4 -> Jit.LE;
                default -> Jit.GE;
            }, left, right);
        }
        boolean narrow = opcode <= I32_GE_U;
        int which = narrow ? opcode - I32_EQ : opcode - I64_EQ;
        int op = switch (which) {
            case 0 -> Jit.EQ;
            case 1 -> Jit.NE;
            case 2, 3 -> Jit.LT;
            case 4, 5 -> Jit.GT;
            case 6, 7 -> Jit.LE;
            default -> Jit.GE;
        };
        boolean signed = which >= 2 && (which & 1) == 0;
        if (!signed) return jit.compare(op, left, right);
        return jit.compare(op, jit.cast(left, narrow ? jit.i32 : jit.i64), signed(narrow, right, constant, bits));
    }

    private long signed(boolean narrow, long value, boolean constant, long bits) {
        if (constant) return narrow ? jit.i32((int) bits) : jit.i64(bits);
        return jit.cast(value, narrow ? jit.i32 : jit.i64);
    }

    /** @param which 0 for add, in the order of the opcodes */
    private long integer(int which, boolean narrow, long left, long right, boolean constant, long bits) {
        JitContext j = jit;
        long type = narrow ? j.u32 : j.u64, signedType = narrow ? j.i32 : j.i64;
        int mask = narrow ? 31 : 63;
        switch (which) {
            case 0: return j.binary(Jit.ADD, type, left, right);
            case 1: return j.binary(Jit.SUBTRACT, type, left, right);
            case 2: return j.binary(Jit.MULTIPLY, type, left, right);
            case 3: return j.cast(j.binary(Jit.DIVIDE, signedType, j.cast(left, signedType), signed(narrow, right, true, bits)), type);
            case 4: return j.binary(Jit.DIVIDE, type, left, right);
            case 5: return j.cast(j.binary(Jit.MODULO, signedType, j.cast(left, signedType), signed(narrow, right, true, bits)), type);
            case 6: return j.binary(Jit.MODULO, type, left, right);
            case 7: return j.binary(Jit.AND, type, left, right);
            case 8: return j.binary(Jit.OR, type, left, right);
            case 9: return j.binary(Jit.XOR, type, left, right);
            case 10: return j.binary(Jit.SHIFT_LEFT, type, left, amount(type, narrow, right, mask, constant, bits));
            case 11:
                long signedAmount = amount(signedType, narrow, constant ? right : j.cast(right, signedType), mask, constant, bits);
                return j.cast(j.binary(Jit.SHIFT_RIGHT, signedType, j.cast(left, signedType), signedAmount), type);
            default: return j.binary(Jit.SHIFT_RIGHT, type, left, amount(type, narrow, right, mask, constant, bits));
        }
    }

    private long amount(long type, boolean narrow, long right, int mask, boolean constant, long bits) {
        if (constant) return narrow ? Jit.fromInt(jit.ctx, type, (int) bits & mask) : Jit.fromLong(jit.ctx, type, bits & mask);
        return jit.binary(Jit.AND, type, right, narrow ? Jit.fromInt(jit.ctx, type, mask) : Jit.fromLong(jit.ctx, type, mask));
    }

    private long builtin(Builtin builtin, long x) {
        return jit.call(function(builtin), x);
    }

    private long builtin(Builtin builtin, long x, long y) {
        return jit.call(function(builtin), x, y);
    }

    private long function(Builtin builtin) {
        int i = builtin.ordinal();
        return builtins[i] != 0 ? builtins[i] : (builtins[i] = jit.builtin(builtin.function));
    }
}
