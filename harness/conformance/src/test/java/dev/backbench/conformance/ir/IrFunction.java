package dev.backbench.conformance.ir;

import dev.backbench.wasm.FuncType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One function as the shared translation built it, kept as objects for {@link IrExecution} to walk: clear, not fast. */
final class IrFunction {
    /** What an instruction does; numeric and memory ones are told apart by opcode. */
    enum Kind {
        CONSTANT, UNARY, BINARY, SELECT, LOAD, STORE, MEMORY_SIZE, MEMORY_GROW, MEMORY_COPY, MEMORY_FILL, MEMORY_INIT, DATA_DROP, GLOBAL_GET, GLOBAL_SET, TABLE_GET, TABLE_SET,
        TABLE_SIZE, TABLE_GROW, TABLE_FILL, TABLE_COPY, TABLE_INIT, ELEM_DROP, REF_IS_NULL, CALL, CALL_INDIRECT, JUMP, BRANCH_IF, BRANCH_TABLE, RETURN, UNREACHABLE
    }

    /** @param out values it defines @param in values it uses @param a, b immediates: opcode, index, edges or targets @param constant offset or constant */
    record Instruction(Kind kind, int[] out, int[] in, int[] a, int[] b, long constant) {}

    /** Where an edge's values go: pairs of parameter and value. */
    static final class Edge {
        final List<int[]> moves = new ArrayList<>();
    }

    final FuncType type;
    final List<List<Instruction>> blocks = new ArrayList<>();
    final Map<Integer, Edge> edges = new HashMap<>();
    private int[] alias = new int[16];
    int values;

    IrFunction(FuncType type) {
        this.type = type;
        blocks.add(new ArrayList<>()); // the entry
    }

    int newValue() {
        if (values == alias.length) alias = Arrays.copyOf(alias, 2 * values);
        alias[values] = values;
        return values++;
    }

    void alias(int parameter, int value) {
        alias[parameter] = value;
    }

    private int find(int value) {
        while (alias[value] != value) value = alias[value];
        return value;
    }

    /** Replaces aliased values by what they stand for, and checks that each edge gives a parameter one value. */
    void finish() {
        for (List<Instruction> block : blocks) {
            for (Instruction i : block) for (int k = 0; k < i.in.length; k++) i.in[k] = find(i.in[k]);
        }
        for (Edge edge : edges.values()) {
            edge.moves.removeIf(move -> find(move[0]) != move[0]);
            for (int[] move : edge.moves) move[1] = find(move[1]);
        }
    }

    Edge edge(int edge) {
        return edges.computeIfAbsent(edge, e -> new Edge());
    }
}
