package dev.backbench.gcc;

import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.ValType;

import static dev.backbench.wasm.Opcode.*;

/**
 * Loads and stores that can be seen from outside: of memory 0, and stores of globals and table elements.
 *
 * <p>Each is one machine instruction in a volatile asm statement. GCC is free to drop a load that nobody needs, to narrow one of which only some bits
 * are needed, to sink one into the branch that needs it, and to leave out a store that another follows, all of which shows when an access traps; and
 * libgccjit 12 has no volatile accesses (its dereferences of pointers to volatile types are ordinary ones). Volatile asm statements keep their number, their
 * order and their place among branches and calls. A memory access that GCC does not know of also kills nothing that it knows about the instance record.
 *
 * <p>There are no exceptions for loads that an earlier access of the same address covers, though they cannot be the first to trap: GCC knows nothing of that order, and may hoist
 * an ordinary load above a covering one and above an effect-free loop before both, which may never end. The ledger says what that costs.
 *
 * <p>The address is {@code base + index + offset} in one addressing mode, where the index is the zero-extended i32.
 */
final class LinearMemory {
    private static final int OPCODES = I64_STORE32 - I32_LOAD + 1;
    private static final int[] BYTES = {4, 8, 4, 8, 1, 1, 2, 2, 1, 1, 2, 2, 4, 4, 4, 8, 4, 8, 1, 2, 1, 2, 4};

    private final FunctionBuilder f;
    private final JitContext jit;
    private final boolean avx = CpuFlags.host().contains("-mavx");
    /** By load: pointer to what it reads, unaligned. */
    private final long[] pointerTypes = new long[OPCODES];
    private long base;

    LinearMemory(FunctionBuilder f) {
        this.f = f;
        jit = f.jit;
        assert BYTES.length == OPCODES;
    }

    /** The base never moves: one load for the whole activation. */
    void begin() {
        if (!f.r.usesMemory) return;
        long home = jit.local(f.functionHandle(), jit.bytes);
        Jit.assign(f.at, home, jit.read(f.instance, InstanceLayout.MEMORY_BASE, jit.bytes));
        base = Jit.value(home);
    }

    void access(int row) {
        Recording r = f.r;
        int op = r.op[row], address = r.a[row];
        long offset = r.imm[row] & 0xffffffffL;
        f.open();
        boolean constant = f.isConstant(address), check = f.checksBounds();
        // An addressing mode has room for 31 bits; the sum of a constant address and the offset is 33 bits, as it should be.
        long displacement = constant ? (r.a[address] & 0xffffffffL) + offset : offset;
        long index = 0;
        if (displacement > Integer.MAX_VALUE || check) {
            index = constant ? jit.u64(displacement) : jit.binary(Jit.ADD, jit.u64, f.takeWide(address), jit.u64(displacement));
            displacement = 0;
        } else if (!constant) {
            index = f.takeWide(address);
        }
        if (check) index = checked(index, BYTES[op - I32_LOAD]);
        if (op >= I32_STORE) store(op, r.b[row], index, displacement);
        else if (check) read(row, op, index, displacement);
        else load(row, op, index, displacement);
    }

    /** The address (a 64-bit sum) in a local, after an explicit check. */
    private long checked(long address, int bytes) {
        long home = f.pool().forBlock(ValType.I64);
        Jit.assign(f.at, home, address);
        long sum = Jit.value(home);
        f.trapIf(jit.compare(Jit.GT, jit.binary(Jit.ADD, jit.u64, sum, jit.u64(bytes)), f.m.memorySize(f.instance)), TrapReason.MEMORY_OUT_OF_BOUNDS);
        return sum;
    }

    /** A load behind its check, as an ordinary expression: it cannot trap, and GCC moves no load that it thinks could above a branch. */
    private void read(int row, int op, long index, long displacement) {
        long pointer = index == 0 ? base : jit.plus(base, index);
        if (displacement != 0) pointer = jit.plus(pointer, jit.size(displacement));
        int i = op - I32_LOAD;
        if (pointerTypes[i] == 0) pointerTypes[i] = Jit.pointer(Jit.aligned(accessed(op), 1));
        f.define(row, jit.cast(Jit.value(jit.at(pointer, pointerTypes[i])), jit.typeOf(f.r.type[row])), false, true);
    }

    private long accessed(int op) {
        return switch (op) {
            case I32_LOAD, I64_LOAD32_U -> jit.u32;
            case I64_LOAD -> jit.u64;
            case F32_LOAD -> jit.f32;
            case F64_LOAD -> jit.f64;
            case I32_LOAD8_S, I64_LOAD8_S -> jit.i8;
            case I32_LOAD8_U, I64_LOAD8_U -> jit.u8;
            case I32_LOAD16_S, I64_LOAD16_S -> jit.i16;
            case I32_LOAD16_U, I64_LOAD16_U -> jit.u16;
            case I64_LOAD32_S -> jit.i32;
            default -> throw new AssertionError("load 0x" + Integer.toHexString(op));
        };
    }

    /** A load of an i32 writes all 64 bits of its register, which is remembered: an address made of it needs no extension. */
    private void load(int row, int op, long index, long displacement) {
        int type = f.r.type[row];
        boolean isFloat = type == ValType.F32 || type == ValType.F64, isNarrow = type == ValType.I32;
        long home = isNarrow ? f.home(row, ValType.I64) : f.home(row);
        boolean writesHalf = isNarrow || op == I64_LOAD8_U || op == I64_LOAD16_U || op == I64_LOAD32_U;
        long asm = jit.asm(f.at, loadMnemonic(op), displacement, address(index) + (writesHalf ? ",%k0" : ",%0"));
        jit.asmOutput(asm, isFloat ? JitContext.SSE_OUTPUT : JitContext.REGISTER_OUTPUT, home);
        operands(asm, index);
        if (isNarrow) f.isInWide(row, home);
        else f.isIn(row, home);
    }

    private String loadMnemonic(int op) {
        return switch (op) {
            case I32_LOAD, I64_LOAD32_U -> "movl ";
            case I64_LOAD -> "movq ";
            case F32_LOAD -> avx ? "vmovss " : "movss ";
            case F64_LOAD -> avx ? "vmovsd " : "movsd ";
            case I32_LOAD8_S -> "movsbl ";
            case I32_LOAD8_U, I64_LOAD8_U -> "movzbl ";
            case I32_LOAD16_S -> "movswl ";
            case I32_LOAD16_U, I64_LOAD16_U -> "movzwl ";
            case I64_LOAD8_S -> "movsbq ";
            case I64_LOAD16_S -> "movswq ";
            case I64_LOAD32_S -> "movslq ";
            default -> throw new AssertionError("load 0x" + Integer.toHexString(op));
        };
    }

    private void store(int op, int value, long index, long displacement) {
        boolean isFloat = op == F32_STORE || op == F64_STORE;
        int bytes = BYTES[op - I32_LOAD];
        long source;
        if (f.isConstant(value)) {
            long bits = f.r.bits(value);
            source = bytes == 8 ? jit.u64(bits) : jit.u32(bytes == 4 ? (int) bits : (int) bits & (1 << 8 * bytes) - 1);
        } else {
            source = f.take(value);
        }
        f.flush();
        long asm = jit.asm(f.at, storeMnemonic(isFloat, bytes), displacement, address(index));
        jit.asmClobbersMemory(asm);
        jit.asmInput(asm, isFloat ? JitContext.SSE : bytes == 8 ? JitContext.REGISTER_OR_INT32 : JitContext.REGISTER_OR_CONSTANT, source);
        operands(asm, index);
    }

    private String storeMnemonic(boolean isFloat, int bytes) {
        if (isFloat) return (avx ? "vmovs" : "movs") + (bytes == 4 ? "s %0," : "d %0,");
        return bytes == 8 ? "movq %0," : bytes == 4 ? "movl %k0," : bytes == 2 ? "movw %w0," : "movb %b0,";
    }

    private static String address(long index) {
        return index == 0 ? "(%1)" : "(%1,%2)";
    }

    private void operands(long asm, long index) {
        jit.asmInput(asm, JitContext.REGISTER, base);
        if (index != 0) jit.asmInput(asm, JitContext.REGISTER, index);
    }

    /** Writes what GCC may read elsewhere: a global's slot or a table's element. */
    void storeShared(long pointer, long displacement, int valType, long value) {
        boolean isFloat = valType == ValType.F32 || valType == ValType.F64;
        long asm = jit.asm(f.at, storeMnemonic(isFloat, valType == ValType.I32 || valType == ValType.F32 ? 4 : 8), displacement, "(%1)");
        jit.asmInput(asm, isFloat ? JitContext.SSE : JitContext.REGISTER_OR_INT32, value);
        jit.asmInput(asm, JitContext.REGISTER, pointer);
        jit.asmClobbersMemory(asm);
    }
}
