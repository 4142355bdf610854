package dev.backbench.conformance.fuzz;

import static dev.backbench.wasm.Opcode.*;

import dev.backbench.wasm.IrBuilder;
import dev.backbench.wasm.ValType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A miscompilation, one thing wrong, of kinds that compilers have had. */
record PlantedBug(String name, UnaryOperator<IrBuilder> plant) {
    /** All of them: one per operation that is taken for another, and those that need code. */
    static PlantedBug[] all() {
        int[][] confused = {{I32_SUB, I32_ADD}, {I32_LT_S, I32_LT_U}, {I32_GE_U, I32_GE_S}, {I32_LE_S, I32_LT_S}, {I64_LT_S, I64_LT_U}, {I64_GT_U, I64_GT_S}, {I64_GE_S, I64_GT_S}, {I32_DIV_S, I32_DIV_U},
            {I32_REM_S, I32_REM_U}, {I64_DIV_U, I64_DIV_S}, {I64_REM_U, I64_REM_S}, {I32_SHR_S, I32_SHR_U}, {I64_SHR_U, I64_SHR_S}, {I32_ROTL, I32_ROTR}, {I64_ROTR, I64_ROTL}, {F32_LT, F32_LE},
            {F64_GE, F64_GT}, {F32_NE, F32_GT}, {F64_EQ, F64_LE}, {F32_MIN, F32_MAX}, {F64_MAX, F64_MIN}, {F64_SUB, F64_ADD}, {F32_DIV, F32_MUL}, {I32_CLZ, I32_CTZ}, {I64_CTZ, I64_CLZ},
            {I64_POPCNT, I64_CLZ}, {I32_EXTEND8_S, I32_EXTEND16_S}, {I64_EXTEND32_S, I64_EXTEND16_S}, {I64_EXTEND_I32_S, I64_EXTEND_I32_U}, {I64_EXTEND_I32_U, I64_EXTEND_I32_S}, {F32_CEIL, F32_FLOOR},
            {F64_FLOOR, F64_TRUNC}, {F32_NEAREST, F32_CEIL}, {F64_NEAREST, F64_FLOOR}, {F64_TRUNC, F64_NEAREST}, {F64_SQRT, F64_ABS}, {F32_ABS, F32_NEG}, {I32_TRUNC_F64_S, I32_TRUNC_SAT_F64_S},
            {I64_TRUNC_F32_U, I64_TRUNC_F32_S}, {I32_TRUNC_F32_U, I32_TRUNC_F32_S}, {I64_TRUNC_F64_U, I64_TRUNC_F64_S}, {I32_TRUNC_SAT_F32_U, I32_TRUNC_SAT_F32_S}, {I64_TRUNC_SAT_F64_S, I64_TRUNC_SAT_F64_U},
            {F32_CONVERT_I32_U, F32_CONVERT_I32_S}, {F64_CONVERT_I64_U, F64_CONVERT_I64_S}, {I32_LOAD8_S, I32_LOAD8_U}, {I32_LOAD16_U, I32_LOAD16_S},
            {I64_LOAD8_U, I64_LOAD8_S}, {I64_LOAD16_S, I64_LOAD16_U}, {I64_LOAD32_S, I64_LOAD32_U}, {I32_STORE8, I32_STORE16}, {I64_STORE32, I64_STORE16}, {I64_STORE, I64_STORE32}};
        PlantedBug[] byHand = {
            bug("operands of i32.sub swapped", b -> new Binary(b, I32_SUB, (to, x, y) -> to.binary(I32_SUB, y, x))),
            bug("operands of f64.div swapped", b -> new Binary(b, F64_DIV, (to, x, y) -> to.binary(F64_DIV, y, x))),
            bug("operands of f32.copysign swapped", b -> new Binary(b, F32_COPYSIGN, (to, x, y) -> to.binary(F32_COPYSIGN, y, x))),
            bug("i32.shl without masking its amount", b -> new Binary(b, I32_SHL, (to, x, y) -> to.select(ValType.I32, to.binary(I32_LT_U, y, to.constI32(32)), to.binary(I32_SHL, x, y), to.constI32(0)))),
            bug("i64.shr_s masking to 5 bits", b -> new Binary(b, I64_SHR_S, (to, x, y) -> to.binary(I64_SHR_S, x, to.binary(I64_AND, y, to.constI64(31))))),
            bug("i32.rem_s by zero gives zero", b -> new Binary(b, I32_REM_S, (to, x, y) -> to.binary(I32_REM_S, x, to.select(ValType.I32, y, y, to.constI32(1))))),
            bug("i64.div_s overflow wraps", b -> new Binary(b, I64_DIV_S, (to, x, y) -> {
                int minus = to.binary(I64_EQ, y, to.constI64(-1));
                return to.select(ValType.I64, minus, to.binary(I64_SUB, to.constI64(0), x), to.binary(I64_DIV_S, x, to.select(ValType.I64, minus, to.constI64(1), y)));
            })),
            bug("f64.add of zeros loses the sign", b -> new Binary(b, F64_ADD, (to, x, y) -> to.binary(F64_ADD, to.binary(F64_ADD, x, y), to.constF64(0)))),
            bug("f32.min with a NaN gives the other operand", b -> new Binary(b, F32_MIN, (to, x, y) -> to.select(ValType.F32, to.binary(F32_EQ, x, x), to.binary(F32_MIN, x, y), y))),
            bug("f64.max takes zeros for equal", b -> new Binary(b, F64_MAX, (to, x, y) -> to.select(ValType.F64, to.binary(F64_EQ, x, y), x, to.binary(F64_MAX, x, y)))),
            bug("select's arms swapped", SelectArms::new), bug("select looks at one bit", SelectBit::new), bug("branches look at one byte", BranchByte::new),
            bug("br_table's default is the last case", TableDefault::new), bug("offset of a load ignored", LoadOffset::new), bug("offset of a store ignored", StoreOffset::new),
            bug("address sum wraps at 32 bits", WrappedSum::new), bug("i32.store8 dropped", DroppedStore::new), bug("stores sink past the next operation", SunkStore::new),
            bug("loads are reused across stores", StaleLoad::new), bug("an edge's arguments are one short", EdgeShort::new), bug("moves of an edge are swapped", EdgeSwap::new),
            bug("unreachable traps as a division", WrongReason::new), bug("unreachable falls through", NoTrap::new), bug("global.get is reused across global.set", StaleGlobal::new),
            bug("arguments of calls swapped", CallArguments::new), bug("results of calls swapped", CallResults::new), bug("returned values swapped", Returned::new),
            bug("memory.fill writes a byte less", ShortFill::new), bug("memory.copy the wrong way round", CopyBack::new), bug("memory.init ignores its source offset", InitSource::new),
            bug("data.drop does nothing", NoDrop::new), bug("memory.grow gives the new size", NewSize::new), bug("table.set writes the slot before", TableSlot::new),
            bug("ref.is_null negated", IsNull::new), bug("call_indirect wraps its index", IndirectIndex::new), bug("table.init drops its last element", ShortInit::new)};
        PlantedBug[] all = new PlantedBug[confused.length + byHand.length];
        for (int i = 0; i < confused.length; i++) {
            int from = confused[i][0], instead = confused[i][1];
            all[i] = bug("opcode 0x" + Integer.toHexString(from) + " taken for 0x" + Integer.toHexString(instead), b -> new Confused(b, from, instead));
        }
        System.arraycopy(byHand, 0, all, confused.length, byHand.length);
        return all;
    }

    private static PlantedBug bug(String name, UnaryOperator<IrBuilder> plant) {
        return new PlantedBug(name, plant);
    }

    @Override
    public String toString() {
        return name;
    }

    private static final class Confused extends ForwardingBuilder {
        private final int from, instead;

        Confused(IrBuilder to, int from, int instead) {
            super(to);
            this.from = from;
            this.instead = instead;
        }

        private int confuse(int opcode) {
            return opcode == from ? instead : opcode;
        }

        @Override
        public int unary(int opcode, int operand) {
            return to.unary(confuse(opcode), operand);
        }

        @Override
        public int binary(int opcode, int left, int right) {
            return to.binary(confuse(opcode), left, right);
        }

        @Override
        public int load(int opcode, int address, long offset, int alignLog2) {
            return to.load(confuse(opcode), address, offset, alignLog2);
        }

        @Override
        public void store(int opcode, int address, int value, long offset, int alignLog2) {
            to.store(confuse(opcode), address, value, offset, alignLog2);
        }
    }

    @FunctionalInterface
    private interface Expansion {
        int of(IrBuilder to, int left, int right);
    }

    private static final class Binary extends ForwardingBuilder {
        private final int opcode;
        private final Expansion expansion;

        Binary(IrBuilder to, int opcode, Expansion expansion) {
            super(to);
            this.opcode = opcode;
            this.expansion = expansion;
        }

        @Override
        public int binary(int operation, int left, int right) {
            return operation == opcode ? expansion.of(to, left, right) : to.binary(operation, left, right);
        }
    }

    private static final class SelectArms extends ForwardingBuilder {
        SelectArms(IrBuilder to) {
            super(to);
        }

        @Override
        public int select(int type, int condition, int whenTrue, int whenFalse) {
            return to.select(type, condition, whenFalse, whenTrue);
        }
    }

    private static final class SelectBit extends ForwardingBuilder {
        SelectBit(IrBuilder to) {
            super(to);
        }

        @Override
        public int select(int type, int condition, int whenTrue, int whenFalse) {
            return to.select(type, to.binary(I32_AND, condition, to.constI32(1)), whenTrue, whenFalse);
        }
    }

    private static final class BranchByte extends ForwardingBuilder {
        BranchByte(IrBuilder to) {
            super(to);
        }

        @Override
        public void branchIf(int condition, int edge, int then, int otherEdge, int otherwise) {
            to.branchIf(to.binary(I32_AND, condition, to.constI32(255)), edge, then, otherEdge, otherwise);
        }
    }

    private static final class TableDefault extends ForwardingBuilder {
        TableDefault(IrBuilder to) {
            super(to);
        }

        @Override
        public void branchTable(int index, int[] cases, int caseCount, int[] edges, int[] targets, int edgeCount) {
            int last = to.constI32(Math.max(0, caseCount - 2));
            to.branchTable(to.select(ValType.I32, to.binary(I32_LT_U, index, last), index, last), cases, caseCount, edges, targets, edgeCount);
        }
    }

    private static final class LoadOffset extends ForwardingBuilder {
        LoadOffset(IrBuilder to) {
            super(to);
        }

        @Override
        public int load(int opcode, int address, long offset, int alignLog2) {
            return to.load(opcode, address, 0, alignLog2);
        }
    }

    private static final class StoreOffset extends ForwardingBuilder {
        StoreOffset(IrBuilder to) {
            super(to);
        }

        @Override
        public void store(int opcode, int address, int value, long offset, int alignLog2) {
            to.store(opcode, address, value, 0, alignLog2);
        }
    }

    private static final class WrappedSum extends ForwardingBuilder {
        WrappedSum(IrBuilder to) {
            super(to);
        }

        @Override
        public int load(int opcode, int address, long offset, int alignLog2) {
            return to.load(opcode, to.binary(I32_ADD, address, to.constI32((int) offset)), 0, alignLog2);
        }
    }

    private static final class DroppedStore extends ForwardingBuilder {
        DroppedStore(IrBuilder to) {
            super(to);
        }

        @Override
        public void store(int opcode, int address, int value, long offset, int alignLog2) {
            if (opcode != I32_STORE8) to.store(opcode, address, value, offset, alignLog2);
        }
    }

    /** A store waits until the next load, store, call or end of block, past divisions that may trap. */
    private static final class SunkStore extends ForwardingBuilder {
        private Runnable waiting;

        SunkStore(IrBuilder to) {
            super(to);
        }

        private void flush() {
            Runnable store = waiting;
            waiting = null;
            if (store != null) store.run();
        }

        @Override
        public void begin(Context context) {
            waiting = null;
            to.begin(context);
        }

        @Override
        public void store(int opcode, int address, int value, long offset, int alignLog2) {
            flush();
            waiting = () -> to.store(opcode, address, value, offset, alignLog2);
        }

        @Override
        public int load(int opcode, int address, long offset, int alignLog2) {
            int loaded = to.load(opcode, address, offset, alignLog2);
            flush();
            return loaded;
        }

        @Override
        public void call(int function, int[] arguments, int count, int[] results) {
            flush();
            to.call(function, arguments, count, results);
        }

        @Override
        public void callIndirect(int table, int type, int index, int[] arguments, int count, int[] results) {
            flush();
            to.callIndirect(table, type, index, arguments, count, results);
        }

        @Override
        public void jump(int edge, int target) {
            flush();
            to.jump(edge, target);
        }

        @Override
        public void branchIf(int condition, int edge, int then, int otherEdge, int otherwise) {
            flush();
            to.branchIf(condition, edge, then, otherEdge, otherwise);
        }

        @Override
        public void branchTable(int index, int[] cases, int caseCount, int[] edges, int[] targets, int edgeCount) {
            flush();
            to.branchTable(index, cases, caseCount, edges, targets, edgeCount);
        }

        @Override
        public void ret(int[] values, int count) {
            flush();
            to.ret(values, count);
        }

        @Override
        public void unreachable() {
            flush();
            to.unreachable();
        }
    }

    /** In a block, a load of the same kind from the same address value gives what the first one gave. */
    private static final class StaleLoad extends ForwardingBuilder {
        private final Map<String, Integer> known = new HashMap<>();

        StaleLoad(IrBuilder to) {
            super(to);
        }

        @Override
        public void startBlock(int block) {
            known.clear();
            to.startBlock(block);
        }

        @Override
        public void begin(Context context) {
            known.clear();
            to.begin(context);
        }

        @Override
        public int load(int opcode, int address, long offset, int alignLog2) {
            return known.computeIfAbsent(opcode + "@" + offset, k -> to.load(opcode, address, offset, alignLog2));
        }
    }

    private static final class EdgeShort extends ForwardingBuilder {
        private int given;

        EdgeShort(IrBuilder to) {
            super(to);
        }

        @Override
        public void edgeArgument(int edge, int parameter, int value) {
            if (given++ % 3 != 2) to.edgeArgument(edge, parameter, value);
        }
    }

    /** Moves happen one after the other, so that a swap around a loop loses a value: a later move of a parameter gives what an earlier one put there. */
    private static final class EdgeSwap extends ForwardingBuilder {
        private final Map<Integer, Map<Integer, Integer>> moves = new HashMap<>();

        EdgeSwap(IrBuilder to) {
            super(to);
        }

        @Override
        public void begin(Context context) {
            moves.clear();
            to.begin(context);
        }

        @Override
        public void edgeArgument(int edge, int parameter, int value) {
            Map<Integer, Integer> before = moves.computeIfAbsent(edge, e -> new HashMap<>());
            to.edgeArgument(edge, parameter, before.getOrDefault(value, value));
            before.put(parameter, value);
        }
    }

    private static final class WrongReason extends ForwardingBuilder {
        WrongReason(IrBuilder to) {
            super(to);
        }

        @Override
        public void unreachable() {
            to.binary(I32_DIV_S, to.constI32(1), to.constI32(0));
            to.unreachable();
        }
    }

    private static final class NoTrap extends ForwardingBuilder {
        private int[] zeros;

        NoTrap(IrBuilder to) {
            super(to);
        }

        @Override
        public void begin(Context context) {
            zeros = new int[context.type().results().length];
            to.begin(context);
        }

        @Override
        public void unreachable() {
            for (int i = 0; i < zeros.length; i++) zeros[i] = to.constI64(0);
            to.ret(zeros, zeros.length);
        }
    }

    private static final class StaleGlobal extends ForwardingBuilder {
        private final Map<Integer, Integer> known = new HashMap<>();

        StaleGlobal(IrBuilder to) {
            super(to);
        }

        @Override
        public void begin(Context context) {
            known.clear();
            to.begin(context);
        }

        @Override
        public void startBlock(int block) {
            known.clear();
            to.startBlock(block);
        }

        @Override
        public int globalGet(int global) {
            return global == ModuleGenerator.FUEL_GLOBAL ? to.globalGet(global) : known.computeIfAbsent(global, to::globalGet);
        }
    }

    private static final class CallArguments extends ForwardingBuilder {
        private Context context;

        CallArguments(IrBuilder to) {
            super(to);
        }

        @Override
        public void begin(Context now) {
            context = now;
            to.begin(now);
        }

        @Override
        public void call(int function, int[] arguments, int count, int[] results) {
            int[] types = context.module().functionType(function).parameters();
            for (int i = 1; i < count; i++) {
                if (types[i] != types[i - 1]) continue;
                int first = arguments[i - 1];
                arguments[i - 1] = arguments[i];
                arguments[i] = first;
                break;
            }
            to.call(function, arguments, count, results);
        }
    }

    private static final class CallResults extends ForwardingBuilder {
        private Context context;

        CallResults(IrBuilder to) {
            super(to);
        }

        @Override
        public void begin(Context now) {
            context = now;
            to.begin(now);
        }

        @Override
        public void call(int function, int[] arguments, int count, int[] results) {
            to.call(function, arguments, count, results);
            int[] types = context.module().functionType(function).results();
            if (types.length < 2 || types[0] != types[1]) return;
            int first = results[0];
            results[0] = results[1];
            results[1] = first;
        }
    }

    private static final class Returned extends ForwardingBuilder {
        private Context context;

        Returned(IrBuilder to) {
            super(to);
        }

        @Override
        public void begin(Context now) {
            context = now;
            to.begin(now);
        }

        @Override
        public void ret(int[] values, int count) {
            int[] types = context.type().results();
            int[] swapped = Arrays.copyOf(values, count);
            if (count > 1 && types[0] == types[1]) {
                swapped[0] = values[1];
                swapped[1] = values[0];
            }
            to.ret(swapped, count);
        }
    }

    private static final class ShortFill extends ForwardingBuilder {
        ShortFill(IrBuilder to) {
            super(to);
        }

        @Override
        public void memoryFill(int destination, int value, int length) {
            int shorter = to.binary(I32_SUB, length, to.constI32(1));
            to.memoryFill(destination, value, to.select(ValType.I32, length, shorter, length));
        }
    }

    private static final class CopyBack extends ForwardingBuilder {
        CopyBack(IrBuilder to) {
            super(to);
        }

        @Override
        public void memoryCopy(int destination, int source, int length) {
            to.memoryCopy(source, destination, length);
        }
    }

    private static final class InitSource extends ForwardingBuilder {
        InitSource(IrBuilder to) {
            super(to);
        }

        @Override
        public void memoryInit(int segment, int destination, int source, int length) {
            to.memoryInit(segment, destination, to.constI32(0), length);
        }
    }

    private static final class NoDrop extends ForwardingBuilder {
        NoDrop(IrBuilder to) {
            super(to);
        }

        @Override
        public void dataDrop(int segment) {}
    }

    private static final class NewSize extends ForwardingBuilder {
        NewSize(IrBuilder to) {
            super(to);
        }

        @Override
        public int memoryGrow(int pages) {
            to.memoryGrow(pages);
            return to.memorySize();
        }
    }

    private static final class TableSlot extends ForwardingBuilder {
        TableSlot(IrBuilder to) {
            super(to);
        }

        @Override
        public void tableSet(int table, int index, int value) {
            to.tableSet(table, to.select(ValType.I32, index, to.binary(I32_SUB, index, to.constI32(1)), index), value);
        }
    }

    private static final class IsNull extends ForwardingBuilder {
        IsNull(IrBuilder to) {
            super(to);
        }

        @Override
        public int refIsNull(int reference) {
            return to.unary(I32_EQZ, to.refIsNull(reference));
        }
    }

    private static final class IndirectIndex extends ForwardingBuilder {
        IndirectIndex(IrBuilder to) {
            super(to);
        }

        @Override
        public void callIndirect(int table, int type, int index, int[] arguments, int count, int[] results) {
            to.callIndirect(table, type, to.binary(I32_REM_U, index, to.tableSize(table)), arguments, count, results);
        }
    }

    private static final class ShortInit extends ForwardingBuilder {
        ShortInit(IrBuilder to) {
            super(to);
        }

        @Override
        public void tableInit(int segment, int table, int destination, int source, int length) {
            int shorter = to.binary(I32_SUB, length, to.constI32(1));
            to.tableInit(segment, table, destination, source, to.select(ValType.I32, length, shorter, length));
        }
    }
}
