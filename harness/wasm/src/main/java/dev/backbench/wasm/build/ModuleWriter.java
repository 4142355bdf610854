package dev.backbench.wasm.build;

import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.Opcode;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Assembles the bytes of a module, for tests, fuzzers and workload generators. Indices are those of the module's index spaces, so all imports come before
 * the first definition of their kind. Nothing is validated.
 */
public final class ModuleWriter {
    private static final int NO_MAX = -1;

    private final Map<FuncType, Integer> types = new LinkedHashMap<>();
    private final ByteWriter imports = new ByteWriter();
    private final List<Integer> functionTypes = new ArrayList<>();
    private final List<BodyWriter> bodies = new ArrayList<>();
    private final ByteWriter tables = new ByteWriter();
    private final ByteWriter memories = new ByteWriter();
    private final ByteWriter globals = new ByteWriter();
    private final ByteWriter exports = new ByteWriter();
    private final ByteWriter elements = new ByteWriter();
    private final ByteWriter data = new ByteWriter();
    private int importCount, importedFunctions, importedTables, importedMemories, importedGlobals;
    private int tableCount, memoryCount, globalCount, exportCount, elementCount, dataCount;
    private int start = -1;

    /** The index of a function type, made if new. */
    public int type(FuncType type) {
        return types.computeIfAbsent(type, t -> types.size());
    }

    public int importFunction(String module, String name, FuncType type) {
        importOf(module, name, WasmModule.FUNCTION).unsigned(type(type));
        return importedFunctions++;
    }

    /** @param max -1 for none */
    public int importTable(String module, String name, int elementType, int min, int max) {
        limits(importOf(module, name, WasmModule.TABLE).u8(elementType), min, max);
        return importedTables++;
    }

    /** In pages. @param max -1 for none */
    public int importMemory(String module, String name, int min, int max) {
        limits(importOf(module, name, WasmModule.MEMORY), min, max);
        return importedMemories++;
    }

    public int importGlobal(String module, String name, int type, boolean mutable) {
        importOf(module, name, WasmModule.GLOBAL).u8(type).u8(mutable ? 1 : 0);
        return importedGlobals++;
    }

    private ByteWriter importOf(String module, String name, int kind) {
        importCount++;
        return imports.name(module).name(name).u8(kind);
    }

    /** Declares a function whose body comes later through {@link #define}. */
    public int declare(FuncType type) {
        functionTypes.add(type(type));
        bodies.add(null);
        return importedFunctions + bodies.size() - 1;
    }

    public void define(int function, BodyWriter body) {
        bodies.set(function - importedFunctions, body);
    }

    public int function(FuncType type, BodyWriter body) {
        int function = declare(type);
        define(function, body);
        return function;
    }

    /** @param max -1 for none */
    public int table(int elementType, int min, int max) {
        limits(tables.u8(elementType), min, max);
        return importedTables + tableCount++;
    }

    /** In pages. @param max -1 for none */
    public int memory(int min, int max) {
        limits(memories, min, max);
        return importedMemories + memoryCount++;
    }

    private static void limits(ByteWriter out, int min, int max) {
        out.u8(max == NO_MAX ? 0 : 1).unsigned(min & 0xFFFF_FFFFL);
        if (max != NO_MAX) out.unsigned(max & 0xFFFF_FFFFL);
    }

    /** @param bits the initial value: of an integer its value, of a float its bits, of a reference ignored (null) */
    public int global(int type, boolean mutable, long bits) {
        globals.u8(type).u8(mutable ? 1 : 0);
        switch (type) {
            case ValType.I32 -> globals.u8(Opcode.I32_CONST).signed((int) bits);
            case ValType.I64 -> globals.u8(Opcode.I64_CONST).signed(bits);
            case ValType.F32 -> globals.u8(Opcode.F32_CONST).fixed(bits, 4);
            case ValType.F64 -> globals.u8(Opcode.F64_CONST).fixed(bits, 8);
            default -> globals.u8(Opcode.REF_NULL).u8(type);
        }
        globals.u8(Opcode.END);
        return importedGlobals + globalCount++;
    }

    /** @param kind {@link WasmModule#FUNCTION} and so on */
    public void export(String name, int kind, int index) {
        exports.name(name).u8(kind).unsigned(index);
        exportCount++;
    }

    public void start(int function) {
        start = function;
    }

    /** An active element segment. @return its index */
    public int elements(int table, int offset, int... functions) {
        elements.unsigned(2).unsigned(table).u8(Opcode.I32_CONST).signed(offset).u8(Opcode.END).u8(0);
        return functions(functions);
    }

    /** A passive element segment. @return its index */
    public int passiveElements(int... functions) {
        elements.unsigned(1).u8(0);
        return functions(functions);
    }

    /** Makes functions nameable by {@code ref.func}. @return the segment's index */
    public int declareElements(int... functions) {
        elements.unsigned(3).u8(0);
        return functions(functions);
    }

    private int functions(int[] functions) {
        elements.unsigned(functions.length);
        for (int function : functions) elements.unsigned(function);
        return elementCount++;
    }

    /** An active data segment of memory 0. @return its index */
    public int data(int offset, byte[] bytes) {
        data.unsigned(0).u8(Opcode.I32_CONST).signed(offset).u8(Opcode.END).unsigned(bytes.length).raw(bytes);
        return dataCount++;
    }

    /** A passive data segment. @return its index */
    public int passiveData(byte[] bytes) {
        data.unsigned(1).unsigned(bytes.length).raw(bytes);
        return dataCount++;
    }

    /** The module's bytes; may be called again after more has been added. */
    public byte[] toBytes() {
        ByteWriter out = new ByteWriter().fixed(0x6D73_6100L, 4).fixed(1, 4);
        section(out, 1, types.size(), types());
        section(out, 2, importCount, imports);
        section(out, 3, bodies.size(), functions());
        section(out, 4, tableCount, tables);
        section(out, 5, memoryCount, memories);
        section(out, 6, globalCount, globals);
        section(out, 7, exportCount, exports);
        if (start >= 0) out.u8(8).sized(new ByteWriter().unsigned(start));
        section(out, 9, elementCount, elements);
        if (dataCount > 0) out.u8(12).sized(new ByteWriter().unsigned(dataCount));
        section(out, 10, bodies.size(), code());
        section(out, 11, dataCount, data);
        return out.toArray();
    }

    private static void section(ByteWriter out, int id, int count, ByteWriter contents) {
        if (count > 0) out.u8(id).sized(new ByteWriter().unsigned(count).raw(contents));
    }

    private ByteWriter types() {
        ByteWriter out = new ByteWriter();
        for (FuncType type : types.keySet()) {
            out.u8(0x60).unsigned(type.parameters().length);
            for (int parameter : type.parameters()) out.u8(parameter);
            out.unsigned(type.results().length);
            for (int result : type.results()) out.u8(result);
        }
        return out;
    }

    private ByteWriter functions() {
        ByteWriter out = new ByteWriter();
        for (int type : functionTypes) out.unsigned(type);
        return out;
    }

    private ByteWriter code() {
        ByteWriter out = new ByteWriter();
        for (BodyWriter body : bodies) {
            if (body == null) throw new IllegalStateException("a declared function was never defined");
            body.writeTo(out);
        }
        return out;
    }
}
