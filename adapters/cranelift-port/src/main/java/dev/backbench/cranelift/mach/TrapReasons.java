package dev.backbench.cranelift.mach;

import dev.backbench.cranelift.ir.TrapCode;
import dev.backbench.spi.abi.TrapReason;

/** Trap codes of CLIF as the runtime's reasons: user code {@code n} is the reason with ordinal {@code n - 1}, those with names what they say. */
public final class TrapReasons {
    private static final byte[] REASON = new byte[256];

    static {
        for (int code = 0; code < REASON.length; code++) {
            TrapReason reason = code >= 1 && code <= TrapReason.values().length ? TrapReason.values()[code - 1] : TrapReason.UNKNOWN;
            REASON[code] = (byte) reason.ordinal();
        }
        REASON[TrapCode.STACK_OVERFLOW] = (byte) TrapReason.STACK_EXHAUSTED.ordinal();
        REASON[TrapCode.INTEGER_OVERFLOW] = (byte) TrapReason.INTEGER_OVERFLOW.ordinal();
        REASON[TrapCode.HEAP_OUT_OF_BOUNDS] = (byte) TrapReason.MEMORY_OUT_OF_BOUNDS.ordinal();
        REASON[TrapCode.INTEGER_DIVISION_BY_ZERO] = (byte) TrapReason.DIVIDE_BY_ZERO.ordinal();
        REASON[TrapCode.BAD_CONVERSION] = (byte) TrapReason.INVALID_CONVERSION.ordinal();
    }

    private TrapReasons() {}

    /** @return the ordinal of a {@link TrapReason} */
    public static int ordinal(int trapCode) {
        return REASON[trapCode];
    }

    /** @return the trap code whose reason this is */
    public static int userCode(TrapReason reason) {
        return reason.ordinal() + 1;
    }
}
