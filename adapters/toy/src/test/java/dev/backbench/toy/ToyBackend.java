package dev.backbench.toy;

import static dev.backbench.asm.X64.*;
import static dev.backbench.wasm.Opcode.*;
import dev.backbench.asm.X64;
import dev.backbench.exec.NativeCompiler;
import dev.backbench.spi.*;
import dev.backbench.spi.abi.*;
import dev.backbench.wasm.*;
import java.util.*;

/** The smallest complete back end: every value has a place on the stack, every operation loads, computes, stores. docs/add-a-backend.md builds it step by step. */
public final class ToyBackend implements Backend {
    @Override public String id() { return "toy"; }
    @Override public String summary() { return "a stack slot per value; integers only"; }
    @Override public Availability available() { return NativeCompiler.host(); }
    @Override public Ledger ledger(CompileOptions options) {
        return new Ledger("1", null, null, "in process", options.level(), 1, "wasm", "guard", false, "none", "own", false, "guard page", "baseline", false,
            "none", "translate+emit", Map.of());
    }
    @Override public dev.backbench.spi.Compiler newCompiler(CompileOptions options) {
        if (options.bounds() != CompileOptions.Bounds.GUARD) throw new BackendException("toy checks bounds by guard pages only: leave out +bounds=explicit");
        return new NativeCompiler() {
            @Override protected CodeImage compile(WasmModule module, PhaseClock clock) {
                clock.enter(PhaseClock.TRANSLATE + "+" + PhaseClock.EMIT);
                return new Builder(module).compile();
            }
        };
    }
    /** Frame: the instance at rbp - 8, value v at rbp - 16 - 8v. Moves of an edge wait for the function's end, when all are known. */
    private static final class Builder extends PartialIrBuilder {
        private static final int[] ARGUMENTS = {RSI, RDX, RCX, R8, R9};
        private static final Map<Integer, Alu> ALU = Map.of(I32_ADD, Alu.ADD, I64_ADD, Alu.ADD, I32_SUB, Alu.SUB, I64_SUB, Alu.SUB, I32_AND, Alu.AND, I64_AND, Alu.AND,
            I32_OR, Alu.OR, I64_OR, Alu.OR, I32_XOR, Alu.XOR, I64_XOR, Alu.XOR);
        private final X64 x = new X64();
        private final WasmModule module;
        private final int[] functions;
        private final Map<Integer, int[]> edges = new TreeMap<>(); // label, target
        private final Map<Integer, Map<Integer, Integer>> moves = new HashMap<>(); // by edge, or by ~block where withdrawn: value by parameter
        private final Map<Integer, Integer> blockOf = new HashMap<>();
        private int values, frame, body;
        Builder(WasmModule module) {
            this.module = module;
            functions = new int[module.functionCount()];
            for (int f = 0; f < functions.length; f++) functions[f] = x.label();
        }
        CodeImage compile() {
            int imported = module.importedFunctionCount(), n = functions.length - imported;
            int[] start = new int[n], length = new int[n];
            FunctionTranslator translator = new FunctionTranslator(module);
            for (int f = 0; f < n; f++) {
                x.bind(functions[imported + f]);
                start[f] = x.offset();
                translator.translate(imported + f, this);
                length[f] = x.offset() - start[f];
            }
            return CodeImage.plain("x86_64", x.finish(), start, length);
        }
        private static int at(int value) { return -16 - 8 * value; }
        private int define(int register) { x.store64(RBP, at(values), register); return values++; }
        @Override public void begin(Context context) {
            edges.clear(); moves.clear(); blockOf.clear(); values = 0; frame = x.label(); body = x.label();
            if (context.type().results().length > 1) throw refuse("several results");
            x.push(RBP); x.mov64(RBP, RSP); x.push(RDI); x.jmp(frame); x.bind(body);
        }
        @Override public int parameter(int index, int type) {
            if (type < ValType.I64 || index >= ARGUMENTS.length) throw refuse("parameter " + index + " of type " + ValType.name(type));
            if (type == ValType.I32) x.mov32(ARGUMENTS[index], ARGUMENTS[index]); // the upper half is undefined
            return define(ARGUMENTS[index]);
        }
        @Override public void end() {
            edges.forEach((number, edge) -> {
                TreeMap<Integer, Integer> moved = new TreeMap<>(moves.getOrDefault(number, Map.of()));
                moved.putAll(moves.getOrDefault(~edge[1], Map.of())); // a redundant parameter keeps its slot
                x.bind(edge[0]);
                moved.values().forEach(value -> x.pushMemory(RBP, at(value)));
                moved.descendingKeySet().forEach(parameter -> x.popMemory(RBP, at(parameter)));
                x.jmp(edge[1]);
            });
            int size = 16 + (8 * values + 15 & -16);
            x.bind(frame);
            for (int page = 4096; page < size; page += 4096) x.store64Immediate(RSP, -page, 0); // probes, in order
            x.lea(RSP, RBP, -size); x.jmp(body);
        }
        @Override public int block(boolean loop) { return x.label(); }
        @Override public void startBlock(int block) { x.bind(block); }
        @Override public int blockParameter(int block, int type) { blockOf.put(values, block); return values++; }
        @Override public void edgeArgument(int edge, int parameter, int value) { moves.computeIfAbsent(edge, e -> new HashMap<>()).put(parameter, value); }
        @Override public void alias(int parameter, int value) { edgeArgument(~blockOf.get(parameter), parameter, value); }
        private int edge(int number, int target) { return edges.computeIfAbsent(number, n -> new int[] {x.label(), target})[0]; }
        @Override public void jump(int edge, int target) { x.jmp(edge(edge, target)); }
        @Override public void branchIf(int condition, int edge, int then, int otherEdge, int otherwise) {
            x.load32(RAX, RBP, at(condition)); x.test32(RAX, RAX); x.jcc(NE, edge(edge, then)); x.jmp(edge(otherEdge, otherwise));
        }
        @Override public void ret(int[] returned, int count) {
            if (count == 1) x.load64(RAX, RBP, at(returned[0]));
            x.mov64(RSP, RBP); x.pop(RBP); x.ret();
        }
        @Override public void unreachable() { x.trap(TrapReason.UNREACHABLE.ordinal()); }
        @Override public int constI32(int value) { return constI64(value & 0xFFFFFFFFL); }
        @Override public int constI64(long value) { x.movImmediate(RAX, value); return define(RAX); }
        @Override public int unary(int opcode, int operand) {
            if (opcode == I32_EQZ || opcode == I64_EQZ) return binary(opcode + 1, operand, constI64(0));
            if (opcode != I32_WRAP_I64 && opcode != I64_EXTEND_I32_U) throw refuse("unary operation 0x" + Integer.toHexString(opcode));
            x.load32(RAX, RBP, at(operand));
            return define(RAX);
        }
        @Override public int binary(int opcode, int left, int right) {
            boolean wide = opcode >= I64_ADD && opcode <= I64_ROTR || opcode >= I64_EQ && opcode <= I64_GE_U;
            x.load64(RAX, RBP, at(left)); x.load64(RCX, RBP, at(right));
            if (ALU.get(opcode) instanceof Alu alu) x.alu64(alu, RAX, RCX);
            else if (opcode == I32_MUL || opcode == I64_MUL) x.imul64(RAX, RCX);
            else if (opcode >= I32_EQ && opcode <= I64_GE_U) {
                if (wide) x.alu64(Alu.CMP, RAX, RCX); else x.alu32(Alu.CMP, RAX, RCX);
                int holds = x.label(), condition = new int[] {E, NE, L, B, G, A, LE, BE, GE, AE}[opcode - (wide ? I64_EQ : I32_EQ)];
                x.movImmediate(RAX, 1); x.jcc(condition, holds); x.movImmediate(RAX, 0); x.bind(holds);
            } else throw refuse("binary operation 0x" + Integer.toHexString(opcode));
            if (!wide) x.mov32(RAX, RAX);
            return define(RAX);
        }
        /** Leaves base + index + offset in rax: at most 33 bits above the base, inside the reservation. */
        private void address(int index, long offset) {
            x.load64(RAX, RBP, -8); x.load64(RAX, RAX, InstanceLayout.MEMORY_BASE); x.load32(RCX, RBP, at(index));
            x.alu64(Alu.ADD, RAX, RCX); x.movImmediate(RCX, offset); x.alu64(Alu.ADD, RAX, RCX);
        }
        @Override public int load(int opcode, int index, long offset, int alignLog2) {
            address(index, offset);
            if (opcode == I32_LOAD) x.load32(RAX, RAX, 0); else if (opcode == I64_LOAD) x.load64(RAX, RAX, 0); else throw refuse("load 0x" + Integer.toHexString(opcode));
            return define(RAX);
        }
        @Override public void store(int opcode, int index, int value, long offset, int alignLog2) {
            address(index, offset); x.load64(RDX, RBP, at(value));
            if (opcode == I32_STORE) x.store32(RAX, 0, RDX); else if (opcode == I64_STORE) x.store64(RAX, 0, RDX); else throw refuse("store 0x" + Integer.toHexString(opcode));
        }
        @Override public void call(int function, int[] arguments, int count, int[] results) {
            int[] returned = module.functionType(function).results();
            if (count > ARGUMENTS.length || returned.length > 1 || returned.length == 1 && returned[0] < ValType.I64) throw refuse("a call of type " + module.functionType(function));
            for (int i = 0; i < count; i++) x.load64(ARGUMENTS[i], RBP, at(arguments[i]));
            x.load64(RDI, RBP, -8);
            if (function < module.importedFunctionCount()) {
                x.load64(RAX, RDI, new InstanceLayout(module).importedFunction(function));
                x.load64(RDI, RAX, InstanceLayout.FUNCREF_INSTANCE); x.callMemory(RAX, InstanceLayout.FUNCREF_CODE);
            } else x.call(functions[function]);
            if (returned.length == 1 && returned[0] == ValType.I32) x.mov32(RAX, RAX);
            if (returned.length == 1) results[0] = define(RAX);
        }
    }
}
