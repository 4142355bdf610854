package dev.backbench.exec;

import dev.backbench.exec.machine.Signature;
import dev.backbench.exec.machine.ThreadState;
import dev.backbench.spi.Extern;
import dev.backbench.wasm.FuncType;

/** A function of generated code, by its function reference. */
public final class NativeFunction implements Extern.Function {
    private final NativeStore store;
    private final Signature signature;
    private final long reference;

    NativeFunction(NativeStore store, Signature signature, long reference) {
        this.store = store;
        this.signature = signature;
        this.reference = reference;
    }

    NativeStore store() {
        return store;
    }

    /** Address of the function reference: its handle as a value. */
    public long reference() {
        return reference;
    }

    @Override
    public FuncType type() {
        return signature.type();
    }

    @Override
    public void invoke(long[] arguments, long[] results) {
        store.checkOpen();
        ThreadState.current().enter(signature, reference, arguments, results);
    }
}
