package dev.backbench.cranelift.regalloc;

import dev.backbench.cranelift.mach.VCode;

/** Places virtual registers; one after another, reused. */
public interface Allocator {
    /**
     * @param allocatable a bit for each physical register that may hold virtual registers; FIXED operands may name others
     * @param result taken over whole: reset, then filled
     */
    void run(VCode code, int allocatable, Allocation result);
}
