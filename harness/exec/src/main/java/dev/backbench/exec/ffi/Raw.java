package dev.backbench.exec.ffi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/** Memory by raw address: no bounds, no lifetime. A wrong address ends the process; only runtime records and native libraries' buffers belong here. */
public final class Raw {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final VarHandle LONGS = JAVA_LONG.varHandle();

    private Raw() {}

    public static long getLong(long address) {
        return ALL.get(JAVA_LONG_UNALIGNED, address);
    }

    public static void putLong(long address, long value) {
        ALL.set(JAVA_LONG_UNALIGNED, address, value);
    }

    /** After all earlier stores, as another thread (or a signal handler) sees it. The address is 8-byte aligned. */
    public static void putLongRelease(long address, long value) {
        LONGS.setRelease(ALL, address, value);
    }

    public static int getInt(long address) {
        return ALL.get(JAVA_INT_UNALIGNED, address);
    }

    public static void putInt(long address, int value) {
        ALL.set(JAVA_INT_UNALIGNED, address, value);
    }

    public static byte getByte(long address) {
        return ALL.get(JAVA_BYTE, address);
    }

    /** Native to Java. */
    public static byte[] bytes(long address, int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(ALL, JAVA_BYTE, address, bytes, 0, length);
        return bytes;
    }

    /** Java to native. */
    public static void copy(byte[] source, int from, long address, long length) {
        MemorySegment.copy(source, from, ALL, JAVA_BYTE, address, (int) length);
    }

    /** Native to native; the ranges may overlap. */
    public static void copy(long source, long destination, long length) {
        MemorySegment.copy(ALL, source, ALL, destination, length);
    }

    public static void fill(long address, long length, byte value) {
        ALL.asSlice(address, length).fill(value);
    }

    /** A segment of global lifetime over native memory. */
    public static MemorySegment segment(long address, long length) {
        return MemorySegment.ofAddress(address).reinterpret(length);
    }
}
