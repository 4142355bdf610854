package dev.backbench.cranelift.text;

import static dev.backbench.cranelift.ir.Entities.*;

import dev.backbench.cranelift.ir.Constraint;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Pool;
import dev.backbench.cranelift.ir.Types;
import java.util.Arrays;

/** Blocks and instructions. Values may be used before the text defines them, except where an operation's type must be known from one. */
final class BodyParser {
    private final Cursor cursor;
    private final Lexer lexer;
    private final OperandParser operands;
    private Function f;
    private int[] results = new int[8];
    private int resultCount;
    private int[] types = new int[8];
    private int typeCount;
    private int[] params = new int[16];
    private int[] aliasLines = new int[8];
    private int aliases;

    BodyParser(Cursor cursor) {
        this.cursor = cursor;
        this.lexer = cursor.lexer;
        this.operands = new OperandParser(cursor);
    }

    void parse() throws ClifException {
        f = cursor.function;
        operands.begin();
        aliases = 0;
        while (!cursor.is('}')) {
            if (lexer.kind == Lexer.END) throw lexer.expected("'}'");
            block();
        }
        checkAliases();
        operands.checkUses();
    }

    private void block() throws ClifException {
        int line = lexer.line;
        int block = lexer.entity("block");
        if (block >= 0 && f.layout.has(block)) throw lexer.error("block" + block + " is defined twice");
        if (block < 0) throw lexer.expected("a block, such as block0:");
        cursor.block();
        f.defineBlock(block, line);
        f.layout.appendBlock(block);
        if (cursor.accept('(')) blockParams(block);
        if (cursor.acceptWord("cold")) f.setCold(block);
        cursor.expect(':');
        while (!cursor.is('}') && lexer.entity("block") < 0 && lexer.kind != Lexer.END) instruction(block);
    }

    private void blockParams(int block) throws ClifException {
        int count = 0;
        while (!cursor.is(')')) {
            if (count > 0) cursor.expect(',');
            int value = newValue();
            cursor.expect(':');
            f.defineValue(value, cursor.type(), Function.PARAM, block);
            if (count == params.length) params = Arrays.copyOf(params, count * 2);
            params[count++] = value;
        }
        lexer.next();
        f.setBlockParams(block, f.pool.of(params, count));
    }

    private int newValue() throws ClifException {
        int value = lexer.entity("v");
        if (f.valueKind(value) != Function.NO_DEFINITION) throw lexer.error("v" + value + " is defined twice");
        return cursor.value();
    }

    private void instruction(int block) throws ClifException {
        int location = cursor.is('@') ? location() : Function.NO_LOCATION;
        int line = lexer.line, column = lexer.column();
        results();
        if (lexer.kind == Lexer.ARROW && resultCount == 1) {
            alias(line, column);
            return;
        }
        if (resultCount > 0) cursor.expect('=');
        line = lexer.line;
        column = lexer.column();
        Op op = lexer.kind == Lexer.WORD ? Op.find(lexer.text, lexer.start, lexer.end) : null;
        if (op == null) throw lexer.expected("an instruction");
        lexer.next();
        int control = cursor.is('.') ? cursor.dottedType() : Types.NONE;
        if (control != Types.NONE && op.control == null) throw new ClifException(line, column, op.text + " takes no type");
        int inst = f.newInst(op, control);
        f.setLine(inst, line);
        f.setLocation(inst, location);
        operands.parse(inst, op);
        if (op.control != null && control == Types.NONE) f.setControl(inst, inferred(inst, op, line, column));
        operands.afterType(inst, op);
        f.layout.append(inst, block);
        defineResults(inst, op, line, column);
    }

    /** {@code @01ff}: hexadecimal without a prefix. */
    private int location() throws ClifException {
        lexer.next();
        String digits = lexer.kind == Lexer.INTEGER || lexer.kind == Lexer.WORD ? lexer.text() : "";
        boolean hex = !digits.isEmpty() && digits.length() <= 8 && digits.chars().allMatch(c -> Character.digit(c, 16) >= 0);
        if (!hex) throw lexer.expected("a source location in hexadecimal");
        int location = Integer.parseUnsignedInt(digits, 16);
        lexer.next();
        return location;
    }

    private void results() throws ClifException {
        resultCount = 0;
        if (lexer.entity("v") < 0) return;
        do {
            if (resultCount == results.length) results = Arrays.copyOf(results, resultCount * 2);
            int value = newValue();
            for (int i = 0; i < resultCount; i++) if (results[i] == value) throw lexer.error("v" + value + " is defined twice");
            results[resultCount++] = value;
        } while (cursor.accept(','));
    }

    private void alias(int line, int column) throws ClifException {
        lexer.next();
        int target = cursor.value();
        if (f.resolve(target) == results[0])
            throw new ClifException(line, column, "v" + target + " would be an alias of itself");
        f.defineValue(results[0], Types.NONE, Function.ALIAS, target);
        if (aliases + 3 > aliasLines.length) aliasLines = Arrays.copyOf(aliasLines, aliasLines.length * 2);
        aliasLines[aliases++] = results[0];
        aliasLines[aliases++] = line;
        aliasLines[aliases++] = column;
    }

    /** No cycle can have arisen: each alias was checked against those before it. */
    private void checkAliases() throws ClifException {
        for (int i = 0; i < aliases; i += 3) {
            int value = f.resolve(aliasLines[i]);
            if (f.valueKind(value) == Function.NO_DEFINITION) throw new ClifException(aliasLines[i + 1], aliasLines[i + 2], "v" + value + " is not defined");
        }
    }

    private int inferred(int inst, Op op, int line, int column) throws ClifException {
        if (op.typedOperand < 0) throw new ClifException(line, column, op.text + " needs a type, as in " + op.text + ".i32");
        int value = f.arg(inst, op.typedOperand);
        int type = f.valueType(value);
        if (type == Types.NONE) throw new ClifException(line, column, "the type of v" + value + " is not known yet: write it, as in " + op.text + ".i32");
        return type;
    }

    private void defineResults(int inst, Op op, int line, int column) throws ClifException {
        resultTypes(inst, op, line, column);
        if (typeCount != resultCount) throw new ClifException(line, column, op.text + " has " + typeCount + " results, " + resultCount + " are named");
        for (int i = 0; i < resultCount; i++) f.defineValue(results[i], types[i], Function.RESULT, inst);
        f.setResults(inst, f.pool.of(results, resultCount));
    }

    private void resultTypes(int inst, Op op, int line, int column) throws ClifException {
        typeCount = 0;
        boolean call = op == Op.CALL || op == Op.CALL_INDIRECT;
        if (call) {
            int sig = op == Op.CALL ? f.entities.functions.get(f.entity(inst), FUNC_SIG) : f.entity(inst);
            int returns = f.entities.signatures.get(sig, SIG_RETURNS);
            Pool pool = f.pool;
            for (int i = 0; i < pool.length(returns); i += PARAM_INTS) addType(pool.get(returns, i));
            return;
        }
        for (Constraint result : op.results) {
            int type = result.resolve(f.control(inst));
            if (type == Types.NONE) throw new ClifException(line, column, op.text + " has no result for " + Types.name(f.control(inst)));
            addType(type);
        }
    }

    private void addType(int type) {
        if (typeCount == types.length) types = Arrays.copyOf(types, typeCount * 2);
        types[typeCount++] = type;
    }
}
