package dev.backbench.exec;

import dev.backbench.exec.ffi.Raw;
import dev.backbench.exec.machine.Signature;
import dev.backbench.exec.machine.Upcalls;
import dev.backbench.spi.HostFunction;

/** A host function as one instance imports it: slots to arrays, the call, arrays to slots. */
final class HostBinding implements Upcalls.Host {
    private static final long[] NONE = {};

    private final Signature signature;
    private final HostFunction.Code code;
    private final NativeInstance importer;

    HostBinding(Signature signature, HostFunction.Code code, NativeInstance importer) {
        this.signature = signature;
        this.code = code;
        this.importer = importer;
    }

    @Override
    public void call(long slots) {
        int parameters = signature.parameterCount(), returned = signature.resultCount();
        long[] arguments = parameters == 0 ? NONE : new long[parameters];
        for (int i = 0; i < parameters; i++) arguments[i] = signature.parameter(i, Raw.getLong(slots + 16L * i));
        long[] results = returned == 0 ? NONE : new long[returned];
        code.call(importer.memory(), arguments, results);
        for (int i = 0; i < returned; i++) Raw.putLong(slots + 16L * i, results[i]);
    }
}
