package dev.backbench.core.plan;

import java.util.HashMap;
import java.util.Map;

/**
 * What a module's function bodies have in them: how many operations, and a fingerprint of each body for telling related programs. A fingerprint leaves out what a
 * linker changes: function, global and type indices, addresses and other constants. Nothing is validated; a body with an operation that is not known here
 * is fingerprinted by its bytes, and the count is then unknown.
 */
final class Bodies {
    private static final int CODE_SECTION = 10;
    private static final long FNV_OFFSET = 0xcbf29ce484222325L, FNV_PRIME = 0x100000001b3L;
    private static final int BLOCK = 0x02, IF = 0x04, BR = 0x0C, BR_IF = 0x0D, BR_TABLE = 0x0E, CALL = 0x10, CALL_INDIRECT = 0x11, SELECT_T = 0x1C, LOCAL_GET = 0x20,
            LOCAL_TEE = 0x22, GLOBAL_GET = 0x23, TABLE_SET = 0x26, LOAD = 0x28, STORE = 0x3E, MEMORY_SIZE = 0x3F, I64_CONST = 0x42, F32_CONST = 0x43, F64_CONST = 0x44,
            I32_EQZ = 0x45, LAST_PLAIN = 0xC4, REF_NULL = 0xD0, REF_IS_NULL = 0xD1, REF_FUNC = 0xD2, PREFIX = 0xFC;
    /** Immediates of the operations behind the prefix, by code. */
    private static final int[] PREFIXED = {0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1};

    private final byte[] bytes;
    private final Map<Long, Integer> lengths = new HashMap<>();
    private long operations;
    private boolean known = true;
    private int at = 8;
    private long hash;

    private Bodies(byte[] bytes) {
        this.bytes = bytes;
    }

    /** What comes after a malformed place is left out: the front end says where that is. */
    static Bodies of(byte[] module) {
        Bodies bodies = new Bodies(module);
        try {
            bodies.sections();
        } catch (IndexOutOfBoundsException malformed) {
            bodies.known = false;
        }
        return bodies;
    }

    /** Fingerprint of each distinct body to its length in bytes. */
    Map<Long, Integer> lengths() {
        return lengths;
    }

    /** In all bodies; -1 if unknown. */
    long operations() {
        return known ? operations : -1;
    }

    private void sections() {
        while (at < bytes.length) {
            int id = bytes[at++], size = size(), end = at + size;
            if (id == CODE_SECTION) {
                for (int n = size(); n > 0; n--) body();
            }
            at = end;
        }
    }

    private void body() {
        int length = size(), start = at, end = at + length;
        hash = FNV_OFFSET;
        boolean read = operations(end);
        if (!read) {
            known = false;
            hash = FNV_OFFSET;
            for (int i = start; i < end; i++) mix(bytes[i]);
        }
        lengths.put(hash, length);
        at = end;
    }

    /** @return false at the first operation that is not known */
    private boolean operations(int end) {
        for (long n = leb(); n > 0; n--) {
            mix(leb());
            mix(bytes[at++]);
        }
        while (at < end) {
            int op = bytes[at++] & 0xff;
            mix(op);
            operations++;
            if (!immediates(op)) return false;
        }
        return at == end;
    }

    private boolean immediates(int op) {
        if (op >= I32_EQZ && op <= LAST_PLAIN || op == REF_IS_NULL) return true;
        if (op >= LOCAL_GET && op <= LOCAL_TEE || op >= BLOCK && op <= IF || op == BR || op == BR_IF) mix(leb());
        else if (op >= LOAD && op <= STORE || op == CALL_INDIRECT) skip(2);
        else if (op >= GLOBAL_GET && op <= TABLE_SET || op >= MEMORY_SIZE && op <= I64_CONST || op == CALL || op == REF_NULL || op == REF_FUNC) skip(1);
        else if (op == F32_CONST || op == F64_CONST) constant(op == F32_CONST ? 4 : 8);
        else if (op == BR_TABLE) for (long n = leb(); n >= 0; n--) mix(leb());
        else if (op == SELECT_T) for (long n = leb(); n > 0; n--) mix(bytes[at++]);
        else if (op == PREFIX) return prefixed();
        else return op == 0x00 || op == 0x01 || op == 0x05 || op == 0x0B || op == 0x0F || op == 0x1A || op == 0x1B;
        return true;
    }

    private boolean prefixed() {
        long code = leb();
        mix(code);
        if (code < 0 || code >= PREFIXED.length) return false;
        skip(PREFIXED[(int) code]);
        return true;
    }

    private void constant(int length) {
        for (int i = 0; i < length; i++) mix(bytes[at++]);
    }

    private void skip(int count) {
        for (int i = 0; i < count; i++) leb();
    }

    private void mix(long value) {
        hash = (hash ^ value) * FNV_PRIME;
    }

    /** The low bits of any LEB128 number; signs do not matter here. */
    private long leb() {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            byte b = bytes[at++];
            value |= (b & 0x7fL) << shift;
            if (b >= 0) return value;
        }
        throw new IndexOutOfBoundsException();
    }

    /** A length or count that the rest of the module has room for. */
    private int size() {
        long value = leb();
        if (value < 0 || value > bytes.length - at) throw new IndexOutOfBoundsException();
        return (int) value;
    }
}
