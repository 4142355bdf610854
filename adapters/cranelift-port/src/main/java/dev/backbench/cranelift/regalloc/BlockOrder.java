package dev.backbench.cranelift.regalloc;

import dev.backbench.cranelift.mach.VCode;
import java.util.Arrays;

/**
 * The order in which blocks are allocated, and positions in it: that of emission where each block but the entry has a predecessor before it, else reverse postorder. In both a block comes
 * behind those that dominate it (the first of the blocks that a block dominates has none but it to come from). A block's number in the order is its index, an instruction's its position. A loop is the stretch from the target of an edge that leads back to the last source of one; that is exact where loops lie together.
 */
final class BlockOrder {
    private VCode code;
    int blocks;
    /** By index: the block, the position of its first instruction, the last index of the loop it heads (-1: none), the index of the innermost loop's head (-1: none). */
    int[] block = new int[32], base = new int[33], loopEnd = new int[32], loopHead = new int[32];
    /** By index of a loop's head: that of the loop around, -1 for none. */
    int[] outer = new int[32];
    /** By index: the last index of all loops, as far as they overlap, that the block lies in; itself where it lies in none. */
    int[] loopsEnd = new int[32];
    boolean hasLoops;
    /** By block. */
    int[] index = new int[32];
    /** By index, where in {@code predecessor} those of the block begin: their indices. */
    int[] predecessorStart = new int[33], predecessor = new int[64];
    private int[] stack = new int[32], next = new int[32];

    void run(VCode code) {
        begin(code);
        for (int b = 0; b < blocks; b++) block[b] = b;
        if (!isOrdered()) reversePostorder();
        finish();
    }

    private boolean isOrdered() {
        for (int b = 1; b < blocks; b++) {
            boolean found = false;
            for (int i = code.predecessorCount(b) - 1; i >= 0 && !found; i--) found = code.predecessor(b, i) < b;
            if (!found) return false;
        }
        return true;
    }

    private void reversePostorder() {
        Arrays.fill(next, 0, blocks, -1);
        int depth = 0, place = blocks;
        stack[depth++] = 0;
        next[0] = code.successorCount(0);
        while (depth > 0) {
            int top = stack[depth - 1];
            if (next[top] == 0) {
                block[--place] = top;
                depth--;
                continue;
            }
            int successor = code.successor(top, --next[top]);
            if (next[successor] >= 0) continue;
            next[successor] = code.successorCount(successor);
            stack[depth++] = successor;
        }
        if (place > 0) throw new IllegalArgumentException(place + " of " + blocks + " blocks cannot be reached");
    }

    private void begin(VCode code) {
        this.code = code;
        blocks = code.blocks();
        if (block.length >= blocks) return;
        int size = Math.max(blocks, 2 * block.length);
        block = new int[size];
        base = new int[size + 1];
        predecessorStart = new int[size + 1];
        loopEnd = new int[size];
        loopHead = new int[size];
        outer = new int[size];
        loopsEnd = new int[size];
        index = new int[size];
        stack = new int[size];
        next = new int[size];
    }

    private void finish() {
        number();
        int depth = 0;
        for (int i = 0; i < blocks; i++) {
            while (depth > 0 && loopEnd[stack[depth - 1]] < i) depth--;
            int around = depth > 0 ? stack[depth - 1] : -1;
            if (loopEnd[i] >= 0) {
                outer[i] = around;
                stack[depth++] = around = i;
            }
            loopHead[i] = around;
        }
        for (int i = 0; i < blocks; ) {
            int end = Math.max(i, loopEnd[i]), from = i;
            for (; i <= end; i++) end = Math.max(end, loopEnd[i]);
            Arrays.fill(loopsEnd, from, end + 1, end);
        }
    }

    private void number() {
        int position = 0;
        for (int i = 0; i < blocks; i++) {
            int b = block[i];
            index[b] = i;
            base[i] = position;
            position += code.firstInst(b + 1) - code.firstInst(b);
            loopEnd[i] = -1;
        }
        base[blocks] = position;
        hasLoops = false;
        for (int i = 0; i < blocks; i++) {
            for (int k = 0, n = code.successorCount(block[i]); k < n; k++) {
                int head = index[code.successor(block[i], k)];
                if (head > i) continue;
                loopEnd[head] = i;
                hasLoops = true;
            }
        }
        findPredecessors();
    }

    private void findPredecessors() {
        int n = 0;
        for (int i = 0; i < blocks; i++) {
            int b = block[i], count = code.predecessorCount(b);
            predecessorStart[i] = n;
            if (n + count > predecessor.length) predecessor = Arrays.copyOf(predecessor, 2 * (n + count));
            for (int k = 0; k < count; k++) predecessor[n++] = index[code.predecessor(b, k)];
        }
        predecessorStart[blocks] = n;
    }

    /** The position of the last instruction of the loop that the block of this index heads. */
    int loopEndPosition(int head) {
        return base[loopEnd[head] + 1] - 1;
    }

    /** Of an instruction of the block. */
    int position(int index, int inst) {
        return base[index] + inst - code.firstInst(block[index]);
    }
}
