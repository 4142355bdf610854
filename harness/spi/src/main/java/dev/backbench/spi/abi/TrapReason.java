package dev.backbench.spi.abi;

/**
 * Why Wasm code stopped. The ordinal is the operand of the {@code ud1} instruction at a trap site (see {@code docs/abi.md}) and part of serialised images: append
 * only. Messages are the specification test suite's.
 */
public enum TrapReason {
    UNREACHABLE("unreachable"),
    MEMORY_OUT_OF_BOUNDS("out of bounds memory access"),
    TABLE_OUT_OF_BOUNDS("out of bounds table access"),
    UNDEFINED_ELEMENT("undefined element"),
    UNINITIALIZED_ELEMENT("uninitialized element"),
    INDIRECT_CALL_TYPE("indirect call type mismatch"),
    DIVIDE_BY_ZERO("integer divide by zero"),
    INTEGER_OVERFLOW("integer overflow"),
    INVALID_CONVERSION("invalid conversion to integer"),
    STACK_EXHAUSTED("call stack exhausted"),
    UNKNOWN("unknown trap");

    private final String message;

    TrapReason(String message) {
        this.message = message;
    }

    public String message() {
        return message;
    }

    /** The class whose message {@code text} begins with (details may follow, as in {@code uninitialized element 2}), or null if there is none. */
    public static TrapReason ofMessage(String text) {
        for (TrapReason reason : values()) {
            if (reason != UNKNOWN && text.startsWith(reason.message)) return reason;
        }
        return null;
    }
}
