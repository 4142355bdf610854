package dev.backbench.qbe.il;

import java.util.Arrays;

/** Names of one function to numbers. A name of at most eight bytes is compared as one long, a longer one in the source text itself, so that nothing is copied. */
final class NameTable {
    private int[] number = new int[256];
    /** By slot, {@link Lexer#key}. */
    private long[] key = new long[256];
    private int[] used = new int[128];
    private int count;

    NameTable() {
        Arrays.fill(number, -1);
    }

    void reset() {
        int[] number = this.number, used = this.used;
        for (int i = 0; i < count; i++) number[used[i]] = -1;
        count = 0;
    }

    /** The number of the name {@code text[from, to)}, or -1. @param names of the function's blocks or temporaries, by number */
    int find(byte[] text, int from, int to, long[] names) {
        long wanted = Lexer.key(text, from, to);
        int[] number = this.number;
        int length = to - from, mask = number.length - 1;
        for (int at = slot(wanted, length) & mask, id; (id = number[at]) >= 0; at = at + 1 & mask) {
            if (key[at] != wanted) continue;
            long name = names[id];
            if (name >>> 32 == length && (length <= 8 || Arrays.equals(text, (int) name, (int) name + length, text, from, to))) return id;
        }
        return -1;
    }

    void add(byte[] text, int from, int to, int id, long[] names) {
        if (2 * (count + 1) > number.length) grow(names);
        put(Lexer.key(text, from, to), to - from, id);
    }

    private void put(long key, int length, int id) {
        int mask = number.length - 1, at = slot(key, length) & mask;
        while (number[at] >= 0) at = at + 1 & mask;
        number[at] = id;
        this.key[at] = key;
        used[count++] = at;
    }

    private static int slot(long key, int length) {
        return (int) ((key ^ length) * 0x9E3779B97F4A7C15L >>> 40);
    }

    private void grow(long[] names) {
        int[] numbers = number;
        long[] keys = key;
        number = new int[2 * numbers.length];
        key = new long[2 * numbers.length];
        used = new int[numbers.length];
        Arrays.fill(number, -1);
        count = 0;
        for (int i = 0; i < numbers.length; i++) if (numbers[i] >= 0) put(keys[i], (int) (names[numbers[i]] >>> 32), numbers[i]);
    }
}
