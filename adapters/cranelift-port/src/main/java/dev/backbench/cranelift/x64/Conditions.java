package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;

import dev.backbench.cranelift.ir.FloatCC;
import dev.backbench.cranelift.ir.IntCC;

/** Conditions as hardware has them, 0 to 15, and two that need two flags after a comparison of floats. */
final class Conditions {
    /** Zero and no parity: equal, ordered. Its opposite. */
    static final int EQUAL_ORDERED = 16, UNEQUAL_OR_UNORDERED = 17;

    /** By {@link IntCC}. */
    private static final byte[] INTEGER = {E, NE, L, GE, G, LE, B, AE, A, BE};

    private Conditions() {}

    static int integer(IntCC cc) {
        return INTEGER[cc.ordinal()];
    }

    static IntCC swapped(IntCC cc) {
        return cc.swapped();
    }

    static int inverted(int condition) {
        return condition ^ 1;
    }

    static boolean needsTwo(int condition) {
        return condition >= EQUAL_ORDERED;
    }

    /** Whether {@code ucomis} must have its operands the other way round, so that unordered, which sets the flags of below and equal, comes out right. */
    static boolean swaps(FloatCC cc) {
        return switch (cc) {
            case LT, LE, UGT, UGE -> true;
            default -> false;
        };
    }

    /** After {@code ucomis}, with operands swapped where {@link #swaps} says. */
    static int floating(FloatCC cc) {
        return switch (cc) {
            case ORD -> NP;
            case UNO -> P;
            case EQ -> EQUAL_ORDERED;
            case NE -> UNEQUAL_OR_UNORDERED;
            case ONE -> NE;
            case UEQ -> E;
            case LT, GT -> A;
            case LE, GE -> AE;
            case ULT, UGT -> B;
            case ULE, UGE -> BE;
        };
    }
}
