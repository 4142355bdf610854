package dev.backbench.cranelift.regalloc;

import dev.backbench.cranelift.mach.VCode;
import java.util.Arrays;

/**
 * The good allocator: one pass forwards over the blocks that gives registers and takes them away again, looking ahead at where values are used next, in the manner of Traub, Holloway and Smith
 * (Quality and Speed in Linear-scan Register Allocation, 1998) and of Braun and Hack (Register Spilling and Live-Range Splitting for SSA-Form Programs, 2009). A value may be in several
 * registers one after another and in memory in between; {@link Liveness} says what lives where, {@link RegisterFile} chooses, {@link InstAllocator} serves the instructions, {@link MoveInserter}
 * writes the moves down and gives out the slots.
 *
 * <p>A block begins as one of its predecessors ends; on the edges from the others moves make it so. A loop begins with what it uses in registers that its calls leave alone, as far as there are
 * any, so that what does not fit is moved outside of it.
 *
 * <p>Invariants. A value's slot is written once, where the value is defined (a parameter's at the begin of its block, or on the edges), so it is valid wherever the value lives. A value that
 * lives and lies in no register was {@linkplain RegisterFile#spill spilled}. Blocks come behind those that dominate them.
 */
public final class SplittingAllocator implements Allocator {
    private static final int NONE = RegisterFile.NONE;
    /** Of so many predecessors it is looked whether they leave a value in a register too. */
    private static final int PREDECESSORS = 4;

    private final Liveness live;
    private final RegisterFile file;
    private final ParallelMove moves = new ParallelMove();
    private final InstAllocator insts;
    private final LoopEntry loops;
    private final BlockStates states = new BlockStates();
    private final MoveInserter inserter;
    private VCode code;
    /** By value, the register at the end of the predecessor at hand; NONE between two uses. */
    private int[] left = new int[256];
    private int[] firstMove = new int[33];

    public SplittingAllocator() {
        this(Liveness.VISITS);
    }

    /** @param mostVisits of blocks a use, on average, beyond which liveness is no longer exact */
    SplittingAllocator(int mostVisits) {
        live = new Liveness(mostVisits);
        file = new RegisterFile(live);
        insts = new InstAllocator(live, file, moves);
        loops = new LoopEntry(live, file);
        inserter = new MoveInserter(live, file, states);
    }

    @Override
    public void run(VCode code, int allocatable, Allocation result) {
        this.code = code;
        result.reset(code.operands());
        live.run(code);
        file.begin(code, allocatable);
        insts.begin(code, result);
        int blocks = code.blocks();
        states.reserve(blocks);
        moves.reserve(code, allocatable, VCode.REGISTERS + code.vregs());
        if (left.length < code.vregs()) {
            left = new int[Math.max(code.vregs(), 2 * left.length)];
            Arrays.fill(left, NONE);
        } else if (left[0] == 0) Arrays.fill(left, NONE);
        if (firstMove.length <= blocks) firstMove = new int[Math.max(blocks + 1, 2 * firstMove.length)];
        for (int index = 0; index < blocks; index++) block(index);
        firstMove[blocks] = moves.out.count;
        inserter.run(code, allocatable, result, moves.out, firstMove);
    }

    /** Steps of the last run that no other bound than a cap keeps linear. */
    long visits() {
        return live.visits;
    }

    private void block(int index) {
        int block = live.order.block[index], position = live.order.base[index];
        file.index = index;
        file.position = position - 1;
        if (index > 0) enter(index, block);
        if (index > 0 && code.successorCount(live.order.block[live.order.predecessor[live.order.predecessorStart[index]]]) == 1) states.saveStart(index, file);
        firstMove[index] = moves.out.count;
        for (int inst = code.firstInst(block), end = code.firstInst(block + 1); inst < end; inst++) insts.run(inst, position++);
        states.saveEnd(index, file);
    }

    // ---- what lies where at the begin of a block ----

    private void enter(int index, int block) {
        int from = mainPredecessor(index), mask = states.endMask[from];
        inherit(index, from, mask);
        if (code.predecessorCount(block) > 1) {
            if (live.order.loopEnd[index] >= 0) loops.makeRoom(index);
            else dropMissing(index, from);
        }
        if (code.parameterCount(block) > 0) enterParameters(block, live.order.block[from], from, mask);
        if (live.order.loopEnd[index] >= 0) loops.bringIn(index);
    }

    /** The block before has left its registers as they are. */
    private void inherit(int index, int from, int mask) {
        int gone = file.occupied;
        if (from == index - 1) {
            for (int set = gone; set != 0; set &= set - 1) {
                int r = Integer.numberOfTrailingZeros(set);
                if (live.livesInto(file.occupant[r], index)) gone &= ~(1 << r);
            }
        }
        file.releaseDead(gone);
        if (from == index - 1) return;
        for (int set = mask; set != 0; set &= set - 1) {
            int r = Integer.numberOfTrailingZeros(set), vreg = states.atEnd(from, r);
            if (live.livesInto(vreg, index)) file.inherit(vreg, r);
        }
    }

    private void enterParameters(int block, int source, int from, int mask) {
        for (int set = mask; set != 0; set &= set - 1) {
            int r = Integer.numberOfTrailingZeros(set);
            left[states.atEnd(from, r)] = r;
        }
        for (int i = 0, n = code.parameterCount(block); i < n; i++) {
            int parameter = code.parameter(block, i);
            if (live.isUsed(parameter)) enterParameter(parameter, left[code.argument(source, i)]);
        }
        for (int set = mask; set != 0; set &= set - 1) left[states.atEnd(from, Integer.numberOfTrailingZeros(set))] = NONE;
    }

    /** The one of those allocated that is left most often; the last of several. */
    private int mainPredecessor(int index) {
        int best = NONE, most = -1;
        int[] predecessor = live.order.predecessor;
        for (int i = live.order.predecessorStart[index], end = live.order.predecessorStart[index + 1]; i < end; i++) {
            int p = predecessor[i];
            if (p >= index) continue;
            int frequency = file.frequency(p);
            if (frequency > most || frequency == most && p > best) {
                best = p;
                most = frequency;
            }
        }
        return best;
    }

    /** A value that another predecessor leaves in memory alone, and that the block itself does not use, stays there. */
    private void dropMissing(int index, int from) {
        int first = live.order.predecessorStart[index], end = Math.min(first + PREDECESSORS, live.order.predecessorStart[index + 1]);
        for (int set = file.occupied; set != 0; set &= set - 1) {
            int r = Integer.numberOfTrailingZeros(set), vreg = file.occupant[r], use = live.nextUse(vreg, file.position);
            if (use < live.useStart[vreg + 1] && live.useInfo[use] >>> 7 == index) continue;
            for (int i = first; i < end; i++) {
                int p = live.order.predecessor[i];
                if (p < index && p != from && !isAtEnd(p, r, vreg)) {
                    file.release(vreg);
                    file.spill(vreg);
                    break;
                }
            }
        }
    }

    /** @param likely in which register first to look */
    private boolean isAtEnd(int index, int likely, int vreg) {
        if ((states.endMask[index] >>> likely & 1) != 0 && states.atEnd(index, likely) == vreg) return true;
        for (int set = states.endMask[index]; set != 0; set &= set - 1) if (states.atEnd(index, Integer.numberOfTrailingZeros(set)) == vreg) return true;
        return false;
    }

    /** @param hint where the argument lies, or NONE */
    private void enterParameter(int parameter, int hint) {
        if (hint >= 0) file.prefer(parameter, hint);
        int r = file.choose(parameter, 0, false);
        if (r < 0) {
            int victim = file.cheapest(file.classMask(parameter));
            if (file.weight(file.occupant[victim]) >= file.weight(parameter)) {
                file.spillToSlot(parameter);
                return;
            }
            file.evict(victim);
            r = victim;
        }
        file.bind(parameter, r);
    }
}
