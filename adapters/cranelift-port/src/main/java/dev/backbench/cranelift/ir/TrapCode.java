package dev.backbench.cranelift.ir;

/** Trap codes as ints from 1 to 255: user codes from 1 up, the five that have names at the top. */
public final class TrapCode {
    public static final int MAX_USER = 250;
    public static final int STACK_OVERFLOW = 251, INTEGER_OVERFLOW = 252, HEAP_OUT_OF_BOUNDS = 253, INTEGER_DIVISION_BY_ZERO = 254, BAD_CONVERSION = 255;
    private static final String[] NAMES = {"stk_ovf", "int_ovf", "heap_oob", "int_divz", "bad_toint"};

    private TrapCode() {}

    public static String name(int code) {
        return code > MAX_USER ? NAMES[code - STACK_OVERFLOW] : "user" + code;
    }

    /** @return 0 where there is none of that name */
    public static int parse(String name) {
        for (int i = 0; i < NAMES.length; i++) if (NAMES[i].equals(name)) return STACK_OVERFLOW + i;
        if (!name.startsWith("user") || name.length() < 5 || name.length() > 7) return 0;
        int code = 0;
        for (int i = 4; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < '0' || c > '9') return 0;
            code = code * 10 + c - '0';
        }
        return code <= MAX_USER ? code : 0;
    }
}
