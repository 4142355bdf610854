package dev.backbench.conformance.fuzz;

import dev.backbench.wasm.FuncType;
import java.util.List;

/**
 * A generated module and what to call in it.
 *
 * @param written by opcode, how often the generator wrote it
 */
record FuzzCase(long seed, byte[] wasm, List<Call> calls, int[] written) {
    /** A call of an exported function. @param look whether memory, tables and globals are looked at afterwards */
    record Call(String function, FuncType type, long[] arguments, boolean look) {}
}
