package dev.backbench.cranelift.regalloc;

import java.util.Arrays;

/** How many values live at once, at most, in each loop: counted up at definitions and down where values die, with what lives into each block as the base. */
final class Pressure {
    private static final long[] ONE = {1, 1L << 32};
    /** By position, what is defined there less what dies there; by index of a block, the change of what lives into it. Integer values in the low half, floats in the high half. */
    private long[] change = new long[256], into = new long[33];
    /** By index of a block, of the loop that it heads: twice the index for integers, the next for floats. */
    private int[] most = new int[64];
    /** Nobody asks where there are no loops. */
    private boolean loops;

    void begin(BlockOrder order) {
        loops = order.hasLoops;
        if (!loops) return;
        int positions = order.base[order.blocks];
        if (change.length <= positions) change = new long[Math.max(positions + 1, 2 * change.length)];
        if (into.length <= order.blocks) {
            into = new long[Math.max(order.blocks + 1, 2 * into.length)];
            most = new int[2 * into.length];
        }
        Arrays.fill(change, 0, positions + 1, 0);
        Arrays.fill(into, 0, order.blocks + 1, 0);
    }

    void define(int registerClass, int position) {
        if (loops) change[Math.max(position, 0)] += ONE[registerClass];
    }

    void die(int registerClass, int position) {
        if (loops) change[position] -= ONE[registerClass];
    }

    void livesInto(int registerClass, int from, int to) {
        if (!loops) return;
        into[from] += ONE[registerClass];
        into[to + 1] -= ONE[registerClass];
    }

    void finish(BlockOrder order) {
        if (!loops) return;
        long live = 0;
        for (int i = 0; i < order.blocks; i++) {
            live += into[i];
            if (order.loopHead[i] < 0) continue;
            long now = live;
            int ints = (int) now, floats = (int) (now >> 32);
            for (int p = order.base[i]; p < order.base[i + 1]; p++) {
                now += change[p];
                ints = Math.max(ints, (int) now);
                floats = Math.max(floats, (int) (now >> 32));
            }
            most[2 * i] = ints;
            most[2 * i + 1] = floats;
        }
        for (int i = order.blocks - 1; i >= 0; i--) {
            int head = order.loopHead[i] == i ? order.outer[i] : order.loopHead[i];
            if (head < 0) continue;
            most[2 * head] = Math.max(most[2 * head], most[2 * i]);
            most[2 * head + 1] = Math.max(most[2 * head + 1], most[2 * i + 1]);
        }
    }

    int inLoop(int registerClass, int head) {
        return most[2 * head + registerClass];
    }
}
