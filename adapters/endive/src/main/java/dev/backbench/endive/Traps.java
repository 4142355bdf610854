package dev.backbench.endive;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import run.endive.wasm.WasmEngineException;

/** The engine tells traps apart by their messages, which mostly are the specification suite's. */
final class Traps {
    private static final String UNREACHABLE = "Trapped on unreachable";

    private Traps() {}

    /** What to throw for {@code thrown}: a trap for the engine's own exceptions, anything else (a host function's) as it is. */
    static RuntimeException translate(Throwable thrown) {
        if (thrown instanceof StackOverflowError) return trap(TrapReason.STACK_EXHAUSTED);
        if (thrown instanceof WasmEngineException e) return translate(e);
        if (thrown instanceof RuntimeException e) return e;
        if (thrown instanceof Error e) throw e;
        return new BackendException("host function: " + thrown, thrown);
    }

    private static RuntimeException translate(WasmEngineException e) {
        String message = String.valueOf(e.getMessage());
        TrapReason reason = message.startsWith(UNREACHABLE) ? TrapReason.UNREACHABLE : TrapReason.ofMessage(message);
        return reason != null ? trap(reason) : new BackendException(Port.ENGINE + ": " + message, e);
    }

    private static Trap trap(TrapReason reason) {
        return new Trap(reason, null, -1);
    }
}
