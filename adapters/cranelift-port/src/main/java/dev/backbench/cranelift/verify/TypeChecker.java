package dev.backbench.cranelift.verify;

import static dev.backbench.cranelift.ir.Entities.*;

import dev.backbench.cranelift.ir.CallConv;
import dev.backbench.cranelift.ir.Constraint;
import dev.backbench.cranelift.ir.Effect;
import dev.backbench.cranelift.ir.Format;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Pool;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.text.Printer;
import dev.backbench.cranelift.verify.Verifier.Fatal;

/** Types of operands, of block arguments, of calls and returns. */
final class TypeChecker {
    private enum Edge { PLAIN, NORMAL_RETURN, HANDLER }

    private final Verifier v;
    private final Function f;

    TypeChecker(Verifier verifier) {
        this.v = verifier;
        this.f = verifier.f;
    }

    void check(int inst) throws Fatal {
        Op op = f.op(inst);
        int control = f.control(inst);
        if (op.control != null && !op.control.contains(control)) {
            v.complain(inst, op.text + " is not defined for " + Types.name(control) + ", only for the types " + op.control.name());
        }
        operands(inst, op, control);
        try {
            if (op.is(Effect.BRANCH)) targets(inst, op);
            calls(inst, op);
        } catch (Fatal told) {
            // the rest of this instruction's arguments means nothing, what follows it does
        }
        returns(inst, op);
        if (op.format == Format.UNARY_GLOBAL && v.target.knowsPointers() && v.globalType(f.entity(inst)) != control) {
            v.complain(inst, "gives gv" + f.entity(inst) + " as " + Types.name(control) + ", but it is " + Types.name(v.globalType(f.entity(inst))));
        }
    }

    private void operands(int inst, Op op, int control) {
        int fixed = Math.min(op.format.values, op.operands.length);
        for (int i = 0; i < fixed; i++) {
            Constraint wanted = op.operands[i];
            int arg = f.arg(inst, i), type = f.valueType(arg);
            if (wanted.allows(control, type)) continue;
            String head = "arg " + i + " (v" + arg + ") ";
            if (wanted.isFree()) v.complain(inst, head + "with type " + Types.name(type) + " failed to satisfy type set " + wanted);
            else v.complain(inst, head + "has type " + Types.name(type) + ", expected " + Types.name(wanted.resolve(control)));
        }
    }

    private void targets(int inst, Op op) throws Fatal {
        Pool pool = f.pool;
        int extra = f.extra(inst), length = pool.length(extra);
        if (!op.is(Effect.CALLS)) {
            for (int i = 0; i < length; i++) target(inst, pool.get(extra, i), Edge.PLAIN);
            return;
        }
        target(inst, pool.get(extra, Function.TRY_NORMAL), Edge.NORMAL_RETURN);
        for (int i = Function.TRY_HANDLERS; i < length; i += Function.HANDLER_INTS) {
            if (pool.get(extra, i) != Function.HANDLER_CONTEXT) target(inst, pool.get(extra, i + 2), Edge.HANDLER);
        }
    }

    private void target(int inst, int call, Edge edge) throws Fatal {
        int params = f.blockParams(f.blockCallBlock(call)), count = f.blockCallArgs(call);
        if (count != f.pool.length(params)) {
            countMismatch(inst, count, f.pool.length(params));
            return;
        }
        for (int i = 0; i < count; i++) {
            int arg = f.blockCallArg(call, i), wanted = f.valueType(f.pool.get(params, i));
            int type = arg >= 0 ? f.valueType(arg) : edgeType(inst, arg, edge);
            if (type == wanted || type == Types.NONE) continue;
            String name = arg >= 0 ? "v" + arg : (Function.isTryResult(arg) ? "ret" : "exn") + Function.tryIndex(arg);
            v.complain(inst, "arg " + name + " has type " + Types.name(type) + ", expected " + Types.name(wanted));
        }
    }

    private void countMismatch(int inst, int got, int expected) {
        v.complain(inst, "mismatched argument count for `" + Printer.printInst(f, inst) + "`: got " + got + ", expected " + expected);
    }

    /** The type of a result or payload of a try_call, {@link Types#NONE} where only a machine could tell. */
    private int edgeType(int inst, int arg, Edge edge) throws Fatal {
        int index = Function.tryIndex(arg);
        if (edge == Edge.PLAIN) {
            throw v.fatal(inst, (Function.isTryResult(arg) ? "ret" : "exn") + index + " is passed by an instruction that calls nothing: only a try_call's targets have it");
        }
        int sig = v.signature(inst);
        if (Function.isTryResult(arg)) {
            int returns = f.entities.signatures.get(sig, SIG_RETURNS);
            if (edge != Edge.NORMAL_RETURN) throw v.fatal(inst, "`retN` block argument used outside normal-return target of `try_call`");
            if (index >= f.pool.length(returns) / PARAM_INTS) {
                throw v.fatal(inst, "ret" + index + " is passed, but the callee returns " + f.pool.length(returns) / PARAM_INTS + " values");
            }
            return f.pool.get(returns, index * PARAM_INTS);
        }
        if (edge != Edge.HANDLER) throw v.fatal(inst, "`exnN` block argument used outside normal-return target of `try_call`");
        if (!v.target.knowsPointers()) return Types.NONE;
        int payloads = CallConv.of(f.entities.signatures.get(sig, SIG_CONV)).exceptionPayloads();
        if (index >= payloads) throw v.fatal(inst, "out-of-bounds `exnN` block argument");
        return v.pointer();
    }

    private void calls(int inst, Op op) {
        int sig = v.signature(inst);
        if (sig < 0) return;
        if (op.format == Format.TRY_CALL) {
            int callee = f.entities.functions.get(f.entity(inst), FUNC_SIG);
            if (!sameSignature(sig, callee)) {
                v.complain(inst, "exception table signature sig" + sig + " did not match function fn" + f.entity(inst) + "'s signature sig" + callee);
            }
        }
        int params = f.entities.signatures.get(sig, SIG_PARAMS), wanted = f.pool.length(params) / PARAM_INTS;
        int first = op.format.values, got = f.pool.length(f.args(inst)) - first;
        for (int i = 0; i < Math.min(wanted, got); i++) {
            int arg = f.arg(inst, first + i), type = f.valueType(arg), expected = f.pool.get(params, i * PARAM_INTS);
            if (type != expected) {
                v.complain(inst, "arg " + i + " (v" + arg + ") has type " + Types.name(type) + ", expected " + Types.name(expected));
            }
        }
        if (got != wanted) countMismatch(inst, got, wanted);
    }

    private boolean sameSignature(int a, int b) {
        return f.entities.signatures.get(a, SIG_CONV) == f.entities.signatures.get(b, SIG_CONV)
            && sameList(f.entities.signatures.get(a, SIG_PARAMS), f.entities.signatures.get(b, SIG_PARAMS))
            && sameList(f.entities.signatures.get(a, SIG_RETURNS), f.entities.signatures.get(b, SIG_RETURNS));
    }

    private boolean sameList(int a, int b) {
        int length = f.pool.length(a);
        if (length != f.pool.length(b)) return false;
        for (int i = 0; i < length; i++) if (f.pool.get(a, i) != f.pool.get(b, i)) return false;
        return true;
    }

    private void returns(int inst, Op op) {
        if (op == Op.RETURN) {
            int args = f.args(inst), count = f.pool.length(args);
            if (countMatches(inst, count, "arguments of return must match function signature")) {
                for (int i = 0; i < count; i++) result(inst, i, f.valueType(f.pool.get(args, i)));
            }
        } else if (op == Op.RETURN_CALL || op == Op.RETURN_CALL_INDIRECT) {
            int sig = v.signature(inst), returns = f.entities.signatures.get(sig, SIG_RETURNS), count = f.pool.length(returns) / PARAM_INTS;
            CallConv conv = CallConv.of(f.entities.signatures.get(sig, SIG_CONV));
            if (!conv.supportsTailCalls()) {
                v.complain(inst, "a callee of calling convention `" + conv.text + "` cannot be tail-called: it must be `tail`");
            }
            if (conv.ordinal() != f.conv) {
                v.complain(inst, "the callee's calling convention is `" + conv.text + "`, the caller's `" + CallConv.of(f.conv).text + "`: a tail call needs the same");
            }
            if (countMatches(inst, count, "the callee returns " + count + " values, the caller " + f.pool.length(f.returns) / PARAM_INTS + ": a tail call returns the callee's")) {
                for (int i = 0; i < count; i++) result(inst, i, f.pool.get(returns, i * PARAM_INTS));
            }
        }
    }

    private boolean countMatches(int inst, int count, String message) {
        if (count == f.pool.length(f.returns) / PARAM_INTS) return true;
        v.complain(inst, message);
        return false;
    }

    private void result(int inst, int i, int type) {
        int expected = f.pool.get(f.returns, i * PARAM_INTS);
        if (type == expected) return;
        StringBuilder want = new StringBuilder();
        Printer.param(f.pool, f.returns, i * PARAM_INTS, want);
        v.complain(inst, "result " + i + " has type " + Types.name(type) + ", must match function signature of " + want);
    }
}
