package dev.backbench.qbe.amd64;

import dev.backbench.asm.X64Sink;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.IlSink;
import dev.backbench.qbe.il.Linkage;
import dev.backbench.qbe.il.Symbols;
import dev.backbench.kit.LongIntMap;

/**
 * A file's definitions on their way out: functions through all passes and {@link Emit}, data as it is, then the pool of constants. What differs between an object and
 * assembler text is left to subclasses.
 */
public abstract class Output implements IlSink, Emit.Pool {
    static final int FUNCTION_ALIGN = 16, DATA_ALIGN = 8;

    /** All passes of a function, up to registers. */
    public interface Passes {
        void run(Fn fn);
    }

    final Symbols symbols;
    private final Passes passes;
    private Emit emit;
    /** The pool: entries by width (4, 8, 16) and bits, numbered in the order of their making. */
    private final LongIntMap[] pool = {new LongIntMap(), new LongIntMap(), new LongIntMap()};
    long[] poolBits = new long[16];
    byte[] poolWidth = new byte[16];
    int poolCount;

    Output(Symbols symbols, Passes passes) {
        this.symbols = symbols;
        this.passes = passes;
    }

    /** Where instructions go. */
    abstract X64Sink code();

    abstract void beginFunction(Fn fn);

    abstract void endFunction(Fn fn);

    abstract void writePool();

    @Override
    public void function(Fn fn) {
        if (emit == null) emit = new Emit(code(), this);
        passes.run(fn);
        beginFunction(fn);
        emit.run(fn);
        endFunction(fn);
    }

    /** Call once, behind the last definition. */
    public void finish() {
        writePool();
    }

    @Override
    public int constant(int width, long bits) {
        long kept = width == 4 ? bits & 0xFFFFFFFFL : bits;
        LongIntMap entries = pool[width >> 3];
        int known = entries.get(kept);
        if (known >= 0) return known;
        if (poolCount == poolBits.length) {
            poolBits = java.util.Arrays.copyOf(poolBits, 2 * poolCount);
            poolWidth = java.util.Arrays.copyOf(poolWidth, 2 * poolCount);
        }
        poolBits[poolCount] = kept;
        poolWidth[poolCount] = (byte) width;
        entries.put(kept, poolCount);
        return poolCount++;
    }

    /** The section of a function or data object; {@code null} flags where the language leaves them to us. */
    static String sectionName(Linkage linkage, boolean code, boolean zeros) {
        if (linkage.section() != null) return linkage.section();
        if (code) return ".text";
        return linkage.thread() ? zeros ? ".tbss" : ".tdata" : zeros ? ".bss" : ".data";
    }

    /** Flags as the GNU assembler writes them. */
    static String sectionFlags(Linkage linkage, boolean code) {
        if (linkage.section() != null && linkage.sectionFlags() != null) return linkage.sectionFlags();
        return code ? "ax" : linkage.thread() ? "awT" : "aw";
    }

    static boolean holdsNothing(String section) {
        return section.equals(".bss") || section.startsWith(".bss.") || section.equals(".tbss") || section.startsWith(".tbss.");
    }
}
