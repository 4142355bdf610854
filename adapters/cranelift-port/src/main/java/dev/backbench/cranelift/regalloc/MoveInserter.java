package dev.backbench.cranelift.regalloc;

import dev.backbench.cranelift.mach.VCode;
import java.util.Arrays;

/**
 * The end of splitting allocation: slots, and all moves in the order of emission. Values that need a slot get one from the begin of the block that defines them to the end of the last that they
 * live in; two values share one if one's blocks come behind the other's. On an edge moves bring what its target expects in registers from where it lies at the end of its source; they stand at
 * the end of the source, which has no other successor (where it has, the target begins as it ends and takes no parameters).
 */
final class MoveInserter {
    private static final int NONE = RegisterFile.NONE;

    private final Liveness live;
    private final RegisterFile file;
    private final BlockStates states;
    private final ParallelMove edge = new ParallelMove();
    private VCode code;
    private Allocation out;

    /** By value: the place that is its slot; the next in a list. By index of a block: values with slots defined there, slots free behind it. */
    private int[] slot = new int[256], nextValue = new int[256], values = new int[32], expiring = new int[32];
    private int[] freeSlots = new int[32], nextSlot = new int[32];
    private int free, cycleSlot, savedSlot;
    /** By value: the register at the end of an edge's source, at the begin of its target; NONE between two edges. */
    private int[] source = {}, target = {};

    MoveInserter(Liveness live, RegisterFile file, BlockStates states) {
        this.live = live;
        this.file = file;
        this.states = states;
    }

    /** @param inside moves around instructions by index of their blocks, which begin at {@code firstMove}; a slot is named by its value */
    void run(VCode code, int allocatable, Allocation out, MoveList inside, int[] firstMove) {
        this.code = code;
        this.out = out;
        reserve();
        giveSlots();
        cycleSlot = savedSlot = NONE;
        edge.reserve(code, allocatable, VCode.REGISTERS + out.slots());
        for (int block = 0; block < code.blocks(); block++) {
            int index = live.order.index[block];
            storeParameters(block, index);
            block(block, inside, firstMove[index], firstMove[index + 1]);
        }
    }

    private void reserve() {
        int n = code.vregs();
        if (slot.length < n || source.length == 0) {
            int size = Math.max(n, 2 * slot.length);
            slot = new int[size];
            nextValue = new int[size];
            source = new int[size];
            target = new int[size];
            Arrays.fill(source, NONE);
            Arrays.fill(target, NONE);
        }
        if (values.length < code.blocks()) {
            values = new int[Math.max(code.blocks(), 2 * values.length)];
            expiring = new int[values.length];
        }
    }

    // ---- slots ----

    private void giveSlots() {
        int blocks = code.blocks();
        Arrays.fill(values, 0, blocks, NONE);
        Arrays.fill(expiring, 0, blocks, NONE);
        for (int v = live.vregs - 1; v >= 0; v--) {
            if (!file.needsSlot[v]) continue;
            int index = live.defBlock[v], behind = live.defPosition[v] - live.order.base[index];
            if (behind >= 0) file.hasSlots[code.firstInst(live.order.block[index]) + behind] = true;
            nextValue[v] = values[index];
            values[index] = v;
        }
        free = 0;
        for (int index = 0; index < blocks; index++) {
            for (int v = values[index]; v >= 0; v = nextValue[v]) {
                if (free == 0) pushFree(out.newSlot());
                int place = freeSlots[--free], n = place - VCode.REGISTERS, last = live.lastBlock(v);
                slot[v] = place;
                nextSlot[n] = expiring[last];
                expiring[last] = n;
            }
            for (int n = expiring[index]; n >= 0; n = nextSlot[n]) pushFree(VCode.REGISTERS + n);
        }
    }

    private void pushFree(int place) {
        if (out.slots() > freeSlots.length) {
            freeSlots = Arrays.copyOf(freeSlots, 2 * out.slots());
            nextSlot = Arrays.copyOf(nextSlot, 2 * out.slots());
        }
        freeSlots[free++] = place;
    }

    private int place(int named) {
        if (named < VCode.REGISTERS) return named;
        if (named == ParallelMove.CYCLE) return cycleSlot < 0 ? cycleSlot = out.newSlot() : cycleSlot;
        if (named == ParallelMove.SAVED) return savedSlot < 0 ? savedSlot = out.newSlot() : savedSlot;
        return slot[named - VCode.REGISTERS];
    }

    // ---- blocks ----

    private void storeParameters(int block, int index) {
        if (code.parameterCount(block) == 0) return;
        for (int set = states.startMask[index]; set != 0; set &= set - 1) {
            int r = Integer.numberOfTrailingZeros(set), v = states.atStart(index, r);
            if (file.needsSlot[v] && isParameterOf(v, index)) out.addMove(2 * code.firstInst(block), r, slot[v]);
        }
    }

    private boolean isParameterOf(int vreg, int index) {
        return live.defBlock[vreg] == index && live.defPosition[vreg] < live.order.base[index];
    }

    private void block(int block, MoveList inside, int move, int end) {
        int last = code.firstInst(block + 1) - 1;
        for (int inst = code.firstInst(block); inst <= last; inst++) {
            for (; move < end && inside.point[move] == 2 * inst; move++) out.addMove(2 * inst, place(inside.from[move]), place(inside.to[move]));
            if (inst == last && code.successorCount(block) == 1) edge(block, code.successor(block, 0), 2 * inst);
            for (; move < end && inside.point[move] == 2 * inst + 1; move++) out.addMove(2 * inst + 1, place(inside.from[move]), place(inside.to[move]));
            if (!file.hasSlots[inst]) continue;
            for (int operand = code.firstOperand(inst), stop = code.firstOperand(inst + 1); operand < stop; operand++) {
                int place = out.place(operand), vreg = code.vreg(operand);
                if (Allocation.isSlot(place)) out.setPlace(operand, slot[place - VCode.REGISTERS]);
                else if (file.needsSlot[vreg] && code.isDef(operand)) out.addMove(2 * inst + 1, place, slot[vreg]);
            }
        }
    }

    private void edge(int block, int successor, int point) {
        int from = live.order.index[block], to = live.order.index[successor], begins = states.startMask[to];
        int parameters = code.parameterCount(successor);
        if (parameters == 0 && states.isLeftFor(from, to)) return;
        for (int set = states.endMask[from]; set != 0; set &= set - 1) {
            int r = Integer.numberOfTrailingZeros(set);
            source[states.atEnd(from, r)] = r;
        }
        edge.out.count = 0;
        edge.begin(states.endMask[from] | begins);
        for (int set = begins; set != 0; set &= set - 1) {
            int r = Integer.numberOfTrailingZeros(set), v = states.atStart(to, r);
            if (parameters > 0 && isParameterOf(v, to)) target[v] = r;
            else if (source[v] != r && isSomewhere(v)) edge.add(sourceOf(v), r);
        }
        for (int i = 0; i < parameters; i++) pass(code.argument(block, i), code.parameter(successor, i));
        edge.resolve(point, 0);
        for (int i = 0; i < edge.out.count; i++) {
            int a = edge.out.from[i], b = edge.out.to[i];
            out.addMove(point, a >= ParallelMove.CYCLE ? place(a) : a, b >= ParallelMove.CYCLE ? place(b) : b);
        }
        for (int set = states.endMask[from]; set != 0; set &= set - 1) source[states.atEnd(from, Integer.numberOfTrailingZeros(set))] = NONE;
        for (int set = begins; set != 0; set &= set - 1) target[states.atStart(to, Integer.numberOfTrailingZeros(set))] = NONE;
    }

    private void pass(int argument, int parameter) {
        if (!live.isUsed(parameter)) return;
        int to = target[parameter] >= 0 ? target[parameter] : slot[parameter], from = sourceOf(argument);
        if (from != to) edge.add(from, to);
    }

    /** Not so if liveness is not exact and the value was never made on the way here: then nobody reads it. */
    private boolean isSomewhere(int vreg) {
        return source[vreg] >= 0 || file.needsSlot[vreg] || live.rematerialize[vreg] >= 0;
    }

    private int sourceOf(int vreg) {
        if (source[vreg] >= 0) return source[vreg];
        return live.rematerialize[vreg] >= 0 && !file.needsSlot[vreg] ? ~live.rematerialize[vreg] : slot[vreg];
    }
}
