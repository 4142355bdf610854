package dev.backbench.cranelift.text;

import static dev.backbench.cranelift.ir.Entities.PARAM_INTS;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Pool;
import dev.backbench.cranelift.ir.Types;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * {@code %f(1, 2) == 3}: a call and what it should give. Values are 128 bits each, two longs, the low one first; vectors have lane 0 lowest.
 *
 * @param name without the percent sign @param expected null where nothing is compared
 */
public record Invocation(String name, long[] arguments, long[] expected) {
    /** The name alone, to find the function whose types the values have. */
    public static String name(String text) throws ClifException {
        Lexer lexer = new Lexer(text.getBytes(StandardCharsets.UTF_8));
        if (lexer.kind != Lexer.NAME) throw lexer.expected("a function's name");
        return lexer.text().substring(1);
    }

    public static Invocation parse(String text, Function f) throws ClifException {
        Cursor cursor = new Cursor(new Lexer(text.getBytes(StandardCharsets.UTF_8)));
        cursor.function = f;
        String name = cursor.lexer.text().substring(1);
        cursor.lexer.next();
        cursor.expect('(');
        long[] arguments = values(cursor, f.pool, f.params);
        cursor.expect(')');
        if (cursor.lexer.kind == Lexer.END) return new Invocation(name, arguments, null);
        cursor.expect('=');
        cursor.expect('=');
        boolean list = f.pool.length(f.returns) != PARAM_INTS && cursor.accept('[');
        long[] expected = values(cursor, f.pool, f.returns);
        if (list) cursor.expect(']');
        if (cursor.lexer.kind != Lexer.END) throw cursor.lexer.expected("the end of the line");
        return new Invocation(name, arguments, expected);
    }

    private static long[] values(Cursor cursor, Pool pool, int list) throws ClifException {
        int count = pool.length(list) / PARAM_INTS;
        long[] values = new long[2 * count];
        for (int i = 0; i < count; i++) {
            if (i > 0) cursor.expect(',');
            int type = pool.get(list, i * PARAM_INTS);
            BigInteger bits = Types.isVector(type) ? vector(cursor, type) : Constants.scalar(cursor, type);
            values[2 * i] = bits.longValue();
            values[2 * i + 1] = bits.shiftRight(64).longValue();
        }
        return values;
    }

    private static BigInteger vector(Cursor cursor, int type) throws ClifException {
        byte[] bytes = Constants.vector(cursor, type);
        BigInteger bits = BigInteger.ZERO;
        for (int i = bytes.length - 1; i >= 0; i--) bits = bits.shiftLeft(8).or(BigInteger.valueOf(bytes[i] & 0xff));
        return bits;
    }

    /** A value as a test would write it. */
    public static String show(int type, long low, long high) {
        BigInteger bits = unsigned(low, high, Math.min(128, Types.bits(type)));
        if (Types.isVector(type)) return "0x" + bits.toString(16);
        if (Types.isFloatLane(type)) return Numbers.floating(bits, type - Types.F16);
        return (bits.testBit(Types.bits(type) - 1) ? bits.subtract(BigInteger.ONE.shiftLeft(Types.bits(type))) : bits).toString();
    }

    private static BigInteger unsigned(long low, long high, int bits) {
        BigInteger mask = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
        BigInteger all = BigInteger.valueOf(high).and(mask).shiftLeft(64).or(BigInteger.valueOf(low).and(mask));
        return all.and(BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE));
    }
}
