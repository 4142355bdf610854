package dev.backbench.cranelift.wasm;

import static dev.backbench.cranelift.ir.Entities.*;
import static dev.backbench.cranelift.ir.Types.I32;
import static dev.backbench.cranelift.ir.Types.I64;

import dev.backbench.cranelift.ir.CallConv;
import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.IntCC;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Pool;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.spi.abi.Builtin;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.WasmModule;
import java.util.Arrays;

/**
 * Signatures, calls and returns. Functions that something beside direct calls can reach follow the boundary convention of {@code docs/abi.md}. The others are
 * {@code fast} and return in registers what fits there: two integers and two floats.
 */
final class Calls {
    private static final int RESULT_REGISTERS = 2;
    private static final int NONE = -1;
    private static final Builtin[] BUILTINS = Builtin.values();

    private final Body b;
    private final Function fn;
    private final Pool pool;
    private final WasmModule module;
    private final InstanceLayout layout;
    /** By function: whether it follows the boundary convention. */
    private final boolean[] boundary;
    /** By Wasm function, the number declared in this CLIF function; by type twice and then by builtin, the signature's; valid where the stamp is this function's. */
    private final int[] functionNumber, functionStamp, signatureNumber, signatureStamp;
    private int stamp;
    private int[] values = new int[16];

    Calls(Body body, WasmModule module, InstanceLayout layout) {
        b = body;
        fn = body.fn;
        pool = fn.pool;
        this.module = module;
        this.layout = layout;
        functionNumber = new int[module.functionCount()];
        functionStamp = new int[module.functionCount()];
        signatureNumber = new int[2 * module.types().size() + BUILTINS.length];
        signatureStamp = new int[signatureNumber.length];
        boundary = new boolean[module.functionCount()];
        Arrays.fill(boundary, 0, module.importedFunctionCount(), true);
        for (int e = 0; e < module.escapeCount(); e++) boundary[module.escapingFunction(e)] = true;
    }

    // ---- signatures ----

    private static boolean resultsInRegisters(FuncType type, boolean boundary) {
        if (type.results().length < 2) return true;
        if (boundary) return false;
        int floats = 0;
        for (int result : type.results()) if (Types.isFloatLane(Body.type(result))) floats++;
        return floats <= RESULT_REGISTERS && type.results().length - floats <= RESULT_REGISTERS;
    }

    private void parameter(int type, int purpose) {
        pool.add(type);
        pool.add(param(EXT_NONE, purpose));
        pool.add(0);
    }

    /** The instance, the place for results where there must be one, the rest. */
    private int parameters(FuncType type, boolean inRegisters) {
        pool.begin();
        parameter(I64, PURPOSE_VMCTX);
        if (!inRegisters) parameter(I64, PURPOSE_NORMAL);
        for (int wasm : type.parameters()) parameter(Body.type(wasm), PURPOSE_NORMAL);
        return pool.end();
    }

    private int results(FuncType type, boolean inRegisters) {
        if (!inRegisters) return 0;
        pool.begin();
        for (int wasm : type.results()) parameter(Body.type(wasm), PURPOSE_NORMAL);
        return pool.end();
    }

    private static int convention(boolean boundary) {
        return (boundary ? CallConv.SYSTEM_V : CallConv.FAST).ordinal();
    }

    /** Name, signature and entry block of the function. */
    void begin(int function, int entry) {
        stamp++;
        FuncType type = module.functionType(function);
        boolean inRegisters = resultsInRegisters(type, boundary[function]);
        fn.name = fn.entities.addUserName(0, function);
        fn.conv = convention(boundary[function]);
        fn.params = parameters(type, inRegisters);
        fn.returns = results(type, inRegisters);
        int count = pool.length(fn.params) / PARAM_INTS;
        if (values.length < count) values = new int[2 * count];
        for (int i = 0; i < count; i++) values[i] = fn.newValue(pool.get(fn.params, PARAM_INTS * i), Function.PARAM, entry);
        fn.setBlockParams(entry, pool.of(values, count));
        b.begin(!inRegisters);
    }

    private int signature(int slot, int convention, int parameters, int returns) {
        Entities entities = fn.entities;
        int number = entities.signatures.count();
        entities.signatures.define(number);
        entities.signatures.set(number, SIG_CONV, convention);
        entities.signatures.set(number, SIG_PARAMS, parameters);
        entities.signatures.set(number, SIG_RETURNS, returns);
        signatureNumber[slot] = number;
        signatureStamp[slot] = stamp;
        return number;
    }

    private int signature(int typeIndex, boolean boundary) {
        int slot = 2 * typeIndex + (boundary ? 0 : 1);
        if (signatureStamp[slot] == stamp) return signatureNumber[slot];
        FuncType type = module.types().get(typeIndex);
        boolean inRegisters = resultsInRegisters(type, boundary);
        return signature(slot, convention(boundary), parameters(type, inRegisters), results(type, inRegisters));
    }

    private int signature(Builtin routine) {
        int slot = 2 * module.types().size() + routine.ordinal();
        if (signatureStamp[slot] == stamp) return signatureNumber[slot];
        pool.begin();
        for (int i = 0; i < routine.parameters(); i++) parameter(I64, i == 0 ? PURPOSE_VMCTX : PURPOSE_NORMAL);
        int parameters = pool.end();
        pool.begin();
        if (hasResult(routine)) parameter(I64, PURPOSE_NORMAL);
        return signature(slot, convention(true), parameters, pool.end());
    }

    private static boolean hasResult(Builtin routine) {
        return routine == Builtin.MEMORY_GROW || routine == Builtin.TABLE_GROW;
    }

    private int declared(int function) {
        if (functionStamp[function] == stamp) return functionNumber[function];
        int signature = signature(module.functionTypeIndex(function), boundary[function]);
        Entities entities = fn.entities;
        int number = entities.functions.count();
        entities.functions.define(number);
        entities.functions.set(number, FUNC_NAME, entities.addUserName(0, function));
        entities.functions.set(number, FUNC_SIG, signature);
        entities.functions.set(number, FUNC_FLAGS, COLOCATED);
        functionNumber[function] = number;
        functionStamp[function] = stamp;
        return number;
    }

    // ---- calls ----

    void ret(FuncType type, int[] results, int count) {
        if (b.resultPointer == NONE) {
            fn.setArgs(b.inst(Op.RETURN, Types.NONE), pool.of(results, count));
            return;
        }
        for (int i = 0; i < count; i++) {
            b.store(Op.STORE, Body.type(type.results()[i]), Body.SLOT, results[i], b.resultPointer, (long) i * InstanceLayout.SLOT_BYTES);
        }
        b.inst(Op.RETURN, Types.NONE);
    }

    void call(int function, int[] arguments, int count, int[] results) {
        FuncType type = module.functionType(function);
        if (function < module.importedFunctionCount()) {
            through(importedReference(function), module.functionTypeIndex(function), arguments, count, results);
        } else {
            call(NONE, declared(function), b.instance, type, resultsInRegisters(type, boundary[function]), arguments, count, results);
        }
    }

    void callIndirect(Memory memory, int table, int typeIndex, int index, int[] arguments, int count, int[] results) {
        int reference = memory.loadElement(table, index, TrapReason.UNDEFINED_ELEMENT);
        b.trapIf(Op.TRAPZ, I64, reference, TrapReason.UNINITIALIZED_ELEMENT);
        int found = b.load(Op.LOAD, I32, Body.RUNTIME | MemFlags.READONLY, reference, InstanceLayout.FUNCREF_TYPE);
        int ids = b.load(Op.LOAD, I64, Body.FIXED, b.instance, InstanceLayout.TYPE_IDS), wanted = b.load(Op.LOAD, I32, Body.FIXED, ids, 4L * typeIndex);
        b.trapIf(Op.TRAPNZ, Types.I8, b.compare(IntCC.NE, I32, found, wanted), TrapReason.INDIRECT_CALL_TYPE);
        through(reference, typeIndex, arguments, count, results);
    }

    private void through(int reference, int typeIndex, int[] arguments, int count, int[] results) {
        int code = b.load(Op.LOAD, I64, Body.RUNTIME, reference, InstanceLayout.FUNCREF_CODE);
        int instance = b.load(Op.LOAD, I64, Body.RUNTIME, reference, InstanceLayout.FUNCREF_INSTANCE);
        FuncType type = module.types().get(typeIndex);
        call(code, signature(typeIndex, true), instance, type, resultsInRegisters(type, true), arguments, count, results);
    }

    /** @param code the callee's address, none for a direct call @param entity the signature, or the function declared */
    private void call(int code, int entity, int instance, FuncType type, boolean inRegisters, int[] arguments, int count, int[] results) {
        int area = inRegisters ? NONE : b.resultArea(type.results().length), inst = b.inst(code == NONE ? Op.CALL : Op.CALL_INDIRECT, code == NONE ? Types.NONE : I64);
        fn.setEntity(inst, entity);
        pool.begin();
        if (code != NONE) pool.add(code);
        pool.add(instance);
        if (area != NONE) pool.add(area);
        for (int i = 0; i < count; i++) pool.add(arguments[i]);
        fn.setArgs(inst, pool.end());
        int[] types = type.results();
        if (inRegisters) {
            for (int i = 0; i < types.length; i++) results[i] = fn.newValue(Body.type(types[i]), Function.RESULT, inst);
            fn.setResults(inst, pool.of(results, types.length));
        } else {
            for (int i = 0; i < types.length; i++) results[i] = b.load(Op.LOAD, Body.type(types[i]), Body.SLOT, area, (long) i * InstanceLayout.SLOT_BYTES);
        }
    }

    /** Calls a routine of the runtime with the instance and operands of 64 bits, as many as it takes. @return its result, of 64 bits, where it has one */
    int builtin(Builtin routine, int first, int second, int third, int fourth) {
        int table = b.load(Op.LOAD, I64, Body.FIXED, b.instance, InstanceLayout.BUILTINS), code = b.load(Op.LOAD, I64, Body.FIXED, table, 8L * routine.ordinal());
        int signature = signature(routine), inst = b.inst(Op.CALL_INDIRECT, I64), operands = routine.parameters() - 1;
        fn.setEntity(inst, signature);
        pool.begin();
        pool.add(code);
        pool.add(b.instance);
        pool.add(first);
        if (operands > 1) pool.add(second);
        if (operands > 2) pool.add(third);
        if (operands > 3) pool.add(fourth);
        fn.setArgs(inst, pool.end());
        return hasResult(routine) ? b.result(inst, I64) : NONE;
    }

    private int importedReference(int function) {
        return b.load(Op.LOAD, I64, Body.FIXED, b.instance, layout.importedFunction(function));
    }

    /** The address of a function's reference. */
    int reference(int function) {
        return function < module.importedFunctionCount() ? importedReference(function) : b.at(b.instance, layout.functionReference(function));
    }
}
