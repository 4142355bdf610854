package dev.backbench.qbe.il;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Names interned by their bytes: equal names have one number, in order of first appearance. No string is made for a name that nobody prints. */
public final class Symbols {
    private byte[] pool = new byte[4096];
    private int poolEnd;
    private int[] start = new int[257];
    private int[] table = new int[512];
    private boolean[] defined = new boolean[256];
    private int count;

    public Symbols() {
        Arrays.fill(table, -1);
    }

    public void reset() {
        beginFile();
        count = poolEnd = 0;
        Arrays.fill(table, -1);
    }

    public int count() {
        return count;
    }

    public int intern(byte[] text, int from, int to) {
        int mask = table.length - 1, at = hash(text, from, to) & mask;
        for (int id; (id = table[at]) >= 0; at = at + 1 & mask) {
            if (Arrays.equals(pool, start[id], start[id + 1], text, from, to)) return id;
        }
        return add(at, text, from, to);
    }

    public int intern(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        return intern(text, 0, text.length);
    }

    /** Forgets what is defined, not the names. */
    void beginFile() {
        Arrays.fill(defined, 0, count, false);
    }

    /** Notes that the file defines the symbol. @return false if it has done so before */
    boolean define(int id) {
        if (defined[id]) return false;
        return defined[id] = true;
    }

    private int add(int at, byte[] text, int from, int to) {
        int length = to - from;
        if (poolEnd + length > pool.length) pool = Arrays.copyOf(pool, Math.max(2 * pool.length, poolEnd + length));
        System.arraycopy(text, from, pool, poolEnd, length);
        if (count + 2 > start.length) start = Arrays.copyOf(start, 2 * start.length);
        if (count == defined.length) defined = Arrays.copyOf(defined, 2 * count);
        start[count] = poolEnd;
        start[count + 1] = poolEnd += length;
        table[at] = count++;
        if (2 * count > table.length) rehash();
        return count - 1;
    }

    private void rehash() {
        table = new int[2 * table.length];
        Arrays.fill(table, -1);
        int mask = table.length - 1;
        for (int id = 0; id < count; id++) {
            int at = hash(pool, start[id], start[id + 1]) & mask;
            while (table[at] >= 0) at = at + 1 & mask;
            table[at] = id;
        }
    }

    public String name(int id) {
        return new String(pool, start[id], start[id + 1] - start[id], StandardCharsets.UTF_8);
    }

    static int hash(byte[] text, int from, int to) {
        int h = 0x811C9DC5;
        for (int i = from; i < to; i++) h = (h ^ text[i]) * 0x01000193;
        return h ^ h >>> 15;
    }
}
