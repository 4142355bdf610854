package dev.backbench.qbe.il;

import java.util.ArrayList;
import java.util.List;

/** Reads IL, the whole language, straight from bytes; functions go to {@link FunctionParser}. One parser serves a thread and is reused. */
public final class Parser {
    private static final int MAX_ALIGN = 1 << 16;
    /** Zeros of a file that take room in the object, and of a definition that does not. */
    private static final long MAX_ZEROS = 1 << 28, MAX_RESERVED = 1L << 40;

    private final Lexer lexer;
    private final Symbols symbols;
    private final Types types;
    private final FunctionParser functions;
    private int token;

    /** @param file for messages */
    public Parser(String file, Symbols symbols, Types types) {
        this.symbols = symbols;
        this.types = types;
        lexer = new Lexer(file);
        functions = new FunctionParser(lexer, symbols, types);
    }

    /**
     * Parses a file and hands over its definitions.
     *
     * @throws IlException with line and column; what was handed over before stays valid
     */
    public void parse(byte[] text, IlSink sink) {
        lexer.reset(text);
        symbols.beginFile();
        written = 0;
        next();
        while (token != Token.END) {
            switch (token) {
                case Token.TYPE_WORD -> type();
                case Token.DBGFILE -> debugFile(sink);
                default -> definition(sink);
            }
        }
    }

    /** The next token that is not the end of a line. */
    private void next() {
        do token = lexer.next();
        while (token == Token.NEWLINE);
    }

    private void expect(int wanted) {
        if (token != wanted) throw unexpected("expected " + Token.spelling(wanted));
    }

    private IlException unexpected(String what) {
        return lexer.error(lexer.tokenStart, what + ", not " + Token.spelling(token));
    }

    private void debugFile(IlSink sink) {
        next();
        expect(Token.STRING);
        sink.debugFile(lexer.here());
        next();
    }

    private void definition(IlSink sink) {
        Linkage linkage = linkage();
        if (token == Token.DATA) {
            data(linkage, sink);
        } else if (token == Token.FUNCTION) {
            if (linkage.thread() || linkage.common()) throw lexer.error(lexer.tokenStart, "only data is " + (linkage.thread() ? "thread" : "common") + ": leave the word out before a function");
            functions.parse(linkage);
            sink.function(functions.fn());
            next();
        } else {
            throw unexpected("expected a definition: type, data, function or what may stand before the latter two");
        }
    }

    private Linkage linkage() {
        boolean export = false, thread = false, common = false;
        String section = null, flags = null;
        while (true) {
            switch (token) {
                case Token.EXPORT -> export = true;
                case Token.THREAD -> thread = true;
                case Token.COMMON -> common = true;
                case Token.SECTION -> {
                    next();
                    expect(Token.STRING);
                    section = lexer.here();
                    next();
                    if (token == Token.STRING) {
                        flags = lexer.here();
                        next();
                    }
                    continue;
                }
                default -> {
                    return new Linkage(export, thread, common, section, flags, 0);
                }
            }
            next();
        }
    }

    // ---- types ----

    private void type() {
        next();
        expect(Token.TYPE);
        if (types.find(lexer.text(), lexer.nameStart, lexer.nameEnd) >= 0) throw lexer.error(lexer.tokenStart, "type :" + lexer.here() + " is defined twice");
        String name = lexer.here();
        next();
        expect(Token.EQUALS);
        next();
        int align = token == Token.ALIGN ? align() : -1;
        expect(Token.LEFT_BRACE);
        next();
        if (token == Token.INTEGER) {
            opaque(name, align);
        } else if (token == Token.LEFT_BRACE) {
            List<List<Types.Field>> variants = new ArrayList<>();
            Shape shape = new Shape(align);
            while (token == Token.LEFT_BRACE) {
                next();
                variants.add(fields(shape));
            }
            expect(Token.RIGHT_BRACE);
            types.define(shape.aggregate(name, true, variants));
        } else {
            Shape shape = new Shape(align);
            types.define(shape.aggregate(name, false, List.of(fields(shape))));
            return;
        }
        next();
    }

    private int align() {
        next();
        expect(Token.INTEGER);
        long align = lexer.number;
        if (align <= 0 || align > MAX_ALIGN || Long.bitCount(align) != 1) throw lexer.error(lexer.tokenStart, "an alignment is a power of two up to " + MAX_ALIGN);
        next();
        return (int) align;
    }

    private void opaque(String name, int align) {
        if (align < 0) throw lexer.error(lexer.tokenStart, "an opaque type needs an alignment: type :" + name + " = align N { SIZE }");
        if (lexer.number < 0 || lexer.number > Integer.MAX_VALUE) throw lexer.error(lexer.tokenStart, "an aggregate is smaller than 2 GiB");
        types.define(new Types.Aggregate(name, true, false, List.of(), lexer.number, align));
        next();
        expect(Token.RIGHT_BRACE);
    }

    /** Size and alignment as the fields come in: C's rules. */
    private static final class Shape {
        private final boolean given;
        private int align;
        private long size;

        Shape(int align) {
            given = align > 0;
            this.align = given ? align : 1;
        }

        Types.Aggregate aggregate(String name, boolean union, List<List<Types.Field>> variants) {
            return new Types.Aggregate(name, false, union, variants, size + align - 1 & -align, align);
        }
    }

    /** Fields up to the closing brace, which is consumed. */
    private List<Types.Field> fields(Shape shape) {
        List<Types.Field> fields = new ArrayList<>();
        long offset = 0;
        while (token != Token.RIGHT_BRACE) {
            int kind = fieldKind(), type = -1;
            long size = fieldSize(kind);
            int align = (int) size;
            if (kind == Types.AGGREGATE) {
                type = types.find(lexer.text(), lexer.nameStart, lexer.nameEnd);
                if (type < 0) throw lexer.error(lexer.tokenStart, "type :" + lexer.here() + " is not defined before");
                size = types.get(type).size();
                align = types.get(type).align();
            }
            next();
            long count = 1;
            if (token == Token.INTEGER) {
                count = lexer.number;
                if (count < 0 || count > 1 << 20) throw lexer.error(lexer.tokenStart, "a field's count is from 0 to " + (1 << 20));
                next();
            }
            if (!shape.given) shape.align = Math.max(shape.align, align);
            offset = offset + align - 1 & -align;
            for (long i = 0, from = offset; i < count && size > 0 && from < Types.KEPT && fields.size() < Types.KEPT; i++, from += size) fields.add(new Types.Field(kind, type, (int) from));
            offset += count * size;
            if (offset > Integer.MAX_VALUE) throw lexer.error(lexer.tokenStart, "an aggregate is smaller than 2 GiB");
            if (token != Token.COMMA) break;
            next();
        }
        expect(Token.RIGHT_BRACE);
        next();
        shape.size = Math.max(shape.size, offset);
        return fields;
    }

    private int fieldKind() {
        return switch (token) {
            case Token.BYTE -> Types.B;
            case Token.HALF -> Types.H;
            case Token.TYPE -> Types.AGGREGATE;
            case Token.CLASS, Token.CLASS + 1, Token.CLASS + 2, Token.CLASS + 3 -> token - Token.CLASS;
            default -> throw unexpected("expected a field: w, l, s, d, b, h or a type's name");
        };
    }

    private static int fieldSize(int kind) {
        return switch (kind) {
            case Types.B -> 1;
            case Types.H -> 2;
            case Cls.L, Cls.D -> 8;
            default -> 4;
        };
    }

    // ---- data ----

    /** Whether the section of the data at hand has no bytes in the file; whether the data has. */
    private boolean zerosOnly, solid;
    /** Zeros of the data at hand, and of all before it that has bytes. */
    private long zeros, written;

    private void data(Linkage before, IlSink sink) {
        next();
        expect(Token.GLOBAL);
        int symbol = symbols.intern(lexer.text(), lexer.nameStart, lexer.nameEnd);
        if (!symbols.define(symbol) && !before.common()) throw lexer.error(lexer.tokenStart, "$" + lexer.here() + " is defined twice");
        zerosOnly = before.section() != null && before.section().matches("\\.t?bss(\\..*)?");
        solid = before.section() != null && !zerosOnly;
        zeros = 0;
        next();
        expect(Token.EQUALS);
        next();
        Linkage linkage = before;
        if (token == Token.ALIGN) {
            linkage = new Linkage(before.export(), before.thread(), before.common(), before.section(), before.sectionFlags(), align());
        }
        expect(Token.LEFT_BRACE);
        next();
        sink.beginData(symbol, linkage);
        while (token != Token.RIGHT_BRACE) {
            items(sink);
            if (token != Token.COMMA) break;
            next();
        }
        expect(Token.RIGHT_BRACE);
        sink.endData();
        next();
    }

    /** One kind and its items: {@code w 1 2 3}, {@code l $a+8}, {@code b "text"}, {@code z 100}. */
    private void items(IlSink sink) {
        if (token == Token.ZERO) {
            next();
            expect(Token.INTEGER);
            if (lexer.number < 0 || lexer.number > MAX_RESERVED - zeros) throw lexer.error(lexer.tokenStart, "a definition has 0 to " + MAX_RESERVED + " zeros");
            zeros += lexer.number;
            if (solid) write(lexer.number);
            sink.dataZeros(lexer.number);
            next();
            return;
        }
        int kind = fieldKind();
        if (kind == Types.AGGREGATE) throw unexpected("expected w, l, s, d, b, h or z");
        int width = fieldSize(kind);
        next();
        int count = 0;
        while (item(sink, kind, width)) count++;
        if (count == 0) throw unexpected("expected a number, a string or a global");
    }

    private void write(long count) {
        written += count;
        if (written > MAX_ZEROS) throw lexer.error(lexer.tokenStart, "a file has at most " + MAX_ZEROS + " zeros among its data");
    }

    private boolean item(IlSink sink, int kind, int width) {
        boolean value = token == Token.STRING || token == Token.GLOBAL || (token == Token.INTEGER || token == Token.SINGLE || token == Token.DOUBLE) && lexer.number != 0;
        if (value && !solid) {
            solid = true;
            write(zeros);
        }
        if (zerosOnly && value) throw lexer.error(lexer.tokenStart, "a section that is all zeros holds nothing else");
        switch (token) {
            case Token.INTEGER -> sink.dataNumber(width, lexer.number);
            case Token.SINGLE, Token.DOUBLE -> {
                if (width != (token == Token.SINGLE ? 4 : 8)) throw lexer.error(lexer.tokenStart, token == Token.SINGLE ? "a single is data of kind s" : "a double is data of kind d");
                sink.dataNumber(width, lexer.number);
            }
            case Token.STRING -> {
                if (kind != Types.B) throw lexer.error(lexer.tokenStart, "a string is data of kind b");
                sink.dataString(unescape());
            }
            case Token.GLOBAL -> {
                if (kind != Cls.L) throw lexer.error(lexer.tokenStart, "an address is data of kind l");
                address(sink);
                return true;
            }
            default -> {
                return false;
            }
        }
        next();
        return true;
    }

    private void address(IlSink sink) {
        int symbol = symbols.intern(lexer.text(), lexer.nameStart, lexer.nameEnd);
        long offset = 0;
        next();
        if (token == Token.PLUS) {
            next();
            expect(Token.INTEGER);
            offset = lexer.number;
            next();
        }
        sink.dataAddress(symbol, offset);
    }

    /** C's escapes, as the assembler's {@code .ascii} reads them. */
    private byte[] unescape() {
        byte[] text = lexer.text();
        byte[] bytes = new byte[lexer.nameEnd - lexer.nameStart];
        int count = 0;
        for (int i = lexer.nameStart; i < lexer.nameEnd; i++) {
            int c = text[i];
            if (c == '\\' && i + 1 < lexer.nameEnd) {
                c = text[++i];
                if (c >= '0' && c <= '7') {
                    int value = c - '0';
                    for (int digits = 1; digits < 3 && i + 1 < lexer.nameEnd && text[i + 1] >= '0' && text[i + 1] <= '7'; digits++) value = 8 * value + text[++i] - '0';
                    c = value;
                } else if (c == 'x') {
                    int value = 0;
                    while (i + 1 < lexer.nameEnd && Character.digit(text[i + 1], 16) >= 0) value = 16 * value + Character.digit(text[++i], 16);
                    c = value;
                } else {
                    c = escaped(c);
                }
            }
            bytes[count++] = (byte) c;
        }
        return java.util.Arrays.copyOf(bytes, count);
    }

    private static int escaped(int c) {
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'v' -> 0x0B;
            case 'a' -> 7;
            case 'e' -> 0x1B;
            default -> c;
        };
    }

    /** The text behind a {@link Fn}'s packed name. */
    public String name(long packed) {
        return lexer.name(packed);
    }
}
