package dev.backbench.conformance.ir;

import dev.backbench.conformance.ir.IrFunction.Instruction;
import dev.backbench.conformance.ir.IrFunction.Kind;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.IrBuilder;
import dev.backbench.wasm.WasmModule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The builder that records functions. */
final class IrRecorder implements IrBuilder {
    private static final int[] NONE = {};

    IrFunction function;
    private List<Instruction> block;
    private WasmModule module;

    @Override
    public void begin(Context context) {
        module = context.module();
        function = new IrFunction(context.type());
        block = function.blocks.getFirst();
    }

    @Override
    public int parameter(int index, int type) {
        int value = function.newValue();
        if (value != index) throw new IllegalStateException("parameters come first");
        return value;
    }

    @Override
    public void end() {
        function.finish();
    }

    private void add(Kind kind, int[] out, int[] in, int[] a, int[] b, long constant) {
        if (block == null) throw new IllegalStateException("after the end of a block");
        block.add(new Instruction(kind, out, in, a, b, constant));
    }

    private int value(Kind kind, int[] in, int immediate) {
        int out = function.newValue();
        add(kind, new int[] {out}, in, new int[] {immediate}, NONE, 0);
        return out;
    }

    private void effect(Kind kind, int[] in, int... immediates) {
        add(kind, NONE, in, immediates, NONE, 0);
    }

    private void end(Kind kind, int[] in, int[] edges, int[] targets) {
        add(kind, NONE, in, edges, targets, 0);
        block = null;
    }

    @Override
    public int block(boolean loop) {
        function.blocks.add(new ArrayList<>());
        return function.blocks.size() - 1;
    }

    @Override
    public int blockParameter(int block, int type) {
        return function.newValue();
    }

    @Override
    public void startBlock(int number) {
        if (block != null) throw new IllegalStateException("a block was not ended");
        block = function.blocks.get(number);
    }

    @Override
    public void edgeArgument(int edge, int parameter, int value) {
        function.edge(edge).moves.add(new int[] {parameter, value});
    }

    @Override
    public void alias(int parameter, int value) {
        function.alias(parameter, value);
    }

    @Override
    public void jump(int edge, int target) {
        end(Kind.JUMP, NONE, new int[] {edge}, new int[] {target});
    }

    @Override
    public void branchIf(int condition, int edge, int then, int otherEdge, int otherwise) {
        end(Kind.BRANCH_IF, new int[] {condition}, new int[] {edge, otherEdge}, new int[] {then, otherwise});
    }

    @Override
    public void branchTable(int index, int[] cases, int caseCount, int[] edges, int[] targets, int edgeCount) {
        int[] edge = new int[caseCount], target = new int[caseCount];
        for (int i = 0; i < caseCount; i++) {
            edge[i] = edges[cases[i]];
            target[i] = targets[cases[i]];
        }
        end(Kind.BRANCH_TABLE, new int[] {index}, edge, target);
    }

    @Override
    public void ret(int[] values, int count) {
        end(Kind.RETURN, Arrays.copyOf(values, count), NONE, NONE);
    }

    @Override
    public void unreachable() {
        end(Kind.UNREACHABLE, NONE, NONE, NONE);
    }

    private int constant(long bits) {
        int out = function.newValue();
        add(Kind.CONSTANT, new int[] {out}, NONE, NONE, NONE, bits);
        return out;
    }

    @Override
    public int constI32(int value) {
        return constant(value & 0xFFFFFFFFL);
    }

    @Override
    public int constI64(long value) {
        return constant(value);
    }

    @Override
    public int constF32(int bits) {
        return constant(bits & 0xFFFFFFFFL);
    }

    @Override
    public int constF64(long bits) {
        return constant(bits);
    }

    @Override
    public int unary(int opcode, int operand) {
        return value(Kind.UNARY, new int[] {operand}, opcode);
    }

    @Override
    public int binary(int opcode, int left, int right) {
        return value(Kind.BINARY, new int[] {left, right}, opcode);
    }

    @Override
    public int select(int type, int condition, int whenTrue, int whenFalse) {
        return value(Kind.SELECT, new int[] {condition, whenTrue, whenFalse}, type);
    }

    @Override
    public int load(int opcode, int address, long offset, int alignLog2) {
        int out = function.newValue();
        add(Kind.LOAD, new int[] {out}, new int[] {address}, new int[] {opcode}, NONE, offset);
        return out;
    }

    @Override
    public void store(int opcode, int address, int value, long offset, int alignLog2) {
        add(Kind.STORE, NONE, new int[] {address, value}, new int[] {opcode}, NONE, offset);
    }

    @Override
    public int memorySize() {
        return value(Kind.MEMORY_SIZE, NONE, 0);
    }

    @Override
    public int memoryGrow(int pages) {
        return value(Kind.MEMORY_GROW, new int[] {pages}, 0);
    }

    @Override
    public void memoryCopy(int destination, int source, int length) {
        effect(Kind.MEMORY_COPY, new int[] {destination, source, length});
    }

    @Override
    public void memoryFill(int destination, int value, int length) {
        effect(Kind.MEMORY_FILL, new int[] {destination, value, length});
    }

    @Override
    public void memoryInit(int segment, int destination, int source, int length) {
        effect(Kind.MEMORY_INIT, new int[] {destination, source, length}, segment);
    }

    @Override
    public void dataDrop(int segment) {
        effect(Kind.DATA_DROP, NONE, segment);
    }

    @Override
    public int globalGet(int global) {
        return value(Kind.GLOBAL_GET, NONE, global);
    }

    @Override
    public void globalSet(int global, int value) {
        effect(Kind.GLOBAL_SET, new int[] {value}, global);
    }

    @Override
    public int tableGet(int table, int index) {
        return value(Kind.TABLE_GET, new int[] {index}, table);
    }

    @Override
    public void tableSet(int table, int index, int value) {
        effect(Kind.TABLE_SET, new int[] {index, value}, table);
    }

    @Override
    public int tableSize(int table) {
        return value(Kind.TABLE_SIZE, NONE, table);
    }

    @Override
    public int tableGrow(int table, int value, int count) {
        return value(Kind.TABLE_GROW, new int[] {value, count}, table);
    }

    @Override
    public void tableFill(int table, int index, int value, int count) {
        effect(Kind.TABLE_FILL, new int[] {index, value, count}, table);
    }

    @Override
    public void tableCopy(int destinationTable, int sourceTable, int destination, int source, int length) {
        effect(Kind.TABLE_COPY, new int[] {destination, source, length}, destinationTable, sourceTable);
    }

    @Override
    public void tableInit(int segment, int table, int destination, int source, int length) {
        effect(Kind.TABLE_INIT, new int[] {destination, source, length}, segment, table);
    }

    @Override
    public void elemDrop(int segment) {
        effect(Kind.ELEM_DROP, NONE, segment);
    }

    @Override
    public int refNull(int type) {
        return constant(0);
    }

    @Override
    public int refIsNull(int reference) {
        return value(Kind.REF_IS_NULL, new int[] {reference}, 0);
    }

    /** Function references are function indices plus one. */
    @Override
    public int refFunc(int index) {
        return constant(index + 1L);
    }

    @Override
    public void call(int callee, int[] arguments, int count, int[] results) {
        results(Kind.CALL, Arrays.copyOf(arguments, count), results, callee, 0);
    }

    @Override
    public void callIndirect(int table, int type, int index, int[] arguments, int count, int[] results) {
        int[] in = Arrays.copyOf(arguments, count + 1);
        in[count] = index;
        results(Kind.CALL_INDIRECT, in, results, table, type);
    }

    private void results(Kind kind, int[] in, int[] results, int first, int second) {
        FuncType callee = kind == Kind.CALL ? module.functionType(first) : module.types().get(second);
        int[] out = new int[callee.results().length];
        for (int i = 0; i < out.length; i++) out[i] = results[i] = function.newValue();
        add(kind, out, in, new int[] {first, second}, NONE, 0);
    }
}
