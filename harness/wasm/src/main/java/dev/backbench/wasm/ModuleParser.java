package dev.backbench.wasm;

import dev.backbench.wasm.WasmModule.ConstExpr;
import dev.backbench.wasm.WasmModule.DataSegment;
import dev.backbench.wasm.WasmModule.ElementSegment;
import dev.backbench.wasm.WasmModule.Export;
import dev.backbench.wasm.WasmModule.Global;
import dev.backbench.wasm.WasmModule.GlobalType;
import dev.backbench.wasm.WasmModule.Import;
import dev.backbench.wasm.WasmModule.MemoryType;
import dev.backbench.wasm.WasmModule.Mode;
import dev.backbench.wasm.WasmModule.TableType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Decodes and validates the sections of a module; bodies are only delimited. Each vector's length is checked against the bytes left before allocation. */
final class ModuleParser {
    private static final int[] MAGIC = {0x00, 0x61, 0x73, 0x6D};
    private static final String[] SECTION_NAMES = {"custom", "type", "import", "function", "table", "memory", "global", "export", "start", "element",
            "code", "data", "data count", "tag"};
    /** Where each section stands in a module, by section id: data count comes before code, tag after memory. */
    private static final int[] SECTION_ORDER = {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 11, 6};

    private final ByteReader in;
    private final WasmModule module;
    private final ConstExprs constants;
    private final List<FuncType> types = new ArrayList<>();
    private final List<Import> imports = new ArrayList<>();
    private final List<TableType> tables = new ArrayList<>();
    private final List<MemoryType> memories = new ArrayList<>();
    private final List<GlobalType> globalTypes = new ArrayList<>();
    private final List<Global> globals = new ArrayList<>();
    private final List<Export> exports = new ArrayList<>();
    private final List<ElementSegment> elements = new ArrayList<>();
    private final List<DataSegment> data = new ArrayList<>();
    private final BitSet references = new BitSet(); // functions that a ref.func may name
    private int declared;                          // functions of the function section
    private int bodies;
    private int dataCount = -1;

    ModuleParser(byte[] bytes) {
        in = new ByteReader(bytes, 0, bytes.length);
        module = new WasmModule(bytes);
        constants = new ConstExprs(in, module, references);
        module.types = types;
        module.imports = imports;
        module.tables = tables;
        module.memories = memories;
        module.globalTypes = globalTypes;
        module.globals = globals;
        module.exports = exports;
        module.elements = elements;
        module.data = data;
    }

    WasmModule parse() {
        header();
        int last = 0;
        while (in.pos < in.bytes.length) {
            int at = in.pos, id = in.u8();
            if (id >= SECTION_ORDER.length) throw in.malformed(at, "malformed section id " + id);
            int size = in.u32();
            if (Integer.compareUnsigned(size, in.bytes.length - in.pos) > 0) {
                throw in.malformed(at, "unexpected end: length out of bounds of the " + SECTION_NAMES[id] + " section");
            }
            in.end = in.pos + size;
            if (id != 0) {
                if (SECTION_ORDER[id] <= last) throw in.malformed(at, "unexpected content after last section: the " + SECTION_NAMES[id] + " section");
                last = SECTION_ORDER[id];
            }
            section(id);
            if (in.pos != in.end) throw in.malformed(in.pos, "section size mismatch: the " + SECTION_NAMES[id] + " section");
            in.end = in.bytes.length;
        }
        finish();
        return module;
    }

    private void header() {
        if (in.bytes.length > Limits.MODULE_BYTES) {
            throw new WasmException(WasmException.Kind.LIMIT, 0, in.bytes.length + " bytes, at most " + Limits.MODULE_BYTES);
        }
        for (int i = 0; i < 4; i++) {
            if (in.pos >= in.end || in.u8() != MAGIC[i]) throw in.malformed(i, "magic header not detected");
        }
        int version = 0;
        for (int i = 0; i < 4; i++) version |= in.u8() << 8 * i;
        if (version != 1) throw in.malformed(4, "unknown binary version " + Integer.toUnsignedString(version));
    }

    private void section(int id) {
        switch (id) {
            case 0 -> custom();
            case 1 -> types();
            case 2 -> imports();
            case 3 -> functions();
            case 4 -> tables();
            case 5 -> memories();
            case 6 -> globals();
            case 7 -> exports();
            case 8 -> start();
            case 9 -> elements();
            case 10 -> code();
            case 11 -> data();
            case 12 -> dataCount = in.u32();
            default -> throw Feature.EXCEPTIONS.at(in.pos);
        }
    }

    private void finish() {
        if (declared != bodies) throw in.malformed(in.pos, "function and code section have inconsistent lengths");
        if (dataCount >= 0 && dataCount != data.size()) throw in.malformed(in.pos, "data count and data section have inconsistent lengths");
        module.dataCount = dataCount;
        module.references = references;
        int[] escaping = references.stream().filter(f -> f >= module.importedFunctions).toArray();
        if (module.start >= module.importedFunctions && !references.get(module.start)) {
            escaping = Arrays.copyOf(escaping, escaping.length + 1);
            escaping[escaping.length - 1] = module.start;
            Arrays.sort(escaping);
        }
        module.escaping = escaping;
        module.types = Collections.unmodifiableList(types);
        module.imports = Collections.unmodifiableList(imports);
        module.tables = Collections.unmodifiableList(tables);
        module.memories = Collections.unmodifiableList(memories);
        module.globalTypes = Collections.unmodifiableList(globalTypes);
        module.globals = Collections.unmodifiableList(globals);
        module.exports = Collections.unmodifiableList(exports);
        module.elements = Collections.unmodifiableList(elements);
        module.data = Collections.unmodifiableList(data);
    }

    private void custom() {
        String name = in.name();
        if (name.equals("name")) {
            module.nameSectionStart = in.pos;
            module.nameSectionEnd = in.end;
        }
        in.pos = in.end;
    }

    private void types() {
        int count = in.count(Limits.TYPES, "types");
        TypeList.Pool lists = new TypeList.Pool();
        module.typeParameters = new TypeList[count];
        module.typeResults = new TypeList[count];
        for (int i = 0; i < count; i++) {
            int at = in.pos;
            switch (in.u8()) {
                case 0x60 -> {
                    FuncType type = new FuncType(valueTypes(Limits.PARAMETERS, "parameters"), valueTypes(Limits.RESULTS, "results"));
                    types.add(type);
                    module.typeParameters[i] = lists.of(type.parameters());
                    module.typeResults[i] = lists.of(type.results());
                }
                case 0x4E, 0x4F, 0x50, 0x5E, 0x5F -> throw Feature.GC.at(at);
                case 0x5D -> throw Feature.STACK_SWITCHING.at(at);
                default -> throw in.malformed(at, "malformed form of a type");
            }
        }
    }

    private int[] valueTypes(int limit, String what) {
        int[] list = new int[in.count(limit, what)];
        for (int i = 0; i < list.length; i++) list[i] = in.valueType();
        return list;
    }

    private void imports() {
        int[] functions = new int[16];
        for (int n = in.count(Limits.IMPORTS, "imports"); n > 0; n--) {
            String from = in.name(), name = in.name();
            int at = in.pos, kind = in.u8(), type = 0;
            Object descriptor = switch (kind) {
                case WasmModule.FUNCTION -> {
                    type = typeIndex();
                    if (module.importedFunctions == functions.length) functions = Arrays.copyOf(functions, 2 * functions.length);
                    functions[module.importedFunctions++] = type;
                    yield types.get(type);
                }
                case WasmModule.TABLE -> add(tables, tableType());
                case WasmModule.MEMORY -> add(memories, memoryType());
                case WasmModule.GLOBAL -> add(globalTypes, globalType());
                case 4 -> throw Feature.EXCEPTIONS.at(at);
                default -> throw in.malformed(at, "malformed import kind " + kind);
            };
            imports.add(new Import(from, name, kind, type, descriptor));
        }
        module.functionTypes = Arrays.copyOf(functions, module.importedFunctions);
        module.importedTables = tables.size();
        module.importedMemories = memories.size();
        module.importedGlobals = globalTypes.size();
    }

    private static <T> T add(List<T> list, T element) {
        list.add(element);
        return element;
    }

    private int typeIndex() {
        int at = in.pos, type = in.u32();
        if (Integer.compareUnsigned(type, types.size()) >= 0) throw in.invalid(at, "unknown type " + Integer.toUnsignedString(type));
        return type;
    }

    private void functions() {
        int count = in.count(Limits.FUNCTIONS, "functions"), imported = module.importedFunctions;
        int[] functions = Arrays.copyOf(module.functionTypes, imported + count);
        for (int i = 0; i < count; i++) functions[imported + i] = typeIndex();
        module.functionTypes = functions;
        declared = count;
    }

    private void tables() {
        for (int n = in.count(Limits.TABLES, "tables"); n > 0; n--) {
            if (in.pos < in.end && in.bytes[in.pos] == 0x40) throw Feature.TABLE_INITIALISERS.at(in.pos);
            tables.add(tableType());
        }
    }

    private TableType tableType() {
        int element = in.referenceType(), at = in.pos, flags = in.u8();
        if (flags >= 4 && flags < 8) throw Feature.MEMORY64.at(at);
        if (flags > 1) throw in.malformed(at, "malformed limits flags " + flags);
        long min = in.u32() & 0xFFFF_FFFFL, max = flags == 1 ? in.u32() & 0xFFFF_FFFFL : -1;
        if (max >= 0 && min > max) throw in.invalid(at, "size minimum must not be greater than maximum");
        return new TableType(element, min, max);
    }

    private void memories() {
        for (int n = in.count(Limits.TABLES, "memories"); n > 0; n--) memories.add(memoryType());
    }

    private MemoryType memoryType() {
        int at = in.pos, flags = in.u8();
        if (flags > 15) throw in.malformed(at, "malformed limits flags " + flags);
        if ((flags & 8) != 0) throw Feature.CUSTOM_PAGE_SIZES.at(at);
        if ((flags & 4) != 0) throw Feature.MEMORY64.at(at);
        if ((flags & 2) != 0) throw Feature.THREADS.at(at);
        long min = in.u32() & 0xFFFF_FFFFL, max = flags == 1 ? in.u32() & 0xFFFF_FFFFL : -1;
        if (min > 65536 || max > 65536) throw in.invalid(at, "memory size must be at most 65536 pages (4 GiB)");
        if (max >= 0 && min > max) throw in.invalid(at, "size minimum must not be greater than maximum");
        if (!memories.isEmpty()) throw Feature.MULTI_MEMORY.at(at);
        return new MemoryType(min, max);
    }

    private GlobalType globalType() {
        int type = in.valueType(), at = in.pos, mutable = in.u8();
        if (mutable > 1) throw in.malformed(at, "malformed mutability");
        return new GlobalType(type, mutable == 1);
    }

    private void globals() {
        for (int n = in.count(Limits.GLOBALS, "globals"); n > 0; n--) {
            GlobalType type = globalType();
            globals.add(new Global(type, constants.read(type.type())));
            globalTypes.add(type);
        }
    }

    private void exports() {
        Set<String> names = new HashSet<>();
        for (int n = in.count(Limits.EXPORTS, "exports"); n > 0; n--) {
            int at = in.pos;
            String name = in.name();
            if (!names.add(name)) throw in.invalid(at, "duplicate export name \"" + name + "\"");
            int kindAt = in.pos, kind = in.u8();
            if (kind == 4) throw Feature.EXCEPTIONS.at(kindAt);
            if (kind > 4) throw in.malformed(kindAt, "malformed export kind " + kind);
            int index = switch (kind) {
                case WasmModule.FUNCTION -> functionIndex();
                case WasmModule.TABLE -> index(tables.size(), "table");
                case WasmModule.MEMORY -> index(memories.size(), "memory");
                default -> index(globalTypes.size(), "global");
            };
            if (kind == WasmModule.FUNCTION) references.set(index);
            exports.add(new Export(name, kind, index));
        }
    }

    private int functionIndex() {
        return index(module.functionTypes.length, "function");
    }

    private int index(int size, String what) {
        int at = in.pos, index = in.u32();
        if (Integer.compareUnsigned(index, size) >= 0) throw in.invalid(at, "unknown " + what + " " + Integer.toUnsignedString(index));
        return index;
    }

    private void start() {
        int at = in.pos, function = functionIndex();
        FuncType type = module.functionType(function);
        if (type.parameters().length + type.results().length > 0) throw in.invalid(at, "start function of type " + type);
        module.start = function;
    }

    /** The flags of an element segment: bit 0 not active, bit 1 explicit table or declarative, bit 2 expressions instead of function indices. */
    private void elements() {
        for (int n = in.count(Limits.ELEMENT_SEGMENTS, "element segments"); n > 0; n--) {
            int at = in.pos, flags = in.u32();
            if (flags < 0 || flags > 7) throw in.malformed(at, "malformed elements segment kind");
            boolean active = (flags & 1) == 0, explicit = (flags & 2) != 0, expressions = (flags & 4) != 0;
            Mode mode = active ? Mode.ACTIVE : explicit ? Mode.DECLARATIVE : Mode.PASSIVE;
            int table = active && explicit ? index(tables.size(), "table") : 0;
            if (active && tables.isEmpty()) throw in.invalid(at, "unknown table 0");
            ConstExpr offset = active ? constants.read(ValType.I32) : null;
            int type = ValType.FUNCREF;
            if ((flags & 3) != 0) type = expressions ? in.referenceType() : elementKind();
            if (active && tables.get(table).elementType() != type) throw in.invalid(at, "type mismatch: elements of " + ValType.name(type)
                    + " for a table of " + ValType.name(tables.get(table).elementType()));
            int count = in.count(Limits.SEGMENT_ELEMENTS, "elements");
            if (expressions) {
                ConstExpr[] list = new ConstExpr[count];
                for (int i = 0; i < count; i++) list[i] = constants.read(type);
                elements.add(new ElementSegment(mode, type, table, offset, null, list));
            } else {
                int[] list = new int[count];
                for (int i = 0; i < count; i++) references.set(list[i] = functionIndex());
                elements.add(new ElementSegment(mode, type, table, offset, list, null));
            }
        }
    }

    private int elementKind() {
        int at = in.pos;
        if (in.u8() != 0) throw in.malformed(at, "malformed element kind");
        return ValType.FUNCREF;
    }

    private void code() {
        module.codeSectionSize = in.end - in.pos;
        int count = in.count(Limits.FUNCTIONS, "bodies"), sectionEnd = in.end;
        if (count != declared) throw in.malformed(in.pos, "function and code section have inconsistent lengths");
        module.bodyStart = new int[count];
        module.bodyEnd = new int[count];
        for (int i = 0; i < count; i++) {
            int at = in.pos, size = in.u32();
            if (Integer.compareUnsigned(size, sectionEnd - in.pos) > 0) throw in.malformed(at, "unexpected end of section or function");
            if (size > Limits.BODY_BYTES) throw new WasmException(WasmException.Kind.LIMIT, at, "a body of " + size + " bytes, at most " + Limits.BODY_BYTES);
            module.bodyStart[i] = in.pos;
            module.bodyEnd[i] = in.pos += size;
        }
        bodies = count;
    }

    private void data() {
        int count = in.count(Limits.DATA_SEGMENTS, "data segments");
        if (dataCount >= 0 && dataCount != count) throw in.malformed(in.pos, "data count and data section have inconsistent lengths");
        for (int n = count; n > 0; n--) {
            int at = in.pos, flags = in.u32();
            if (flags < 0 || flags > 2) throw in.malformed(at, "malformed data segment kind");
            int memory = flags == 2 ? in.u32() : 0;
            if (flags != 1 && Integer.compareUnsigned(memory, memories.size()) >= 0) throw in.invalid(at, "unknown memory " + Integer.toUnsignedString(memory));
            ConstExpr offset = flags == 1 ? null : constants.read(ValType.I32);
            int length = in.u32(), start = in.pos;
            in.skip(length);
            data.add(new DataSegment(flags == 1 ? Mode.PASSIVE : Mode.ACTIVE, memory, offset, start, in.pos));
        }
    }
}
