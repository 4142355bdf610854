package dev.backbench.cranelift.wasm;

import static dev.backbench.cranelift.ir.Types.F32;
import static dev.backbench.cranelift.ir.Types.F64;
import static dev.backbench.cranelift.ir.Types.I32;
import static dev.backbench.cranelift.ir.Types.I64;
import static dev.backbench.cranelift.ir.Types.I8;

import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.IntCC;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Pool;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.ValType;
import java.nio.charset.StandardCharsets;

/** The function under construction: where instructions go, and what every function begins with. Values are CLIF's; a comparison is an i8 until Wasm wants its i32. */
final class Body {
    /** Alias regions, disjoint: linear memory, elements of tables, all else of the runtime. */
    private static final int HEAP = 0, TABLE = 1, VMCTX = 2;
    private static final byte[][] REGIONS = {name("heap"), name("table"), name("vmctx")};
    /** An access that traps outside the memory, so that it is neither dropped nor moved. */
    static final int LINEAR = MemFlags.withRegion(MemFlags.NONE | MemFlags.LITTLE, HEAP);
    /** Memory of the runtime, which is there; with what never changes once an instance exists. */
    static final int RUNTIME = MemFlags.withRegion(MemFlags.ALIGNED, VMCTX), FIXED = RUNTIME | MemFlags.READONLY | MemFlags.CAN_MOVE;
    static final int ELEMENT = MemFlags.withRegion(MemFlags.ALIGNED, TABLE);
    /** Results on the stack of a caller: in no region. */
    static final int SLOT = MemFlags.ALIGNED;

    final Function fn;
    private final Pool pool;
    /** The block that instructions go to. */
    int block;
    /** The callee's instance; the place for several results, -1 where the signature has none. */
    int instance, resultPointer;
    private int memoryBase, memoryBaseLoad;
    private boolean usesMemoryBase;
    private int areaBytes;

    Body(Function fn) {
        this.fn = fn;
        pool = fn.pool;
    }

    private static byte[] name(String region) {
        return region.getBytes(StandardCharsets.US_ASCII);
    }

    /** The entry is open, its parameters are there. @param hasResultPointer whether the second of them is the place for results */
    void begin(boolean hasResultPointer) {
        int params = fn.blockParams(block);
        instance = pool.get(params, 0);
        resultPointer = hasResultPointer ? pool.get(params, 1) : -1;
        areaBytes = 0;
        usesMemoryBase = false;
        for (int r = 0; r < REGIONS.length; r++) {
            fn.entities.regions.define(r);
            fn.entities.regions.set(r, Entities.REGION_USER, r);
            fn.entities.regions.set(r, Entities.REGION_TEXT, fn.text.add(REGIONS[r], 0, REGIONS[r].length));
        }
        memoryBaseLoad = fn.insts();
        memoryBase = load(Op.LOAD, I64, FIXED, instance, InstanceLayout.MEMORY_BASE);
    }

    void end() {
        if (!usesMemoryBase) fn.layout.remove(memoryBaseLoad);
        if (areaBytes > 0) fn.entities.slots.set(0, Entities.SLOT_SIZE, areaBytes);
    }

    int memoryBase() {
        usesMemoryBase = true;
        return memoryBase;
    }

    /** The address of room for the results of a call. */
    int resultArea(int results) {
        if (areaBytes == 0) {
            fn.entities.slots.define(0);
            fn.entities.slots.set(0, Entities.SLOT_ALIGN, 4);
        }
        areaBytes = Math.max(areaBytes, results * InstanceLayout.SLOT_BYTES);
        int inst = inst(Op.STACK_ADDR, I64);
        fn.setEntity(inst, 0);
        return result(inst, I64);
    }

    static int type(int wasm) {
        return switch (wasm) {
            case ValType.I32 -> I32;
            case ValType.F32 -> F32;
            case ValType.F64 -> F64;
            default -> I64;
        };
    }

    // ---- instructions ----

    /** At the end of the open block, without operands and results. */
    int inst(Op op, int control) {
        int inst = fn.newInst(op, control);
        fn.layout.append(inst, block);
        return inst;
    }

    int result(int inst, int type) {
        int value = fn.newValue(type, Function.RESULT, inst);
        fn.setResults(inst, pool.of(value));
        return value;
    }

    int unary(Op op, int type, int operand) {
        return fn.append(block, op, type, pool.of(operand), 0, type);
    }

    int binary(Op op, int type, int first, int second) {
        return fn.append(block, op, type, pool.of(first, second), 0, type);
    }

    /** An i8. @param condition the ordinal of an {@link IntCC} or a {@link dev.backbench.cranelift.ir.FloatCC} */
    int compare(Op op, int condition, int type, int first, int second) {
        return fn.append(block, op, type, pool.of(first, second), condition, I8);
    }

    int compare(IntCC condition, int type, int first, int second) {
        return compare(Op.ICMP, condition.ordinal(), type, first, second);
    }

    int load(Op op, int type, int flags, int address, long offset) {
        int inst = fn.insts(), result = fn.append(block, op, type, pool.of(address), flags, type);
        if (offset != 0) fn.setImmediate(inst, offset);
        return result;
    }

    void store(Op op, int type, int flags, int value, int address, long offset) {
        fn.setImmediate(fn.append(block, op, type, pool.of(value, address), flags), offset);
    }

    int bitcast(int type, int operand) {
        return fn.append(block, Op.BITCAST, type, pool.of(operand), MemFlags.NONE, type);
    }

    int select(int type, int condition, int whenTrue, int whenFalse) {
        return fn.append(block, Op.SELECT, type, pool.of(condition, whenTrue, whenFalse), 0, type);
    }

    // ---- constants and widths ----

    /** Sign-extended from the type's width; of a float the bits. */
    int constant(Op op, int type, long value) {
        int inst = fn.insts(), result = fn.append(block, op, type, 0, 0, type);
        fn.setImmediate(inst, value);
        return result;
    }

    int i32(int value) {
        return constant(Op.ICONST, I32, value);
    }

    int i64(long value) {
        return constant(Op.ICONST, I64, value);
    }

    boolean isConstant(int value) {
        return isResultOf(value, Op.ICONST);
    }

    long constantOf(int value) {
        return fn.immediate(fn.valueDefinition(value));
    }

    private boolean isResultOf(int value, Op op) {
        return fn.valueKind(value) == Function.RESULT && fn.op(fn.valueDefinition(value)) == op;
    }

    /** {@code base + offset}. */
    int at(int base, long offset) {
        return offset == 0 ? base : binary(Op.IADD, I64, base, i64(offset));
    }

    /** An i32 as 64 bits, unsigned. */
    int wide(int word) {
        return isConstant(word) ? i64(constantOf(word) & 0xFFFFFFFFL) : unary(Op.UEXTEND, I64, word);
    }

    /** The low half. */
    int narrow(int wide) {
        return unary(Op.IREDUCE, I32, wide);
    }

    /** The i32 that Wasm makes of a comparison. */
    int flag(int comparison) {
        return unary(Op.UEXTEND, I32, comparison);
    }

    /** An i32 as a condition: the comparison itself where it is one. */
    int condition(int value) {
        int comparison = comparison(value);
        return comparison >= 0 ? comparison : value;
    }

    /** The comparison that {@code value} is the {@link #flag} of, -1 where it is none. */
    int comparison(int value) {
        if (!isResultOf(value, Op.UEXTEND)) return -1;
        int source = fn.arg(fn.valueDefinition(value), 0);
        return fn.valueType(source) == Types.I8 && (isResultOf(source, Op.ICMP) || isResultOf(source, Op.FCMP)) ? source : -1;
    }

    // ---- traps ----

    static int trapCode(TrapReason reason) {
        return 1 + reason.ordinal();
    }

    void trap(TrapReason reason) {
        fn.setFlags(inst(Op.TRAP, Types.NONE), trapCode(reason));
    }

    /** Traps where {@code condition} is not zero, or where it is, by {@code op}. */
    void trapIf(Op op, int type, int condition, TrapReason reason) {
        int inst = inst(op, type);
        fn.setFlags(inst, trapCode(reason));
        fn.setArgs(inst, pool.of(condition));
    }
}
