package dev.backbench.wasm;

/** The one exception of the front end: a module that is not accepted, why, and at which byte. */
public final class WasmException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public enum Kind {
        /** not in the binary format */
        MALFORMED,
        /** in the format but against a validation rule */
        INVALID,
        /** uses a named feature that this front end recognises and does not implement */
        UNSUPPORTED,
        /** over a stated implementation limit */
        LIMIT
    }

    private final Kind kind;
    private final int offset;

    /** @param offset of the offending byte in the module @param what the rule broken, or for {@link Kind#UNSUPPORTED} the feature's name */
    public WasmException(Kind kind, int offset, String what) {
        super(what);
        this.kind = kind;
        this.offset = offset;
    }

    public Kind kind() {
        return kind;
    }

    public int offset() {
        return offset;
    }

    /** The rule, or the feature's name. */
    public String what() {
        return super.getMessage();
    }

    @Override
    public String getMessage() {
        String how = switch (kind) {
            case MALFORMED -> "malformed";
            case INVALID -> "invalid";
            case UNSUPPORTED -> "unsupported feature";
            case LIMIT -> "over a limit";
        };
        return how + ": " + super.getMessage() + " (at byte 0x" + Integer.toHexString(offset) + ")";
    }
}
