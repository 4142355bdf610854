package dev.backbench.wasm.parts;

import dev.backbench.wasm.Opcode;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import java.util.HexFormat;
import java.util.List;

/** A body as text: an instruction a line, with its offset in the module, indented as its blocks are. */
public final class Disassembly {
    private static final int PREFIX = 0xFC, NO_TYPE = 0x40;

    private Disassembly() {}

    /** @param function defined in the module, by its index in the function index space */
    public static String of(WasmModule module, WasmParts parts, int function) {
        WasmParts.Body body = parts.bodies.get(function - module.importedFunctionCount());
        StringBuilder text = new StringBuilder(module.functionName(function)).append(' ').append(module.functionType(function)).append('\n');
        int offset = module.bodyStart(function) + body.locals().length, depth = 1;
        List<byte[]> code = body.code();
        for (byte[] instruction : code) {
            int op = instruction[0] & 0xFF;
            if (op == Opcode.END || op == Opcode.ELSE) depth--;
            text.append(String.format("%6x  ", offset)).append("  ".repeat(Math.max(0, depth)));
            text.append(line(instruction)).append('\n');
            if (op == Opcode.BLOCK || op == Opcode.LOOP || op == Opcode.IF || op == Opcode.ELSE) depth++;
            offset += instruction.length;
        }
        return text.toString();
    }

    private static String line(byte[] instruction) {
        int op = instruction[0] & 0xFF, at = 1;
        if (op == PREFIX) op = 0x100 + (instruction[at++] & 0x7F);
        StringBuilder line = new StringBuilder(Opcode.name(op));
        if (op == Opcode.F32_CONST || op == Opcode.F64_CONST) return line.append(" 0x").append(HexFormat.of().formatHex(reversed(instruction))).toString();
        boolean block = op == Opcode.BLOCK || op == Opcode.LOOP || op == Opcode.IF, signed = block || op == Opcode.I32_CONST || op == Opcode.I64_CONST;
        if (block && instruction[1] == NO_TYPE) return line.toString();
        if (block && instruction[1] >= NO_TYPE) return line.append(' ').append(ValType.name(instruction[1])).toString();
        while (at < instruction.length) {
            long value = 0;
            int shift = 0;
            do {
                value |= (long) (instruction[at] & 0x7F) << shift;
                shift += 7;
            } while (instruction[at++] < 0);
            line.append(' ').append(signed && shift < 64 ? value << 64 - shift >> 64 - shift : value);
        }
        return line.toString();
    }

    private static byte[] reversed(byte[] constant) {
        byte[] bytes = new byte[constant.length - 1];
        for (int i = 0; i < bytes.length; i++) bytes[i] = constant[constant.length - 1 - i];
        return bytes;
    }
}
