package dev.backbench.cpython;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The interpreters on the path. */
final class Python {
    private static final List<String> NAMES = List.of("python3.16", "python3.15", "python3.14", "python3");
    private static final String HAS_JIT = "import sys; sys.exit(0 if hasattr(sys, '_jit') and sys._jit.is_available() else 1)";

    private Python() {}

    /** The file of the newest one whose JIT is built in; null if there is none. */
    static String withJit() {
        for (String name : NAMES) {
            String file = onPath(name);
            if (file != null && says(file)) return file;
        }
        return null;
    }

    private static String onPath(String name) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
            Path file = Path.of(folder.isEmpty() ? "." : folder, name);
            if (Files.isExecutable(file)) return file.toString();
        }
        return null;
    }

    private static boolean says(String file) {
        try {
            Process process = new ProcessBuilder(file, "-I", "-c", HAS_JIT).redirectErrorStream(true).start();
            process.getOutputStream().close();
            process.inputReader().transferTo(Writer.nullWriter());
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
