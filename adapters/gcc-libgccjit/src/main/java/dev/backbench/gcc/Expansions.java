package dev.backbench.gcc;

import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.ValType;

import static dev.backbench.wasm.Opcode.*;

/**
 * Operations that need an operand twice, a branch or a trap: operands go into locals, blocks are added to the function, and the result is an expression over
 * locals or a local. Expanding here instead of calling small inline functions keeps every trap in the function it belongs to at every level, for
 * GCC does not inline libgccjit's functions at -O0.
 */
final class Expansions {
    private final FunctionBuilder f;
    private final JitContext jit;
    private final long clz, ctz, memmove, memset;

    Expansions(FunctionBuilder f) {
        this.f = f;
        jit = f.jit;
        clz = jit.builtin("__builtin_clzll");
        ctz = jit.builtin("__builtin_ctzll");
        memmove = f.m.memmove;
        memset = f.m.memset;
    }

    /** Whether a numeric operation is expanded here. @param constant whether the right operand is one, {@code bits} */
    static boolean handles(int op, boolean constant, long bits) {
        return switch (op) {
            case F32_DEMOTE_F64, I64_CLZ, I64_CTZ, I32_ROTL, I32_ROTR, I64_ROTL, I64_ROTR, F32_MIN, F32_MAX, F64_MIN, F64_MAX -> true;
            case I32_DIV_S, I32_REM_S -> !constant || (int) bits == 0 || (int) bits == -1;
            case I64_DIV_S, I64_REM_S -> !constant || bits == 0 || bits == -1;
            case I32_DIV_U, I32_REM_U -> !constant || (int) bits == 0;
            case I64_DIV_U, I64_REM_U -> !constant || bits == 0;
            default -> isTruncation(op);
        };
    }

    private static boolean isTruncation(int op) {
        return op >= I32_TRUNC_F32_S && op <= I32_TRUNC_F64_U || op >= I64_TRUNC_F32_S && op <= I64_TRUNC_F64_U || op >= I32_TRUNC_SAT_F32_S && op <= I64_TRUNC_SAT_F64_U;
    }

    void numeric(int row) {
        int op = f.r.op[row];
        if (isTruncation(op)) {
            truncation(row, op);
            return;
        }
        switch (op) {
            case F32_DEMOTE_F64 -> demotion(row);
            case I64_CLZ, I64_CTZ -> countZeros(row, op == I64_CLZ ? clz : ctz);
            case I32_ROTL, I32_ROTR -> rotation(row, jit.u32, jit.u32(31), op == I32_ROTL);
            case I64_ROTL, I64_ROTR -> rotation(row, jit.u64, jit.u64(63), op == I64_ROTL);
            case F32_MIN, F32_MAX -> extremum(row, jit.f32, jit.u32, op == F32_MIN);
            case F64_MIN, F64_MAX -> extremum(row, jit.f64, jit.u64, op == F64_MIN);
            default -> division(row, op);
        }
    }

    /** GCC 12 takes the demotion of a promotion for nothing even under -fsignaling-nans, but it quietens NaNs. */
    private void demotion(int row) {
        long home = f.pool().forBlock(ValType.F64);
        f.open();
        long x = f.take(f.r.a[row]);
        jit.assignOpaque(f.at, home, x);
        f.define(row, jit.cast(Jit.value(home), jit.f32), false, false);
    }

    /** 64 for zero, for which the builtin is undefined. */
    private void countZeros(int row, long builtin) {
        long x = f.takeFixed(f.r.a[row]), home = f.home(row), then = f.newBlock(), next = f.newBlock();
        Jit.assign(f.at, home, jit.u64(64));
        Jit.conditional(f.at, jit.compare(Jit.NE, x, jit.zero64), then, next);
        Jit.assign(then, home, jit.cast(jit.call(builtin, x), jit.u64));
        join(row, home, then, next);
    }

    private void join(int row, long home, long from, long next) {
        Jit.jump(from, next);
        f.at = next;
        f.isIn(row, home);
    }

    /** In the form GCC knows as a rotation. */
    private void rotation(int row, long type, long mask, boolean left) {
        long x = f.takeFixed(f.r.a[row]), n = f.takeFixed(f.r.b[row]);
        long there = jit.binary(Jit.AND, type, n, mask), back = jit.binary(Jit.AND, type, jit.unary(Jit.MINUS, type, n), mask);
        long moved = jit.binary(left ? Jit.SHIFT_LEFT : Jit.SHIFT_RIGHT, type, x, there);
        f.open();
        f.define(row, jit.binary(Jit.OR, type, moved, jit.binary(left ? Jit.SHIFT_RIGHT : Jit.SHIFT_LEFT, type, x, back)), false, false);
    }

    /** Zero first, then the overflow of MIN / -1; MIN % -1 is 0. Behind the checks the division itself is an ordinary expression. */
    private void division(int row, int op) {
        boolean narrow = op <= I32_REM_U;
        int which = narrow ? op - I32_DIV_S : op - I64_DIV_S;
        boolean signed = (which & 1) == 0, remainder = which >= 2;
        long type = narrow ? jit.u32 : jit.u64, signedType = narrow ? jit.i32 : jit.i64;
        long a = f.takeFixed(f.r.a[row]), b = f.takeFixed(f.r.b[row]);
        f.trapIf(jit.compare(Jit.EQ, b, constant(narrow, 0)), TrapReason.DIVIDE_BY_ZERO);
        int operation = remainder ? Jit.MODULO : Jit.DIVIDE;
        long result = signed ? jit.cast(jit.binary(operation, signedType, jit.cast(a, signedType), jit.cast(b, signedType)), type) : jit.binary(operation, type, a, b);
        if (signed && remainder) {
            long home = f.home(row), then = f.newBlock(), next = f.newBlock();
            Jit.assign(f.at, home, constant(narrow, 0));
            Jit.conditional(f.at, jit.compare(Jit.NE, b, constant(narrow, -1)), then, next);
            Jit.assign(then, home, result);
            join(row, home, then, next);
            return;
        }
        if (signed) {
            long least = jit.compare(Jit.EQ, a, constant(narrow, narrow ? Integer.MIN_VALUE : Long.MIN_VALUE));
            f.trapIf(jit.binary(Jit.LOGICAL_AND, jit.bool, jit.compare(Jit.EQ, b, constant(narrow, -1)), least), TrapReason.INTEGER_OVERFLOW);
        }
        f.open();
        f.define(row, result, false, false);
    }

    private long constant(boolean narrow, long value) {
        return narrow ? jit.u32((int) value) : jit.u64(value);
    }

    /** NaN if either is, quietened by the addition; -0 below +0: equal values differ at most in the sign of zero. */
    private void extremum(int row, long type, long bits, boolean min) {
        long a = f.takeFixed(f.r.a[row]), b = f.takeFixed(f.r.b[row]), home = f.home(row), end = f.newBlock();
        long merged = jit.binary(min ? Jit.OR : Jit.AND, bits, jit.bitcast(a, bits), jit.bitcast(b, bits));
        assignIf(jit.compare(Jit.LT, a, b), home, min ? a : b, end);
        assignIf(jit.compare(Jit.GT, a, b), home, min ? b : a, end);
        assignIf(jit.compare(Jit.EQ, a, b), home, jit.bitcast(merged, type), end);
        Jit.assign(f.at, home, jit.binary(Jit.ADD, type, a, b));
        join(row, home, f.at, end);
    }

    /** {@code if (condition) { home = value; goto end; }} */
    private void assignIf(long condition, long home, long value, long end) {
        long then = f.newBlock(), next = f.newBlock();
        Jit.conditional(f.at, condition, then, next);
        Jit.assign(then, home, value);
        Jit.jump(then, end);
        f.at = next;
    }

    /** The integer part of a float, trapping or saturating. */
    private void truncation(int row, int op) {
        boolean saturating = op >= I32_TRUNC_SAT_F32_S;
        int which = saturating ? op - I32_TRUNC_SAT_F32_S : op <= I32_TRUNC_F64_U ? op - I32_TRUNC_F32_S : 4 + op - I64_TRUNC_F32_S;
        boolean signed = (which & 1) == 0, fromFloat = (which & 2) == 0, narrow = which < 4;
        long from = fromFloat ? jit.f32 : jit.f64, to = narrow ? jit.u32 : jit.u64, signedTo = narrow ? jit.i32 : jit.i64;
        int width = narrow ? 32 : 64;
        long x = f.takeFixed(f.r.a[row]);
        // Values whose integer part fits: below, the open end least - 1 is a value of the type for unsigned and for i32 from f64 only.
        double least = signed ? -Math.scalb(1.0, width - 1) : 0, above = Math.scalb(1.0, signed ? width - 1 : width);
        boolean open = !signed || narrow && !fromFloat;
        long low = jit.compare(open ? Jit.GT : Jit.GE, x, Jit.fromDouble(jit.ctx, from, open ? least - 1 : least));
        long fits = jit.binary(Jit.LOGICAL_AND, jit.bool, low, jit.compare(Jit.LT, x, Jit.fromDouble(jit.ctx, from, above)));
        long result = signed ? jit.cast(jit.cast(x, signedTo), to) : jit.cast(x, to), isNan = jit.compare(Jit.NE, x, x);
        if (!saturating) {
            long bad = f.newBlock(), next = f.newBlock();
            Jit.conditional(f.at, fits, next, bad);
            Jit.conditional(bad, isNan, f.trapBlock(TrapReason.INVALID_CONVERSION), f.trapBlock(TrapReason.INTEGER_OVERFLOW));
            f.at = next;
            f.open();
            f.define(row, result, false, false);
            return;
        }
        long min = signed ? Long.MIN_VALUE >> 64 - width : 0, max = signed ? Long.MAX_VALUE >>> 64 - width : -1L >>> 64 - width;
        long home = f.home(row), end = f.newBlock();
        assignIf(fits, home, result, end);
        assignIf(isNan, home, constant(narrow, 0), end);
        assignIf(jit.compare(Jit.LT, x, Jit.fromDouble(jit.ctx, from, 0)), home, constant(narrow, min), end);
        Jit.assign(f.at, home, constant(narrow, max));
        join(row, home, f.at, end);
    }

    // ---- tables ----

    /** The address of a table's element, which is there. @param index a {@link JitContext#u32} */
    long element(int table, long index, TrapReason outOfBounds) {
        long record = f.m.tableRecord(f.instance, table), home = f.pool().forBlock(ValType.I64);
        Jit.assign(f.at, home, jit.cast(index, jit.u64));
        long wide = Jit.value(home);
        f.trapIf(jit.compare(Jit.GE, wide, jit.read(record, InstanceLayout.TABLE_RECORD_LENGTH, jit.u64)), outOfBounds);
        return jit.plus(jit.read(record, InstanceLayout.TABLE_RECORD_BASE, jit.bytes), jit.binary(Jit.SHIFT_LEFT, jit.u64, wide, jit.u64(3)));
    }

    /** The function reference at an element of a table, all three checks of an indirect call made. */
    long callee(int table, int typeIndex, long index) {
        long home = f.pool().pointer(), element = element(table, index, TrapReason.UNDEFINED_ELEMENT);
        Jit.assign(f.at, home, jit.read(element, 0, jit.bytes));
        long reference = Jit.value(home);
        f.trapIf(jit.compare(Jit.EQ, jit.bitcast(reference, jit.u64), jit.zero64), TrapReason.UNINITIALIZED_ELEMENT);
        long type = jit.read(reference, InstanceLayout.FUNCREF_TYPE, jit.u32);
        f.trapIf(jit.compare(Jit.NE, type, f.m.typeId(f.instance, typeIndex)), TrapReason.INDIRECT_CALL_TYPE);
        return reference;
    }

    // ---- memory in bulk: nothing is written if any of it is out of bounds ----

    void memoryCopy(int row) {
        long length = f.takeFixed(f.r.c[row]), to = f.takeFixed(f.r.a[row]), from = f.takeFixed(f.r.b[row]);
        f.flush();
        inBounds(to, length);
        inBounds(from, length);
        Jit.eval(f.at, jit.call(memmove, nativeAddress(to), nativeAddress(from), jit.cast(length, jit.size)));
    }

    void memoryFill(int row) {
        long length = f.takeFixed(f.r.c[row]), to = f.takeFixed(f.r.a[row]), value = f.takeFixed(f.r.b[row]);
        f.flush();
        inBounds(to, length);
        Jit.eval(f.at, jit.call(memset, nativeAddress(to), jit.cast(value, jit.i32), jit.cast(length, jit.size)));
    }

    private void inBounds(long address, long length) {
        long end = jit.binary(Jit.ADD, jit.u64, jit.cast(address, jit.u64), jit.cast(length, jit.u64));
        f.trapIf(jit.compare(Jit.GT, end, f.m.memorySize(f.instance)), TrapReason.MEMORY_OUT_OF_BOUNDS);
    }

    private long nativeAddress(long address) {
        return jit.cast(jit.plus(jit.read(f.instance, InstanceLayout.MEMORY_BASE, jit.bytes), jit.cast(address, jit.size)), jit.anything);
    }
}
