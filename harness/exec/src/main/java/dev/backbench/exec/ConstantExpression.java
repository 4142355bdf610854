package dev.backbench.exec;

import static dev.backbench.wasm.Opcode.*;

import dev.backbench.wasm.WasmModule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Evaluates validated constant expressions, extended ones included, over an instance that is being made. Values are bits in a long, i32 zero-extended. */
final class ConstantExpression {
    private final NativeInstance instance;
    private final ByteBuffer in;
    private long[] stack = new long[8];
    private int sp;

    ConstantExpression(WasmModule module, NativeInstance instance) {
        this.instance = instance;
        in = ByteBuffer.wrap(module.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    }

    long evaluate(WasmModule.ConstExpr expression) {
        in.position(expression.start());
        sp = 0;
        for (;;) {
            int opcode = in.get() & 0xFF;
            switch (opcode) {
                case END -> {
                    assert sp == 1 && in.position() == expression.end();
                    return stack[0];
                }
                case I32_CONST -> push(signed() & 0xFFFF_FFFFL);
                case I64_CONST -> push(signed());
                case F32_CONST -> push(in.getInt() & 0xFFFF_FFFFL);
                case F64_CONST -> push(in.getLong());
                case GLOBAL_GET -> push(instance.globalBits((int) unsigned()));
                case REF_NULL -> {
                    in.get();
                    push(0);
                }
                case REF_FUNC -> push(instance.functionReference((int) unsigned()));
                default -> binary(opcode);
            }
        }
    }

    private void binary(int opcode) {
        long b = stack[--sp], a = stack[--sp];
        push(switch (opcode) {
            case I32_ADD -> a + b & 0xFFFF_FFFFL;
            case I32_SUB -> a - b & 0xFFFF_FFFFL;
            case I32_MUL -> a * b & 0xFFFF_FFFFL;
            case I64_ADD -> a + b;
            case I64_SUB -> a - b;
            case I64_MUL -> a * b;
            default -> throw new AssertionError("operation 0x" + Integer.toHexString(opcode) + " in a validated constant expression");
        });
    }

    private void push(long value) {
        if (sp == stack.length) stack = Arrays.copyOf(stack, 2 * sp);
        stack[sp++] = value;
    }

    private long unsigned() {
        long value = 0;
        for (int shift = 0;; shift += 7) {
            byte b = in.get();
            value |= (b & 0x7FL) << shift;
            if (b >= 0) return value;
        }
    }

    private long signed() {
        long value = 0;
        for (int shift = 0;;) {
            byte b = in.get();
            value |= (b & 0x7FL) << shift;
            shift += 7;
            if (b >= 0) return shift < 64 && (b & 0x40) != 0 ? value | -1L << shift : value;
        }
    }
}
