package dev.backbench.cranelift.regalloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.cranelift.mach.VCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bugs planted in allocations that were right: the checker finds them. */
class CheckerTest {
    private static final int ALLOCATABLE = 0xFFFFFFCF;

    enum Bug { LOST_MOVE, LOST_SPILL, TURNED_MOVE, SWAPPED_MOVES, WRONG_EDGE, WRONG_SOURCE_SLOT, WRONG_TARGET_SLOT, WRONG_TARGET_REGISTER, WRONG_USE, WRONG_DEFINITION, LATE_MOVE, KEPT_IN_CLOBBERED, SHARED_SLOTS }

    /** Some are no bugs where they hit, as when a store is lost that nobody reads, or two values are equal. */
    @ParameterizedTest
    @EnumSource(Bug.class)
    void isFound(Bug bug) {
        int planted = 0, found = 0;
        VCode code = new VCode();
        Allocation allocation = new Allocation();
        List<Allocator> allocators = List.of(new FastAllocator(), new SplittingAllocator());
        for (int seed = 0; planted < 60; seed++) {
            Random random = new Random(seed);
            new RandomVCode(random, code, ALLOCATABLE, 2 + random.nextInt(4), 6);
            allocators.get(seed % 2).run(code, ALLOCATABLE, allocation);
            assertNull(Checker.check(code, ALLOCATABLE, allocation));
            if (!plant(bug, code, allocation, random)) continue;
            planted++;
            if (Checker.check(code, ALLOCATABLE, allocation) != null) found++;
        }
        assertEquals(60, planted);
        assertTrue(found >= 45, bug + ": only " + found + " of 60 are found");
    }

    private static boolean plant(Bug bug, VCode code, Allocation allocation, Random random) {
        if (bug == Bug.WRONG_USE || bug == Bug.WRONG_DEFINITION) return wrongPlace(bug == Bug.WRONG_DEFINITION, code, allocation, random);
        List<int[]> moves = new ArrayList<>();
        for (int i = 0; i < allocation.moves(); i++) moves.add(new int[] {allocation.movePoint(i), allocation.moveFrom(i), allocation.moveTo(i)});
        boolean planted = bug == Bug.KEPT_IN_CLOBBERED ? keepInClobbered(code, moves) : bug == Bug.WRONG_EDGE ? toOtherEdge(code, moves) : change(bug, moves, allocation.slots(), random);
        if (!planted) return false;
        int[] places = new int[code.operands()];
        for (int i = 0; i < places.length; i++) places[i] = allocation.place(i);
        int slots = allocation.slots();
        allocation.reset(places.length);
        for (int i = 0; i < slots; i++) allocation.newSlot();
        for (int i = 0; i < places.length; i++) allocation.setPlace(i, places[i]);
        for (int[] move : moves) allocation.addMove(move[0], move[1], move[2]);
        return true;
    }

    private static boolean change(Bug bug, List<int[]> moves, int slots, Random random) {
        if (moves.isEmpty() || slots < 2) return false;
        int at = random.nextInt(moves.size());
        int[] move = moves.get(at);
        int otherSlot = VCode.REGISTERS + random.nextInt(slots), otherRegister = random.nextInt(4) + (move[2] & 16);
        switch (bug) {
            case LOST_MOVE -> moves.remove(at);
            case LOST_SPILL -> {
                if (Allocation.isSlot(move[2])) moves.remove(at);
                else return false;
            }
            case SWAPPED_MOVES -> {
                if (at == 0 || moves.get(at - 1)[0] != move[0] || moves.get(at - 1)[1] != move[2] && moves.get(at - 1)[2] != move[1]) return false;
                moves.set(at, moves.set(at - 1, move));
            }
            case TURNED_MOVE -> moves.set(at, new int[] {move[0], move[2], move[1]});
            case WRONG_SOURCE_SLOT -> move[1] = Allocation.isSlot(move[1]) && move[1] != otherSlot ? otherSlot : -999;
            case WRONG_TARGET_SLOT -> move[2] = Allocation.isSlot(move[2]) && move[2] != otherSlot ? otherSlot : -999;
            case WRONG_TARGET_REGISTER -> move[2] = !Allocation.isSlot(move[2]) && move[2] != otherRegister ? otherRegister : -999;
            case LATE_MOVE -> {
                if ((move[0] & 1) == 1 || at + 1 < moves.size() && moves.get(at + 1)[0] < move[0] + 2) return false;
                move[0] += 2;
            }
            case SHARED_SLOTS -> {
                int first = VCode.REGISTERS;
                boolean both = false;
                for (int[] m : moves) {
                    both |= m[1] == first + 1;
                    if (m[1] == first + 1) m[1] = first;
                    if (m[2] == first + 1) m[2] = first;
                }
                return both && moves.stream().anyMatch(m -> m[1] == first);
            }
            default -> throw new IllegalArgumentException(bug.name());
        }
        return move[1] != -999 && move[2] != -999 && !(bug == Bug.TURNED_MOVE && move[1] < 0);
    }

    /** All moves from before a call that save its clobbered registers, and those from before it that reload, are lost. */
    private static boolean keepInClobbered(VCode code, List<int[]> moves) {
        int before = moves.size();
        for (int inst = 0; inst < code.insts(); inst++) {
            if (code.clobbers(inst) == 0) continue;
            int call = inst;
            moves.removeIf(m -> m[0] >> 1 == call && m[1] >= 0 && m[1] < VCode.REGISTERS && (code.clobbers(call) >>> m[1] & 1) != 0);
        }
        return moves.size() < before;
    }

    /** What should happen on the edge out of one block happens on that out of another, and the other way round. */
    private static boolean toOtherEdge(VCode code, List<int[]> moves) {
        int first = -1, second = -1;
        for (int block = 0; block < code.blocks() && second < 0; block++) {
            int point = 2 * (code.firstInst(block + 1) - 1);
            if (code.successorCount(block) != 1 || moves.stream().noneMatch(m -> m[0] == point)) continue;
            if (first < 0) first = point;
            else second = point;
        }
        if (second < 0) return false;
        for (int[] move : moves) {
            if (move[0] == first) move[0] = second;
            else if (move[0] == second) move[0] = first;
        }
        moves.sort(Comparator.comparingInt(m -> m[0]));
        return true;
    }

    private static boolean wrongPlace(boolean definition, VCode code, Allocation allocation, Random random) {
        for (int tries = 0; tries < 20; tries++) {
            int operand = random.nextInt(code.operands()), place = allocation.place(operand), other = place & 16 | random.nextInt(4);
            if (code.isDef(operand) != definition || Allocation.isSlot(place) || place == other || code.constraint(operand) != VCode.REG) continue;
            allocation.setPlace(operand, other);
            return true;
        }
        return false;
    }
}
