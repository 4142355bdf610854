package dev.backbench.gcc;

import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;

import static dev.backbench.wasm.Opcode.*;

/**
 * Operations that need an operand twice or a branch, as functions that GCC must inline at every level; each is made when first asked for. A trap in
 * one is a trap in the function it was inlined into, as a backtrace should have it.
 */
final class Helpers {
    private final JitContext jit;
    private final long[] functions = new long[64];
    private static final int COUNT_ZEROS = 0, ROTATE = 2, DIVISION = 6, EXTREMUM = 14, TRUNCATION = 18, CALLEE = 34, ELEMENT = 35, COPY = 36, FILL = 37;

    Helpers(JitContext jit) {
        this.jit = jit;
    }

    /** A function under construction: its parameters and the block that takes the next statement. */
    private final class Body {
        final long function;
        final long[] parameters;
        private final long result;
        private long at;

        Body(String name, long result, long... types) {
            this.result = result;
            parameters = new long[types.length];
            for (int i = 0; i < types.length; i++) parameters[i] = jit.parameter(types[i]);
            function = jit.function(Jit.ALWAYS_INLINE, name, result, parameters, types.length);
            for (int i = 0; i < types.length; i++) parameters[i] = Jit.parameterValue(parameters[i]);
            at = jit.block(function);
        }

        void returnIf(long condition, long value) {
            long then = jit.block(function), next = jit.block(function);
            Jit.conditional(at, condition, then, next);
            Jit.ret(then, value);
            at = next;
        }

        void trapIf(long condition, TrapReason reason) {
            long then = jit.block(function), next = jit.block(function);
            Jit.conditional(at, condition, then, next);
            jit.trap(then, reason);
            at = next;
        }

        void trap(TrapReason reason) {
            jit.trap(at, reason);
        }

        long ret(long value) {
            Jit.ret(at, value);
            return function;
        }

        /** A new local that holds {@code value}. */
        long let(long type, long value) {
            long local = jit.local(function, type);
            Jit.assign(at, local, value);
            return Jit.value(local);
        }
    }

    /** (u64) -> u64, 64 for zero. */
    long countZeros(boolean leading) {
        int slot = COUNT_ZEROS + (leading ? 0 : 1);
        if (functions[slot] != 0) return functions[slot];
        Body body = new Body(leading ? "clz64" : "ctz64", jit.u64, jit.u64);
        long x = body.parameters[0];
        body.returnIf(jit.compare(Jit.EQ, x, jit.zero64), jit.u64(64));
        return functions[slot] = body.ret(jit.cast(jit.call(jit.builtin(leading ? "__builtin_clzll" : "__builtin_ctzll"), x), jit.u64));
    }

    /** (x, n) -> x rotated by n modulo its width; in the form GCC knows as a rotation. */
    long rotate(boolean narrow, boolean left) {
        int slot = ROTATE + (narrow ? 0 : 1) + (left ? 0 : 2);
        if (functions[slot] != 0) return functions[slot];
        long type = narrow ? jit.u32 : jit.u64, mask = narrow ? jit.u32(31) : jit.u64(63);
        Body body = new Body((left ? "rotl" : "rotr") + (narrow ? 32 : 64), type, type, type);
        long x = body.parameters[0], n = body.parameters[1];
        long there = jit.binary(Jit.AND, type, n, mask), back = jit.binary(Jit.AND, type, jit.unary(Jit.MINUS, type, n), mask);
        long moved = jit.binary(left ? Jit.SHIFT_LEFT : Jit.SHIFT_RIGHT, type, x, there);
        return functions[slot] = body.ret(jit.binary(Jit.OR, type, moved, jit.binary(left ? Jit.SHIFT_RIGHT : Jit.SHIFT_LEFT, type, x, back)));
    }

    /** (a, b) -> quotient or remainder, with Wasm's traps: zero first, then the overflow of MIN / -1; MIN % -1 is 0. */
    long division(boolean narrow, boolean signed, boolean remainder) {
        int slot = DIVISION + (narrow ? 0 : 1) + (signed ? 0 : 2) + (remainder ? 4 : 0);
        if (functions[slot] != 0) return functions[slot];
        long type = narrow ? jit.u32 : jit.u64, signedType = narrow ? jit.i32 : jit.i64;
        Body body = new Body((remainder ? "rem" : "div") + (narrow ? 32 : 64) + (signed ? "s" : "u"), type, type, type);
        long a = body.parameters[0], b = body.parameters[1];
        body.trapIf(jit.compare(Jit.EQ, b, narrow ? jit.zero32 : jit.zero64), TrapReason.DIVIDE_BY_ZERO);
        int op = remainder ? Jit.MODULO : Jit.DIVIDE;
        if (!signed) return functions[slot] = body.ret(jit.binary(op, type, a, b));
        long minusOne = jit.compare(Jit.EQ, b, narrow ? jit.u32(-1) : jit.u64(-1));
        if (remainder) {
            body.returnIf(minusOne, narrow ? jit.zero32 : jit.zero64);
        } else {
            long least = jit.compare(Jit.EQ, a, narrow ? jit.u32(Integer.MIN_VALUE) : jit.u64(Long.MIN_VALUE));
            body.trapIf(jit.binary(Jit.LOGICAL_AND, jit.bool, minusOne, least), TrapReason.INTEGER_OVERFLOW);
        }
        return functions[slot] = body.ret(jit.cast(jit.binary(op, signedType, jit.cast(a, signedType), jit.cast(b, signedType)), type));
    }

    /** (a, b) -> Wasm's min or max: NaN if either is, quietened; -0 below +0. */
    long extremum(boolean narrow, boolean min) {
        int slot = EXTREMUM + (narrow ? 0 : 1) + (min ? 0 : 2);
        if (functions[slot] != 0) return functions[slot];
        long type = narrow ? jit.f32 : jit.f64, bits = narrow ? jit.u32 : jit.u64;
        Body body = new Body((min ? "min" : "max") + (narrow ? 32 : 64), type, type, type);
        long a = body.parameters[0], b = body.parameters[1];
        body.returnIf(jit.compare(Jit.LT, a, b), min ? a : b);
        body.returnIf(jit.compare(Jit.GT, a, b), min ? b : a);
        // Equal values differ at most in the sign of zero.
        long merged = jit.binary(min ? Jit.OR : Jit.AND, bits, jit.bitcast(a, bits), jit.bitcast(b, bits));
        body.returnIf(jit.compare(Jit.EQ, a, b), jit.bitcast(merged, type));
        return functions[slot] = body.ret(jit.binary(Jit.ADD, type, a, b));
    }

    /** (x) -> the integer part; trapping or saturating by the opcode. */
    long truncation(int opcode) {
        boolean saturating = opcode >= I32_TRUNC_SAT_F32_S;
        int which = saturating ? opcode - I32_TRUNC_SAT_F32_S : opcode <= I32_TRUNC_F64_U ? opcode - I32_TRUNC_F32_S : 4 + opcode - I64_TRUNC_F32_S;
        int slot = TRUNCATION + which + (saturating ? 8 : 0);
        if (functions[slot] != 0) return functions[slot];
        boolean signed = (which & 1) == 0, fromFloat = (which & 2) == 0, narrow = which < 4;
        long from = fromFloat ? jit.f32 : jit.f64, to = narrow ? jit.u32 : jit.u64, signedTo = narrow ? jit.i32 : jit.i64;
        Body body = new Body("trunc" + (saturating ? "sat" : "") + which, to, from);
        long x = body.parameters[0];
        // The open interval of values whose integer part fits; its lower end is not a value of the type except for i32 from f64.
        int width = narrow ? 32 : 64;
        double least = signed ? -Math.scalb(1.0, width - 1) : 0, above = Math.scalb(1.0, signed ? width - 1 : width);
        boolean exactBelow = !signed || narrow && !fromFloat;
        long low = jit.compare(exactBelow ? Jit.GT : Jit.GE, x, Jit.fromDouble(jit.ctx, from, exactBelow ? least - 1 : least));
        long high = jit.compare(Jit.LT, x, Jit.fromDouble(jit.ctx, from, above));
        body.returnIf(jit.binary(Jit.LOGICAL_AND, jit.bool, low, high), signed ? jit.cast(jit.cast(x, signedTo), to) : jit.cast(x, to));
        long nan = jit.compare(Jit.NE, x, x);
        if (!saturating) {
            body.trapIf(nan, TrapReason.INVALID_CONVERSION);
            body.trap(TrapReason.INTEGER_OVERFLOW);
            return functions[slot] = body.function;
        }
        long min = signed ? Long.MIN_VALUE >> 64 - width : 0, max = signed ? Long.MAX_VALUE >>> 64 - width : -1L >>> 64 - width;
        body.returnIf(nan, constant(narrow, 0));
        body.returnIf(jit.compare(Jit.LT, x, Jit.fromDouble(jit.ctx, from, 0)), constant(narrow, min));
        return functions[slot] = body.ret(constant(narrow, max));
    }

    private long constant(boolean narrow, long value) {
        return narrow ? jit.u32((int) value) : jit.u64(value);
    }

    /** (table record, index, type id) -> the function reference there, all three checks made. */
    long callee() {
        if (functions[CALLEE] != 0) return functions[CALLEE];
        Body body = new Body("callee", jit.bytes, jit.bytes, jit.u32, jit.u32);
        long reference = body.let(jit.bytes, element(body, TrapReason.UNDEFINED_ELEMENT, jit.bytes));
        long isNull = jit.compare(Jit.EQ, jit.bitcast(reference, jit.u64), jit.zero64);
        body.trapIf(isNull, TrapReason.UNINITIALIZED_ELEMENT);
        long type = jit.read(reference, InstanceLayout.FUNCREF_TYPE, jit.u32);
        body.trapIf(jit.compare(Jit.NE, type, body.parameters[2]), TrapReason.INDIRECT_CALL_TYPE);
        return functions[CALLEE] = body.ret(reference);
    }

    /** (table record, index) -> the address of that element. */
    long element() {
        if (functions[ELEMENT] != 0) return functions[ELEMENT];
        Body body = new Body("element", jit.bytes, jit.bytes, jit.u32);
        return functions[ELEMENT] = body.ret(elementAddress(body, TrapReason.TABLE_OUT_OF_BOUNDS));
    }

    private long elementAddress(Body body, TrapReason outOfBounds) {
        long table = body.parameters[0], index = body.let(jit.u64, jit.cast(body.parameters[1], jit.u64));
        long length = jit.read(table, InstanceLayout.TABLE_RECORD_LENGTH, jit.u64);
        body.trapIf(jit.compare(Jit.GE, index, length), outOfBounds);
        return jit.plus(jit.read(table, InstanceLayout.TABLE_RECORD_BASE, jit.bytes), jit.binary(Jit.SHIFT_LEFT, jit.u64, index, jit.u64(3)));
    }

    private long element(Body body, TrapReason outOfBounds, long type) {
        return jit.read(elementAddress(body, outOfBounds), 0, type);
    }

    /** (instance, destination, source, length), checked before anything is written. */
    long memoryCopy() {
        if (functions[COPY] != 0) return functions[COPY];
        Body body = new Body("memory_copy", jit.anything, jit.bytes, jit.u32, jit.u32, jit.u32);
        long to = range(body, 1), from = range(body, 2);
        return functions[COPY] = body.ret(jit.call(jit.builtin("__builtin_memmove"), to, from, jit.cast(body.parameters[3], jit.size)));
    }

    /** (instance, destination, byte, length) */
    long memoryFill() {
        if (functions[FILL] != 0) return functions[FILL];
        Body body = new Body("memory_fill", jit.anything, jit.bytes, jit.u32, jit.u32, jit.u32);
        long to = range(body, 1), value = jit.cast(body.parameters[2], jit.i32);
        return functions[FILL] = body.ret(jit.call(jit.builtin("__builtin_memset"), to, value, jit.cast(body.parameters[3], jit.size)));
    }

    /** The native address of the Wasm address in a parameter, after the check that as many bytes as the last parameter says lie there. */
    private long range(Body body, int parameter) {
        long instance = body.parameters[0], address = body.let(jit.u64, jit.cast(body.parameters[parameter], jit.u64));
        long end = jit.binary(Jit.ADD, jit.u64, address, jit.cast(body.parameters[3], jit.u64));
        long size = jit.read(jit.read(instance, InstanceLayout.MEMORY, jit.bytes), InstanceLayout.MEMORY_RECORD_SIZE, jit.u64);
        body.trapIf(jit.compare(Jit.GT, end, size), TrapReason.MEMORY_OUT_OF_BOUNDS);
        return jit.cast(jit.plus(jit.read(instance, InstanceLayout.MEMORY_BASE, jit.bytes), address), jit.anything);
    }
}
