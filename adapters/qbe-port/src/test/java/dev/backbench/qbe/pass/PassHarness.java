package dev.backbench.qbe.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Parser;
import dev.backbench.qbe.il.Printer;
import dev.backbench.qbe.il.Ref;
import dev.backbench.qbe.il.Symbols;
import dev.backbench.qbe.il.Types;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What the tests of all passes share: parse, run a pass, check SSA form, hold the interpreter's runs before and after against each other. */
final class PassHarness {
    final Symbols symbols = new Symbols();
    private final Types types = new Types();
    private final Parser parser = new Parser("test.ssa", symbols, types);
    private final Printer printer = new Printer(symbols, types, parser::name);
    final Cfg cfg = new Cfg();
    final Dominators dominators = new Dominators();
    private final Uses uses = new Uses();
    private final Promote promote = new Promote();
    private final Ssa ssa;
    int finished, compared;

    PassHarness() {
        this(new Ssa());
    }

    PassHarness(Ssa ssa) {
        this.ssa = ssa;
    }

    void toSsa(Fn fn) {
        cfg.compute(fn);
        promote.run(fn);
        dominators.compute(fn, cfg);
        ssa.run(fn, cfg, dominators);
    }

    void parse(byte[] il, Consumer<Fn> function) {
        types.reset();
        parser.parse(il, function::accept);
    }

    String print(Fn fn) {
        return printer.print(fn);
    }

    /** The function in SSA form, after the pass, printed. */
    String after(String il, Consumer<Fn> pass) {
        String[] text = new String[1];
        parse(il.getBytes(StandardCharsets.UTF_8), fn -> {
            toSsa(fn);
            pass.accept(fn);
            check(fn, print(fn));
            text[0] = print(fn);
        });
        return text[0];
    }

    /** One definition each, which dominates every use. */
    void check(Fn fn, String text) {
        cfg.compute(fn);
        dominators.compute(fn, cfg);
        uses.compute(fn);
        for (int t = Ref.FIRST_TEMPORARY; t < fn.temporaries; t++) {
            if (uses.count(t) == 0 && uses.defCount[t] == 0) continue;
            int number = t;
            assertEquals(1, uses.defCount[t], () -> "definitions of " + number + " in\n" + text);
            for (int u = uses.start[t]; u < uses.start[t + 1]; u++) {
                int site = uses.site[u];
                assertTrue(dominators.dominates(uses.defBlock[t], uses.block[u]), () -> "use of " + number + " in\n" + text);
                boolean before = uses.defBlock[t] != uses.block[u] || !Uses.isInstruction(uses.def[t]) || !Uses.isInstruction(site) || uses.def[t] < site;
                assertTrue(before, () -> "use of " + number + " in\n" + text);
            }
        }
    }

    /** The pass changes nothing that the interpreter sees, on every function of the text and several inputs. */
    void same(byte[] il, Consumer<Fn> pass) {
        parse(il, original -> {
            String source = print(original);
            Interpreter[] before = new Interpreter[3];
            for (int i = 0; i < before.length; i++) before[i] = new Interpreter(symbols, 17 * i, 300).run(original);
            String stage = "SSA";
            String[] ssaText = new String[1];
            try {
                toSsa(original);
                ssaText[0] = print(original);
                pass.accept(original);
                check(original, print(original));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(e + " (after " + stage + ")\n" + ssaText[0] + "\n" + print(original), e);
            }
            for (int i = 0; i < before.length; i++) {
                String difference = before[i].difference(new Interpreter(symbols, 17 * i, 1_500).run(original));
                int seed = i;
                assertTrue(difference == null, () -> "input " + seed + ": " + difference + "\n" + source + "\nSSA\n" + ssaText[0] + "\nafter\n" + print(original));
                if (before[i].finished) finished++;
                compared += before[i].trace.size();
            }
        });
    }

    /** Over random functions, and over upstream's where they are. */
    void sameEverywhere(long seed, int rounds, Consumer<Fn> pass) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < rounds; round++) same(RandomIl.generate(random).getBytes(StandardCharsets.UTF_8), pass);
        assertTrue(finished > rounds, finished + " runs came to an end");
        for (byte[] file : corpus()) same(file, pass);
    }

    static List<byte[]> corpus() {
        Path corpus = Path.of(System.getProperty("corpus", System.getenv().getOrDefault("BENCH_CORPUS", "../../../shared/corpus"))).resolve("ssa");
        assumeTrue(Files.isDirectory(corpus), () -> "skipped: no corpus at " + corpus.toAbsolutePath().normalize());
        try (Stream<Path> files = Files.list(corpus)) {
            return files.filter(f -> f.toString().endsWith(".ssa")).sorted().map(PassHarness::read).toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
