package dev.backbench.cranelift.ir;

import java.util.Arrays;

/** Entities of one kind, numbered as the text numbers them, a row of ints each. Numbers may be missing. */
public final class Table {
    private final int width;
    private int[] data;
    private int count;

    /** @param fields ints of a row */
    Table(int fields) {
        this.width = fields + 1;
        this.data = new int[width * 8];
    }

    void reset() {
        Arrays.fill(data, 0, count * width, 0);
        count = 0;
    }

    /** One more than the highest number. */
    public int count() {
        return count;
    }

    public boolean has(int number) {
        return number >= 0 && number < count && data[number * width] != 0;
    }

    /** Makes the row, all zero. */
    public void define(int number) {
        if ((number + 1) * width > data.length) data = Arrays.copyOf(data, Math.max((number + 1) * width, data.length * 2));
        data[number * width] = 1;
        count = Math.max(count, number + 1);
    }

    /** The row is gone, its number stays missing. */
    public void undefine(int number) {
        Arrays.fill(data, number * width, (number + 1) * width, 0);
    }

    public int get(int number, int field) {
        return data[number * width + 1 + field];
    }

    public void set(int number, int field, int value) {
        data[number * width + 1 + field] = value;
    }

    /** Two fields, the low half first. */
    public long getLong(int number, int field) {
        return get(number, field) & 0xffffffffL | (long) get(number, field + 1) << 32;
    }

    public void setLong(int number, int field, long value) {
        set(number, field, (int) value);
        set(number, field + 1, (int) (value >>> 32));
    }
}
