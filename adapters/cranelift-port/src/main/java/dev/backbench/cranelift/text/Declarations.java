package dev.backbench.cranelift.text;

import static dev.backbench.cranelift.ir.Entities.*;

import dev.backbench.cranelift.ir.CallConv;
import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Table;
import dev.backbench.cranelift.ir.Types;
import java.util.Arrays;

/** What a function declares before its blocks, and signatures. */
final class Declarations {
    private static final int MAX_SLOT = Integer.MAX_VALUE / 2;
    private final Cursor cursor;
    private final Lexer lexer;
    private int[] types = new int[48];
    private Function f;
    private Entities entities;

    Declarations(Cursor cursor) {
        this.cursor = cursor;
        this.lexer = cursor.lexer;
    }

    void functionSignature() throws ClifException {
        f = cursor.function;
        entities = f.entities;
        f.params = parameters();
        f.returns = returns();
        f.conv = convention();
    }

    /** Leaves at the first block or the closing brace. */
    void preamble() throws ClifException {
        while (lexer.kind == Lexer.WORD && lexer.entity("block") < 0) {
            if (lexer.entity("ss") >= 0) slot();
            else if (lexer.entity("dss") >= 0) dynamicSlot();
            else if (lexer.entity("dt") >= 0) dynamicType();
            else if (lexer.entity("gv") >= 0) global();
            else if (lexer.entity("sig") >= 0) signature();
            else if (lexer.entity("fn") >= 0) externalFunction();
            else if (lexer.entity("const") >= 0) constant();
            else if (lexer.entity("region") >= 0) region();
            else if (lexer.isWord("stack_limit")) stackLimit();
            else throw lexer.expected("a declaration or a block");
        }
    }

    private int declare(String prefix, Table table) throws ClifException {
        int number = lexer.entity(prefix);
        if (table.has(number)) throw lexer.error(prefix + number + " is declared twice");
        cursor.entity(prefix);
        table.define(number);
        cursor.expect('=');
        return number;
    }

    private void slot() throws ClifException {
        int slot = declare("ss", entities.slots);
        cursor.expectWord("explicit_slot");
        entities.slots.set(slot, SLOT_SIZE, (int) cursor.integer(0, MAX_SLOT, "a size in bytes"));
        while (cursor.accept(',')) {
            if (cursor.acceptWord("align")) {
                cursor.expect('=');
                int line = lexer.line, column = lexer.column();
                int align = (int) cursor.integer(1, 1 << 16, "an alignment in bytes");
                if (Integer.bitCount(align) != 1) throw new ClifException(line, column, "expected a power of two, found " + align);
                entities.slots.set(slot, SLOT_ALIGN, Integer.numberOfTrailingZeros(align));
            } else if (cursor.acceptWord("key")) {
                cursor.expect('=');
                entities.slots.set(slot, SLOT_HAS_KEY, 1);
                entities.slots.setLong(slot, SLOT_KEY, cursor.integer64());
            } else {
                throw lexer.expected("'align' or 'key'");
            }
        }
    }

    private void dynamicSlot() throws ClifException {
        int slot = declare("dss", entities.dynamicSlots);
        cursor.expectWord("explicit_dynamic_slot");
        int type = lexer.entity("dt");
        if (!entities.dynamicTypes.has(type)) throw lexer.expected("a declared dynamic type");
        lexer.next();
        entities.dynamicSlots.set(slot, DYN_SLOT_TYPE, type);
    }

    private void dynamicType() throws ClifException {
        int number = lexer.entity("dt");
        if (entities.dynamicTypes.has(number)) throw lexer.error("dt" + number + " is declared twice");
        cursor.entity("dt");
        cursor.expect('=');
        int type = cursor.type();
        if (!Types.isVector(type) || Types.isDynamic(type)) throw lexer.error("the least shape of a dynamic type must be a vector, " + Types.name(type) + " is none");
        cursor.expect('*');
        int scale = cursor.entity("gv");
        entities.dynamicTypes.define(number);
        entities.dynamicTypes.set(number, DYN_BASE, type);
        entities.dynamicTypes.set(number, DYN_SCALE, scale);
    }

    private void global() throws ClifException {
        int line = lexer.line;
        int gv = declare("gv", entities.globals);
        entities.globals.set(gv, GV_LINE, line);
        if (cursor.acceptWord("vmctx")) global(gv, GV_VMCTX, 0, -1, 0, 0);
        else if (cursor.acceptWord("symbol")) symbol(gv);
        else if (cursor.acceptWord("dyn_scale_target_const")) global(gv, GV_DYN_SCALE, cursor.dottedType(), -1, 0, 0);
        else if (cursor.acceptWord("load")) {
            int type = cursor.dottedType();
            int flags = cursor.memFlags();
            int base = cursor.entity("gv");
            global(gv, GV_LOAD, type, base, flags, cursor.offset());
        } else if (cursor.acceptWord("iadd_imm")) {
            int type = cursor.dottedType();
            int base = cursor.entity("gv");
            cursor.expect(',');
            global(gv, GV_IADD_IMM, type, base, 0, cursor.integer64());
        } else {
            throw lexer.expected("vmctx, load, iadd_imm, symbol or dyn_scale_target_const");
        }
    }

    private void symbol(int gv) throws ClifException {
        int flags = cursor.acceptWord("colocated") ? COLOCATED : 0;
        if (cursor.acceptWord("tls")) flags |= TLS;
        int name = cursor.externalName();
        boolean offset = lexer.kind == Lexer.INTEGER && (lexer.text[lexer.start] == '+' || lexer.text[lexer.start] == '-');
        global(gv, GV_SYMBOL, 0, name, flags, offset ? cursor.integer64() : 0);
    }

    private void global(int gv, int kind, int type, int base, int flags, long offset) {
        Table globals = entities.globals;
        globals.set(gv, GV_KIND, kind);
        globals.set(gv, GV_TYPE, type);
        globals.set(gv, GV_BASE, base);
        globals.set(gv, GV_FLAGS, flags);
        globals.setLong(gv, GV_OFFSET, offset);
    }

    private void signature() throws ClifException {
        readSignature(declare("sig", entities.signatures));
    }

    private void readSignature(int sig) throws ClifException {
        entities.signatures.set(sig, SIG_PARAMS, parameters());
        entities.signatures.set(sig, SIG_RETURNS, returns());
        entities.signatures.set(sig, SIG_CONV, convention());
    }

    private void externalFunction() throws ClifException {
        int number = declare("fn", entities.functions);
        int flags = cursor.acceptWord("colocated") ? COLOCATED : 0;
        if (cursor.acceptWord("patchable")) flags |= PATCHABLE;
        int name = cursor.externalName();
        int sig = lexer.entity("sig");
        if (sig >= 0) {
            if (!entities.signatures.has(sig)) throw lexer.error("sig" + sig + " is not declared");
            lexer.next();
        } else {
            sig = entities.signatures.count();
            entities.signatures.define(sig);
            readSignature(sig);
        }
        entities.functions.set(number, FUNC_NAME, name);
        entities.functions.set(number, FUNC_SIG, sig);
        entities.functions.set(number, FUNC_FLAGS, flags);
    }

    private void constant() throws ClifException {
        int number = declare("const", entities.constants);
        byte[] bytes = Constants.hex(cursor);
        entities.constants.set(number, CONST_BYTES, f.text.add(bytes, 0, bytes.length));
    }

    private void region() throws ClifException {
        int line = lexer.line;
        int region = declare("region", entities.regions);
        entities.regions.set(region, REGION_LINE, line);
        entities.regions.set(region, REGION_USER, (int) cursor.integer(0, 0xffffffffL, "the user's number of the region"));
        if (lexer.kind != Lexer.STRING) throw lexer.expected("a description in quotes");
        entities.regions.set(region, REGION_TEXT, f.text.add(lexer.text, lexer.start + 1, lexer.end - lexer.start - 2));
        lexer.next();
    }

    private void stackLimit() throws ClifException {
        lexer.next();
        cursor.expect('=');
        f.stackLimit = cursor.entity("gv");
    }

    private int parameters() throws ClifException {
        cursor.expect('(');
        int list = cursor.is(')') ? 0 : list();
        cursor.expect(')');
        return list;
    }

    private int returns() throws ClifException {
        if (lexer.kind != Lexer.ARROW) return 0;
        lexer.next();
        return list();
    }

    private int convention() throws ClifException {
        int conv = lexer.kind == Lexer.WORD ? CallConv.find(lexer.text()) : -1;
        if (conv < 0) return CallConv.FAST.ordinal();
        lexer.next();
        return conv;
    }

    private int list() throws ClifException {
        int count = 0;
        do {
            if (count + PARAM_INTS > types.length) types = Arrays.copyOf(types, count * 2);
            types[count] = cursor.type();
            int extension = cursor.acceptWord("uext") ? EXT_UEXT : cursor.acceptWord("sext") ? EXT_SEXT : EXT_NONE;
            int purpose = PURPOSE_NORMAL, bytes = 0;
            if (cursor.acceptWord("sret")) purpose = PURPOSE_SRET;
            else if (cursor.acceptWord("vmctx")) purpose = PURPOSE_VMCTX;
            else if (cursor.acceptWord("sarg")) {
                purpose = PURPOSE_STRUCT;
                cursor.expect('(');
                bytes = (int) cursor.integer(0, MAX_SLOT, "a size in bytes");
                cursor.expect(')');
            }
            types[count + 1] = param(extension, purpose);
            types[count + 2] = bytes;
            count += PARAM_INTS;
        } while (cursor.accept(','));
        return f.pool.of(types, count);
    }
}
