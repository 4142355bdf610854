package dev.backbench.qbe.il;

import java.util.Arrays;

/** Names of one function to numbers; compared in the source text itself, so that nothing is copied. */
final class NameTable {
    private int[] number = new int[256];
    private int[] hash = new int[256];
    private int count;

    NameTable() {
        Arrays.fill(number, -1);
    }

    void reset() {
        Arrays.fill(number, -1);
        count = 0;
    }

    /** The number of the name {@code text[from, to)}, or -1. @param blocks whether numbers are blocks of {@code fn}, otherwise they are temporaries */
    int find(byte[] text, int from, int to, Fn fn, boolean blocks) {
        long[] names = blocks ? fn.blockName : fn.tmpName;
        int wanted = Symbols.hash(text, from, to), mask = number.length - 1;
        for (int at = wanted & mask, id; (id = number[at]) >= 0; at = at + 1 & mask) {
            if (hash[at] != wanted) continue;
            long name = names[id];
            int start = (int) name, length = (int) (name >>> 32);
            if (length == to - from && Arrays.equals(text, start, start + length, text, from, to)) return id;
        }
        return -1;
    }

    void add(byte[] text, int from, int to, int id) {
        put(Symbols.hash(text, from, to), id);
        if (2 * ++count > number.length) grow();
    }

    private void put(int h, int id) {
        int mask = number.length - 1, at = h & mask;
        while (number[at] >= 0) at = at + 1 & mask;
        number[at] = id;
        hash[at] = h;
    }

    private void grow() {
        int[] numbers = number, hashes = hash;
        number = new int[2 * numbers.length];
        hash = new int[2 * numbers.length];
        Arrays.fill(number, -1);
        for (int i = 0; i < numbers.length; i++) if (numbers[i] >= 0) put(hashes[i], numbers[i]);
    }
}
