package dev.backbench.gcc;

import dev.backbench.exec.elf.FunctionSymbol;
import java.nio.charset.StandardCharsets;
import java.util.function.BiPredicate;

/** Cuts one function out of what GCC wrote about a module. */
final class Listing {
    /** Whether a line begins the piece that belongs to a symbol. */
    static final BiPredicate<String, String> ASSEMBLY = (line, symbol) -> line.equals(symbol + ":");
    static final BiPredicate<String, String> IR = (line, symbol) -> line.startsWith(symbol + " (");

    private Listing() {}

    /** @param function index in the function index space, or -1 for all */
    static byte[] ofFunction(byte[] text, int function, BiPredicate<String, String> begins) {
        if (function < 0) return text;
        StringBuilder piece = new StringBuilder();
        boolean inside = false;
        String symbol = FunctionSymbol.of(function);
        for (String line : new String(text, StandardCharsets.UTF_8).lines().toList()) {
            if (begins.test(line, symbol)) inside = true;
            if (inside) piece.append(line).append('\n');
            if (inside && (begins == ASSEMBLY ? line.startsWith("\t.size\t" + symbol) : line.equals("}"))) inside = false;
        }
        return piece.toString().getBytes(StandardCharsets.UTF_8);
    }
}
