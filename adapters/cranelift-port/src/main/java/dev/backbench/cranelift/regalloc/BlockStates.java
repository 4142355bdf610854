package dev.backbench.cranelift.regalloc;

import dev.backbench.cranelift.mach.VCode;

/** What lies in the registers where each block begins and ends, by index in the order; a mask of registers and the value of each. */
final class BlockStates {
    int[] startMask = new int[32], endMask = new int[32];
    private int[] start = new int[32 * VCode.REGISTERS], end = new int[32 * VCode.REGISTERS];

    void reserve(int blocks) {
        if (startMask.length >= blocks) return;
        int size = Math.max(blocks, 2 * startMask.length);
        startMask = new int[size];
        endMask = new int[size];
        start = new int[size * VCode.REGISTERS];
        end = new int[size * VCode.REGISTERS];
    }

    int atStart(int index, int register) {
        return start[index * VCode.REGISTERS + register];
    }

    int atEnd(int index, int register) {
        return end[index * VCode.REGISTERS + register];
    }

    /** Whether one block ends with all that another begins with, register by register. */
    boolean isLeftFor(int from, int to) {
        if ((startMask[to] & ~endMask[from]) != 0) return false;
        for (int set = startMask[to]; set != 0; set &= set - 1) {
            int r = Integer.numberOfTrailingZeros(set);
            if (end[from * VCode.REGISTERS + r] != start[to * VCode.REGISTERS + r]) return false;
        }
        return true;
    }

    void saveStart(int index, RegisterFile file) {
        startMask[index] = save(file, start, index * VCode.REGISTERS);
    }

    void saveEnd(int index, RegisterFile file) {
        endMask[index] = save(file, end, index * VCode.REGISTERS);
    }

    private static int save(RegisterFile file, int[] values, int at) {
        int[] occupant = file.occupant;
        for (int set = file.occupied; set != 0; set &= set - 1) {
            int r = Integer.numberOfTrailingZeros(set);
            values[at + r] = occupant[r];
        }
        return file.occupied;
    }
}
