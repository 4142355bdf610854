package dev.backbench.gcc;

import dev.backbench.exec.elf.FunctionSymbol;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.abi.Builtin;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.WasmModule;

/**
 * What the functions of one module share while they are built: the context, declarations, types of indirect calls, and the expressions that read
 * the instance record ({@code docs/abi.md}). Functions that cannot be reached from outside are internal, so that GCC may inline them away.
 */
final class ModuleBuilder {
    final JitContext jit;
    final WasmModule module;
    final InstanceLayout layout;
    final CompileOptions.Bounds bounds;
    final Numeric numeric;
    /** Plain functions and not GCC's builtins: optimising the latter crashes libgccjit 12, which lacks some that it would turn them into. */
    final long memmove, memset;
    private final long[] functions;
    /** By type index: {@code T (*)(instance, …)}. */
    private final long[] pointerTypes;
    private final long[] builtinTypes = new long[8];

    ModuleBuilder(JitContext jit, WasmModule module, CompileOptions options) {
        this.jit = jit;
        this.module = module;
        bounds = options.bounds();
        layout = new InstanceLayout(module);
        numeric = new Numeric(jit);
        memmove = jit.function(Jit.IMPORTED, "memmove", jit.anything, parameters(jit.anything, jit.anything, jit.size), 3);
        memset = jit.function(Jit.IMPORTED, "memset", jit.anything, parameters(jit.anything, jit.i32, jit.size), 3);
        functions = new long[module.functionCount()];
        pointerTypes = new long[module.types().size()];
    }

    /** The type of what C returns: several results go through memory. */
    long resultType(FuncType type) {
        return type.results().length == 1 ? jit.typeOf(type.results()[0]) : jit.none;
    }

    /** The C parameter types of the boundary convention: instance, room for several results, parameters. */
    private long[] parameterTypes(FuncType type) {
        int hidden = type.results().length > 1 ? 2 : 1;
        long[] types = new long[hidden + type.parameters().length];
        for (int i = 0; i < hidden; i++) types[i] = jit.bytes;
        for (int i = hidden; i < types.length; i++) types[i] = jit.typeOf(type.parameters()[i - hidden]);
        return types;
    }

    private long[] parameters(long... types) {
        for (int i = 0; i < types.length; i++) types[i] = jit.parameter(types[i]);
        return types;
    }

    /** A defined function, declared when first asked for. */
    long function(int index) {
        if (functions[index] != 0) return functions[index];
        FuncType type = module.functionType(index);
        long[] parameters = parameters(parameterTypes(type));
        int kind = module.escapeIndex(index) >= 0 ? Jit.EXPORTED : Jit.INTERNAL;
        return functions[index] = jit.function(kind, FunctionSymbol.of(index), resultType(type), parameters, parameters.length);
    }

    /** The type to call a function reference's code through. */
    long pointerType(int typeIndex) {
        if (pointerTypes[typeIndex] != 0) return pointerTypes[typeIndex];
        FuncType type = module.types().get(typeIndex);
        long[] parameters = parameterTypes(type);
        return pointerTypes[typeIndex] = Jit.functionPointerType(jit.ctx, resultType(type), parameters.length, jit.array(parameters, parameters.length), 0);
    }

    // ---- the instance record ----

    /** A global's slot lies {@link #globalOffset} bytes behind this pointer. */
    long globalPointer(long instance, int global) {
        return layout.globalIsPointer(global) ? jit.read(instance, layout.global(global), jit.bytes) : instance;
    }

    long globalOffset(int global) {
        return layout.globalIsPointer(global) ? 0 : layout.global(global);
    }

    long tableRecord(long instance, int table) {
        int offset = layout.table(table);
        return layout.tableIsPointer(table) ? jit.read(instance, offset, jit.bytes) : jit.plus(instance, jit.size(offset));
    }

    /** The canonical id of a type of this module. */
    long typeId(long instance, int typeIndex) {
        return jit.read(jit.read(instance, InstanceLayout.TYPE_IDS, jit.bytes), 4L * typeIndex, jit.u32);
    }

    /** The size of memory 0 in bytes. */
    long memorySize(long instance) {
        return jit.read(jit.read(instance, InstanceLayout.MEMORY, jit.bytes), InstanceLayout.MEMORY_RECORD_SIZE, jit.u64);
    }

    /** The reference of any function, as its address. */
    long functionReference(long instance, int function) {
        if (function < module.importedFunctionCount()) return jit.read(instance, layout.importedFunction(function), jit.bytes);
        return jit.plus(instance, jit.size(layout.functionReference(function)));
    }

    /** A call of a routine of the runtime; {@code arguments[0]} is the instance, the others are {@link JitContext#u64}. */
    long callBuiltin(Builtin builtin, long[] arguments) {
        int n = builtin.parameters();
        if (builtinTypes[n] == 0) {
            long[] types = new long[n];
            types[0] = jit.bytes;
            for (int i = 1; i < n; i++) types[i] = jit.u64;
            builtinTypes[n] = Jit.functionPointerType(jit.ctx, jit.u64, n, jit.array(types, n), 0);
        }
        long routine = jit.read(jit.read(arguments[0], InstanceLayout.BUILTINS, jit.bytes), 8L * builtin.ordinal(), jit.bytes);
        return jit.callThrough(jit.cast(routine, builtinTypes[n]), arguments, n);
    }
}
