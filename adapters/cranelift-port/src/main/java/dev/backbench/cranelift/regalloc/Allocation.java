package dev.backbench.cranelift.regalloc;

import dev.backbench.cranelift.mach.VCode;
import java.util.Arrays;

/**
 * Where everything lives: a place for each operand of a {@link VCode}, and moves to insert. A place is a physical register, {@code 0..31}, or {@code 32 + n} for stack slot {@code n}
 * of 8 bytes. Reused: {@link #reset} keeps the arrays.
 *
 * <p>Moves are sorted by where they belong: {@code 2 * inst} before the instruction, {@code 2 * inst + 1} after it (never after one that leaves its block); those of one point are executed
 * in order. Each has a register on at least one side. A source below 0 is no place: {@code ~n} stands for computing instruction {@code n}, which is
 * {@linkplain VCode#REMATERIALIZABLE rematerializable}, again with the target, a register, in place of its definition.
 */
public final class Allocation {
    private int[] place = new int[512];
    private int moves;
    private int[] point = new int[64], from = new int[64], to = new int[64];
    private int slots;

    public static boolean isSlot(int place) {
        return place >= VCode.REGISTERS;
    }

    public void reset(int operands) {
        if (place.length < operands) place = new int[Math.max(operands, 2 * place.length)];
        moves = slots = 0;
    }

    public int place(int operand) {
        return place[operand];
    }

    public void setPlace(int operand, int where) {
        place[operand] = where;
    }

    /** Stack slots in use. */
    public int slots() {
        return slots;
    }

    /** @return the place that is a new stack slot */
    public int newSlot() {
        return VCode.REGISTERS + slots++;
    }

    public int moves() {
        return moves;
    }

    public int movePoint(int move) {
        return point[move];
    }

    public int moveFrom(int move) {
        return from[move];
    }

    public int moveTo(int move) {
        return to[move];
    }

    public void addMove(int where, int source, int target) {
        if (moves == point.length) {
            point = Arrays.copyOf(point, 2 * moves);
            from = Arrays.copyOf(from, 2 * moves);
            to = Arrays.copyOf(to, 2 * moves);
        }
        point[moves] = where;
        from[moves] = source;
        to[moves++] = target;
    }
}
