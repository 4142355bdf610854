package dev.backbench.exec.machine;

import java.util.Arrays;

/** Small positive numbers for Java objects, so that native records can refer to them. Reading takes no lock. */
final class HandleTable<T> {
    private volatile Object[] objects = new Object[64];
    private int[] free = new int[64];
    private int freeCount;
    private int next = 1;

    synchronized int add(T object) {
        int handle = freeCount > 0 ? free[--freeCount] : next++;
        Object[] table = objects;
        if (handle == table.length) table = Arrays.copyOf(table, 2 * handle);
        table[handle] = object;
        objects = table;
        return handle;
    }

    @SuppressWarnings("unchecked")
    T get(int handle) {
        return (T) objects[handle];
    }

    synchronized void remove(int handle) {
        objects[handle] = null;
        if (freeCount == free.length) free = Arrays.copyOf(free, 2 * freeCount);
        free[freeCount++] = handle;
    }
}
