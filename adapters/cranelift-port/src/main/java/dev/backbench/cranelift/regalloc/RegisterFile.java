package dev.backbench.cranelift.regalloc;

import dev.backbench.cranelift.mach.VCode;
import java.util.Arrays;

/**
 * What lies in which register at the position reached, and whom a register is given to and taken from. A value whose register is taken away from then on lies in memory, that is in a slot
 * written right behind its definition, or is computed again; so giving up a register costs nothing where it happens.
 */
final class RegisterFile {
    static final int NONE = -1;
    private static final int[] CLASS_MASK = {0x0000FFFF, 0xFFFF0000};
    /** Free without saving them in System V functions; among the others those used already come first. */
    private static final int CALLER_SAVED = 0xFFFF0FC7;
    /** So many loops around are looked at, from the inside. */
    private static final int LOOPS = 16;
    private static final int[] FREQUENCY = {1, 8, 64, 512, 4096};

    private final Liveness live;
    private VCode code;
    int allocatable;

    int occupied;
    final int[] occupant = new int[VCode.REGISTERS];
    /** By value: its register; the one it had before the instruction at hand, if {@code changedAt} is its position; whether it needs a slot. */
    private int[] register = new int[256], original = new int[256], changedAt = new int[256];
    boolean[] needsSlot = new boolean[256];
    /** By instruction, whether it has an operand in a slot or defines what is stored behind it. */
    boolean[] hasSlots = new boolean[256];
    /** Values that had to leave the registers somewhere, each once; by value whether it is among them. */
    int[] left = new int[64];
    int leftCount;
    private boolean[] hasLeft = new boolean[256];
    /** By value: the first of those that are passed on to each other, whose register it had better have; and by such the register. */
    private int[] family = new int[256], familyRegister = new int[256];

    /** Where the allocation is. */
    int position, index;
    private int savedInUse;

    RegisterFile(Liveness live) {
        this.live = live;
    }

    void begin(VCode code, int allocatable) {
        this.code = code;
        this.allocatable = allocatable;
        int n = code.vregs();
        if (register.length < n) {
            int size = Math.max(n, 2 * register.length);
            register = new int[size];
            original = new int[size];
            changedAt = new int[size];
            needsSlot = new boolean[size];
            hasLeft = new boolean[size];
            family = new int[size];
            familyRegister = new int[size];
        }
        if (hasSlots.length < code.insts()) hasSlots = new boolean[Math.max(code.insts(), 2 * hasSlots.length)];
        Arrays.fill(hasSlots, 0, code.insts(), false);
        Arrays.fill(register, 0, n, NONE);
        Arrays.fill(changedAt, 0, n, NONE);
        Arrays.fill(needsSlot, 0, n, false);
        Arrays.fill(hasLeft, 0, n, false);
        leftCount = 0;
        Arrays.fill(family, 0, n, NONE);
        Arrays.fill(familyRegister, 0, n, NONE);
        occupied = savedInUse = 0;
        for (int b = 0; b < code.blocks(); b++) if (code.argumentCount(b) > 0) relate(b);
    }

    private void relate(int block) {
        int successor = code.successor(block, 0);
        for (int i = 0, n = code.argumentCount(block); i < n; i++) {
            int argument = code.argument(block, i), parameter = code.parameter(successor, i);
            if (family[parameter] < 0) family[parameter] = parameter;
            if (family[argument] < 0) family[argument] = family[parameter];
        }
    }

    // ---- state ----

    int register(int vreg) {
        return register[vreg];
    }

    /** The register before the instruction at hand, NONE for memory. */
    int registerBefore(int vreg) {
        return changedAt[vreg] == position ? original[vreg] : register[vreg];
    }

    private void change(int vreg, int r) {
        if (changedAt[vreg] != position) {
            changedAt[vreg] = position;
            original[vreg] = register[vreg];
        }
        register[vreg] = r;
    }

    void bind(int vreg, int r) {
        change(vreg, r);
        place(vreg, r);
    }

    /** A value that had no place. */
    void define(int vreg, int r) {
        register[vreg] = r;
        place(vreg, r);
    }

    private void place(int vreg, int r) {
        occupant[r] = vreg;
        occupied |= 1 << r;
        savedInUse |= 1 << r & ~CALLER_SAVED;
        int f = family[vreg];
        if (f >= 0) familyRegister[f] = r;
    }

    /** At the begin of a block. */
    void inherit(int vreg, int r) {
        register[vreg] = r;
        occupant[r] = vreg;
        occupied |= 1 << r;
    }

    /** The value lies in no register from here on; it is dead, or the caller finds it another, or {@link #spill}s it. */
    void release(int vreg) {
        occupied &= ~(1 << register[vreg]);
        change(vreg, NONE);
    }

    /** The values in those registers are needed no more. */
    void releaseDead(int registers) {
        for (int set = registers; set != 0; set &= set - 1) register[occupant[Integer.numberOfTrailingZeros(set)]] = NONE;
        occupied &= ~registers;
    }

    /** From here on the value is taken from memory, or computed again. */
    void spill(int vreg) {
        if (live.rematerialize[vreg] < 0) needsSlot[vreg] = true;
        leave(vreg);
    }

    /** From here on the value is taken from a slot, even if it could be computed again. */
    void spillToSlot(int vreg) {
        needsSlot[vreg] = true;
        leave(vreg);
    }

    private void leave(int vreg) {
        if (hasLeft[vreg]) return;
        hasLeft[vreg] = true;
        if (leftCount == left.length) left = Arrays.copyOf(left, 2 * leftCount);
        left[leftCount++] = vreg;
    }

    void evict(int r) {
        int vreg = occupant[r];
        release(vreg);
        spill(vreg);
    }

    int registerClass(int vreg) {
        return code.registerClass(vreg);
    }

    int classMask(int vreg) {
        return allocatable & CLASS_MASK[code.registerClass(vreg)];
    }

    int classRegisters(int registerClass) {
        return allocatable & CLASS_MASK[registerClass];
    }

    int frequency(int index) {
        return FREQUENCY[Math.min(code.loopDepth(live.order.block[index]), FREQUENCY.length - 1)];
    }

    // ---- choice ----

    /** The register that the value and those it is passed on to had better have. */
    void prefer(int vreg, int r) {
        if (family[vreg] >= 0) familyRegister[family[vreg]] = r;
    }

    /** A register for {@code vreg} outside {@code blocked}; one is taken from another value only if {@code must}. NONE: there is none. */
    int choose(int vreg, int blocked, boolean must) {
        int all = classMask(vreg) & ~blocked, free = all & ~occupied;
        if (free != 0) return (free & free - 1) == 0 ? Integer.numberOfTrailingZeros(free) : chooseFree(vreg, free);
        if (!must || all == 0) return NONE;
        int victim = cheapest(all);
        evict(victim);
        return victim;
    }

    /** One that the value is wanted in, else one that nothing else needs as long as the value lives, else the one that is needed last. */
    private int chooseFree(int vreg, int free) {
        if (!live.isUsed(vreg)) return Integer.numberOfTrailingZeros((free & (CALLER_SAVED | savedInUse)) != 0 ? free & (CALLER_SAVED | savedInUse) : free);
        int use = live.nextUse(vreg, position + 1);
        if (use < live.useStart[vreg + 1]) {
            int fixed = (live.useInfo[use] >>> 1 & 63) - 1;
            if (fixed >= 0 && (free >>> fixed & 1) != 0 && live.nextBlocked(fixed, position) >= live.usePosition[use]) return fixed;
        }
        int end = live.lastPosition(vreg), hint = family[vreg] >= 0 ? familyRegister[family[vreg]] : NONE;
        if (hint >= 0 && (free >>> hint & 1) != 0 && live.nextBlocked(hint, position) >= end) return hint;
        int inUse = free & (CALLER_SAVED | savedInUse);
        for (int set = live.nextClobber(position) < end ? inUse & ~live.nextClobberMask() : inUse; set != 0; set &= set - 1) {
            int r = Integer.numberOfTrailingZeros(set);
            if (live.nextFixed(r, position) >= end) return r;
        }
        return inUse != free ? Integer.numberOfTrailingZeros(free & ~inUse) : freeLongest(inUse);
    }

    private int freeLongest(int free) {
        int best = NONE, bestUntil = -1;
        for (int set = free; set != 0; set &= set - 1) {
            int r = Integer.numberOfTrailingZeros(set), until = live.nextBlocked(r, position);
            if (until > bestUntil) {
                best = r;
                bestUntil = until;
            }
        }
        return best;
    }

    /** The register of {@code set}, all occupied, whose value costs least to have in memory for as long as the register is free then. */
    int cheapest(int set) {
        int best = Integer.numberOfTrailingZeros(set);
        float least = weight(occupant[best]);
        for (set &= set - 1; set != 0; set &= set - 1) {
            int r = Integer.numberOfTrailingZeros(set);
            float weight = weight(occupant[r]);
            if (weight < least) {
                least = weight;
                best = r;
            }
        }
        return best;
    }

    /** Executions of moves that memory costs the value, per instruction up to its next use. */
    float weight(int vreg) {
        return weight(vreg, live.nextUse(vreg, position));
    }

    /** The same from behind the instruction at hand. */
    float weightBehind(int vreg) {
        return weight(vreg, live.nextUse(vreg, position + 1));
    }

    /** A value used before in a loop around is used again when that comes round. */
    private float weight(int vreg, int use) {
        int start = live.useStart[vreg], end = live.useStart[vreg + 1];
        int at = use < end ? live.usePosition[use] : Integer.MAX_VALUE, where = use < end ? live.useInfo[use] >>> 7 : index;
        BlockOrder order = live.order;
        for (int head = order.loopHead[index], k = 0; head >= 0 && k < LOOPS; head = order.outer[head], k++) {
            int loopEnd = order.loopEndPosition(head);
            if (at <= loopEnd) break;
            if (use > start && live.usePosition[use - 1] >= order.base[head] && live.defPosition[vreg] < order.base[head]) {
                at = loopEnd + 1;
                where = index;
                break;
            }
        }
        return cost(vreg, where) / (float) ((long) at - position + 1);
    }

    /** Executions of moves if the value is in memory up to its use in the block {@code where}. */
    int cost(int vreg, int where) {
        if (live.rematerialize[vreg] >= 0) return frequency(where);
        return 2 * frequency(where) + (needsSlot[vreg] ? 0 : frequency(live.defBlock[vreg]));
    }

    int costNext(int vreg) {
        int use = live.nextUse(vreg, position + 1);
        return cost(vreg, use < live.useStart[vreg + 1] ? live.useInfo[use] >>> 7 : index);
    }
}
