package dev.backbench.cranelift.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backbench.cranelift.Clif;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.TrapCode;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.text.Invocation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The corners: least and greatest values, shifts past the width, NaNs and zeros, conversions out of range. */
class InterpreterTest {
    private static void check(String text, String invocation) throws Exception {
        List<Function> functions = Clif.functions(text.getBytes(StandardCharsets.UTF_8));
        Invocation call = Invocation.parse(invocation, functions.getFirst());
        assertArrayEquals(call.expected(), new Interpreter(functions).run(0, call.arguments()), invocation);
    }

    private static int trap(String text, String invocation) throws Exception {
        List<Function> functions = Clif.functions(text.getBytes(StandardCharsets.UTF_8));
        long[] arguments = Invocation.parse(invocation, functions.getFirst()).arguments();
        return assertThrows(Trap.class, () -> new Interpreter(functions).run(0, arguments)).code;
    }

    private static String binary(String op, String type) {
        return "function %f(" + type + ", " + type + ") -> " + type + " {\nblock0(v0: " + type + ", v1: " + type + "):\n v2 = " + op + " v0, v1\n return v2\n}\n";
    }

    private static String unary(String op, String from, String to) {
        return "function %f(" + from + ") -> " + to + " {\nblock0(v0: " + from + "):\n v1 = " + op + " v0\n return v1\n}\n";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        srem | i8    | %f(-128, -1) == 0
        sdiv | i64   | %f(-7, 2) == -3
        srem | i64   | %f(-7, 2) == -1
        udiv | i8    | %f(-1, 2) == 127
        urem | i128  | %f(-1, 16) == 15
        ishl | i8    | %f(1, 9) == 2
        sshr | i16   | %f(-32768, 31) == -1
        ushr | i128  | %f(-1, 127) == 1
        ushr | i128  | %f(-1, 128) == -1
        rotl | i8    | %f(129, 1) == 3
        rotr | i32   | %f(1, 33) == 0x8000_0000
        smulhi | i64 | %f(-1, 1) == -1
        umulhi | i8  | %f(255, 255) == 254
        imul | i128  | %f(0x8000_0000_0000_0000, 2) == 0x1_0000_0000_0000_0000
        fmin | f32   | %f(0.0, -0.0) == -0.0
        fmax | f64   | %f(-0.0, 0.0) == 0.0
        fmin | f32   | %f(0x1.0, +NaN) == +NaN
        fmax | f32   | %f(-sNaN:0x1, 0x1.0) == -NaN:0x1
        fadd | f64   | %f(+Inf, -Inf) == +NaN
        fsub | f32   | %f(+sNaN:0x5, 0.0) == +NaN:0x5
        fdiv | f64   | %f(-0x1.0, 0.0) == -Inf
        fcopysign | f32 | %f(+sNaN:0x1, -0.0) == -sNaN:0x1
        sadd_sat | i8x16 | %f([127 -128 1 0 0 0 0 0 0 0 0 0 0 0 0 0], [1 -1 1 0 0 0 0 0 0 0 0 0 0 0 0 0]) == [127 -128 2 0 0 0 0 0 0 0 0 0 0 0 0 0]
        ishl | i32   | %f(1, -31) == 2
        """)
    void binaries(String op, String type, String invocation) throws Exception {
        check(binary(op, type), invocation);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        clz      | i8   | i8   | %f(0) == 8
        ctz      | i128 | i128 | %f(0) == 128
        cls      | i32  | i32  | %f(-1) == 31
        bswap    | i16  | i16  | %f(0x1234) == 0x3412
        bitrev   | i8   | i8   | %f(1) == -128
        iabs     | i64  | i64  | %f(0x8000_0000_0000_0000) == 0x8000_0000_0000_0000
        sextend.i128 | i8 | i128 | %f(-1) == -1
        uextend.i128 | i8 | i128 | %f(-1) == 255
        fneg     | f32  | f32  | %f(+sNaN:0x1) == -sNaN:0x1
        fabs     | f64  | f64  | %f(-NaN:0x3) == +NaN:0x3
        nearest  | f64  | f64  | %f(0x1.4p1) == 0x1.0p1
        ceil     | f32  | f32  | %f(-0x1.0p-1) == -0.0
        trunc    | f64  | f64  | %f(-0x1.fp0) == -0x1.0p0
        sqrt     | f32  | f32  | %f(-0.0) == -0.0
        fpromote.f64 | f32 | f64 | %f(-sNaN:0x1) == -NaN:0x20000000
        fdemote.f32  | f64 | f32 | %f(+NaN:0x20000001) == +NaN:0x1
        fdemote.f32  | f64 | f32 | %f(0x1.0p200) == +Inf
        fcvt_to_sint.i32 | f64 | i32 | %f(-0x1.000000001p31) == -2147483648
        fcvt_to_uint.i8  | f32 | i8  | %f(-0x1.fp-1) == 0
        fcvt_to_uint_sat.i32 | f32 | i32 | %f(-0x1.0p3) == 0
        fcvt_to_sint_sat.i16 | f64 | i16 | %f(+Inf) == 32767
        fcvt_to_sint_sat.i64 | f64 | i64 | %f(+NaN) == 0
        fcvt_from_uint.f32 | i64 | f32 | %f(-1) == 0x1.0p64
        fcvt_from_sint.f64 | i64 | f64 | %f(0x20000000000001) == 0x1.0p53
        """)
    void unaries(String op, String from, String to, String invocation) throws Exception {
        check(unary(op, from, to), invocation);
    }

    @Test
    void traps() throws Exception {
        for (String type : List.of("i8", "i16", "i32", "i64", "i128")) {
            String least = Ints.minimum(Types.bits(Types.parse(type.getBytes(StandardCharsets.UTF_8), 0, type.length()))).toString();
            assertEquals(TrapCode.INTEGER_OVERFLOW, trap(binary("sdiv", type), "%f(" + least + ", -1)"), type);
            for (String op : List.of("sdiv", "udiv", "srem", "urem")) assertEquals(TrapCode.INTEGER_DIVISION_BY_ZERO, trap(binary(op, type), "%f(1, 0)"), op + " " + type);
        }
        assertEquals(TrapCode.BAD_CONVERSION, trap(unary("fcvt_to_sint.i32", "f32", "i32"), "%f(+NaN)"));
        assertEquals(TrapCode.INTEGER_OVERFLOW, trap(unary("fcvt_to_sint.i32", "f64", "i32"), "%f(0x1.0p31)"));
        assertEquals(TrapCode.INTEGER_OVERFLOW, trap(unary("fcvt_to_uint.i32", "f64", "i32"), "%f(-0x1.0p0)"));
        assertEquals(TrapCode.HEAP_OUT_OF_BOUNDS, trap(unary("load.i32", "i64", "i32"), "%f(16)"));
        assertEquals(9, trap(unary("load.i32 user9", "i64", "i32"), "%f(16)"));
    }

    @Test
    void blocksTakeTheirArgumentsAtOnce() throws Exception {
        check("function %f(i32, i32) -> i32, i32 {\nblock0(v0: i32, v1: i32):\n jump block1(v0, v1)\nblock1(v2: i32, v3: i32):\n v4 = icmp slt v2, v3\n"
            + " brif v4, block1(v3, v2), block2\nblock2:\n return v2, v3\n}", "%f(1, 2) == [2, 1]");
    }

    @Test
    void memoryInBothByteOrders() throws Exception {
        check("function %f(i32) -> i32, i8 {\n ss0 = explicit_slot 16\nblock0(v0: i32):\n v1 = stack_addr.i64 ss0+4\n store big v0, v1\n v2 = load.i32 little v1\n"
            + " v3 = load.i8 v1+3\n return v2, v3\n}", "%f(0x01020304) == [0x04030201, 4]");
    }

    /** More calls than the interpreter would stack up. */
    @Test
    void tailCallsDoNotPileUp() throws Exception {
        check("function %f(i64, i64) -> i64 tail {\n fn0 = %f(i64, i64) -> i64 tail\nblock0(v0: i64, v1: i64):\n v2 = iconst.i64 1\n v3 = isub v0, v2\n v4 = iadd v1, v0\n"
            + " brif v3, block1, block2\nblock1:\n return_call fn0(v3, v4)\nblock2:\n return v4\n}", "%f(5000, 0) == 12502500");
    }

    @Test
    void endlessRecursionIsAStackOverflow() throws Exception {
        assertEquals(TrapCode.STACK_OVERFLOW, trap("function %f() {\n fn0 = %f()\nblock0:\n call fn0()\n return\n}", "%f()"));
    }

    @Test
    void whatIsNotDoneIsNamed() {
        List<Function> functions = List.of(Clif.function(binary("fadd", "f16")));
        assertEquals("f16 fadd", assertThrows(Unsupported.class, () -> new Interpreter(functions).run(0, new long[4])).getMessage());
    }
}
