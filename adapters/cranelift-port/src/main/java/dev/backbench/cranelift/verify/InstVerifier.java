package dev.backbench.cranelift.verify;

import static dev.backbench.cranelift.ir.Entities.*;

import dev.backbench.cranelift.ir.CallConv;
import dev.backbench.cranelift.ir.Effect;
import dev.backbench.cranelift.ir.Format;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Pool;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.verify.Verifier.Fatal;

/** What an instruction refers to, and its immediates. */
final class InstVerifier {
    private static final int SHUFFLE_MAXIMUM = 31;
    private final Verifier v;
    private final Function f;

    InstVerifier(Verifier verifier) {
        this.v = verifier;
        this.f = verifier.f;
    }

    void references(int inst, int block) throws Fatal {
        int args = f.args(inst);
        for (int i = 0; i < f.pool.length(args); i++) value(inst, block, f.pool.get(args, i));
        Op op = f.op(inst);
        int region = op.is(Effect.LOADS | Effect.STORES) && hasMemFlags(op) ? MemFlags.region(f.flags(inst)) : -1;
        if (region >= 0 && !f.entities.regions.has(region)) v.complain(inst, "undefined alias region region" + region);
        if (op.is(Effect.BRANCH)) targets(inst, block, op);
        if (op.format == Format.CALL) callee(inst, op);
        if (op.format == Format.EXCEPTION_HANDLER_ADDRESS) handler(inst);
        if (op.format == Format.UNARY_CONST) constant(inst, op);
        if (op == Op.BITCAST) bitcast(inst);
        if (op == Op.GET_PINNED_REG || op == Op.SET_PINNED_REG) {
            if (!v.target.pinnedRegister()) throw v.fatal(inst, "there is no pinned register: the target must have the setting enable_pinned_reg");
        }
        if (op == Op.GET_FRAME_POINTER || op == Op.GET_RETURN_ADDRESS) {
            if (!v.target.framePointers()) {
                throw v.fatal(inst, "there may be no frame to read: the target must have the setting preserve_frame_pointers");
            }
        }
        address(inst, op);
    }

    static boolean hasMemFlags(Op op) {
        return switch (op.format) {
            case LOAD, STORE, LOAD_NO_OFFSET, STORE_NO_OFFSET, ATOMIC_RMW, ATOMIC_CAS -> true;
            default -> false;
        };
    }

    private void value(int inst, int block, int used) throws Fatal {
        int value = f.resolve(used);
        boolean reachable = v.dominators().isReachable(block);
        if (f.valueKind(value) == Function.PARAM) {
            int home = f.valueDefinition(value);
            if (!f.layout.has(home)) throw v.fatal(inst, "v" + used + " is a parameter of block" + home + ", which is no block of the function");
            if (reachable && !dominates(home, block)) {
                throw v.fatal(inst, "v" + used + " is a parameter of block" + home + ", which some path to block" + block + " does not pass");
            }
        } else if (f.valueKind(value) == Function.RESULT) {
            int definition = f.valueDefinition(value), home = f.layout.block(definition);
            if (home < 0) throw v.fatal(inst, "v" + used + " is a result of inst" + definition + ", which is in no block");
            if (definition == inst) {
                if (reachable) throw v.fatal(inst, "v" + used + " is the instruction's own result: an operand must be defined before");
            } else if (reachable && !(home == block ? f.layout.before(definition, inst) : dominates(home, block))) {
                throw v.fatal(inst, "v" + used + " is a result of inst" + definition + " in block" + home + ", which some path to here does not pass");
            }
        } else {
            throw v.fatal(inst, "v" + used + " is defined nowhere");
        }
    }

    private boolean dominates(int a, int b) {
        return v.dominators().isReachable(a) && v.dominators().dominates(a, b);
    }

    private void targets(int inst, int block, Op op) throws Fatal {
        Pool pool = f.pool;
        int extra = f.extra(inst), length = pool.length(extra);
        if (!op.is(Effect.CALLS)) {
            for (int i = 0; i < length; i++) target(inst, block, pool.get(extra, i));
            return;
        }
        target(inst, block, pool.get(extra, Function.TRY_NORMAL));
        for (int i = Function.TRY_HANDLERS; i < length; i += Function.HANDLER_INTS) {
            if (pool.get(extra, i) == Function.HANDLER_CONTEXT) value(inst, block, pool.get(extra, i + 2));
            else target(inst, block, pool.get(extra, i + 2));
        }
        CallConv conv = CallConv.of(f.entities.signatures.get(pool.get(extra, Function.TRY_SIGNATURE), SIG_CONV));
        if (!conv.supportsExceptions()) v.complain(inst, "calling convention `" + conv.text + "` of callee does not support exceptions");
    }

    private void target(int inst, int block, int call) throws Fatal {
        block(inst, f.blockCallBlock(call));
        for (int i = 0; i < f.blockCallArgs(call); i++) {
            int arg = f.blockCallArg(call, i);
            if (arg >= 0) value(inst, block, arg);
        }
    }

    private void block(int inst, int block) throws Fatal {
        if (!f.layout.has(block)) throw v.fatal(inst, "invalid block reference block" + block);
        if (block == f.layout.entry()) throw v.fatal(inst, "block" + block + " is the entry block, to which nothing in the function may lead");
    }

    private void callee(int inst, Op op) throws Fatal {
        int function = f.entity(inst), flags = f.entities.functions.get(function, FUNC_FLAGS);
        if ((flags & PATCHABLE) == 0) return;
        if (op == Op.RETURN_CALL) throw v.fatal(inst, "fn" + function + " is patchable, and a patchable call must come back here: use call");
        if ((flags & COLOCATED) == 0) {
            throw v.fatal(inst, "fn" + function + " is patchable but not colocated: a call that is patched in place must reach it directly");
        }
        int returns = f.entities.signatures.get(f.entities.functions.get(function, FUNC_SIG), SIG_RETURNS);
        if (f.pool.length(returns) > 0) {
            throw v.fatal(inst, "fn" + function + " is patchable but returns values (" + f.pool.length(returns) / PARAM_INTS + "): without the call there would be none");
        }
    }

    private void handler(int inst) throws Fatal {
        int block = f.entity(inst);
        long index = f.immediate(inst);
        block(inst, block);
        int last = f.layout.last(block);
        boolean tries = last >= 0 && (f.op(last) == Op.TRY_CALL || f.op(last) == Op.TRY_CALL_INDIRECT);
        if (!tries) throw v.fatal(inst, "referenced block block" + block + " does not end in a try_call");
        if (index < 0) throw v.fatal(inst, "exception handler index " + index + " cannot be negative");
        int extra = f.extra(last), handlers = 0;
        for (int i = Function.TRY_HANDLERS; i < f.pool.length(extra); i += Function.HANDLER_INTS) if (f.pool.get(extra, i) != Function.HANDLER_CONTEXT) handlers++;
        if (index >= handlers) throw v.fatal(inst, "exception handler index " + index + " is out-of-range");
    }

    private void constant(int inst, Op op) throws Fatal {
        int wanted = op == Op.F128CONST ? Types.bytes(Types.F128) : Types.bytes(f.control(inst));
        int got = f.text.length(f.entities.constants.get(f.entity(inst), CONST_BYTES));
        if (wanted != got) {
            throw v.fatal(inst, "The instruction expects const" + f.entity(inst) + " to have a size of " + wanted + " bytes but it has " + got);
        }
    }

    private void bitcast(int inst) throws Fatal {
        int to = f.control(inst), arg = f.arg(inst, 0), from = f.valueType(arg), flags = f.flags(inst);
        if (Types.bits(to) != Types.bits(from)) {
            throw v.fatal(inst, "The bitcast argument v" + arg + " has a type of " + Types.bits(from) + " bits, which doesn't match an expected type of " + Types.bits(to) + " bits");
        }
        int order = flags & ~(MemFlags.LITTLE | MemFlags.BIG);
        if (order != MemFlags.NONE) throw v.fatal(inst, "The bitcast instruction only accepts the `big` or `little` memory flags");
        if (flags == MemFlags.NONE && Types.logLanes(to) != Types.logLanes(from)) {
            throw v.fatal(inst, "Byte order specifier required for bitcast instruction changing lane count");
        }
    }

    private void address(int inst, Op op) {
        if (!v.target.knowsPointers() || !op.is(Effect.LOADS | Effect.STORES) || !hasMemFlags(op)) return;
        boolean second = op.format == Format.STORE || op.format == Format.STORE_NO_OFFSET;
        int address = f.arg(inst, second ? 1 : 0), bits = Types.bits(f.valueType(address)), wanted = v.target.pointerBits();
        if (bits != wanted) v.complain(inst, "invalid pointer width (got " + bits + ", expected " + wanted + ") encountered v" + address);
    }

    void immediates(int inst) throws Fatal {
        Op op = f.op(inst);
        if (op.format == Format.STORE && (f.flags(inst) & MemFlags.READONLY) != 0) {
            throw v.fatal(inst, "stores to memory that its own flag `readonly` declares unchanging");
        }
        boolean lane = op == Op.EXTRACTLANE || op == Op.INSERTLANE;
        if (lane && f.immediate(inst) >= Types.laneCount(f.control(inst))) {
            throw v.fatal(inst, "The lane " + f.immediate(inst) + " does not index into the type " + Types.name(f.control(inst)));
        }
        if (op == Op.SHUFFLE) {
            for (int i = 0; i < f.pool.length(f.extra(inst)); i++) {
                int index = f.pool.get(f.extra(inst), i);
                if (index > SHUFFLE_MAXIMUM) {
                    throw v.fatal(inst, "shuffle immediate index " + index + " is larger than the maximum " + SHUFFLE_MAXIMUM);
                }
            }
        }
        if (op == Op.ICONST) {
            int bits = Math.min(64, Types.bits(f.control(inst)));
            long value = f.immediate(inst);
            if (bits < 64 && (value < -1L << bits - 1 || value >= 1L << bits)) {
                throw v.fatal(inst, value + " is no " + Types.name(f.control(inst)) + ": " + (-1L << bits - 1) + " to " + ((1L << bits) - 1) + " are");
            }
        }
    }
}
