package dev.backbench.v8;

import dev.backbench.spi.BackendException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much machine code V8 makes of a module. It says so only in a trace, function by function, so another node compiles the module once more, outside of all that is timed. */
final class CodeSizes {
    private static final Pattern LINE = Pattern.compile("Compiled function .*\\bcodesize (\\d+)\\b.*");
    private static final String COMPILE = "new WebAssembly.Module(require('node:fs').readFileSync(process.argv[1]))";

    /** @param code bytes of all functions' code and constants, -1 unknown @param functions that were compiled, -1 unknown */
    record Size(long code, int functions) {}

    private final List<String> flags;
    private final Path folder;
    private final Map<String, Size> known = new HashMap<>();

    /** @param flags of the node that is measured @param folder for the module */
    CodeSizes(List<String> flags, Path folder) {
        this.flags = flags;
        this.folder = folder;
    }

    Size of(byte[] wasm) {
        try {
            return known.computeIfAbsent(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(wasm)), hash -> measure(wasm));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private Size measure(byte[] wasm) {
        Path module = folder.resolve("sized.wasm");
        List<String> command = new ArrayList<>(List.of("node", "--no-warnings"));
        command.addAll(flags);
        command.addAll(List.of("--trace-wasm-compilation-times", "-e", COMPILE, module.toString()));
        try {
            Files.write(module, wasm);
            Process node = new ProcessBuilder(command).redirectErrorStream(true).start();
            long code = 0;
            int functions = 0;
            try (BufferedReader lines = node.inputReader()) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    Matcher compiled = LINE.matcher(line);
                    if (!compiled.matches()) continue;
                    code += Long.parseLong(compiled.group(1));
                    functions++;
                }
            }
            // a V8 that traces in other words says nothing that can be used
            return node.waitFor() == 0 && functions > 0 ? new Size(code, functions) : new Size(-1, -1);
        } catch (IOException e) {
            throw new BackendException("node cannot be asked for the size of its code: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException("interrupted while node told the size of its code", e);
        }
    }
}
