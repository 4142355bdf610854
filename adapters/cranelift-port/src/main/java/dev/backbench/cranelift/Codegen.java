package dev.backbench.cranelift;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.mach.MachineCode;
import dev.backbench.cranelift.mach.UnsupportedFeature;
import dev.backbench.cranelift.regalloc.Allocator;
import dev.backbench.spi.PhaseClock;

/** From a verified function to machine code; one function after another, reused. */
public final class Codegen {
    private final Allocator allocator;

    public Codegen(Allocator allocator) {
        this.allocator = allocator;
    }

    /**
     * @param f verified; not changed
     * @param out reset, then filled
     * @throws UnsupportedFeature the function uses something that is not compiled
     */
    public void compile(Function f, MachineCode out, PhaseClock clock) {
        throw new UnsupportedFeature("x86-64 code");
    }
}
