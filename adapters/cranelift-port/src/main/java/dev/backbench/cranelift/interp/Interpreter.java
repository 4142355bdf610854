package dev.backbench.cranelift.interp;

import static dev.backbench.cranelift.ir.Entities.*;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Pool;
import dev.backbench.cranelift.ir.Table;
import dev.backbench.cranelift.ir.TrapCode;
import dev.backbench.cranelift.ir.Types;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Executes verified functions as the language defines them: an oracle, exact and slow. Functions of one text can call each other; memory is their stack slots. What it does
 * not do is an {@link Unsupported} that names it. Not for two threads.
 */
public final class Interpreter {
    private static final long CODE = 0x4000_0000L;
    private static final int CODE_STEP = 16, MAX_DEPTH = 1000;
    /** Instructions of one {@link #run}, if nobody says otherwise. */
    private static final long FUEL = 50_000_000;

    private final List<Function> functions;
    private final Map<String, Integer> byName = new HashMap<>();
    private final Memory memory = new Memory();
    private final MemoryOps memoryOps = new MemoryOps(memory);
    private final Evaluator evaluator = new Evaluator();
    private final long limit;
    private long pinned, fuel;
    private int depth;

    public Interpreter(List<Function> functions) {
        this(functions, FUEL);
    }

    /** @param limit instructions of one {@link #run} */
    public Interpreter(List<Function> functions, long limit) {
        this.limit = limit;
        this.functions = functions;
        for (int i = functions.size() - 1; i >= 0; i--) {
            Function f = functions.get(i);
            byName.put(name(f, f.name), i);
        }
    }

    private static String name(Function f, int name) {
        if (name >= 0) return "%" + f.text.text(name);
        Table names = f.entities.userNames;
        return names.has(~name) ? "u" + names.get(~name, NAME_SPACE) + ":" + names.get(~name, NAME_INDEX) : "userextname" + ~name;
    }

    /** Puts the stack elsewhere, with other bytes in new slots, so that what depends on that shows itself. @param bytes a multiple of 16 */
    public void moveStack(int bytes) {
        memory.elsewhere(bytes);
    }

    /** What upstream's own interpreter does where the language says otherwise, and its tests want: conversions of floats to i128 go by way of the nearest signed integer. */
    public void likeUpstream() {
        evaluator.signedFirst = true;
    }

    /** @return -1 where there is no function of that name, which has no percent sign */
    public int find(String name) {
        return byName.getOrDefault("%" + name, -1);
    }

    /**
     * @param arguments two longs each, the low one first
     * @return the results in the same form
     */
    public long[] run(int function, long[] arguments) throws Trap {
        fuel = limit;
        depth = 0;
        long floor = memory.top();
        try {
            return call(function, arguments);
        } catch (StackOverflowError e) { // frames of this machine grow with what its compiler inlines
            throw new Trap(TrapCode.STACK_OVERFLOW);
        } finally {
            memory.pop(floor);
        }
    }

    private long[] call(int function, long[] arguments) throws Trap {
        if (++depth > MAX_DEPTH) throw new Trap(TrapCode.STACK_OVERFLOW);
        int current = function;
        long[] given = arguments;
        while (true) {
            Function f = functions.get(current);
            long floor = memory.top();
            Frame frame = enter(f, given);
            int end = execute(frame);
            long[] values = results(frame, end);
            memory.pop(floor);
            if (f.op(end) == Op.RETURN) {
                depth--;
                return values;
            }
            current = callee(frame, end);
            given = values;
        }
    }

    private Frame enter(Function f, long[] arguments) throws Trap {
        Frame frame = new Frame(f);
        Table slots = f.entities.slots;
        for (int s = 0; s < slots.count(); s++) if (slots.has(s)) frame.slots[s] = memory.push(slots.get(s, SLOT_SIZE), Math.max(16, 1 << slots.get(s, SLOT_ALIGN)));
        if (f.layout.entry() < 0) throw new Unsupported("a function without blocks");
        int params = f.blockParams(f.layout.entry());
        for (int i = 0; i < f.pool.length(params); i++) frame.set(f.pool.get(params, i), arguments[2 * i], arguments[2 * i + 1]);
        return frame;
    }

    /** @return the return or tail call that ended it */
    private int execute(Frame frame) throws Trap {
        Function f = frame.f;
        int inst = f.layout.first(f.layout.entry());
        while (true) {
            if (--fuel < 0) throw new Unsupported("more than " + limit + " instructions");
            Op op = f.op(inst);
            switch (op) {
                case JUMP -> inst = enterBlock(frame, f.pool.get(f.extra(inst), 0), null);
                case BRIF -> inst = enterBlock(frame, f.pool.get(f.extra(inst), frame.isTrue(f.arg(inst, 0)) ? 0 : 1), null);
                case BR_TABLE -> {
                    long index = frame.low(f.arg(inst, 0)), entries = f.pool.length(f.extra(inst)) - 1;
                    inst = enterBlock(frame, f.pool.get(f.extra(inst), index < entries ? (int) index + 1 : 0), null);
                }
                case RETURN, RETURN_CALL, RETURN_CALL_INDIRECT -> {
                    return inst;
                }
                case TRY_CALL, TRY_CALL_INDIRECT -> {
                    long[] values = call(callee(frame, inst), results(frame, inst));
                    inst = enterBlock(frame, f.pool.get(f.extra(inst), Function.TRY_NORMAL), values);
                }
                default -> {
                    straight(frame, inst, op);
                    inst = f.layout.next(inst);
                }
            }
        }
    }

    /** All arguments are read before a parameter changes. @return the block's first instruction */
    private static int enterBlock(Frame frame, int call, long[] callResults) {
        Function f = frame.f;
        int block = f.blockCallBlock(call), count = f.blockCallArgs(call), params = f.blockParams(block);
        long[] values = new long[2 * count];
        for (int i = 0; i < count; i++) {
            int arg = f.blockCallArg(call, i);
            values[2 * i] = arg >= 0 ? frame.low(arg) : callResults[2 * Function.tryIndex(arg)];
            values[2 * i + 1] = arg >= 0 ? frame.high(arg) : callResults[2 * Function.tryIndex(arg) + 1];
        }
        for (int i = 0; i < count; i++) frame.set(f.pool.get(params, i), values[2 * i], values[2 * i + 1]);
        return f.layout.first(block);
    }

    private void straight(Frame frame, int inst, Op op) throws Trap {
        Function f = frame.f;
        switch (op) {
            case CALL, CALL_INDIRECT -> {
                long[] values = call(callee(frame, inst), results(frame, inst));
                for (int i = 0; i < f.pool.length(f.results(inst)); i++) frame.set(f.result(inst, i), values[2 * i], values[2 * i + 1]);
            }
            case TRAP -> throw new Trap(f.flags(inst));
            case TRAPZ, TRAPNZ -> {
                if (frame.isTrue(f.arg(inst, 0)) == (op == Op.TRAPNZ)) throw new Trap(f.flags(inst));
            }
            case NOP, FENCE, SEQUENCE_POINT -> {}
            case FUNC_ADDR -> frame.set(f.result(inst, 0), CODE + (long) CODE_STEP * named(f, f.entity(inst)), 0);
            case STACK_ADDR -> frame.set(f.result(inst, 0), frame.slots[f.entity(inst)] + f.immediate(inst), 0);
            case GET_PINNED_REG -> frame.set(f.result(inst, 0), pinned, 0);
            case SET_PINNED_REG -> pinned = frame.low(f.arg(inst, 0));
            case GET_STACK_POINTER -> frame.set(f.result(inst, 0), memory.top(), 0);
            default -> {
                if (!evaluator.run(frame, inst) && !memoryOps.run(frame, inst)) throw new Unsupported(op.text + (op.control == null ? "" : "." + Types.name(f.control(inst))));
            }
        }
    }

    /** Values behind the fixed operands: arguments of a call, results of a return. */
    private static long[] results(Frame frame, int inst) {
        Pool pool = frame.f.pool;
        int args = frame.f.args(inst), first = frame.f.op(inst).format.values, count = pool.length(args) - first;
        long[] values = new long[2 * count];
        for (int i = 0; i < count; i++) {
            values[2 * i] = frame.low(pool.get(args, first + i));
            values[2 * i + 1] = frame.high(pool.get(args, first + i));
        }
        return values;
    }

    private int callee(Frame frame, int inst) {
        Function f = frame.f;
        return switch (f.op(inst).format) {
            case CALL, TRY_CALL -> named(f, f.entity(inst));
            default -> {
                long address = frame.low(f.arg(inst, 0)) - CODE;
                if (address < 0 || address % CODE_STEP != 0 || address / CODE_STEP >= functions.size()) throw new Unsupported("calls of addresses that are no function's");
                yield (int) (address / CODE_STEP);
            }
        };
    }

    private int named(Function f, int external) {
        String name = name(f, f.entities.functions.get(external, FUNC_NAME));
        Integer found = byName.get(name);
        if (found == null) throw new Unsupported("the external function " + name);
        return found;
    }
}
