package dev.backbench.kit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A growable array of little-endian bytes. {@link #reserve} once per instruction, then the {@code put} methods store without checking: an instruction is
 * at most {@link #SLACK} bytes.
 */
public final class CodeBuffer {
    /** Bytes that may be put after one {@link #reserve}. */
    public static final int SLACK = 32;

    private static final VarHandle SHORTS = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] bytes;
    private int size;

    public CodeBuffer(int capacity) {
        bytes = new byte[capacity + SLACK];
    }

    /** Forgets the contents and keeps the array. */
    public void reset() {
        size = 0;
    }

    public int size() {
        return size;
    }

    /** Makes room for {@link #SLACK} bytes. */
    public void reserve() {
        if (bytes.length - size < SLACK) grow(SLACK);
    }

    /** The low 8 bits. */
    public void put8(int value) {
        bytes[size++] = (byte) value;
    }

    public void put16(int value) {
        SHORTS.set(bytes, size, (short) value);
        size += 2;
    }

    public void put32(int value) {
        INTS.set(bytes, size, value);
        size += 4;
    }

    public void put64(long value) {
        LONGS.set(bytes, size, value);
        size += 8;
    }

    /** The lowest {@code count} bytes of {@code value}, for opcodes of variable length; may store up to 8 bytes. */
    public void putLow(long value, int count) {
        LONGS.set(bytes, size, value);
        size += count;
    }

    /** Appends any number of bytes; needs no reserve. */
    public void putBytes(byte[] source) {
        if (bytes.length - size < source.length) grow(source.length);
        System.arraycopy(source, 0, bytes, size, source.length);
        size += source.length;
    }

    /** Appends the bytes {@code [from, to)} of another buffer; needs no reserve. */
    public void putRange(CodeBuffer source, int from, int to) {
        int length = to - from;
        if (bytes.length - size < length) grow(length);
        System.arraycopy(source.bytes, from, bytes, size, length);
        size += length;
    }

    /** Appends zeros; needs no reserve. */
    public void putZeros(int count) {
        if (bytes.length - size < count) grow(count);
        Arrays.fill(bytes, size, size + count, (byte) 0);
        size += count;
    }

    /** Appends {@code fill} until the size is a multiple of {@code alignment}, a power of two; needs no reserve. */
    public void align(int alignment, int fill) {
        int padding = -size & alignment - 1;
        if (bytes.length - size < padding) grow(padding);
        Arrays.fill(bytes, size, size + padding, (byte) fill);
        size += padding;
    }

    public int get8(int at) {
        return bytes[at] & 0xFF;
    }

    public int get32(int at) {
        return (int) INTS.get(bytes, at);
    }

    public long get64(int at) {
        return (long) LONGS.get(bytes, at);
    }

    public void set8(int at, int value) {
        bytes[at] = (byte) value;
    }

    public void set32(int at, int value) {
        INTS.set(bytes, at, value);
    }

    public void set64(int at, long value) {
        LONGS.set(bytes, at, value);
    }

    public byte[] toArray() {
        return Arrays.copyOf(bytes, size);
    }

    private void grow(int needed) {
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(size, needed + SLACK)));
    }
}
