package dev.backbench.llvm;

import static dev.backbench.llvm.Fixture.function;
import static dev.backbench.llvm.Fixture.type;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backbench.spi.CompileOptions.Bounds;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.Opcode;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both conventions, several results, many parameters of all types, tables, phis of awkward branches. */
class CallsTest {
    private static final int I32 = ValType.I32, I64 = ValType.I64, F32 = ValType.F32, F64 = ValType.F64;
    private static final FuncType ONE = type(new int[] {I32}, I32);

    /** (i32) -> (i32, i64, f32, f64): the argument and its next three successors. */
    private static BodyWriter four() {
        BodyWriter body = new BodyWriter(1).get(0);
        body.get(0).i32(1).op(Opcode.I32_ADD).op(Opcode.I64_EXTEND_I32_S);
        body.get(0).i32(2).op(Opcode.I32_ADD).op(Opcode.F32_CONVERT_I32_S);
        return body.get(0).i32(3).op(Opcode.I32_ADD).op(Opcode.F64_CONVERT_I32_S);
    }

    /** Sums what {@link #four} leaves on the stack. */
    private static BodyWriter sum(BodyWriter body) {
        return body.op(Opcode.I32_TRUNC_F64_S).set(1).op(Opcode.I32_TRUNC_F32_S).set(2).op(Opcode.I32_WRAP_I64).get(1).op(Opcode.I32_ADD).get(2).op(Opcode.I32_ADD).op(Opcode.I32_ADD);
    }

    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void severalResults(String level, Bounds bounds) {
        ModuleWriter module = new ModuleWriter();
        FuncType type = type(new int[] {I32}, I32, I64, F32, F64);
        int internal = module.function(type, four());
        int exported = function(module, "four", type, four());
        int index = module.type(type), table = module.table(ValType.FUNCREF, 2, 2);
        module.elements(table, 0, exported);
        BodyWriter direct = new BodyWriter(1), boundary = new BodyWriter(1), indirect = new BodyWriter(1);
        for (BodyWriter b : new BodyWriter[] {direct, boundary, indirect}) b.locals(2, I32);
        function(module, "direct", ONE, sum(direct.get(0).call(internal)));
        function(module, "boundary", ONE, sum(boundary.get(0).call(exported)));
        function(module, "indirect", ONE, sum(indirect.get(0).i32(0).callIndirect(index, table)));
        try (Fixture f = new Fixture(level, bounds, module)) {
            long[] expected = {10, 11, Float.floatToRawIntBits(12), Double.doubleToRawLongBits(13)};
            assertArrayEquals(expected, f.instance.invoke("four", 10));
            for (String way : new String[] {"direct", "boundary", "indirect"}) assertEquals(46, f.call(way, 10), way);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void manyParametersOfAllTypes(String level, Bounds bounds) {
        int[] parameters = new int[40];
        BodyWriter body = new BodyWriter(40).f64(0);
        BodyWriter caller = new BodyWriter(40);
        for (int i = 0; i < 40; i++) {
            parameters[i] = new int[] {I32, F64, I64, F32}[i % 4];
            int convert = new int[] {Opcode.F64_CONVERT_I32_S, -1, Opcode.F64_CONVERT_I64_S, Opcode.F64_PROMOTE_F32}[i % 4];
            body.get(i);
            if (convert >= 0) body.op(convert);
            body.f64(i + 1).op(Opcode.F64_MUL).op(Opcode.F64_ADD);
            caller.get(i);
        }
        ModuleWriter module = new ModuleWriter();
        int inner = module.function(type(parameters, F64), body);
        int table = module.table(ValType.FUNCREF, 1, 1);
        module.elements(table, 0, inner);
        function(module, "f", type(parameters, F64), caller.call(inner));
        try (Fixture f = new Fixture(level, bounds, module)) {
            long[] arguments = new long[40];
            double expected = 0;
            for (int i = 0; i < 40; i++) {
                int value = i * i - 50;
                arguments[i] = switch (i % 4) {
                    case 1 -> Double.doubleToRawLongBits(value);
                    case 3 -> Float.floatToRawIntBits(value);
                    default -> value;
                };
                expected += (double) value * (i + 1);
            }
            assertEquals(expected, Double.longBitsToDouble(f.call("f", arguments)));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void indirectCallsCheckEverything(String level, Bounds bounds) {
        ModuleWriter module = new ModuleWriter();
        int twice = module.function(ONE, new BodyWriter(1).get(0).i32(2).op(Opcode.I32_MUL));
        int other = module.function(type(new int[] {I64}, I64), new BodyWriter(1).get(0));
        int table = module.table(ValType.FUNCREF, 3, 10);
        module.elements(table, 0, twice, other);
        function(module, "f", type(new int[] {I32, I32}, I32), new BodyWriter(2).get(0).get(1).callIndirect(module.type(ONE), table));
        try (Fixture f = new Fixture(level, bounds, module)) {
            assertEquals(42, f.call("f", 21, 0));
            f.assertTrap(TrapReason.INDIRECT_CALL_TYPE, "f", 21, 1);
            f.assertTrap(TrapReason.UNINITIALIZED_ELEMENT, "f", 21, 2);
            f.assertTrap(TrapReason.UNDEFINED_ELEMENT, "f", 21, 3);
            f.assertTrap(TrapReason.UNDEFINED_ELEMENT, "f", 21, -1);
        }
    }

    /** One block reached twice from the same place, with unlike values on the two edges, and a switch with many cases to one target. */
    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void branchesThatMeetAtOnce(String level, Bounds bounds) {
        ModuleWriter module = new ModuleWriter();
        BodyWriter both = new BodyWriter(1).block(Opcode.BLOCK, I32).i32(5).get(0).brIf(0).op(Opcode.DROP).i32(7).end();
        function(module, "both", ONE, both);
        BodyWriter body = new BodyWriter(1);
        body.block(Opcode.BLOCK, I32).block(Opcode.BLOCK, I32).block(Opcode.BLOCK, I32);
        body.i32(100).get(0).brTable(0, 1, 0, 2, 0, 1).end();
        body.i32(1).op(Opcode.I32_ADD).end().i32(10).op(Opcode.I32_ADD).end();
        function(module, "table", ONE, body);
        try (Fixture f = new Fixture(level, bounds, module)) {
            assertEquals(7, f.call("both", 0));
            assertEquals(5, f.call("both", 1));
            long[] expected = {111, 110, 111, 100, 111, 110, 110};
            for (int i = 0; i < expected.length; i++) assertEquals(expected[i], f.call("table", i), "case " + i);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void aTrapNamesTheFunctionThatHoldsIt(String level, Bounds bounds) {
        ModuleWriter module = new ModuleWriter();
        function(module, "innocent", ONE, new BodyWriter(1).get(0));
        function(module, "guilty", ONE, new BodyWriter(1).op(Opcode.UNREACHABLE));
        module.export("again", WasmModule.FUNCTION, 1);
        try (Fixture f = new Fixture(level, bounds, module)) {
            Trap trap = assertThrows(Trap.class, () -> f.instance.invoke("guilty", 1));
            assertEquals(TrapReason.UNREACHABLE, trap.reason());
            assertEquals("guilty", trap.function());
        }
    }
}
