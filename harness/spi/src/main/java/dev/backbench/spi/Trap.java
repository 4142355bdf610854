package dev.backbench.spi;

import dev.backbench.spi.abi.TrapReason;

/** A Wasm trap. Carries no Java stack: traps may come by the million. */
public final class Trap extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final TrapReason reason;
    private final String function;
    private final int offset;

    /**
     * @param function the compiled function holding the pc (an inlined callee's trap names its caller), or null if unknown
     * @param offset byte offset in the module, or -1 if unknown
     */
    public Trap(TrapReason reason, String function, int offset) {
        super(null, null, false, false);
        this.reason = reason;
        this.function = function;
        this.offset = offset;
    }

    public TrapReason reason() {
        return reason;
    }

    public String function() {
        return function;
    }

    public int offset() {
        return offset;
    }

    @Override
    public String getMessage() {
        return reason.message() + (function == null ? "" : " in " + function) + (offset < 0 ? "" : " (at byte 0x" + Integer.toHexString(offset) + ")");
    }
}
