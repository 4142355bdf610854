package dev.backbench.wasm;

import dev.backbench.wasm.WasmModule.ConstExpr;
import dev.backbench.wasm.WasmModule.GlobalType;
import java.util.Arrays;
import java.util.BitSet;

/** Decodes and validates constant expressions, the extended ones included. What exists of the module when one is read is what it may use. */
final class ConstExprs {
    private final ByteReader in;
    private final WasmModule module;
    private final BitSet references;
    private int[] stack = new int[16];
    private int height;

    /** @param references receives the functions named by {@code ref.func} */
    ConstExprs(ByteReader in, WasmModule module, BitSet references) {
        this.in = in;
        this.module = module;
        this.references = references;
    }

    /** Reads one expression that must leave exactly one value of {@code type}. */
    ConstExpr read(int type) {
        int start = in.pos;
        height = 0;
        while (true) {
            int at = in.pos, op = in.u8();
            switch (op) {
                case Opcode.END -> {
                    if (height != 1 || stack[0] != type) {
                        throw in.invalid(at, "type mismatch: a constant expression of " + Arrays.toString(names()) + " where " + ValType.name(type) + " is expected");
                    }
                    return new ConstExpr(start, in.pos);
                }
                case Opcode.I32_CONST -> {
                    in.signed(32);
                    push(ValType.I32);
                }
                case Opcode.I64_CONST -> {
                    in.signed(64);
                    push(ValType.I64);
                }
                case Opcode.F32_CONST -> {
                    in.skip(4);
                    push(ValType.F32);
                }
                case Opcode.F64_CONST -> {
                    in.skip(8);
                    push(ValType.F64);
                }
                case Opcode.GLOBAL_GET -> push(global(at));
                case Opcode.REF_NULL -> push(in.heapType());
                case Opcode.REF_FUNC -> {
                    int function = in.u32();
                    if (Integer.compareUnsigned(function, module.functionTypes.length) >= 0) {
                        throw in.invalid(at, "unknown function " + Integer.toUnsignedString(function));
                    }
                    references.set(function);
                    push(ValType.FUNCREF);
                }
                case Opcode.I32_ADD, Opcode.I32_SUB, Opcode.I32_MUL -> arithmetic(ValType.I32, at);
                case Opcode.I64_ADD, Opcode.I64_SUB, Opcode.I64_MUL -> arithmetic(ValType.I64, at);
                default -> {
                    in.operation(op, at);
                    throw in.invalid(at, "constant expression required");
                }
            }
        }
    }

    private int global(int at) {
        int global = in.u32();
        if (Integer.compareUnsigned(global, module.globalTypes.size()) >= 0) throw in.invalid(at, "unknown global " + Integer.toUnsignedString(global));
        GlobalType type = module.globalTypes.get(global);
        if (type.mutable()) throw in.invalid(at, "constant expression required: global " + global + " is mutable");
        return type.type();
    }

    private void arithmetic(int type, int at) {
        if (height < 2 || stack[height - 1] != type || stack[height - 2] != type) {
            throw in.invalid(at, "type mismatch: two operands of " + ValType.name(type) + " expected in a constant expression");
        }
        height--;
    }

    private void push(int type) {
        if (height == stack.length) stack = Arrays.copyOf(stack, 2 * height);
        stack[height++] = type;
    }

    private String[] names() {
        String[] names = new String[Math.min(height, 8)];
        for (int i = 0; i < names.length; i++) names[i] = ValType.name(stack[i]);
        return names;
    }
}
