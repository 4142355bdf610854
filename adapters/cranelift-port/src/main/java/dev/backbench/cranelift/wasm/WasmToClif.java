package dev.backbench.cranelift.wasm;

import static dev.backbench.cranelift.ir.Types.I64;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.IntCC;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.DividedIrBuilder;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.WasmModule;

/** Builds a function's CLIF in memory from the shared translation. Values and blocks are the function's; its name is {@code u0:} and its index. */
final class WasmToClif extends DividedIrBuilder<Memory> {
    private static final int NO_TABLE = -1;

    private final Function fn;
    private final Body body;
    private final Joins joins;
    private final Numeric numeric;
    private Calls calls;
    private FuncType type;
    private int firstParameter;

    /** For one module after another, each from {@link #begin(WasmModule, boolean)} on. @param fn taken over for every function to come */
    WasmToClif(Function fn) {
        this.fn = fn;
        body = new Body(fn);
        joins = new Joins(fn);
        numeric = new Numeric(body, joins);
    }

    WasmToClif(Function fn, WasmModule module, boolean guard) {
        this(fn);
        begin(module, guard);
    }

    /** @param guard whether accesses beyond the memory fault by themselves */
    void begin(WasmModule module, boolean guard) {
        InstanceLayout layout = new InstanceLayout(module);
        calls = new Calls(body, module, layout);
        memory = new Memory(body, calls, module, layout, guard);
    }

    /** Keeps nothing of the module. */
    void endModule() {
        calls = null;
        memory = null;
        type = null;
    }

    @Override
    public void begin(Context context) {
        fn.reset();
        joins.begin();
        type = context.type();
        startBlock(block(false));
        calls.begin(context.function(), body.block);
        firstParameter = body.resultPointer < 0 ? 1 : 2;
    }

    @Override
    public int parameter(int index, int type) {
        return fn.pool.get(fn.blockParams(body.block), firstParameter + index);
    }

    @Override
    public void end() {
        body.end();
        joins.end();
    }

    // ---- control ----

    @Override
    public int block(boolean loop) {
        int block = fn.blocks();
        fn.defineBlock(block, 0);
        return block;
    }

    @Override
    public int blockParameter(int block, int type) {
        return joins.parameter(block, Body.type(type));
    }

    @Override
    public void startBlock(int block) {
        fn.layout.appendBlock(block);
        body.block = block;
    }

    @Override
    public void edgeArgument(int edge, int parameter, int value) {
        joins.carry(edge, parameter, value);
    }

    @Override
    public void alias(int parameter, int value) {
        joins.alias(parameter, value);
    }

    @Override
    public void jump(int edge, int target) {
        int inst = body.inst(Op.JUMP, Types.NONE);
        fn.setExtra(inst, fn.pool.of(edge));
        joins.edge(edge, target, NO_TABLE);
        joins.branch(inst);
    }

    @Override
    public void branchIf(int condition, int edge, int then, int otherEdge, int otherwise) {
        int flag = body.condition(condition), inst = body.inst(Op.BRIF, fn.valueType(flag));
        fn.setArgs(inst, fn.pool.of(flag));
        fn.setExtra(inst, fn.pool.of(edge, otherEdge));
        joins.edge(edge, then, NO_TABLE);
        joins.edge(otherEdge, otherwise, NO_TABLE);
        joins.branch(inst);
    }

    @Override
    public void branchTable(int index, int[] cases, int caseCount, int[] edges, int[] targets, int edgeCount) {
        if (edgeCount == 1) {
            jump(edges[0], targets[0]);
            return;
        }
        int inst = body.inst(Op.BR_TABLE, Types.NONE), list = fn.pool.reserve(caseCount);
        fn.setArgs(inst, fn.pool.of(index));
        fn.pool.set(list, 0, edges[cases[caseCount - 1]]);
        for (int c = 0; c < caseCount - 1; c++) fn.pool.set(list, 1 + c, edges[cases[c]]);
        fn.setExtra(inst, list);
        for (int e = 0; e < edgeCount; e++) joins.edge(edges[e], targets[e], body.block);
        joins.branch(inst);
    }

    @Override
    public void ret(int[] values, int count) {
        calls.ret(type, values, count);
    }

    @Override
    public void unreachable() {
        body.trap(TrapReason.UNREACHABLE);
    }

    // ---- values ----

    @Override
    public int constI32(int value) {
        return body.i32(value);
    }

    @Override
    public int constI64(long value) {
        return body.i64(value);
    }

    @Override
    public int constF32(int bits) {
        return body.constant(Op.F32CONST, Types.F32, bits & 0xFFFFFFFFL);
    }

    @Override
    public int constF64(long bits) {
        return body.constant(Op.F64CONST, Types.F64, bits);
    }

    @Override
    public int unary(int opcode, int operand) {
        return numeric.unary(opcode, operand);
    }

    @Override
    public int binary(int opcode, int left, int right) {
        return numeric.binary(opcode, left, right);
    }

    @Override
    public int select(int type, int condition, int whenTrue, int whenFalse) {
        return body.select(Body.type(type), body.condition(condition), whenTrue, whenFalse);
    }

    // ---- references ----

    @Override
    public int refNull(int type) {
        return body.i64(0);
    }

    @Override
    public int refIsNull(int reference) {
        return body.flag(body.compare(IntCC.EQ, I64, reference, body.i64(0)));
    }

    @Override
    public int refFunc(int function) {
        return calls.reference(function);
    }

    // ---- calls ----

    @Override
    public void call(int function, int[] arguments, int count, int[] results) {
        calls.call(function, arguments, count, results);
    }

    @Override
    public void callIndirect(int table, int type, int index, int[] arguments, int count, int[] results) {
        calls.callIndirect(memory, table, type, index, arguments, count, results);
    }
}
