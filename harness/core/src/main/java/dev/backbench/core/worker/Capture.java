package dev.backbench.core.worker;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** Takes what a program prints, to be checked and hashed once it is over: that work is not in the program's time. */
final class Capture extends OutputStream {
    private static final int LIMIT = 64 << 20;
    private static final int SHOWN = 60;

    private byte[] bytes = new byte[8192];
    private int count;
    private boolean over;

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) {
        int room = Math.min(length, LIMIT - count);
        if (room < length) over = true;
        if (count + room > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(count + room, Math.min(LIMIT, 2 * bytes.length)));
        System.arraycopy(from, offset, bytes, count, room);
        count += room;
    }

    /** How it differs from what was expected, or null if it does not. @param expected null: anything will do */
    String difference(String stream, byte[] expected) {
        if (over) return stream + " is over " + (LIMIT >> 20) + " MB";
        if (expected == null) return null;
        int at = Arrays.mismatch(bytes, 0, count, expected, 0, expected.length);
        if (at < 0) return null;
        return stream + " differs at byte " + at + ": expected " + show(expected, expected.length, at) + ", printed " + show(bytes, count, at);
    }

    private static String show(byte[] text, int length, int at) {
        if (at == length) return "the end";
        int end = Math.min(length, at + SHOWN);
        return '"' + new String(text, at, end - at, StandardCharsets.UTF_8).replace("\n", "\\n") + '"';
    }

    /** SHA-256 over the SHA-256 of each stream, hex: no byte of one can pass for a byte of the other. */
    static String sha256(Capture out, Capture err) {
        MessageDigest digest = sha();
        digest.update(out.digest());
        digest.update(err.digest());
        return HexFormat.of().formatHex(digest.digest());
    }

    private byte[] digest() {
        MessageDigest digest = sha();
        digest.update(bytes, 0, count);
        return digest.digest();
    }

    private static MessageDigest sha() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
