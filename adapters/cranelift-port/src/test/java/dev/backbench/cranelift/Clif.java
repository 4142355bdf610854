package dev.backbench.cranelift;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.text.ClifException;
import dev.backbench.cranelift.text.Parser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Texts for tests. */
public final class Clif {
    private Clif() {}

    public static List<Function> functions(byte[] text) throws ClifException {
        List<Function> functions = new ArrayList<>();
        Parser parser = new Parser(text);
        for (Function f = new Function(); parser.next(f); f = new Function()) functions.add(f);
        return functions;
    }

    public static Function function(String text) {
        try {
            return functions(text.getBytes(StandardCharsets.UTF_8)).getFirst();
        } catch (ClifException e) {
            throw new AssertionError(e);
        }
    }

    /** Files of the shared corpus; none where it is absent. */
    public static List<Path> corpus() throws IOException {
        String set = System.getProperty("corpus", System.getenv("BENCH_CORPUS"));
        Path folder = (set != null ? Path.of(set) : Path.of("..", "..", "..", "shared", "corpus")).resolve("clif");
        if (!Files.isDirectory(folder)) return List.of();
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(f -> f.toString().endsWith(".clif")).sorted().toList();
        }
    }
}
