package dev.backbench.qbe.il;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Tokens straight from bytes. Words of at most eight bytes, which all keywords are, are looked up as one long. */
final class Lexer {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int TABLE = 1024;
    private static final long[] WORDS = new long[TABLE];
    private static final byte[] WORD_TOKENS = new byte[TABLE];
    /** Classes of bytes. */
    private static final byte[] BYTES = new byte[256];
    private static final byte SPACE = 1, NAME_START = 2, DIGIT = 3;
    private static final boolean[] NAME = new boolean[256];
    private static final double[] POWERS = new double[16];

    static {
        POWERS[0] = 1;
        for (int i = 1; i < POWERS.length; i++) POWERS[i] = 10 * POWERS[i - 1];
        for (int c = 'a'; c <= 'z'; c++) BYTES[c] = BYTES[c - 'a' + 'A'] = NAME_START;
        for (int c = '0'; c <= '9'; c++) BYTES[c] = DIGIT;
        BYTES['_'] = BYTES['.'] = BYTES['"'] = NAME_START;
        for (int c = 0x80; c < 0x100; c++) BYTES[c] = NAME_START;
        for (int c = 0; c < 0x100; c++) NAME[c] = BYTES[c] >= NAME_START && c != '"' || c == '$';
        BYTES[' '] = BYTES['\t'] = BYTES['\r'] = SPACE;
        for (int token = Token.CLASS; token <= Token.DBGFILE; token++) word(Token.spelling(token), token);
        for (int op = Op.ADD; op <= Op.DBGLOC; op++) word(Op.name(op), Token.OP + op);
    }

    private static void word(String text, int token) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        long packed = pack(bytes, 0, bytes.length);
        int at = slot(packed);
        while (WORDS[at] != 0) at = at + 1 & TABLE - 1;
        WORDS[at] = packed;
        WORD_TOKENS[at] = (byte) token;
    }

    /** The first eight bytes of a text, zeros behind a shorter one. */
    static long pack(byte[] text, int from, int to) {
        int length = Math.min(to - from, 8);
        if (from + 8 <= text.length) return (long) LONG.get(text, from) & -1L >>> 64 - 8 * length;
        long packed = 0;
        for (int i = length - 1; i >= 0; i--) packed = packed << 8 | text[from + i] & 0xFF;
        return packed;
    }

    /** A text of at most eight bytes packed, which tells it from all of its length; a hash of a longer one. */
    static long key(byte[] text, int from, int to) {
        long key = pack(text, from, to);
        for (int at = from + 8; at < to; at += 8) key = Long.rotateLeft(key * 0x9E3779B97F4A7C15L, 29) ^ pack(text, Math.min(at, to - 8), to);
        return key;
    }

    private static int slot(long packed) {
        return (int) (packed * 0x9E3779B97F4A7C15L >>> 54) & TABLE - 1;
    }

    private final String file;
    private byte[] text = {};
    private int at;
    /** Where the current token begins and, for names and strings, what it is without sigil or quotes. */
    int tokenStart, nameStart, nameEnd;
    /** Of an integer; of a float its bits. */
    long number;

    Lexer(String file) {
        this.file = file;
    }

    void reset(byte[] text) {
        this.text = text;
        at = 0;
    }

    byte[] text() {
        return text;
    }

    /** The next token; newlines are tokens, several in a row are one. */
    int next() {
        byte[] text = this.text;
        int at = this.at, end = text.length;
        while (at < end && BYTES[text[at] & 0xFF] == SPACE) at++;
        tokenStart = at;
        if (at == end) {
            this.at = at;
            return Token.END;
        }
        int c = text[at] & 0xFF;
        switch (BYTES[c]) {
            case NAME_START -> {
                return c == '"' ? string(at) : c == '.' ? dots(at) : word(at);
            }
            case DIGIT -> {
                return integer(at);
            }
            default -> {
                return c == '\n' || c == '#' ? newline(at) : punctuation(c, at);
            }
        }
    }

    private int newline(int at) {
        byte[] text = this.text;
        int end = text.length;
        for (; at < end; at++) {
            int c = text[at] & 0xFF;
            if (c == '#') {
                while (at < end && text[at] != '\n') at++;
                if (at == end) break;
            } else if (c != '\n' && BYTES[c] != SPACE) {
                break;
            }
        }
        this.at = at;
        return Token.NEWLINE;
    }

    private int punctuation(int c, int at) {
        this.at = at + 1;
        return switch (c) {
            case '(' -> Token.LEFT_PAREN;
            case ')' -> Token.RIGHT_PAREN;
            case '{' -> Token.LEFT_BRACE;
            case '}' -> Token.RIGHT_BRACE;
            case ',' -> Token.COMMA;
            case '=' -> Token.EQUALS;
            case '+' -> Token.PLUS;
            case '-' -> integer(at);
            case '$' -> name(at, Token.GLOBAL);
            case '%' -> name(at, Token.TEMPORARY);
            case '@' -> name(at, Token.LABEL);
            case ':' -> name(at, Token.TYPE);
            default -> throw error(at, "a character that begins nothing: " + (c < 0x20 ? "0x" + Integer.toHexString(c) : "'" + (char) c + "'"));
        };
    }

    private int dots(int at) {
        if (at + 2 < text.length && text[at + 1] == '.' && text[at + 2] == '.') {
            this.at = at + 3;
            return Token.DOTS;
        }
        throw error(at, "expected '...'");
    }

    /** A name behind a sigil; a global's may be quoted. */
    private int name(int sigil, int token) {
        byte[] text = this.text;
        int from = sigil + 1, at = from, end = text.length;
        if (token == Token.GLOBAL && from < end && text[from] == '"') {
            string(from);
            return token;
        }
        while (at < end && isName(text[at])) at++;
        if (at == from) throw error(sigil, "a name is missing behind '" + (char) text[sigil] + "'");
        nameStart = from;
        nameEnd = at;
        this.at = at;
        return token;
    }

    private static boolean isName(byte b) {
        return NAME[b & 0xFF];
    }

    /** Whether a global's name is one without quotes. */
    static boolean isName(String name) {
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) if (!isName(b)) return false;
        return !name.isEmpty();
    }

    private int word(int from) {
        byte[] text = this.text;
        int at = from, end = text.length;
        if (at + 1 < end && text[at + 1] == '_' && (text[at] == 's' || text[at] == 'd')) return real(at);
        while (at < end && isName(text[at])) at++;
        nameStart = from;
        nameEnd = this.at = at;
        if (at - from <= 8) {
            long packed = pack(text, from, at);
            for (int slot = slot(packed); WORDS[slot] != 0; slot = slot + 1 & TABLE - 1) if (WORDS[slot] == packed) return WORD_TOKENS[slot] & 0xFF;
        }
        throw error(from, "unknown word '" + here() + "'");
    }

    /** The text of the current name. */
    String here() {
        return new String(text, nameStart, nameEnd - nameStart, StandardCharsets.UTF_8);
    }

    /** The text of a {@link Fn}'s packed name. */
    String name(long packed) {
        return new String(text, (int) packed, (int) (packed >>> 32), StandardCharsets.UTF_8);
    }

    private int integer(int from) {
        byte[] text = this.text;
        int at = from, end = text.length;
        boolean negative = text[at] == '-';
        if (negative) at++;
        long value = 0;
        int digits = at;
        for (; at < end && BYTES[text[at] & 0xFF] == DIGIT; at++) value = 10 * value + text[at] - '0';
        if (at == digits) throw error(from, "a number is missing behind '-'");
        if (at - digits > 18 && !fits(digits, at, negative)) throw error(from, "this number has more than 64 bits: write one from -2^63 to 2^64 - 1");
        number = negative ? -value : value;
        this.at = at;
        return Token.INTEGER;
    }

    /** Whether digits are a number of 64 bits, with a sign or without. */
    private boolean fits(int from, int to, boolean negative) {
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = text[i] - '0';
            if (Long.compareUnsigned(value, Long.divideUnsigned(-1 - digit, 10)) > 0) return false;
            value = 10 * value + digit;
        }
        return !negative || Long.compareUnsigned(value, Long.MIN_VALUE) <= 0;
    }

    private int real(int from) {
        byte[] text = this.text;
        int at = from + 2, end = text.length;
        while (at < end && (isName(text[at]) || (text[at] == '-' || text[at] == '+'))) at++;
        if (plain(from + 2, at, text[from] == 's')) {
            this.at = at;
            return text[from] == 's' ? Token.SINGLE : Token.DOUBLE;
        }
        String digits = new String(text, from + 2, at - from - 2, StandardCharsets.US_ASCII);
        this.at = at;
        String number = scientific(from + 2, at) ? digits : special(digits);
        if (number == null) throw error(from, "'" + digits + "' is not a floating-point number: write digits, a point and an exponent as in -1.5e3, or inf or nan");
        boolean negative = digits.startsWith("-"); // of a NaN, too
        if (text[from] == 's') {
            float value = Math.copySign(Float.parseFloat(number), negative ? -1 : 1);
            this.number = Float.floatToRawIntBits(value) & 0xFFFFFFFFL;
            return Token.SINGLE;
        }
        this.number = Double.doubleToRawLongBits(Math.copySign(Double.parseDouble(number), negative ? -1 : 1));
        return Token.DOUBLE;
    }

    /** Whether this is a sign, digits with a point among them, and an exponent, of which only digits must be there. */
    private boolean scientific(int from, int to) {
        int at = sign(from, to), whole = digits(at, to);
        int fraction = whole < to && text[whole] == '.' ? whole + 1 : whole, end = digits(fraction, to);
        if (end - at - (fraction - whole) == 0) return false;
        if (end == to) return true;
        if ((text[end] | 0x20) != 'e') return false;
        int exponent = sign(end + 1, to);
        return exponent < to && digits(exponent, to) == to;
    }

    private int sign(int at, int to) {
        return at < to && (text[at] == '-' || text[at] == '+') ? at + 1 : at;
    }

    private int digits(int at, int to) {
        while (at < to && BYTES[text[at] & 0xFF] == DIGIT) at++;
        return at;
    }

    /** A float of few digits without exponent: digits and power of ten are exact as floats, so that their quotient is the nearest. */
    private boolean plain(int from, int to, boolean single) {
        byte[] text = this.text;
        boolean negative = from < to && text[from] == '-';
        long digits = 0;
        int count = 0, point = -1;
        for (int at = negative ? from + 1 : from; at < to; at++) {
            if (text[at] == '.' && point < 0) {
                point = count;
            } else {
                if (BYTES[text[at] & 0xFF] != DIGIT || ++count > 15) return false;
                digits = 10 * digits + text[at] - '0';
            }
        }
        int behind = point < 0 ? 0 : count - point;
        if (count == 0 || single && (digits >= 1 << 24 || behind > 10)) return false;
        if (single) {
            float value = (float) digits / (float) POWERS[behind];
            number = Float.floatToRawIntBits(negative ? -value : value) & 0xFFFFFFFFL;
        } else {
            double value = digits / POWERS[behind];
            number = Double.doubleToRawLongBits(negative ? -value : value);
        }
        return true;
    }

    /** What C spells without digits as Java spells it; null: neither does. */
    private static String special(String digits) {
        return switch (digits.toLowerCase(Locale.ROOT).replaceFirst("^[-+]", "")) {
            case "inf", "infinity" -> "Infinity";
            case "nan" -> "NaN";
            default -> null;
        };
    }

    /** A quoted string; escapes stay as they are written. */
    private int string(int from) {
        byte[] text = this.text;
        int at = from + 1, end = text.length;
        for (; at < end && text[at] != '"'; at++) {
            if (text[at] == '\\') at++;
            else if (text[at] == '\n') break;
        }
        if (at >= end || text[at] != '"') throw error(from, "this string does not end");
        nameStart = from + 1;
        nameEnd = at;
        this.at = at + 1;
        return Token.STRING;
    }

    IlException error(int at, String what) {
        int line = 1, start = 0;
        for (int i = 0; i < at && i < text.length; i++) {
            if (text[i] == '\n') {
                line++;
                start = i + 1;
            }
        }
        return new IlException(file, line, at - start + 1, what);
    }
}
