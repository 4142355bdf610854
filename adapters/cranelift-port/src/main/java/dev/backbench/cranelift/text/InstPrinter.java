package dev.backbench.cranelift.text;

import static dev.backbench.cranelift.ir.Entities.CONST_BYTES;

import dev.backbench.cranelift.ir.Effect;
import dev.backbench.cranelift.ir.FloatCC;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.IntCC;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Pool;
import dev.backbench.cranelift.ir.RmwOp;
import dev.backbench.cranelift.ir.TrapCode;
import dev.backbench.cranelift.ir.Types;
import java.math.BigInteger;

/** Writes instructions. */
final class InstPrinter {
    private static final BigInteger MASK64 = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
    private final Function f;
    private final StringBuilder out;

    InstPrinter(Function f, StringBuilder out) {
        this.f = f;
        this.out = out;
    }

    /** {@code v1, v2 = }, nothing where there are none. */
    void results(int inst) {
        int results = f.results(inst);
        if (results == 0) return;
        values(results, 0);
        out.append(" = ");
    }

    /** @param notes whether constants among the operands are told behind */
    void operation(int inst, boolean notes) {
        Op op = f.op(inst);
        out.append(op.text);
        if (needsType(inst, op)) out.append('.').append(Types.name(f.control(inst)));
        operands(inst, op);
        if (notes) constantsUsed(inst);
    }

    /** The type may be left out where an operand defined in the same block has it. */
    private boolean needsType(int inst, Op op) {
        if (op.control == null) return false;
        if (op.typedOperand < 0) return true;
        int block = f.layout.block(inst), value = f.arg(inst, op.typedOperand);
        int definedIn = switch (f.valueKind(value)) {
            case Function.RESULT -> f.layout.block(f.valueDefinition(value));
            case Function.PARAM -> f.valueDefinition(value);
            default -> -1;
        };
        return definedIn < 0 || definedIn != block;
    }

    private void operands(int inst, Op op) {
        switch (op.format) {
            case NULLARY -> {}
            case UNARY, BINARY, TERNARY, MULTIARY -> spacedValues(inst);
            case UNARY_IMM -> out.append(' ').append(Numbers.integer(f.immediate(inst)));
            case UNARY_F16, UNARY_F32, UNARY_F64 -> out.append(' ').append(floating(inst));
            case UNARY_CONST -> out.append(" const").append(f.entity(inst));
            case UNARY_GLOBAL -> out.append(" gv").append(f.entity(inst));
            case BINARY_IMM8, TERNARY_IMM8 -> {
                spacedValues(inst);
                out.append(", ").append(f.immediate(inst));
            }
            case SHUFFLE -> {
                spacedValues(inst);
                out.append(", ");
                hex(f.extra(inst));
            }
            case INT_COMPARE, FLOAT_COMPARE -> {
                boolean integers = f.op(inst) == Op.ICMP;
                out.append(' ').append(integers ? IntCC.of(f.flags(inst)).text : FloatCC.of(f.flags(inst)).text);
                spacedValues(inst);
            }
            case INT_ADD_TRAP, COND_TRAP -> {
                spacedValues(inst);
                out.append(", ").append(TrapCode.name(f.flags(inst)));
            }
            case TRAP -> out.append(' ').append(TrapCode.name(f.flags(inst)));
            case LOAD, STORE, LOAD_NO_OFFSET, STORE_NO_OFFSET, ATOMIC_RMW, ATOMIC_CAS -> memory(inst, op);
            case STACK_ADDR -> out.append(" ss").append(f.entity(inst)).append(Numbers.offset(f.immediate(inst)));
            case DYNAMIC_STACK_ADDR -> out.append(" dss").append(f.entity(inst));
            case FUNC_ADDR -> out.append(" fn").append(f.entity(inst));
            case EXCEPTION_HANDLER_ADDRESS -> out.append(" block").append(f.entity(inst)).append(", ").append(Numbers.integer(f.immediate(inst)));
            case JUMP, BRIF, BR_TABLE -> branch(inst, op);
            case CALL, CALL_INDIRECT, TRY_CALL, TRY_CALL_INDIRECT -> call(inst, op);
        }
    }

    private void memory(int inst, Op op) {
        MemFlags.print(f.flags(inst), out);
        if (op == Op.ATOMIC_RMW) out.append(' ').append(RmwOp.of((int) f.immediate(inst)).text);
        spacedValues(inst);
        if (op != Op.ATOMIC_RMW) out.append(Numbers.offset(f.immediate(inst)));
    }

    private void branch(int inst, Op op) {
        int extra = f.extra(inst), count = f.pool.length(extra);
        spacedValues(inst);
        boolean table = op == Op.BR_TABLE;
        for (int i = 0; i < count; i++) {
            out.append(i == 0 && op == Op.JUMP ? " " : table && i == 1 ? ", [" : ", ");
            blockCall(f.pool.get(extra, i));
        }
        if (table) out.append(count == 1 ? ", []" : "]");
    }

    private void blockCall(int call) {
        out.append("block").append(f.blockCallBlock(call));
        int count = f.blockCallArgs(call);
        for (int i = 0; i < count; i++) {
            out.append(i == 0 ? "(" : ", ");
            blockArgument(f.blockCallArg(call, i), out);
        }
        if (count > 0) out.append(')');
    }

    static void blockArgument(int arg, StringBuilder out) {
        if (arg >= 0) out.append('v').append(arg);
        else out.append(Function.isTryResult(arg) ? "ret" : "exn").append(Function.tryIndex(arg));
    }

    private void call(int inst, Op op) {
        int args = f.args(inst), first = op.format.values;
        switch (op.format) {
            case CALL, TRY_CALL -> out.append(" fn").append(f.entity(inst));
            case CALL_INDIRECT -> out.append(" sig").append(f.entity(inst)).append(", v").append(f.arg(inst, 0));
            default -> out.append(" v").append(f.arg(inst, 0));
        }
        out.append('(');
        values(args, first);
        out.append(')');
        if (op.is(Effect.BRANCH)) handlers(f.extra(inst));
        stackMap(f.stackMap(inst));
    }

    private void handlers(int table) {
        Pool pool = f.pool;
        out.append(", sig").append(pool.get(table, Function.TRY_SIGNATURE)).append(", ");
        blockCall(pool.get(table, Function.TRY_NORMAL));
        out.append(", [");
        int count = pool.length(table);
        for (int i = Function.TRY_HANDLERS; i < count; i += Function.HANDLER_INTS) {
            out.append(i == Function.TRY_HANDLERS ? " " : ", ");
            switch (pool.get(table, i)) {
                case Function.HANDLER_TAG -> out.append("tag").append(pool.get(table, i + 1)).append(": ");
                case Function.HANDLER_DEFAULT -> out.append("default: ");
                default -> out.append("context v").append(pool.get(table, i + 2));
            }
            if (pool.get(table, i) != Function.HANDLER_CONTEXT) blockCall(pool.get(table, i + 2));
        }
        out.append(count > Function.TRY_HANDLERS ? " ]" : "]");
    }

    private void stackMap(int map) {
        if (map == 0) return;
        out.append(", stack_map=[");
        for (int i = 0; i < f.pool.length(map); i += 3) {
            if (i > 0) out.append(", ");
            int offset = f.pool.get(map, i + 2);
            out.append(Types.name(f.pool.get(map, i))).append(" @ ss").append(f.pool.get(map, i + 1)).append(offset == 0 ? "+0" : Numbers.offset(offset));
        }
        out.append(']');
    }

    private void spacedValues(int inst) {
        if (f.args(inst) == 0) return;
        out.append(' ');
        values(f.args(inst), 0);
    }

    private void values(int list, int from) {
        Pool pool = f.pool;
        for (int i = from; i < pool.length(list); i++) {
            if (i > from) out.append(", ");
            out.append('v').append(pool.get(list, i));
        }
    }

    private void hex(int list) {
        out.append("0x");
        for (int i = f.pool.length(list) - 1; i >= 0; i--) out.append(Character.forDigit(f.pool.get(list, i) >> 4, 16)).append(Character.forDigit(f.pool.get(list, i) & 15, 16));
    }

    void constant(int constant) {
        int bytes = f.entities.constants.get(constant, CONST_BYTES);
        out.append("0x");
        for (int i = f.text.length(bytes) - 1; i >= 0; i--) out.append(Character.forDigit(f.text.at(bytes, i) >> 4 & 15, 16)).append(Character.forDigit(f.text.at(bytes, i) & 15, 16));
    }

    private String floating(int inst) {
        int format = f.op(inst) == Op.F16CONST ? 0 : f.op(inst) == Op.F32CONST ? 1 : 2;
        return Numbers.floating(BigInteger.valueOf(f.immediate(inst)).and(MASK64), format);
    }

    private void constantsUsed(int inst) {
        int args = f.args(inst);
        String separator = "  ; ";
        for (int i = 0; i < f.pool.length(args); i++) separator = constantUsed(f.pool.get(args, i), separator);
        int extra = f.extra(inst);
        if (!f.op(inst).is(Effect.BRANCH) || f.op(inst).is(Effect.CALLS)) return;
        for (int i = 0; i < f.pool.length(extra); i++) {
            int call = f.pool.get(extra, i);
            for (int k = 0; k < f.blockCallArgs(call); k++) separator = constantUsed(f.blockCallArg(call, k), separator);
        }
    }

    private String constantUsed(int arg, String separator) {
        int value = f.resolve(arg);
        if (f.valueKind(value) != Function.RESULT) return separator;
        int source = f.valueDefinition(value);
        String constant = switch (f.op(source)) {
            case ICONST -> Numbers.integer(f.immediate(source));
            case F16CONST, F32CONST, F64CONST -> floating(source);
            case F128CONST -> Numbers.floating(Printer.unsigned(f, f.entity(source)), 3);
            case VCONST -> "const" + f.entity(source);
            default -> null;
        };
        if (constant == null) return separator;
        out.append(separator).append('v').append(arg).append(" = ").append(constant);
        return ", ";
    }
}
