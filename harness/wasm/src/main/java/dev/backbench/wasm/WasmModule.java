package dev.backbench.wasm;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * The immutable view of one decoded module: everything but the function bodies, which stay in {@link #bytes} as ranges.
 * Index spaces hold imports first, as in the specification. Safe to share between threads.
 */
public final class WasmModule {
    /** Kinds of imports and exports, as the binary format numbers them. */
    public static final int FUNCTION = 0, TABLE = 1, MEMORY = 2, GLOBAL = 3;

    /** @param max -1 for none */
    public record TableType(int elementType, long min, long max) {}

    /** Sizes in pages of 64 KiB. @param max -1 for none */
    public record MemoryType(long min, long max) {}

    public record GlobalType(int type, boolean mutable) {}

    /** @param type for a function its type index, otherwise unused @param descriptor the Table-, Memory- or GlobalType, or the FuncType */
    public record Import(String module, String name, int kind, int type, Object descriptor) {}

    public record Export(String name, int kind, int index) {}

    /** A constant expression, kept as the range {@code [start, end)} of {@link WasmModule#bytes}; {@code end} is past its {@code end} opcode. */
    public record ConstExpr(int start, int end) {}

    public record Global(GlobalType type, ConstExpr init) {}

    /** mode of an element or data segment */
    public enum Mode { ACTIVE, PASSIVE, DECLARATIVE }

    /**
     * @param offset null unless active
     * @param functions function indices where the segment is written as such, otherwise null and {@code expressions} holds them
     */
    public record ElementSegment(Mode mode, int elementType, int table, ConstExpr offset, int[] functions, ConstExpr[] expressions) {
        public int length() {
            return functions != null ? functions.length : expressions.length;
        }
    }

    /** Bytes are {@code [start, end)} of {@link WasmModule#bytes}. @param offset null unless active */
    public record DataSegment(Mode mode, int memory, ConstExpr offset, int start, int end) {}

    final byte[] bytes;
    List<FuncType> types = List.of();
    List<Import> imports = List.of();
    List<TableType> tables = List.of();
    List<MemoryType> memories = List.of();
    List<GlobalType> globalTypes = List.of();
    List<Global> globals = List.of();
    List<Export> exports = List.of();
    List<ElementSegment> elements = List.of();
    List<DataSegment> data = List.of();
    /** By type index. */
    TypeList[] typeParameters = {};
    TypeList[] typeResults = {};
    int[] functionTypes = {};
    int importedFunctions, importedTables, importedMemories, importedGlobals;
    int[] bodyStart = {};
    int[] bodyEnd = {};
    int codeSectionSize;
    int start = -1;
    int[] escaping = {};
    /** From the data count section, or -1. */
    int dataCount = -1;
    /** Functions that a {@code ref.func} in a body may name. */
    BitSet references = new BitSet();
    int nameSectionStart, nameSectionEnd;
    private volatile String[] functionNames;

    WasmModule(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Decodes and validates everything but the function bodies.
     *
     * @throws WasmException malformed, invalid or unsupported, with the offset and the rule
     */
    public static WasmModule parse(byte[] bytes) {
        return new ModuleParser(bytes).parse();
    }

    public byte[] bytes() {
        return bytes;
    }

    public List<FuncType> types() {
        return types;
    }

    public List<Import> imports() {
        return imports;
    }

    /** All functions, imported and defined. */
    public int functionCount() {
        return functionTypes.length;
    }

    public int importedFunctionCount() {
        return importedFunctions;
    }

    /** The type index of any function. */
    public int functionTypeIndex(int function) {
        return functionTypes[function];
    }

    public FuncType functionType(int function) {
        return types.get(functionTypes[function]);
    }

    /** All tables, imported and defined. */
    public List<TableType> tables() {
        return tables;
    }

    public int importedTableCount() {
        return importedTables;
    }

    public List<MemoryType> memories() {
        return memories;
    }

    public int importedMemoryCount() {
        return importedMemories;
    }

    /** Types of all globals, imported and defined. */
    public List<GlobalType> globalTypes() {
        return globalTypes;
    }

    public int importedGlobalCount() {
        return importedGlobals;
    }

    /** The defined globals only: global {@code importedGlobalCount() + i} is {@code globals().get(i)}. */
    public List<Global> globals() {
        return globals;
    }

    public List<Export> exports() {
        return exports;
    }

    public List<ElementSegment> elements() {
        return elements;
    }

    public List<DataSegment> data() {
        return data;
    }

    /** The start function, or -1. */
    public int start() {
        return start;
    }

    /** First byte of the body (its local declarations) of a defined function, by function index. */
    public int bodyStart(int function) {
        return bodyStart[function - importedFunctions];
    }

    public int bodyEnd(int function) {
        return bodyEnd[function - importedFunctions];
    }

    /** Bytes of the code section's contents: the denominator of MB/s. */
    public int codeSectionSize() {
        return codeSectionSize;
    }

    /**
     * Position of a defined function among those that can be referred to from outside direct calls (exported, in an element segment, in
     * a {@code ref.func}, started), in index order, or -1. Only these have a function reference in the instance record.
     */
    public int escapeIndex(int function) {
        return Math.max(-1, Arrays.binarySearch(escaping, function));
    }

    public int escapeCount() {
        return escaping.length;
    }

    /** The function index of the escaping function number {@code position}. */
    public int escapingFunction(int position) {
        return escaping[position];
    }

    /** The function's name from the name section or its first export, or {@code func[12]}. */
    public String functionName(int function) {
        String[] names = functionNames;
        if (names == null) functionNames = names = FunctionNames.read(this); // two threads may both do it, with equal results
        return names[function];
    }
}
