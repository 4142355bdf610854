package dev.backbench.cranelift.ir;

import java.util.Arrays;

/** The order of blocks and of the instructions in them: doubly linked lists in int arrays, so that passes can insert and remove anywhere. */
public final class Layout {
    public static final int NONE = -1;

    private int[] next = new int[256], previous = new int[256], block = new int[256], sequence = new int[256];
    private int[] first = new int[32], last = new int[32], nextBlock = new int[32], previousBlock = new int[32];
    private boolean[] inserted = new boolean[32];
    /** By block, whether its instructions are numbered in order; an insertion between others ends that until somebody asks. */
    private boolean[] numbered = new boolean[32];
    private int firstBlock = NONE, lastBlock = NONE;

    void reset(int blocks, int instructions) {
        Arrays.fill(inserted, 0, Math.min(blocks, inserted.length), false);
        Arrays.fill(block, 0, Math.min(instructions, block.length), NONE);
        firstBlock = lastBlock = NONE;
    }

    public int entry() {
        return firstBlock;
    }

    public int nextBlock(int b) {
        return nextBlock[b];
    }

    public boolean has(int b) {
        return b >= 0 && b < inserted.length && inserted[b];
    }

    public int first(int b) {
        return first[b];
    }

    public int last(int b) {
        return last[b];
    }

    public int next(int inst) {
        return next[inst];
    }

    public int previous(int inst) {
        return previous[inst];
    }

    /** The block an instruction is in, {@link #NONE} where in none. */
    public int block(int inst) {
        return inst < block.length ? block[inst] : NONE;
    }

    public void appendBlock(int b) {
        growBlocks(b + 1);
        inserted[b] = numbered[b] = true;
        first[b] = last[b] = NONE;
        nextBlock[b] = NONE;
        previousBlock[b] = lastBlock;
        if (lastBlock == NONE) firstBlock = b;
        else nextBlock[lastBlock] = b;
        lastBlock = b;
    }

    public void insertBlockAfter(int b, int before) {
        growBlocks(b + 1);
        inserted[b] = numbered[b] = true;
        first[b] = last[b] = NONE;
        int after = nextBlock[before];
        previousBlock[b] = before;
        nextBlock[b] = after;
        nextBlock[before] = b;
        if (after == NONE) lastBlock = b;
        else previousBlock[after] = b;
    }

    /** With its instructions. */
    public void removeBlock(int b) {
        for (int i = first[b]; i != NONE; i = next[i]) block[i] = NONE;
        inserted[b] = false;
        int before = previousBlock[b], after = nextBlock[b];
        if (before == NONE) firstBlock = after;
        else nextBlock[before] = after;
        if (after == NONE) lastBlock = before;
        else previousBlock[after] = before;
    }

    public void append(int inst, int b) {
        if (inst >= next.length) growInsts(inst + 1);
        int before = last[b];
        block[inst] = b;
        previous[inst] = before;
        next[inst] = NONE;
        last[b] = inst;
        if (before == NONE) {
            first[b] = inst;
            sequence[inst] = 0;
        } else {
            next[before] = inst;
            sequence[inst] = sequence[before] + 1;
        }
    }

    public void insertBefore(int inst, int at) {
        link(inst, previous[at], at, block[at]);
    }

    private void link(int inst, int before, int after, int b) {
        growInsts(inst + 1);
        block[inst] = b;
        previous[inst] = before;
        next[inst] = after;
        if (before == NONE) first[b] = inst;
        else next[before] = inst;
        if (after == NONE) last[b] = inst;
        else previous[after] = inst;
        numbered[b] = false;
    }

    private void number(int b) {
        int number = 0;
        for (int i = first[b]; i != NONE; i = next[i]) sequence[i] = number++;
        numbered[b] = true;
    }

    public void remove(int inst) {
        int before = previous[inst], after = next[inst], b = block[inst];
        if (before == NONE) first[b] = after;
        else next[before] = after;
        if (after == NONE) last[b] = before;
        else previous[after] = before;
        block[inst] = NONE;
    }

    /** Whether {@code a} comes before {@code b} of the same block. */
    public boolean before(int a, int b) {
        if (!numbered[block[a]]) number(block[a]);
        return sequence[a] < sequence[b];
    }

    private void growBlocks(int count) {
        if (count <= first.length) return;
        int size = Math.max(count, first.length * 2);
        first = Arrays.copyOf(first, size);
        last = Arrays.copyOf(last, size);
        nextBlock = Arrays.copyOf(nextBlock, size);
        previousBlock = Arrays.copyOf(previousBlock, size);
        inserted = Arrays.copyOf(inserted, size);
        numbered = Arrays.copyOf(numbered, size);
    }

    private void growInsts(int count) {
        if (count <= next.length) return;
        int old = block.length, size = Math.max(count, old * 2);
        next = Arrays.copyOf(next, size);
        previous = Arrays.copyOf(previous, size);
        sequence = Arrays.copyOf(sequence, size);
        block = Arrays.copyOf(block, size);
        Arrays.fill(block, old, size, NONE);
    }
}
