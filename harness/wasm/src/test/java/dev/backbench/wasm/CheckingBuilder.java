package dev.backbench.wasm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Verifies the protocol of {@link IrBuilder} on every call, and at the end of each function what only the whole shows: every use is dominated by its
 * definition, every block is started, sealed and ended once, each edge gives each live parameter of its target exactly one argument, and none of these is
 * redundant. Knows nothing of how the translation works.
 */
class CheckingBuilder implements IrBuilder {
    private static final int ENTRY = 0;

    private record Use(int value, int block, int position) {}

    private record Argument(int edge, int parameter, int value) {}

    private static final class Block {
        final List<Integer> parameters = new ArrayList<>();
        final List<Integer> in = new ArrayList<>(); // edges
        boolean loop, started, sealed, ended;
    }

    private static final class Value {
        final int type, block, position;
        final boolean parameter;
        int alias = NONE;

        Value(int type, int block, int position, boolean parameter) {
            this.type = type;
            this.block = block;
            this.position = position;
            this.parameter = parameter;
        }
    }

    protected Context context;
    private List<Block> blocks;
    private List<Value> values;
    private List<int[]> edges; // source, target
    private List<Use> uses;
    private List<Argument> arguments;
    private int current;
    private boolean open; // whether operations may be added
    private int position;
    private boolean running;

    // totals over all functions, for statistics
    long operations, blockParameters, aliases, blockCount;

    private static void check(boolean holds, String rule) {
        if (!holds) throw new AssertionError(rule);
    }

    private int define(int type) {
        check(open, "an operation after a terminator");
        operations++;
        values.add(new Value(type, current, ++position, false));
        return values.size() - 1;
    }

    private int use(int value, int type) {
        check(open, "a use after a terminator");
        check(value >= 0 && value < values.size(), "unknown value " + value);
        check(values.get(value).alias == NONE, "value " + value + " was withdrawn");
        check(values.get(value).type == type, "value " + value + " is " + ValType.name(values.get(value).type) + ", used as " + ValType.name(type));
        uses.add(new Use(value, current, ++position));
        return value;
    }

    @Override
    public void begin(Context context) {
        this.context = context;
        blocks = new ArrayList<>(List.of(new Block()));
        values = new ArrayList<>();
        edges = new ArrayList<>();
        uses = new ArrayList<>();
        arguments = new ArrayList<>();
        current = ENTRY;
        position = 0;
        open = running = true;
        blocks.get(ENTRY).started = true;
    }

    @Override
    public int parameter(int index, int type) {
        check(values.size() == index && context.type().parameters()[index] == type, "parameters in order");
        return define(type);
    }

    @Override
    public void end() {
        check(running && !open, "the last block is not ended");
        running = false;
        check(values.size() >= context.type().parameters().length, "parameters missing");
        for (int b = 1; b < blocks.size(); b++) {
            Block block = blocks.get(b);
            check(block.started == !block.in.isEmpty(), "block " + b + " started: " + block.started + ", branches to it: " + block.in.size());
            check(!block.started || block.ended && block.sealed, "block " + b + " not ended or not sealed");
        }
        checkArguments();
        checkDominance();
        blockCount += blocks.size();
    }

    private void checkArguments() {
        Set<Long> seen = new HashSet<>();
        for (Argument argument : arguments) {
            Value parameter = values.get(argument.parameter);
            if (parameter.alias != NONE) continue;
            check(seen.add((long) argument.edge << 32 | argument.parameter), "two arguments for a parameter on an edge");
            uses.add(new Use(argument.value, edges.get(argument.edge)[0], Integer.MAX_VALUE));
        }
        for (int e = 0; e < edges.size(); e++) {
            for (int parameter : blocks.get(edges.get(e)[1]).parameters) {
                if (values.get(parameter).alias == NONE) check(seen.remove((long) e << 32 | parameter), "no argument for " + parameter + " on edge " + e);
            }
        }
        check(seen.isEmpty(), "an argument for a parameter that is not the target's");
        checkMinimal();
    }

    /** No parameter is left that always takes one value. */
    private void checkMinimal() {
        int[] only = new int[values.size()];
        Arrays.fill(only, NONE);
        BitSet several = new BitSet();
        for (Argument argument : arguments) {
            int value = resolve(argument.value), parameter = argument.parameter;
            if (value == parameter || value == only[parameter]) continue;
            if (only[parameter] != NONE) several.set(parameter);
            only[parameter] = value;
        }
        for (int v = 0; v < values.size(); v++) {
            if (values.get(v).parameter && values.get(v).alias == NONE) check(several.get(v), "parameter " + v + " is redundant");
        }
    }

    private int resolve(int value) {
        int steps = 0;
        while (values.get(value).alias != NONE) {
            value = values.get(value).alias;
            check(++steps <= values.size(), "aliases in a circle");
        }
        return value;
    }

    /** Simple iteration over blocks in order of creation; fine for tests. */
    private void checkDominance() {
        int[] order = reversePostorder(), number = new int[blocks.size()], idom = new int[blocks.size()];
        Arrays.fill(number, NONE);
        for (int i = 0; i < order.length; i++) number[order[i]] = i;
        Arrays.fill(idom, NONE);
        idom[ENTRY] = ENTRY;
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int i = 1; i < order.length; i++) {
                int block = order[i], to = NONE;
                for (int edge : blocks.get(block).in) {
                    int source = edges.get(edge)[0];
                    if (idom[source] == NONE) continue;
                    to = to == NONE ? source : intersect(to, source, idom, number);
                }
                if (idom[block] != to) {
                    idom[block] = to;
                    changed = true;
                }
            }
        }
        int[] first = new int[blocks.size()], last = new int[blocks.size()];
        interval(order, idom, first, last);
        for (Use use : uses) {
            Value value = values.get(resolve(use.value));
            check(number[use.block] != NONE, "code in a block that cannot be reached");
            boolean dominated = value.block == use.block ? value.position < use.position
                    : first[value.block] <= first[use.block] && first[use.block] <= last[value.block];
            check(dominated, "value " + use.value + " of block " + value.block + " used in block " + use.block + " that it does not dominate");
        }
        for (int v = 0; v < values.size(); v++) {
            if (values.get(v).alias == NONE) continue;
            Value to = values.get(resolve(v));
            int block = values.get(v).block;
            check(number[block] == NONE || to.block != block && first[to.block] <= first[block] && first[block] <= last[to.block]
                    || to.block == block && to.parameter, "value " + v + " withdrawn for one that does not dominate its block");
        }
    }

    private int[] reversePostorder() {
        List<List<Integer>> successors = new ArrayList<>();
        for (int b = 0; b < blocks.size(); b++) successors.add(new ArrayList<>());
        for (int[] edge : edges) successors.get(edge[0]).add(edge[1]);
        int[] order = new int[blocks.size()], stack = new int[blocks.size()], next = new int[blocks.size()];
        int count = 0, depth = 0;
        BitSet seen = new BitSet();
        stack[depth++] = ENTRY;
        seen.set(ENTRY);
        while (depth > 0) {
            int block = stack[depth - 1];
            if (next[block] == successors.get(block).size()) {
                order[count++] = block;
                depth--;
                continue;
            }
            int to = successors.get(block).get(next[block]++);
            if (seen.get(to)) continue;
            seen.set(to);
            stack[depth++] = to;
        }
        int[] reversed = new int[count];
        for (int i = 0; i < count; i++) reversed[i] = order[count - 1 - i];
        return reversed;
    }

    private static int intersect(int a, int b, int[] idom, int[] number) {
        while (a != b) {
            if (number[a] > number[b]) a = idom[a];
            else b = idom[b];
        }
        return a;
    }

    private static void interval(int[] order, int[] idom, int[] first, int[] last) {
        int[] size = new int[first.length], free = new int[first.length];
        for (int i = order.length - 1; i >= 0; i--) {
            int block = order[i];
            size[block]++;
            if (i > 0) size[idom[block]] += size[block];
        }
        for (int i = 0; i < order.length; i++) {
            int block = order[i];
            if (i > 0) {
                first[block] = free[idom[block]];
                free[idom[block]] += size[block];
            }
            free[block] = first[block] + 1;
            last[block] = first[block] + size[block] - 1;
        }
    }

    // ---- control ----

    @Override
    public int block(boolean loop) {
        Block block = new Block();
        block.loop = loop;
        blocks.add(block);
        return blocks.size() - 1;
    }

    @Override
    public int blockParameter(int block, int type) {
        check(block > ENTRY && block < blocks.size(), "a parameter of no block");
        blockParameters++;
        values.add(new Value(type, block, -1, true));
        blocks.get(block).parameters.add(values.size() - 1);
        return values.size() - 1;
    }

    @Override
    public void startBlock(int block) {
        check(!open, "a block started before the last one ended");
        check(!blocks.get(block).started, "block " + block + " started twice");
        check(blocks.get(block).loop || blocks.get(block).sealed, "block " + block + " started with branches to come");
        blocks.get(block).started = true;
        current = block;
        open = true;
    }

    @Override
    public void sealed(int block) {
        check(!blocks.get(block).sealed, "block " + block + " sealed twice");
        blocks.get(block).sealed = true;
    }

    @Override
    public void edgeArgument(int edge, int parameter, int value) {
        check(edge >= 0 && edge < edges.size(), "unknown edge " + edge);
        check(values.get(parameter).parameter && values.get(parameter).block == edges.get(edge)[1], "an argument for another block's parameter");
        check(values.get(parameter).alias == NONE, "an argument for a withdrawn parameter");
        check(values.get(parameter).type == values.get(value).type, "an argument of another type");
        check(values.get(value).alias == NONE, "a withdrawn argument");
        arguments.add(new Argument(edge, parameter, value));
    }

    @Override
    public void alias(int parameter, int value) {
        aliases++;
        Value old = values.get(parameter);
        check(old.parameter && old.alias == NONE, "only a live parameter can be withdrawn");
        check(parameter != value && old.type == values.get(value).type, "withdrawn for a value of another type");
        old.alias = value;
    }

    private void edge(int edge, int target) {
        check(edge == edges.size(), "edges in order: " + edge + " after " + edges.size());
        check(target > ENTRY && target < blocks.size(), "a branch to no block");
        check(!blocks.get(target).sealed, "a branch to block " + target + " after it was sealed");
        check(!blocks.get(target).started || blocks.get(target).loop, "a branch backwards that is no loop's");
        edges.add(new int[] {current, target});
        blocks.get(target).in.add(edge);
    }

    private void terminate() {
        check(open, "two terminators");
        open = false;
        operations++;
        blocks.get(current).ended = true;
    }

    @Override
    public void jump(int edge, int target) {
        terminate();
        edge(edge, target);
    }

    @Override
    public void branchIf(int condition, int edge, int then, int otherEdge, int otherwise) {
        use(condition, ValType.I32);
        terminate();
        edge(edge, then);
        edge(otherEdge, otherwise);
    }

    @Override
    public void branchTable(int index, int[] cases, int caseCount, int[] edgeList, int[] targets, int edgeCount) {
        use(index, ValType.I32);
        terminate();
        Set<Integer> distinct = new HashSet<>();
        for (int i = 0; i < edgeCount; i++) {
            edge(edgeList[i], targets[i]);
            check(distinct.add(targets[i]), "two edges of a table to one target");
        }
        check(caseCount > 0, "a table has a default");
        BitSet used = new BitSet();
        for (int i = 0; i < caseCount; i++) used.set(cases[i]);
        check(used.length() == edgeCount && used.cardinality() == edgeCount, "each edge of a table is used");
    }

    @Override
    public void ret(int[] list, int count) {
        int[] types = context.type().results();
        check(count == types.length, "returns " + count + " values");
        for (int i = 0; i < count; i++) use(list[i], types[i]);
        terminate();
    }

    @Override
    public void unreachable() {
        terminate();
    }

    // ---- values ----

    private int operand(int opcode, int fromTop) {
        return TypeList.valueType(OpTable.expected(OpTable.INFO[opcode]) >> 4 * fromTop & 15);
    }

    private int result(int opcode) {
        return TypeList.valueType(OpTable.result(OpTable.INFO[opcode]));
    }

    @Override
    public int constI32(int value) {
        return define(ValType.I32);
    }

    @Override
    public int constI64(long value) {
        return define(ValType.I64);
    }

    @Override
    public int constF32(int bits) {
        return define(ValType.F32);
    }

    @Override
    public int constF64(long bits) {
        return define(ValType.F64);
    }

    @Override
    public int unary(int opcode, int operand) {
        check(OpTable.kind(opcode) == OpTable.UNARY, "no unary operation");
        use(operand, operand(opcode, 0));
        return define(result(opcode));
    }

    @Override
    public int binary(int opcode, int left, int right) {
        check(OpTable.kind(opcode) == OpTable.BINARY, "no binary operation");
        use(left, operand(opcode, 1));
        use(right, operand(opcode, 0));
        return define(result(opcode));
    }

    @Override
    public int select(int type, int condition, int whenTrue, int whenFalse) {
        use(condition, ValType.I32);
        use(whenTrue, type);
        use(whenFalse, type);
        return define(type);
    }

    @Override
    public int load(int opcode, int address, long offset, int alignLog2) {
        check(offset >= 0 && offset < 1L << 32, "an offset of 32 bits");
        use(address, ValType.I32);
        return define(result(opcode));
    }

    @Override
    public void store(int opcode, int address, int value, long offset, int alignLog2) {
        check(offset >= 0 && offset < 1L << 32, "an offset of 32 bits");
        use(address, ValType.I32);
        use(value, operand(opcode, 0));
        operations++;
    }

    @Override
    public int memorySize() {
        return define(ValType.I32);
    }

    @Override
    public int memoryGrow(int pages) {
        use(pages, ValType.I32);
        return define(ValType.I32);
    }

    private void useThree(int a, int b, int c) {
        use(a, ValType.I32);
        use(b, ValType.I32);
        use(c, ValType.I32);
        operations++;
    }

    @Override
    public void memoryCopy(int destination, int source, int length) {
        useThree(destination, source, length);
    }

    @Override
    public void memoryFill(int destination, int value, int length) {
        useThree(destination, value, length);
    }

    @Override
    public void memoryInit(int segment, int destination, int source, int length) {
        useThree(destination, source, length);
    }

    @Override
    public void dataDrop(int segment) {
        check(open, "an operation after a terminator");
    }

    @Override
    public int globalGet(int global) {
        return define(context.module().globalTypes().get(global).type());
    }

    @Override
    public void globalSet(int global, int value) {
        use(value, context.module().globalTypes().get(global).type());
        operations++;
    }

    private int element(int table) {
        return context.module().tables().get(table).elementType();
    }

    @Override
    public int tableGet(int table, int index) {
        use(index, ValType.I32);
        return define(element(table));
    }

    @Override
    public void tableSet(int table, int index, int value) {
        use(index, ValType.I32);
        use(value, element(table));
    }

    @Override
    public int tableSize(int table) {
        return define(ValType.I32);
    }

    @Override
    public int tableGrow(int table, int value, int count) {
        use(value, element(table));
        use(count, ValType.I32);
        return define(ValType.I32);
    }

    @Override
    public void tableFill(int table, int index, int value, int count) {
        use(index, ValType.I32);
        use(value, element(table));
        use(count, ValType.I32);
    }

    @Override
    public void tableCopy(int destinationTable, int sourceTable, int destination, int source, int length) {
        useThree(destination, source, length);
    }

    @Override
    public void tableInit(int segment, int table, int destination, int source, int length) {
        useThree(destination, source, length);
    }

    @Override
    public void elemDrop(int segment) {
        check(open, "an operation after a terminator");
    }

    @Override
    public int refNull(int type) {
        return define(type);
    }

    @Override
    public int refIsNull(int reference) {
        check(ValType.isReference(values.get(reference).type), "a reference");
        use(reference, values.get(reference).type);
        return define(ValType.I32);
    }

    @Override
    public int refFunc(int function) {
        return define(ValType.FUNCREF);
    }

    @Override
    public void call(int function, int[] list, int count, int[] results) {
        call(context.module().functionType(function), list, count, results);
    }

    @Override
    public void callIndirect(int table, int type, int index, int[] list, int count, int[] results) {
        use(index, ValType.I32);
        call(context.module().types().get(type), list, count, results);
    }

    private void call(FuncType type, int[] list, int count, int[] results) {
        check(count == type.parameters().length, "as many arguments as parameters");
        for (int i = 0; i < count; i++) use(list[i], type.parameters()[i]);
        for (int i = 0; i < type.results().length; i++) results[i] = define(type.results()[i]);
    }
}
