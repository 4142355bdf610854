package dev.backbench.cranelift.text;

import java.nio.charset.StandardCharsets;

/** Cuts bytes into tokens, one ahead: the current one is {@link #kind} with its bytes from {@link #start} to {@link #end}. Comments run from a semicolon to the end of the line. */
final class Lexer {
    static final int END = 0, NAME = 1, WORD = 2, INTEGER = 3, FLOAT = 4, STRING = 5, ARROW = 6;
    /** Other tokens are single characters, their kind is the character. */
    final byte[] text;
    int kind, start, end, line;
    private int lineStart, position, nextLine = 1, nextLineStart;

    Lexer(byte[] text) throws ClifException {
        this.text = text;
        next();
    }

    int column() {
        return start - lineStart + 1;
    }

    ClifException error(String what) {
        return new ClifException(line, column(), what);
    }

    ClifException expected(String what) {
        return error("expected " + what + ", found " + describe());
    }

    private String describe() {
        if (kind == END) return "the end of the text";
        return "'" + new String(text, start, Math.min(end - start, 40), StandardCharsets.UTF_8) + "'";
    }

    /** The current token's text. */
    String text() {
        return new String(text, start, end - start, StandardCharsets.UTF_8);
    }

    boolean isWord(String word) {
        if (kind != WORD || end - start != word.length()) return false;
        for (int i = 0; i < word.length(); i++) if (text[start + i] != word.charAt(i)) return false;
        return true;
    }

    /** @return the number of a word such as {@code v17} with this prefix, -1 where it is something else, {@link Integer#MAX_VALUE} where that is too large */
    int entity(String prefix) {
        int from = start + prefix.length();
        if (kind != WORD || from >= end || text[from] == '0' && from + 1 < end) return -1;
        for (int i = 0; i < prefix.length(); i++) if (text[start + i] != prefix.charAt(i)) return -1;
        long number = 0;
        for (int i = from; i < end; i++) {
            int digit = text[i] - '0';
            if (digit < 0 || digit > 9) return -1;
            number = Math.min(number * 10 + digit, Integer.MAX_VALUE);
        }
        return (int) number;
    }

    void skipLine() throws ClifException {
        while (position < text.length && text[position] != '\n') position++;
        next();
    }

    void next() throws ClifException {
        skipBlanks();
        start = position;
        line = nextLine;
        lineStart = nextLineStart;
        if (position == text.length) {
            kind = END;
            end = position;
            return;
        }
        byte c = text[position];
        if (isLetter(c)) {
            kind = WORD;
            if (starts("NaN") || starts("Inf") || starts("sNaN")) scanSpecial();
            else scanWord();
        } else if (c >= '0' && c <= '9') {
            scanNumber();
        } else if (c == '-' || c == '+') {
            scanSign();
        } else if (c == '%') {
            position++;
            while (position < text.length && isNameByte(text[position])) position++;
            kind = NAME;
        } else if (c == '"') {
            scanString();
        } else {
            kind = c & 0xff;
            position++;
            if (kind <= ARROW || "(){}[],.:=*@!".indexOf(kind) < 0) {
                end = position;
                throw error("'" + describeByte(c) + "' means nothing here");
            }
        }
        end = position;
    }

    private static String describeByte(byte c) {
        return c >= ' ' ? String.valueOf((char) c) : "\\x" + Integer.toHexString(c & 0xff);
    }

    private void skipBlanks() {
        while (position < text.length) {
            byte c = text[position];
            if (c == ';') {
                while (position < text.length && text[position] != '\n') position++;
            } else if (c == '\n') {
                position++;
                nextLine++;
                nextLineStart = position;
            } else if (c == ' ' || c == '\t' || c == '\r') {
                position++;
            } else {
                return;
            }
        }
    }

    private void scanSign() {
        boolean minus = text[position++] == '-';
        if (position == text.length) {
            kind = text[start];
        } else if (minus && text[position] == '>') {
            position++;
            kind = ARROW;
        } else if (text[position] >= '0' && text[position] <= '9') {
            scanNumber();
        } else if (starts("NaN") || starts("Inf") || starts("sNaN")) {
            scanSpecial();
        } else {
            kind = text[start];
        }
    }

    private boolean starts(String word) {
        if (position + word.length() > text.length) return false;
        for (int i = 0; i < word.length(); i++) if (text[position + i] != word.charAt(i)) return false;
        return true;
    }

    private void scanSpecial() {
        kind = FLOAT;
        scanWord();
        if (position + 1 < text.length && text[position] == ':' && text[position + 1] == '0') {
            position++;
            scanWord();
        }
    }

    private void scanNumber() {
        kind = INTEGER;
        for (; position < text.length; position++) {
            byte c = text[position];
            boolean exponentSign = (c == '-' || c == '+') && kind == FLOAT && (text[position - 1] | 32) == 'p';
            if (c == '.' || c == 'p' || c == 'P') kind = FLOAT;
            else if (!isWordByte(c) && !exponentSign) return;
        }
    }

    private void scanWord() {
        while (position < text.length && isWordByte(text[position])) position++;
    }

    private void scanString() throws ClifException {
        kind = STRING;
        position++;
        while (position < text.length && text[position] != '"' && text[position] != '\n') position++;
        end = position;
        if (position == text.length || text[position] != '"') throw error("this string does not end on its line");
        position++;
    }

    private static boolean isLetter(byte c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
    }

    private static boolean isWordByte(byte c) {
        return isLetter(c) || c >= '0' && c <= '9';
    }

    private static boolean isNameByte(byte c) {
        return isWordByte(c) || c == '.' || c == '$';
    }
}
