package dev.backbench.cranelift.x64;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.mach.UnsupportedFeature;

/** What the rules of lowering are written over: the function, the draft, and a class for each group of constructors. */
abstract class LowerContext {
    final Operands o = new Operands();
    final Draft d = o.d;
    final Cpu cpu;
    final Lower blocks;
    final Compare compare;
    final LowerInts ints;
    final LowerFlags flags;
    final LowerFloats floats;
    final LowerDivision division;
    final LowerWide wide;
    final LowerWideDivision wideDivision;
    final LowerWideFloats wideFloats;
    final LowerAtomics atomics;
    final LowerMemory memory;
    final LowerCalls calls;
    Function f;

    LowerContext(Cpu cpu, Lower blocks) {
        this.cpu = cpu;
        this.blocks = blocks;
        compare = new Compare(o, this);
        ints = new LowerInts(o, cpu);
        flags = new LowerFlags(o, compare);
        floats = new LowerFloats(o);
        division = new LowerDivision(o, ints);
        wide = new LowerWide(o, ints);
        wideDivision = new LowerWideDivision(o);
        wideFloats = new LowerWideFloats(o, floats, wide, wideDivision);
        atomics = new LowerAtomics(o, cpu);
        memory = new LowerMemory(o);
        calls = new LowerCalls(o, ints);
    }

    void begin(Function function) {
        f = function;
        o.begin(f);
        compare.begin(f);
        ints.begin(f);
        flags.begin(f);
        floats.begin(f);
        division.begin(f);
        wide.begin(f);
        wideDivision.begin(f);
        wideFloats.begin(f);
        atomics.begin(f);
        memory.begin(f);
        calls.begin(f);
    }

    // ---- terms that have rules ----

    abstract int is_true(int value);

    // ---- constructors ----

    /** The register of the instruction's first result. */
    final int result() {
        return o.def(f.result(o.inst, 0));
    }

    final void nothing() {}

    /** Of two operands the one that goes on living should not be the one that is overwritten: going backwards, it is wanted already. */
    final void eitherWay(int insn, int size, int to, int a, int b) {
        boolean swap = o.isWanted(a) && !o.isWanted(b);
        int first = o.use(swap ? b : a);
        d.rr(insn, size, to, first, o.use(swap ? a : b));
    }

    final void wideBinary(int a, int b) {
        if (!wide.binary(f.op(o.inst), a, b)) throw refusal();
    }

    final void wideUnary(int a, int type) {
        if (!wide.unary(f.op(o.inst), a, type)) throw refusal();
    }

    private UnsupportedFeature refusal() {
        return Lower.unsupported(f.op(o.inst), f.control(o.inst));
    }
}
