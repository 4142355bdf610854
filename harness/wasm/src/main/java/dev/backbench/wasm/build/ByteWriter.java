package dev.backbench.wasm.build;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Growing bytes with the binary format's primitives. */
final class ByteWriter {
    private byte[] bytes = new byte[64];
    private int size;

    int size() {
        return size;
    }

    byte[] toArray() {
        return Arrays.copyOf(bytes, size);
    }

    ByteWriter u8(int value) {
        if (size == bytes.length) bytes = Arrays.copyOf(bytes, 2 * size);
        bytes[size++] = (byte) value;
        return this;
    }

    /** Unsigned LEB128 of a value to be read as unsigned. */
    ByteWriter unsigned(long value) {
        for (; (value & ~0x7FL) != 0; value >>>= 7) u8((int) value & 0x7F | 0x80);
        return u8((int) value);
    }

    ByteWriter signed(long value) {
        for (; value >> 6 != value >> 63; value >>= 7) u8((int) value & 0x7F | 0x80);
        return u8((int) value & 0x7F);
    }

    /** Little-endian. */
    ByteWriter fixed(long bits, int count) {
        for (int i = 0; i < count; i++) u8((int) (bits >>> 8 * i));
        return this;
    }

    ByteWriter raw(byte[] more) {
        return raw(more, more.length);
    }

    ByteWriter raw(ByteWriter more) {
        return raw(more.bytes, more.size);
    }

    private ByteWriter raw(byte[] more, int count) {
        if (size + count > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + count));
        System.arraycopy(more, 0, bytes, size, count);
        size += count;
        return this;
    }

    /** Prefixed with its length. */
    ByteWriter sized(ByteWriter more) {
        return unsigned(more.size).raw(more);
    }

    ByteWriter name(String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        return unsigned(utf8.length).raw(utf8);
    }
}
