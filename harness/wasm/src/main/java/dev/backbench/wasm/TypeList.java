package dev.backbench.wasm;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * A list of value types as the validator wants it. Types are codes of four bits, so that operand types fit a {@code long}: the last one lowest. Equal lists of a
 * module are the same object.
 */
final class TypeList {
    /** Codes; 0 is no type, so that an empty stack matches nothing. */
    static final int I32 = 1, I64 = 2, F32 = 3, F64 = 4, FUNCREF = 5, EXTERNREF = 6;
    /** A type that unreachable code makes up. */
    static final int UNKNOWN = 15;
    /** Longer lists are not packed. */
    static final int MAX_PACKED = 14;

    private static final int[] VALUE_TYPES = {0, ValType.I32, ValType.I64, ValType.F32, ValType.F64, ValType.FUNCREF, ValType.EXTERNREF};
    private static final byte[] CODES = new byte[0x80];
    private static final TypeList[] SINGLE = new TypeList[VALUE_TYPES.length];
    static final TypeList EMPTY = new TypeList(new byte[0]);

    static {
        for (int code = 1; code < VALUE_TYPES.length; code++) {
            CODES[VALUE_TYPES[code]] = (byte) code;
            SINGLE[code] = new TypeList(new byte[] {(byte) code});
        }
    }

    final byte[] codes;
    final int count;
    /** The codes, and ones where they stand; of lists that are too long something no operands match. */
    final long packed;
    final long mask;

    private TypeList(byte[] codes) {
        this.codes = codes;
        count = codes.length;
        long packed = 0;
        for (byte code : codes) packed = packed << 4 | code;
        this.packed = count <= MAX_PACKED ? packed : -1;
        mask = count <= MAX_PACKED ? (1L << 4 * count) - 1 : -1;
    }

    static int code(int valueType) {
        return CODES[valueType];
    }

    static int valueType(int code) {
        return code == UNKNOWN ? 0 : VALUE_TYPES[code];
    }

    static TypeList single(int valueType) {
        return SINGLE[CODES[valueType]];
    }

    int valueTypeAt(int index) {
        return VALUE_TYPES[codes[index]];
    }

    /** Makes the lists of one module. */
    static final class Pool {
        private final Map<ByteBuffer, TypeList> longer = new HashMap<>();

        TypeList of(int[] types) {
            if (types.length == 0) return EMPTY;
            if (types.length == 1) return single(types[0]);
            byte[] codes = new byte[types.length];
            for (int i = 0; i < codes.length; i++) codes[i] = CODES[types[i]];
            return longer.computeIfAbsent(ByteBuffer.wrap(codes), key -> new TypeList(codes));
        }
    }
}
