package dev.backbench.endive;

import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;
import run.endive.runtime.CallResult;
import run.endive.runtime.GlobalInstance;
import run.endive.runtime.Instance;
import run.endive.runtime.TableInstance;
import run.endive.runtime.WasmFunctionHandle;

/** How extern references travel through Endive: as objects beside the longs. Here the object is the boxed handle, null the null reference. */
final class Port {
    static final String ENGINE = "Endive";

    private Port() {}

    /** Calls a function; extern references in {@code arguments} and in what it returns are handles, everything else is as the engine has it. */
    static long[] call(Instance instance, int function, FuncType type, long[] arguments) {
        if (!hasExternRefs(type)) return instance.getMachine().call(function, arguments);
        CallResult result = instance.getMachine().callWithRefs(function, arguments, objects(type.parameters(), arguments));
        return handles(type.results(), result.longs(), result.refs());
    }

    /** A function of the host's, with values in the same form. */
    static WasmFunctionHandle handle(FuncType type, HostCode code) {
        return new WasmFunctionHandle() {
            @Override
            public long[] apply(Instance caller, long... arguments) {
                return code.call(caller, arguments);
            }

            @Override
            public CallResult applyWithRefs(Instance caller, long[] arguments, Object[] references) {
                long[] results = code.call(caller, handles(type.parameters(), arguments, references));
                return CallResult.of(results, objects(type.results(), results));
            }
        };
    }

    static long tableGet(TableInstance table, int index) {
        return handle(table.objRef(index));
    }

    static void tableSet(TableInstance table, int index, long handle) {
        table.setObjRef(index, object(handle), null);
    }

    static long globalGet(GlobalInstance global) {
        return handle(global.getRefValue());
    }

    static void globalSet(GlobalInstance global, long handle) {
        global.setRefValue(object(handle));
    }

    private static boolean hasExternRefs(FuncType type) {
        for (int t : type.parameters()) if (t == ValType.EXTERNREF) return true;
        for (int t : type.results()) if (t == ValType.EXTERNREF) return true;
        return false;
    }

    private static Object[] objects(int[] types, long[] values) {
        Object[] objects = new Object[types.length];
        for (int i = 0; i < types.length; i++) if (types[i] == ValType.EXTERNREF) objects[i] = object(values[i]);
        return objects;
    }

    private static long[] handles(int[] types, long[] values, Object[] references) {
        long[] all = new long[types.length];
        for (int i = 0; i < types.length; i++) {
            if (types[i] != ValType.EXTERNREF) all[i] = values[i];
            else if (references != null) all[i] = handle(references[i]);
        }
        return all;
    }

    private static Object object(long handle) {
        return handle == 0 ? null : (Object) handle;
    }

    private static long handle(Object object) {
        return object == null ? 0 : (Long) object;
    }
}
