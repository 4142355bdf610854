package dev.backbench.cranelift.text;

import java.math.BigInteger;

/** Integers up to 128 bits and floats of the four IEEE formats, from and to text. Floats are hexadecimal, {@code ±Inf}, {@code ±NaN}, {@code ±sNaN} or zero, and exact. */
public final class Numbers {
    /** Index of a float format below is {@code type - F16}. */
    private static final int[] EXPONENT_BITS = {5, 8, 11, 15}, FRACTION_BITS = {10, 23, 52, 112};
    private static final long DECIMAL_BELOW = 10_000;
    private static final int MAX_EXPONENT_DIGITS = 6;

    private Numbers() {}

    /** @return null unless it is an integer of at most 128 bits, negative ones from -2^127 */
    public static BigInteger parseInteger(String text) {
        boolean negative = text.startsWith("-");
        String digits = (negative || text.startsWith("+") ? text.substring(1) : text).replace("_", "");
        boolean hex = digits.startsWith("0x");
        if (hex) digits = digits.substring(2);
        if (digits.isEmpty() || digits.length() > 40) return null;
        for (int i = 0; i < digits.length(); i++) if (Character.digit(digits.charAt(i), hex ? 16 : 10) < 0) return null;
        BigInteger value = new BigInteger(digits, hex ? 16 : 10);
        if (negative) value = value.negate();
        return negative ? value.bitLength() > 127 ? null : value : value.bitLength() > 128 ? null : value;
    }

    /** Decimal up to 9,999 and below zero, else hexadecimal in groups of four. */
    public static String integer(long value) {
        if (value < DECIMAL_BELOW) return Long.toString(value);
        return hex(value);
    }

    static String hex(long value) {
        StringBuilder out = new StringBuilder("0x");
        int position = (63 - Long.numberOfLeadingZeros(value)) & 0x30;
        for (; position >= 0; position -= 16) {
            String group = Long.toHexString(value >>> position & 0xffff);
            if (out.length() > 2) out.append('_');
            out.append("0".repeat(4 - group.length())).append(group);
        }
        return out.toString();
    }

    /** With its sign; nothing for 0. */
    public static String offset(long value) {
        if (value == 0) return "";
        long size = Math.abs(value);
        return (value < 0 ? "-" : "+") + (size < DECIMAL_BELOW ? Long.toString(size) : hex(size));
    }

    /** @param format 0 to 3 for 16 to 128 bits @return its bits, null unless it is such a number exactly */
    public static BigInteger parseFloat(String text, int format) {
        boolean negative = text.startsWith("-");
        String body = negative || text.startsWith("+") ? text.substring(1) : text;
        BigInteger bits = body.startsWith("0x") ? parseHex(body.substring(2), format) : isZero(body) ? BigInteger.ZERO : parseSpecial(body, format);
        return bits == null || !negative ? bits : bits.setBit(EXPONENT_BITS[format] + FRACTION_BITS[format]);
    }

    private static boolean isZero(String body) {
        return !body.isEmpty() && body.chars().allMatch(c -> c == '0' || c == '.');
    }

    private static BigInteger parseSpecial(String body, int format) {
        int fraction = FRACTION_BITS[format];
        BigInteger infinity = BigInteger.ONE.shiftLeft(EXPONENT_BITS[format]).subtract(BigInteger.ONE).shiftLeft(fraction);
        if (body.equals("Inf")) return infinity;
        boolean signalling = body.startsWith("sNaN");
        if (!signalling && !body.startsWith("NaN")) return null;
        String payload = body.substring(signalling ? 4 : 3);
        BigInteger value = BigInteger.ZERO;
        if (!payload.isEmpty()) {
            value = payload.startsWith(":0x") ? parseInteger(payload.substring(1)) : null;
            if (value == null || value.bitLength() > fraction - 1) return null;
        }
        if (signalling) return value.signum() == 0 ? null : infinity.or(value);
        return infinity.setBit(fraction - 1).or(value);
    }

    private static BigInteger parseHex(String body, int format) {
        int p = Math.max(body.indexOf('p'), body.indexOf('P'));
        String mantissa = (p < 0 ? body : body.substring(0, p)).replace("_", "");
        int exponent = 0;
        if (p >= 0) {
            String written = body.substring(p + 1);
            String digits = written.startsWith("-") || written.startsWith("+") ? written.substring(1) : written;
            if (digits.isEmpty() || digits.length() > MAX_EXPONENT_DIGITS || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) return null;
            exponent = Integer.parseInt(written);
        }
        int point = mantissa.indexOf('.');
        String digits = point < 0 ? mantissa : mantissa.substring(0, point) + mantissa.substring(point + 1);
        if (digits.isEmpty() || digits.length() > 64) return null;
        for (int i = 0; i < digits.length(); i++) if (Character.digit(digits.charAt(i), 16) < 0) return null;
        return pack(new BigInteger(digits, 16), exponent - (point < 0 ? 0 : 4 * (mantissa.length() - point - 1)), format);
    }

    /** The bits of {@code significand * 2^exponent}, null where that is not exact. */
    private static BigInteger pack(BigInteger significand, int exponent, int format) {
        if (significand.signum() == 0) return BigInteger.ZERO;
        int fraction = FRACTION_BITS[format], bias = (1 << EXPONENT_BITS[format] - 1) - 1;
        int top = significand.bitLength() - 1 + exponent;
        if (top > bias) return null;
        int unit = Math.max(top, 1 - bias) - fraction;
        int shift = exponent - unit;
        if (shift < 0 && significand.getLowestSetBit() < -shift) return null;
        BigInteger scaled = significand.shiftLeft(shift);
        if (top < 1 - bias) return scaled;
        return scaled.clearBit(fraction).or(BigInteger.valueOf(top + bias).shiftLeft(fraction));
    }

    /** @param bits unsigned @param format 0 to 3 for 16 to 128 bits */
    public static String floating(BigInteger bits, int format) {
        int fractionBits = FRACTION_BITS[format], maximum = (1 << EXPONENT_BITS[format]) - 1, bias = maximum >> 1;
        BigInteger fraction = bits.and(BigInteger.ONE.shiftLeft(fractionBits).subtract(BigInteger.ONE));
        int exponent = bits.shiftRight(fractionBits).intValue() & maximum;
        boolean negative = bits.testBit(EXPONENT_BITS[format] + fractionBits);
        if (exponent == maximum) return (negative ? "-" : "+") + special(fraction, fractionBits);
        String sign = negative ? "-" : "";
        if (exponent == 0 && fraction.signum() == 0) return sign + "0.0";
        int digits = (fractionBits + 3) / 4;
        String hex = fraction.shiftLeft(4 * digits - fractionBits).toString(16);
        hex = "0".repeat(digits - hex.length()) + hex;
        return exponent == 0 ? sign + "0x0." + hex + "p" + (1 - bias) : sign + "0x1." + hex + "p" + (exponent - bias);
    }

    private static String special(BigInteger fraction, int fractionBits) {
        if (fraction.signum() == 0) return "Inf";
        boolean quiet = fraction.testBit(fractionBits - 1);
        BigInteger payload = fraction.clearBit(fractionBits - 1);
        if (!quiet) return "sNaN:0x" + payload.toString(16);
        return payload.signum() == 0 ? "NaN" : "NaN:0x" + payload.toString(16);
    }
}
