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
import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Signalling NaNs come out quiet of every arithmetic operation, also of those a compiler would like to drop; numbers keep their signs and are not contracted. */
class FloatTest {
    private static final long SIGNALLING64 = 0x7ff0_0000_0000_1234L, SIGNALLING32 = 0x7f80_1234L;
    private static final long QUIET64 = 1L << 51, QUIET32 = 1L << 22;
    private static final FuncType F64 = type(new int[] {ValType.F64}, ValType.F64), F32 = type(new int[] {ValType.F32}, ValType.F32);
    private static final FuncType F64_2 = type(new int[] {ValType.F64, ValType.F64}, ValType.F64);
    private static final int[] OPERATIONS = {Opcode.F64_ADD, Opcode.F64_SUB, Opcode.F64_MUL, Opcode.F64_DIV};
    private static final double[] NEUTRAL = {0.0, -0.0, 1.0, -1.0};

    private static void assertQuiet(long bits, String what) {
        assertEquals(0x7ff0_0000_0000_0000L | QUIET64, bits & (0x7ff0_0000_0000_0000L | QUIET64), what + " gave " + Long.toHexString(bits));
    }

    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void neutralOperandsQuietToo(String level, Bounds bounds) {
        ModuleWriter module = new ModuleWriter();
        module.memory(1, 1);
        int global = module.global(ValType.F64, true, 0);
        for (int op : OPERATIONS) {
            // an internal function that is inlined, so that the constant is only seen later
            int inner = module.function(F64_2, new BodyWriter(2).get(0).get(1).op(op));
            for (int i = 0; i < NEUTRAL.length; i++) {
                function(module, "direct" + op + i, F64, new BodyWriter(1).get(0).f64(NEUTRAL[i]).op(op));
                function(module, "inlined" + op + i, F64, new BodyWriter(1).get(0).f64(NEUTRAL[i]).call(inner));
                BodyWriter stored = new BodyWriter(1).i32(16).f64(NEUTRAL[i]).memory(Opcode.F64_STORE, 3, 0).f64(NEUTRAL[i]).op(Opcode.GLOBAL_SET, global);
                function(module, "loaded" + op + i, F64, stored.get(0).i32(16).memory(Opcode.F64_LOAD, 3, 0).op(op).op(Opcode.GLOBAL_GET, global).op(op));
                BodyWriter integer = new BodyWriter(1).get(0).i32((int) NEUTRAL[i]).op(Opcode.F64_CONVERT_I32_S).op(op);
                function(module, "converted" + op + i, F64, integer);
            }
        }
        try (Fixture f = new Fixture(level, bounds, module)) {
            for (int op : OPERATIONS) {
                for (int i = 0; i < NEUTRAL.length; i++) {
                    for (String way : new String[] {"direct", "inlined", "loaded", "converted"}) assertQuiet(f.call(way + op + i, SIGNALLING64), way + " operation " + op + " with " + NEUTRAL[i]);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void conversionsQuietAndMovesDoNot(String level, Bounds bounds) {
        ModuleWriter module = new ModuleWriter();
        module.memory(1, 1);
        function(module, "round trip", F32, new BodyWriter(1).get(0).op(Opcode.F64_PROMOTE_F32).op(Opcode.F32_DEMOTE_F64));
        function(module, "negate twice", F32, new BodyWriter(1).get(0).op(Opcode.F32_NEG).op(Opcode.F32_NEG));
        function(module, "through memory", F32, new BodyWriter(1).i32(0).get(0).memory(Opcode.F32_STORE, 2, 0).i32(0).memory(Opcode.F32_LOAD, 2, 0));
        function(module, "same", F32, new BodyWriter(1).get(0).get(0).i32(1).op(Opcode.SELECT));
        for (int op = Opcode.F64_CEIL; op <= Opcode.F64_SQRT; op++) function(module, "unary" + op, F64, new BodyWriter(1).get(0).op(op));
        try (Fixture f = new Fixture(level, bounds, module)) {
            assertEquals(QUIET32, f.call("round trip", SIGNALLING32) & QUIET32);
            for (String move : new String[] {"negate twice", "through memory", "same"}) assertEquals(SIGNALLING32, f.call(move, SIGNALLING32), move);
            for (int op = Opcode.F64_CEIL; op <= Opcode.F64_SQRT; op++) assertQuiet(f.call("unary" + op, SIGNALLING64), "unary " + op);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void minimumAndMaximum(String level, Bounds bounds) {
        ModuleWriter module = new ModuleWriter();
        function(module, "min", F64_2, new BodyWriter(2).get(0).get(1).op(Opcode.F64_MIN));
        function(module, "max", F64_2, new BodyWriter(2).get(0).get(1).op(Opcode.F64_MAX));
        double[] values = {0.0, -0.0, 1.5, -1.5, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN};
        try (Fixture f = new Fixture(level, bounds, module)) {
            for (double a : values) {
                for (double b : values) {
                    long x = Double.doubleToRawLongBits(a), y = Double.doubleToRawLongBits(b);
                    assertEquals(Double.doubleToLongBits(Math.min(a, b)), f.call("min", x, y), "min " + a + " " + b);
                    assertEquals(Double.doubleToLongBits(Math.max(a, b)), f.call("max", x, y), "max " + a + " " + b);
                }
                assertQuiet(f.call("min", SIGNALLING64, Double.doubleToRawLongBits(a)), "min of a signalling NaN");
                assertQuiet(f.call("max", Double.doubleToRawLongBits(a), SIGNALLING64), "max of a signalling NaN");
            }
        }
    }

    /** Chosen so that a fused multiply-add gives another last bit. */
    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void productAndSumAreRoundedTwice(String level, Bounds bounds) {
        ModuleWriter module = new ModuleWriter();
        function(module, "f", F64_2, new BodyWriter(2).get(0).get(0).op(Opcode.F64_MUL).get(1).op(Opcode.F64_ADD));
        double x = 1 + Math.scalb(1.0, -30), y = -(1 + Math.scalb(1.0, -29));
        double expected = x * x + y;
        assertNotEquals(Math.fma(x, x, y), expected);
        try (Fixture f = new Fixture(level, bounds, module)) {
            assertEquals(expected, Double.longBitsToDouble(f.call("f", Double.doubleToRawLongBits(x), Double.doubleToRawLongBits(y))));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.backbench.llvm.Fixture#ways")
    void truncationsTrapWithTheirReason(String level, Bounds bounds) {
        ModuleWriter module = new ModuleWriter();
        int[] operations = {Opcode.I32_TRUNC_F64_S, Opcode.I32_TRUNC_F64_U};
        for (int op : operations) function(module, "t" + op, type(new int[] {ValType.F64}, ValType.I32), new BodyWriter(1).get(0).op(op));
        try (Fixture f = new Fixture(level, bounds, module)) {
            String signed = "t" + operations[0], unsigned = "t" + operations[1];
            assertEquals(0x8000_0000L, f.call(signed, Double.doubleToRawLongBits(-2147483648.9)) & 0xffff_ffffL);
            assertEquals(Integer.MAX_VALUE, f.call(signed, Double.doubleToRawLongBits(2147483647.9)));
            assertEquals(0xffff_ffffL, f.call(unsigned, Double.doubleToRawLongBits(4294967295.9)) & 0xffff_ffffL);
            assertEquals(0, f.call(unsigned, Double.doubleToRawLongBits(-0.9)));
            f.assertTrap(TrapReason.INTEGER_OVERFLOW, signed, Double.doubleToRawLongBits(2147483648.0));
            f.assertTrap(TrapReason.INTEGER_OVERFLOW, signed, Double.doubleToRawLongBits(-2147483649.0));
            f.assertTrap(TrapReason.INTEGER_OVERFLOW, unsigned, Double.doubleToRawLongBits(-1.0));
            f.assertTrap(TrapReason.INVALID_CONVERSION, signed, Double.doubleToRawLongBits(Double.NaN));
        }
    }
}
