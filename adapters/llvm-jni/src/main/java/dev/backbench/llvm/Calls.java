package dev.backbench.llvm;

import dev.backbench.llvm.ModuleIr.Region;
import dev.backbench.spi.abi.Builtin;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.FuncType;

/** Calls and returns under the two conventions: the boundary's of {@code docs/abi.md}, and the module's own. */
final class Calls {
    private final FunctionState s;
    private final ModuleIr m;
    private long[] arguments = new long[64];
    /** Slots for several results, as many as the largest call so far needs. */
    private long resultArea;
    private int resultSlots;

    Calls(FunctionState state) {
        s = state;
        m = state.m;
    }

    void begin() {
        resultArea = 0;
    }

    // ---- returning ----

    void ret(int[] values, int count) {
        if (count == 0) Llvm.retVoid(s.builder);
        else if (count == 1) Llvm.ret(s.builder, s.ref(values[0]));
        else if (m.escapes(s.functionIndex)) returnThroughPointer(values, count);
        else returnStruct(values, count);
    }

    private void returnThroughPointer(int[] values, int count) {
        long results = Llvm.parameter(s.function, 1);
        for (int i = 0; i < count; i++) {
            long store = Llvm.store(s.builder, s.ref(values[i]), s.offset(results, (long) i * InstanceLayout.SLOT_BYTES));
            m.touches(store, Region.RESULT);
        }
        Llvm.retVoid(s.builder);
    }

    private void returnStruct(int[] values, int count) {
        FuncType type = m.wasm.functionType(s.functionIndex);
        long[] elements = new long[count];
        for (int i = 0; i < count; i++) elements[i] = m.type(type.results()[i]);
        long struct = Llvm.poison(Llvm.structType(m.context, elements, count));
        for (int i = 0; i < count; i++) struct = Llvm.insert(s.builder, struct, s.ref(values[i]), i);
        Llvm.ret(s.builder, struct);
    }

    // ---- calling ----

    void call(int function, int[] values, int count, int[] results) {
        s.effect();
        int type = m.wasm.functionTypeIndex(function);
        if (function < m.wasm.importedFunctionCount()) {
            long reference = s.invariant(m.pointer, s.instance, m.layout.importedFunction(function));
            callReference(reference, type, values, count, results);
        } else if (m.escapes(function)) {
            boundary(m.function(function), s.instance, type, values, count, results);
        } else {
            internal(function, type, values, count, results);
        }
    }

    void callIndirect(Memory memory, int table, int type, int index, int[] values, int count, int[] results) {
        s.effect();
        long reference = memory.loadElement(table, index, m.pointer, TrapReason.UNDEFINED_ELEMENT);
        long isNull = Llvm.icmp(s.builder, Llvm.EQ, reference, m.nullPointer);
        s.trapIf(isNull, TrapReason.UNINITIALIZED_ELEMENT);
        long found = s.invariant(m.i32, reference, InstanceLayout.FUNCREF_TYPE);
        long ids = s.invariant(m.pointer, s.instance, InstanceLayout.TYPE_IDS);
        long wanted = s.invariant(m.i32, ids, 4L * type);
        s.trapIf(Llvm.icmp(s.builder, Llvm.NE, found, wanted), TrapReason.INDIRECT_CALL_TYPE);
        callReference(reference, type, values, count, results);
    }

    private void callReference(long reference, int type, int[] values, int count, int[] results) {
        long code = s.invariant(m.pointer, reference, InstanceLayout.FUNCREF_CODE);
        long instance = s.invariant(m.pointer, reference, InstanceLayout.FUNCREF_INSTANCE);
        boundary(code, instance, type, values, count, results);
    }

    private void boundary(long code, long instance, int type, int[] values, int count, int[] results) {
        FuncType signature = m.wasm.types().get(type);
        int resultCount = signature.results().length, n = 0;
        ensure(count + 2);
        arguments[n++] = instance;
        if (resultCount > 1) arguments[n++] = resultArea(resultCount);
        for (int i = 0; i < count; i++) arguments[n++] = s.ref(values[i]);
        long call = Llvm.call(s.builder, m.boundaryType(type), code, arguments, n);
        if (resultCount == 1) results[0] = s.value(call);
        for (int i = 0; resultCount > 1 && i < resultCount; i++) {
            long load = Llvm.load(s.builder, m.type(signature.results()[i]), s.offset(resultArea, (long) i * InstanceLayout.SLOT_BYTES));
            results[i] = s.value(load);
        }
    }

    private void internal(int function, int type, int[] values, int count, int[] results) {
        ensure(count + 1);
        arguments[0] = s.instance;
        for (int i = 0; i < count; i++) arguments[i + 1] = s.ref(values[i]);
        long call = Llvm.call(s.builder, m.internalType(type), m.function(function), arguments, count + 1);
        Llvm.setCallConvention(call, Llvm.FAST_CALL);
        int resultCount = m.wasm.types().get(type).results().length;
        if (resultCount == 1) results[0] = s.value(call);
        for (int i = 0; resultCount > 1 && i < resultCount; i++) results[i] = s.value(Llvm.extract(s.builder, call, i));
    }

    /** The handle of a function reference: its record's address. */
    long reference(int function) {
        if (function < m.wasm.importedFunctionCount()) return s.invariant(m.i64, s.instance, m.layout.importedFunction(function));
        return Llvm.cast(s.builder, Llvm.PTRTOINT, s.offset(s.instance, m.layout.functionReference(function)), m.i64);
    }

    private void ensure(int count) {
        if (arguments.length < count) arguments = new long[2 * count];
    }

    /** Slots in the frame: one area for all calls of the function, since its contents are read right behind each call. */
    private long resultArea(int slots) {
        if (resultArea == 0 || resultSlots < slots) {
            long at = s.inPrologue();
            resultArea = Llvm.alloca(at, m.arrayOf(m.i64, 2 * slots));
            Llvm.setAlignment(resultArea, InstanceLayout.SLOT_BYTES);
            resultSlots = slots;
        }
        return resultArea;
    }

    /** Calls a routine of the runtime; the instance is put before {@code values[0 .. count)}, which are 64 bits each. */
    long builtin(Builtin builtin, long[] values, int count) {
        s.effect();
        long table = s.invariant(m.pointer, s.instance, InstanceLayout.BUILTINS);
        long code = s.invariant(m.pointer, table, 8L * builtin.ordinal());
        ensure(count + 1);
        arguments[0] = s.instance;
        System.arraycopy(values, 0, arguments, 1, count);
        return Llvm.call(s.builder, m.builtinType(count), code, arguments, count + 1);
    }
}
