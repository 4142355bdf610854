package dev.backbench.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.conformance.ConformanceCommandRunner;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** QBE's own tests by the port: all pass, none is skipped; and the runner itself says so when one does not. */
class SsaConformanceTest {
    private static final String BACK_END = "qbe-port";
    private static final int LEAST = 46;

    private record Ended(int code, String last, String all) {}

    private static Ended run(Path place) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int code = ConformanceCommandRunner.runSsa(BACK_END, List.of(place), ConformanceCommandRunner.Options.USUAL, new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(OutputStream.nullOutputStream()));
        String all = out.toString(StandardCharsets.UTF_8).strip();
        return new Ended(code, all.substring(all.lastIndexOf('\n') + 1), all);
    }

    private static void needCompiler() {
        String missing = BackEnds.missing(BACK_END);
        assumeTrue(missing == null, missing);
        boolean cc = Arrays.stream(System.getenv("PATH").split(File.pathSeparator)).anyMatch(folder -> Files.isExecutable(Path.of(folder, "cc")));
        assumeTrue(cc, "skipped: no cc on the path");
    }

    @Test
    void upstreamsTestsPass() {
        needCompiler();
        String set = System.getProperty("corpus", System.getenv("BENCH_CORPUS"));
        Path corpus = (set != null ? Path.of(set) : Path.of("..", "..", "..", "shared", "corpus")).resolve("ssa").toAbsolutePath().normalize();
        assumeTrue(Files.isDirectory(corpus), "skipped: no corpus at " + corpus);
        Ended ended = run(corpus);
        assertTrue(ended.last.endsWith(" passed, 0 failed, 0 skipped"), ended.all);
        assertTrue(Integer.parseInt(ended.last.substring(0, ended.last.indexOf(' '))) >= LEAST, ended.last);
        assertEquals(ConformanceCommandRunner.OK, ended.code);
    }

    @Test
    void wrongOutputWrongStatusAndWrongIlFail(@TempDir Path folder) throws IOException {
        needCompiler();
        String program = "export function w $main(w %n, l %a) {\n@s\n\t%r =w call $puts(l $text)\n\tret ", data = "\n}\ndata $text = { b \"a word\", b 0 }\n";
        Files.writeString(folder.resolve("1right.ssa"), program + "0" + data + "# >>> output\n# a word\n# <<<\n");
        Files.writeString(folder.resolve("2output.ssa"), program + "0" + data + "# >>> output\n# another word\n# <<<\n");
        Files.writeString(folder.resolve("3status.ssa"), program + "3" + data);
        Files.writeString(folder.resolve("4il.ssa"), "function $f() {\n@s\n\tret %x\n}\n");
        Files.writeString(folder.resolve("_5undriven.ssa"), "export function w $f(w %x) {\n@s\n\tret %x\n}\n");
        Files.writeString(folder.resolve("6elsewhere.ssa"), "# skip amd64\nnot IL at all\n");
        Ended ended = run(folder);
        assertEquals("2 passed, 3 failed, 1 skipped", ended.last, ended.all);
        assertTrue(ended.all.contains("another word") && ended.all.contains("exit 3") && ended.all.contains(":3:6:"), ended.all);
        assertEquals(ConformanceCommandRunner.FAILED, ended.code);
    }
}
