package dev.backbench.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.spi.Backend;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.CompileOptions.Bounds;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Extern;
import dev.backbench.spi.Instance;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.Store;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.Opcode;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random loads, stores, divisions, branches and loops over a few base addresses at the edge of memory, against a model that does them one by one: the same
 * result or the same trap, and the same bytes and global afterwards. An access that a compiler takes for one that cannot fault breaks this: it is dropped, joined,
 * or moved across another or across what stores a global.
 */
class AccessModelTest {
    private static final int I32 = ValType.I32, END = 65536, BASES = 3, SELECTOR = 3, ACCUMULATOR = 4, COUNTER = 5, FUNCTIONS = 60, CALLS = 120;

    /** One step of a program. */
    private sealed interface Step {
        record Load(int base, int offset, int width, boolean used) implements Step {}

        record Store(int base, int offset, int width, int value) implements Step {}

        record SetGlobal(int value) implements Step {}

        record Divide(int bit) implements Step {}

        record If(int bit, List<Step> then, List<Step> otherwise) implements Step {}

        record Loop(int step, List<Step> body) implements Step {}
    }

    private static final class ModelTrap extends RuntimeException {
        private static final long serialVersionUID = 1;
        final TrapReason reason;

        ModelTrap(TrapReason reason) {
            super(null, null, false, false);
            this.reason = reason;
        }
    }

    private static List<Step> generate(Random random, int depth) {
        List<Step> steps = new ArrayList<>();
        for (int n = 2 + random.nextInt(6); n > 0; n--) {
            int base = random.nextInt(BASES), width = 1 << random.nextInt(3), offset = random.nextInt(6) * 4;
            int kind = random.nextInt(depth > 0 ? 12 : 9);
            steps.add(switch (kind) {
                case 0, 1, 2, 3, 4 -> new Step.Load(base, offset, width, random.nextBoolean());
                case 5, 6 -> new Step.Store(base, offset, width, random.nextInt(256));
                case 7 -> new Step.SetGlobal(random.nextInt());
                case 8 -> new Step.Divide(random.nextInt(8));
                case 9, 10 -> new Step.If(random.nextInt(8), generate(random, depth - 1), random.nextBoolean() ? generate(random, depth - 1) : List.of());
                default -> new Step.Loop(random.nextInt(3) * 4, generate(random, depth - 1));
            });
        }
        return steps;
    }

    // ---- as Wasm ----

    private static void write(BodyWriter body, List<Step> steps, int nesting) {
        for (Step step : steps) {
            switch (step) {
                case Step.Load s -> {
                    if (s.used) body.get(ACCUMULATOR).i32(31).op(Opcode.I32_MUL);
                    body.get(s.base).memory(s.width == 1 ? Opcode.I32_LOAD8_S : s.width == 2 ? Opcode.I32_LOAD16_U : Opcode.I32_LOAD, 0, s.offset);
                    if (s.used) body.op(Opcode.I32_ADD).set(ACCUMULATOR);
                    else body.op(Opcode.DROP);
                }
                case Step.Store s -> body.get(s.base).i32(s.value).memory(s.width == 1 ? Opcode.I32_STORE8 : s.width == 2 ? Opcode.I32_STORE16 : Opcode.I32_STORE, 0, s.offset);
                case Step.SetGlobal s -> body.i32(s.value).op(Opcode.GLOBAL_SET, 0);
                case Step.Divide s -> bit(body.get(ACCUMULATOR), s.bit).op(Opcode.I32_DIV_U).set(ACCUMULATOR);
                case Step.If s -> {
                    bit(body, s.bit).block(Opcode.IF, BodyWriter.EMPTY);
                    write(body, s.then, nesting);
                    if (!s.otherwise.isEmpty()) {
                        body.op(Opcode.ELSE);
                        write(body, s.otherwise, nesting);
                    }
                    body.end();
                }
                case Step.Loop s -> {
                    int counter = COUNTER + nesting;
                    body.i32(2).set(counter).block(Opcode.LOOP, BodyWriter.EMPTY);
                    write(body, s.body, nesting + 1);
                    body.get(0).i32(s.step).op(Opcode.I32_ADD).set(0);
                    body.get(counter).i32(1).op(Opcode.I32_SUB).tee(counter).brIf(0).end();
                }
            }
        }
    }

    private static BodyWriter bit(BodyWriter body, int bit) {
        return body.get(SELECTOR).i32(bit).op(Opcode.I32_SHR_U).i32(1).op(Opcode.I32_AND);
    }

    // ---- as the model ----

    private static final class Model {
        final ByteBuffer memory = ByteBuffer.allocate(END).order(ByteOrder.LITTLE_ENDIAN);
        final int[] base = new int[BASES];
        int selector, accumulator, global;

        void run(List<Step> steps) {
            for (Step step : steps) {
                switch (step) {
                    case Step.Load s -> {
                        int at = at(s.base, s.offset, s.width);
                        int value = s.width == 1 ? memory.get(at) : s.width == 2 ? memory.getShort(at) & 0xffff : memory.getInt(at);
                        if (s.used) accumulator = accumulator * 31 + value;
                    }
                    case Step.Store s -> {
                        int at = at(s.base, s.offset, s.width);
                        if (s.width == 1) memory.put(at, (byte) s.value);
                        else if (s.width == 2) memory.putShort(at, (short) s.value);
                        else memory.putInt(at, s.value);
                    }
                    case Step.SetGlobal s -> global = s.value;
                    case Step.Divide s -> {
                        if (!bit(s.bit)) throw new ModelTrap(TrapReason.DIVIDE_BY_ZERO);
                    }
                    case Step.If s -> run(bit(s.bit) ? s.then : s.otherwise);
                    case Step.Loop s -> {
                        for (int i = 0; i < 2; i++) {
                            run(s.body);
                            base[0] += s.step;
                        }
                    }
                }
            }
        }

        private int at(int b, int offset, int width) {
            long at = (base[b] & 0xffff_ffffL) + offset;
            if (at + width > END) throw new ModelTrap(TrapReason.MEMORY_OUT_OF_BOUNDS);
            return (int) at;
        }

        private boolean bit(int bit) {
            return (selector >>> bit & 1) != 0;
        }
    }

    /** The compilers that know nothing of traps, at all their levels. */
    static Stream<Arguments> ways() {
        return Stream.of("llvm", "gcc").flatMap(id -> backend(id).levels().stream()
                .flatMap(level -> Stream.of(Bounds.values()).map(bounds -> Arguments.of(id, level, bounds))));
    }

    private static Backend backend(String id) {
        return ServiceLoader.load(Backend.class).stream().map(ServiceLoader.Provider::get).filter(backend -> backend.id().equals(id)).findFirst().orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void likeTheModel(String id, String level, Bounds bounds) {
        String missing = BackEnds.missing(id);
        assumeTrue(missing == null, missing);
        Random random = new Random(20260101);
        ModuleWriter module = new ModuleWriter();
        module.memory(1, 2);
        module.export("memory", WasmModule.MEMORY, 0);
        module.export("g", WasmModule.GLOBAL, module.global(I32, true, 0));
        List<List<Step>> programs = new ArrayList<>();
        for (int i = 0; i < FUNCTIONS; i++) {
            List<Step> program = generate(random, 2);
            programs.add(program);
            BodyWriter body = new BodyWriter(4);
            body.locals(1 + 3, I32);
            write(body, program, 0);
            FuncType type = new FuncType(new int[] {I32, I32, I32, I32}, new int[] {I32});
            module.export("f" + i, WasmModule.FUNCTION, module.function(type, body.get(ACCUMULATOR)));
        }
        int trapped = 0, returned = 0;
        try (Compiler compiler = backend(id).newCompiler(new CompileOptions(level, 1, "x86_64", bounds, Set.of(), null));
                CompiledModule code = compiler.link(compiler.compile(module.toBytes(), PhaseClock.OFF), PhaseClock.OFF);
                Store store = compiler.newStore()) {
            Instance instance = store.instantiate(code, (from, name) -> null);
            for (int i = 0; i < FUNCTIONS; i++) {
                for (int n = 0; n < CALLS; n++) {
                    if (agree(instance, "f" + i, programs.get(i), random)) returned++;
                    else trapped++;
                }
            }
        }
        assertTrue(trapped > 1000 && returned > 1000, trapped + " calls trapped, " + returned + " returned");
    }

    /** @return whether the call returned */
    private static boolean agree(Instance instance, String name, List<Step> program, Random random) {
        Model model = new Model();
        for (int i = 0; i < END; i += 4) model.memory.putInt(i, i * 0x9E3779B9);
        long[] arguments = new long[4];
        for (int i = 0; i < BASES; i++) arguments[i] = model.base[i] = END - 40 + random.nextInt(44);
        arguments[SELECTOR] = model.selector = random.nextInt(256) | random.nextInt(256);
        MemorySegment memory = ((Extern.Memory) instance.export("memory")).segment();
        Extern.Global global = (Extern.Global) instance.export("g");
        MemorySegment.copy(MemorySegment.ofArray(model.memory.array()), 0, memory, 0, END);
        global.set(0);
        String expected;
        try {
            model.run(program);
            expected = "returned " + model.accumulator;
        } catch (ModelTrap t) {
            expected = "trapped: " + t.reason;
        }
        String found;
        try {
            found = "returned " + (int) instance.invoke(name, arguments)[0];
        } catch (Trap t) {
            found = "trapped: " + t.reason();
        }
        String what = name + Arrays.toString(arguments) + " " + program;
        assertEquals(expected, found, what);
        assertEquals(-1, memory.mismatch(MemorySegment.ofArray(model.memory.array())), "memory after " + what);
        assertEquals(model.global, (int) global.get(), "global after " + what);
        return expected.startsWith("returned");
    }
}
