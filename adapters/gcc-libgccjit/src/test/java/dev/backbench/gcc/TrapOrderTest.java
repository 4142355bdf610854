package dev.backbench.gcc;

import static dev.backbench.gcc.Gcc.*;
import static dev.backbench.wasm.Opcode.*;
import static dev.backbench.wasm.ValType.*;
import static dev.backbench.wasm.build.BodyWriter.EMPTY;
import static org.junit.jupiter.api.Assertions.*;

import dev.backbench.spi.Extern;
import dev.backbench.spi.Instance;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.WasmModule;
import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What has happened when a trap comes, and which trap it is, at every level: GCC would rather merge, drop and move these. */
class TrapOrderTest {
    /** One page; {@code LAST} is the last address a 32-bit access may have. */
    private static final int PAGE = 65536, LAST = PAGE - 4;
    private static final FuncType I32_TO_NONE = type(of(I32)), I32_TO_I32 = type(of(I32), I32), TWO_TO_I32 = type(of(I32, I32), I32);

    private static ModuleWriter module() {
        ModuleWriter module = new ModuleWriter();
        module.memory(1, 1);
        module.export("memory", WasmModule.MEMORY, 0);
        module.export("global", WasmModule.GLOBAL, module.global(I32, true, 0));
        return module;
    }

    private static BodyWriter body(int parameters) {
        return new BodyWriter(parameters);
    }

    private static BodyWriter store(BodyWriter body, int offset, int value) {
        return body.get(0).i32(value).memory(I32_STORE, 2, offset);
    }

    private static BodyWriter load(BodyWriter body, int offset) {
        return body.get(0).memory(I32_LOAD, 2, offset);
    }

    private static int word(Instance instance, int address) {
        return ((Extern.Memory) instance.export("memory")).segment().get(ValueLayout.JAVA_INT_UNALIGNED, address);
    }

    private static void traps(Instance instance, TrapReason reason, String name, long... arguments) {
        assertEquals(reason, assertThrows(Trap.class, () -> instance.invoke(name, arguments), name).reason(), name);
    }

    /** Accesses of one address at different offsets, where GCC knows that they are apart. */
    @ParameterizedTest
    @ValueSource(strings = {"O0", "O1", "O2", "O3"})
    void memory(String level) throws InterruptedException {
        ModuleWriter module = module();
        export(module, "deadStore", I32_TO_NONE, store(load(store(body(1), 0, 1), 8).op(DROP), 0, 2));
        export(module, "loadThenStore", I32_TO_I32, store(load(body(1), 8), 0, 3));
        export(module, "storeThenLoad", I32_TO_I32, load(store(body(1), 0, 4), 8));
        export(module, "storeHighThenLow", I32_TO_NONE, store(store(body(1), 8, 5), 0, 6));
        export(module, "storeLowThenHigh", I32_TO_NONE, store(store(body(1), 0, 7), 8, 8));
        export(module, "unusedLoad", I32_TO_NONE, load(body(1), 8).op(DROP));
        export(module, "loadInOneArm", TWO_TO_I32, load(body(2), 8).i32(5).get(1).op(SELECT));
        // Crosses the end, and only a byte of it is needed.
        export(module, "narrowed", I32_TO_I32, load(body(1), 2).i32(255).op(I32_AND));
        export(module, "narrowedLong", type(of(I32), I32), body(1).get(0).memory(I64_LOAD, 0, 0).op(I32_WRAP_I64));
        export(module, "neededInOneArm", TWO_TO_I32, load(body(2), 8).set(0).get(1).block(IF, I32).get(0).op(ELSE).i32(6).end());
        export(module, "loadTimesZero", I32_TO_I32, load(body(1), 8).i32(0).op(I32_AND));
        export(module, "constants", type(of()), body(0).i32(LAST).i32(9).memory(I32_STORE, 2, 0).i32(LAST + 1).i32(10).memory(I32_STORE, 2, 0));
        // Two loads into two stores: a vectoriser's food.
        BodyWriter pairs = body(1);
        for (int i = 0; i < 4; i++) pairs.get(0).get(0).memory(I32_LOAD, 2, 32 + 4 * i).i32(11).op(I32_ADD).memory(I32_STORE, 2, 4 * i);
        export(module, "pairs", I32_TO_NONE, pairs);
        try (var compiler = compiler(level)) {
            Gcc.run(compiler, module.toBytes(), instance -> {
                traps(instance, TrapReason.MEMORY_OUT_OF_BOUNDS, "loadThenStore", LAST);
                assertEquals(0, word(instance, LAST));
                traps(instance, TrapReason.MEMORY_OUT_OF_BOUNDS, "storeHighThenLow", LAST);
                assertEquals(0, word(instance, LAST));
                traps(instance, TrapReason.MEMORY_OUT_OF_BOUNDS, "unusedLoad", LAST);
                traps(instance, TrapReason.MEMORY_OUT_OF_BOUNDS, "loadTimesZero", LAST);
                traps(instance, TrapReason.MEMORY_OUT_OF_BOUNDS, "narrowed", LAST);
                traps(instance, TrapReason.MEMORY_OUT_OF_BOUNDS, "narrowedLong", LAST);
                traps(instance, TrapReason.MEMORY_OUT_OF_BOUNDS, "loadInOneArm", LAST, 0);
                traps(instance, TrapReason.MEMORY_OUT_OF_BOUNDS, "neededInOneArm", LAST, 0);
                traps(instance, TrapReason.MEMORY_OUT_OF_BOUNDS, "deadStore", LAST);
                assertEquals(1, word(instance, LAST));
                traps(instance, TrapReason.MEMORY_OUT_OF_BOUNDS, "storeThenLoad", LAST);
                assertEquals(4, word(instance, LAST));
                traps(instance, TrapReason.MEMORY_OUT_OF_BOUNDS, "storeLowThenHigh", LAST);
                assertEquals(7, word(instance, LAST));
                traps(instance, TrapReason.MEMORY_OUT_OF_BOUNDS, "constants");
                assertEquals(9, word(instance, LAST));
                traps(instance, TrapReason.MEMORY_OUT_OF_BOUNDS, "pairs", PAGE - 32 - 8);
                assertEquals(11, word(instance, PAGE - 40));
                assertEquals(9 + 11, word(instance, PAGE - 36)); // of the word at LAST
                assertEquals(0, word(instance, PAGE - 32));
            });
        }
    }

    /** A copying loop that runs off the end leaves everything it copied before. */
    @ParameterizedTest
    @ValueSource(strings = {"O0", "O1", "O2", "O3"})
    void loops(String level) throws InterruptedException {
        ModuleWriter module = module();
        // copy(from, to): 4-byte words for ever; fill(from, byte): bytes for ever
        export(module, "copy", type(of(I32, I32)), body(2).block(LOOP, EMPTY).get(1).get(0).memory(I32_LOAD, 2, 0).memory(I32_STORE, 2, 0)
                .get(0).i32(4).op(I32_ADD).set(0).get(1).i32(4).op(I32_ADD).set(1).br(0).end());
        export(module, "fill", type(of(I32, I32)), body(2).block(LOOP, EMPTY).get(0).get(1).memory(I32_STORE8, 0, 0).get(0).i32(1).op(I32_ADD).set(0).br(0).end());
        try (var compiler = compiler(level)) {
            Gcc.run(compiler, module.toBytes(), instance -> {
                traps(instance, TrapReason.MEMORY_OUT_OF_BOUNDS, "fill", PAGE - 37, 0x21);
                assertEquals(0, word(instance, PAGE - 41));
                assertEquals(0x21212121, word(instance, PAGE - 37));
                assertEquals(0x21212121, word(instance, LAST));
                traps(instance, TrapReason.MEMORY_OUT_OF_BOUNDS, "copy", PAGE - 36, 0);
                assertEquals(0x21212121, word(instance, 0));
                assertEquals(0x21212121, word(instance, 32));
                assertEquals(0, word(instance, 36));
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"O0", "O1", "O2", "O3"})
    void globalsAndReasons(String level) throws InterruptedException {
        ModuleWriter module = module();
        export(module, "deadGlobal", I32_TO_NONE, store(body(1).i32(1).op(GLOBAL_SET, 0), 8, 0).i32(2).op(GLOBAL_SET, 0));
        export(module, "loadThenGlobal", I32_TO_I32, load(body(1), 8).i32(3).op(GLOBAL_SET, 0));
        export(module, "globalThenDivide", TWO_TO_I32, body(2).i32(4).op(GLOBAL_SET, 0).get(0).get(1).op(I32_DIV_S).i32(5).op(GLOBAL_SET, 0));
        export(module, "unusedDivide", type(of(I32, I32)), body(2).get(0).get(1).op(I32_REM_U).op(DROP));
        export(module, "unusedTruncation", type(of(F64)), body(1).get(0).op(I32_TRUNC_F64_S).op(DROP));
        export(module, "loadThenDivide", TWO_TO_I32, load(body(2), 8).get(0).get(1).op(I32_DIV_U).op(I32_ADD));
        export(module, "divideThenLoad", TWO_TO_I32, load(body(2).get(0).get(1).op(I32_DIV_U), 8).op(I32_ADD));
        export(module, "loadThenUnreachable", I32_TO_I32, load(body(1), 8).op(UNREACHABLE));
        export(module, "storeThenUnreachable", I32_TO_NONE, store(body(1), 0, 77).op(UNREACHABLE));
        try (var compiler = compiler(level)) {
            Gcc.run(compiler, module.toBytes(), instance -> {
                Extern.Global global = (Extern.Global) instance.export("global");
                traps(instance, TrapReason.MEMORY_OUT_OF_BOUNDS, "loadThenGlobal", LAST);
                assertEquals(0, global.get());
                traps(instance, TrapReason.MEMORY_OUT_OF_BOUNDS, "deadGlobal", LAST);
                assertEquals(1, global.get());
                traps(instance, TrapReason.DIVIDE_BY_ZERO, "globalThenDivide", 1, 0);
                assertEquals(4, global.get());
                traps(instance, TrapReason.INTEGER_OVERFLOW, "globalThenDivide", 0x80000000L, 0xffffffffL);
                assertEquals(4, global.get());
                traps(instance, TrapReason.DIVIDE_BY_ZERO, "unusedDivide", 1, 0);
                traps(instance, TrapReason.INVALID_CONVERSION, "unusedTruncation", Double.doubleToRawLongBits(Double.NaN));
                traps(instance, TrapReason.INTEGER_OVERFLOW, "unusedTruncation", Double.doubleToRawLongBits(1e10));
                traps(instance, TrapReason.MEMORY_OUT_OF_BOUNDS, "loadThenDivide", LAST, 0);
                traps(instance, TrapReason.DIVIDE_BY_ZERO, "divideThenLoad", LAST, 0);
                traps(instance, TrapReason.MEMORY_OUT_OF_BOUNDS, "loadThenUnreachable", LAST);
                traps(instance, TrapReason.UNREACHABLE, "loadThenUnreachable", 0);
                traps(instance, TrapReason.UNREACHABLE, "storeThenUnreachable", 0);
                assertEquals(77, word(instance, 0));
            });
        }
    }

    /** Recursion without end is a trap, in tail position and where nobody needs the result, with small frames and with one of many pages. */
    @ParameterizedTest
    @ValueSource(strings = {"O0", "O1", "O2", "O3"})
    void recursion(String level) throws InterruptedException {
        ModuleWriter module = module();
        int tail = module.declare(I32_TO_I32);
        module.define(tail, body(1).get(0).i32(1).op(I32_ADD).call(tail));
        module.export("tail", WasmModule.FUNCTION, tail);
        int pure = module.declare(I32_TO_I32);
        module.define(pure, body(1).get(0).call(pure).i32(1).op(I32_ADD));
        export(module, "pure", I32_TO_NONE, body(1).get(0).call(pure).op(DROP));
        int even = module.declare(type(of())), odd = module.declare(type(of()));
        module.define(even, body(0).call(odd));
        module.define(odd, body(0).call(even));
        module.export("mutual", WasmModule.FUNCTION, even);
        int large = module.declare(I32_TO_I32);
        BodyWriter body = body(1);
        int first = body.locals(3000, I64);
        for (int i = 0; i < 3000; i++) body.get(0).memory(I64_LOAD, 3, 8 * i).set(first + i);
        body.get(0).call(large);
        for (int i = 0; i < 3000; i++) body.get(first + i).op(I32_WRAP_I64).op(I32_ADD);
        module.define(large, body);
        module.export("large", WasmModule.FUNCTION, large);
        try (var compiler = compiler(level)) {
            Gcc.run(compiler, module.toBytes(), instance -> {
                for (String name : new String[] {"tail", "pure", "large"}) traps(instance, TrapReason.STACK_EXHAUSTED, name, 0);
                traps(instance, TrapReason.STACK_EXHAUSTED, "mutual");
            });
        }
    }

    /** The trap is in the function that holds it even where a callee was inlined. */
    @ParameterizedTest
    @ValueSource(strings = {"O0", "O2"})
    void names(String level) throws InterruptedException {
        ModuleWriter module = module();
        export(module, "divide", TWO_TO_I32, body(2).get(0).get(1).op(I32_DIV_S));
        try (var compiler = compiler(level)) {
            Gcc.run(compiler, module.toBytes(), instance -> assertEquals("divide", assertThrows(Trap.class, () -> instance.invoke("divide", 1, 0)).function()));
        }
    }
}
