package dev.backbench.cranelift.x64;

import dev.backbench.kit.CodeBuffer;
import dev.backbench.kit.LongIntMap;

/** Constants of one function in memory, each once; places are offsets from its start, which is a multiple of 16. */
final class Constants {
    private final CodeBuffer bytes = new CodeBuffer(64);
    private final LongIntMap words = new LongIntMap(), longs = new LongIntMap(), pairs = new LongIntMap();

    void reset() {
        bytes.reset();
        words.clear();
        longs.clear();
        pairs.clear();
    }

    int size() {
        return bytes.size();
    }

    void appendTo(CodeBuffer code) {
        code.putRange(bytes, 0, bytes.size());
    }

    /** @param width 4 or 8 */
    int place(int width, long bits) {
        return place(width == 4 ? words : longs, width, width == 4 ? bits & 0xFFFFFFFFL : bits);
    }

    /** 16 bytes, both halves alike. */
    int pair(long bits) {
        return place(pairs, 16, bits);
    }

    private int place(LongIntMap known, int width, long bits) {
        int place = known.get(bits);
        if (place != LongIntMap.NONE) return place;
        bytes.align(width, 0);
        place = bytes.size();
        bytes.reserve();
        if (width == 4) bytes.put32((int) bits);
        else bytes.put64(bits);
        if (width == 16) bytes.put64(bits);
        known.put(bits, place);
        return place;
    }
}
