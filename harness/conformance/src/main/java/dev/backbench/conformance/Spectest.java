package dev.backbench.conformance;

import dev.backbench.spi.Extern;
import dev.backbench.spi.HostFunction;
import dev.backbench.spi.Store;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import java.util.HashMap;
import java.util.Map;

/** The host module {@code spectest} that the suite's scripts import from: functions that print nothing here, four globals, a table, a memory. */
final class Spectest {
    static final String NAME = "spectest";

    private final Map<String, Extern> exports = new HashMap<>();

    Spectest(Store store) {
        function("print");
        function("print_i32", ValType.I32);
        function("print_i64", ValType.I64);
        function("print_f32", ValType.F32);
        function("print_f64", ValType.F64);
        function("print_i32_f32", ValType.I32, ValType.F32);
        function("print_f64_f64", ValType.F64, ValType.F64);
        global(store, "global_i32", ValType.I32, 666);
        global(store, "global_i64", ValType.I64, 666);
        global(store, "global_f32", ValType.F32, Integer.toUnsignedLong(Float.floatToRawIntBits(666.6f)));
        global(store, "global_f64", ValType.F64, Double.doubleToRawLongBits(666.6));
        exports.put("table", store.newTable(new WasmModule.TableType(ValType.FUNCREF, 10, 20)));
        exports.put("memory", store.newMemory(new WasmModule.MemoryType(1, 2)));
    }

    private void function(String name, int... parameters) {
        exports.put(name, new HostFunction(new FuncType(parameters, new int[0]), (caller, arguments, results) -> {}));
    }

    private void global(Store store, String name, int type, long bits) {
        exports.put(name, store.newGlobal(new WasmModule.GlobalType(type, false), bits));
    }

    /** @return null if there is no such thing */
    Extern find(String name) {
        return exports.get(name);
    }
}
