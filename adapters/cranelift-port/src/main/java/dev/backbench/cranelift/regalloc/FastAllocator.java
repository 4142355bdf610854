package dev.backbench.cranelift.regalloc;

import dev.backbench.cranelift.mach.VCode;
import java.util.Arrays;

/**
 * Registers in one pass backwards over the instructions, for compile time. Between blocks every value lies in its stack slot; within a block a value is given a register at its last use and
 * keeps it up to its definition, unless an instruction in between needs the register: then it is reloaded behind that instruction and lies in its slot before.
 *
 * <p>Invariants. A slot is written once, right behind the definition (a parameter's on each edge), so it is valid wherever the value is, and nothing is stored when a register is given up.
 * At each point no two values lie in one register. Moves behind an instruction are in three steps: definitions to their slots, definitions to the registers they are wanted in (never one
 * that the instruction defines), reloads. Moves before an instruction go to registers in which no value lies. So no step can overwrite what it still has to read, and no scratch register is
 * kept out of {@code allocatable}.
 *
 * <p>Blocks may be in any order. The time is linear in operands and arguments; the only per-value state is a few ints.
 */
public final class FastAllocator implements Allocator {
    /** Preferred: free without saving them in System V functions. */
    private static final int CALLER_SAVED = 0xFFFF0FC7;
    private static final int[] CLASS_MASK = {0x0000FFFF, 0xFFFF0000};
    private static final int NONE = -1, ACROSS_BLOCKS = -2;

    private VCode code;
    private Allocation out;
    private int allocatable;

    // By value: the block that names it or ACROSS_BLOCKS, whether it is used at all, its slot, its register at the point reached.
    private int[] home = new int[256], slot = new int[256], register = new int[256];
    private boolean[] used = new boolean[256];

    // By register: the value in it, and the instruction that last named it.
    private final int[] occupant = new int[VCode.REGISTERS], touched = new int[VCode.REGISTERS];
    private int occupied;

    /** Slots of values that only one block names; every block begins with the first again. */
    private int[] localSlots = new int[16];
    private int localSlotCount, localSlotsUsed;

    // The instruction at hand. A set is an int, a bit for each register.
    private int inst, firstOperand, endOperand;
    /** Definitions placed, fixed ones at once; fixed ones and clobbers; taken by operands before and behind the writes; where definitions are wanted afterwards. */
    private int defined, written, early, late, wanted;
    private final int[] fixedUse = new int[VCode.REGISTERS];
    private int[] wantedIn = new int[16];

    private final MoveList all = new MoveList(), stores = new MoveList(), copies = new MoveList(), before = new MoveList();

    @Override
    public void run(VCode code, int allocatable, Allocation result) {
        this.code = code;
        this.allocatable = allocatable;
        out = result;
        out.reset(code.operands());
        all.count = 0;
        occupied = localSlotCount = 0;
        findHomes();
        for (int block = code.blocks() - 1; block >= 0; block--) block(block);
        for (int i = all.count - 1; i >= 0; i--) out.addMove(all.point[i], all.from[i], all.to[i]);
    }

    // ---- values ----

    private void findHomes() {
        int vregs = code.vregs();
        if (home.length < vregs) {
            int size = Math.max(vregs, 2 * home.length);
            home = new int[size];
            slot = new int[size];
            register = new int[size];
            used = new boolean[size];
        }
        Arrays.fill(home, 0, vregs, NONE);
        Arrays.fill(slot, 0, vregs, NONE);
        Arrays.fill(register, 0, vregs, NONE);
        Arrays.fill(used, 0, vregs, false);
        for (int block = 0; block < code.blocks(); block++) {
            for (int i = 0, n = code.parameterCount(block); i < n; i++) home[code.parameter(block, i)] = ACROSS_BLOCKS;
            int end = code.firstOperand(code.firstInst(block + 1));
            for (int operand = code.firstOperand(code.firstInst(block)); operand < end; operand++) name(code.vreg(operand), block, !code.isDef(operand));
            for (int i = 0, n = code.argumentCount(block); i < n; i++) name(code.argument(block, i), block, true);
        }
    }

    private void name(int vreg, int block, boolean use) {
        if (home[vreg] == NONE) home[vreg] = block;
        else if (home[vreg] != block) home[vreg] = ACROSS_BLOCKS;
        if (use) used[vreg] = true;
    }

    private boolean hasSlot(int vreg) {
        return slot[vreg] >= 0 || home[vreg] == ACROSS_BLOCKS && used[vreg];
    }

    private int slotOf(int vreg) {
        if (slot[vreg] < 0) slot[vreg] = home[vreg] == ACROSS_BLOCKS ? out.newSlot() : localSlot();
        return slot[vreg];
    }

    private int localSlot() {
        if (localSlotsUsed == localSlotCount) {
            if (localSlotCount == localSlots.length) localSlots = Arrays.copyOf(localSlots, 2 * localSlotCount);
            localSlots[localSlotCount++] = out.newSlot();
        }
        return localSlots[localSlotsUsed++];
    }

    // ---- blocks ----

    private void block(int block) {
        localSlotsUsed = 0;
        int first = code.firstInst(block), last = code.firstInst(block + 1) - 1;
        inst(last);
        if (code.argumentCount(block) > 0) passArguments(block, 2 * last);
        for (int i = last - 1; i >= first; i--) inst(i);
        for (int set = occupied; set != 0; set &= set - 1) {
            int r = Integer.numberOfTrailingZeros(set);
            all.add(2 * first, slotOf(occupant[r]), r);
            register[occupant[r]] = NONE;
        }
        occupied = 0;
    }

    /**
     * All arguments are read before the first parameter's slot is written: they lie in registers, as far as there are any (one of a class is left to copy through); the others are first
     * copied to slots of their own. Written here from the last move to the first.
     */
    private void passArguments(int block, int point) {
        int successor = code.successor(block, 0), n = code.argumentCount(block);
        copies.count = 0;
        for (int i = 0; i < n; i++) {
            int argument = code.argument(block, i), parameter = code.parameter(successor, i);
            if (argument == parameter || !used[parameter] || register[argument] >= 0) continue;
            int free = free(argument);
            if (Integer.bitCount(free) > 1) bind(argument, prefer(free));
            else copies.add(i, argument, localSlot());
        }
        for (int i = 0; i < copies.count; i++) {
            int parameter = code.parameter(successor, copies.point[i]);
            copyThrough(prefer(free(parameter)), point, copies.to[i], slotOf(parameter));
        }
        for (int i = 0; i < n; i++) {
            int argument = code.argument(block, i), parameter = code.parameter(successor, i);
            if (argument != parameter && used[parameter] && register[argument] >= 0) all.add(point, register[argument], slotOf(parameter));
        }
        for (int i = 0; i < copies.count; i++) copyThrough(prefer(free(copies.from[i])), point, slotOf(copies.from[i]), copies.to[i]);
    }

    private void copyThrough(int scratch, int point, int from, int to) {
        all.add(point, scratch, to);
        all.add(point, from, scratch);
    }

    // ---- registers ----

    private int free(int vreg) {
        return allocatable & CLASS_MASK[code.registerClass(vreg)] & ~occupied;
    }

    /** @param set not empty */
    private static int prefer(int set) {
        int cheap = set & CALLER_SAVED;
        return Integer.numberOfTrailingZeros(cheap != 0 ? cheap : set);
    }

    private void bind(int vreg, int r) {
        register[vreg] = r;
        occupant[r] = vreg;
        touched[r] = inst;
        occupied |= 1 << r;
    }

    private IllegalStateException noRegister(int vreg) {
        return new IllegalStateException("inst" + inst + ": its own operands leave no register for v" + vreg + "; lowering must ask for less");
    }

    /** The value in {@code r} lies in its slot before the instruction and is loaded again behind it. */
    private void evict(int r) {
        int vreg = occupant[r];
        all.add(2 * inst + 1, slotOf(vreg), r);
        register[vreg] = NONE;
        occupied &= ~(1 << r);
    }

    /** A register for {@code vreg} outside {@code blocked}, one that is taken only if there must be one; -1 for none. */
    private int pick(int vreg, int blocked, int hint, boolean must) {
        int free = free(vreg) & ~blocked;
        if (hint >= 0 && hint < VCode.REGISTERS && (free >>> hint & 1) != 0) return hint;
        if (free != 0) return prefer(free);
        if (!must) return NONE;
        int taken = allocatable & CLASS_MASK[code.registerClass(vreg)] & ~blocked & occupied;
        if (taken == 0) return NONE;
        int best = Integer.numberOfTrailingZeros(taken);
        for (int set = taken & taken - 1; set != 0; set &= set - 1) {
            int r = Integer.numberOfTrailingZeros(set);
            if (touched[r] > touched[best]) best = r;
        }
        evict(best);
        return best;
    }

    // ---- one instruction, from behind it to before it ----

    private void inst(int inst) {
        this.inst = inst;
        firstOperand = code.firstOperand(inst);
        endOperand = code.firstOperand(inst + 1);
        stores.count = copies.count = before.count = 0;
        defined = early = late = wanted = 0;
        unbindDefinitions();
        collectFixed();
        written = defined | code.clobbers(inst);
        evictFromFixed();
        placeFixedDefinitions();
        placeDefinitions(false);
        placeLateUses();
        placeFixedUses();
        placeUses(false);
        placeDefinitions(true);
        placeUses(true);
        all.addAll(copies);
        all.addAll(stores);
        loadFixedUses();
    }

    private void unbindDefinitions() {
        if (wantedIn.length < endOperand - firstOperand) wantedIn = new int[2 * (endOperand - firstOperand)];
        for (int operand = firstOperand; operand < endOperand; operand++) {
            out.setPlace(operand, NONE);
            if (!code.isDef(operand)) continue;
            int r = register[code.vreg(operand)];
            wantedIn[operand - firstOperand] = r;
            if (r < 0) continue;
            occupied &= ~(1 << r);
            wanted |= 1 << r;
            register[code.vreg(operand)] = NONE;
        }
    }

    private void collectFixed() {
        for (int operand = firstOperand; operand < endOperand; operand++) {
            boolean def = code.isDef(operand);
            int r = fixedRegister(operand);
            if (r < 0) continue;
            if (def) defined |= 1 << r;
            else fixedUse[r] = code.vreg(operand);
            if (!def || isEarly(operand)) early |= 1 << r;
            if (!def && code.isLate(operand)) late |= 1 << r;
        }
    }

    /** Of a definition; one that reuses is late whatever it says. */
    private boolean isEarly(int operand) {
        return !code.isLate(operand) && code.constraint(operand) != VCode.REUSE;
    }

    /** The register that the constraint names, also through a fixed use that a definition reuses, or -1. */
    private int fixedRegister(int operand) {
        int constraint = code.constraint(operand);
        if (constraint == VCode.REUSE) {
            operand = firstOperand + code.operandRegister(operand);
            constraint = code.constraint(operand);
        }
        return constraint == VCode.FIXED ? code.operandRegister(operand) : NONE;
    }

    private void evictFromFixed() {
        for (int set = occupied & (written | early); set != 0; set &= set - 1) {
            int r = Integer.numberOfTrailingZeros(set);
            boolean keeps = (written >>> r & 1) == 0 && fixedUse[r] == occupant[r];
            if (!keeps) evict(r);
        }
    }

    private void placeFixedDefinitions() {
        if (defined == 0) return;
        for (int operand = firstOperand; operand < endOperand; operand++) {
            int r = code.isDef(operand) ? fixedRegister(operand) : NONE;
            if (r >= 0) define(operand, r);
        }
    }

    /** Where the register of one definition is wanted for another, a copy could overwrite what is still to be saved: then the way leads through the slot. */
    private void define(int operand, int place) {
        int vreg = code.vreg(operand), want = wantedIn[operand - firstOperand];
        out.setPlace(operand, place);
        if (want >= 0 && want != place) {
            if ((defined >>> want & 1) == 0 && (wanted >>> place & 1) == 0) copies.add(2 * inst + 1, place, want);
            else all.add(2 * inst + 1, slotOf(vreg), want);
        }
        if (hasSlot(vreg)) stores.add(2 * inst + 1, place, slotOf(vreg));
    }

    /** @param any whether those of constraint ANY, which come behind whatever needs a register, or all others that are not fixed */
    private void placeDefinitions(boolean any) {
        for (int operand = firstOperand; operand < endOperand; operand++) {
            if (code.isDef(operand) && out.place(operand) < 0 && (code.constraint(operand) == VCode.ANY) == any) placeDefinition(operand, any);
        }
    }

    private void placeDefinition(int operand, boolean any) {
        int vreg = code.vreg(operand), constraint = code.constraint(operand), want = wantedIn[operand - firstOperand];
        boolean both = constraint == VCode.REUSE || isEarly(operand);
        int blocked = written | late | (both ? early : 0), r = want;
        if (want < 0 || (blocked >>> want & 1) != 0) r = any && hasSlot(vreg) ? NONE : pick(vreg, blocked | wanted, NONE, !any);
        if (r < 0 && !any) r = pick(vreg, blocked, NONE, true);
        if (r < 0 && !any) throw noRegister(vreg);
        if (r < 0) {
            out.setPlace(operand, slotOf(vreg));
            if (want >= 0) all.add(2 * inst + 1, slotOf(vreg), want);
            return;
        }
        late |= 1 << r;
        if (both) early |= 1 << r;
        define(operand, r);
        defined |= 1 << r;
        if (constraint == VCode.REUSE) out.setPlace(firstOperand + code.operandRegister(operand), r);
    }

    private void placeLateUses() {
        for (int operand = firstOperand; operand < endOperand; operand++) {
            if (!code.isDef(operand) && code.isLate(operand) && code.constraint(operand) == VCode.FIXED) useFixed(operand);
        }
        for (int operand = firstOperand; operand < endOperand; operand++) {
            if (!code.isDef(operand) && code.isLate(operand) && code.constraint(operand) == VCode.REG) use(operand, NONE, true);
        }
    }

    private void placeFixedUses() {
        for (int operand = firstOperand; operand < endOperand; operand++) {
            if (!code.isDef(operand) && !code.isLate(operand) && code.constraint(operand) == VCode.FIXED) useFixed(operand);
            else if (code.constraint(operand) == VCode.REUSE && fixedRegister(operand) < 0) {
                int use = firstOperand + code.operandRegister(operand);
                useIn(code.vreg(use), out.place(use));
            }
        }
    }

    private void useFixed(int operand) {
        int r = code.operandRegister(operand);
        out.setPlace(operand, r);
        useIn(code.vreg(operand), r);
    }

    /** No value lies in {@code r} before the instruction, but perhaps {@code vreg}. */
    private void useIn(int vreg, int r) {
        int now = register[vreg];
        if (now == r) touched[r] = inst;
        else if (now >= 0 || (allocatable >>> r & 1) == 0) before.add(2 * inst, vreg, r);
        else bind(vreg, r);
    }

    /** From where the values lie when all uses are placed: a register that a value was found in may have been given away meanwhile. */
    private void loadFixedUses() {
        for (int i = 0; i < before.count; i++) {
            int vreg = before.from[i];
            all.add(2 * inst, register[vreg] >= 0 ? register[vreg] : slotOf(vreg), before.to[i]);
        }
    }

    /** @param any whether those of constraint ANY, or those in registers of their choice */
    private void placeUses(boolean any) {
        boolean copies = (code.traits(inst) & VCode.MOVE) != 0;
        int hint = copies ? Math.max(out.place(firstOperand), wantedIn[0]) : NONE;
        for (int operand = firstOperand; operand < endOperand; operand++) {
            if (out.place(operand) >= 0 || code.isDef(operand)) continue;
            boolean must = code.constraint(operand) != VCode.ANY || copies && Allocation.isSlot(hint);
            if (any || must) use(operand, hint, must);
        }
    }

    private void use(int operand, int hint, boolean must) {
        int vreg = code.vreg(operand), r = register[vreg];
        if (r < 0 && (must || !hasSlot(vreg))) {
            r = pick(vreg, code.isLate(operand) ? written | late | early : early, hint, must);
            if (r < 0 && must) throw noRegister(vreg);
            if (r >= 0) bind(vreg, r);
        }
        boolean lost = r >= 0 && code.isLate(operand) && ((written | defined) >>> r & 1) != 0;
        if (r < 0 || lost) {
            out.setPlace(operand, slotOf(vreg));
            return;
        }
        touched[r] = inst;
        early |= 1 << r;
        if (code.isLate(operand)) late |= 1 << r;
        out.setPlace(operand, r);
    }
}
