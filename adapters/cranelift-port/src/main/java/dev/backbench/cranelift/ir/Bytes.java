package dev.backbench.cranelift.ir;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Strings of bytes, one after the other: names and constants. A string is its index. */
public final class Bytes {
    private byte[] data = new byte[256];
    private int[] end = new int[16];
    private int count;

    public void reset() {
        count = 0;
    }

    public int add(byte[] from, int start, int length) {
        int begin = count == 0 ? 0 : end[count - 1];
        if (begin + length > data.length) data = Arrays.copyOf(data, Math.max(begin + length, data.length * 2));
        if (count == end.length) end = Arrays.copyOf(end, count * 2);
        System.arraycopy(from, start, data, begin, length);
        end[count] = begin + length;
        return count++;
    }

    public int length(int string) {
        return end[string] - start(string);
    }

    public byte at(int string, int i) {
        return data[start(string) + i];
    }

    public boolean equal(int string, byte[] other, int start, int length) {
        int begin = start(string);
        return Arrays.equals(data, begin, end[string], other, start, start + length);
    }

    public String text(int string) {
        int begin = start(string);
        return new String(data, begin, end[string] - begin, StandardCharsets.UTF_8);
    }

    private int start(int string) {
        return string == 0 ? 0 : end[string - 1];
    }
}
