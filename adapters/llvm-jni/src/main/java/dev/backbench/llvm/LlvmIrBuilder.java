package dev.backbench.llvm;

import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.DividedIrBuilder;
import dev.backbench.wasm.Opcode;
import java.util.Arrays;

/**
 * Builds LLVM IR from the shared translation. Control flow is here: a Wasm block is an LLVM block and its parameters are phis; what edges carry is
 * noted as it is told and becomes phi operands at the end of the function, when withdrawn parameters are known.
 */
final class LlvmIrBuilder extends DividedIrBuilder<Memory> {
    private final ModuleIr m;
    private final FunctionState s;
    private final Numeric numeric;
    private final Calls calls;

    private int blocks;
    /** LLVM block, or 0 before anything refers to it. */
    private long[] block = new long[64];
    private boolean[] started = new boolean[64];

    /** The LLVM block an edge leaves, and how many of its branch's successors it is. */
    private long[] edgeFrom = new long[64];
    private int[] edgeWays = new int[64];
    private int edgeLimit;

    // triples edge, parameter, value
    private int carried;
    private int[] carry = new int[3 * 64];

    LlvmIrBuilder(ModuleIr module) {
        m = module;
        s = new FunctionState(module);
        numeric = new Numeric(s);
        calls = new Calls(s);
        memory = new Memory(s, calls);
    }

    @Override
    public void begin(Context context) {
        s.begin(context.function());
        calls.begin();
        blocks = 0;
        carried = 0;
        Arrays.fill(edgeFrom, 0, edgeLimit, 0);
        edgeLimit = 0;
    }

    @Override
    public int parameter(int index, int type) {
        boolean resultsByPointer = m.escapes(s.functionIndex) && m.wasm.functionType(s.functionIndex).results().length > 1;
        return s.value(Llvm.parameter(s.function, index + (resultsByPointer ? 2 : 1)));
    }

    @Override
    public void end() {
        for (int i = 0; i < carried; i += 3) {
            int parameter = carry[i + 1];
            if (s.find(parameter) != parameter) continue;
            long phi = s.ref(parameter), value = s.ref(carry[i + 2]);
            for (int n = edgeWays[carry[i]]; n > 0; n--) Llvm.addIncoming(phi, value, edgeFrom[carry[i]]);
        }
        for (int b = 0; b < blocks; b++) if (block[b] != 0 && !started[b]) Llvm.deleteBlock(block[b]);
        s.end();
    }

    // ---- control ----

    @Override
    public int block(boolean loop) {
        if (blocks == block.length) {
            block = Arrays.copyOf(block, 2 * blocks);
            started = Arrays.copyOf(started, 2 * blocks);
        }
        block[blocks] = 0;
        started[blocks] = false;
        return blocks++;
    }

    private long llvmBlock(int b) {
        if (block[b] == 0) block[b] = s.newBlock();
        return block[b];
    }

    @Override
    public int blockParameter(int b, int type) {
        Llvm.positionAtStart(m.sideBuilder, llvmBlock(b));
        return s.value(Llvm.phi(m.sideBuilder, m.type(type)));
    }

    @Override
    public void startBlock(int b) {
        s.start(llvmBlock(b));
        started[b] = true;
    }

    @Override
    public void edgeArgument(int edge, int parameter, int value) {
        if (carried == carry.length) carry = Arrays.copyOf(carry, 2 * carried);
        carry[carried++] = edge;
        carry[carried++] = parameter;
        carry[carried++] = value;
    }

    @Override
    public void alias(int parameter, int value) {
        long phi = s.ref(parameter);
        s.forward(parameter, value);
        Llvm.replaceUses(phi, s.ref(value));
        Llvm.erase(phi);
    }

    /** An edge from the LLVM block {@code from}; returns the LLVM block it leads to. */
    private long edge(int edge, long from, int ways, int target) {
        if (edge >= edgeFrom.length) {
            int size = Math.max(edge + 1, 2 * edgeFrom.length);
            edgeFrom = Arrays.copyOf(edgeFrom, size);
            edgeWays = Arrays.copyOf(edgeWays, size);
        }
        edgeLimit = Math.max(edgeLimit, edge + 1);
        edgeFrom[edge] = from;
        edgeWays[edge] = ways;
        return llvmBlock(target);
    }

    @Override
    public void jump(int edge, int target) {
        Llvm.br(s.builder, edge(edge, s.current, 1, target));
    }

    @Override
    public void branchIf(int condition, int edge, int then, int otherEdge, int otherwise) {
        long truth = s.condition(condition), from = s.current;
        long thenBlock = edge(edge, from, 1, then);
        if (then != otherwise) {
            Llvm.condBr(s.builder, truth, thenBlock, edge(otherEdge, from, 1, otherwise));
            return;
        }
        // a phi tells its operands apart by the block they come from
        long between = s.newBlock();
        Llvm.condBr(s.builder, truth, thenBlock, between);
        s.start(between);
        Llvm.br(s.builder, edge(otherEdge, between, 1, otherwise));
    }

    @Override
    public void branchTable(int index, int[] cases, int caseCount, int[] edges, int[] targets, int edgeCount) {
        int last = cases[caseCount - 1];
        int[] ways = new int[edgeCount];
        ways[last] = 1;
        for (int i = 0; i < caseCount - 1; i++) if (cases[i] != last) ways[cases[i]]++;
        long[] to = new long[edgeCount];
        for (int e = 0; e < edgeCount; e++) to[e] = edge(edges[e], s.current, ways[e], targets[e]);
        long branch = Llvm.switchOn(s.builder, s.ref(index), to[last], caseCount - 1);
        for (int i = 0; i < caseCount - 1; i++) {
            if (cases[i] != last) Llvm.addCase(branch, Llvm.constant(m.i32, i), to[cases[i]]);
        }
    }

    @Override
    public void ret(int[] values, int count) {
        calls.ret(values, count);
    }

    @Override
    public void unreachable() {
        s.trap(TrapReason.UNREACHABLE);
    }

    // ---- values ----

    @Override
    public int constI32(int value) {
        long bits = value & 0xffffffffL;
        return s.constant(Llvm.constant(m.i32, bits), bits);
    }

    @Override
    public int constI64(long value) {
        return s.constant(Llvm.constant(m.i64, value), value);
    }

    @Override
    public int constF32(int bits) {
        return s.constant(numeric.f32(bits), bits & 0xffffffffL);
    }

    @Override
    public int constF64(long bits) {
        return s.constant(numeric.f64(bits), bits);
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
        return s.value(Llvm.select(s.builder, s.condition(condition), s.ref(whenTrue), s.ref(whenFalse)));
    }

    // ---- references ----

    @Override
    public int refNull(int type) {
        return s.constant(m.i64Zero, 0);
    }

    @Override
    public int refIsNull(int reference) {
        return numeric.unary(Opcode.I64_EQZ, reference);
    }

    @Override
    public int refFunc(int function) {
        return s.value(calls.reference(function));
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
