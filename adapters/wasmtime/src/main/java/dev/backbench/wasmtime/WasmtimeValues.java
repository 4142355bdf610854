package dev.backbench.wasmtime;

import dev.backbench.spi.BackendException;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;

/**
 * Values and types of one store between our 64 bits and Wasmtime's structures. A reference to a function is its raw pointer; one to something of the host's carries the host's 64 bits
 * as its data.
 */
final class WasmtimeValues {
    /** {@code wasmtime_val_raw_t}: as Wasm code itself passes values. */
    static final long RAW = 16;
    /** More than {@code wasmtime_val_t} and {@code wasmtime_extern_t} need in any version: a kind byte, then a union at 8. */
    static final long STRUCTURE = 64, UNION = 8;

    private static final int KIND_I32 = 0, KIND_I64 = 1, KIND_F32 = 2, KIND_F64 = 3, KIND_FUNCREF = 5, KIND_EXTERNREF = 6;
    private static final int TYPE_EXTERNREF = 128, TYPE_FUNCREF = 129;

    private final WasmtimeLibrary library;
    private final long context;
    private final Arena arena;
    /** What the host has passed in lives as long as the store. */
    private final Map<Long, MemorySegment> externrefs = new HashMap<>();

    WasmtimeValues(WasmtimeLibrary library, long context, Arena arena) {
        this.library = library;
        this.context = context;
        this.arena = arena;
    }

    void writeRaw(MemorySegment raw, int index, int type, long bits) {
        long value = type == ValType.EXTERNREF && bits != 0 ? library.pointer("wasmtime_externref_to_raw", context, externref(bits).address()) & 0xFFFFFFFFL : bits;
        raw.set(ValueLayout.JAVA_LONG, index * RAW, value);
    }

    long readRaw(MemorySegment raw, int index, int type) {
        long value = raw.get(ValueLayout.JAVA_LONG, index * RAW);
        return switch (type) {
            case ValType.I32, ValType.F32 -> value & 0xFFFFFFFFL;
            case ValType.EXTERNREF -> (value & 0xFFFFFFFFL) == 0 ? 0 : fromRaw(value & 0xFFFFFFFFL);
            default -> value;
        };
    }

    private long fromRaw(long raw) {
        try (Arena local = Arena.ofConfined()) {
            MemorySegment reference = local.allocate(STRUCTURE, 8);
            library.call("wasmtime_externref_from_raw", context, raw, reference.address());
            long data = library.pointer("wasmtime_externref_data", context, reference.address());
            library.call("wasmtime_externref_unroot", reference.address());
            return data;
        }
    }

    private MemorySegment externref(long bits) {
        return externrefs.computeIfAbsent(bits, b -> {
            MemorySegment reference = arena.allocate(STRUCTURE, 8);
            if ((library.pointer("wasmtime_externref_new", context, b, 0, reference.address()) & 1) == 0) throw new BackendException("Wasmtime has no room for a reference");
            return reference;
        });
    }

    /** A {@code wasmtime_val_t}. */
    MemorySegment value(Arena local, int type, long bits) {
        MemorySegment value = local.allocate(STRUCTURE, 8);
        value.set(ValueLayout.JAVA_BYTE, 0, (byte) kind(type));
        switch (type) {
            case ValType.FUNCREF -> {
                if (bits != 0) library.call("wasmtime_func_from_raw", context, bits, value.address() + UNION);
            }
            case ValType.EXTERNREF -> {
                if (bits != 0) MemorySegment.copy(externref(bits), 0, value, UNION, STRUCTURE - UNION);
            }
            default -> value.set(ValueLayout.JAVA_LONG, UNION, bits);
        }
        return value;
    }

    /** The bits of a {@code wasmtime_val_t} that Wasmtime filled in, which is given up. */
    long take(MemorySegment value) {
        long first = value.get(ValueLayout.JAVA_LONG, UNION);
        return switch (value.get(ValueLayout.JAVA_BYTE, 0)) {
            case KIND_I32, KIND_F32 -> first & 0xFFFFFFFFL;
            case KIND_I64, KIND_F64 -> first;
            case KIND_FUNCREF -> first == 0 ? 0 : library.pointer("wasmtime_func_to_raw", context, value.address() + UNION);
            case KIND_EXTERNREF -> {
                long data = first == 0 ? 0 : library.pointer("wasmtime_externref_data", context, value.address() + UNION);
                if (first != 0) library.call("wasmtime_externref_unroot", value.address() + UNION);
                yield data;
            }
            default -> throw new BackendException("Wasmtime gave a value of kind " + value.get(ValueLayout.JAVA_BYTE, 0));
        };
    }

    private static int kind(int type) {
        return switch (type) {
            case ValType.I32 -> KIND_I32;
            case ValType.I64 -> KIND_I64;
            case ValType.F32 -> KIND_F32;
            case ValType.F64 -> KIND_F64;
            case ValType.FUNCREF -> KIND_FUNCREF;
            case ValType.EXTERNREF -> KIND_EXTERNREF;
            default -> throw new BackendException("values of type " + ValType.name(type) + " do not cross to Wasmtime here");
        };
    }

    /** A {@code wasm_valtype_t} of the caller's. */
    long type(int type) {
        int kind = switch (type) {
            case ValType.FUNCREF -> TYPE_FUNCREF;
            case ValType.EXTERNREF -> TYPE_EXTERNREF;
            default -> kind(type);
        };
        return library.pointer("wasm_valtype_new", kind);
    }

    /** A {@code wasm_functype_t} of the caller's. */
    long type(FuncType type) {
        try (Arena local = Arena.ofConfined()) {
            return library.pointer("wasm_functype_new", types(local, type.parameters()), types(local, type.results()));
        }
    }

    private long types(Arena local, int[] types) {
        MemorySegment vector = local.allocate(16, 8), each = local.allocate(8L * Math.max(1, types.length), 8);
        for (int i = 0; i < types.length; i++) each.setAtIndex(ValueLayout.JAVA_LONG, i, type(types[i]));
        library.call("wasm_valtype_vec_new", vector.address(), types.length, each.address());
        return vector.address();
    }

    /** A {@code wasm_limits_t}; -1 is no maximum. */
    static MemorySegment limits(Arena local, long min, long max) {
        MemorySegment limits = local.allocate(8, 4);
        limits.set(ValueLayout.JAVA_INT, 0, (int) min);
        limits.set(ValueLayout.JAVA_INT, 4, (int) max);
        return limits;
    }

    /** The maximum in a {@code wasm_limits_t}. */
    static long max(long limits) {
        int max = MemorySegment.ofAddress(limits).reinterpret(8).get(ValueLayout.JAVA_INT, 4);
        return max == -1 ? -1 : Integer.toUnsignedLong(max);
    }
}
