package dev.backbench.cranelift.text;

import static dev.backbench.cranelift.ir.Entities.*;

import dev.backbench.cranelift.ir.FloatCC;
import dev.backbench.cranelift.ir.Format;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.IntCC;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.RmwOp;
import dev.backbench.cranelift.ir.Table;
import dev.backbench.cranelift.ir.Types;
import java.util.Arrays;

/** What follows an operation's name, by {@link Format}. */
final class OperandParser {
    private static final int SHUFFLE_LANES = 16, MAX_LANE = 255;
    private final Cursor cursor;
    private final Lexer lexer;
    private Function f;
    private int[] args = new int[16];
    private int argCount;
    private int[] call = new int[16];
    private int[] targets = new int[16];
    private int targetCount;
    /** Uses of values not defined yet: value, line, column. */
    private int[] open = new int[48];
    private int openCount;
    /** Literal of a vector constant, which needs the type first: where it was is not kept, its bytes are. */
    private byte[] constant;

    OperandParser(Cursor cursor) {
        this.cursor = cursor;
        this.lexer = cursor.lexer;
    }

    void begin() {
        f = cursor.function;
        openCount = 0;
    }

    void checkUses() throws ClifException {
        for (int i = 0; i < openCount; i += 3) {
            if (f.valueKind(open[i]) == Function.NO_DEFINITION) throw new ClifException(open[i + 1], open[i + 2], "v" + open[i] + " is not defined");
        }
    }

    void parse(int inst, Op op) throws ClifException {
        argCount = targetCount = 0;
        constant = null;
        switch (op.format) {
            case NULLARY -> {}
            case UNARY, BINARY, TERNARY -> fixed(op.format.values);
            case MULTIARY -> values();
            case JUMP, BRIF, BR_TABLE -> branch(inst, op.format);
            case CALL, CALL_INDIRECT, TRY_CALL, TRY_CALL_INDIRECT, FUNC_ADDR -> call(inst, op.format);
            case LOAD, STORE, LOAD_NO_OFFSET, STORE_NO_OFFSET, ATOMIC_RMW, ATOMIC_CAS -> memory(inst, op.format);
            default -> withImmediate(inst, op.format);
        }
        f.setArgs(inst, f.pool.of(args, argCount));
        if (targetCount > 0) f.setExtra(inst, f.pool.of(targets, targetCount));
    }

    /** What can only be read or made once the controlling type is known. */
    void afterType(int inst, Op op) throws ClifException {
        if (op.format == Format.UNARY_CONST && constant != null) f.setEntity(inst, Constants.intern(f, constant));
        if (op.format == Format.UNARY_IMM) {
            int bits = Types.laneBits(f.control(inst));
            long value = f.immediate(inst);
            boolean fits = bits >= 64 || value >= -1L << bits - 1 && value < 1L << bits;
            if (fits) f.setImmediate(inst, value << 64 - Math.min(bits, 64) >> 64 - Math.min(bits, 64));
        }
    }

    private void use() throws ClifException {
        int line = lexer.line, column = lexer.column();
        int value = cursor.value();
        noteUse(value, line, column);
        if (argCount == args.length) args = Arrays.copyOf(args, argCount * 2);
        args[argCount++] = value;
    }

    private void noteUse(int value, int line, int column) {
        if (f.valueKind(value) != Function.NO_DEFINITION) return;
        if (openCount + 3 > open.length) open = Arrays.copyOf(open, openCount * 2);
        open[openCount++] = value;
        open[openCount++] = line;
        open[openCount++] = column;
    }

    private void fixed(int count) throws ClifException {
        for (int i = 0; i < count; i++) {
            if (i > 0) cursor.expect(',');
            use();
        }
    }

    /** Any number of values with commas. A value on another line than the instruction is the next one's result. */
    private void values() throws ClifException {
        if (lexer.entity("v") < 0 || lexer.line != f.line(f.insts() - 1)) return;
        use();
        while (cursor.accept(',')) use();
    }

    private void arguments() throws ClifException {
        cursor.expect('(');
        while (!cursor.is(')')) {
            use();
            if (!cursor.is(')')) cursor.expect(',');
        }
        lexer.next();
    }

    private void withImmediate(int inst, Format format) throws ClifException {
        switch (format) {
            case UNARY_IMM -> f.setImmediate(inst, cursor.integer64());
            case UNARY_F16 -> f.setImmediate(inst, cursor.floating(0).longValue());
            case UNARY_F32 -> f.setImmediate(inst, cursor.floating(1).longValue());
            case UNARY_F64 -> f.setImmediate(inst, cursor.floating(2).longValue());
            case UNARY_CONST -> constant(inst);
            case UNARY_GLOBAL -> f.setEntity(inst, declared("gv", f.entities.globals));
            case STACK_ADDR -> {
                f.setEntity(inst, declared("ss", f.entities.slots));
                f.setImmediate(inst, cursor.offset());
            }
            case DYNAMIC_STACK_ADDR -> f.setEntity(inst, declared("dss", f.entities.dynamicSlots));
            case TRAP -> f.setFlags(inst, cursor.trapCode());
            case EXCEPTION_HANDLER_ADDRESS -> {
                f.setEntity(inst, cursor.block());
                cursor.expect(',');
                f.setImmediate(inst, cursor.integer64());
            }
            default -> withValuesAndImmediate(inst, format);
        }
    }

    private void withValuesAndImmediate(int inst, Format format) throws ClifException {
        if (format == Format.INT_COMPARE || format == Format.FLOAT_COMPARE) f.setFlags(inst, condition(format));
        fixed(format.values);
        if (format == Format.INT_COMPARE || format == Format.FLOAT_COMPARE) return;
        cursor.expect(',');
        switch (format) {
            case BINARY_IMM8, TERNARY_IMM8 -> f.setImmediate(inst, cursor.integer(0, MAX_LANE, "an integer of 8 bits"));
            case SHUFFLE -> f.setExtra(inst, shuffle());
            case INT_ADD_TRAP, COND_TRAP -> f.setFlags(inst, cursor.trapCode());
            default -> throw new AssertionError(format);
        }
    }

    private int condition(Format format) throws ClifException {
        String name = lexer.kind == Lexer.WORD ? lexer.text() : "";
        int condition = format == Format.INT_COMPARE ? IntCC.find(name) : FloatCC.find(name);
        if (condition < 0) throw lexer.expected(format == Format.INT_COMPARE ? "a condition of icmp, such as slt" : "a condition of fcmp, such as lt");
        lexer.next();
        return condition;
    }

    private int shuffle() throws ClifException {
        byte[] lanes = Constants.vector(cursor, Types.vector(Types.I8, 4));
        if (lanes.length != SHUFFLE_LANES) throw lexer.expected("a mask of 16 bytes");
        f.pool.begin();
        for (byte lane : lanes) f.pool.add(lane & 0xff);
        return f.pool.end();
    }

    private void constant(int inst) throws ClifException {
        int number = lexer.entity("const");
        if (number >= 0) {
            f.setEntity(inst, declared("const", f.entities.constants));
            return;
        }
        Op op = f.op(inst);
        int type = op == Op.F128CONST ? Types.F128 : f.control(inst);
        if (type == Types.NONE) throw lexer.error(op.text + " needs a type, as in " + op.text + ".i32x4");
        if (op != Op.F128CONST) {
            constant = Constants.vector(cursor, type);
            return;
        }
        constant = new byte[Types.bytes(Types.F128)];
        Constants.put(cursor.floating(3), constant, 0, constant.length);
    }

    private int declared(String prefix, Table table) throws ClifException {
        int number = lexer.entity(prefix);
        if (number >= 0 && !table.has(number)) throw lexer.error(prefix + number + " is not declared");
        return cursor.entity(prefix);
    }

    private void memory(int inst, Format format) throws ClifException {
        f.setFlags(inst, cursor.memFlags());
        if (format == Format.ATOMIC_RMW) {
            int operation = lexer.kind == Lexer.WORD ? RmwOp.find(lexer.text()) : -1;
            if (operation < 0) throw lexer.expected("an operation of atomic_rmw, such as add");
            lexer.next();
            f.setImmediate(inst, operation);
        }
        fixed(format.values);
        if (format == Format.LOAD || format == Format.STORE) f.setImmediate(inst, cursor.offset());
    }

    private void branch(int inst, Format format) throws ClifException {
        if (format != Format.JUMP) {
            use();
            cursor.expect(',');
        }
        target(blockCall());
        if (format == Format.JUMP) return;
        cursor.expect(',');
        if (format == Format.BRIF) {
            target(blockCall());
            return;
        }
        cursor.expect('[');
        while (!cursor.is(']')) {
            target(blockCall());
            if (!cursor.is(']')) cursor.expect(',');
        }
        lexer.next();
    }

    private void target(int element) {
        if (targetCount == targets.length) targets = Arrays.copyOf(targets, targetCount * 2);
        targets[targetCount++] = element;
    }

    private int blockCall() throws ClifException {
        int count = 0;
        call[count++] = cursor.block();
        if (cursor.accept('(')) {
            while (!cursor.is(')')) {
                if (count == call.length) call = Arrays.copyOf(call, count * 2);
                call[count++] = blockArgument();
                if (!cursor.is(')')) cursor.expect(',');
            }
            lexer.next();
        }
        return f.pool.of(call, count);
    }

    private int blockArgument() throws ClifException {
        if (lexer.entity("ret") >= 0) return Function.tryResult(cursor.entity("ret"));
        if (lexer.entity("exn") >= 0) return Function.tryPayload(cursor.entity("exn"));
        int line = lexer.line, column = lexer.column();
        int value = cursor.value();
        noteUse(value, line, column);
        return value;
    }

    private void call(int inst, Format format) throws ClifException {
        switch (format) {
            case FUNC_ADDR -> f.setEntity(inst, declared("fn", f.entities.functions));
            case CALL, TRY_CALL -> {
                f.setEntity(inst, declared("fn", f.entities.functions));
                arguments();
            }
            case CALL_INDIRECT -> {
                f.setEntity(inst, declared("sig", f.entities.signatures));
                cursor.expect(',');
                use();
                arguments();
            }
            default -> {
                use();
                arguments();
            }
        }
        if (format == Format.TRY_CALL || format == Format.TRY_CALL_INDIRECT) handlers();
        if (cursor.accept(',')) f.setStackMap(inst, stackMap());
    }

    private void handlers() throws ClifException {
        cursor.expect(',');
        target(declared("sig", f.entities.signatures));
        cursor.expect(',');
        target(blockCall());
        cursor.expect(',');
        cursor.expect('[');
        while (!cursor.is(']')) {
            handler();
            if (!cursor.is(']')) cursor.expect(',');
        }
        lexer.next();
    }

    private void handler() throws ClifException {
        if (cursor.acceptWord("context")) {
            int line = lexer.line, column = lexer.column();
            target(Function.HANDLER_CONTEXT);
            target(0);
            int value = cursor.value();
            noteUse(value, line, column);
            target(value);
            return;
        }
        boolean any = cursor.acceptWord("default");
        target(any ? Function.HANDLER_DEFAULT : Function.HANDLER_TAG);
        target(any ? 0 : cursor.entity("tag", Integer.MAX_VALUE));
        cursor.expect(':');
        target(blockCall());
    }

    private int stackMap() throws ClifException {
        cursor.expectWord("stack_map");
        cursor.expect('=');
        cursor.expect('[');
        int count = 0;
        while (!cursor.is(']')) {
            if (count + 3 > call.length) call = Arrays.copyOf(call, call.length * 2);
            call[count++] = cursor.type();
            cursor.expect('@');
            call[count++] = declared("ss", f.entities.slots);
            call[count++] = cursor.offset();
            if (!cursor.is(']')) cursor.expect(',');
        }
        lexer.next();
        return f.pool.of(call, count);
    }
}
