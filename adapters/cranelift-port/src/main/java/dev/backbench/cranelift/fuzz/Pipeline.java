package dev.backbench.cranelift.fuzz;

import dev.backbench.cranelift.Codegen;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.opt.Optimizer;
import dev.backbench.cranelift.regalloc.Allocator;
import dev.backbench.cranelift.regalloc.Checker;
import dev.backbench.cranelift.regalloc.FastAllocator;
import dev.backbench.cranelift.regalloc.SplittingAllocator;
import dev.backbench.cranelift.x64.Cpu;
import java.util.ArrayList;
import java.util.List;

/** A way from CLIF to machine code, named after the level whose way it is; every allocation is checked. */
class Pipeline {
    static final List<String> LEVELS = List.of("fast", "none", "speed", "speed_and_size");

    private final String name;
    private final Optimizer optimizer;
    private final Codegen codegen;

    Pipeline(String name, Optimizer optimizer, Codegen codegen) {
        this.name = name;
        this.optimizer = optimizer;
        this.codegen = codegen;
    }

    /** @param hits by mid-end rule, counted up */
    static Pipeline of(String level, long[] hits) {
        Optimizer optimizer = level.startsWith("speed") ? new Optimizer() : null;
        if (optimizer != null) optimizer.countHits(hits);
        return new Pipeline(level, optimizer, new Codegen(checked(level.equals("fast") ? new FastAllocator() : new SplittingAllocator())));
    }

    /** @param level of {@link #LEVELS} @param all each level, and one without the processor's extensions, whatever {@code level} @throws IllegalArgumentException there is no such level */
    static List<Pipeline> of(String level, boolean all, long[] hits) {
        if (!all && !LEVELS.contains(level)) throw new IllegalArgumentException("cranelift-port has no level " + level + "; there are " + String.join(", ", LEVELS));
        List<Pipeline> pipelines = new ArrayList<>();
        for (String each : LEVELS) if (all || each.equals(level)) pipelines.add(of(each, hits));
        if (all) pipelines.add(new Pipeline("none, without the processor's extensions", null, new Codegen(checked(new SplittingAllocator()), Cpu.BASELINE)));
        return pipelines;
    }

    static Allocator checked(Allocator allocator) {
        return (code, allocatable, out) -> {
            allocator.run(code, allocatable, out);
            String wrong = Checker.check(code, allocatable, out);
            if (wrong != null) throw new AssertionError("the allocation: " + wrong);
        };
    }

    String name() {
        return name;
    }

    boolean optimizes() {
        return optimizer != null;
    }

    void optimize(Function f) {
        optimizer.run(f);
    }

    Codegen codegen() {
        return codegen;
    }
}
