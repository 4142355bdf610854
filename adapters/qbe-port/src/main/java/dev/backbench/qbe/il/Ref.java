package dev.backbench.qbe.il;

/**
 * An operand in one int: a kind in the low three bits, an index or number above. Temporaries below {@link #FIRST_TEMPORARY} are machine registers.
 */
public final class Ref {
    public static final int TMP = 0, CON = 1, INT = 2, TYPE = 3, SLOT = 4, CALL = 5, MEM = 6;
    /** No operand: temporary 0, which names nothing. */
    public static final int NONE = 0;
    /** The first number of a temporary of the function's own. */
    public static final int FIRST_TEMPORARY = 64;
    /** What an undefined value reads as: {@link Fn} keeps it as its first constant. */
    public static final int UNDEFINED = CON;

    private Ref() {}

    public static int tmp(int number) {
        return number << 3;
    }

    public static int con(int number) {
        return number << 3 | CON;
    }

    /** A small number that is part of the operation (29 bits, signed), such as an offset. */
    public static int integer(int value) {
        return value << 3 | INT;
    }

    public static int type(int number) {
        return number << 3 | TYPE;
    }

    /** A place in the frame, counted in 4-byte units; negative ones are the caller's argument area. */
    public static int slot(int units) {
        return units << 3 | SLOT;
    }

    public static int call(int packed) {
        return packed << 3 | CALL;
    }

    public static int mem(int number) {
        return number << 3 | MEM;
    }

    public static int kind(int ref) {
        return ref & 7;
    }

    /** Index, or number with its sign. */
    public static int value(int ref) {
        return ref >> 3;
    }

    /** A temporary, registers included. */
    public static boolean isTmp(int ref) {
        return (ref & 7) == TMP && ref != NONE;
    }

    public static boolean isRegister(int ref) {
        return (ref & 7) == TMP && ref != NONE && ref < FIRST_TEMPORARY << 3;
    }

    public static boolean isCon(int ref) {
        return (ref & 7) == CON;
    }
}
