package dev.backbench.wasmtime;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.WasmModule;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Wasmtime's traps as ours. */
final class WasmtimeTraps {
    private static final int TABLE_OUT_OF_BOUNDS = 3, CALL_INDIRECT = 0x11, RETURN_CALL_INDIRECT = 0x13;

    private WasmtimeTraps() {}

    /**
     * Throws what a call left behind, and frees it.
     *
     * @param cell a {@code wasm_trap_t *}, null if the call ended well
     * @param modules all that it may have come from; null if nobody needs more than Wasmtime's own words
     */
    static void failOn(WasmtimeLibrary library, MemorySegment cell, List<WasmModule> modules) {
        long trap = cell.get(ValueLayout.JAVA_LONG, 0);
        if (trap == 0) return;
        int code = library.trapCode(trap);
        String message = library.trapMessage(trap);
        boolean table = code == TABLE_OUT_OF_BOUNDS && modules != null && !atIndirectCall(library, trap, modules);
        library.call("wasm_trap_delete", trap);
        if (code < 0) throw new BackendException("Wasmtime: " + message);
        throw new Trap(table ? TrapReason.TABLE_OUT_OF_BOUNDS : reason(code), null, -1);
    }

    /** Wasmtime has one code for an element that is not in the table and for an access outside of it; the operation tells them apart. A frame names its function, not its module. */
    private static boolean atIndirectCall(WasmtimeLibrary library, long trap, List<WasmModule> modules) {
        long frame = library.pointer("wasm_trap_origin", trap);
        if (frame == 0) return false;
        int function = (int) library.pointer("wasm_frame_func_index", frame);
        long offset = library.pointer("wasm_frame_module_offset", frame);
        library.call("wasm_frame_delete", frame);
        return modules.stream().anyMatch(module -> indirectCall(module, function, offset));
    }

    private static boolean indirectCall(WasmModule module, int function, long offset) {
        if (function < module.importedFunctionCount() || function >= module.functionCount()) return false;
        if (offset < module.bodyStart(function) || offset >= module.bodyEnd(function)) return false;
        int operation = module.bytes()[(int) offset];
        return operation == CALL_INDIRECT || operation == RETURN_CALL_INDIRECT;
    }

    /** By {@code wasmtime_trap_code_t}. */
    private static TrapReason reason(int code) {
        return switch (code) {
            case 0 -> TrapReason.STACK_EXHAUSTED;
            case 1, 2 -> TrapReason.MEMORY_OUT_OF_BOUNDS;
            case TABLE_OUT_OF_BOUNDS -> TrapReason.UNDEFINED_ELEMENT;
            case 4 -> TrapReason.UNINITIALIZED_ELEMENT;
            case 5 -> TrapReason.INDIRECT_CALL_TYPE;
            case 6 -> TrapReason.INTEGER_OVERFLOW;
            case 7 -> TrapReason.DIVIDE_BY_ZERO;
            case 8 -> TrapReason.INVALID_CONVERSION;
            case 9 -> TrapReason.UNREACHABLE;
            default -> TrapReason.UNKNOWN;
        };
    }
}
