package dev.backbench.wasm;

/** Strict UTF-8, as names in the binary format must be: no overlong forms, surrogates or code points above U+10FFFF. */
final class Utf8 {
    private Utf8() {}

    static boolean isValid(byte[] bytes, int start, int end) {
        int at = start;
        while (at < end) {
            int lead = bytes[at++];
            if (lead >= 0) continue;
            int more = lead >> 5 == -2 ? 1 : lead >> 4 == -2 ? 2 : lead >> 3 == -2 ? 3 : 0;
            if (more == 0 || end - at < more) return false;
            int point = lead & 0x3F >> more;
            for (int i = 0; i < more; i++) {
                int next = bytes[at++];
                if (next >> 6 != -2) return false;
                point = point << 6 | next & 0x3F;
            }
            int least = more == 1 ? 0x80 : more == 2 ? 0x800 : 0x10000;
            if (point < least || point > 0x10FFFF || point >= 0xD800 && point < 0xE000) return false;
        }
        return true;
    }
}
