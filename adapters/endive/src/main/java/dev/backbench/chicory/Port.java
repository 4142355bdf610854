package dev.backbench.chicory;

import com.dylibso.chicory.runtime.GlobalInstance;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.runtime.WasmFunctionHandle;
import com.dylibso.chicory.wasm.types.Value;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;

/** How extern references travel through Chicory: as ints among the longs, -1 null. Here handle {@code h} is {@code h - 1}. */
final class Port {
    static final String ENGINE = "Chicory";

    private Port() {}

    /** Calls a function; extern references in {@code arguments} and in what it returns are handles, everything else is as the engine has it. */
    static long[] call(Instance instance, int function, FuncType type, long[] arguments) {
        long[] results = instance.getMachine().call(function, shift(type.parameters(), arguments, -1));
        return shift(type.results(), results, 1);
    }

    /** A function of the host's, with values in the same form. */
    static WasmFunctionHandle handle(FuncType type, HostCode code) {
        return (caller, arguments) -> shift(type.results(), code.call(caller, shift(type.parameters(), arguments, 1)), -1);
    }

    static long tableGet(TableInstance table, int index) {
        return table.ref(index) + 1L;
    }

    static void tableSet(TableInstance table, int index, long handle) {
        table.setRef(index, (int) handle + Value.REF_NULL_VALUE, null);
    }

    static long globalGet(GlobalInstance global) {
        return (int) global.getValue() + 1L;
    }

    static void globalSet(GlobalInstance global, long handle) {
        global.setValue(handle + Value.REF_NULL_VALUE);
    }

    /** The values, extern references moved by {@code by}; the array itself where there are none. */
    private static long[] shift(int[] types, long[] values, int by) {
        long[] moved = values;
        for (int i = 0; i < types.length; i++) {
            if (types[i] != ValType.EXTERNREF) continue;
            if (moved == values) moved = values.clone();
            moved[i] = (int) values[i] + by;
        }
        return moved;
    }
}
