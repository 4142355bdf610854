package dev.backbench.cranelift.ir;

/** What a function declares before its blocks; rows of {@link Table}s with the fields named here. {@code *_LINE} is the line of the declaration, 0 where there is none. */
public final class Entities {
    public static final int MAX_NUMBER = 1 << 20;

    /** Stack slots: bytes, log2 of the alignment, whether there is a key, the key. */
    public static final int SLOT_SIZE = 0, SLOT_ALIGN = 1, SLOT_HAS_KEY = 2, SLOT_KEY = 3;
    public final Table slots = new Table(5);

    /** Dynamic types: the least vector, the global value that scales it. */
    public static final int DYN_BASE = 0, DYN_SCALE = 1;
    public final Table dynamicTypes = new Table(2);
    /** Dynamic stack slots: their dynamic type. */
    public static final int DYN_SLOT_TYPE = 0;
    public final Table dynamicSlots = new Table(1);

    /** Alias regions: the user's number, the description in {@link Function#text}. */
    public static final int REGION_USER = 0, REGION_TEXT = 1, REGION_LINE = 2;
    public final Table regions = new Table(3);

    /** Global values: kind, type, base or name, flags, offset. */
    public static final int GV_KIND = 0, GV_TYPE = 1, GV_BASE = 2, GV_FLAGS = 3, GV_OFFSET = 4, GV_LINE = 6;
    public static final int GV_VMCTX = 0, GV_LOAD = 1, GV_IADD_IMM = 2, GV_SYMBOL = 3, GV_DYN_SCALE = 4;
    /** Flags of a symbol. */
    public static final int COLOCATED = 1, TLS = 2, PATCHABLE = 4;
    public final Table globals = new Table(7);

    /** Signatures: calling convention; parameters and results, three ints each in a list of {@link Function#pool}: type, {@link #param} and bytes of a structure. */
    public static final int SIG_CONV = 0, SIG_PARAMS = 1, SIG_RETURNS = 2;
    public static final int PARAM_INTS = 3;
    public final Table signatures = new Table(3);
    /** Extension and purpose of a parameter. */
    public static final int EXT_NONE = 0, EXT_UEXT = 1, EXT_SEXT = 2;
    public static final int PURPOSE_NORMAL = 0, PURPOSE_SRET = 1, PURPOSE_VMCTX = 2, PURPOSE_STRUCT = 3;

    /** External functions: name, signature, {@link #COLOCATED} and {@link #PATCHABLE}. */
    public static final int FUNC_NAME = 0, FUNC_SIG = 1, FUNC_FLAGS = 2;
    public final Table functions = new Table(3);

    /** Constants: bytes in {@link Function#text}, least significant first. */
    public static final int CONST_BYTES = 0;
    public final Table constants = new Table(1);

    /** Names given by number: namespace and index; a name below zero is {@code ~} of one of these. */
    public static final int NAME_SPACE = 0, NAME_INDEX = 1;
    public final Table userNames = new Table(2);

    void reset() {
        slots.reset();
        dynamicTypes.reset();
        dynamicSlots.reset();
        regions.reset();
        globals.reset();
        signatures.reset();
        functions.reset();
        constants.reset();
        userNames.reset();
    }

    public static int param(int extension, int purpose) {
        return extension | purpose << 8;
    }

    public static int extension(int param) {
        return param & 0xff;
    }

    public static int purpose(int param) {
        return param >> 8;
    }

    /** The name {@code ~n} of a function or symbol given by number. */
    public int userName(int space, int index) {
        int known = userNames.count();
        for (int i = 0; i < known; i++) if (userNames.get(i, NAME_SPACE) == space && userNames.get(i, NAME_INDEX) == index) return ~i;
        return addUserName(space, index);
    }

    /** The same for one that is known to be new. */
    public int addUserName(int space, int index) {
        int known = userNames.count();
        userNames.define(known);
        userNames.set(known, NAME_SPACE, space);
        userNames.set(known, NAME_INDEX, index);
        return ~known;
    }
}
