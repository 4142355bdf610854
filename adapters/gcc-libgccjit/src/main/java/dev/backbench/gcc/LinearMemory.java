package dev.backbench.gcc;

import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.ValType;

import static dev.backbench.wasm.Opcode.*;

/**
 * Loads and stores of memory 0. The address is {@code (base + zero-extended index) + offset} as pointer arithmetic in that order, so that GCC sees accesses of one
 * index at different offsets as apart, and folds both sums into an x86 addressing mode. Unaligned accesses are the rule.
 */
final class LinearMemory {
    private static final int OPCODES = I64_STORE32 - I32_LOAD + 1;

    private final FunctionBuilder f;
    private final JitContext jit;
    /** By opcode: what is accessed, qualified, and a pointer to it. */
    private final long[] types = new long[OPCODES], pointers = new long[OPCODES];
    private long loadBase, storeBase;

    LinearMemory(FunctionBuilder f) {
        this.f = f;
        jit = f.jit;
    }

    /** The base never moves: one load for the whole activation. */
    void begin() {
        if (!f.r.usesMemory) return;
        long home = jit.local(f.functionHandle(), jit.bytes);
        Jit.assign(f.at, home, jit.read(f.instance, InstanceLayout.MEMORY_BASE, jit.bytes));
        loadBase = storeBase = Jit.value(home);
        if (f.m.order == MemoryOrder.SPLIT && f.r.storesMemory) {
            long opaque = jit.local(f.functionHandle(), jit.bytes);
            jit.assignOpaque(f.at, opaque, loadBase, false);
            storeBase = Jit.value(opaque);
        }
    }

    void access(int row) {
        Recording r = f.r;
        int op = r.op[row];
        f.open();
        long offset = r.imm[row] & 0xffffffffL, pointer = pointer(row, op, offset);
        if (op < I32_STORE) {
            long value = Jit.value(jit.at(pointer, pointerType(op)));
            long type = jit.typeOf(r.type[row]);
            f.define(row, jit.cast(value, type), false, true);
            return;
        }
        long value = f.take(r.b[row]);
        f.flush();
        long place = jit.at(pointer, pointerType(op));
        Jit.assign(f.at, place, jit.cast(value, types[op - I32_LOAD]));
    }

    private long pointer(int row, int op, long offset) {
        int address = f.r.a[row];
        long base = op < I32_STORE ? loadBase : storeBase;
        if (f.checksBounds()) return checked(base, address, offset, bytes(op));
        // The sum of a constant address and the offset is 33 bits, as it should be.
        if (f.isConstant(address)) return jit.plus(base, jit.size((f.r.a[address] & 0xffffffffL) + offset));
        long pointer = jit.plus(base, jit.cast(f.take(address), jit.size));
        return offset == 0 ? pointer : jit.plus(pointer, jit.size(offset));
    }

    /** The same behind an explicit check; the address goes into a local for both. */
    private long checked(long base, int address, long offset, int bytes) {
        long taken = jit.cast(f.take(address), jit.u64);
        f.flush();
        long home = f.pool().forBlock(ValType.I64);
        Jit.assign(f.at, home, offset == 0 ? taken : jit.binary(Jit.ADD, jit.u64, taken, jit.u64(offset)));
        long sum = Jit.value(home);
        f.trapIf(jit.compare(Jit.GT, jit.binary(Jit.ADD, jit.u64, sum, jit.u64(bytes)), f.m.memorySize(f.instance)), TrapReason.MEMORY_OUT_OF_BOUNDS);
        return jit.plus(base, sum);
    }

    private long pointerType(int op) {
        int i = op - I32_LOAD;
        if (pointers[i] != 0) return pointers[i];
        long type = Jit.aligned(accessed(op), 1);
        boolean isVolatile = switch (f.m.order) {
            case VOLATILE -> true;
            case SPLIT -> op >= I32_STORE;
            case RELAXED -> false;
        };
        types[i] = isVolatile ? Jit.volatileType(type) : type;
        return pointers[i] = Jit.pointer(types[i]);
    }

    private long accessed(int op) {
        return switch (op) {
            case I32_LOAD, I64_LOAD32_U, I32_STORE, I64_STORE32 -> jit.u32;
            case I64_LOAD, I64_STORE -> jit.u64;
            case F32_LOAD, F32_STORE -> jit.f32;
            case F64_LOAD, F64_STORE -> jit.f64;
            case I32_LOAD8_S, I64_LOAD8_S -> jit.i8;
            case I32_LOAD8_U, I64_LOAD8_U, I32_STORE8, I64_STORE8 -> jit.u8;
            case I32_LOAD16_S, I64_LOAD16_S -> jit.i16;
            case I32_LOAD16_U, I64_LOAD16_U, I32_STORE16, I64_STORE16 -> jit.u16;
            case I64_LOAD32_S -> jit.i32;
            default -> throw new AssertionError("access 0x" + Integer.toHexString(op));
        };
    }

    private static int bytes(int op) {
        return switch (op) {
            case I64_LOAD, F64_LOAD, I64_STORE, F64_STORE -> 8;
            case I32_LOAD8_S, I32_LOAD8_U, I64_LOAD8_S, I64_LOAD8_U, I32_STORE8, I64_STORE8 -> 1;
            case I32_LOAD16_S, I32_LOAD16_U, I64_LOAD16_S, I64_LOAD16_U, I32_STORE16, I64_STORE16 -> 2;
            default -> 4;
        };
    }
}
