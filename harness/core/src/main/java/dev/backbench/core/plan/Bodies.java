package dev.backbench.core.plan;

import java.util.HashMap;
import java.util.Map;

/** The function bodies of a module by hash, for telling related programs. Only walks section headers, so modules with unknown features have bodies too. */
final class Bodies {
    private static final int CODE_SECTION = 10;
    private static final long FNV_OFFSET = 0xcbf29ce484222325L, FNV_PRIME = 0x100000001b3L;

    private final byte[] bytes;
    private int at = 8;

    private Bodies(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Hash of each distinct body to its length in bytes; what comes after a malformed place is left out. */
    static Map<Long, Integer> of(byte[] bytes) {
        Map<Long, Integer> found = new HashMap<>();
        try {
            new Bodies(bytes).walk(found);
        } catch (IndexOutOfBoundsException malformed) {
            // the front end says where
        }
        return found;
    }

    private void walk(Map<Long, Integer> found) {
        while (at < bytes.length) {
            int id = bytes[at++], size = u32(), end = Math.addExact(at, size);
            if (id == CODE_SECTION) {
                for (int n = u32(); n > 0; n--) {
                    int length = u32();
                    found.put(hash(at, at + length), length);
                    at += length;
                }
            }
            at = end;
        }
    }

    private long hash(int from, int to) {
        long hash = FNV_OFFSET;
        for (int i = from; i < to; i++) hash = (hash ^ bytes[i] & 0xff) * FNV_PRIME;
        return hash;
    }

    private int u32() {
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            byte b = bytes[at++];
            value |= (b & 0x7f) << shift;
            if (b >= 0) {
                if (value < 0 || value > bytes.length - at) throw new IndexOutOfBoundsException();
                return value;
            }
        }
        throw new IndexOutOfBoundsException();
    }
}
