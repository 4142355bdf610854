package dev.backbench.llvm;

import static dev.backbench.llvm.Fixture.function;
import static dev.backbench.llvm.Fixture.type;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.backbench.spi.CompileOptions.Bounds;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.Opcode;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What happened before a trap has happened, what comes after it has not, and a trap is never optimised away. */
class TrapOrderTest {
    private static final int I32 = ValType.I32, END = 65536, OUTSIDE = END;
    private static final FuncType ONE = type(new int[] {I32}, I32), NONE = type(new int[] {I32}), TWO = type(new int[] {I32, I32}, I32);

    private static ModuleWriter module() {
        ModuleWriter module = new ModuleWriter();
        module.memory(1, 1);
        module.export("memory", WasmModule.MEMORY, 0);
        int global = module.global(I32, true, 0);
        module.export("g", WasmModule.GLOBAL, global);
        return module;
    }

    private static BodyWriter storeByte(BodyWriter body, int address, int value) {
        return body.i32(address).i32(value).memory(Opcode.I32_STORE8, 0, 0);
    }

    private static int byteAt(Fixture f, int address) {
        return f.memory().segment().get(ValueLayout.JAVA_BYTE, address);
    }

    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void storesAroundATrappingLoad(String level, Bounds bounds) {
        ModuleWriter module = module();
        BodyWriter body = storeByte(new BodyWriter(1), 8, 1);
        body.get(0).memory(Opcode.I32_LOAD, 2, 0).op(Opcode.DROP);
        storeByte(body, 8, 2);
        function(module, "f", NONE, body);
        try (Fixture f = new Fixture(level, bounds, module)) {
            f.assertTrap(TrapReason.MEMORY_OUT_OF_BOUNDS, "f", OUTSIDE - 3);
            assertEquals(1, byteAt(f, 8));
            f.instance.invoke("f", OUTSIDE - 4);
            assertEquals(2, byteAt(f, 8));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void globalsAroundATrappingStore(String level, Bounds bounds) {
        ModuleWriter module = module();
        BodyWriter body = new BodyWriter(1).i32(1).op(Opcode.GLOBAL_SET, 0).get(0).i32(7).memory(Opcode.I32_STORE, 2, 4).i32(2).op(Opcode.GLOBAL_SET, 0);
        function(module, "f", NONE, body);
        try (Fixture f = new Fixture(level, bounds, module)) {
            f.assertTrap(TrapReason.MEMORY_OUT_OF_BOUNDS, "f", OUTSIDE - 7);
            assertEquals(1, f.global("g").get());
            f.instance.invoke("f", OUTSIDE - 8);
            assertEquals(2, f.global("g").get());
        }
    }

    /** Two neighbouring stores must not become one: the first is inside. */
    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void neighbouringStoresStayTwo(String level, Bounds bounds) {
        ModuleWriter module = module();
        BodyWriter body = new BodyWriter(1);
        for (int i = 0; i < 4; i++) body.get(0).i32(i + 1).memory(Opcode.I32_STORE8, 0, i);
        function(module, "f", NONE, body);
        try (Fixture f = new Fixture(level, bounds, module)) {
            f.assertTrap(TrapReason.MEMORY_OUT_OF_BOUNDS, "f", END - 2);
            assertEquals(1, byteAt(f, END - 2));
            assertEquals(2, byteAt(f, END - 1));
        }
    }

    /** A loop that fills bytes must not become a memset that writes its end first. */
    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void aFillingLoopStopsWhereTheMemoryEnds(String level, Bounds bounds) {
        ModuleWriter module = module();
        BodyWriter body = new BodyWriter(1).block(Opcode.LOOP, BodyWriter.EMPTY);
        body.get(0).i32(5).memory(Opcode.I32_STORE8, 0, 0);
        body.get(0).i32(1).op(Opcode.I32_ADD).tee(0).i32(END + 1000).op(Opcode.I32_NE).brIf(0).end();
        function(module, "f", NONE, body);
        try (Fixture f = new Fixture(level, bounds, module)) {
            f.assertTrap(TrapReason.MEMORY_OUT_OF_BOUNDS, "f", END - 300);
            for (int i = END - 300; i < END; i++) assertEquals(5, byteAt(f, i), "byte " + i);
        }
    }

    /** An invariant trapping load stays behind the store of the first round. */
    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void aLoadIsNotHoistedOverAStore(String level, Bounds bounds) {
        ModuleWriter module = module();
        BodyWriter body = new BodyWriter(1);
        int i = body.local(I32);
        body.block(Opcode.LOOP, BodyWriter.EMPTY);
        body.get(0).i32(9).memory(Opcode.I32_STORE8, 0, 0);
        body.get(i).get(0).memory(Opcode.I32_LOAD, 2, 4).op(Opcode.I32_ADD).set(i);
        body.get(i).i32(1000).op(Opcode.I32_LT_U).brIf(0).end().get(i);
        function(module, "f", ONE, body);
        try (Fixture f = new Fixture(level, bounds, module)) {
            f.assertTrap(TrapReason.MEMORY_OUT_OF_BOUNDS, "f", END - 4);
            assertEquals(9, byteAt(f, END - 4));
        }
    }

    /** Half of a conditional move: the load happens whichever half is taken. */
    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void aLoadThatIsSelectedOrNotHappens(String level, Bounds bounds) {
        ModuleWriter module = module();
        BodyWriter body = new BodyWriter(2).get(0).op(Opcode.I32_EQZ).get(1).memory(Opcode.I32_LOAD, 0, 0).op(Opcode.I32_MUL);
        function(module, "f", TWO, body);
        try (Fixture f = new Fixture(level, bounds, module)) {
            f.assertTrap(TrapReason.MEMORY_OUT_OF_BOUNDS, "f", 1, OUTSIDE - 3);
            f.assertTrap(TrapReason.MEMORY_OUT_OF_BOUNDS, "f", 0, OUTSIDE - 3);
            f.memory().segment().set(ValueLayout.JAVA_INT_UNALIGNED, 16, 77);
            assertEquals(0, f.call("f", 1, 16));
            assertEquals(77, f.call("f", 0, 16));
        }
    }

    /** A load that another one of its address makes certain stays behind the stores before both, however late their value comes. */
    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void aCoveredLoadStaysBehindTheStoreBefore(String level, Bounds bounds) {
        for (int[] offsets : new int[][] {{4, 8}, {8, 4}, {4, 8, 12, 16}, {16, 12, 8, 4}}) {
            ModuleWriter module = module();
            BodyWriter body = new BodyWriter(2).get(0);
            late(body).memory(Opcode.I32_STORE, 0, 0);
            body.i32(1);
            for (int offset : offsets) body.get(0).memory(Opcode.I32_LOAD, 0, offset).op(Opcode.I32_MUL);
            late(body).op(Opcode.I32_ADD);
            function(module, "f", TWO, body);
            try (Fixture f = new Fixture(level, bounds, module)) {
                f.assertTrap(TrapReason.MEMORY_OUT_OF_BOUNDS, "f", END - 4, 3);
                assertEquals(-808182895, f.memory().segment().get(ValueLayout.JAVA_INT_UNALIGNED, END - 4), Arrays.toString(offsets));
            }
        }
    }

    /** The second parameter to its 20th power, one multiplication at a time. */
    private static BodyWriter late(BodyWriter body) {
        body.get(1);
        for (int i = 1; i < 20; i++) body.get(1).op(Opcode.I32_MUL);
        return body;
    }

    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void divisionTrapsKeepTheirPlaceAndReason(String level, Bounds bounds) {
        ModuleWriter module = module();
        BodyWriter body = storeByte(new BodyWriter(2), 8, 1);
        body.get(0).get(1).op(Opcode.I32_DIV_S).op(Opcode.DROP);
        storeByte(body, 8, 2);
        body.get(0).get(1).op(Opcode.I32_REM_S);
        function(module, "f", TWO, body);
        try (Fixture f = new Fixture(level, bounds, module)) {
            f.assertTrap(TrapReason.DIVIDE_BY_ZERO, "f", 5, 0);
            assertEquals(1, byteAt(f, 8));
            f.assertTrap(TrapReason.INTEGER_OVERFLOW, "f", Integer.MIN_VALUE, -1);
            assertEquals(1, byteAt(f, 8));
            assertEquals(2, f.call("f", 17, 5));
            assertEquals(2, byteAt(f, 8));
        }
    }

    /** Recursion without end is a trap, also where the call is the last thing a function does; the activation after it works. */
    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void unboundedRecursionTraps(String level, Bounds bounds) {
        ModuleWriter module = module();
        int deep = module.declare(ONE), mutual = module.declare(ONE);
        module.define(deep, new BodyWriter(1).get(0).call(deep));
        module.define(mutual, new BodyWriter(1).get(0).i32(1).op(Opcode.I32_ADD).call(deep));
        function(module, "tail", ONE, new BodyWriter(1).get(0).call(mutual));
        int sum = module.declare(ONE);
        module.define(sum, new BodyWriter(1).get(0).get(0).i32(1).op(Opcode.I32_ADD).call(sum).op(Opcode.I32_ADD));
        module.export("sum", WasmModule.FUNCTION, sum);
        function(module, "fine", ONE, new BodyWriter(1).get(0).i32(3).op(Opcode.I32_MUL));
        try (Fixture f = new Fixture(level, bounds, module)) {
            f.assertTrap(TrapReason.STACK_EXHAUSTED, "tail", 1);
            f.assertTrap(TrapReason.STACK_EXHAUSTED, "sum", 1);
            assertEquals(21, f.call("fine", 7));
        }
    }

    /** Frames over a page meet the guard however large their steps are. */
    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void largeFramesAreProbed(String level, Bounds bounds) {
        ModuleWriter module = module();
        int[] many = new int[1000];
        java.util.Arrays.fill(many, ValType.I64);
        int wide = module.declare(type(new int[] {I32}, many));
        BodyWriter body = new BodyWriter(1).get(0).i32(1).op(Opcode.I32_ADD).call(wide);
        module.define(wide, body);
        BodyWriter caller = new BodyWriter(1).get(0).call(wide);
        for (int i = 0; i < many.length; i++) caller.op(Opcode.DROP);
        function(module, "f", NONE, caller);
        try (Fixture f = new Fixture(level, bounds, module)) {
            f.assertTrap(TrapReason.STACK_EXHAUSTED, "f", 1);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void bulkOperationsWriteNothingWhenTheyTrap(String level, Bounds bounds) {
        ModuleWriter module = module();
        FuncType three = type(new int[] {I32, I32, I32});
        function(module, "fill", three, new BodyWriter(3).get(0).get(1).get(2).op(Opcode.MEMORY_FILL, 0));
        function(module, "copy", three, new BodyWriter(3).get(0).get(1).get(2).op(Opcode.MEMORY_COPY, 0, 0));
        try (Fixture f = new Fixture(level, bounds, module)) {
            f.assertTrap(TrapReason.MEMORY_OUT_OF_BOUNDS, "fill", END - 10, 1, 11);
            assertEquals(0, byteAt(f, END - 10));
            f.assertTrap(TrapReason.MEMORY_OUT_OF_BOUNDS, "fill", 0xffffffffL, 1, 0xffffffffL);
            f.assertTrap(TrapReason.MEMORY_OUT_OF_BOUNDS, "copy", END + 1, 0, 0);
            f.instance.invoke("fill", END - 10, 7, 10);
            f.instance.invoke("copy", 0, END - 10, 10);
            assertEquals(7, byteAt(f, 9));
            assertEquals(0, byteAt(f, 10));
            f.instance.invoke("copy", END, END, 0);
            assertNotEquals(0, byteAt(f, END - 1));
        }
    }
}
