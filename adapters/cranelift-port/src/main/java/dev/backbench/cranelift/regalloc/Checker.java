package dev.backbench.cranelift.regalloc;

import dev.backbench.cranelift.mach.VCode;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Whether an {@link Allocation} is right for its {@link VCode}, by abstract interpretation over the blocks; it knows the contract and nothing of how the allocation was made. The state at a
 * point is for each place the set of virtual registers whose value it holds for certain: where ways meet the intersection, so that the iteration ends. A definition puts its value into its
 * place and makes every older copy worthless; so does a parameter on an edge, whose value is wherever the argument's is.
 *
 * <p>For tests and fuzzing: time and memory are blocks times places.
 */
public final class Checker {
    private static final int[] NOTHING = {};

    private final VCode code;
    private final int allocatable;
    private final Allocation allocation;
    private final int places;
    private final int[] firstMove;
    /** What each place holds at the begin of each block, sorted; null: not reached yet. */
    private final int[][][] entry;
    private final ArrayDeque<Integer> work = new ArrayDeque<>();
    private int[][] now;
    private boolean report;
    private String error;

    private Checker(VCode code, int allocatable, Allocation allocation) {
        this.code = code;
        this.allocatable = allocatable;
        this.allocation = allocation;
        places = VCode.REGISTERS + allocation.slots();
        entry = new int[code.blocks()][][];
        firstMove = new int[code.insts() + 1];
    }

    /** @return what is wrong first and where, or null */
    public static String check(VCode code, int allocatable, Allocation allocation) {
        return new Checker(code, allocatable, allocation).run();
    }

    private String run() {
        for (int block = 0; block < code.blocks() && error == null; block++) shapes(block);
        if (error == null) moveShapes();
        if (error != null) return error;
        entry[0] = new int[places][];
        Arrays.fill(entry[0], NOTHING);
        work.add(0);
        while (!work.isEmpty()) block(work.remove());
        report = true;
        for (int block = 0; block < code.blocks() && error == null; block++) if (entry[block] != null) block(block);
        return error;
    }

    private void fail(int inst, String what) {
        if (error == null) error = "inst" + inst + ": " + what;
    }

    // ---- constraints, without values ----

    private void shapes(int block) {
        for (int inst = code.firstInst(block); inst < code.firstInst(block + 1); inst++) {
            for (int operand = code.firstOperand(inst); operand < code.firstOperand(inst + 1); operand++) {
                constraint(inst, operand);
                for (int other = code.firstOperand(inst); other < operand; other++) overlap(inst, other, operand);
            }
        }
    }

    private void constraint(int inst, int operand) {
        int place = allocation.place(operand), vreg = code.vreg(operand), constraint = code.constraint(operand);
        String what = "operand " + (operand - code.firstOperand(inst)) + " (v" + vreg + ") in " + name(place);
        if (place < 0 || place >= places) fail(inst, what + ", no place");
        else if (Allocation.isSlot(place)) {
            if (constraint != VCode.ANY) fail(inst, what + " needs a register");
            return;
        }
        if (place >> 4 != code.registerClass(vreg)) fail(inst, what + " of the other class");
        int fixed = fixedRegister(inst, operand);
        if (fixed >= 0 && place != fixed) fail(inst, what + " needs " + name(fixed));
        if (fixed < 0 && (allocatable >>> place & 1) == 0) fail(inst, what + " that may not be allocated");
        if (constraint == VCode.REUSE && place != allocation.place(code.firstOperand(inst) + code.operandRegister(operand))) fail(inst, what + " is not where the operand it reuses is");
        boolean late = code.isDef(operand) || code.isLate(operand);
        if (late && fixed < 0 && (code.clobbers(inst) >>> place & 1) != 0) fail(inst, what + " is clobbered");
    }

    private int fixedRegister(int inst, int operand) {
        if (code.constraint(operand) == VCode.REUSE) operand = code.firstOperand(inst) + code.operandRegister(operand);
        return code.constraint(operand) == VCode.FIXED ? code.operandRegister(operand) : -1;
    }

    /** Two operands in one place: both uses of one value or of two that are equal, or a late definition over an early use. */
    private void overlap(int inst, int a, int b) {
        if (allocation.place(a) != allocation.place(b) || !code.isDef(a) && !code.isDef(b)) return;
        int def = code.isDef(a) ? a : b, other = def == a ? b : a;
        boolean early = !code.isLate(def) && code.constraint(def) != VCode.REUSE;
        if (code.isDef(other) || code.isLate(other) || early) {
            fail(inst, "operands " + (a - code.firstOperand(inst)) + " and " + (b - code.firstOperand(inst)) + " share " + name(allocation.place(a)));
        }
    }

    private void moveShapes() {
        int move = 0;
        for (int inst = 0; inst < code.insts(); inst++) {
            firstMove[inst] = move;
            for (; move < allocation.moves() && allocation.movePoint(move) >> 1 == inst; move++) {
                moveShape(inst, move);
                if (move > 0 && allocation.movePoint(move - 1) > allocation.movePoint(move)) fail(inst, "moves are not sorted");
            }
        }
        firstMove[code.insts()] = move;
        if (move < allocation.moves()) fail(allocation.movePoint(move) >> 1, "a move out of order");
        for (int block = 0; block < code.blocks(); block++) {
            int last = code.firstInst(block + 1) - 1, end = firstMove[last + 1];
            if (end > 0 && allocation.movePoint(end - 1) == 2 * last + 1) fail(last, "a move behind the end of block" + block);
        }
    }

    private void moveShape(int inst, int move) {
        int from = allocation.moveFrom(move), to = allocation.moveTo(move);
        String what = "move " + name(from) + " to " + name(to);
        if (to < 0 || to >= places || from >= places) fail(inst, what + ": no such place");
        else if (from < 0) {
            if (Allocation.isSlot(to) || (code.traits(~from) & VCode.REMATERIALIZABLE) == 0) fail(inst, what + ": cannot be computed there");
        } else {
            if (Allocation.isSlot(from) && Allocation.isSlot(to)) fail(inst, what + ": no register");
            if (!Allocation.isSlot(from) && !Allocation.isSlot(to) && from >> 4 != to >> 4) fail(inst, what + ": other class");
        }
        if (!Allocation.isSlot(to) && (allocatable >>> to & 1) == 0 && !isFixedOf(inst, to)) fail(inst, what + ": may not be allocated");
    }

    private boolean isFixedOf(int inst, int register) {
        for (int operand = code.firstOperand(inst); operand < code.firstOperand(inst + 1); operand++) {
            if (code.constraint(operand) == VCode.FIXED && code.operandRegister(operand) == register) return true;
        }
        return false;
    }

    // ---- values ----

    private void block(int block) {
        now = entry[block].clone();
        for (int inst = code.firstInst(block); inst < code.firstInst(block + 1); inst++) {
            int move = moves(firstMove[inst], 2 * inst);
            inst(inst);
            moves(move, 2 * inst + 1);
        }
        if (report) return;
        for (int i = 0; i < code.successorCount(block); i++) edge(block, code.successor(block, i));
    }

    private int moves(int move, int point) {
        for (; move < allocation.moves() && allocation.movePoint(move) == point; move++) {
            int from = allocation.moveFrom(move);
            now[allocation.moveTo(move)] = from < 0 ? new int[] {code.vreg(code.firstOperand(~from))} : now[from];
        }
        return move;
    }

    private void inst(int inst) {
        int first = code.firstOperand(inst), end = code.firstOperand(inst + 1);
        for (int operand = first; operand < end && report; operand++) {
            int place = allocation.place(operand);
            if (!code.isDef(operand) && Arrays.binarySearch(now[place], code.vreg(operand)) < 0) {
                fail(inst, "reads v" + code.vreg(operand) + " from " + name(place) + ", which holds " + values(now[place]));
            }
        }
        boolean copies = (code.traits(inst) & VCode.MOVE) != 0 && end - first == 2;
        int[] source = copies ? now[allocation.place(first + 1)] : NOTHING;
        for (int set = code.clobbers(inst); set != 0; set &= set - 1) now[Integer.numberOfTrailingZeros(set)] = NOTHING;
        for (int operand = first; operand < end; operand++) if (code.isDef(operand)) forget(code.vreg(operand));
        for (int operand = first; operand < end; operand++) {
            if (code.isDef(operand)) now[allocation.place(operand)] = with(source, code.vreg(operand));
        }
    }

    private void forget(int vreg) {
        for (int place = 0; place < places; place++) if (now[place].length != 0) now[place] = without(now[place], vreg);
    }

    private void edge(int block, int successor) {
        int[][] state = now.clone();
        int n = code.argumentCount(block);
        for (int i = 0; i < n; i++) {
            for (int place = 0; place < places; place++) if (state[place].length != 0) state[place] = without(state[place], code.parameter(successor, i));
        }
        for (int i = 0; i < n; i++) {
            for (int place = 0; place < places; place++) {
                if (now[place].length != 0 && Arrays.binarySearch(now[place], code.argument(block, i)) >= 0) state[place] = with(state[place], code.parameter(successor, i));
            }
        }
        boolean changed = entry[successor] == null;
        if (changed) entry[successor] = state;
        else {
            for (int place = 0; place < places; place++) {
                int[] both = intersection(entry[successor][place], state[place]);
                changed |= both.length != entry[successor][place].length;
                entry[successor][place] = both;
            }
        }
        if (changed) work.add(successor);
    }

    // ---- sets, sorted and never changed ----

    private static int[] with(int[] set, int vreg) {
        int at = Arrays.binarySearch(set, vreg);
        if (at >= 0) return set;
        int[] result = new int[set.length + 1];
        System.arraycopy(set, 0, result, 0, ~at);
        result[~at] = vreg;
        System.arraycopy(set, ~at, result, ~at + 1, set.length - ~at);
        return result;
    }

    private static int[] without(int[] set, int vreg) {
        int at = Arrays.binarySearch(set, vreg);
        if (at < 0) return set;
        int[] result = new int[set.length - 1];
        System.arraycopy(set, 0, result, 0, at);
        System.arraycopy(set, at + 1, result, at, set.length - at - 1);
        return result;
    }

    private static int[] intersection(int[] a, int[] b) {
        if (Arrays.equals(a, b)) return a;
        int[] result = new int[a.length];
        int n = 0;
        for (int vreg : a) if (Arrays.binarySearch(b, vreg) >= 0) result[n++] = vreg;
        return Arrays.copyOf(result, n);
    }

    // ---- names ----

    private static String name(int place) {
        if (place < 0) return "computation of inst" + ~place;
        return Allocation.isSlot(place) ? "slot" + (place - VCode.REGISTERS) : (place < 16 ? "int" : "float") + (place & 15);
    }

    private static String values(int[] set) {
        return set.length == 0 ? "nothing known" : "v" + Arrays.toString(set);
    }
}
