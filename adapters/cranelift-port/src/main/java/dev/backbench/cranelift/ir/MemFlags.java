package dev.backbench.cranelift.ir;

/** Flags of a memory access as one int: the trap code in bits 0 to 7 (0 cannot trap), properties in bits 8 to 12, the alias region plus one from bit 16. */
public final class MemFlags {
    public static final int ALIGNED = 1 << 8, READONLY = 1 << 9, CAN_MOVE = 1 << 10, LITTLE = 1 << 11, BIG = 1 << 12;
    /** No flag given: the access may trap. */
    public static final int NONE = TrapCode.HEAP_OUT_OF_BOUNDS;
    public static final int MAX_REGION = 0x7ffe;
    private static final int TRAP_MASK = 0xff, REGION_SHIFT = 16;
    private static final String[] PROPERTIES = {"aligned", "readonly", "can_move", "little", "big"};

    private MemFlags() {}

    /** 0 where it cannot trap. */
    public static int trapCode(int flags) {
        return flags & TRAP_MASK;
    }

    /** -1 where none is named. */
    public static int region(int flags) {
        return (flags >>> REGION_SHIFT) - 1;
    }

    public static int withRegion(int flags, int region) {
        return flags & (1 << REGION_SHIFT) - 1 | region + 1 << REGION_SHIFT;
    }

    /** @return {@code flags} and the one of that name, -1 where there is none, -2 where it contradicts one already there */
    public static int with(int flags, String name) {
        if (name.equals("notrap")) return flags & ~TRAP_MASK;
        for (int i = 0; i < PROPERTIES.length; i++) {
            if (!PROPERTIES[i].equals(name)) continue;
            int all = flags | ALIGNED << i;
            return (all & (LITTLE | BIG)) == (LITTLE | BIG) ? -2 : all;
        }
        int code = TrapCode.parse(name);
        return code == 0 ? -1 : flags & ~TRAP_MASK | code;
    }

    /** Each with a space before it. */
    public static void print(int flags, StringBuilder out) {
        int code = trapCode(flags);
        if (code == 0) out.append(" notrap");
        else if (code != TrapCode.HEAP_OUT_OF_BOUNDS) out.append(' ').append(TrapCode.name(code));
        for (int i = 0; i < PROPERTIES.length; i++) if ((flags & ALIGNED << i) != 0) out.append(' ').append(PROPERTIES[i]);
        if (region(flags) >= 0) out.append(" region").append(region(flags));
    }
}
