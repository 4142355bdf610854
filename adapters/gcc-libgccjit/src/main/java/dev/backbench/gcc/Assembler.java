package dev.backbench.gcc;

import dev.backbench.spi.BackendException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** GNU as, as a child process. */
final class Assembler {
    private final Path program;
    private final Path libraries;

    Assembler(Installation installation) {
        program = installation.assembler();
        if (program == null) throw new BackendException("no assembler (as) on the PATH: " + installation.byHand());
        libraries = installation.owns(program) ? installation.libraries() : null;
    }

    /** @throws BackendException it failed; its first lines */
    void run(Path assembly, Path object) {
        ProcessBuilder builder = new ProcessBuilder(List.of(program.toString(), "--64", "-o", object.toString(), assembly.toString())).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C.UTF-8");
        if (libraries != null) builder.environment().put("LD_LIBRARY_PATH", libraries.toString());
        try {
            Process process = builder.start();
            try {
                process.getOutputStream().close();
                String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                int code = process.waitFor();
                String first = words.isBlank() ? "exit code " + code : String.join("; ", words.lines().limit(3).toList());
                if (code != 0) throw new BackendException(program + " failed: " + first);
            } finally {
                process.destroy();
            }
        } catch (IOException e) {
            throw new BackendException("cannot run " + program + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException("interrupted while " + program + " ran", e);
        }
    }
}
