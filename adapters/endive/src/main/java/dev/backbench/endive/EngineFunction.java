package dev.backbench.endive;

import dev.backbench.spi.Extern;
import dev.backbench.wasm.FuncType;
import run.endive.runtime.Instance;

/** A defined function of an instance. */
record EngineFunction(EngineStore store, Instance owner, int index, FuncType type) implements Extern.Function {
    @Override
    public void invoke(long[] arguments, long[] results) {
        int[] parameters = type.parameters();
        long[] in = new long[parameters.length];
        for (int i = 0; i < in.length; i++) in[i] = store.inward(parameters[i], arguments[i], owner);
        long[] out;
        try {
            out = Port.call(owner, index, type, in);
        } catch (RuntimeException | StackOverflowError e) {
            throw Traps.translate(e);
        }
        for (int i = 0; i < type.results().length; i++) results[i] = store.outward(type.results()[i], out[i], owner);
    }
}
