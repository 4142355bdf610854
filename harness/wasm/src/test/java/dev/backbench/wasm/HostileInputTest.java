package dev.backbench.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Input made to hurt: an error that names offset and rule, and nothing else but a {@link WasmException}, whatever the bytes. */
class HostileInputTest {
    private static final FuncType NOTHING = new FuncType(new int[0], new int[0]);

    private static void translate(byte[] bytes) {
        WasmModule module = WasmModule.parse(bytes);
        FunctionTranslator translator = new FunctionTranslator(module);
        CountingBuilder builder = new CountingBuilder();
        for (int f = module.importedFunctionCount(); f < module.functionCount(); f++) translator.translate(f, builder);
    }

    private static WasmException refused(WasmException.Kind kind, byte[] bytes) {
        WasmException refused = assertThrows(WasmException.class, () -> translate(bytes));
        assertEquals(kind, refused.kind(), refused.getMessage());
        assertTrue(refused.offset() >= 0 && refused.offset() <= bytes.length, refused.getMessage());
        return refused;
    }

    private static byte[] module(BodyWriter body) {
        ModuleWriter writer = new ModuleWriter();
        writer.function(NOTHING, body);
        return writer.toBytes();
    }

    private static byte[] bytes(int... values) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int value : new int[] {0, 0x61, 0x73, 0x6D, 1, 0, 0, 0}) out.write(value);
        for (int value : values) out.write(value);
        return out.toByteArray();
    }

    /** Two billion types, imports, functions, ... in a section of five bytes. */
    @Test
    void countsThatCannotFitAreRefusedBeforeAnythingIsAllocated() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int section : new int[] {1, 2, 3, 4, 5, 6, 7, 9, 11}) {
            byte[] hostile = bytes(section, 5, 0xFF, 0xFF, 0xFF, 0xFF, 0x07);
            refused(WasmException.Kind.MALFORMED, hostile);
            long before = threads.getCurrentThreadAllocatedBytes();
            assertThrows(WasmException.class, () -> WasmModule.parse(hostile));
            assertTrue(threads.getCurrentThreadAllocatedBytes() - before < 100_000, "section " + section);
        }
    }

    @Test
    void numbersThatNeverEndAreTooLong() {
        assertEquals("integer representation too long", refused(WasmException.Kind.MALFORMED, bytes(1, 6, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80)).what());
    }

    /** A type index may be written longer than it must; a value type and the empty type are one byte. */
    @Test
    void blockTypesAreOneByteOrAnIndex() {
        for (int type : new int[] {0x40, 0x00}) translate(blockOfType(type));
        translate(blockOfType(0x80, 0x00));
        translate(blockOfType(0x80, 0x80, 0x80, 0x80, 0x00));
        int[][] tooLong = {{0xFF, 0x7F}, {0xFE, 0x7F}, {0xC0, 0x7F}, {0xF0, 0x7F}, {0xFF, 0xFF, 0xFF, 0xFF, 0x7F}, {0x80, 0x7F}, {0xC0, 0xFF, 0x7F}};
        for (int[] type : tooLong) {
            WasmException refused = refused(WasmException.Kind.MALFORMED, blockOfType(type));
            assertTrue(refused.what().startsWith("malformed block type"), refused.getMessage());
        }
        refused(WasmException.Kind.MALFORMED, blockOfType(0x41));
        refused(WasmException.Kind.INVALID, blockOfType(0x01));
        refused(WasmException.Kind.INVALID, blockOfType(0xFF, 0x00));
    }

    /** A function whose body is {@code block TYPE unreachable end unreachable}, so that only the type can be wrong. */
    private static byte[] blockOfType(int... type) {
        int body = 1 + 1 + type.length + 1 + 1 + 1 + 1;
        int[] head = {1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, body + 2, 1, body, 0, Opcode.BLOCK};
        int[] tail = {Opcode.UNREACHABLE, Opcode.END, Opcode.UNREACHABLE, Opcode.END};
        int[] all = Arrays.copyOf(head, head.length + type.length + tail.length);
        System.arraycopy(type, 0, all, head.length, type.length);
        System.arraycopy(tail, 0, all, head.length + type.length, tail.length);
        return bytes(all);
    }

    @Test
    void everyTruncationIsMalformed() {
        byte[] whole = sample();
        translate(whole);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            try {
                translate(cut);
            } catch (WasmException expected) {
                assertTrue(expected.offset() <= length, expected.getMessage());
            }
        }
        refused(WasmException.Kind.MALFORMED, Arrays.copyOf(whole, whole.length - 1));
    }

    @Test
    void localsUpToTheLimit() {
        BodyWriter many = new BodyWriter(0);
        many.locals(Limits.LOCALS, ValType.I64);
        translate(module(many));
        many.local(ValType.I32);
        refused(WasmException.Kind.LIMIT, module(many));
    }

    @Test
    void deepNestingIsTranslatedWithoutRecursion() {
        for (int opcode : new int[] {Opcode.BLOCK, Opcode.LOOP, Opcode.IF}) {
            BodyWriter body = new BodyWriter(0);
            int x = body.local(ValType.I32), depth = 50_000;
            for (int i = 0; i < depth; i++) {
                if (opcode == Opcode.IF) body.get(x);
                body.block(opcode, BodyWriter.EMPTY);
            }
            body.get(x).set(x);
            for (int i = 0; i < depth; i++) body.end();
            translate(module(body));
        }
    }

    @Test
    void branchTablesUpToTheLimit() {
        BodyWriter body = new BodyWriter(0);
        body.block(Opcode.BLOCK, BodyWriter.EMPTY).i32(0).brTable(new int[Limits.BRANCH_TABLE + 1]).end();
        translate(module(body));
        BodyWriter over = new BodyWriter(0);
        over.block(Opcode.BLOCK, BodyWriter.EMPTY).i32(0).brTable(new int[Limits.BRANCH_TABLE + 2]).end();
        refused(WasmException.Kind.LIMIT, module(over));
        refused(WasmException.Kind.MALFORMED, module(new BodyWriter(0).i32(0).op(Opcode.BR_TABLE).immediate(-1)));
    }

    /** A thousand results in two bytes, again and again. */
    @Test
    void operandsMovedInBulkHaveABudget() {
        int[] thousand = new int[1_000];
        Arrays.fill(thousand, ValType.I32);
        ModuleWriter writer = new ModuleWriter();
        int many = writer.declare(new FuncType(new int[0], thousand));
        BodyWriter values = new BodyWriter(0);
        for (int i = 0; i < 1_000; i++) values.i32(i);
        writer.define(many, values);
        BodyWriter body = new BodyWriter(0);
        for (int i = 0; i < 40_000; i++) body.call(many);
        writer.function(NOTHING, body.op(Opcode.UNREACHABLE));
        refused(WasmException.Kind.LIMIT, writer.toBytes());
    }

    /** A module with something of most kinds, for truncating and mutating. */
    private static byte[] sample() {
        ModuleWriter writer = new ModuleWriter();
        FuncType binary = new FuncType(new int[] {ValType.I32, ValType.I64}, new int[] {ValType.I64});
        int imported = writer.importFunction("env", "f", binary), table = writer.table(ValType.FUNCREF, 4, 8), global = writer.global(ValType.I64, true, -5);
        writer.memory(1, 2);
        BodyWriter body = new BodyWriter(2);
        int x = body.local(ValType.I64), y = body.local(ValType.F64);
        body.block(Opcode.LOOP, BodyWriter.EMPTY).get(x).get(1).op(Opcode.I64_ADD).tee(x).op(Opcode.GLOBAL_SET, global);
        body.block(Opcode.BLOCK, ValType.I32).block(Opcode.BLOCK, BodyWriter.EMPTY).block(Opcode.BLOCK, BodyWriter.EMPTY).get(0).brTable(0, 1, 0).end();
        body.get(0).f64(2.5).set(y).i32(70_000).memory(Opcode.I64_LOAD, 3, 300).set(x).op(Opcode.DROP).end().get(0).br(0).end();
        body.block(Opcode.IF, BodyWriter.EMPTY).get(x).i64(1L << 40).op(Opcode.I64_LT_U).brIf(1).op(Opcode.ELSE).get(0).get(x).memory(Opcode.I64_STORE, 3, 8).end().end();
        body.get(0).get(x).get(0).callIndirect(writer.type(binary), table).set(1).get(0).get(1).call(imported);
        int function = writer.function(binary, body);
        writer.export("f", WasmModule.FUNCTION, function);
        writer.elements(table, 0, function, imported);
        writer.data(3, new byte[] {1, 2, 3, 4});
        return writer.toBytes();
    }

    /** Fixed seed, fixed budget. The outcomes are counted so that a fuzzer that only ever meets the magic number cannot pass. */
    @Test
    void mutationsGiveNothingButAnExceptionOfTheFrontEnd() {
        List<byte[]> seeds = new ArrayList<>(List.of(sample()));
        if (Corpus.exists()) Corpus.files("wasm-spec", ".wasm").stream().filter(f -> f.toFile().length() < 4_000).limit(200).map(Corpus::read).forEach(seeds::add);
        SplittableRandom random = new SplittableRandom(7);
        Map<WasmException.Kind, Integer> refused = new EnumMap<>(WasmException.Kind.class);
        int accepted = 0;
        for (int round = 0; round < 60_000; round++) {
            byte[] mutant = mutate(seeds.get(random.nextInt(seeds.size())), random);
            try {
                translate(mutant);
                accepted++;
            } catch (WasmException e) {
                refused.merge(e.kind(), 1, Integer::sum);
                assertTrue(e.offset() >= 0 && e.offset() <= mutant.length, e.getMessage());
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                throw new AssertionError("round " + round + ": " + java.util.HexFormat.of().formatHex(mutant), e);
            }
        }
        assertTrue(accepted > 1_000 && refused.getOrDefault(WasmException.Kind.MALFORMED, 0) > 1_000 && refused.getOrDefault(WasmException.Kind.INVALID, 0) > 1_000,
                accepted + " accepted, " + refused);
    }

    private static byte[] mutate(byte[] seed, SplittableRandom random) {
        byte[] mutant = seed.clone();
        for (int n = 1 + random.nextInt(3); n > 0 && mutant.length > 9; n--) {
            int at = 8 + random.nextInt(mutant.length - 8);
            switch (random.nextInt(5)) {
                case 0 -> mutant[at] = (byte) random.nextInt(256);
                case 1 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> mutant[at] = mutant[8 + random.nextInt(mutant.length - 8)];
                case 3 -> mutant[at] = (byte) (random.nextBoolean() ? 0xFF : 0x80);
                default -> mutant = Arrays.copyOf(mutant, 8 + random.nextInt(mutant.length - 8));
            }
        }
        return mutant;
    }
}
