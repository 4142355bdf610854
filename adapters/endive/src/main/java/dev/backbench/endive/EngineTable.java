package dev.backbench.endive;

import dev.backbench.spi.Extern;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import run.endive.runtime.TableInstance;
import run.endive.wasm.types.Value;

/** @param declared its type when it was made: the engine forgets whether there was a maximum */
record EngineTable(EngineStore store, WasmModule.TableType declared, TableInstance table) implements Extern.Table {
    @Override
    public WasmModule.TableType type() {
        return new WasmModule.TableType(declared.elementType(), table.size(), declared.max());
    }

    @Override
    public long get(long index) {
        int i = checked(index);
        if (declared.elementType() == ValType.EXTERNREF) return Port.tableGet(table, i);
        return store.outward(ValType.FUNCREF, table.ref(i), table.instance(i));
    }

    @Override
    public void set(long index, long reference) {
        int i = checked(index);
        if (declared.elementType() == ValType.EXTERNREF) Port.tableSet(table, i, reference);
        else if (reference == 0) table.setRef(i, Value.REF_NULL_VALUE, null);
        else table.setRef(i, store.index(reference), store.owner(reference));
    }

    private int checked(long index) {
        if (index < 0 || index >= table.size()) throw new Trap(TrapReason.TABLE_OUT_OF_BOUNDS, null, -1);
        return (int) index;
    }
}
