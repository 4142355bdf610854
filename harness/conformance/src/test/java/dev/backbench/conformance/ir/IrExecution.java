package dev.backbench.conformance.ir;

import dev.backbench.conformance.ir.IrFunction.Instruction;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.Opcode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** Walks recorded functions. */
final class IrExecution {
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Many times what any generated call takes: a function over that will never end. */
    private static final int MOST_BLOCKS = 2_000_000;

    private final IrInstance instance;
    private int blocks;

    IrExecution(IrInstance instance) {
        this.instance = instance;
    }

    long[] call(int index, long[] arguments) {
        int imported = instance.module.importedFunctionCount();
        if (index < imported) {
            long[] results = new long[instance.hosts[index].type().results().length];
            instance.hosts[index].code().call(null, arguments, results);
            return results;
        }
        IrFunction function = instance.functions[index - imported];
        long[] v = Arrays.copyOf(arguments, function.values);
        int block = 0;
        while (true) {
            if (blocks++ > MOST_BLOCKS) throw new IllegalStateException("this does not end");
            List<Instruction> list = function.blocks.get(block);
            for (int k = 0; k < list.size() - 1; k++) execute(list.get(k), v);
            Instruction last = list.getLast();
            int taken;
            switch (last.kind()) {
                case JUMP -> taken = 0;
                case BRANCH_IF -> taken = (int) v[last.in()[0]] != 0 ? 0 : 1;
                case BRANCH_TABLE -> taken = (int) Math.min(v[last.in()[0]] & 0xFFFFFFFFL, last.a().length - 1);
                case RETURN -> {
                    return gather(last.in(), last.in().length, v);
                }
                case UNREACHABLE -> throw trap(TrapReason.UNREACHABLE);
                default -> throw new AssertionError("a block ends with " + last.kind());
            }
            follow(function.edge(last.a()[taken]), v);
            block = last.b()[taken];
        }
    }

    /** All moves of an edge happen at once. */
    private static void follow(IrFunction.Edge edge, long[] v) {
        long[] values = new long[edge.moves.size()];
        for (int i = 0; i < values.length; i++) values[i] = v[edge.moves.get(i)[1]];
        for (int i = 0; i < values.length; i++) v[edge.moves.get(i)[0]] = values[i];
    }

    private static long[] gather(int[] in, int count, long[] v) {
        long[] values = new long[count];
        for (int i = 0; i < count; i++) values[i] = v[in[i]];
        return values;
    }

    private static Trap trap(TrapReason reason) {
        return new Trap(reason, null, -1);
    }

    private void execute(Instruction i, long[] v) {
        int[] in = i.in();
        switch (i.kind()) {
            case CONSTANT -> v[i.out()[0]] = i.constant();
            case UNARY -> v[i.out()[0]] = IrArithmetic.unary(i.a()[0], v[in[0]]);
            case BINARY -> v[i.out()[0]] = IrArithmetic.binary(i.a()[0], v[in[0]], v[in[1]]);
            case SELECT -> v[i.out()[0]] = (int) v[in[0]] != 0 ? v[in[1]] : v[in[2]];
            case LOAD -> v[i.out()[0]] = load(i.a()[0], (v[in[0]] & 0xFFFFFFFFL) + i.constant());
            case STORE -> store(i.a()[0], (v[in[0]] & 0xFFFFFFFFL) + i.constant(), v[in[1]]);
            case GLOBAL_GET -> v[i.out()[0]] = instance.globals[i.a()[0]];
            case GLOBAL_SET -> instance.globals[i.a()[0]] = v[in[0]];
            case REF_IS_NULL -> v[i.out()[0]] = v[in[0]] == 0 ? 1 : 0;
            case CALL -> results(i, call(i.a()[0], gather(in, in.length, v)), v);
            case CALL_INDIRECT -> results(i, callIndirect(i, gather(in, in.length, v)), v);
            default -> state(i, gather(in, in.length, v), v);
        }
    }

    private static void results(Instruction i, long[] results, long[] v) {
        for (int k = 0; k < results.length; k++) v[i.out()[k]] = results[k];
    }

    private long[] callIndirect(Instruction i, long[] values) {
        long[] table = instance.tables[i.a()[0]];
        FuncType wanted = instance.module.types().get(i.a()[1]);
        long index = values[values.length - 1] & 0xFFFFFFFFL;
        if (index >= table.length) throw trap(TrapReason.UNDEFINED_ELEMENT);
        long reference = table[(int) index];
        if (reference == 0) throw trap(TrapReason.UNINITIALIZED_ELEMENT);
        if (!instance.module.functionType((int) reference - 1).equals(wanted)) throw trap(TrapReason.INDIRECT_CALL_TYPE);
        return call((int) reference - 1, Arrays.copyOf(values, values.length - 1));
    }

    /** Operations on memory and tables as wholes; {@code x} are their operands, i32s with a zero upper half. */
    private void state(Instruction i, long[] x, long[] v) {
        int a = i.a().length > 0 ? i.a()[0] : 0;
        switch (i.kind()) {
            case MEMORY_SIZE -> v[i.out()[0]] = instance.memory.length / IrInstance.PAGE;
            case MEMORY_GROW -> v[i.out()[0]] = instance.growMemory(x[0]);
            case MEMORY_COPY -> {
                memoryRange(x[1], x[2]);
                memoryRange(x[0], x[2]);
                System.arraycopy(instance.memory, (int) x[1], instance.memory, (int) x[0], (int) x[2]);
            }
            case MEMORY_FILL -> {
                memoryRange(x[0], x[2]);
                Arrays.fill(instance.memory, (int) x[0], (int) (x[0] + x[2]), (byte) x[1]);
            }
            case MEMORY_INIT -> instance.initMemory(a, x[0], x[1], x[2]);
            case DATA_DROP -> instance.data[a] = new byte[0];
            case TABLE_GET -> {
                tableRange(a, x[0], 1);
                v[i.out()[0]] = instance.tables[a][(int) x[0]];
            }
            case TABLE_SET -> {
                tableRange(a, x[0], 1);
                instance.tables[a][(int) x[0]] = x[1];
            }
            case TABLE_SIZE -> v[i.out()[0]] = instance.tables[a].length;
            case TABLE_GROW -> v[i.out()[0]] = instance.growTable(a, x[0], x[1]);
            case TABLE_FILL -> {
                tableRange(a, x[0], x[2]);
                Arrays.fill(instance.tables[a], (int) x[0], (int) (x[0] + x[2]), x[1]);
            }
            case TABLE_COPY -> {
                tableRange(i.a()[1], x[1], x[2]);
                tableRange(a, x[0], x[2]);
                System.arraycopy(instance.tables[i.a()[1]], (int) x[1], instance.tables[a], (int) x[0], (int) x[2]);
            }
            case TABLE_INIT -> instance.initTable(a, i.a()[1], x[0], x[1], x[2]);
            case ELEM_DROP -> instance.elements[a] = new long[0];
            default -> throw new AssertionError(i.kind());
        }
    }

    private void memoryRange(long from, long count) {
        if (from + count > instance.memory.length) throw trap(TrapReason.MEMORY_OUT_OF_BOUNDS);
    }

    private void tableRange(int table, long from, long count) {
        if (from + count > instance.tables[table].length) throw trap(TrapReason.TABLE_OUT_OF_BOUNDS);
    }

    private long load(int opcode, long at) {
        memoryRange(at, size(opcode));
        MemorySegment m = MemorySegment.ofArray(instance.memory);
        return switch (opcode) {
            case Opcode.I32_LOAD, Opcode.F32_LOAD, Opcode.I64_LOAD32_U -> m.get(INT, at) & 0xFFFFFFFFL;
            case Opcode.I64_LOAD, Opcode.F64_LOAD -> m.get(LONG, at);
            case Opcode.I32_LOAD8_S -> IrArithmetic.u32(m.get(ValueLayout.JAVA_BYTE, at));
            case Opcode.I32_LOAD8_U, Opcode.I64_LOAD8_U -> m.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
            case Opcode.I32_LOAD16_S -> IrArithmetic.u32(m.get(SHORT, at));
            case Opcode.I32_LOAD16_U, Opcode.I64_LOAD16_U -> m.get(SHORT, at) & 0xFFFF;
            case Opcode.I64_LOAD8_S -> m.get(ValueLayout.JAVA_BYTE, at);
            case Opcode.I64_LOAD16_S -> m.get(SHORT, at);
            case Opcode.I64_LOAD32_S -> m.get(INT, at);
            default -> throw new AssertionError(opcode);
        };
    }

    private void store(int opcode, long at, long value) {
        int size = size(opcode);
        memoryRange(at, size);
        MemorySegment m = MemorySegment.ofArray(instance.memory);
        switch (size) {
            case 1 -> m.set(ValueLayout.JAVA_BYTE, at, (byte) value);
            case 2 -> m.set(SHORT, at, (short) value);
            case 4 -> m.set(INT, at, (int) value);
            default -> m.set(LONG, at, value);
        }
    }

    private static int size(int opcode) {
        return switch (opcode) {
            case Opcode.I32_LOAD8_S, Opcode.I32_LOAD8_U, Opcode.I64_LOAD8_S, Opcode.I64_LOAD8_U, Opcode.I32_STORE8, Opcode.I64_STORE8 -> 1;
            case Opcode.I32_LOAD16_S, Opcode.I32_LOAD16_U, Opcode.I64_LOAD16_S, Opcode.I64_LOAD16_U, Opcode.I32_STORE16, Opcode.I64_STORE16 -> 2;
            case Opcode.I64_LOAD, Opcode.F64_LOAD, Opcode.I64_STORE, Opcode.F64_STORE -> 8;
            default -> 4;
        };
    }
}
