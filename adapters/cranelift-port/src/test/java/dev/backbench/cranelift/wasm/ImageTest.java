package dev.backbench.cranelift.wasm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import dev.backbench.wasm.WasmException;
import dev.backbench.wasm.WasmModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The image of a module is the same for any number of threads, whatever was compiled before, and once written and read. */
class ImageTest {
    private static final int MODULES = 3;

    /** The largest of our own programs, up to a size. */
    private static List<Path> modules() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("..", "..", "workloads", "programs"))) {
            return files.filter(f -> f.toString().endsWith(".wasm") && f.toFile().length() < 200_000).sorted(Comparator.comparingLong((Path f) -> f.toFile().length()).reversed().thenComparing(f -> f))
                .limit(MODULES).toList();
        }
    }

    private static Compiler compiler(String level, int threads) {
        return new CraneliftBackend().newCompiler(new CompileOptions(level, threads, "x86_64", CompileOptions.Bounds.GUARD, Set.of(), null));
    }

    /** Of several bodies that are not valid, the first is named, however many threads there are, and the compilers go on with the next module. */
    @Test
    void theFirstErrorIsNamed() throws IOException {
        byte[] good = Files.readAllBytes(modules().getFirst()), bad = good.clone();
        WasmModule module = WasmModule.parse(good);
        int from = module.importedFunctionCount(), count = module.functionCount(), first = from + (count - from) / 2;
        for (int f = first; f < count; f++) bad[module.bodyEnd(f) - 1] = 0x01; // no end
        try (Compiler one = compiler("speed", 1); Compiler three = compiler("speed", 3)) {
            WasmException expected = assertThrows(WasmException.class, () -> one.compile(bad, PhaseClock.OFF));
            for (int i = 0; i < 10; i++) assertEquals(expected.getMessage(), assertThrows(WasmException.class, () -> three.compile(bad, PhaseClock.OFF)).getMessage());
            assertArrayEquals(one.compile(good, PhaseClock.OFF).serialize(), three.compile(good, PhaseClock.OFF).serialize());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fast", "none", "speed", "speed_and_size"})
    void isOneAndTheSame(String level) throws IOException {
        List<Path> modules = modules();
        assertEquals(MODULES, modules.size());
        long bytes = 0;
        try (Compiler one = compiler(level, 1); Compiler three = compiler(level, 3)) {
            for (Path file : modules) {
                byte[] wasm = Files.readAllBytes(file);
                byte[] serial = one.compile(wasm, PhaseClock.OFF).serialize();
                assertArrayEquals(serial, three.compile(wasm, PhaseClock.OFF).serialize(), () -> file + " by three threads");
                assertArrayEquals(serial, one.compile(wasm, PhaseClock.OFF).serialize(), () -> file + " again");
                assertArrayEquals(serial, one.deserialize(serial).serialize(), () -> file + " read and written");
                bytes += serial.length;
            }
        }
        assertTrue(bytes > 50_000, bytes + " bytes");
    }
}
