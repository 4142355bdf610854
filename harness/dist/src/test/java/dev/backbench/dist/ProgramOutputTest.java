package dev.backbench.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The project's own programs of the quick preset print what they should: whole functions at the pressure of real compilers' output, which small tests do not reach. */
class ProgramOutputTest {
    private static final Path WORKLOADS = Path.of("..", "..", "workloads");
    private static final Pattern QUICK = Pattern.compile("\"name\": \"([^\"]+)\",[^{}]*?\"preset\": \"quick\"");
    private static final int LEAST_PROGRAMS = 10;

    @ParameterizedTest
    @ValueSource(strings = {"qbe-port", "qbe-native", "cranelift-port:fast", "cranelift-port:speed"})
    void theQuickProgramsPrintWhatTheyShould(String spec) throws Exception {
        String missing = BackEnds.missing(spec);
        assumeTrue(missing == null, missing);
        BackendSpec backEnd = BackendSpec.parse(spec);
        List<String> programs = quickPrograms();
        assertTrue(programs.size() >= LEAST_PROGRAMS, programs + " are too few to mean much");
        for (String name : programs) {
            Path folder = WORKLOADS.resolve("programs").resolve(name);
            try (Compiler compiler = backEnd.newCompiler();
                    CompiledModule code = compiler.link(compiler.compile(Files.readAllBytes(folder.resolve(name + ".wasm")), PhaseClock.OFF), PhaseClock.OFF)) {
                ByteArrayOutputStream out = new ByteArrayOutputStream(), err = new ByteArrayOutputStream();
                ProgramResult result = code.run(new ProgramConfig(List.of(name + ".wasm"), Map.of(), null, InputStream.nullInputStream(), out, err));
                assertEquals(Files.readString(folder.resolve(name + ".stdout.expected")), out.toString(), name);
                assertEquals(0, result.exitCode(), name + ": " + err);
            }
        }
    }

    private static List<String> quickPrograms() throws IOException {
        List<String> names = new ArrayList<>();
        for (Matcher m = QUICK.matcher(Files.readString(WORKLOADS.resolve("catalogue.json"))); m.find(); ) {
            if (Files.exists(WORKLOADS.resolve("programs").resolve(m.group(1)).resolve(m.group(1) + ".wasm"))) names.add(m.group(1));
        }
        return names;
    }
}
