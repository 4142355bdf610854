package dev.backbench.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Valid modules with a few bytes wrong: whatever the bytes, the front end accepts them and keeps the builder's protocol, or throws a {@link WasmException}.
 * The same bytes in every run.
 */
class MutationTest {
    private static final int ROUNDS = 40_000, LARGEST = 4096, OTHERS = 60;
    /** Ends of LEB128 numbers, the empty block type, value types, section identifiers, opcodes of control. */
    private static final byte[] TELLING = {0, 1, 2, 0x0B, 0x0F, 0x11, 0x40, 0x7F, 0x7E, 0x70, (byte) 0x80, (byte) 0xFC, (byte) 0xFF};

    private record Seed(String name, byte[] bytes) {}

    @Test
    void onlyWasmExceptionsComeOut() {
        List<Seed> seeds = seeds();
        SplittableRandom random = new SplittableRandom(77);
        Map<WasmException.Kind, Integer> refused = new EnumMap<>(WasmException.Kind.class);
        List<String> wrong = new ArrayList<>();
        int accepted = 0;
        for (int round = 0; round < ROUNDS && wrong.size() < 5; round++) {
            Seed seed = seeds.get(random.nextInt(seeds.size()));
            byte[] bytes = mutate(seed.bytes, random);
            try {
                Corpus.check(bytes, new CheckingBuilder());
                accepted++;
            } catch (WasmException e) {
                refused.merge(e.kind(), 1, Integer::sum);
            } catch (RuntimeException | AssertionError | StackOverflowError | OutOfMemoryError e) {
                wrong.add("round " + round + " of " + seed.name + ": " + e + " " + e.getCause() + ", module " + HexFormat.of().formatHex(bytes));
            }
        }
        System.out.println(ROUNDS + " mutants of " + seeds.size() + " modules: " + accepted + " accepted, refused " + refused);
        assertEquals(List.of(), wrong);
        assertTrue(accepted > ROUNDS / 100, accepted + " accepted: the translation was hardly reached");
        for (WasmException.Kind kind : List.of(WasmException.Kind.MALFORMED, WasmException.Kind.INVALID)) {
            assertTrue(refused.getOrDefault(kind, 0) > ROUNDS / 100, kind + " " + refused);
        }
    }

    private static byte[] mutate(byte[] valid, SplittableRandom random) {
        byte[] bytes = valid.clone();
        for (int i = random.nextInt(1, 4); i > 0 && bytes.length > 8; i--) {
            int at = random.nextInt(100) < 5 ? random.nextInt(bytes.length) : random.nextInt(8, bytes.length); // rarely the header
            switch (random.nextInt(8)) {
                case 0, 1 -> bytes[at] = (byte) random.nextInt();
                case 2 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 3 -> bytes[at] = TELLING[random.nextInt(TELLING.length)];
                case 4 -> bytes[at] += (byte) (random.nextBoolean() ? 1 : -1);
                case 5 -> bytes = splice(bytes, at, at, TELLING[random.nextInt(TELLING.length)]);
                case 6 -> bytes = splice(bytes, at, Math.min(bytes.length, at + random.nextInt(1, 5)));
                default -> bytes = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, at) : bytes;
            }
        }
        return bytes;
    }

    /** {@code bytes} with those in {@code [from, to)} replaced. */
    private static byte[] splice(byte[] bytes, int from, int to, byte... by) {
        byte[] result = Arrays.copyOf(bytes, bytes.length - (to - from) + by.length);
        System.arraycopy(by, 0, result, from, by.length);
        System.arraycopy(bytes, to, result, from + by.length, bytes.length - to);
        return result;
    }

    private static List<Seed> seeds() {
        List<Seed> seeds = new ArrayList<>();
        seeds.add(new Seed("everything", everything()));
        seeds.add(new Seed("loops", loops()));
        if (!Corpus.exists()) return seeds;
        List<Seed> others = new ArrayList<>();
        for (Path file : Corpus.files("wasm-spec", ".wasm")) {
            byte[] bytes = Corpus.read(file);
            if (bytes.length > 64 && bytes.length <= LARGEST && valid(bytes)) others.add(new Seed(file.getFileName().toString(), bytes));
        }
        for (int i = 0; i < OTHERS && i < others.size(); i++) seeds.add(others.get((int) ((long) i * others.size() / OTHERS)));
        return seeds;
    }

    private static boolean valid(byte[] bytes) {
        try {
            Corpus.check(bytes, new CheckingBuilder());
            return true;
        } catch (WasmException e) {
            return false;
        }
    }

    /** A module with an item of every kind. */
    private static byte[] everything() {
        ModuleWriter writer = new ModuleWriter();
        FuncType binary = new FuncType(new int[] {ValType.I32, ValType.I32}, new int[] {ValType.I32});
        int log = writer.importFunction("env", "log", new FuncType(new int[] {ValType.I64}, new int[0]));
        int add = writer.function(binary, new BodyWriter(2).get(0).get(1).op(Opcode.I32_ADD));
        int table = writer.table(ValType.FUNCREF, 4, 8);
        writer.memory(1, 4);
        int global = writer.global(ValType.F64, true, Double.doubleToRawLongBits(2.5));
        BodyWriter body = new BodyWriter(2);
        int wide = body.local(ValType.I64);
        body.get(0).memory(Opcode.I64_LOAD, 3, 16).tee(wide).call(log);
        body.get(1).get(wide).memory(Opcode.I64_STORE, 0, 70_000);
        body.op(Opcode.GLOBAL_GET, global).f64(-0.5).op(Opcode.F64_MUL).op(Opcode.GLOBAL_SET, global);
        body.get(0).get(1).get(0).callIndirect(writer.type(binary), table);
        writer.export("main", WasmModule.FUNCTION, writer.function(binary, body));
        writer.elements(table, 1, add, log);
        writer.data(16, new byte[] {1, 2, 3});
        return writer.toBytes();
    }

    /** Control flow: a loop with a switch of three cases, a value carried out of a block, dead code. */
    private static byte[] loops() {
        ModuleWriter writer = new ModuleWriter();
        BodyWriter body = new BodyWriter(1);
        int sum = body.local(ValType.I32);
        body.block(Opcode.LOOP, BodyWriter.EMPTY);
        body.block(Opcode.BLOCK, BodyWriter.EMPTY).block(Opcode.BLOCK, BodyWriter.EMPTY).get(0).brTable(0, 1, 0).end();
        body.get(sum).i32(3).op(Opcode.I32_ADD).set(sum).br(0).op(Opcode.I32_MUL).op(Opcode.DROP).end();
        body.get(0).i32(-1).op(Opcode.I32_ADD).tee(0).brIf(0).end();
        body.block(Opcode.BLOCK, ValType.I32).get(sum).get(0).brIf(0).op(Opcode.DROP).i32(1000).end();
        writer.export("loops", WasmModule.FUNCTION, writer.function(new FuncType(new int[] {ValType.I32}, new int[] {ValType.I32}), body));
        return writer.toBytes();
    }
}
