package dev.backbench.cranelift.text;

import static dev.backbench.cranelift.ir.Entities.CONST_BYTES;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Table;
import dev.backbench.cranelift.ir.Types;
import java.math.BigInteger;
import java.util.Arrays;

/** Constants of a function's pool, in bytes, least significant first. */
final class Constants {
    private Constants() {}

    /** {@code 0x…}, most significant first, underscores between. */
    static byte[] hex(Cursor cursor) throws ClifException {
        Lexer lexer = cursor.lexer;
        String text = lexer.kind == Lexer.INTEGER ? lexer.text().replace("_", "") : "";
        if (!text.startsWith("0x") || text.length() == 2) throw lexer.expected("a constant in hexadecimal");
        String digits = text.length() % 2 == 0 ? text.substring(2) : "0" + text.substring(2);
        byte[] bytes = new byte[digits.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            int at = digits.length() - 2 * i - 2;
            int high = Character.digit(digits.charAt(at), 16), low = Character.digit(digits.charAt(at + 1), 16);
            if (high < 0 || low < 0) throw lexer.expected("a constant in hexadecimal");
            bytes[i] = (byte) (high << 4 | low);
        }
        lexer.next();
        return bytes;
    }

    /** {@code 0x…}, zeros above, or {@code [lane lane …]}. */
    static byte[] vector(Cursor cursor, int type) throws ClifException {
        Lexer lexer = cursor.lexer;
        int size = Types.bytes(type);
        if (!cursor.is('[')) {
            byte[] bytes = hex(cursor);
            return bytes.length < size ? Arrays.copyOf(bytes, size) : bytes;
        }
        lexer.next();
        byte[] bytes = new byte[size];
        int lane = Types.lane(type), width = Types.bytes(lane), count = 0;
        while (!cursor.is(']')) {
            if (count == Types.laneCount(type)) throw lexer.expected("']' after " + count + " lanes");
            put(scalar(cursor, lane), bytes, count++ * width, width);
        }
        if (count < Types.laneCount(type)) throw lexer.expected("lane " + count + " of " + Types.laneCount(type));
        lexer.next();
        return bytes;
    }

    /** A literal of a lane's type, its bits. */
    static BigInteger scalar(Cursor cursor, int lane) throws ClifException {
        if (Types.isFloatLane(lane)) return cursor.floating(lane - Types.F16);
        int bits = Types.laneBits(lane), line = cursor.lexer.line, column = cursor.lexer.column();
        BigInteger value = cursor.bigInteger("an integer");
        if (value.bitLength() > (value.signum() < 0 ? bits - 1 : bits)) throw new ClifException(line, column, value + " has more than " + bits + " bits");
        return value.signum() < 0 ? value.add(BigInteger.ONE.shiftLeft(bits)) : value;
    }

    static void put(BigInteger value, byte[] bytes, int at, int width) {
        for (int i = 0; i < width; i++) bytes[at + i] = value.shiftRight(8 * i).byteValue();
    }

    /** The number of these bytes in the function's pool, made where they are new. */
    static int intern(Function f, byte[] bytes) {
        Table constants = f.entities.constants;
        int count = constants.count();
        for (int i = 0; i < count; i++) if (constants.has(i) && f.text.equal(constants.get(i, CONST_BYTES), bytes, 0, bytes.length)) return i;
        constants.define(count);
        constants.set(count, CONST_BYTES, f.text.add(bytes, 0, bytes.length));
        return count;
    }
}
