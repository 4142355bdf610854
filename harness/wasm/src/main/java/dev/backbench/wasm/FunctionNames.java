package dev.backbench.wasm;

/** Names of functions: from the name section as far as it is well formed, else the first export, else the index. */
final class FunctionNames {
    private static final int FUNCTION_SUBSECTION = 1;

    private FunctionNames() {}

    static String[] read(WasmModule module) {
        String[] names = new String[module.functionCount()];
        try {
            readSection(module, names);
        } catch (WasmException malformed) {
            // the specification: a malformed name section is ignored; what was read of it stays
        }
        for (WasmModule.Export export : module.exports()) {
            if (export.kind() == WasmModule.FUNCTION && names[export.index()] == null) names[export.index()] = export.name();
        }
        for (int i = 0; i < names.length; i++) {
            if (names[i] == null) names[i] = "func[" + i + "]";
        }
        return names;
    }

    private static void readSection(WasmModule module, String[] names) {
        ByteReader in = new ByteReader(module.bytes(), module.nameSectionStart, module.nameSectionEnd);
        while (in.pos < in.end) {
            int id = in.u8(), size = in.u32(), start = in.pos;
            in.skip(size);
            if (id != FUNCTION_SUBSECTION) continue;
            in.pos = start;
            in.end = start + size;
            for (int n = in.count(Limits.FUNCTIONS, "names"); n > 0; n--) {
                int function = in.u32();
                String name = in.name();
                if (Integer.compareUnsigned(function, names.length) < 0) names[function] = name;
            }
            return;
        }
    }
}
