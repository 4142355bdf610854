package dev.backbench.spi;

import dev.backbench.wasm.FuncType;

/** A function of the host's, importable into any store. */
public record HostFunction(FuncType type, Code code) implements Extern.Function {
    /** Runs on the Java thread that entered Wasm. Whatever it throws ends the Wasm activation and arrives at whoever entered. */
    @FunctionalInterface
    public interface Code {
        /**
         * @param caller the memory of the calling instance, or null if it has none or the host called directly
         * @param arguments one per parameter @param results one per result, to fill
         */
        void call(Extern.Memory caller, long[] arguments, long[] results);
    }

    @Override
    public void invoke(long[] arguments, long[] results) {
        code.call(null, arguments, results);
    }
}
