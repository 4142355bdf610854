package dev.backbench.bench;

import dev.backbench.wasm.FunctionValidator;
import dev.backbench.wasm.WasmModule;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One round of validation: every module once, in turn, sections and bodies, with a sink that takes nothing. The modules are files in {@link #MODULES}. */
public class Validation {
    /** System property: the modules' paths, joined by the path separator. */
    static final String MODULES = "bench.modules";
    /** System property: the wasmparser program. */
    static final String WASMPARSER = "bench.wasmparser";

    static List<String> modules() {
        return List.of(System.getProperty(MODULES).split(System.getProperty("path.separator")));
    }

    /** The modules in memory. */
    @State(Scope.Benchmark)
    public static class Modules {
        private final List<byte[]> bytes = new ArrayList<>();

        @Setup
        public void read() throws IOException {
            for (String module : modules()) bytes.add(Files.readAllBytes(Path.of(module)));
        }
    }

    /** wasmparser in a process of its own, which keeps the modules in its memory; a round costs one line each way. */
    @State(Scope.Benchmark)
    public static class Wasmparser {
        private Process process;
        private BufferedReader answers;
        private PrintStream commands;

        @Setup
        public void start() throws IOException {
            List<String> command = new ArrayList<>(List.of(System.getProperty(WASMPARSER)));
            command.addAll(modules());
            process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            answers = process.inputReader();
            commands = new PrintStream(process.getOutputStream(), true);
            answer();
        }

        String answer() throws IOException {
            String line = answers.readLine();
            if (line == null) throw new IOException("wasmparser-bench ended");
            return line;
        }

        @TearDown
        public void stop() {
            commands.close();
            process.destroy();
        }
    }

    @Benchmark
    public int backbench(Modules modules) {
        int functions = 0;
        for (byte[] bytes : modules.bytes) functions += validate(bytes).functionCount();
        return functions;
    }

    /** Sections and bodies. */
    static WasmModule validate(byte[] bytes) {
        WasmModule module = WasmModule.parse(bytes);
        FunctionValidator validator = new FunctionValidator(module);
        for (int f = module.importedFunctionCount(); f < module.functionCount(); f++) validator.validate(f);
        return module;
    }

    @Benchmark
    public String wasmparser(Wasmparser wasmparser) throws IOException {
        wasmparser.commands.println(1);
        return wasmparser.answer();
    }
}
