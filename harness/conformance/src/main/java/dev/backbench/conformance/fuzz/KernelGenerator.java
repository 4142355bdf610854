package dev.backbench.conformance.fuzz;

import static dev.backbench.wasm.Opcode.*;

import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import dev.backbench.wasm.build.BodyWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Adds small functions that do one thing to their parameters, called with the values where operations go wrong: what a large function computes is often hidden by what it computes
 * next, or by a trap before.
 */
final class KernelGenerator {
    private static final int CALLS = 10;
    /** Around the ends of the memory, the segments, the tables and the address space. */
    private static final long[] PLACES = {0, 1, 2, 4, 5, 8, 11, 12, 13, 35, 39, 40, 41, 64, 255, 4096, 65520, 65528, 65529, 65532, 65533, 65534, 65535, 65536, 65537, 0x7FFFFFFF, 0x80000000L, 0xFFFFFFF0L,
        0xFFFFFFF8L, 0xFFFFFFFCL, 0xFFFFFFFEL, 0xFFFFFFFFL};

    private static final long NEAR = 1 << 20;

    private final ModuleGenerator module;
    private final Rng rng;
    private final List<FuzzCase.Call> calls = new ArrayList<>();
    private FunctionGenerator code;
    private boolean inTable;

    KernelGenerator(ModuleGenerator module) {
        this.module = module;
        rng = module.rng;
    }

    /** Adds {@code count} functions. @return calls of them */
    List<FuzzCase.Call> generate(int count) {
        for (int i = 0; i < count; i++) kernel();
        return calls;
    }

    private void kernel() {
        switch (rng.below(20)) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> numeric();
            case 9, 10, 11 -> memory();
            case 12, 13, 14 -> bulk();
            case 15, 16 -> table();
            case 17 -> rotation();
            case 18 -> global();
            default -> dispatch();
        }
    }

    private void begin(FuncType type) {
        inTable = false;
        code = new FunctionGenerator(module, type);
    }

    private void get(int count) {
        for (int i = 0; i < count; i++) code.op(LOCAL_GET, i);
    }

    /** Exports the function and calls it. @param places whether its i32 parameters are addresses, indices or lengths */
    private void finish(boolean places) {
        FuncType type = code.type;
        int function = module.module.function(type, code.code);
        String name = "f" + function;
        module.module.export(name, WasmModule.FUNCTION, function);
        for (int i = 0; i < CALLS; i++) {
            long[] arguments = new long[type.parameters().length];
            for (int a = 0; a < arguments.length; a++) {
                int parameter = type.parameters()[a];
                arguments[a] = places && parameter == ValType.I32 ? place() : Ops.constant(rng, parameter);
            }
            boolean twins = !places && arguments.length == 2 && type.parameters()[0] == type.parameters()[1];
            if (twins && rng.percent(35)) System.arraycopy(Ops.pair(rng, type.parameters()[0]), 0, arguments, 0, 2);
            calls.add(new FuzzCase.Call(name, type, arguments, i == CALLS - 1));
        }
    }

    private long place() {
        long place = rng.of(PLACES);
        while (inTable && module.careful && place > NEAR) place = rng.of(PLACES);
        return place;
    }

    private static FuncType type(int[] parameters, int... results) {
        return new FuncType(parameters, results);
    }

    // ---- numbers ----

    private void numeric() {
        int t = rng.of(Ops.TYPES);
        switch (rng.below(4)) {
            case 0, 1 -> apply(rng.of(Ops.binary(t)), t, t, t);
            case 2 -> apply(rng.of(Ops.compare(t)), ValType.I32, t, t);
            default -> {
                int which = rng.below(Ops.conversions(t).length + Ops.unary(t).length);
                if (which >= Ops.unary(t).length && module.avoids(Ops.conversions(t)[which - Ops.unary(t).length])) which = 0;
                if (which < Ops.unary(t).length) apply(Ops.unary(t)[which], t, t);
                else apply(Ops.conversions(t)[which - Ops.unary(t).length], t, Ops.conversionsFrom(t)[which - Ops.unary(t).length]);
            }
        }
    }

    private void apply(int opcode, int result, int... operands) {
        begin(type(operands, result));
        get(operands.length);
        code.op(opcode);
        code.canonical(result);
        finish(false);
    }

    // ---- memory ----

    /** What was there, what is there after a store, and the same address again through another access. */
    private void memory() {
        int which = rng.below(Ops.STORES.length);
        int stored = Ops.STORE_TYPES[which], loaded = rng.of(Ops.TYPES);
        int offset = (int) rng.of(PLACES), load = rng.of(Ops.loads(loaded)), align = rng.between(0, Ops.accessLog2(load));
        begin(type(new int[] {ValType.I32, stored}, loaded, loaded));
        get(1);
        code.op(load, align, offset);
        if (rng.percent(70)) {
            get(2);
            code.op(Ops.STORES[which], rng.between(0, Ops.accessLog2(Ops.STORES[which])), offset);
        }
        get(1);
        code.op(load, align, offset);
        finish(true);
    }

    private void bulk() {
        begin(type(new int[] {ValType.I32, ValType.I32, ValType.I32}));
        if (rng.percent(15)) code.op(DATA_DROP, ModuleGenerator.PASSIVE_DATA);
        get(3);
        switch (rng.below(3)) {
            case 0 -> code.op(MEMORY_FILL, 0);
            case 1 -> code.op(MEMORY_COPY, 0, 0);
            default -> code.op(MEMORY_INIT, ModuleGenerator.PASSIVE_DATA, 0);
        }
        finish(true);
    }

    // ---- tables ----

    private void table() {
        int table = rng.percent(75) ? ModuleGenerator.FUNCTION_TABLE : ModuleGenerator.EXTERN_TABLE;
        int[] three = {ValType.I32, ValType.I32, ValType.I32};
        switch (rng.below(5)) {
            case 0 -> {
                begin(type(new int[] {ValType.I32, ValType.I32}, ValType.I32));
                get(2);
                code.op(TABLE_GET, table);
                code.op(TABLE_SET, table);
                get(1);
                code.op(TABLE_GET, table);
                code.op(REF_IS_NULL);
            }
            case 1 -> {
                begin(type(three));
                code.op(LOCAL_GET, 0);
                code.op(LOCAL_GET, 1);
                code.op(TABLE_GET, table);
                code.op(LOCAL_GET, 2);
                code.op(TABLE_FILL, table);
            }
            case 2 -> {
                begin(type(three));
                get(3);
                code.op(TABLE_COPY, table, table);
            }
            case 3 -> {
                begin(type(three));
                if (rng.percent(15)) code.op(ELEM_DROP, ModuleGenerator.PASSIVE_ELEMENTS);
                get(3);
                code.op(TABLE_INIT, ModuleGenerator.PASSIVE_ELEMENTS, ModuleGenerator.FUNCTION_TABLE);
            }
            default -> {
                FuncType callee = module.signatures.get(rng.below(module.signatures.size()));
                begin(type(new int[] {ValType.I32}, callee.results()));
                for (int parameter : callee.parameters()) code.constant(parameter);
                get(1);
                code.op(CALL_INDIRECT, module.module.type(callee), ModuleGenerator.FUNCTION_TABLE);
            }
        }
        inTable = true;
        finish(true);
    }

    // ---- values that move ----

    /** Locals that change places around a loop: parallel moves with cycles. */
    private void rotation() {
        int t = rng.of(Ops.TYPES);
        int count = rng.between(2, 4);
        int[] same = new int[count];
        Arrays.fill(same, t);
        begin(type(same, same));
        int counter = code.scratch(ValType.I32);
        code.i32(rng.between(1, 7));
        code.op(LOCAL_SET, counter);
        code.block(LOOP, BodyWriter.EMPTY, new int[0]);
        get(count);
        int shift = rng.between(1, count - 1);
        for (int i = count - 1; i >= 0; i--) code.op(LOCAL_SET, (i + shift) % count);
        code.op(LOCAL_GET, counter);
        code.i32(1);
        code.op(I32_SUB);
        code.op(LOCAL_TEE, counter);
        code.op(BR_IF, 0);
        code.end();
        get(count);
        finish(false);
    }

    private void global() {
        int which = rng.below(module.mutableGlobals), t = module.globals[which], global = ModuleGenerator.FIRST_GLOBAL + which;
        begin(type(new int[] {t}, t, t));
        code.op(GLOBAL_GET, global);
        get(1);
        code.op(GLOBAL_SET, global);
        code.op(GLOBAL_GET, global);
        finish(false);
    }

    /** A {@code br_table} that carries a value to blocks which tell themselves apart by what they add. */
    private void dispatch() {
        int cases = rng.between(1, 5);
        begin(type(new int[] {ValType.I32, ValType.I64}, ValType.I64));
        for (int i = 0; i < cases; i++) code.block(BLOCK, ValType.I64, new int[] {ValType.I64});
        code.op(LOCAL_GET, 1);
        code.op(LOCAL_GET, 0);
        int entries = rng.between(0, 7);
        code.op(BR_TABLE, entries);
        for (int i = 0; i <= entries; i++) code.code.immediate(rng.below(cases));
        for (int i = 0; i < cases; i++) {
            code.end();
            code.op(LOCAL_GET, 1);
            code.op(I64_ADD);
        }
        finish(true);
    }
}
