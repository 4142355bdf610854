package dev.backbench.qbe.wasm;

import static dev.backbench.qbe.il.Cls.L;
import static dev.backbench.qbe.il.Cls.W;
import static dev.backbench.qbe.il.Ref.NONE;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.IntCmp;
import dev.backbench.qbe.il.Jump;
import dev.backbench.qbe.il.Op;
import dev.backbench.spi.abi.Builtin;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import java.util.Arrays;

/** Calls and returns. All functions, also those that nothing outside reaches, follow the boundary convention of {@code docs/abi.md}. */
final class Calls {
    private final Body b;
    private final Fn fn;
    private final WasmModule module;
    private final InstanceLayout layout;

    Calls(Body body, WasmModule module, InstanceLayout layout) {
        b = body;
        fn = body.fn;
        this.module = module;
        this.layout = layout;
    }

    void ret(FuncType type, int[] values, int count) {
        if (count <= 1) {
            b.close(fn.returnKind, count == 0 ? NONE : values[0], -1, -1);
            return;
        }
        for (int i = 0; i < count; i++) b.store(Body.storeOf(Body.cls(type.results()[i])), values[i], b.at(b.resultPointer, (long) i * InstanceLayout.SLOT_BYTES));
        b.close(Jump.RET0, NONE, -1, -1);
    }

    void call(int function, int[] values, int count, int[] results) {
        FuncType type = module.functionType(function);
        if (function < module.importedFunctionCount()) through(b.load(Op.LOAD, L, b.at(b.instance, layout.importedFunction(function))), type, values, count, results);
        else call(fn.address(false, function, 0), b.instance, type, values, count, results);
    }

    void callIndirect(Memory memory, int table, int type, int index, int[] values, int count, int[] results) {
        int reference = memory.loadElement(table, index, TrapReason.UNDEFINED_ELEMENT);
        b.require(b.compare(IntCmp.NE, L, reference, fn.constant(0)), TrapReason.UNINITIALIZED_ELEMENT);
        int found = b.load(Op.LOAD, W, b.at(reference, InstanceLayout.FUNCREF_TYPE)), ids = b.load(Op.LOAD, L, b.at(b.instance, InstanceLayout.TYPE_IDS));
        b.require(b.compare(IntCmp.EQ, W, found, b.load(Op.LOAD, W, b.at(ids, 4L * type))), TrapReason.INDIRECT_CALL_TYPE);
        through(reference, module.types().get(type), values, count, results);
    }

    private void through(int reference, FuncType type, int[] values, int count, int[] results) {
        int code = b.load(Op.LOAD, L, b.at(reference, InstanceLayout.FUNCREF_CODE)), instance = b.load(Op.LOAD, L, b.at(reference, InstanceLayout.FUNCREF_INSTANCE));
        call(code, instance, type, values, count, results);
    }

    private void call(int callee, int instance, FuncType type, int[] values, int count, int[] results) {
        int resultCount = type.results().length, area = resultCount > 1 ? b.resultArea(resultCount) : NONE;
        argument(L, instance);
        if (resultCount > 1) argument(L, area);
        for (int i = 0; i < count; i++) argument(Body.cls(type.parameters()[i]), values[i]);
        if (resultCount == 0) {
            fn.emit(Op.CALL, W, NONE, callee, NONE);
        } else if (resultCount == 1) {
            boolean word = type.results()[0] == ValType.I32;
            int cls = word ? L : Body.cls(type.results()[0]), result = b.temporary(cls);
            fn.emit(Op.CALL, cls, result, callee, NONE);
            results[0] = word ? b.narrow(result) : result;
        } else {
            fn.emit(Op.CALL, W, NONE, callee, NONE);
            for (int i = 0; i < resultCount; i++) results[i] = b.load(Op.LOAD, Body.cls(type.results()[i]), b.at(area, (long) i * InstanceLayout.SLOT_BYTES));
        }
    }

    private void argument(int cls, int value) {
        fn.emit(Op.ARG, cls, NONE, value, NONE);
    }

    /** Calls a routine of the runtime with the instance and operands of 64 bits. @return its result, of 64 bits */
    int builtin(Builtin routine, int... operands) {
        assert operands.length + 1 == routine.parameters() : routine + Arrays.toString(operands);
        int table = b.load(Op.LOAD, L, b.at(b.instance, InstanceLayout.BUILTINS)), callee = b.load(Op.LOAD, L, b.at(table, 8L * routine.ordinal()));
        argument(L, b.instance);
        for (int operand : operands) argument(L, operand);
        int result = b.temporary(L);
        fn.emit(Op.CALL, L, result, callee, NONE);
        return result;
    }

    /** The address of a function's reference. */
    int reference(int function) {
        if (function < module.importedFunctionCount()) return b.load(Op.LOAD, L, b.at(b.instance, layout.importedFunction(function)));
        return b.at(b.instance, layout.functionReference(function));
    }
}
