package dev.backbench.cranelift.ir;

import java.util.Arrays;

/**
 * Short lists of ints in one array: a list is the index of its length, its elements follow. List 0 is the empty one. Lists never change their length; what replaces
 * one leaves the old behind until {@link #reset}.
 */
public final class Pool {
    public int[] data = new int[1024];
    private int used = 1;
    private int open;

    public void reset() {
        used = 1;
    }

    /** Begins a list at the end; one at a time. */
    public void begin() {
        open = used;
        need(1);
        used++;
    }

    public void add(int element) {
        if (used == data.length) need(1);
        data[used++] = element;
    }

    /** @return the list begun last */
    public int end() {
        int length = used - open - 1;
        if (length == 0) {
            used = open;
            return 0;
        }
        data[open] = length;
        return open;
    }

    public int of(int[] from, int count) {
        if (count == 0) return 0;
        need(count + 1);
        int list = used;
        data[used++] = count;
        System.arraycopy(from, 0, data, used, count);
        used += count;
        return list;
    }

    public int of(int element) {
        need(2);
        int list = used;
        data[list] = 1;
        data[list + 1] = element;
        used = list + 2;
        return list;
    }

    public int of(int first, int second) {
        need(3);
        int list = used;
        data[list] = 2;
        data[list + 1] = first;
        data[list + 2] = second;
        used = list + 3;
        return list;
    }

    public int of(int first, int second, int third) {
        need(4);
        int list = used;
        data[list] = 3;
        data[list + 1] = first;
        data[list + 2] = second;
        data[list + 3] = third;
        used = list + 4;
        return list;
    }

    /** A list of {@code count} elements that are still to be {@link #set}. */
    public int reserve(int count) {
        if (count == 0) return 0;
        need(count + 1);
        int list = used;
        data[list] = count;
        used = list + count + 1;
        return list;
    }

    public int length(int list) {
        return list == 0 ? 0 : data[list];
    }

    public int get(int list, int i) {
        return data[list + 1 + i];
    }

    public void set(int list, int i, int element) {
        data[list + 1 + i] = element;
    }

    private void need(int more) {
        if (used + more > data.length) data = Arrays.copyOf(data, Math.max(used + more, data.length * 2));
    }
}
