package dev.backbench.exec;

import dev.backbench.spi.Extern;
import dev.backbench.spi.HostFunction;

/** Counts and times host functions while the marked region runs. */
final class HostMeter {
    private boolean running;
    private long calls;
    private long nanos;

    boolean running() {
        return running;
    }

    void call(HostFunction.Code code, Extern.Memory caller, long[] arguments, long[] results) {
        calls++;
        long start = System.nanoTime();
        try {
            code.call(caller, arguments, results);
        } finally {
            nanos += System.nanoTime() - start;
        }
    }
}
