package dev.backbench.gcc;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.ValType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * A libgccjit context for one module with the types, constants and small expressions everything else is made of. An expression is an "rvalue", the address
 * of a libgccjit object that lives as long as the context; it is evaluated where the statement that holds it is, so one that reads memory or is costly
 * goes into one statement only.
 *
 * <p>Wasm's i32 and i64 are {@link #u32} and {@link #u64} and references {@link #u64}; signed operations cast.
 */
final class JitContext implements AutoCloseable {
    private static final int UNSIGNED_LONG_LONG = 13, LONG_LONG = 12, SIZE_T = 18, VOID_POINTER = 1;

    final long ctx;
    final long none, bool, i8, u8, i16, u16, i32, u32, i64, u64, f32, f64, size, bytes, anything;
    final long zero32, zero64;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment scratch = arena.allocate(8L * 1024 + 16);
    private final long parameterName, localName;
    private final long[] trapTemplates = new long[TrapReason.values().length];
    private final long memoryClobber, emptyTemplate;
    private final long[] constraints = new long[CONSTRAINTS.length];
    private final MemorySegment template = arena.allocate(64);
    private final long unreachable;
    private final long[] arguments = new long[3];

    JitContext(int level, List<String> flags) {
        ctx = Jit.acquire();
        if (ctx == 0) throw new BackendException("libgccjit gives no context: out of memory?");
        Jit.printErrors(ctx, 0);
        Jit.intOption(ctx, Jit.OPTIMIZATION_LEVEL, level);
        Jit.allowUnreachableBlocks(ctx, 1);
        for (String flag : flags) Jit.commandLineOption(ctx, string(flag));
        none = Jit.type(ctx, Jit.VOID);
        bool = Jit.type(ctx, Jit.BOOL);
        i8 = Jit.intType(ctx, 1, 1);
        u8 = Jit.intType(ctx, 1, 0);
        i16 = Jit.intType(ctx, 2, 1);
        u16 = Jit.intType(ctx, 2, 0);
        i32 = Jit.intType(ctx, 4, 1);
        u32 = Jit.intType(ctx, 4, 0);
        i64 = Jit.type(ctx, LONG_LONG);
        u64 = Jit.type(ctx, UNSIGNED_LONG_LONG);
        f32 = Jit.type(ctx, Jit.FLOAT);
        f64 = Jit.type(ctx, Jit.DOUBLE);
        size = Jit.type(ctx, SIZE_T);
        bytes = Jit.pointer(u8);
        anything = Jit.type(ctx, VOID_POINTER);
        zero32 = u32(0);
        zero64 = u64(0);
        parameterName = string("p");
        localName = string("v");
        memoryClobber = string("memory");
        emptyTemplate = string("");
        for (int i = 0; i < CONSTRAINTS.length; i++) constraints[i] = string(CONSTRAINTS[i]);
        unreachable = builtin("__builtin_unreachable");
        for (TrapReason reason : TrapReason.values()) {
            // ud1 eax, [eax + reason]: docs/abi.md
            trapTemplates[reason.ordinal()] = string(".byte 0x67,0x0f,0xb9,0x40," + reason.ordinal());
        }
        check();
    }

    /** @throws BackendException libgccjit refused something; its message */
    void check() {
        String error = Jit.error(ctx);
        if (error != null) throw new BackendException("libgccjit: " + error);
    }

    @Override
    public void close() {
        Jit.release(ctx);
        arena.close();
    }

    /** A C string that lives as long as the context. */
    long string(String text) {
        return arena.allocateFrom(text).address();
    }

    /** {@code n} pointers for one call of libgccjit, which copies them. */
    long array(long[] pointers, int n) {
        MemorySegment room = n * 8L <= scratch.byteSize() ? scratch : arena.allocate(8L * n, 8);
        MemorySegment.copy(pointers, 0, room, ValueLayout.JAVA_LONG, 0, n);
        return room.address();
    }

    // ---- types ----

    /** The type of a Wasm value. */
    long typeOf(int valType) {
        return switch (valType) {
            case ValType.I32 -> u32;
            case ValType.F32 -> f32;
            case ValType.F64 -> f64;
            default -> u64;
        };
    }

    // ---- functions ----

    long builtin(String name) {
        return Jit.builtin(ctx, string(name));
    }

    long function(int kind, String name, long result, long[] parameters, int n) {
        return Jit.function(ctx, kind, result, string(name), n, array(parameters, n), 0);
    }

    long parameter(long type) {
        return Jit.parameter(ctx, type, parameterName);
    }

    long local(long function, long type) {
        return Jit.local(function, type, localName);
    }

    long block(long function) {
        return Jit.block(function, 0);
    }

    /** Ends {@code block} with a trap. */
    void trap(long block, TrapReason reason) {
        long asm = Jit.asm(block, trapTemplates[reason.ordinal()]);
        Jit.asmVolatile(asm, 1);
        Jit.asmClobber(asm, memoryClobber);
        Jit.eval(block, call(unreachable));
        Jit.jump(block, block);
    }

    // ---- assembler statements ----

    /** Operand constraints. */
    static final int REGISTER = 0, REGISTER_OR_CONSTANT = 1, REGISTER_OR_INT32 = 2, SSE = 3, REGISTER_OUTPUT = 4, SSE_OUTPUT = 5, SAME_AS_OUTPUT = 6;
    private static final String[] CONSTRAINTS = {"r", "ri", "re", "x", "=r", "=x", "0"};

    /** A volatile statement of one instruction: {@code start}, a displacement unless it is 0, {@code end}. */
    long asm(long block, String start, long displacement, String end) {
        String text = displacement == 0 ? start + end : start + displacement + end;
        for (int i = 0; i < text.length(); i++) template.set(ValueLayout.JAVA_BYTE, i, (byte) text.charAt(i));
        template.set(ValueLayout.JAVA_BYTE, text.length(), (byte) 0);
        long asm = Jit.asm(block, template.address());
        Jit.asmVolatile(asm, 1);
        return asm;
    }

    void asmOutput(long asm, int constraint, long lvalue) {
        Jit.asmOutput(asm, 0, constraints[constraint], lvalue);
    }

    void asmInput(long asm, int constraint, long value) {
        Jit.asmInput(asm, 0, constraints[constraint], value);
    }

    void asmClobbersMemory(long asm) {
        Jit.asmClobber(asm, memoryClobber);
    }

    /** Assigns {@code value} to {@code lvalue}, both floats, without GCC knowing that they are equal. */
    void assignOpaque(long block, long lvalue, long value) {
        long asm = Jit.asm(block, emptyTemplate);
        asmOutput(asm, SSE_OUTPUT, lvalue);
        asmInput(asm, SAME_AS_OUTPUT, value);
    }

    // ---- constants ----

    long u32(int value) {
        return Jit.fromInt(ctx, u32, value);
    }

    long i32(int value) {
        return Jit.fromInt(ctx, i32, value);
    }

    long u64(long value) {
        return Jit.fromLong(ctx, u64, value);
    }

    long i64(long value) {
        return Jit.fromLong(ctx, i64, value);
    }

    long size(long value) {
        return Jit.fromLong(ctx, size, value);
    }

    /** By bits: NaNs go through an integer, for a conversion from C's double would quieten them. */
    long f32(int bits) {
        float value = Float.intBitsToFloat(bits);
        return Float.isNaN(value) ? bitcast(u32(bits), f32) : Jit.fromDouble(ctx, f32, value);
    }

    long f64(long bits) {
        double value = Double.longBitsToDouble(bits);
        return Double.isNaN(value) ? bitcast(u64(bits), f64) : Jit.fromDouble(ctx, f64, value);
    }

    // ---- expressions ----

    long binary(int op, long type, long left, long right) {
        return Jit.binary(ctx, op, type, left, right);
    }

    long unary(int op, long type, long operand) {
        return Jit.unary(ctx, op, type, operand);
    }

    /** Of type {@link #bool}. */
    long compare(int op, long left, long right) {
        return Jit.comparison(ctx, op, left, right);
    }

    long cast(long value, long type) {
        return Jit.cast(ctx, value, type);
    }

    long bitcast(long value, long type) {
        return Jit.bitcast(ctx, value, type);
    }

    long call(long function) {
        return Jit.call(ctx, function, 0, 0);
    }

    long call(long function, long x) {
        arguments[0] = x;
        return call(function, arguments, 1);
    }

    long call(long function, long x, long y) {
        arguments[0] = x;
        arguments[1] = y;
        return call(function, arguments, 2);
    }

    long call(long function, long x, long y, long z) {
        arguments[0] = x;
        arguments[1] = y;
        arguments[2] = z;
        return call(function, arguments, 3);
    }

    long call(long function, long[] arguments, int n) {
        return Jit.call(ctx, function, n, array(arguments, n));
    }

    long callThrough(long pointer, long[] arguments, int n) {
        return Jit.callThrough(ctx, pointer, n, array(arguments, n));
    }

    /** {@code pointer + index} in bytes, as {@link #bytes}; the index is {@link #size} or {@link #u64}. */
    long plus(long pointer, long index) {
        return Jit.addressOf(Jit.element(ctx, pointer, index));
    }

    /** What lies {@code offset} bytes after {@code pointer} (a {@link #bytes}), an lvalue of {@code type}. */
    long field(long pointer, long offset, long type) {
        return at(offset == 0 ? pointer : plus(pointer, size(offset)), Jit.pointer(type));
    }

    /** The lvalue at {@code pointer}. */
    long at(long pointer, long pointerType) {
        return Jit.dereference(cast(pointer, pointerType));
    }

    /** The value of {@link #field}. */
    long read(long pointer, long offset, long type) {
        return Jit.value(field(pointer, offset, type));
    }
}
