package dev.backbench.wasm;

import java.nio.charset.StandardCharsets;

/** Reads the primitives of the binary format within {@code [pos, end)} of a module; {@code end} moves as sections are entered. */
final class ByteReader {
    final byte[] bytes;
    int pos;
    int end;

    ByteReader(byte[] bytes, int pos, int end) {
        this.bytes = bytes;
        this.pos = pos;
        this.end = end;
    }

    WasmException malformed(int offset, String what) {
        return new WasmException(WasmException.Kind.MALFORMED, offset, what);
    }

    WasmException invalid(int offset, String what) {
        return new WasmException(WasmException.Kind.INVALID, offset, what);
    }

    int u8() {
        if (pos >= end) throw malformed(pos, "unexpected end");
        return bytes[pos++] & 0xFF;
    }

    /** An unsigned LEB128 number of 32 bits, as an int to be read as unsigned. */
    int u32() {
        int start = pos, value = 0;
        for (int shift = 0; ; shift += 7) {
            int b = u8();
            value |= (b & 0x7F) << shift;
            if (shift == 28) {
                if (b >= 0x80) throw malformed(start, "integer representation too long");
                if (b > 0x0F) throw malformed(start, "integer too large");
            }
            if (b < 0x80) return value;
        }
    }

    /** A signed LEB128 number of {@code bits} (32, 33 or 64). */
    long signed(int bits) {
        int start = pos;
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            int b = u8();
            value |= (long) (b & 0x7F) << shift;
            if (shift + 7 >= bits) {
                if (b >= 0x80) throw malformed(start, "integer representation too long");
                int spare = b << 25 >> 25 >> bits - shift - 1; // the sign bit and all above it
                if (spare != 0 && spare != -1) throw malformed(start, "integer too large");
            }
            if (b < 0x80) return shift + 7 >= 64 ? value : value << 64 - shift - 7 >> 64 - shift - 7;
        }
    }

    /** An unsigned LEB128 number of 64 bits. */
    long u64() {
        int start = pos;
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            int b = u8();
            value |= (long) (b & 0x7F) << shift;
            if (shift == 63) {
                if (b >= 0x80) throw malformed(start, "integer representation too long");
                if (b > 1) throw malformed(start, "integer too large");
            }
            if (b < 0x80) return value;
        }
    }

    /**
     * The length of a vector, each element of which takes at least one byte: refused before anything is allocated for it where it cannot fit.
     *
     * @param limit the implementation limit on it
     */
    int count(int limit, String what) {
        int start = pos, count = u32();
        if (Integer.compareUnsigned(count, end - pos) > 0) throw malformed(start, "unexpected end: " + Integer.toUnsignedString(count) + " " + what);
        if (count > limit) throw new WasmException(WasmException.Kind.LIMIT, start, count + " " + what + ", at most " + limit);
        return count;
    }

    String name() {
        int length = u32(), start = pos;
        if (Integer.compareUnsigned(length, end - pos) > 0) throw malformed(start, "unexpected end: length out of bounds");
        pos += length;
        if (!Utf8.isValid(bytes, start, pos)) throw malformed(start, "malformed UTF-8 encoding");
        return new String(bytes, start, length, StandardCharsets.UTF_8);
    }

    void skip(int count) {
        if (Integer.compareUnsigned(count, end - pos) > 0) throw malformed(pos, "unexpected end");
        pos += count;
    }

    /**
     * Completes an operation whose first byte {@code op} was read at {@code at}.
     *
     * @return its {@link Opcode}; what is none is refused, as unsupported where it is known
     */
    int operation(int op, int at) {
        boolean prefix = op >= 0xFB && op <= 0xFE;
        int code = prefix ? u32() : op, full = op == 0xFC ? 0x100 + code : op;
        if (full >= 0 && full < OpTable.SIZE && OpTable.kind(full) != OpTable.ILLEGAL) return full;
        Feature feature = OpTable.refusal(prefix ? op : 0, code);
        throw feature != null ? feature.at(at) : malformed(at, "illegal opcode " + Integer.toHexString(op) + (prefix ? " " + Integer.toHexString(code) : ""));
    }

    int valueType() {
        int at = pos;
        return valueType(u8(), at);
    }

    /** Checks a byte read as a value type. */
    int valueType(int type, int at) {
        switch (type) {
            case ValType.I32, ValType.I64, ValType.F32, ValType.F64, ValType.FUNCREF, ValType.EXTERNREF -> {
                return type;
            }
            case ValType.V128 -> throw Feature.SIMD.at(at);
            default -> throw unsupportedReference(type, at);
        }
    }

    int referenceType() {
        int at = pos, type = u8();
        if (ValType.isReference(type)) return type;
        throw unsupportedReference(type, at);
    }

    /** The abstract heap type of a {@code ref.null}. */
    int heapType() {
        int at = pos;
        long type = signed(33);
        if (type == ValType.FUNCREF - 0x80 || type == ValType.EXTERNREF - 0x80) return (int) type + 0x80;
        if (type >= 0) throw Feature.TYPED_REFERENCES.at(at);
        throw unsupportedReference(type < -64 ? -1 : (int) type & 0x7F, at);
    }

    private WasmException unsupportedReference(int type, int at) {
        return switch (type) {
            case 0x63, 0x64 -> Feature.TYPED_REFERENCES.at(at);
            case 0x69, 0x74 -> Feature.EXCEPTIONS.at(at);
            case 0x68, 0x75 -> Feature.STACK_SWITCHING.at(at);
            case 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x71, 0x72, 0x73 -> Feature.GC.at(at);
            default -> malformed(at, "malformed value type");
        };
    }
}
