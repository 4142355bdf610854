package dev.backbench.exec;

import java.io.ByteArrayOutputStream;

/** Takes the function bodies out of a valid module: every body becomes an empty one, all other sections stay as they are. */
final class Bodies {
    private static final int HEADER = 8, CODE_SECTION = 10;
    /** A body of two bytes: no locals, {@code end}. */
    private static final byte[] EMPTY = {2, 0, 0x0B};

    private final byte[] bytes;
    private int at = HEADER;

    private Bodies(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @param bytes a module that has been parsed */
    static byte[] strip(byte[] bytes) {
        return new Bodies(bytes).strip();
    }

    private byte[] strip() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, HEADER);
        while (at < bytes.length) {
            int start = at, id = bytes[at++];
            int size = unsigned();
            int end = at + size;
            if (id == CODE_SECTION) emptyBodies(out, unsigned());
            else out.write(bytes, start, end - start);
            at = end;
        }
        return out.toByteArray();
    }

    private static void emptyBodies(ByteArrayOutputStream out, int count) {
        ByteArrayOutputStream section = new ByteArrayOutputStream();
        leb(section, count);
        for (int i = 0; i < count; i++) section.writeBytes(EMPTY);
        out.write(CODE_SECTION);
        leb(out, section.size());
        out.writeBytes(section.toByteArray());
    }

    private int unsigned() {
        int value = 0;
        for (int shift = 0;; shift += 7) {
            int b = bytes[at++];
            value |= (b & 0x7F) << shift;
            if (b >= 0) return value;
        }
    }

    private static void leb(ByteArrayOutputStream out, int value) {
        while (value >>> 7 != 0) {
            out.write(value & 0x7F | 0x80);
            value >>>= 7;
        }
        out.write(value);
    }
}
