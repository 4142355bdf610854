package dev.backbench.conformance.fuzz;

import dev.backbench.wasm.WasmModule;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The calls of a case in a custom section of its module, a line each, so that a module that failed says how. */
final class FuzzCalls {
    static final String SECTION = "backbench.calls";

    private FuzzCalls() {}

    /** The case's module with that section. */
    static byte[] with(FuzzCase test) {
        StringBuilder lines = new StringBuilder();
        for (FuzzCase.Call call : test.calls()) {
            lines.append(call.function()).append(call.look() ? " look" : " -");
            for (long argument : call.arguments()) lines.append(' ').append(Long.toHexString(argument));
            lines.append('\n');
        }
        byte[] name = SECTION.getBytes(StandardCharsets.UTF_8), content = lines.toString().getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(test.wasm());
        out.write(0);
        unsigned(out, 1 + name.length + content.length);
        out.write(name.length);
        out.writeBytes(name);
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static void unsigned(ByteArrayOutputStream out, int value) {
        for (; value > 0x7F; value >>>= 7) out.write(value & 0x7F | 0x80);
        out.write(value);
    }

    /** @return null where the module has none; calls of what it does not export are left out */
    static List<FuzzCase.Call> read(WasmModule module) {
        String lines = section(module.bytes());
        if (lines == null) return null;
        List<FuzzCase.Call> calls = new ArrayList<>();
        for (String line : lines.split("\n")) {
            String[] words = line.split(" ");
            for (WasmModule.Export export : module.exports()) {
                if (export.kind() != WasmModule.FUNCTION || !export.name().equals(words[0])) continue;
                long[] arguments = new long[words.length - 2];
                for (int i = 0; i < arguments.length; i++) arguments[i] = Long.parseUnsignedLong(words[i + 2], 16);
                if (arguments.length == module.functionType(export.index()).parameters().length) {
                    calls.add(new FuzzCase.Call(words[0], module.functionType(export.index()), arguments, words[1].equals("look")));
                }
            }
        }
        return calls;
    }

    private static String section(byte[] bytes) {
        byte[] name = SECTION.getBytes(StandardCharsets.UTF_8);
        for (int at = 8; at < bytes.length;) {
            int id = bytes[at++], size = 0, shift = 0;
            do size |= (bytes[at] & 0x7F) << shift;
            while (bytes[at++] < 0 && (shift += 7) < 32);
            boolean ours = id == 0 && size > name.length && bytes[at] == name.length && new String(bytes, at + 1, name.length, StandardCharsets.UTF_8).equals(SECTION);
            if (ours) return new String(bytes, at + 1 + name.length, size - 1 - name.length, StandardCharsets.UTF_8);
            at += size;
        }
        return null;
    }
}
