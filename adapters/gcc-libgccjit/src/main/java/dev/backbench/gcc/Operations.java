package dev.backbench.gcc;

import dev.backbench.spi.abi.Builtin;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;

import static dev.backbench.wasm.Opcode.*;

/** Builds one operation of a block: takes its operands in, flushes what must come first, and says what its value is. */
final class Operations {
    private final FunctionBuilder f;
    private final ModuleBuilder m;
    private final JitContext jit;
    private final LinearMemory memory;
    private final Expansions expansions;
    /** Room for the results of multi-value calls, made when first needed. */
    private long resultSlots, resultSlotCount;
    private final long[] arguments = new long[8];

    Operations(FunctionBuilder f) {
        this.f = f;
        m = f.m;
        jit = f.jit;
        memory = new LinearMemory(f);
        expansions = new Expansions(f);
    }

    /** At the function's entry. */
    void begin() {
        resultSlots = 0;
        memory.begin();
    }

    void emit(int row) {
        Recording r = f.r;
        int op = r.op[row];
        if (op <= I64_STORE32 && op >= I32_LOAD) memory.access(row);
        else if (op >= I32_EQZ && op <= I64_EXTEND32_S || op >= I32_TRUNC_SAT_F32_S && op <= I64_TRUNC_SAT_F64_U) numeric(row);
        else other(row);
    }

    private void numeric(int row) {
        Recording r = f.r;
        int op = r.op[row];
        boolean unary = r.operands[row] == 1, constant = !unary && f.isConstant(r.b[row]);
        long bits = constant ? r.bits(r.b[row]) : 0;
        if (Expansions.handles(op, constant, bits)) {
            expansions.numeric(row);
            return;
        }
        f.open();
        if (op == I32_EQZ && f.isPendingBool(r.a[row])) {
            f.define(row, jit.unary(Jit.NOT, jit.bool, f.takeCondition(r.a[row])), true, false);
            return;
        }
        long x = f.take(r.a[row]);
        f.define(row, unary ? m.numeric.unary(op, x) : m.numeric.binary(op, x, f.take(r.b[row]), constant, bits), Numeric.givesBool(op), false);
    }

    private void other(int row) {
        Recording r = f.r;
        switch (r.op[row]) {
            case I32_CONST, I64_CONST, F32_CONST, F64_CONST, REF_NULL, Recording.PARAMETER, Recording.BLOCK_PARAMETER -> {}
            case SELECT -> select(row);
            case GLOBAL_GET -> globalGet(row);
            case GLOBAL_SET -> globalSet(row);
            case REF_IS_NULL -> {
                f.open();
                f.define(row, jit.compare(Jit.EQ, f.take(r.a[row]), jit.zero64), true, false);
            }
            case REF_FUNC -> {
                f.open();
                f.define(row, jit.bitcast(m.functionReference(f.instance, r.imm[row]), jit.u64), false, false);
            }
            case CALL -> call(row);
            case CALL_INDIRECT -> callIndirect(row);
            case Recording.RESULT -> result(row);
            case MEMORY_SIZE -> {
                f.open();
                long pages = jit.binary(Jit.SHIFT_RIGHT, jit.u64, m.memorySize(f.instance), jit.u64(16));
                f.define(row, jit.cast(pages, jit.u32), false, true);
            }
            case MEMORY_COPY -> expansions.memoryCopy(row);
            case MEMORY_FILL -> expansions.memoryFill(row);
            default -> table(row);
        }
    }

    private void table(int row) {
        Recording r = f.r;
        switch (r.op[row]) {
            case TABLE_SIZE -> {
                f.open();
                long length = jit.read(m.tableRecord(f.instance, r.imm[row]), InstanceLayout.TABLE_RECORD_LENGTH, jit.u64);
                f.define(row, jit.cast(length, jit.u32), false, true);
            }
            case TABLE_GET -> {
                long index = f.take(r.a[row]);
                f.defineHere(row, jit.read(expansions.element(r.imm[row], index, TrapReason.TABLE_OUT_OF_BOUNDS), 0, jit.u64));
            }
            case TABLE_SET -> {
                long element = expansions.element(r.imm[row], f.take(r.a[row]), TrapReason.TABLE_OUT_OF_BOUNDS);
                long value = f.take(r.b[row]);
                f.flush();
                memory.storeShared(element, 0, m.module.tables().get(r.imm[row]).elementType(), value);
            }
            case MEMORY_GROW -> runtime(row, Builtin.MEMORY_GROW, -1);
            case MEMORY_INIT -> runtime(row, Builtin.MEMORY_INIT, r.imm[row]);
            case DATA_DROP -> runtime(row, Builtin.DATA_DROP, r.imm[row]);
            case ELEM_DROP -> runtime(row, Builtin.ELEM_DROP, r.imm[row]);
            case TABLE_GROW -> runtime(row, Builtin.TABLE_GROW, r.imm[row]);
            case TABLE_FILL -> runtime(row, Builtin.TABLE_FILL, r.imm[row]);
            case TABLE_COPY, TABLE_INIT -> runtime(row, r.op[row] == TABLE_COPY ? Builtin.TABLE_COPY : Builtin.TABLE_INIT, (long) r.imm2[row] << 32 | r.imm[row]);
            default -> throw new AssertionError("operation 0x" + Integer.toHexString(r.op[row]));
        }
    }

    /** libgccjit has no conditional expression: a branch over an assignment, which GCC turns back where that pays. */
    private void select(int row) {
        Recording r = f.r;
        f.open();
        long condition = f.takeCondition(r.a[row]), whenTrue = f.take(r.b[row]), whenFalse = f.take(r.c[row]);
        int type = r.type[row];
        long other = f.pool().forBlock(type), home = f.home(row), then = f.newBlock(), next = f.newBlock();
        // Both sides first, in locals: they may read memory, and a bare move can become a conditional one.
        Jit.assign(f.at, other, whenTrue);
        Jit.assign(f.at, home, whenFalse);
        Jit.conditional(f.at, condition, then, next);
        Jit.assign(then, home, Jit.value(other));
        Jit.jump(then, next);
        f.at = next;
        f.isIn(row, home);
    }

    private void globalGet(int row) {
        int global = f.r.imm[row];
        f.open();
        f.define(row, jit.read(m.globalPointer(f.instance, global), m.globalOffset(global), jit.typeOf(f.r.type[row])), false, m.module.globalTypes().get(global).mutable());
    }

    private void globalSet(int row) {
        int global = f.r.imm[row];
        long value = f.take(f.r.a[row]);
        f.flush();
        memory.storeShared(m.globalPointer(f.instance, global), m.globalOffset(global), m.module.globalTypes().get(global).type(), value);
    }

    /** A call of the runtime: instance, {@code immediate} if it is not negative, operands. */
    private void runtime(int row, Builtin builtin, long immediate) {
        Recording r = f.r;
        int n = 0, operands = r.operands[row];
        arguments[n++] = f.instance;
        if (immediate >= 0) arguments[n++] = jit.u64(immediate);
        if (operands > 0) arguments[n++] = jit.cast(f.take(r.a[row]), jit.u64);
        if (operands > 1) arguments[n++] = jit.cast(f.take(r.b[row]), jit.u64);
        if (operands > 2) arguments[n++] = jit.cast(f.take(r.c[row]), jit.u64);
        assert n == builtin.parameters() : builtin;
        f.flush();
        long call = m.callBuiltin(builtin, arguments);
        if (r.type[row] == 0) Jit.eval(f.at, call);
        else f.defineHere(row, jit.cast(call, jit.typeOf(r.type[row])));
    }

    // ---- calls ----

    private void call(int row) {
        Recording r = f.r;
        int callee = r.imm[row];
        FuncType type = m.module.functionType(callee);
        if (callee < m.module.importedFunctionCount()) {
            long home = f.pool().pointer();
            Jit.assign(f.at, home, m.functionReference(f.instance, callee));
            through(row, type, m.module.functionTypeIndex(callee), Jit.value(home), r.b[row]);
            return;
        }
        int hidden = type.results().length > 1 ? 2 : 1;
        long[] arguments = operands(row, type, hidden, r.b[row]);
        arguments[0] = f.instance;
        f.flush();
        finish(row, type, jit.call(m.function(callee), arguments, hidden + r.b[row]));
    }

    private void callIndirect(int row) {
        Recording r = f.r;
        int typeIndex = r.imm[row], n = r.b[row] - 1;
        long reference = expansions.callee(r.imm2[row], typeIndex, f.take(r.list[r.a[row] + n]));
        through(row, m.module.types().get(typeIndex), typeIndex, reference, n);
    }

    /** A call through a function reference in a local. */
    private void through(int row, FuncType type, int typeIndex, long reference, int n) {
        int hidden = type.results().length > 1 ? 2 : 1;
        long[] arguments = operands(row, type, hidden, n);
        f.flush();
        arguments[0] = jit.read(reference, InstanceLayout.FUNCREF_INSTANCE, jit.bytes);
        long code = jit.cast(jit.read(reference, InstanceLayout.FUNCREF_CODE, jit.bytes), m.pointerType(typeIndex));
        finish(row, type, jit.callThrough(code, arguments, hidden + n));
    }

    /** The arguments from position {@code hidden} on; position 0 is left, position 1 filled if it is for results. */
    private long[] operands(int row, FuncType type, int hidden, int n) {
        Recording r = f.r;
        long[] arguments = f.arguments(hidden + n);
        for (int i = 0; i < n; i++) arguments[hidden + i] = f.take(r.list[r.a[row] + i]);
        if (hidden == 2) arguments[1] = slots(type.results().length);
        return arguments;
    }

    private long slots(int n) {
        if (resultSlots == 0 || resultSlotCount < n) {
            resultSlotCount = Math.max(n, 4);
            long type = Jit.arrayType(jit.ctx, jit.u8, InstanceLayout.SLOT_BYTES * resultSlotCount);
            resultSlots = jit.local(f.functionHandle(), type);
            Jit.setAlignment(resultSlots, InstanceLayout.SLOT_BYTES);
        }
        return jit.cast(Jit.addressOf(resultSlots), jit.bytes);
    }

    private void finish(int row, FuncType type, long call) {
        if (type.results().length == 1) f.defineHere(row, call);
        else Jit.eval(f.at, call);
    }

    /** Comes right behind its call. */
    private void result(int row) {
        Recording r = f.r;
        if (f.uses(row) > 0) f.defineHere(row, jit.read(slots(1), (long) InstanceLayout.SLOT_BYTES * r.imm[row], jit.typeOf(r.type[row])));
    }
}
