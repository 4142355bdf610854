package dev.backbench.wasm;

/** Value types as the binary format writes them. Plain ints: the translation handles millions and must not box. */
public final class ValType {
    public static final int I32 = 0x7F;
    public static final int I64 = 0x7E;
    public static final int F32 = 0x7D;
    public static final int F64 = 0x7C;
    public static final int V128 = 0x7B;
    public static final int FUNCREF = 0x70;
    public static final int EXTERNREF = 0x6F;

    private ValType() {}

    public static boolean isReference(int type) {
        return type == FUNCREF || type == EXTERNREF;
    }

    /** The name the text format uses, for messages. */
    public static String name(int type) {
        return switch (type) {
            case I32 -> "i32";
            case I64 -> "i64";
            case F32 -> "f32";
            case F64 -> "f64";
            case V128 -> "v128";
            case FUNCREF -> "funcref";
            case EXTERNREF -> "externref";
            default -> "type 0x" + Integer.toHexString(type);
        };
    }
}
