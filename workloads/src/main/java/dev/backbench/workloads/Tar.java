package dev.backbench.workloads;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** One file out of a POSIX ustar archive, as npm's packages are. Long names in extension headers are not looked at: no pinned path is that long. */
final class Tar {
    private static final int BLOCK = 512, NAME = 0, NAME_LENGTH = 100, SIZE = 124, SIZE_LENGTH = 12, PREFIX = 345, PREFIX_LENGTH = 155;

    private Tar() {}

    /** Copies the file with that path; false if there is none. */
    static boolean copy(InputStream in, String path, OutputStream out) throws IOException {
        byte[] header = new byte[BLOCK];
        while (in.readNBytes(header, 0, BLOCK) == BLOCK && header[0] != 0) {
            String prefix = text(header, PREFIX, PREFIX_LENGTH), name = text(header, NAME, NAME_LENGTH);
            long size = size(header), padding = (BLOCK - size % BLOCK) % BLOCK;
            if ((prefix.isEmpty() ? name : prefix + "/" + name).equals(path)) {
                transfer(in, out, size);
                return true;
            }
            in.skipNBytes(size + padding);
        }
        return false;
    }

    private static void transfer(InputStream in, OutputStream out, long size) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (long left = size; left > 0;) {
            int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (n < 0) throw new EOFException("it ends inside a file");
            out.write(buffer, 0, n);
            left -= n;
        }
    }

    private static String text(byte[] header, int from, int length) {
        int end = from;
        while (end < from + length && header[end] != 0) end++;
        return new String(header, from, end - from, StandardCharsets.UTF_8);
    }

    private static long size(byte[] header) throws IOException {
        try {
            return Long.parseLong(text(header, SIZE, SIZE_LENGTH).trim(), 8);
        } catch (NumberFormatException e) {
            throw new EOFException("a header without a size");
        }
    }
}
