package dev.backbench.gcc;

import static dev.backbench.gcc.Gcc.*;
import static dev.backbench.wasm.Opcode.*;
import static dev.backbench.wasm.ValType.*;
import static dev.backbench.wasm.build.BodyWriter.EMPTY;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backbench.spi.Instance;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.WasmModule;
import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values where C and Wasm differ, and the shapes of control flow that need care when block parameters become variables. */
class ValuesTest {
    private record Case(String name, long expected, long... arguments) {}

    private final ModuleWriter module = new ModuleWriter();
    private final List<Case> cases = new ArrayList<>();

    private void unary(int opcode, int from, int to, long... argumentsAndResults) {
        String name = "op" + Integer.toHexString(opcode);
        export(module, name, type(of(from), to), new BodyWriter(1).get(0).op(opcode));
        for (int i = 0; i < argumentsAndResults.length; i += 2) cases.add(new Case(name, argumentsAndResults[i + 1], argumentsAndResults[i]));
    }

    private void binary(int opcode, int type, long... triples) {
        String name = "op" + Integer.toHexString(opcode);
        export(module, name, type(of(type, type), type), new BodyWriter(2).get(0).get(1).op(opcode));
        for (int i = 0; i < triples.length; i += 3) cases.add(new Case(name, triples[i + 2], triples[i], triples[i + 1]));
    }

    private void check(String level) throws InterruptedException {
        try (var compiler = compiler(level)) {
            run(compiler, module.toBytes(), instance -> {
                for (Case c : cases) assertEquals(Long.toHexString(c.expected), Long.toHexString(instance.invoke(c.name, c.arguments)[0]), () -> c.name + " of " + hex(c.arguments));
            });
        }
    }

    private static String hex(long[] values) {
        StringBuilder text = new StringBuilder();
        for (long value : values) text.append(Long.toHexString(value)).append(' ');
        return text.toString();
    }

    private static long bits(double value) {
        return Double.doubleToRawLongBits(value);
    }

    private static long bits(float value) {
        return Float.floatToRawIntBits(value) & 0xffffffffL;
    }

    @ParameterizedTest
    @ValueSource(strings = {"O0", "O2"})
    void integers(String level) throws InterruptedException {
        binary(I32_SHL, I32, 1, 33, 2, 1, 32, 1);
        binary(I32_SHR_S, I32, 0x80000000L, 63, 0xffffffffL);
        binary(I32_ROTL, I32, 0x80000001L, 33, 3, 5, 0, 5);
        binary(I32_ROTR, I32, 0x80000001L, 1, 0xc0000000L, 5, 32, 5);
        binary(I64_ROTL, I64, 0x8000000000000001L, 65, 3, 5, 0, 5);
        binary(I64_SHR_U, I64, -1, 127, 1);
        binary(I32_REM_S, I32, 0x80000000L, 0xffffffffL, 0, 0xfffffff9L, 4, 0xfffffffdL);
        binary(I64_REM_S, I64, Long.MIN_VALUE, -1, 0, -7, 4, -3);
        binary(I32_DIV_S, I32, 0xfffffff9L, 2, 0xfffffffdL);
        binary(I32_DIV_U, I32, 0xfffffff9L, 2, 0x7ffffffcL);
        binary(I64_MUL, I64, Long.MAX_VALUE, 2, -2);
        unary(I32_CLZ, I32, I32, 0, 32, 1, 31, 0x80000000L, 0);
        unary(I32_CTZ, I32, I32, 0, 32, 1, 0, 0x80000000L, 31);
        unary(I64_CLZ, I64, I64, 0, 64, 1, 63, Long.MIN_VALUE, 0);
        unary(I64_CTZ, I64, I64, 0, 64, 1, 0, Long.MIN_VALUE, 63);
        unary(I64_POPCNT, I64, I64, -1, 64, 0, 0);
        unary(I32_EXTEND8_S, I32, I32, 0x80, 0xffffff80L, 0x17f, 0x7f);
        unary(I64_EXTEND_I32_U, I32, I64, 0xffffffffL, 0xffffffffL);
        unary(I64_EXTEND32_S, I64, I64, 0x180000000L, 0xffffffff80000000L);
        check(level);
    }

    @ParameterizedTest
    @ValueSource(strings = {"O0", "O2"})
    void floats(String level) throws InterruptedException {
        long quiet = 0x7ff8000000000000L, signalling = 0x7ff0000000000001L, quietened = 0x7ff8000000000001L;
        binary(F64_MIN, F64, bits(0.0), bits(-0.0), bits(-0.0), bits(-0.0), bits(0.0), bits(-0.0), quiet, bits(1.0), quiet, bits(2.0), bits(1.0), bits(1.0));
        binary(F64_MAX, F64, bits(0.0), bits(-0.0), bits(0.0), bits(-0.0), bits(0.0), bits(0.0), bits(1.0), quiet, quiet);
        binary(F32_MIN, F32, bits(0f), bits(-0f), bits(-0f), bits(3f), bits(-4f), bits(-4f));
        binary(F64_COPYSIGN, F64, signalling, bits(-1.0), signalling | Long.MIN_VALUE);
        unary(F64_NEG, F64, F64, signalling, signalling | Long.MIN_VALUE);
        unary(F64_ABS, F64, F64, signalling | Long.MIN_VALUE, signalling);
        unary(F64_NEAREST, F64, F64, bits(2.5), bits(2.0), bits(-0.5), bits(-0.0), bits(4.5), bits(4.0), signalling, quietened);
        unary(F32_CEIL, F32, F32, bits(-0.5f), bits(-0f), bits(1.5f), bits(2f));
        unary(F64_SQRT, F64, F64, bits(2.25), bits(1.5));
        unary(F32_DEMOTE_F64, F64, F32, bits(1e-50), bits(0f), bits(0.1), bits(0.1f));
        unary(F64_CONVERT_I64_U, I64, F64, -1, bits(18446744073709551616.0), 1L << 63, bits(9223372036854775808.0), 0x8000000000000401L, bits(9223372036854777856.0));
        unary(F32_CONVERT_I64_U, I64, F32, 0x8000008000000001L, bits(9223373136366403584f));
        unary(I64_TRUNC_SAT_F64_U, F64, I64, bits(-1.0), 0, bits(1e30), -1, quiet, 0, bits(9223372036854775808.0), Long.MIN_VALUE);
        unary(I32_TRUNC_SAT_F32_S, F32, I32, bits(1e10f), 0x7fffffff, bits(-1e10f), 0x80000000L, 0x7fc00000, 0);
        unary(I32_TRUNC_F64_S, F64, I32, bits(-2147483648.9), 0x80000000L, bits(2147483647.9), 0x7fffffff);
        unary(I32_TRUNC_F64_U, F64, I32, bits(-0.9), 0, bits(4294967295.9), 0xffffffffL);
        FuncType f64 = type(of(F64), F64);
        // Identities over the reals that quieten.
        export(module, "timesOne", f64, new BodyWriter(1).get(0).f64(1).op(F64_MUL));
        export(module, "minusZero", f64, new BodyWriter(1).get(0).f64(0).op(F64_SUB));
        export(module, "constant", type(of(), F64), new BodyWriter(0).f64Bits(signalling));
        export(module, "there", type(of(F32), F32), new BodyWriter(1).get(0).op(F64_PROMOTE_F32).op(F32_DEMOTE_F64));
        export(module, "fused", type(of(F64, F64, F64), F64), new BodyWriter(3).get(0).get(1).op(F64_MUL).get(2).op(F64_ADD));
        cases.add(new Case("timesOne", quietened, signalling));
        cases.add(new Case("minusZero", quietened, signalling));
        cases.add(new Case("minusZero", bits(-0.0), bits(-0.0)));
        cases.add(new Case("constant", signalling));
        cases.add(new Case("there", 0x7fe00000L, 0x7fa00000L));
        double a = 1 + 0x1p-30;
        cases.add(new Case("fused", bits(a * a - 1), bits(a), bits(a), bits(-1.0)));
        check(level);
    }

    /** (a, b) to (b, a + b) around a loop: the next value of each parameter reads the other's present one. */
    @ParameterizedTest
    @ValueSource(strings = {"O0", "O2"})
    void parallelMoves(String level) throws InterruptedException {
        BodyWriter fibonacci = new BodyWriter(1);
        int a = fibonacci.local(I64), b = fibonacci.local(I64), t = fibonacci.local(I64);
        fibonacci.i64(1).set(b).block(BLOCK, EMPTY).block(LOOP, EMPTY).get(0).op(I32_EQZ).brIf(1).get(a).get(b).op(I64_ADD).set(t).get(b).set(a).get(t).set(b)
                .get(0).i32(1).op(I32_SUB).set(0).br(0).end().end().get(a);
        export(module, "fibonacci", type(of(I32), I64), fibonacci);
        BodyWriter rotate = new BodyWriter(4);
        rotate.block(LOOP, EMPTY).get(1).get(2).get(3).set(2).set(1).set(3).get(0).i32(1).op(I32_SUB).tee(0).brIf(0).end().get(1).i64(100).op(I64_MUL).get(2).i64(10)
                .op(I64_MUL).op(I64_ADD).get(3).op(I64_ADD);
        export(module, "rotate", type(of(I32, I64, I64, I64), I64), rotate);
        cases.add(new Case("fibonacci", 12586269025L, 50));
        // (x, y, z) -> (y, z, x), four times
        cases.add(new Case("rotate", 231, 4, 1, 2, 3));
        check(level);
    }

    @ParameterizedTest
    @ValueSource(strings = {"O0", "O2"})
    void controlAndCalls(String level) throws InterruptedException {
        BodyWriter table = new BodyWriter(1);
        table.block(BLOCK, I32).block(BLOCK, I32).block(BLOCK, I32).i32(10).get(0).brTable(0, 1, 1, 2, 0).end().i32(1).op(I32_ADD).end().i32(2).op(I32_ADD).end().i32(3)
                .op(I32_ADD);
        export(module, "table", type(of(I32), I32), table);
        // results of several types through memory, to a defined function and through a table
        FuncType several = type(of(I32, F64), F64, I32, I64);
        int swap = export(module, "swap", several, new BodyWriter(2).get(1).get(0).get(0).op(I64_EXTEND_I32_S));
        module.table(FUNCREF, 4, 4);
        module.elements(0, 1, swap);
        BodyWriter direct = new BodyWriter(2), indirect = new BodyWriter(2);
        export(module, "direct", several, direct.get(0).get(1).call(swap));
        export(module, "indirect", several, indirect.get(0).get(1).i32(1).callIndirect(module.type(several), 0));
        // a load that must be read before the store and the call that follow it
        module.memory(1, 1);
        module.export("memory", WasmModule.MEMORY, 0);
        int bump = module.function(type(of()), new BodyWriter(0).i32(0).i32(0).memory(I32_LOAD, 2, 0).i32(1).op(I32_ADD).memory(I32_STORE, 2, 0));
        export(module, "before", type(of(), I32), new BodyWriter(0).i32(0).i32(5).memory(I32_STORE, 2, 0).i32(0).memory(I32_LOAD, 2, 0).call(bump).i32(0)
                .memory(I32_LOAD, 2, 0).i32(100).op(I32_MUL).op(I32_ADD));
        int global = module.global(I32, true, 7);
        export(module, "global", type(of(), I32), new BodyWriter(0).op(GLOBAL_GET, global).i32(9).op(GLOBAL_SET, global).op(GLOBAL_GET, global).op(I32_SUB));
        cases.add(new Case("before", 605));
        cases.add(new Case("global", (7 - 9) & 0xffffffffL));
        long[] expected = {16, 15, 15, 13, 16, 16};
        for (int i = 0; i < expected.length; i++) cases.add(new Case("table", expected[i], i));
        cases.add(new Case("table", 16, 0xffffffffL));
        check(level);
        try (var compiler = compiler(level)) {
            run(compiler, module.toBytes(), instance -> {
                for (String name : new String[] {"swap", "direct", "indirect"}) {
                    assertArrayEquals(new long[] {bits(1.5), 0xfffffffeL, -2}, invoke(instance, name), name);
                }
            });
        }
    }

    private static long[] invoke(Instance instance, String name) {
        return instance.invoke(name, -2 & 0xffffffffL, bits(1.5));
    }
}
