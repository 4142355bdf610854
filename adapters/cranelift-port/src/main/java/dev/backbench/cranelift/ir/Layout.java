package dev.backbench.cranelift.ir;

import java.util.Arrays;

/** The order of blocks and of the instructions in them: doubly linked lists in int arrays, so that passes can insert and remove anywhere. */
public final class Layout {
    public static final int NONE = -1;

    private static final int NEXT = 0, PREVIOUS = 1, BLOCK = 2, SEQUENCE = 3, SHIFT = 2;
    /** By instruction; blocks are complemented, so that zero is none. */
    private int[] rows = new int[256 << SHIFT];
    private int[] first = new int[32], last = new int[32], nextBlock = new int[32], previousBlock = new int[32];
    private boolean[] inserted = new boolean[32];
    /** By block, whether its instructions are numbered in order; an insertion between others ends that until somebody asks. */
    private boolean[] numbered = new boolean[32];
    private int firstBlock = NONE, lastBlock = NONE;

    void reset(int blocks, int instructions) {
        Arrays.fill(inserted, 0, Math.min(blocks, inserted.length), false);
        Arrays.fill(rows, 0, Math.min(instructions << SHIFT, rows.length), 0);
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
        return rows[(inst << SHIFT) + NEXT];
    }

    public int previous(int inst) {
        return rows[(inst << SHIFT) + PREVIOUS];
    }

    /** The block an instruction is in, {@link #NONE} where in none. */
    public int block(int inst) {
        return inst << SHIFT < rows.length ? ~rows[(inst << SHIFT) + BLOCK] : NONE;
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
        for (int i = first[b]; i != NONE; i = next(i)) rows[(i << SHIFT) + BLOCK] = 0;
        inserted[b] = false;
        int before = previousBlock[b], after = nextBlock[b];
        if (before == NONE) firstBlock = after;
        else nextBlock[before] = after;
        if (after == NONE) lastBlock = before;
        else previousBlock[after] = before;
    }

    public void append(int inst, int b) {
        int at = inst << SHIFT, before = last[b];
        if (at >= rows.length) growInsts(inst + 1);
        int[] rows = this.rows;
        rows[at + NEXT] = NONE;
        rows[at + PREVIOUS] = before;
        rows[at + BLOCK] = ~b;
        last[b] = inst;
        if (before == NONE) {
            first[b] = inst;
            rows[at + SEQUENCE] = 0;
        } else {
            int older = before << SHIFT;
            rows[older + NEXT] = inst;
            rows[at + SEQUENCE] = rows[older + SEQUENCE] + 1;
        }
    }

    public void insertBefore(int inst, int at) {
        link(inst, previous(at), at, block(at));
    }

    private void link(int inst, int before, int after, int b) {
        if (inst << SHIFT >= rows.length) growInsts(inst + 1);
        rows[(inst << SHIFT) + BLOCK] = ~b;
        rows[(inst << SHIFT) + PREVIOUS] = before;
        rows[(inst << SHIFT) + NEXT] = after;
        if (before == NONE) first[b] = inst;
        else rows[(before << SHIFT) + NEXT] = inst;
        if (after == NONE) last[b] = inst;
        else rows[(after << SHIFT) + PREVIOUS] = inst;
        numbered[b] = false;
    }

    private void number(int b) {
        int number = 0;
        for (int i = first[b]; i != NONE; i = next(i)) rows[(i << SHIFT) + SEQUENCE] = number++;
        numbered[b] = true;
    }

    public void remove(int inst) {
        int before = previous(inst), after = next(inst), b = block(inst);
        if (before == NONE) first[b] = after;
        else rows[(before << SHIFT) + NEXT] = after;
        if (after == NONE) last[b] = before;
        else rows[(after << SHIFT) + PREVIOUS] = before;
        rows[(inst << SHIFT) + BLOCK] = 0;
    }

    /** Whether {@code a} comes before {@code b} of the same block. */
    public boolean before(int a, int b) {
        int at = block(a);
        if (!numbered[at]) number(at);
        return rows[(a << SHIFT) + SEQUENCE] < rows[(b << SHIFT) + SEQUENCE];
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
        rows = Arrays.copyOf(rows, Math.max(count << SHIFT, rows.length * 2));
    }
}
