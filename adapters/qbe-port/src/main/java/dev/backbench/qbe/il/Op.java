package dev.backbench.qbe.il;

import static dev.backbench.qbe.il.Cls.D;
import static dev.backbench.qbe.il.Cls.L;
import static dev.backbench.qbe.il.Cls.NONE;
import static dev.backbench.qbe.il.Cls.S;
import static dev.backbench.qbe.il.Cls.SET_ALL;
import static dev.backbench.qbe.il.Cls.SET_SD;
import static dev.backbench.qbe.il.Cls.SET_WL;
import static dev.backbench.qbe.il.Cls.W;

/**
 * Operations: each is declared once, in the static block, with its name, the classes its result may have and the classes of its operands; parser, checker, printer and
 * passes read these tables. Names and meanings are those of QBE's IL reference.
 */
public final class Op {
    // Arithmetic and bits.
    public static final int ADD = 1, SUB = 2, NEG = 3, DIV = 4, REM = 5, UDIV = 6, UREM = 7, MUL = 8, AND = 9, OR = 10, XOR = 11, SAR = 12, SHR = 13, SHL = 14;
    /** Integer comparisons: {@code CEQW + c} on words and {@code CEQL + c} on longs, c one of {@link IntCmp}. */
    public static final int CEQW = 15, CEQL = 25;
    /** Float comparisons: {@code CEQS + c} on singles and {@code CEQD + c} on doubles, c one of {@link FltCmp}. */
    public static final int CEQS = 35, CEQD = 43;
    public static final int STOREB = 51, STOREH = 52, STOREW = 53, STOREL = 54, STORES = 55, STORED = 56;
    /** Loads; {@link #LOAD} is the plain one of the result's class. */
    public static final int LOADSB = 57, LOADUB = 58, LOADSH = 59, LOADUH = 60, LOADSW = 61, LOADUW = 62, LOAD = 63;
    public static final int EXTSB = 64, EXTUB = 65, EXTSH = 66, EXTUH = 67, EXTSW = 68, EXTUW = 69;
    public static final int EXTS = 70, TRUNCD = 71, STOSI = 72, STOUI = 73, DTOSI = 74, DTOUI = 75, SWTOF = 76, UWTOF = 77, SLTOF = 78, ULTOF = 79, CAST = 80;
    public static final int ALLOC4 = 81, ALLOC8 = 82, ALLOC16 = 83, VAARG = 84, VASTART = 85, COPY = 86, DBGLOC = 87;

    // From here on not part of the language that users write.
    public static final int NOP = 88, ADDR = 89, BLIT0 = 90, BLIT1 = 91, SWAP = 92, SIGN = 93, SALLOC = 94;
    public static final int XIDIV = 95, XDIV = 96, XCMP = 97, XTEST = 98, ACMP = 99;
    /** {@code PAR}… and {@code ARG}…: one parameter or argument; with sub-word classes, aggregates ({@code C}), environment ({@code E}); {@code ARGV} begins the variadic ones. */
    public static final int PAR = 100, PARSB = 101, PARUB = 102, PARSH = 103, PARUH = 104, PARC = 105, PARE = 106;
    public static final int ARG = 107, ARGSB = 108, ARGUB = 109, ARGSH = 110, ARGUH = 111, ARGC = 112, ARGE = 113, ARGV = 114;
    public static final int CALL = 115;
    /** Reading the flags: {@code FLAG + c}, c an {@link IntCmp}, or {@link IntCmp#COUNT} plus a {@link FltCmp}. */
    public static final int FLAG = 116;
    /** Choosing by the flags, likewise numbered. */
    public static final int SEL0 = 134, SEL1 = 135, XSEL = 136;
    /**
     * Beyond QBE's language, for WebAssembly, each an instruction or a few: rotations (the count like a shift's), leading and trailing zeros (of zero: the width), bits set; square root
     * and rounding to an integral value; the lesser and greater value as IEEE 754-2019 has them: a NaN if either is, -0 below 0.
     */
    public static final int ROTL = 154, ROTR = 155, CLZ = 156, CTZ = 157, POPCNT = 158, SQRT = 159, NEAREST = 160, FLOOR = 161, CEIL = 162, TRUNC = 163, MIN = 164, MAX = 165;
    public static final int COUNT = 166;

    private static final String[] NAMES = new String[COUNT];
    private static final byte[] RESULTS = new byte[COUNT];
    private static final byte[] OPERANDS = new byte[8 * COUNT];
    private static final byte[] FLAGS = new byte[COUNT];

    private static final int COMMUTES = 1, FOLDS = 2, PINNED = 4;
    /** Operand classes relative to the result's: the same; a memory address, which is {@code l}. */
    private static final int SAME = 8, MEM = L;

    static {
        for (int op : new int[] {ADD, MUL}) arithmetic(op, op == ADD ? "add" : "mul", SET_ALL, COMMUTES | FOLDS);
        arithmetic(SUB, "sub", SET_ALL, FOLDS);
        unary(NEG, "neg", SET_ALL, SAME, FOLDS);
        arithmetic(DIV, "div", SET_ALL, FOLDS);
        arithmetic(REM, "rem", SET_WL, FOLDS);
        arithmetic(UDIV, "udiv", SET_WL, FOLDS);
        arithmetic(UREM, "urem", SET_WL, FOLDS);
        arithmetic(AND, "and", SET_WL, COMMUTES | FOLDS);
        arithmetic(OR, "or", SET_WL, COMMUTES | FOLDS);
        arithmetic(XOR, "xor", SET_WL, COMMUTES | FOLDS);
        binary(SAR, "sar", SET_WL, SAME, W, FOLDS);
        binary(SHR, "shr", SET_WL, SAME, W, FOLDS);
        binary(SHL, "shl", SET_WL, SAME, W, FOLDS);
        for (int c = 0; c < IntCmp.COUNT; c++) {
            int commutes = c == IntCmp.EQ || c == IntCmp.NE ? COMMUTES : 0;
            binary(CEQW + c, "c" + IntCmp.name(c) + "w", SET_WL, W, W, FOLDS | commutes);
            binary(CEQL + c, "c" + IntCmp.name(c) + "l", SET_WL, L, L, FOLDS | commutes);
        }
        for (int c = 0; c < FltCmp.COUNT; c++) {
            int commutes = FltCmp.symmetric(c) ? COMMUTES : 0;
            binary(CEQS + c, "c" + FltCmp.name(c) + "s", SET_WL, S, S, FOLDS | commutes);
            binary(CEQD + c, "c" + FltCmp.name(c) + "d", SET_WL, D, D, FOLDS | commutes);
        }
        store(STOREB, "storeb", W);
        store(STOREH, "storeh", W);
        store(STOREW, "storew", W);
        store(STOREL, "storel", L);
        store(STORES, "stores", S);
        store(STORED, "stored", D);
        String[] loads = {"loadsb", "loadub", "loadsh", "loaduh", "loadsw", "loaduw"};
        for (int i = 0; i < loads.length; i++) unary(LOADSB + i, loads[i], SET_WL, MEM, PINNED);
        unary(LOAD, "load", SET_ALL, MEM, PINNED);
        String[] extensions = {"extsb", "extub", "extsh", "extuh", "extsw", "extuw"};
        for (int i = 0; i < extensions.length; i++) unary(EXTSB + i, extensions[i], EXTSB + i >= EXTSW ? 1 << L : SET_WL, W, FOLDS);
        unary(EXTS, "exts", 1 << D, S, FOLDS);
        unary(TRUNCD, "truncd", 1 << S, D, FOLDS);
        unary(STOSI, "stosi", SET_WL, S, FOLDS);
        unary(STOUI, "stoui", SET_WL, S, FOLDS);
        unary(DTOSI, "dtosi", SET_WL, D, FOLDS);
        unary(DTOUI, "dtoui", SET_WL, D, FOLDS);
        unary(SWTOF, "swtof", SET_SD, W, FOLDS);
        unary(UWTOF, "uwtof", SET_SD, W, FOLDS);
        unary(SLTOF, "sltof", SET_SD, L, FOLDS);
        unary(ULTOF, "ultof", SET_SD, L, FOLDS);
        declare(CAST, "cast", SET_ALL, FOLDS);
        for (int cls = W; cls <= D; cls++) operand(CAST, 0, cls, cls ^ 2);
        unary(ALLOC4, "alloc4", 1 << L, L, PINNED);
        unary(ALLOC8, "alloc8", 1 << L, L, PINNED);
        unary(ALLOC16, "alloc16", 1 << L, L, PINNED);
        unary(VAARG, "vaarg", SET_ALL, MEM, PINNED);
        unary(VASTART, "vastart", 0, MEM, PINNED);
        unary(COPY, "copy", SET_ALL, SAME, 0);
        declare(DBGLOC, "dbgloc", 0, PINNED);
        internal();
    }

    private static void internal() {
        declare(NOP, "nop", 0, PINNED);
        unary(ADDR, "addr", SET_WL, MEM, 0);
        binary(BLIT0, "blit0", 0, MEM, MEM, PINNED);
        declare(BLIT1, "blit1", 0, PINNED);
        declare(SWAP, "swap", SET_ALL, PINNED);
        unary(SIGN, "sign", SET_WL, SAME, PINNED);
        unary(SALLOC, "salloc", 1 << L, L, PINNED);
        String[] machine = {"xidiv", "xdiv", "xcmp", "xtest", "acmp"};
        for (int i = 0; i < machine.length; i++) declare(XIDIV + i, machine[i], SET_ALL, PINNED);
        String[] parameters = {"par", "parsb", "parub", "parsh", "paruh", "parc", "pare"};
        for (int i = 0; i < parameters.length; i++) declare(PAR + i, parameters[i], SET_ALL, PINNED);
        String[] arguments = {"arg", "argsb", "argub", "argsh", "arguh", "argc", "arge", "argv"};
        for (int i = 0; i < arguments.length; i++) declare(ARG + i, arguments[i], SET_ALL, PINNED);
        declare(CALL, "call", SET_ALL, PINNED);
        for (int c = 0; c < IntCmp.COUNT + FltCmp.COUNT; c++) {
            String name = c < IntCmp.COUNT ? "i" + IntCmp.name(c) : "f" + FltCmp.name(c - IntCmp.COUNT);
            declare(FLAG + c, "flag" + name, SET_WL, PINNED);
            declare(XSEL + c, "xsel" + name, SET_ALL, PINNED);
        }
        binary(SEL0, "sel0", 0, W, NONE, PINNED);
        binary(SEL1, "sel1", SET_ALL, SAME, SAME, PINNED);
        binary(ROTL, "rotl", SET_WL, SAME, W, 0);
        binary(ROTR, "rotr", SET_WL, SAME, W, 0);
        String[] bits = {"clz", "ctz", "popcnt"};
        for (int i = 0; i < bits.length; i++) unary(CLZ + i, bits[i], SET_WL, SAME, 0);
        String[] rounding = {"sqrt", "nearest", "floor", "ceil", "trunc"};
        for (int i = 0; i < rounding.length; i++) unary(SQRT + i, rounding[i], SET_SD, SAME, 0);
        binary(MIN, "min", SET_SD, SAME, SAME, COMMUTES);
        binary(MAX, "max", SET_SD, SAME, SAME, COMMUTES);
    }

    private Op() {}

    private static void arithmetic(int op, String name, int results, int flags) {
        binary(op, name, results, SAME, SAME, flags);
    }

    private static void store(int op, String name, int cls) {
        binary(op, name, 0, cls, MEM, PINNED);
    }

    private static void unary(int op, String name, int results, int operand, int flags) {
        binary(op, name, results, operand, NONE, flags);
    }

    private static void binary(int op, String name, int results, int first, int second, int flags) {
        declare(op, name, results, flags);
        for (int cls = W; cls <= D; cls++) {
            operand(op, 0, cls, first == SAME ? cls : first);
            operand(op, 1, cls, second == SAME ? cls : second);
        }
    }

    private static void declare(int op, String name, int results, int flags) {
        assert NAMES[op] == null : name + " declared over " + NAMES[op];
        NAMES[op] = name;
        RESULTS[op] = (byte) results;
        FLAGS[op] = (byte) flags;
        for (int i = 0; i < 8; i++) OPERANDS[8 * op + i] = NONE;
    }

    private static void operand(int op, int index, int cls, int wanted) {
        OPERANDS[8 * op + 4 * index + cls] = (byte) wanted;
    }

    public static String name(int op) {
        return NAMES[op];
    }

    /** Whether the result may have the class. */
    public static boolean gives(int op, int cls) {
        return (RESULTS[op] >> cls & 1) != 0;
    }

    public static boolean hasResult(int op) {
        return RESULTS[op] != 0;
    }

    /** The class operand {@code index} must have where the result has class {@code cls} (any class if there is no result); {@link Cls#NONE}: no such operand. */
    public static int operand(int op, int cls, int index) {
        return OPERANDS[8 * op + 4 * index + Math.max(cls, 0)];
    }

    public static boolean commutes(int op) {
        return (FLAGS[op] & COMMUTES) != 0;
    }

    /** Whether constant operands give a constant. */
    public static boolean folds(int op) {
        return (FLAGS[op] & FOLDS) != 0;
    }

    /** Whether it must stay where it is: it touches memory, flags, the frame or control. */
    public static boolean pinned(int op) {
        return (FLAGS[op] & PINNED) != 0;
    }

    public static boolean isLoad(int op) {
        return op >= LOADSB && op <= LOAD;
    }

    public static boolean isStore(int op) {
        return op >= STOREB && op <= STORED;
    }

    public static boolean isExtension(int op) {
        return op >= EXTSB && op <= EXTUW;
    }

    public static boolean isAlloc(int op) {
        return op >= ALLOC4 && op <= ALLOC16;
    }

    public static boolean isParameter(int op) {
        return op >= PAR && op <= PARE;
    }

    public static boolean isArgument(int op) {
        return op >= ARG && op <= ARGV;
    }

    public static boolean isIntCmp(int op) {
        return op >= CEQW && op < CEQS;
    }

    public static boolean isFltCmp(int op) {
        return op >= CEQS && op < STOREB;
    }

    /** The comparison of a comparing operation, numbered as {@link #FLAG} numbers them. */
    public static int comparison(int op) {
        if (op >= CEQD) return IntCmp.COUNT + op - CEQD;
        if (op >= CEQS) return IntCmp.COUNT + op - CEQS;
        return op >= CEQL ? op - CEQL : op - CEQW;
    }

    /** The class of what a comparing operation compares. */
    public static int comparedClass(int op) {
        if (op >= CEQD) return D;
        if (op >= CEQS) return S;
        return op >= CEQL ? L : W;
    }

    /** Bytes that a load or store moves; {@code cls} is the result's for a plain load. */
    public static int width(int op, int cls) {
        return switch (op) {
            case STOREB, LOADSB, LOADUB -> 1;
            case STOREH, LOADSH, LOADUH -> 2;
            case STOREW, STORES, LOADSW, LOADUW -> 4;
            case STOREL, STORED -> 8;
            case LOAD -> Cls.isWide(cls) ? 8 : 4;
            default -> throw new IllegalArgumentException(name(op));
        };
    }
}
