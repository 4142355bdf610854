package dev.backbench.cranelift.text;

import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.ir.TrapCode;
import dev.backbench.cranelift.ir.Types;
import java.math.BigInteger;

/** The small pieces that declarations and instructions are made of, read from one {@link Lexer} into one function. */
final class Cursor {
    final Lexer lexer;
    Function function;

    Cursor(Lexer lexer) {
        this.lexer = lexer;
    }

    boolean is(char c) {
        return lexer.kind == c;
    }

    boolean accept(char c) throws ClifException {
        if (lexer.kind != c) return false;
        lexer.next();
        return true;
    }

    void expect(char c) throws ClifException {
        if (!accept(c)) throw lexer.expected("'" + c + "'");
    }

    boolean acceptWord(String word) throws ClifException {
        if (!lexer.isWord(word)) return false;
        lexer.next();
        return true;
    }

    void expectWord(String word) throws ClifException {
        if (!acceptWord(word)) throw lexer.expected("'" + word + "'");
    }

    /** A word such as {@code v3}. */
    int entity(String prefix, int limit) throws ClifException {
        int number = lexer.entity(prefix);
        if (number < 0) throw lexer.expected(prefix + "N");
        if (number >= limit) throw lexer.error(prefix + " numbers go up to " + (limit - 1));
        lexer.next();
        return number;
    }

    int entity(String prefix) throws ClifException {
        return entity(prefix, Entities.MAX_NUMBER);
    }

    int value() throws ClifException {
        return entity("v", Function.MAX_NUMBER);
    }

    int block() throws ClifException {
        return entity("block", Function.MAX_NUMBER);
    }

    /** A type, or a dynamic type's name. */
    int type() throws ClifException {
        int type = lexer.kind == Lexer.WORD ? Types.parse(lexer.text, lexer.start, lexer.end) : Types.NONE;
        int dynamic = type == Types.NONE ? lexer.entity("dt") : -1;
        if (dynamic >= 0 && !function.entities.dynamicTypes.has(dynamic)) throw lexer.error("dt" + dynamic + " is not declared");
        if (dynamic >= 0) type = Types.dynamic(function.entities.dynamicTypes.get(dynamic, Entities.DYN_BASE));
        if (type == Types.NONE) throw lexer.expected("a type");
        lexer.next();
        return type;
    }

    int dottedType() throws ClifException {
        expect('.');
        return type();
    }

    BigInteger bigInteger(String what) throws ClifException {
        BigInteger value = lexer.kind == Lexer.INTEGER ? Numbers.parseInteger(lexer.text()) : null;
        if (value == null) throw lexer.expected(what);
        lexer.next();
        return value;
    }

    long integer(long low, long high, String what) throws ClifException {
        int length = lexer.end - lexer.start;
        if (lexer.kind == Lexer.INTEGER && length < 19 && (length < 2 || lexer.text[lexer.start + 1] != 'x')) {
            long fast = decimal();
            if (fast >= low && fast <= high) {
                lexer.next();
                return fast;
            }
        }
        BigInteger value = lexer.kind == Lexer.INTEGER ? Numbers.parseInteger(lexer.text()) : null;
        if (value == null || value.compareTo(BigInteger.valueOf(low)) < 0 || value.compareTo(BigInteger.valueOf(high)) > 0) throw lexer.expected(what);
        lexer.next();
        return value.longValue();
    }

    /** @return the token as a decimal, {@link Long#MIN_VALUE} where it is none */
    private long decimal() {
        int i = lexer.start;
        byte sign = lexer.text[i];
        if (sign == '-' || sign == '+') i++;
        long value = 0;
        for (; i < lexer.end; i++) {
            int digit = lexer.text[i] - '0';
            if (digit < 0 || digit > 9) return Long.MIN_VALUE;
            value = value * 10 + digit;
        }
        return sign == '-' ? -value : value;
    }

    /** 64 bits, signed or not. */
    long integer64() throws ClifException {
        int length = lexer.end - lexer.start;
        long fast = lexer.kind == Lexer.INTEGER && length < 19 ? decimal() : Long.MIN_VALUE;
        if (fast != Long.MIN_VALUE) {
            lexer.next();
            return fast;
        }
        BigInteger value = lexer.kind == Lexer.INTEGER ? Numbers.parseInteger(lexer.text()) : null;
        if (value == null || value.bitLength() > (value.signum() < 0 ? 63 : 64)) throw lexer.expected("an integer of 64 bits");
        lexer.next();
        return value.longValue();
    }

    /** A signed integer of 32 bits right behind an address, 0 where there is none. */
    int offset() throws ClifException {
        boolean signed = lexer.kind == Lexer.INTEGER && (lexer.text[lexer.start] == '+' || lexer.text[lexer.start] == '-');
        return signed ? (int) integer(Integer.MIN_VALUE, Integer.MAX_VALUE, "an offset of 32 bits") : 0;
    }

    /** @param format 0 to 3 for 16 to 128 bits */
    BigInteger floating(int format) throws ClifException {
        boolean number = lexer.kind == Lexer.FLOAT || lexer.kind == Lexer.INTEGER;
        BigInteger bits = number ? Numbers.parseFloat(lexer.text(), format) : null;
        if (bits == null) throw lexer.expected("a float of " + (16 << format) + " bits, exact and hexadecimal such as 0x1.8p1");
        lexer.next();
        return bits;
    }

    int trapCode() throws ClifException {
        int code = lexer.kind == Lexer.WORD ? TrapCode.parse(lexer.text()) : 0;
        if (code == 0) throw lexer.expected("a trap code: stk_ovf, int_ovf, heap_oob, int_divz, bad_toint or userN");
        lexer.next();
        return code;
    }

    /** Any number of flags, until something that is none. */
    int memFlags() throws ClifException {
        int flags = MemFlags.NONE;
        while (lexer.kind == Lexer.WORD && lexer.entity("v") < 0 && lexer.entity("gv") < 0) {
            int region = lexer.entity("region");
            if (region > MemFlags.MAX_REGION) throw lexer.error("region numbers go up to " + MemFlags.MAX_REGION);
            int more = region >= 0 ? MemFlags.withRegion(flags, region) : MemFlags.with(flags, lexer.text());
            if (more == -2) throw lexer.error("both big and little");
            if (more == -1) return flags;
            flags = more;
            lexer.next();
        }
        return flags;
    }

    /** {@code %name}, {@code u1:2} or {@code userextnameN}. @return see {@link Entities#userName} */
    int externalName() throws ClifException {
        if (lexer.kind == Lexer.NAME) {
            int name = function.text.add(lexer.text, lexer.start + 1, lexer.end - lexer.start - 1);
            lexer.next();
            return name;
        }
        int known = lexer.entity("userextname");
        if (known >= 0 && known < Entities.MAX_NUMBER) {
            lexer.next();
            return ~known;
        }
        int space = lexer.entity("u");
        if (space < 0) throw lexer.expected("a name: %name or uN:N");
        lexer.next();
        expect(':');
        return function.entities.userName(space, (int) integer(0, 0xffffffffL, "the number of a name"));
    }
}
