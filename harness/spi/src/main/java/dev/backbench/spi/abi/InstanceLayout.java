package dev.backbench.spi.abi;

import dev.backbench.wasm.WasmModule;

/**
 * Byte offsets in the instance record of one module: what generated code may read and write. A function of the module alone, so compiled code
 * fits every instance. {@code docs/abi.md} is the prose.
 */
public final class InstanceLayout {
    /** i64: base address of memory 0 (never moves), own or imported. */
    public static final int MEMORY_BASE = 0;
    /** pointer to the record {base, size in bytes} of memory 0, own or imported. */
    public static final int MEMORY = 8;
    /** pointer to the table of {@link Builtin} routines. */
    public static final int BUILTINS = 16;
    /** the runtime's own; not for generated code. */
    public static final int RUNTIME = 24;
    /** pointer to u32 canonical type ids, one per type index of the module; equal signatures have equal ids in a process. */
    public static final int TYPE_IDS = 32;
    private static final int FIRST = 64;

    /** Memory record. */
    public static final int MEMORY_RECORD_BASE = 0, MEMORY_RECORD_SIZE = 8;
    /** Table record: element array (never moves), u64 current length; elements are 8 bytes: a function reference's address or an extern handle, 0 null. */
    public static final int TABLE_RECORD_BASE = 0, TABLE_RECORD_LENGTH = 8, TABLE_RECORD_BYTES = 16;
    /** Function reference: code (boundary convention), its instance, u32 canonical type id; the rest is the runtime's. */
    public static final int FUNCREF_CODE = 0, FUNCREF_INSTANCE = 8, FUNCREF_TYPE = 16, FUNCREF_BYTES = 32;
    /** Globals and argument slots. */
    public static final int SLOT_BYTES = 16;

    private final WasmModule module;
    private final int globals;
    private final int tables;
    private final int importedFunctions;
    private final int functionReferences;
    private final int size;

    public InstanceLayout(WasmModule module) {
        this.module = module;
        globals = FIRST;
        int at = globals + SLOT_BYTES * module.globalTypes().size();
        tables = at;
        at += TABLE_RECORD_BYTES * module.tables().size();
        importedFunctions = at;
        at += 8 * module.importedFunctionCount();
        at = at + 15 & -16;
        functionReferences = at;
        at += FUNCREF_BYTES * module.escapeCount();
        size = at;
    }

    /** Bytes of the whole record. */
    public int size() {
        return size;
    }

    /** Offset of the global's 16-byte slot, or for an imported one of the pointer to its slot. */
    public int global(int global) {
        return globals + SLOT_BYTES * global;
    }

    /** Whether {@link #global} holds a pointer to the slot instead of the slot. */
    public boolean globalIsPointer(int global) {
        return global < module.importedGlobalCount();
    }

    /** Offset of the table's record, or for an imported one of the pointer to its record. */
    public int table(int table) {
        return tables + TABLE_RECORD_BYTES * table;
    }

    public boolean tableIsPointer(int table) {
        return table < module.importedTableCount();
    }

    /** Offset of the pointer to the function reference of an imported function. */
    public int importedFunction(int function) {
        assert function < module.importedFunctionCount();
        return importedFunctions + 8 * function;
    }

    /** Offset of the function reference itself of an escaping defined function. */
    public int functionReference(int function) {
        int position = module.escapeIndex(function);
        assert position >= 0 : "function " + function + " is never referred to";
        return functionReferences + FUNCREF_BYTES * position;
    }
}
