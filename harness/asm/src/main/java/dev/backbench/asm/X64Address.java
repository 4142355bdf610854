package dev.backbench.asm;

/** A memory operand {@code symbol + displacement + base + index * scale}; one object is filled again and again. Registers are hardware numbers, -1 for none. */
public final class X64Address {
    /** What {@link #symbol} numbers: nothing; a global, or a constant of the pool, reached from the instruction pointer; a thread-local, as an offset from {@code fs}; a label of the function. */
    public static final int PLAIN = 0, GLOBAL = 1, POOL = 2, THREAD = 3, THREAD_OFFSET = 4, LABEL = 5;
    /** In the encoder's list of relocations only: a place to be told, a distance between labels. */
    static final int MARK = 6, DISTANCE = 7;

    public int kind;
    public int symbol;
    public int base, index, scale;
    public int displacement;
    /** Whether the segment {@code fs} is added. */
    public boolean fs;

    public X64Address plain(int base, int displacement) {
        kind = PLAIN;
        this.base = base;
        index = -1;
        scale = 1;
        this.displacement = displacement;
        fs = false;
        return this;
    }

    public X64Address indexed(int base, int index, int scale, int displacement) {
        plain(base, displacement);
        this.index = index;
        this.scale = scale;
        return this;
    }

    /** {@code symbol + displacement}: of a global, a pool constant or a label from the instruction pointer, of a thread-local from {@code fs}. */
    public X64Address symbol(int kind, int symbol, int displacement) {
        plain(-1, displacement);
        this.kind = kind;
        this.symbol = symbol;
        fs = kind == THREAD;
        return this;
    }
}
