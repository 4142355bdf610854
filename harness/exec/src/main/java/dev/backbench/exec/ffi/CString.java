package dev.backbench.exec.ffi;

import java.lang.foreign.MemorySegment;

/** C strings at raw addresses. */
public final class CString {
    private CString() {}

    /** The UTF-8 string at {@code address}; null for address 0. */
    public static String read(long address) {
        return address == 0 ? null : MemorySegment.ofAddress(address).reinterpret(Long.MAX_VALUE).getString(0);
    }
}
