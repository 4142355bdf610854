package dev.backbench.workloads;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing array of bytes with the number formats of WebAssembly's binary encoding. */
final class WasmBytes {
    private byte[] bytes = new byte[256];
    private int size;

    int size() {
        return size;
    }

    byte[] toArray() {
        return Arrays.copyOf(bytes, size);
    }

    void clear() {
        size = 0;
    }

    WasmBytes b(int value) {
        if (size == bytes.length) bytes = Arrays.copyOf(bytes, 2 * size);
        bytes[size++] = (byte) value;
        return this;
    }

    WasmBytes bs(int... values) {
        for (int value : values) b(value);
        return this;
    }

    WasmBytes unsigned(int value) {
        for (; (value & ~0x7f) != 0; value >>>= 7) b(value & 0x7f | 0x80);
        return b(value);
    }

    WasmBytes signed(long value) {
        for (;; value >>= 7) {
            int low = (int) value & 0x7f;
            if (value >> 6 == 0 || value >> 6 == -1) return b(low);
            b(low | 0x80);
        }
    }

    WasmBytes f64(double value) {
        long bits = Double.doubleToRawLongBits(value);
        for (int shift = 0; shift < 64; shift += 8) b((int) (bits >>> shift));
        return this;
    }

    WasmBytes name(String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        unsigned(utf8.length);
        return append(utf8, utf8.length);
    }

    WasmBytes append(WasmBytes other) {
        return append(other.bytes, other.size);
    }

    private WasmBytes append(byte[] from, int count) {
        if (size + count > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + count));
        System.arraycopy(from, 0, bytes, size, count);
        size += count;
        return this;
    }

    /** Appends a section: its id, its size, its content. */
    WasmBytes section(int id, WasmBytes content) {
        return b(id).unsigned(content.size).append(content);
    }
}
