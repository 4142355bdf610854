package dev.backbench.cranelift.opt;

import java.util.Arrays;

/** A map from keys of {@value #KEY} ints to a value and the block that makes it known. Open addressing; cleared in constant time. */
final class KnownValues {
    static final int KEY = 4;
    private static final int ENTRY = KEY + 2;

    private int[] entries = new int[64 * ENTRY], written = new int[64];
    private int generation = 1, size;
    private int found;

    void clear() {
        size = 0;
        if (++generation == 0) {
            Arrays.fill(written, 0);
            generation = 1;
        }
    }

    /** @return whether the key is there; then {@link #value} and {@link #block} */
    boolean find(int a, int b, int c, int d) {
        found = slot(a, b, c, d);
        return written[found] == generation;
    }

    int value() {
        return entries[found * ENTRY + KEY];
    }

    int block() {
        return entries[found * ENTRY + KEY + 1];
    }

    void put(int a, int b, int c, int d, int value, int block) {
        if (2 * size >= written.length) grow();
        int slot = slot(a, b, c, d), at = slot * ENTRY;
        if (written[slot] != generation) {
            written[slot] = generation;
            size++;
        }
        entries[at] = a;
        entries[at + 1] = b;
        entries[at + 2] = c;
        entries[at + 3] = d;
        entries[at + KEY] = value;
        entries[at + KEY + 1] = block;
    }

    private int slot(int a, int b, int c, int d) {
        int mask = written.length - 1;
        long hash = ((((long) a * 31 + b) * 31 + c) * 31 + d) * 0x9E37_79B9_7F4A_7C15L;
        int slot = (int) (hash >>> 32) & mask;
        for (; written[slot] == generation; slot = slot + 1 & mask) {
            int at = slot * ENTRY;
            if (entries[at] == a && entries[at + 1] == b && entries[at + 2] == c && entries[at + 3] == d) break;
        }
        return slot;
    }

    private void grow() {
        int[] old = entries, oldWritten = written;
        entries = new int[2 * old.length];
        written = new int[2 * oldWritten.length];
        size = 0;
        for (int i = 0; i < oldWritten.length; i++) {
            int at = i * ENTRY;
            if (oldWritten[i] == generation) put(old[at], old[at + 1], old[at + 2], old[at + 3], old[at + KEY], old[at + KEY + 1]);
        }
    }
}
