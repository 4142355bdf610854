package dev.backbench.cranelift.regalloc;

import dev.backbench.cranelift.mach.VCode;
import java.util.Arrays;

/**
 * For each virtual register where it is defined, its uses in order of position, after which of them it is dead, and the blocks at whose begin it lives as ranges of indices. An argument is a use
 * by the instruction that leaves the block. A value that only one block names costs nothing but its uses; the others are followed from their uses upwards through the predecessors, value by
 * value, which visits each pair of a value and a block it lives into once. Where that would be more than {@link #VISITS} a use on average, the rest of the values are taken to live from their
 * definition to the end of the outermost loop around their last use: longer than they do, even where they were never made, which costs registers and not correctness.
 *
 * <p>The queries move cursors: positions and indices asked for must not go down.
 */
final class Liveness {
    static final int VISITS = 64;
    private static final int SPARSE = 32;

    private final int mostVisits;

    final BlockOrder order = new BlockOrder();
    final Pressure pressure = new Pressure();
    private VCode code;
    int vregs;

    /** By value: index of the block and position of its definition, the instruction that computes it again (-1: none), the first of its uses. */
    int[] defBlock = new int[256], defPosition = new int[256], rematerialize = new int[256], useStart = new int[257];
    private int[] useCursor = new int[256], rangeCursor = new int[256], rangeEnd = new int[256];

    /** By instruction, whether it is plain: at most one definition, that first; a late definition in a register, early uses; nothing fixed, no clobbers. */
    boolean[] plain = new boolean[256];
    /** A bit for each combination of operand bits that a plain instruction may have. */
    private static final int PLAIN = 1 << (VCode.USE | VCode.EARLY | VCode.ANY) | 1 << (VCode.USE | VCode.EARLY | VCode.REG)
        | 1 << (VCode.DEF | VCode.LATE | VCode.REG) | 1 << (VCode.DEF | VCode.LATE | VCode.REUSE);

    /** By use: its position; index of its block, fixed register + 1 (6 bits) and whether the value is dead behind it (1 bit). */
    int[] usePosition = new int[512], useInfo = new int[512];
    private int uses;

    private int[] low = new int[64], high = new int[64];
    private int ranges;
    /** Pairs of a value and a block that were looked at: all of the work that is not a fixed number of steps for each use, block or instruction. */
    long visits;
    private int[] into = new int[32], outOf = new int[32], found = new int[32];

    // Positions at which registers are written or read by name.
    private final int[] fixedStart = new int[VCode.REGISTERS + 1], fixedCursor = new int[VCode.REGISTERS];
    private int[] fixedPosition = new int[64], clobberPosition = new int[64], clobberMask = new int[64];
    private int clobbers, clobberCursor;

    /** @param mostVisits a use, on average */
    Liveness(int mostVisits) {
        this.mostVisits = mostVisits;
    }

    void run(VCode code) {
        this.code = code;
        reserve();
        order.run(code);
        fill();
        live();
        System.arraycopy(useStart, 0, useCursor, 0, vregs);
        System.arraycopy(fixedStart, 0, fixedCursor, 0, VCode.REGISTERS);
        clobberCursor = 0;
    }

    private void reserve() {
        vregs = code.vregs();
        if (defBlock.length < vregs) {
            int size = Math.max(vregs, 2 * defBlock.length);
            defBlock = new int[size];
            defPosition = new int[size];
            rematerialize = new int[size];
            useStart = new int[size + 1];
            useCursor = new int[size];
            rangeCursor = new int[size];
            rangeEnd = new int[size];
        }
        if (plain.length < code.insts()) plain = new boolean[Math.max(code.insts(), 2 * plain.length)];
        if (into.length < code.blocks()) {
            int size = Math.max(code.blocks(), 2 * into.length);
            into = new int[size];
            outOf = new int[size];
            found = new int[size];
        }
        Arrays.fill(into, 0, code.blocks(), -1);
        Arrays.fill(outOf, 0, code.blocks(), -1);
    }

    // ---- definitions and uses ----

    private void define(int vreg, int index, int position) {
        defBlock[vreg] = index;
        defPosition[vreg] = position;
    }

    private void clobber(int position, int mask) {
        if (clobbers == clobberPosition.length) {
            clobberPosition = Arrays.copyOf(clobberPosition, 2 * clobbers);
            clobberMask = Arrays.copyOf(clobberMask, 2 * clobbers);
        }
        clobberPosition[clobbers] = position;
        clobberMask[clobbers++] = mask;
    }

    private void fill() {
        Arrays.fill(rematerialize, 0, vregs, -1);
        clobbers = uses = 0;
        for (int v = 0; v < vregs; v++) {
            useStart[v] = useCursor[v] = uses;
            uses += code.uses(v);
        }
        useStart[vregs] = uses;
        if (usePosition.length < uses) {
            usePosition = new int[Math.max(uses, 2 * usePosition.length)];
            useInfo = new int[usePosition.length];
        }
        for (int r = 0; r < VCode.REGISTERS; r++) {
            fixedCursor[r] = fixedStart[r];
            fixedStart[r + 1] = fixedStart[r] + code.fixedOperands(r);
        }
        if (fixedPosition.length < fixedStart[VCode.REGISTERS]) fixedPosition = new int[2 * fixedStart[VCode.REGISTERS]];
        for (int i = 0; i < order.blocks; i++) fillBlock(i, order.block[i]);
    }

    private void fillBlock(int index, int block) {
        int position = order.base[index];
        for (int k = 0, n = code.parameterCount(block); k < n; k++) define(code.parameter(block, k), index, position - 1);
        for (int inst = code.firstInst(block), end = code.firstInst(block + 1); inst < end; inst++, position++) {
            boolean simple = fillInst(index, inst, position);
            int clobbered = code.clobbers(inst);
            if (clobbered != 0) clobber(position, clobbered);
            plain[inst] = simple && clobbered == 0;
            if ((code.traits(inst) & VCode.REMATERIALIZABLE) != 0) rematerialize[code.vreg(code.firstOperand(inst))] = inst;
        }
        for (int k = 0, n = code.argumentCount(block); k < n; k++) use(code.argument(block, k), position - 1, index << 7);
    }

    /** @return whether its operands are those of a plain instruction */
    private boolean fillInst(int index, int inst, int position) {
        int first = code.firstOperand(inst), all = PLAIN;
        for (int operand = first, last = code.firstOperand(inst + 1); operand < last; operand++) {
            int fixed = 0, vreg = code.vreg(operand);
            all &= PLAIN >>> code.operandBits(operand);
            if (code.constraint(operand) == VCode.FIXED) {
                fixed = code.operandRegister(operand) + 1;
                fixedPosition[fixedCursor[fixed - 1]++] = position;
            }
            if (!code.isDef(operand)) use(vreg, position, index << 7 | fixed << 1);
            else {
                define(vreg, index, position);
                if (operand > first) all = 0;
            }
        }
        return (all & 1) != 0;
    }

    private void use(int vreg, int position, int info) {
        int use = useCursor[vreg]++;
        usePosition[use] = position;
        useInfo[use] = info;
    }

    // ---- where values live ----

    private void live() {
        ranges = 0;
        visits = 0;
        pressure.begin(order);
        for (int v = 0; v < vregs; v++) {
            rangeCursor[v] = ranges;
            int start = useStart[v], end = useStart[v + 1], home = defBlock[v];
            if (start < end) {
                pressure.define(code.registerClass(v), Math.max(defPosition[v], order.base[home]));
                if (useInfo[end - 1] >>> 7 == home) dies(v, end - 1);
                else if (visits >= mostVisits * (uses + 1000L)) extend(v);
                else follow(v, start, end, home);
            }
            rangeEnd[v] = ranges;
        }
        pressure.finish(order);
    }

    private void dies(int vreg, int use) {
        useInfo[use] |= 1;
        pressure.die(code.registerClass(vreg), usePosition[use]);
    }

    private void follow(int v, int start, int end, int home) {
        int[] into = this.into, outOf = this.outOf, found = this.found, useInfo = this.useInfo;
        int[] predecessorStart = order.predecessorStart, predecessor = order.predecessor;
        int n = 0;
        for (int k = start, last = home; k < end; k++) {
            int b = useInfo[k] >>> 7;
            if (b == last) continue; // uses are in order
            last = b;
            into[b] = v;
            found[n++] = b;
        }
        for (int i = 0; i < n; i++) {
            for (int k = predecessorStart[found[i]], stop = predecessorStart[found[i] + 1]; k < stop; k++) {
                int p = predecessor[k];
                outOf[p] = v;
                if (p == home || into[p] == v) continue;
                into[p] = v;
                found[n++] = p;
            }
        }
        visits += n;
        for (int k = start; k < end; k++) {
            int b = useInfo[k] >>> 7;
            if ((k + 1 == end || useInfo[k + 1] >>> 7 != b) && outOf[b] != v) dies(v, k);
        }
        sort(v, n);
        for (int i = 0; i < n; ) {
            int from = found[i];
            do i++; while (i < n && found[i] == found[i - 1] + 1);
            addRange(v, from, found[i - 1]);
        }
    }

    /** The blocks found: few by insertion, many that lie close by looking which are marked. */
    private void sort(int v, int n) {
        if (n <= 12) {
            for (int i = 1; i < n; i++) {
                int x = found[i], k = i;
                for (; k > 0 && found[k - 1] > x; k--) found[k] = found[k - 1];
                found[k] = x;
            }
            return;
        }
        int from = found[0], to = from;
        for (int i = 1; i < n; i++) {
            from = Math.min(from, found[i]);
            to = Math.max(to, found[i]);
        }
        if (to - from > SPARSE * n) {
            Arrays.sort(found, 0, n);
            return;
        }
        visits += to - from;
        for (int b = from, i = 0; b <= to; b++) if (into[b] == v) found[i++] = b;
    }

    private void extend(int v) {
        addRange(v, defBlock[v] + 1, Math.max(defBlock[v] + 1, order.loopsEnd[useInfo[useStart[v + 1] - 1] >>> 7]));
    }

    private void addRange(int vreg, int from, int to) {
        pressure.livesInto(code.registerClass(vreg), from, to);
        if (ranges == low.length) {
            low = Arrays.copyOf(low, 2 * ranges);
            high = Arrays.copyOf(high, 2 * ranges);
        }
        low[ranges] = from;
        high[ranges++] = to;
    }

    // ---- queries ----

    boolean isUsed(int vreg) {
        return useStart[vreg] < useStart[vreg + 1];
    }

    /** The first use at {@code position} or behind it; {@code useStart[vreg + 1]}: none. */
    int nextUse(int vreg, int position) {
        int use = useCursor[vreg], end = useStart[vreg + 1];
        while (use < end && usePosition[use] < position) use++;
        return useCursor[vreg] = use;
    }

    /** Whether the value, used by the instruction there, is dead behind it. */
    boolean diesAt(int vreg, int position) {
        int use = nextUse(vreg, position), end = useStart[vreg + 1];
        while (use + 1 < end && usePosition[use + 1] == position) use++;
        return (useInfo[use] & 1) != 0;
    }

    boolean livesInto(int vreg, int index) {
        int range = rangeCursor[vreg], end = rangeEnd[vreg];
        while (range < end && high[range] < index) range++;
        rangeCursor[vreg] = range;
        return range < end && low[range] <= index;
    }

    /** Index of the last block in which it lives. */
    int lastBlock(int vreg) {
        int last = useStart[vreg] < useStart[vreg + 1] ? useInfo[useStart[vreg + 1] - 1] >>> 7 : defBlock[vreg];
        int end = rangeEnd[vreg];
        return end > (vreg == 0 ? 0 : rangeEnd[vreg - 1]) ? Math.max(last, high[end - 1]) : last;
    }

    /** The position behind which the value is of no use, to the precision of a block where it lives around a loop. */
    int lastPosition(int vreg) {
        int last = usePosition[useStart[vreg + 1] - 1], block = lastBlock(vreg);
        return block > useInfo[useStart[vreg + 1] - 1] >>> 7 ? order.base[block + 1] : last;
    }

    /** Position of the first instruction with clobbers behind {@code position}. */
    int nextClobber(int position) {
        while (clobberCursor < clobbers && clobberPosition[clobberCursor] <= position) clobberCursor++;
        return clobberCursor < clobbers ? clobberPosition[clobberCursor] : Integer.MAX_VALUE;
    }

    /** Of the instruction that {@link #nextClobber} found. */
    int nextClobberMask() {
        return clobberMask[clobberCursor];
    }

    /** The first position behind {@code position} where the register is named or, as far as the next instruction with clobbers tells, clobbered. */
    int nextBlocked(int register, int position) {
        int fixed = nextFixed(register, position), clobber = nextClobber(position);
        return clobber < fixed && (clobberMask[clobberCursor] >>> register & 1) != 0 ? clobber : fixed;
    }

    /** The first position behind {@code position} where the register is named. */
    int nextFixed(int register, int position) {
        int k = fixedCursor[register], end = fixedStart[register + 1];
        while (k < end && fixedPosition[k] <= position) k++;
        fixedCursor[register] = k;
        return k < end ? fixedPosition[k] : Integer.MAX_VALUE;
    }
}
