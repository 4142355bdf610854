package dev.backbench.kit;

import java.util.Arrays;

/**
 * An open-addressing map from longs to non-negative ints with linear probing, made to be cleared and reused: clearing is constant time (slots carry the
 * generation they were written in).
 */
public final class LongIntMap {
    /** What {@link #get} gives for an absent key. */
    public static final int NONE = -1;

    private long[] keys = new long[64];
    private int[] values = new int[64];
    private int[] written = new int[64]; // generation
    private int generation = 1;
    private int size;

    public void clear() {
        size = 0;
        if (++generation == 0) { // wrapped around: old slots would look new
            Arrays.fill(written, 0);
            generation = 1;
        }
    }

    public boolean isEmpty() {
        return size == 0;
    }

    public int get(long key) {
        long[] keys = this.keys;
        int mask = keys.length - 1;
        for (int slot = slot(key, mask); written[slot] == generation; slot = slot + 1 & mask) {
            if (keys[slot] == key) return values[slot];
        }
        return NONE;
    }

    /** Sets or replaces. */
    public void put(long key, int value) {
        int mask = keys.length - 1, slot = slot(key, mask);
        while (written[slot] == generation) {
            if (keys[slot] == key) {
                values[slot] = value;
                return;
            }
            slot = slot + 1 & mask;
        }
        keys[slot] = key;
        values[slot] = value;
        written[slot] = generation;
        if (2 * ++size > keys.length) grow();
    }

    /** Fibonacci hashing: the high bits of the product are the well-mixed ones. */
    private static int slot(long key, int mask) {
        return (int) (key * 0x9E37_79B9_7F4A_7C15L >>> 32) & mask;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values, oldWritten = written;
        keys = new long[2 * oldKeys.length];
        values = new int[keys.length];
        written = new int[keys.length];
        int mask = keys.length - 1;
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldWritten[i] != generation) continue;
            int slot = slot(oldKeys[i], mask);
            while (written[slot] == generation) slot = slot + 1 & mask;
            keys[slot] = oldKeys[i];
            values[slot] = oldValues[i];
            written[slot] = generation;
        }
    }
}
