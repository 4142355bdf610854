package dev.backbench.cranelift;

import dev.backbench.asm.X64Encoder;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.mach.MachineCode;
import dev.backbench.cranelift.mach.UnsupportedFeature;
import dev.backbench.cranelift.mach.VCode;
import dev.backbench.cranelift.regalloc.Allocation;
import dev.backbench.cranelift.regalloc.Allocator;
import dev.backbench.cranelift.x64.Cpu;
import dev.backbench.cranelift.x64.Emit;
import dev.backbench.cranelift.x64.Lower;
import dev.backbench.cranelift.x64.Regs;
import dev.backbench.spi.PhaseClock;

/** From a verified function to machine code; one function after another, reused. */
public final class Codegen {
    private final Allocator allocator;
    private final Lower lower;
    private final Emit emit;
    private final VCode code = new VCode();
    private final Allocation allocation = new Allocation();

    public Codegen(Allocator allocator) {
        this(allocator, Cpu.HOST);
    }

    public Codegen(Allocator allocator, Cpu cpu) {
        this(allocator, cpu, new X64Encoder());
    }

    /** @param encoder takes the instructions, one that shows them too for instance */
    public Codegen(Allocator allocator, Cpu cpu, X64Encoder encoder) {
        this.allocator = allocator;
        this.lower = new Lower(cpu);
        this.emit = new Emit(encoder);
    }

    /**
     * @param f verified; not changed
     * @param out reset, then filled
     * @throws UnsupportedFeature the function uses something that is not compiled
     */
    public void compile(Function f, MachineCode out, PhaseClock clock) {
        clock.enter(PhaseClock.SELECT);
        lower.run(f, code);
        clock.enter(PhaseClock.ALLOCATE);
        allocator.run(code, Regs.ALLOCATABLE, allocation);
        clock.enter(PhaseClock.EMIT);
        emit.run(code, allocation, lower, out);
        clock.leave();
    }

    /** Of the function compiled last. */
    public VCode vcode() {
        return code;
    }

    /** By machine instruction of the function compiled last, its source location; null where it has none. */
    public int[] locations() {
        return lower.locations();
    }

    /** Of the function compiled last. */
    public Allocation allocation() {
        return allocation;
    }
}
