package dev.backbench.exec.machine;

import dev.backbench.asm.X64;
import dev.backbench.exec.ffi.Raw;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;
import java.util.function.Consumer;

/** For tests: machine code without a module, called through a function reference of its own. Never freed. */
final class Machine {
    static final int I32 = ValType.I32, I64 = ValType.I64, F32 = ValType.F32, F64 = ValType.F64;
    static final int MEMORY = 0; // of the instance record: where tests put the address that code works on

    final Signature signature;
    final long code;
    final long instance;
    final long reference;

    private Machine(FuncType type, byte[] bytes, long address) {
        signature = Signature.of(type);
        code = CodeRegion.publish(bytes);
        instance = Posix.allocate(Posix.PAGE);
        reference = instance + 1024;
        Raw.putLong(instance + MEMORY, address);
        Raw.putLong(reference + InstanceLayout.FUNCREF_CODE, code);
        Raw.putLong(reference + InstanceLayout.FUNCREF_INSTANCE, instance);
    }

    static Machine of(FuncType type, long address, Consumer<X64> body) {
        X64 asm = new X64();
        body.accept(asm);
        return new Machine(type, asm.finish(), address);
    }

    static FuncType type(int[] parameters, int... results) {
        return new FuncType(parameters, results);
    }

    /** Calls on the current thread. */
    long[] call(long... arguments) {
        long[] results = new long[signature.resultCount()];
        ThreadState.current().enter(signature, reference, arguments, results);
        return results;
    }
}
