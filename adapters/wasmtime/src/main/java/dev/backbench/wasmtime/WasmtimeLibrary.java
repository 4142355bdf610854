package dev.backbench.wasmtime;

import dev.backbench.exec.ffi.NativeLibrary;
import dev.backbench.spi.BackendException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The part of Wasmtime's C API that is used here. Addresses are longs; every error becomes an exception and is freed. */
final class WasmtimeLibrary {
    private static final long BYTE_VEC = 16; // {size_t size; char *data}

    private final NativeLibrary library;
    final MethodHandle moduleNew;
    final MethodHandle moduleClone;
    final MethodHandle moduleDelete;
    final MethodHandle moduleSerialize;
    final MethodHandle moduleDeserialize;
    final MethodHandle linkerInstantiate;
    final MethodHandle instanceExportGet;
    final MethodHandle funcCall;
    final MethodHandle linkerDefineFunc;
    private final MethodHandle errorMessage;
    private final MethodHandle errorExitStatus;
    private final MethodHandle trapMessage;
    private final MethodHandle trapCode;
    private final MethodHandle byteVecDelete;

    private WasmtimeLibrary(NativeLibrary library) {
        this.library = library;
        moduleNew = library.function("wasmtime_module_new", "(PPPP)P");
        moduleClone = library.function("wasmtime_module_clone", "(P)P");
        moduleDelete = library.function("wasmtime_module_delete", "(P)V");
        moduleSerialize = library.function("wasmtime_module_serialize", "(PP)P");
        moduleDeserialize = library.function("wasmtime_module_deserialize", "(PPPP)P");
        linkerInstantiate = library.function("wasmtime_linker_instantiate", "(PPPPP)P");
        instanceExportGet = library.function("wasmtime_instance_export_get", "(PPPPP)B");
        funcCall = library.function("wasmtime_func_call", "(PPPPPPP)P");
        linkerDefineFunc = library.function("wasmtime_linker_define_func", "(PPPPPPPPP)P");
        errorMessage = library.function("wasmtime_error_message", "(PP)V");
        errorExitStatus = library.function("wasmtime_error_exit_status", "(PP)B");
        trapMessage = library.function("wasm_trap_message", "(PP)V");
        trapCode = library.function("wasmtime_trap_code", "(PP)B");
        byteVecDelete = library.function("wasm_byte_vec_delete", "(P)V");
    }

    static WasmtimeLibrary open(Path file) {
        try {
            return new WasmtimeLibrary(NativeLibrary.open(file));
        } catch (UnsatisfiedLinkError e) {
            throw new BackendException("this Wasmtime's C API is not usable: " + e.getMessage() + "; name another version (wasmtime-cranelift@"
                    + WasmtimeWheel.DEFAULT_VERSION + ")", e);
        }
    }

    /** Calls a function of pointers that returns a pointer. */
    long pointer(String name, long... arguments) {
        return (long) invoke(library.function(name, "(" + "P".repeat(arguments.length) + ")P"), arguments);
    }

    /** Calls a function of pointers that returns nothing. */
    void call(String name, long... arguments) {
        invoke(library.function(name, "(" + "P".repeat(arguments.length) + ")V"), arguments);
    }

    void deleteModule(long module) {
        try {
            moduleDelete.invokeExact(module);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    /** Calls a setter {@code (pointer, bool or 8-bit enum)}; the C ABI takes the low byte of a wider register. */
    void set(String name, long object, int value) {
        invoke(library.function(name, "(PI)V"), object, value);
    }

    private static Object invoke(MethodHandle handle, long... arguments) {
        try {
            Object[] boxed = new Object[arguments.length];
            for (int i = 0; i < boxed.length; i++) boxed[i] = arguments[i];
            return handle.invokeWithArguments(boxed);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    private static void invoke(MethodHandle handle, long object, int value) {
        try {
            handle.invokeExact(object, value);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    /** @throws BackendException if {@code error} is one; it is freed */
    void check(long error, String what) {
        if (error == 0) return;
        String message = message(errorMessage, error);
        call("wasmtime_error_delete", error);
        throw new BackendException(what + ": " + message);
    }

    /** The exit status that an error stands for, or -1 if it is a real error; not freed. */
    int exitStatus(long error) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(ValueLayout.JAVA_INT);
            boolean exit = ((byte) errorExitStatus.invokeExact(error, status.address()) & 1) != 0;
            return exit ? status.get(ValueLayout.JAVA_INT, 0) : -1;
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    /** {@code wasmtime_trap_code_t} of a trap, or -1. */
    int trapCode(long trap) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(ValueLayout.JAVA_INT);
            boolean known = ((byte) trapCode.invokeExact(trap, code.address()) & 1) != 0;
            return known ? code.get(ValueLayout.JAVA_BYTE, 0) : -1;
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    String trapMessage(long trap) {
        return message(trapMessage, trap);
    }

    private String message(MethodHandle getter, long object) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment vector = arena.allocate(BYTE_VEC, 8);
            getter.invokeExact(object, vector.address());
            return new String(take(vector), StandardCharsets.UTF_8).replace("\0", "").strip();
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    /** The bytes of a {@code wasm_byte_vec_t}, which is freed. */
    byte[] take(MemorySegment vector) throws Throwable {
        long size = vector.get(ValueLayout.JAVA_LONG, 0), data = vector.get(ValueLayout.JAVA_LONG, 8);
        byte[] bytes = size == 0 ? new byte[0] : MemorySegment.ofAddress(data).reinterpret(size).toArray(ValueLayout.JAVA_BYTE);
        byteVecDelete.invokeExact(vector.address());
        return bytes;
    }
}
