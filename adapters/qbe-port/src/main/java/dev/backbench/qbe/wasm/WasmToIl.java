package dev.backbench.qbe.wasm;

import static dev.backbench.qbe.il.Cls.L;
import static dev.backbench.qbe.il.Cls.W;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.IntCmp;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.DividedIrBuilder;
import dev.backbench.wasm.WasmModule;

/** Builds a function's IL in memory, in SSA form, from the shared translation. Values are operands ({@link dev.backbench.qbe.il.Ref}), blocks are the function's. */
final class WasmToIl extends DividedIrBuilder<Memory> {
    private final Fn fn;
    private final Body body;
    private final Joins joins;
    private final Numeric numeric;
    private final Calls calls;
    private FuncType type;
    /** A branch table's ranges of indices with one edge: first index, block. */
    private int[] rangeStart = new int[64], rangeBlock = new int[64];
    private int[] edgeBlock = new int[64];

    WasmToIl(Fn fn, WasmModule module, boolean guard) {
        this.fn = fn;
        InstanceLayout layout = new InstanceLayout(module);
        body = new Body(fn);
        joins = new Joins(fn);
        numeric = new Numeric(body);
        calls = new Calls(body, module, layout);
        memory = new Memory(body, calls, module, layout, guard);
    }

    @Override
    public void begin(Context context) {
        type = context.type();
        joins.begin();
        body.begin(context.function(), type);
    }

    @Override
    public int parameter(int index, int type) {
        return body.parameter(index);
    }

    @Override
    public void end() {
        body.end();
        joins.end();
    }

    // ---- control ----

    @Override
    public int block(boolean loop) {
        return fn.newBlock(0);
    }

    @Override
    public int blockParameter(int block, int type) {
        return joins.parameter(block, Body.cls(type));
    }

    @Override
    public void startBlock(int block) {
        body.open(block);
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
        joins.edge(edge, body.block);
        body.jump(target);
    }

    @Override
    public void branchIf(int condition, int edge, int then, int otherEdge, int otherwise) {
        joins.edge(edge, body.block);
        if (then != otherwise) {
            joins.edge(otherEdge, body.block);
            body.branch(condition, then, otherwise);
            return;
        }
        // A phi tells its arguments apart by the block they come from
        int between = fn.newBlock(0);
        body.branch(condition, then, between);
        body.open(between);
        joins.edge(otherEdge, between);
        body.jump(otherwise);
    }

    /** A tree of comparisons over ranges of indices that go the same way; each edge gets a block, since several leaves may lead to it. */
    @Override
    public void branchTable(int index, int[] cases, int caseCount, int[] edges, int[] targets, int edgeCount) {
        if (edgeBlock.length < edgeCount) edgeBlock = new int[2 * edgeCount];
        if (rangeStart.length < caseCount) {
            rangeStart = new int[2 * caseCount];
            rangeBlock = new int[2 * caseCount];
        }
        for (int e = 0; e < edgeCount; e++) edgeBlock[e] = fn.newBlock(0);
        int ranges = 0;
        for (int c = 0; c < caseCount; c++) {
            if (c > 0 && cases[c] == cases[c - 1]) continue;
            rangeStart[ranges] = c;
            rangeBlock[ranges++] = edgeBlock[cases[c]];
        }
        choose(index, 0, ranges);
        for (int e = 0; e < edgeCount; e++) {
            body.open(edgeBlock[e]);
            joins.edge(edges[e], edgeBlock[e]);
            body.jump(targets[e]);
        }
    }

    /** Among the ranges {@code [from, to)}, in the open block. */
    private void choose(int index, int from, int to) {
        if (to - from == 1) {
            body.jump(rangeBlock[from]);
            return;
        }
        int middle = from + to >>> 1, below = middle - from == 1 ? rangeBlock[from] : fn.newBlock(0), above = to - middle == 1 ? rangeBlock[middle] : fn.newBlock(0);
        body.branch(body.compare(IntCmp.ULT, W, index, fn.constant(rangeStart[middle])), below, above);
        if (middle - from > 1) {
            body.open(below);
            choose(index, from, middle);
        }
        if (to - middle > 1) {
            body.open(above);
            choose(index, middle, to);
        }
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
        return fn.constant(value);
    }

    @Override
    public int constI64(long value) {
        return fn.constant(value);
    }

    @Override
    public int constF32(int bits) {
        return fn.constant(bits & 0xFFFFFFFFL);
    }

    @Override
    public int constF64(long bits) {
        return fn.constant(bits);
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
        int from = body.block, other = fn.newBlock(0), join = fn.newBlock(0);
        body.branch(condition, join, other);
        body.open(other);
        body.jump(join);
        body.open(join);
        return body.phi(Body.cls(type), from, whenTrue, other, whenFalse);
    }

    // ---- references ----

    @Override
    public int refNull(int type) {
        return fn.constant(0);
    }

    @Override
    public int refIsNull(int reference) {
        return body.compare(IntCmp.EQ, L, reference, fn.constant(0));
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
