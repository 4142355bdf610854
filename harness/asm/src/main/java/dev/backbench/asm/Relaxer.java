package dev.backbench.asm;

import dev.backbench.kit.CodeBuffer;
import java.util.Arrays;

/**
 * Chooses between the short and the near form of a function's jumps. The code is written without them; each is known by the place where it belongs. All begin short, and those
 * that do not reach grow, which may push others out of reach: at most {@link #ROUNDS} times, then all that are left out of reach or not yet looked at are near, so that time is linear.
 */
final class Relaxer {
    static final int ALWAYS = -1;
    private static final int ROUNDS = 12;

    /** By jump: place in the code without jumps, condition, label, length, bytes of jumps before it. */
    private int[] place = new int[32], condition = new int[32], target = new int[32], length = new int[32], before = new int[32];
    private int jumps;
    /** By label: place in the code without jumps, number of jumps before it; -1 while unbound. */
    private int[] labelPlace = new int[32], labelJumps = new int[32];
    private int labels;

    void reset() {
        jumps = 0;
        Arrays.fill(labelPlace, 0, labels, -1);
        labels = 0;
    }

    int jumps() {
        return jumps;
    }

    int place(int jump) {
        return place[jump];
    }

    int length(int jump) {
        return length[jump];
    }

    void bind(int label, int at) {
        reserve(label);
        assert labelPlace[label] < 0 : "label bound twice";
        labelPlace[label] = at;
        labelJumps[label] = jumps;
    }

    private void reserve(int label) {
        if (label >= labelPlace.length) {
            int known = labelPlace.length;
            labelPlace = Arrays.copyOf(labelPlace, Math.max(2 * known, label + 1));
            labelJumps = Arrays.copyOf(labelJumps, labelPlace.length);
        }
        if (label >= labels) {
            Arrays.fill(labelPlace, labels, label + 1, -1);
            labels = label + 1;
        }
    }

    void jump(int at, int condition, int label) {
        if (jumps == place.length) grow();
        place[jumps] = at;
        this.condition[jumps] = condition;
        target[jumps++] = label;
        reserve(label);
    }

    private void grow() {
        int capacity = 2 * jumps;
        place = Arrays.copyOf(place, capacity);
        condition = Arrays.copyOf(condition, capacity);
        target = Arrays.copyOf(target, capacity);
        length = Arrays.copyOf(length, capacity);
        before = Arrays.copyOf(before, capacity);
    }

    /** Decides every jump's {@link #length}. */
    void relax(int size) {
        Arrays.fill(length, 0, jumps, 2);
        boolean grown = true;
        for (int round = 0; grown; round++) {
            layOut();
            grown = false;
            for (int j = 0; j < jumps; j++) {
                if (length[j] != 2 || round < ROUNDS && fits(j)) continue;
                length[j] = condition[j] == ALWAYS ? 5 : 6;
                grown = true;
            }
        }
    }

    private void layOut() {
        int bytes = 0;
        for (int j = 0; j < jumps; j++) {
            before[j] = bytes;
            bytes += length[j];
        }
    }

    private boolean fits(int jump) {
        int distance = distance(jump);
        return distance == (byte) distance;
    }

    /** From the jump's end to its target. */
    private int distance(int jump) {
        return offset(target[jump]) - (place[jump] + before[jump] + length[jump]);
    }

    /** Of a label in the code with its jumps. */
    int offset(int label) {
        assert labelPlace[label] >= 0 : "label not bound";
        return labelPlace[label] + bytesBefore(labelJumps[label]);
    }

    private int bytesBefore(int jump) {
        return jump < jumps ? before[jump] : jump == 0 ? 0 : before[jump - 1] + length[jump - 1];
    }

    /** Appends the code with its jumps. */
    void write(CodeBuffer code, CodeBuffer to) {
        int from = 0;
        for (int j = 0; j < jumps; j++) {
            to.putRange(code, from, place[j]);
            from = place[j];
            to.reserve();
            int distance = distance(j);
            if (length[j] == 2) {
                to.put8(condition[j] == ALWAYS ? 0xEB : 0x70 | condition[j]);
                to.put8(distance);
            } else {
                if (condition[j] == ALWAYS) to.put8(0xE9);
                else to.put16(0x800F | condition[j] << 8);
                to.put32(distance);
            }
        }
        to.putRange(code, from, code.size());
    }
}
