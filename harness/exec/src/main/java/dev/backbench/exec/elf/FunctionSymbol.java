package dev.backbench.exec.elf;

/**
 * How the functions of a module are called in an object file: {@code f12} is function 12 of the index space. What a compiler makes of one besides it adds a dot and more:
 * {@code f12.constprop.0} specialised for some callers, {@code f12.part.1} split off.
 */
public final class FunctionSymbol {
    private static final int NONE = -1;

    private FunctionSymbol() {}

    public static String of(int function) {
        return "f" + function;
    }

    /** The function that is called so, or -1. */
    static int function(String symbol) {
        return index(symbol, symbol.length());
    }

    /** The function that the code called so was made of, or -1; the function itself for its own name. */
    static int origin(String symbol) {
        int dot = symbol.indexOf('.');
        return index(symbol, dot < 0 ? symbol.length() : dot);
    }

    private static int index(String symbol, int end) {
        if (end < 2 || symbol.charAt(0) != 'f') return NONE;
        int index = 0;
        for (int i = 1; i < end; i++) {
            int digit = symbol.charAt(i) - '0';
            if (digit < 0 || digit > 9 || index > Integer.MAX_VALUE / 10 - 1) return NONE;
            index = 10 * index + digit;
        }
        return index;
    }
}
