package dev.backbench.cranelift.opt;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Op;
import java.util.Arrays;

/** Hash-consing: the instructions that compute, by what they compute. Open addressing; a generation makes clearing constant time. */
final class NodeTable {
    /** Instructions, their hashes, and the generation a slot was written in. */
    private int[] slots = new int[256], hashes = new int[256], written = new int[256];
    private int generation = 1, size;

    void clear() {
        size = 0;
        if (++generation == 0) {
            Arrays.fill(written, 0);
            generation = 1;
        }
    }

    /** @return an instruction that computes the same, or -1; then {@code inst} is remembered */
    int findOrAdd(Function f, int inst) {
        if (2 * size >= slots.length) grow();
        int hash = hash(f, inst), mask = slots.length - 1, slot = hash & mask;
        for (; written[slot] == generation; slot = slot + 1 & mask) if (hashes[slot] == hash && same(f, slots[slot], inst)) return slots[slot];
        slots[slot] = inst;
        hashes[slot] = hash;
        written[slot] = generation;
        size++;
        return -1;
    }

    private static int hash(Function f, int inst) {
        long hash = f.op(inst).ordinal() + 31L * f.control(inst) + 961L * f.flags(inst);
        hash = (hash ^ f.immediate(inst)) * 0x9E37_79B9_7F4A_7C15L;
        hash = (hash ^ f.entity(inst)) * 0x9E37_79B9_7F4A_7C15L;
        int args = f.args(inst);
        for (int i = 0, n = f.pool.length(args); i < n; i++) hash = (hash ^ hash >>> 29 ^ f.pool.get(args, i)) * 0x9E37_79B9_7F4A_7C15L;
        return (int) (hash >>> 32);
    }

    private static boolean same(Function f, int a, int b) {
        if (f.op(a) != f.op(b) || f.control(a) != f.control(b) || f.flags(a) != f.flags(b) || f.immediate(a) != f.immediate(b) || f.entity(a) != f.entity(b)) return false;
        int x = f.args(a), y = f.args(b), n = f.pool.length(x);
        if (n != f.pool.length(y)) return false;
        for (int i = 0; i < n; i++) if (f.pool.get(x, i) != f.pool.get(y, i)) return false;
        return true;
    }

    private void grow() {
        int[] old = slots, oldHashes = hashes, oldWritten = written;
        slots = new int[2 * old.length];
        hashes = new int[slots.length];
        written = new int[slots.length];
        for (int i = 0; i < old.length; i++) {
            if (oldWritten[i] != generation) continue;
            int slot = oldHashes[i] & slots.length - 1;
            while (written[slot] == generation) slot = slot + 1 & slots.length - 1;
            slots[slot] = old[i];
            hashes[slot] = oldHashes[i];
            written[slot] = generation;
        }
    }

    /** Whether the instruction is all that its operands and fields say: nothing in lists of its own. */
    static boolean isComparable(Function f, int inst) {
        return f.extra(inst) == 0 && f.op(inst) != Op.SHUFFLE;
    }
}
