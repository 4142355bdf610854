package dev.backbench.conformance;

import dev.backbench.spi.abi.TrapReason;

/** The suite's words for traps, as reason classes. */
final class TrapText {
    private TrapText() {}

    /** The class that {@code text} begins with the message of (scripts add details, as in {@code uninitialized element 2}), or null for a text of no class we have. */
    static TrapReason reason(String text) {
        for (TrapReason reason : TrapReason.values()) {
            if (reason != TrapReason.UNKNOWN && text.startsWith(reason.message())) return reason;
        }
        return null;
    }
}
