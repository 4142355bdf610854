package dev.backbench.wasm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Other projects' modules, in the folder that {@code -Dcorpus}, {@code BENCH_CORPUS} or the default names. */
final class Corpus {
    private Corpus() {}

    static Path folder() {
        String set = System.getProperty("corpus", System.getenv("BENCH_CORPUS"));
        return set != null ? Path.of(set) : Path.of("..", "..", "..", "shared", "corpus");
    }

    static boolean exists() {
        return Files.isDirectory(folder());
    }

    static List<Path> files(String below, String suffix) {
        try (Stream<Path> all = Files.walk(folder().resolve(below))) {
            return all.filter(f -> f.toString().endsWith(suffix)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Decodes, validates and translates everything under a checking builder. */
    static void check(byte[] bytes, CheckingBuilder builder) {
        WasmModule module = WasmModule.parse(bytes);
        FunctionTranslator translator = new FunctionTranslator(module);
        for (int f = module.importedFunctionCount(); f < module.functionCount(); f++) {
            try {
                translator.translate(f, builder);
            } catch (AssertionError | IndexOutOfBoundsException e) {
                throw new AssertionError("function " + f + " " + module.functionName(f), e);
            }
        }
    }
}
