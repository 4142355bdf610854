package dev.backbench.qbe.il;

import java.util.Arrays;

/**
 * Parses one function into a reused {@link Fn} and checks it: classes of operands, one class per temporary, every used temporary defined, every branched-to block
 * defined, phis matching predecessors in name. The grammar is that of QBE's IL reference.
 */
final class FunctionParser {
    private final Lexer lexer;
    private final Symbols symbols;
    private final Types types;
    private final Fn fn = new Fn();
    private final FunctionChecker checker;
    private final NameTable temporaries = new NameTable();
    private final NameTable labels = new NameTable();
    /** Source position of each instruction, by its index, and of each block's jump and phis: for messages of the check. */
    private int[] insAt = new int[1024];
    private int[] jumpAt = new int[64];
    private int[] phiAt = new int[64];
    /** Source position of a temporary's and a block's first appearance. */
    private int[] tmpAt = new int[256];
    private int[] blockAt = new int[64];
    private boolean[] blockDefined = new boolean[64];
    private int[] order = new int[64];
    private int defined;
    private int token;
    /** Whether the signature or call at hand has had its {@code env}. */
    private boolean environment;

    FunctionParser(Lexer lexer, Symbols symbols, Types types) {
        this.lexer = lexer;
        this.symbols = symbols;
        this.types = types;
        checker = new FunctionChecker(lexer);
    }

    Fn fn() {
        return fn;
    }

    /** From behind the word {@code function} to the closing brace, which is the lexer's last token. */
    void parse(Linkage linkage) {
        fn.reset();
        fn.linkage = linkage;
        temporaries.reset();
        labels.reset();
        defined = 0;
        next();
        if (token != Token.GLOBAL) returnType();
        expect(Token.GLOBAL);
        fn.name = symbols.intern(lexer.text(), lexer.nameStart, lexer.nameEnd);
        if (!symbols.define(fn.name)) throw lexer.error(lexer.tokenStart, "$" + lexer.here() + " is defined twice");
        next();
        int parametersAt = fn.insCount;
        parameters();
        skipLines();
        expect(Token.LEFT_BRACE);
        next();
        skipLines();
        if (token != Token.LABEL) throw unexpected("expected the first block's label");
        body(parametersAt);
        finish();
        checker.check(fn, insAt, jumpAt, phiAt, tmpAt);
    }

    private void next() {
        token = lexer.next();
    }

    private void skipLines() {
        while (token == Token.NEWLINE) next();
    }

    private void expect(int wanted) {
        if (token != wanted) throw unexpected("expected " + Token.spelling(wanted));
    }

    private IlException unexpected(String what) {
        return lexer.error(lexer.tokenStart, what + ", not " + Token.spelling(token));
    }

    // ---- signature ----

    private void returnType() {
        switch (token) {
            case Token.CLASS, Token.CLASS + 1, Token.CLASS + 2, Token.CLASS + 3 -> fn.returnKind = Jump.RETW + token - Token.CLASS;
            case Token.SB, Token.UB, Token.SH, Token.UH -> fn.returnKind = Jump.RETSB + token - Token.SB;
            case Token.TYPE -> {
                fn.returnKind = Jump.RETC;
                fn.returnType = type();
            }
            default -> throw unexpected("expected a return type or the function's name");
        }
        next();
    }

    private int type() {
        int type = types.find(lexer.text(), lexer.nameStart, lexer.nameEnd);
        if (type < 0) throw lexer.error(lexer.tokenStart, "type :" + lexer.here() + " is not defined before");
        if (types.get(type).size() >= 1 << 28) throw lexer.error(lexer.tokenStart, "an aggregate that is passed by value is smaller than 256 MiB");
        return type;
    }

    private void parameters() {
        environment = false;
        expect(Token.LEFT_PAREN);
        next();
        while (token != Token.RIGHT_PAREN) {
            if (token == Token.DOTS) {
                fn.variadic = true;
                next();
                break;
            }
            parameter();
            if (token != Token.COMMA) break;
            next();
        }
        expect(Token.RIGHT_PAREN);
        next();
    }

    private void parameter() {
        int at = lexer.tokenStart, op, cls = Cls.L, type = Ref.NONE;
        switch (token) {
            case Token.ENV -> {
                environment();
                op = Op.PARE;
            }
            case Token.TYPE -> {
                op = Op.PARC;
                type = Ref.type(type());
            }
            case Token.SB, Token.UB, Token.SH, Token.UH -> {
                op = Op.PARSB + token - Token.SB;
                cls = Cls.W;
            }
            default -> {
                op = Op.PAR;
                cls = cls("expected a parameter's type");
            }
        }
        next();
        expect(Token.TEMPORARY);
        int to = temporary(cls);
        next();
        emit(at, op, cls, to, type, Ref.NONE);
    }

    private void environment() {
        if (environment) throw lexer.error(lexer.tokenStart, "env stands twice: there is one environment");
        environment = true;
    }

    private int cls(String otherwise) {
        if (token < Token.CLASS || token > Token.CLASS + Cls.D) throw unexpected(otherwise);
        return token - Token.CLASS;
    }

    // ---- blocks ----

    private void body(int parametersAt) {
        int current = -1;
        while (token != Token.RIGHT_BRACE) {
            if (token == Token.LABEL) {
                int block = block();
                if (blockDefined[block]) throw lexer.error(lexer.tokenStart, "block @" + lexer.here() + " is defined twice");
                if (current >= 0 && fn.jump[current] == Jump.NONE) fallThrough(current, block);
                blockDefined[block] = true;
                if (defined == order.length) order = Arrays.copyOf(order, 2 * defined);
                order[defined++] = block;
                fn.insStart[block] = current < 0 ? parametersAt : fn.insCount;
                fn.insEnd[block] = fn.insCount;
                fn.phiStart[block] = fn.phiEnd[block] = fn.phiCount;
                current = block;
                next();
            } else {
                if (fn.jump[current] != Jump.NONE) throw unexpected("expected a label behind the block's jump");
                line(current);
            }
            if (token != Token.NEWLINE && token != Token.RIGHT_BRACE) throw unexpected("expected the end of the line");
            skipLines();
            if (token == Token.END) throw unexpected("expected '}'");
        }
        if (fn.jump[current] == Jump.NONE) throw unexpected("the last block needs a jump");
    }

    private void fallThrough(int from, int to) {
        fn.jump[from] = Jump.JMP;
        fn.s1[from] = to;
        noteJump(from, lexer.tokenStart);
    }

    private int block() {
        int known = labels.find(lexer.text(), lexer.nameStart, lexer.nameEnd, fn.blockName);
        if (known >= 0) return known;
        int block = fn.newBlock(packedName());
        labels.add(lexer.text(), lexer.nameStart, lexer.nameEnd, block, fn.blockName);
        if (block >= blockAt.length) {
            blockAt = Arrays.copyOf(blockAt, 2 * block);
            blockDefined = Arrays.copyOf(blockDefined, 2 * block);
        }
        blockAt[block] = lexer.tokenStart;
        blockDefined[block] = false;
        return block;
    }

    private long packedName() {
        return (long) (lexer.nameEnd - lexer.nameStart) << 32 | lexer.nameStart;
    }

    /** One line of a block: a phi, an instruction or the jump. */
    private void line(int block) {
        int at = lexer.tokenStart;
        switch (token) {
            case Token.TEMPORARY -> {
                long name = packedName();
                int nameStart = lexer.nameStart, nameEnd = lexer.nameEnd;
                next();
                expect(Token.EQUALS);
                next();
                assignment(block, at, name, nameStart, nameEnd);
            }
            case Token.JMP, Token.JNZ, Token.RET, Token.HLT -> jump(block);
            case Token.CALL -> call(at, Cls.W, Ref.NONE, Ref.NONE);
            case Token.BLIT -> blit(at);
            default -> {
                if (token < Token.OP) throw unexpected("expected an instruction, a jump or a label");
                operation(at, Cls.W, Ref.NONE);
            }
        }
        fn.insEnd[block] = fn.insCount;
    }

    private void assignment(int block, int at, long name, int nameStart, int nameEnd) {
        int cls, type = Ref.NONE;
        if (token == Token.TYPE) {
            type = Ref.type(type());
            cls = Cls.L;
        } else if (token >= Token.SB && token <= Token.UH) {
            cls = Cls.W;
        } else {
            cls = cls("expected the result's class");
        }
        boolean plain = token >= Token.CLASS && token <= Token.CLASS + Cls.D;
        int to = temporary(cls, at, name, nameStart, nameEnd);
        next();
        if (token == Token.CALL) call(at, cls, to, type);
        else if (!plain) throw unexpected("expected call: only a call's result is an aggregate or narrower than a word");
        else if (token == Token.PHI) phi(block, at, cls, to);
        else operation(at, cls, to);
    }

    // ---- operands ----

    private int temporary(int cls) {
        return temporary(cls, lexer.tokenStart, packedName(), lexer.nameStart, lexer.nameEnd);
    }

    /** The operand of a name; {@code cls} is the class it is defined with here, or -1 where it is used. */
    private int temporary(int cls, int at, long name, int nameStart, int nameEnd) {
        int t = temporaries.find(lexer.text(), nameStart, nameEnd, fn.tmpName);
        if (t < 0) {
            t = fn.newTemporary(cls, name);
            temporaries.add(lexer.text(), nameStart, nameEnd, t, fn.tmpName);
            if (t >= tmpAt.length) tmpAt = Arrays.copyOf(tmpAt, 2 * t);
            tmpAt[t] = at;
        } else if (cls >= 0) {
            if (fn.tmpClass[t] >= 0 && fn.tmpClass[t] != cls) throw lexer.error(at, "%" + lexer.name(name) + " is given two classes: " + Cls.name(fn.tmpClass[t]) + " and " + Cls.name(cls));
            fn.tmpClass[t] = (byte) cls;
        }
        return Ref.tmp(t);
    }

    /** An operand, consumed. */
    private int operand() {
        int ref;
        switch (token) {
            case Token.TEMPORARY -> ref = temporary(-1);
            case Token.INTEGER, Token.SINGLE, Token.DOUBLE -> ref = fn.constant(lexer.number);
            case Token.GLOBAL -> {
                return address(false);
            }
            case Token.THREAD -> {
                next();
                expect(Token.GLOBAL);
                return address(true);
            }
            default -> throw unexpected("expected an operand");
        }
        next();
        return ref;
    }

    /** {@code $name}, or {@code $name+8} as passes write it. */
    private int address(boolean thread) {
        int symbol = symbols.intern(lexer.text(), lexer.nameStart, lexer.nameEnd);
        long offset = 0;
        next();
        if (token == Token.PLUS) {
            next();
            expect(Token.INTEGER);
            offset = lexer.number;
            if (offset != (int) offset) throw lexer.error(lexer.tokenStart, "an address is at most 2^31 bytes from its symbol; add what is more");
            next();
        }
        return fn.address(thread, symbol, offset);
    }

    private void emit(int at, int op, int cls, int to, int first, int second) {
        if (fn.insCount == insAt.length) insAt = Arrays.copyOf(insAt, 2 * fn.insCount);
        insAt[fn.insCount] = at;
        fn.emit(op, cls, to, first, second);
    }

    // ---- instructions ----

    private void operation(int at, int cls, int to) {
        int op = token - Token.OP;
        if (token < Token.OP) {
            if (token < Token.LOADW || token > Token.LOADD) throw unexpected("expected an operation");
            // loadw alone says nothing of how a long is filled: with the sign, as loadsw
            op = token == Token.LOADW && cls == Cls.L ? Op.LOADSW : Op.LOAD;
            if (op == Op.LOAD && cls != token - Token.LOADW && to != Ref.NONE) throw unexpected("the result's class is " + Cls.name(cls) + ", which does not fit");
        }
        if (op != Op.DBGLOC && Op.hasResult(op) != (to != Ref.NONE)) {
            throw lexer.error(lexer.tokenStart, Op.name(op) + (to == Ref.NONE ? " needs a result: %name =" + "class " + Op.name(op) : " has no result"));
        }
        if (to != Ref.NONE && !Op.gives(op, cls)) throw lexer.error(lexer.tokenStart, Op.name(op) + " gives no result of class " + Cls.name(cls));
        next();
        int first = Ref.NONE, second = Ref.NONE;
        if (op == Op.DBGLOC) {
            first = line();
            if (token == Token.COMMA) {
                next();
                second = line();
            }
        } else {
            first = operand();
            if (Op.operand(op, cls, 1) != Cls.NONE) {
                expect(Token.COMMA);
                next();
                second = operand();
            }
        }
        emit(at, op, cls, to, first, second);
    }

    /** A line or column of {@code dbgloc}. */
    private int line() {
        expect(Token.INTEGER);
        if (lexer.number < 0 || lexer.number >= 1 << 28) throw lexer.error(lexer.tokenStart, "a source position is from 0 to " + ((1 << 28) - 1));
        int ref = Ref.integer((int) lexer.number);
        next();
        return ref;
    }

    private void blit(int at) {
        next();
        int from = operand();
        expect(Token.COMMA);
        next();
        int to = operand();
        expect(Token.COMMA);
        next();
        expect(Token.INTEGER);
        if (lexer.number < 0 || lexer.number >= 1 << 28) throw lexer.error(lexer.tokenStart, "blit copies from 0 to " + ((1 << 28) - 1) + " bytes");
        int size = Ref.integer((int) lexer.number);
        next();
        emit(at, Op.BLIT0, Cls.W, Ref.NONE, from, to);
        emit(at, Op.BLIT1, Cls.W, Ref.NONE, size, Ref.NONE);
    }

    private void call(int at, int cls, int to, int type) {
        next();
        int callee = operand();
        expect(Token.LEFT_PAREN);
        next();
        boolean variadic = false;
        environment = false;
        while (token != Token.RIGHT_PAREN) {
            int here = lexer.tokenStart;
            if (token == Token.DOTS) {
                if (variadic) throw lexer.error(here, "... stands twice");
                variadic = true;
                next();
                emit(here, Op.ARGV, Cls.W, Ref.NONE, Ref.NONE, Ref.NONE);
            } else {
                argument(here);
            }
            if (token != Token.COMMA) break;
            next();
        }
        expect(Token.RIGHT_PAREN);
        next();
        emit(at, Op.CALL, cls, to, callee, type);
    }

    private void argument(int at) {
        int kind = token;
        int type = Ref.NONE, cls = Cls.L;
        if (kind == Token.TYPE) type = Ref.type(type());
        else if (kind >= Token.SB && kind <= Token.UH) cls = Cls.W;
        else if (kind == Token.ENV) environment();
        else cls = cls("expected an argument's type");
        next();
        int value = operand();
        if (kind == Token.TYPE) emit(at, Op.ARGC, cls, Ref.NONE, type, value);
        else if (kind == Token.ENV) emit(at, Op.ARGE, cls, Ref.NONE, value, Ref.NONE);
        else if (kind >= Token.SB && kind <= Token.UH) emit(at, Op.ARGSB + kind - Token.SB, cls, Ref.NONE, value, Ref.NONE);
        else emit(at, Op.ARG, cls, Ref.NONE, value, Ref.NONE);
    }

    private void phi(int block, int at, int cls, int to) {
        if (fn.insStart[block] != fn.insCount || defined == 1) throw lexer.error(at, "a phi stands before the instructions of a block that is not the first");
        next();
        int phi = fn.newPhi(cls, to);
        if (phi >= phiAt.length) phiAt = Arrays.copyOf(phiAt, 2 * phi);
        phiAt[phi] = at;
        while (true) {
            expect(Token.LABEL);
            int from = block();
            next();
            fn.phiArgument(from, operand());
            if (token != Token.COMMA) break;
            next();
        }
        fn.phiEnd[block] = fn.phiCount;
    }

    private void jump(int block) {
        int at = lexer.tokenStart, kind = token;
        next();
        if (kind == Token.HLT) {
            fn.jump[block] = Jump.HLT;
        } else if (kind == Token.RET) {
            boolean value = token != Token.NEWLINE && token != Token.RIGHT_BRACE;
            if (value && fn.returnKind == Jump.RET0) throw lexer.error(lexer.tokenStart, "the function returns nothing");
            fn.jump[block] = value ? fn.returnKind : Jump.RET0;
            if (value) fn.jumpArg[block] = operand();
        } else {
            if (kind == Token.JNZ) {
                fn.jumpArg[block] = operand();
                expect(Token.COMMA);
                next();
            }
            fn.jump[block] = kind == Token.JNZ ? Jump.JNZ : Jump.JMP;
            int first = target(); // may grow the arrays of blocks
            fn.s1[block] = first;
            if (kind == Token.JNZ) {
                expect(Token.COMMA);
                next();
                int second = target();
                fn.s2[block] = second;
            }
        }
        noteJump(block, at);
    }

    private int target() {
        expect(Token.LABEL);
        int block = block();
        next();
        return block;
    }

    private void noteJump(int block, int at) {
        if (block >= jumpAt.length) jumpAt = Arrays.copyOf(jumpAt, Math.max(2 * jumpAt.length, block + 1));
        jumpAt[block] = at;
    }

    // ---- the end ----

    /** Renumbers blocks in the order of their definition, so that block 0 is the start, and rejects those that are only named. */
    private void finish() {
        for (int b = 0; b < fn.blocks; b++) {
            if (!blockDefined[b]) throw lexer.error(blockAt[b], "block @" + lexer.name(fn.blockName[b]) + " is never defined");
        }
        boolean sorted = true;
        for (int i = 0; i < defined; i++) sorted &= order[i] == i;
        if (!sorted) fn.renumberBlocks(order, jumpAt);
    }
}
