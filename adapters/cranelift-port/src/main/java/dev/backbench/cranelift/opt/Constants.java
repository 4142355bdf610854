package dev.backbench.cranelift.opt;

import dev.backbench.cranelift.ir.IntCC;
import dev.backbench.cranelift.ir.Types;

/** Arithmetic that rules do on integer constants: 64 bits, wrapping, narrower ones zero-extended. Division by zero gives what SMT-LIB says it does, so that rules mean the same to the solver. */
final class Constants {
    private Constants() {}

    static int bits(int type) {
        return Types.laneBits(type);
    }

    /** @param types a bit for each of i8, i16, i32, i64, i128 */
    static boolean isOneOf(int type, int types) {
        return type >= Types.I8 && type <= Types.I128 && (types >> type & 1) != 0;
    }

    static long mask(int type, long value) {
        int bits = bits(type);
        return bits >= 64 ? value : value & (1L << bits) - 1;
    }

    static long signExtend(int type, long value) {
        int unused = 64 - Math.min(64, bits(type));
        return value << unused >> unused;
    }

    static long shiftLeft(long value, long by) {
        return Long.compareUnsigned(by, 64) < 0 ? value << by : 0;
    }

    static long shiftRight(long value, long by) {
        return Long.compareUnsigned(by, 64) < 0 ? value >>> by : 0;
    }

    static long divide(long a, long b) {
        return b == 0 ? -1 : Long.divideUnsigned(a, b);
    }

    static long remainder(long a, long b) {
        return b == 0 ? a : Long.remainderUnsigned(a, b);
    }

    static int invert(int condition) {
        return IntCC.of(condition).inverted().ordinal();
    }

    static int swap(int condition) {
        return IntCC.of(condition).swapped().ordinal();
    }
}
