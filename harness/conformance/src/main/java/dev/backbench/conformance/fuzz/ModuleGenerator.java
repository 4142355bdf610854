package dev.backbench.conformance.fuzz;

import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.Opcode;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a valid module from a seed: functions that call each other, a memory, tables, globals, passive segments, two imported functions. It always ends: every function and
 * every turn of a loop takes from a global's fuel, and returns or leaves without any.
 */
final class ModuleGenerator {
    static final String HOST = "env", MIX = "mix", SPLIT = "split", FUEL = "fuel", MEMORY = "memory", TABLE = "table";
    static final FuncType MIX_TYPE = new FuncType(Ops.TYPES, new int[] {ValType.I32}), SPLIT_TYPE = new FuncType(new int[] {ValType.I64}, new int[] {ValType.I64, ValType.I32});
    static final int MIX_FUNCTION = 0, SPLIT_FUNCTION = 1, IMPORTED = 2;
    static final int FUEL_GLOBAL = 0, FIRST_GLOBAL = 1;
    static final int FUNCTION_TABLE = 0, EXTERN_TABLE = 1;
    static final int TABLE_SIZE = 12, TABLE_MAX = 20, EXTERN_TABLE_SIZE = 4, EXTERN_TABLE_MAX = 9;
    static final int MEMORY_MAX = 3, PAGE = 65536;
    static final int PASSIVE_DATA = 1, PASSIVE_DATA_BYTES = 40, PASSIVE_ELEMENTS = 1, PASSIVE_ELEMENTS_COUNT = 5;
    private static final int CALLS = 6, KERNELS = 14, MOST_FUNCTIONS = 5, FUEL_TANK = 300;

    final Rng rng;
    final ModuleWriter module = new ModuleWriter();
    final int[] written = new int[Opcode.TABLE_FILL + 1];
    /** Of all functions, imported first. */
    final List<FuncType> signatures = new ArrayList<>();
    /** Types of the globals from {@link #FIRST_GLOBAL} on; the first {@link #mutableGlobals} are mutable. */
    final int[] globals;
    final int mutableGlobals;
    /** Whether to avoid what Endive is known to do wrong: {@code f32.convert_i64_u} rounds twice, and bulk table operations miss overflows of 31 bits. */
    final boolean careful;
    private final long seed;

    private ModuleGenerator(long seed, boolean careful) {
        this.seed = seed;
        this.careful = careful;
        rng = new Rng(seed);
        mutableGlobals = 2 * Ops.TYPES.length;
        globals = new int[mutableGlobals + Ops.TYPES.length];
        for (int i = 0; i < globals.length; i++) globals[i] = Ops.TYPES[i % Ops.TYPES.length];
    }

    static FuzzCase generate(long seed, boolean careful) {
        return new ModuleGenerator(seed, careful).generate();
    }

    boolean avoids(int opcode) {
        return careful && opcode == Opcode.F32_CONVERT_I64_U;
    }

    private FuzzCase generate() {
        imports();
        int count = rng.between(2, MOST_FUNCTIONS);
        for (int i = 0; i < count; i++) signatures.add(signature());
        for (FuncType type : signatures.subList(IMPORTED, signatures.size())) module.declare(type);
        state();
        for (int f = IMPORTED; f < signatures.size(); f++) module.define(f, new FunctionGenerator(this, signatures.get(f)).generate());
        List<FuzzCase.Call> calls = calls();
        if (rng.percent(5)) calls.add(exhaustion());
        calls.addAll(new KernelGenerator(this).generate(KERNELS));
        return new FuzzCase(seed, module.toBytes(), calls, written);
    }

    private void imports() {
        module.importFunction(HOST, MIX, MIX_TYPE);
        module.importFunction(HOST, SPLIT, SPLIT_TYPE);
        signatures.add(MIX_TYPE);
        signatures.add(SPLIT_TYPE);
    }

    private FuncType signature() {
        int parameters = rng.percent(10) ? rng.between(6, 14) : rng.below(5);
        int results = rng.percent(60) ? 1 : rng.below(4);
        return new FuncType(types(parameters), types(results));
    }

    int[] types(int count) {
        int[] types = new int[count];
        for (int i = 0; i < count; i++) types[i] = i > 0 && rng.percent(40) ? types[i - 1] : rng.of(Ops.TYPES); // neighbours of a type can be swapped by mistake
        return types;
    }

    private void state() {
        module.memory(1, MEMORY_MAX);
        module.table(ValType.FUNCREF, TABLE_SIZE, TABLE_MAX);
        module.table(ValType.EXTERNREF, EXTERN_TABLE_SIZE, EXTERN_TABLE_MAX);
        module.global(ValType.I32, true, FUEL_TANK);
        for (int i = 0; i < globals.length; i++) module.global(globals[i], i < mutableGlobals, Ops.constant(rng, globals[i]));
        module.elements(FUNCTION_TABLE, rng.below(4), functions(rng.between(4, 8)));
        module.passiveElements(functions(PASSIVE_ELEMENTS_COUNT));
        module.data(rng.below(64), bytes(rng.between(16, 200)));
        module.passiveData(bytes(PASSIVE_DATA_BYTES));
        module.export(MEMORY, WasmModule.MEMORY, 0);
        module.export(TABLE, WasmModule.TABLE, FUNCTION_TABLE);
        module.export(FUEL, WasmModule.GLOBAL, FUEL_GLOBAL);
        for (int i = 0; i < globals.length; i++) module.export("g" + i, WasmModule.GLOBAL, FIRST_GLOBAL + i);
        for (int f = IMPORTED; f < signatures.size(); f++) module.export("f" + f, WasmModule.FUNCTION, f);
        int[] all = new int[signatures.size() - IMPORTED];
        for (int i = 0; i < all.length; i++) all[i] = IMPORTED + i;
        module.declareElements(all);
    }

    private int[] functions(int count) {
        int[] functions = new int[count];
        for (int i = 0; i < count; i++) functions[i] = rng.below(signatures.size());
        return functions;
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) bytes[i] = (byte) rng.next();
        return bytes;
    }

    /** A function that calls itself without end. */
    private FuzzCase.Call exhaustion() {
        FuncType type = new FuncType(new int[] {ValType.I32}, new int[] {ValType.I32});
        int function = module.declare(type);
        module.define(function, new BodyWriter(1).get(0).i32(1).op(Opcode.I32_ADD).call(function).i32(1).op(Opcode.I32_ADD));
        module.export("f" + function, WasmModule.FUNCTION, function);
        return new FuzzCase.Call("f" + function, type, new long[] {7}, true);
    }

    private List<FuzzCase.Call> calls() {
        List<FuzzCase.Call> calls = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            int function = i < signatures.size() - IMPORTED ? signatures.size() - 1 - i : rng.between(IMPORTED, signatures.size() - 1);
            FuncType type = signatures.get(function);
            long[] arguments = new long[type.parameters().length];
            for (int a = 0; a < arguments.length; a++) arguments[a] = Ops.constant(rng, type.parameters()[a]);
            calls.add(new FuzzCase.Call("f" + function, type, arguments, true));
        }
        return calls;
    }
}
