package dev.backbench.cranelift.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.opt.Optimizer;
import dev.backbench.cranelift.text.ClifException;
import dev.backbench.cranelift.text.Parser;
import dev.backbench.cranelift.text.Printer;
import dev.backbench.cranelift.verify.Complaint;
import dev.backbench.cranelift.verify.Target;
import dev.backbench.cranelift.verify.Verifier;
import dev.backbench.wasm.FunctionTranslator;
import dev.backbench.wasm.WasmException;
import dev.backbench.wasm.WasmModule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever the translation makes of real modules is valid CLIF, also once optimized, and its text is the same function. */
class WasmToClifTest {
    /** Bytes of code beyond which a module is verified once, and not read again. */
    private static final int LARGE = 200_000;
    private static final Target HOST = new Target(64, false, true);

    private final Optimizer optimizer = new Optimizer();
    private final Verifier verifier = new Verifier();
    private final Function fn = new Function(), again = new Function();
    private int functions;

    @Test
    void ownPrograms() throws Exception {
        for (Path file : modules(Path.of("..", "..", "workloads", "programs"))) check(file);
        assertTrue(functions > 500, functions + " functions");
    }

    @Test
    void specification() throws Exception {
        List<Path> files = modules(corpus().resolve("wasm-spec"));
        assumeTrue(!files.isEmpty(), "no corpus; name one with -Dcorpus=DIR or BENCH_CORPUS");
        int modules = 0;
        for (Path file : files) {
            try {
                check(file);
                modules++;
            } catch (WasmException refused) {
                // a module that is malformed, invalid, or of a later proposal
            }
        }
        assertTrue(modules > 1300 && functions > 8000, modules + " modules, " + functions + " functions");
    }

    private static Path corpus() {
        String set = System.getProperty("corpus", System.getenv("BENCH_CORPUS"));
        return set != null ? Path.of(set) : Path.of("..", "..", "..", "shared", "corpus");
    }

    private static List<Path> modules(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) return List.of();
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(f -> f.toString().endsWith(".wasm")).sorted().toList();
        }
    }

    private void check(Path file) throws IOException, ClifException {
        WasmModule module = WasmModule.parse(Files.readAllBytes(file));
        check(file, module, true);
        if (module.codeSectionSize() <= LARGE) check(file, module, false);
    }

    private void check(Path file, WasmModule module, boolean guard) throws ClifException {
        FunctionTranslator translator = new FunctionTranslator(module);
        WasmToClif builder = new WasmToClif(fn, module, guard);
        for (int f = module.importedFunctionCount(); f < module.functionCount(); f++) {
            translator.translate(f, builder);
            List<Complaint> complaints = verifier.verify(fn, HOST);
            String where = file + " function " + f;
            assertEquals(List.of(), complaints, () -> where + "\n" + Printer.print(fn));
            functions++;
            if (!guard || module.codeSectionSize() > LARGE) continue;
            String text = Printer.print(fn);
            assertTrue(new Parser(text.getBytes(StandardCharsets.UTF_8)).next(again), where);
            assertEquals(text, Printer.print(again), where);
            optimizer.run(again);
            assertEquals(List.of(), verifier.verify(again, HOST), () -> where + " optimized\n" + Printer.print(again) + "\nbefore\n" + text);
        }
    }
}
