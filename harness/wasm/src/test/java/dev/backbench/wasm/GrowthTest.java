package dev.backbench.wasm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/**
 * Adversarial shapes at a size and at eight times that: the calls of the builder and the steps of walks inside (counted by assertions) may grow by twice eight, which
 * leaves room for a logarithm, and not by the 64 of a square.
 */
class GrowthTest {
    private static final int SMALL = 4_000, FACTOR = 8;
    private static final FuncType TYPE = new FuncType(new int[] {ValType.I32}, new int[0]);

    /** Calls of the builder and steps of the walks inside, for one translation. */
    private static long work(byte[] module) {
        WasmModule parsed = WasmModule.parse(module);
        CountingBuilder builder = new CountingBuilder();
        FunctionTranslator translator = new FunctionTranslator(parsed);
        translator.translate(parsed.importedFunctionCount(), builder);
        return builder.calls + translator.visits();
    }

    private static void isLinear(String shape, IntFunction<BodyWriter> body) {
        long few = work(module(body.apply(SMALL))), many = work(module(body.apply(SMALL * FACTOR)));
        assertTrue(many <= 2L * FACTOR * few, shape + ": " + few + " steps, then " + many);
    }

    private static byte[] module(BodyWriter body) {
        ModuleWriter writer = new ModuleWriter();
        writer.function(TYPE, body);
        return writer.toBytes();
    }

    private static void repeat(int count, IntConsumer action) {
        for (int i = 0; i < count; i++) action.accept(i);
    }

    @Test
    void stepsAreCounted() {
        WasmModule module = WasmModule.parse(module(new BodyWriter(1).get(0).block(Opcode.IF, BodyWriter.EMPTY).i32(1).set(0).end().get(0).set(0)));
        FunctionTranslator translator = new FunctionTranslator(module);
        translator.translate(0, new CountingBuilder());
        assertTrue(translator.visits() > 0, "assertions are off: these tests would hold of anything");
    }

    @Test
    void manyBranchesToOneExit() {
        isLinear("branches to one exit", n -> {
            BodyWriter body = new BodyWriter(1);
            int x = body.local(ValType.I32);
            body.block(Opcode.BLOCK, BodyWriter.EMPTY);
            repeat(n, i -> body.i32(i).set(x).get(0).brIf(0));
            return body.end().get(x).set(0);
        });
    }

    @Test
    void manyLocalsReadBehindManyBranches() {
        isLinear("locals behind branches", n -> {
            BodyWriter body = new BodyWriter(1);
            int x = body.locals(n, ValType.I32);
            repeat(n, i -> body.i32(i).set(x + i));
            body.block(Opcode.BLOCK, BodyWriter.EMPTY);
            repeat(n, i -> body.get(0).brIf(0));
            body.end();
            repeat(n, i -> body.get(x + i).set(0));
            return body;
        });
    }

    @Test
    void aLocalPerBlockReadAtTheEnd() {
        isLinear("a local a block", n -> {
            BodyWriter body = new BodyWriter(1);
            int x = body.locals(n, ValType.I32);
            body.block(Opcode.BLOCK, BodyWriter.EMPTY);
            repeat(n, i -> body.get(0).set(x + i).get(0).brIf(0));
            repeat(n, i -> body.get(x + i).set(0));
            return body.end();
        });
    }

    @Test
    void armsOfAnInterpreterLoop() {
        isLinear("arms", n -> {
            BodyWriter body = new BodyWriter(1);
            int x = body.local(ValType.I32);
            body.block(Opcode.LOOP, BodyWriter.EMPTY);
            repeat(n, i -> body.block(Opcode.BLOCK, BodyWriter.EMPTY));
            int[] labels = new int[n];
            for (int i = 0; i < n; i++) labels[i] = i;
            body.get(0).brTable(labels);
            repeat(n, i -> body.end().get(x).i32(i).op(Opcode.I32_ADD).set(x).br(n - 1 - i));
            return body.end();
        });
    }

    @Test
    void loopsInLoopsThatReadWhatNoneAssigns() {
        isLinear("nested loops", n -> {
            BodyWriter body = new BodyWriter(1);
            int x = body.locals(n, ValType.I32);
            repeat(n, i -> body.block(Opcode.LOOP, BodyWriter.EMPTY));
            repeat(n, i -> body.get(x + i).set(0));
            repeat(n, i -> body.get(0).brIf(0).end());
            return body;
        });
    }

    @Test
    void loopsInLoopsThatAllReadOneLocal() {
        isLinear("nested loops, one local", n -> {
            BodyWriter body = new BodyWriter(1);
            int x = body.local(ValType.I32);
            body.get(0).set(x);
            repeat(n, i -> body.block(Opcode.LOOP, BodyWriter.EMPTY).get(x).set(0));
            repeat(n, i -> body.get(0).brIf(0).end());
            return body;
        });
    }

    @Test
    void loopsInLoopsThatReadOneLocalAndAssignItAtTheEnd() {
        isLinear("nested loops, one local assigned within and behind", n -> {
            BodyWriter body = new BodyWriter(1);
            int x = body.local(ValType.I32);
            repeat(n, i -> body.block(Opcode.LOOP, BodyWriter.EMPTY).get(x).set(0));
            body.i32(7).set(x);
            repeat(n, i -> body.get(0).brIf(0).end().get(x).set(0));
            return body;
        });
    }

    @Test
    void loopsOneAfterTheOtherReadOneLocal() {
        isLinear("loops in a row, one local", n -> {
            BodyWriter body = new BodyWriter(1);
            int x = body.local(ValType.I32);
            repeat(n, i -> body.block(Opcode.LOOP, BodyWriter.EMPTY).get(x).set(0).get(0).brIf(0).end());
            return body;
        });
    }

    @Test
    void armAfterArmAssigns() {
        isLinear("arms one after the other", n -> {
            BodyWriter body = new BodyWriter(1);
            int x = body.local(ValType.I32);
            repeat(n, i -> body.get(0).block(Opcode.IF, BodyWriter.EMPTY).i32(i).set(x).end());
            return body.get(x).set(0);
        });
    }

    @Test
    void returningArmsReadAndAssign() {
        isLinear("returning arms", n -> {
            BodyWriter body = new BodyWriter(1);
            int x = body.local(ValType.I32);
            repeat(n, i -> body.get(0).block(Opcode.IF, BodyWriter.EMPTY).get(x).i32(1).op(Opcode.I32_ADD).set(x).op(Opcode.RETURN).end());
            return body;
        });
    }
}
