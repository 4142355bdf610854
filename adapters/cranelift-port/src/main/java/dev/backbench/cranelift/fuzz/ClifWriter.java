package dev.backbench.cranelift.fuzz;

import dev.backbench.cranelift.ir.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The text of random functions as it grows: numbers given out, the values that may be used where the text ends, constants. Bits of a NaN and places of the stack are left open by the
 * language: values that show them are not in scope.
 */
final class ClifWriter {
    static final int[] TYPES = {Types.I8, Types.I16, Types.I32, Types.I64, Types.I128, Types.F32, Types.F64};
    private static final int[] WEIGHTS = {2, 2, 6, 6, 2, 2, 3};
    private static final int WEIGHT = 23;
    private static final String[] FLOATS32 = {"0x0.0", "-0x0.0", "0x1.0p0", "-0x1.8p0", "+NaN", "-NaN", "+sNaN:0x1", "+Inf", "-Inf", "0x1.fffffep30", "-0x1.0p31", "0x1.0p31", "0x1.0p63", "-0x1.0p63",
        "0x1.0p64", "0x1.0p-126", "0x0.8p-126", "0x0.000002p-126", "0x1.fffffep127", "0x1.0p24", "0x1.000002p0", "0x1.0p-1", "0x1.4p1", "-0x1.0p-149"};
    private static final String[] FLOATS64 = {"0x0.0", "-0x0.0", "0x1.0p0", "-0x1.8p0", "+NaN", "-NaN", "+sNaN:0x1", "+Inf", "-Inf", "0x1.fffffffcp30", "-0x1.0p31", "0x1.0p32", "0x1.0p63", "-0x1.0p63",
        "0x1.0p64", "0x1.0p-1022", "0x0.8p-1022", "0x1.0p53", "0x1.fffffffffffffp1023", "0x1.0000000000001p0", "0x1.0p-1", "0x1.4p1", "0x1.fffffep127", "0x1.0p-149"};

    record Value(int number, int type) {
        @Override
        public String toString() {
            return "v" + number;
        }
    }

    final SplittableRandom random;
    /** Whether there are values of 128 bits. */
    final boolean wide;
    final StringBuilder out = new StringBuilder();
    List<Value> scope = new ArrayList<>();
    int values, blocks;
    /** Instructions that the function should still get. */
    int left;

    ClifWriter(SplittableRandom random) {
        this.random = random;
        wide = random.nextInt(3) == 0;
    }

    void beginFunction(int size) {
        scope = new ArrayList<>();
        values = blocks = 0;
        left = size;
    }

    static boolean isFloat(int type) {
        return type == Types.F32 || type == Types.F64;
    }

    int type() {
        int at = random.nextInt(WEIGHT);
        for (int i = 0; i < TYPES.length; i++) if ((at -= WEIGHTS[i]) < 0) return TYPES[i] == Types.I128 && !wide ? Types.I64 : TYPES[i];
        throw new AssertionError();
    }

    int intType() {
        int type = type();
        return isFloat(type) ? Types.I64 : type;
    }

    List<Integer> types(int least, int most) {
        List<Integer> types = new ArrayList<>();
        for (int n = random.nextInt(least, most + 1); n > 0; n--) types.add(type());
        return types;
    }

    static String names(List<Integer> types) {
        StringBuilder names = new StringBuilder();
        for (int t : types) names.append(names.isEmpty() ? "" : ", ").append(Types.name(t));
        return names.toString();
    }

    /** New values of those types, in scope, as a block declares them. */
    String newParams(List<Integer> types) {
        StringBuilder text = new StringBuilder();
        for (int t : types) {
            text.append(text.isEmpty() ? "" : ", ").append('v').append(values).append(": ").append(Types.name(t));
            scope.add(new Value(values++, t));
        }
        return text.toString();
    }

    void line(String text) {
        out.append("    ").append(text).append('\n');
        left--;
    }

    /** @return the result, in scope */
    Value define(int type, String text) {
        Value value = hidden(type, text);
        scope.add(value);
        return value;
    }

    /** @return the result, which nothing else will use */
    Value hidden(int type, String text) {
        line("v" + values + " = " + text);
        return new Value(values++, type);
    }

    /** A value of that type: mostly one of the newest there are, else a constant. */
    Value value(int type) {
        for (int tries = 0; tries < 6 && !scope.isEmpty(); tries++) {
            int back = random.nextInt(4) == 0 ? random.nextInt(scope.size()) : random.nextInt(Math.min(8, scope.size()));
            Value v = scope.get(scope.size() - 1 - back);
            if (v.type == type) return v;
        }
        for (int i = scope.size() - 1; i >= 0; i--) if (scope.get(i).type == type && random.nextInt(3) > 0) return scope.get(i);
        return constant(type);
    }

    /** Values of those types, separated by commas. */
    String arguments(List<Integer> types) {
        List<String> all = new ArrayList<>();
        for (int t : types) all.add(value(t).toString());
        return String.join(", ", all);
    }

    Value constant(int type) {
        if (type == Types.I128) {
            Value low = constant(Types.I64), high = random.nextInt(3) == 0 ? fixed(Types.I64, random.nextInt(2) - 1) : constant(Types.I64);
            return define(type, "iconcat " + low + ", " + high);
        }
        if (type == Types.F32) return define(type, "f32const " + FLOATS32[random.nextInt(FLOATS32.length)]);
        if (type == Types.F64) return define(type, "f64const " + FLOATS64[random.nextInt(FLOATS64.length)]);
        int bits = Types.bits(type);
        long value = switch (random.nextInt(6)) {
            case 0 -> random.nextInt(-2, 3);
            case 1 -> 1L << random.nextInt(bits);
            case 2 -> (1L << random.nextInt(bits)) - 1;
            case 3 -> random.nextInt(bits + 1);
            case 4 -> random.nextInt(-100, 1000);
            default -> random.nextLong();
        };
        return fixed(type, value);
    }

    Value fixed(int type, long value) {
        int shift = 64 - Types.bits(type);
        return define(type, "iconst." + Types.name(type) + " " + (value << shift >> shift));
    }

    /** A float in which a NaN has the bits it has everywhere. */
    Value settled(int type) {
        Value v = value(type);
        String name = Types.name(type);
        Value nan = hidden(Types.I8, "fcmp." + name + " uno " + v + ", " + v), one = hidden(type, name + "const +NaN");
        return define(type, "select." + name + " " + nan + ", " + one + ", " + v);
    }
}
