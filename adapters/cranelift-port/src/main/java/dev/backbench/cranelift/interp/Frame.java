package dev.backbench.cranelift.interp;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Types;
import java.math.BigInteger;

/** The values of one activation, 128 bits each. Vectors have lane 0 lowest; what is above a value's type is zero. */
final class Frame {
    static final int MAX_BITS = 128;
    private static final BigInteger MASK64 = Ints.mask(64);
    final Function f;
    private final long[] low, high;
    /** Address of each stack slot. */
    final long[] slots;

    Frame(Function f) {
        this.f = f;
        this.low = new long[f.values()];
        this.high = new long[f.values()];
        this.slots = new long[f.entities.slots.count()];
    }

    long low(int value) {
        return low[f.resolve(value)];
    }

    long high(int value) {
        return high[f.resolve(value)];
    }

    /** Cut to the value's type. */
    void set(int value, long lo, long hi) {
        int type = f.valueType(value), bits = Types.bits(type);
        if (bits > MAX_BITS || Types.isDynamic(type)) throw new Unsupported("values of type " + Types.name(type));
        low[value] = bits >= 64 ? lo : lo & (1L << bits) - 1;
        high[value] = bits > 64 ? hi : 0;
    }

    void set(int value, BigInteger bits) {
        set(value, bits.longValue(), bits.shiftRight(64).longValue());
    }

    BigInteger get(int value) {
        BigInteger lo = BigInteger.valueOf(low(value)).and(MASK64);
        return high(value) == 0 ? lo : lo.or(BigInteger.valueOf(high(value)).and(MASK64).shiftLeft(64));
    }

    boolean isTrue(int value) {
        return (low(value) | high(value)) != 0;
    }

    static BigInteger lane(BigInteger vector, int laneBits, int i) {
        return vector.shiftRight(i * laneBits).and(Ints.mask(laneBits));
    }
}
